"""What document pages ask of the plan: who leads a claim, how it is called, and where its page is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.evidence.library.formats import FORMATS
from ecociv.evidence.library.rules import Validity, validity
from ecociv.evidence.library.types import document_types
from ecociv.evidence.models import DocumentFiling, Series
from ecociv.people.roles import Role
from ecociv.plan.package import ZonePackage
from ecociv.plan.package.organisations import UnknownOrganisation
from ecociv.plan.queries import ZoneNotLoaded
from ecociv.portal.checks import place_of
from ecociv.portal.zone import language, package
from ecociv.supervision.permissions import lead_keys

VALIDITIES = {
    Validity.HOLDS: gettext_lazy("holds"),
    Validity.NOT_YET: gettext_lazy("not yet in force"),
    Validity.SOON: gettext_lazy("expires soon"),
    Validity.EXPIRED: gettext_lazy("expired"),
    Validity.WITHDRAWN: gettext_lazy("withdrawn"),
}


def plan_or_none() -> ZonePackage | None:
    """The plan, or none before it is loaded."""
    try:
        return package()
    except ZoneNotLoaded:
        return None


def leads_of(subject: str, day: dt.date) -> frozenset[str]:
    """Keys of the bodies that lead a claim on a day; none where the plan says nothing of it.

    A task or project is led by its leading bodies, an indicator by the body that supplies it.
    """
    plan, (kind, _sep, key) = plan_or_none(), subject.partition(":")
    if plan is None or not key.isdecimal():
        return frozenset()
    try:
        if kind in {"task", "project"}:
            duty = plan.task(int(key)) if kind == "task" else plan.project(int(key))
            return lead_keys(duty, plan, day)
        if kind == "indicator":
            return frozenset(
                {plan.body_on(plan.resolve(plan.indicator(int(key)).supplier.body).key, day).key}
            )
    except (KeyError, UnknownOrganisation):
        return frozenset()
    return frozenset()


def unknown_claim(subject: str) -> bool:
    """Whether a claim names a task, project or indicator that the plan does not have."""
    plan, (kind, _sep, key) = plan_or_none(), subject.partition(":")
    if plan is None or kind not in {"task", "project", "indicator"}:
        return False
    read = {"task": plan.task, "project": plan.project, "indicator": plan.indicator}[kind]
    try:
        read(int(key))
    except (KeyError, ValueError):
        return True
    return False


def claim_text(subject: str) -> str:
    """What a document is evidence for, in words."""
    plan = plan_or_none()
    return place_of(plan, subject).label if plan else subject


def claim_url(subject: str) -> str:
    """The page of the claim, or ""."""
    kind, _sep, key = subject.partition(":")
    if kind in {"task", "project", "indicator"} and key.isdecimal() and not unknown_claim(subject):
        return reverse(f"portal:{kind}", args=[key])
    if kind == "series" and Series.objects.filter(key=key).exists():
        return reverse("portal:series-detail", args=[key])
    return ""


def body_name(key: str) -> str:
    """Name of a body in the reader's language; the key where the plan does not know it."""
    plan = plan_or_none()
    return plan.organisation(key).shown(language()) if plan and plan.has_organisation(key) else key


def body_names(name: str) -> tuple[str, ...]:
    """Every name of the body that a document names, so that a search by its full name finds it."""
    plan = plan_or_none()
    if plan is None or not name:
        return (name,)
    try:
        return (name, *plan.resolve(name).names)
    except (KeyError, UnknownOrganisation):
        return (name,)


def type_text(key: str) -> str:
    """Name of a type."""
    kind = document_types().get(key)
    return kind.name.in_language(language()) if kind else key


def reader_texts(filing: DocumentFiling) -> list[str]:
    """Who may see a restricted filing, in words."""
    named = [
        Role(reader.key).label.in_language(language()) if reader.kind == "role" else body_name(reader.key)
        for reader in filing.readers.all()
    ]
    owner = [body_name(filing.owner)] if filing.owner else []
    return [*owner, Role.LEADING_GROUP_OFFICE.label.in_language(language()), *named]


@dataclass(frozen=True, slots=True)
class FilingRow:
    """One filing as a page shows it."""

    filing: DocumentFiling
    on: dt.date

    @property
    def validity(self) -> Validity:
        """Where it stands on the day."""
        return validity(self.filing, self.on)

    @property
    def validity_text(self) -> str:
        """The same in words."""
        return str(VALIDITIES[self.validity])

    @property
    def type(self) -> str:
        """Its type in words."""
        return type_text(self.filing.type)

    @property
    def claim(self) -> str:
        """What it is evidence for."""
        return claim_text(self.filing.subject)

    @property
    def claim_url(self) -> str:
        """Where that is."""
        return claim_url(self.filing.subject)

    @property
    def owner(self) -> str:
        """The body for which it was filed."""
        return body_name(self.filing.owner) if self.filing.owner else "—"

    @property
    def format(self) -> str:
        """The format of its file."""
        found = next((f for f in FORMATS.values() if f.media_type == self.filing.document.media_type), None)
        return found.label.in_language(language()) if found else self.filing.document.media_type

    @property
    def readers(self) -> list[str]:
        """Who may see it, when restricted."""
        return reader_texts(self.filing)

    @property
    def valid_text(self) -> str:
        """From when to when it holds."""
        first, last = self.filing.valid_from, self.filing.valid_to
        if first is None and last is None:
            return _("no limit of time")
        return f"{first or '…'} – {last or '…'}"


def rows_of(filings: Iterable[DocumentFiling], on: dt.date | None = None) -> list[FilingRow]:
    """Filings as rows of a page."""
    day = on or timezone.localdate()
    return [FilingRow(each, day) for each in filings]


def hidden_count(seen: Iterable[Any], every: Iterable[Any]) -> int:
    """How many of some filings a reader may not see."""
    return len(list(every)) - len(list(seen))
