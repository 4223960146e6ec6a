"""Which filings somebody may see: the same rule as a query for lists and as a question about one filing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Max, OuterRef, Q, Subquery

from ecociv.people.permissions import actor_of, allowed
from ecociv.people.policy import Action
from ecociv.people.roles import Role

if TYPE_CHECKING:
    from ecociv.evidence.models import DocumentFiling

#: Roles that see every restricted file of their zone: the office answers for the plan's evidence.
SEES_ALL = frozenset({Role.LEADING_GROUP_OFFICE})


class FilingQuerySet(models.QuerySet["DocumentFiling"]):
    """The words in which filings are asked for."""

    def of_zone(self, zone: str) -> FilingQuerySet:
        """Filings of one zone."""
        return self.filter(zone=zone)

    def known(self, as_of: dt.datetime | None) -> FilingQuerySet:
        """What had been filed by a moment; all, when not given."""
        return self if as_of is None else self.filter(recorded_at__lte=as_of)

    def newest(self, as_of: dt.datetime | None = None) -> FilingQuerySet:
        """The newest revision of each entry, as known at a moment. Withdrawn entries are among them."""
        known = self.model._default_manager.all()
        if as_of is not None:
            known = known.filter(recorded_at__lte=as_of)
        last = (
            known.filter(record=OuterRef("record")).order_by().values("record").annotate(last=Max("revision"))
        )
        return self.known(as_of).filter(revision=Subquery(last.values("last")))

    def visible_to(self, user: Any) -> FilingQuerySet:
        """Filings that a user may see; the same rule as :func:`may_read`."""
        actor = actor_of(user)
        seen = Q(confidentiality="public")
        if not actor.role.of_the_zone or not actor.active:
            return self.filter(seen)
        own_zone = Q() if actor.role is Role.ADMINISTRATOR else Q(zone=actor.zone)
        inner = Q(confidentiality="internal")
        if actor.role in SEES_ALL:
            inner |= Q(confidentiality="restricted")
        else:
            named = Q(readers__kind="role", readers__key=actor.role.value) | Q(author=user)
            if actor.organisation:
                named |= Q(owner=actor.organisation) | Q(
                    readers__kind="body", readers__key=actor.organisation
                )
            inner |= Q(confidentiality="restricted") & named
        return self.filter(seen | (own_zone & inner)).distinct()


def may_read(user: Any, filing: DocumentFiling) -> bool:
    """Whether a user may see a filing and open its file.

    A restricted file is open to the body it was filed for, to whoever filed it, to the office of the leading group,
    and to the roles and bodies that the filing names.
    """
    if not allowed(user, Action.READ, zone=filing.zone, public=filing.confidentiality == "public"):
        return False
    if filing.confidentiality != "restricted":
        return True
    actor = actor_of(user)
    if actor.role in SEES_ALL or filing.author_id == user.pk:
        return True
    if actor.organisation and actor.organisation == filing.owner:
        return True
    named = {(reader.kind, reader.key) for reader in filing.readers.all()}
    return ("role", actor.role.value) in named or (
        bool(actor.organisation) and ("body", actor.organisation) in named
    )
