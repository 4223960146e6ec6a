"""Keeping a variant under a name, putting it away, bringing it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ecociv.compensation.agreements.declaration import Agreement
from ecociv.compensation.settlements.permissions import may_settle
from ecociv.compensation.simulations.models import KeptVariant, VariantPutAway
from ecociv.compensation.simulations.running import what_if
from ecociv.compensation.simulations.terms import plain
from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.people import audit
from ecociv.people.doors import of_the_zone
from ecociv.people.models import User
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action

LONGEST_TITLE, LONGEST_NOTE = 120, 2000


class VariantRefused(ValueError):
    """A variant that cannot be kept or moved; ``code`` names the rule."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code, self.text = code, text


def may_keep_variants(author: Any, zone: str) -> bool:
    """Whether somebody keeps variants: people of the zone, whose tool it is, and commands."""
    if not isinstance(author, User):
        return isinstance(author, str) and bool(author.strip())
    return of_the_zone(author) and allowed(author, Action.READ, zone=zone, public=False)


def may_put_away(author: Any, variant: KeptVariant) -> bool:
    """Whether somebody puts a variant away or brings it back: who kept it, and the office of the agreement."""
    if not may_keep_variants(author, variant.zone):
        return False
    if not isinstance(author, User):
        return True
    return author.pk == variant.author_id or may_settle(author, variant.zone, variant.declared)


@dataclass(kw_only=True, slots=True)
class KeepVariant:
    """Keep other terms of an agreement under a name.

    Parameters
    ----------
    known_at
        The moment whose evidence is read; now, where none is given.
    """

    zone: str
    agreement: Agreement
    title: str
    terms: Mapping[str, Any]
    first: int
    last: int
    author: Any
    known_at: dt.datetime | None = None
    note: str = ""

    def check(self) -> None:
        """Refuse whoever may not, a name that is none or in use, and terms that change nothing.

        Raises
        ------
        PermissionDenied, VariantRefused
        """
        if not may_keep_variants(self.author, self.zone):
            require(self.author, Action.READ, zone=self.zone, public=False)
            raise PermissionDenied
        title = self.title.strip()
        if not 0 < len(title) <= LONGEST_TITLE:
            raise VariantRefused(
                "title",
                Text(
                    zh=f"请给方案起个名称，不超过 {LONGEST_TITLE} 字。",
                    en=f"Give the variant a name of at most {LONGEST_TITLE} characters.",
                ),
            )
        if len(self.note) > LONGEST_NOTE:
            raise VariantRefused(
                "note",
                Text(
                    zh=f"说明不超过 {LONGEST_NOTE} 字，现为 {len(self.note)} 字。",
                    en=f"A note has at most {LONGEST_NOTE} characters; this one has {len(self.note)}.",
                ),
            )
        if not self.terms:
            raise VariantRefused(
                "no-terms",
                Text(
                    zh="方案没有改动任何条款。", en="The variant changes no term: there is nothing to keep."
                ),
            )

    def execute(self) -> KeptVariant:
        """Compute it and put it on record.

        Raises
        ------
        PermissionDenied, VariantRefused, TermRefused, OutOfForce
        """
        self.check()
        known_at = self.known_at or timezone.now()
        terms = plain(self.terms)
        made = what_if(self.agreement, self.first, self.last, terms, as_of=known_at)
        with transaction.atomic():
            audit.hold()
            self._refuse_name_in_use()
            last = KeptVariant.objects.filter(zone=self.zone).order_by("-serial").first()
            kept = KeptVariant(
                zone=self.zone,
                serial=1 if last is None else last.serial + 1,
                agreement=self.agreement.key,
                title=self.title.strip(),
                note=self.note.strip(),
                first_year=self.first,
                last_year=self.last,
                known_at=known_at,
                said=self.agreement.model_dump(mode="json", by_alias=True),
                terms=terms,
                net_in_force=made.base.total.net,
                net=made.others[0].total.net,
                open_periods=made.others[0].total.open,
                digest=made.digest(),
                sample=self.agreement.sample,
                recorded_at=timezone.now(),
                author=account_of(self.author),
                author_name=name_of(self.author),
            )
            kept.save()
            audit.record(
                actor=self.author,
                action="keep-variant",
                zone=self.zone,
                subject_kind="compensation-variant",
                subject_key=kept.reference,
                after={
                    "agreement": kept.agreement,
                    "title": kept.title,
                    "terms": terms,
                    "digest": kept.digest,
                },
            )
        return kept

    def _refuse_name_in_use(self) -> None:
        same = KeptVariant.objects.filter(
            zone=self.zone, agreement=self.agreement.key, title=self.title.strip()
        )
        other = next((each for each in same if each.put_away is None), None)
        if other is not None:
            raise VariantRefused(
                "name-in-use",
                Text(
                    zh=f"已有同名方案 {other.reference}（{other.author_name}，{timezone.localtime(other.recorded_at):%Y-%m-%d}），"
                    "请换个名称，或先将它移除。",
                    en=f"{other.reference} has this name already (kept by {other.author_name} on "
                    f"{timezone.localtime(other.recorded_at):%Y-%m-%d}): choose another, or remove that one first.",
                ),
            )


@dataclass(kw_only=True, slots=True)
class MoveVariant:
    """Put a kept variant away, or bring it back; what was kept stays on record either way."""

    variant: KeptVariant
    away: bool
    author: Any

    def check(self) -> None:
        """Refuse whoever may not, and a move to where it is.

        Raises
        ------
        PermissionDenied, VariantRefused
        """
        if not may_put_away(self.author, self.variant):
            require(self.author, Action.READ, zone=self.variant.zone, public=False)
            raise PermissionDenied(
                f"{self.variant.reference} is moved by {self.variant.author_name} or the office of the agreement."
            )
        if (self.variant.put_away is not None) == self.away:
            raise VariantRefused(
                "already",
                Text(zh="该方案已移除。", en="The variant is removed already.")
                if self.away
                else Text(zh="该方案没有被移除。", en="The variant was not removed."),
            )

    def execute(self) -> VariantPutAway:
        """Put the move on record."""
        with transaction.atomic():
            audit.hold()
            self.check()
            moved = VariantPutAway(
                variant=self.variant,
                away=self.away,
                recorded_at=timezone.now(),
                author=account_of(self.author),
                author_name=name_of(self.author),
            )
            moved.save()
            audit.record(
                actor=self.author,
                action="remove-variant" if self.away else "restore-variant",
                zone=self.variant.zone,
                subject_kind="compensation-variant",
                subject_key=self.variant.reference,
                before={"away": not self.away},
                after={"away": self.away},
            )
        return moved
