"""Registering: first registration, change, transfer, correction, cancellation; overlapping rights are refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import shapely
from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.core.workdays import is_working_day, working_days_between
from ecociv.land_administration.rights.declaration import rules
from ecociv.land_administration.rights.entry import boundary_of, enter
from ecociv.land_administration.rights.models import Registration, RightUnit
from ecociv.land_administration.rights.overlaps import OverlapPatch
from ecociv.land_administration.rights.registering import (
    LAYER,
    Registering,
    RegistrationRefused,
    Source,
    registered_overlaps,
)
from ecociv.land_administration.rights.state import Party, TransferRefused, UnitState, faults, transferred
from ecociv.people import audit
from ecociv.territory.layers.kinds import layer_kind

__all__ = [
    "CancelUnit",
    "RegisterChange",
    "RegisterCorrection",
    "RegisterFirst",
    "RegisterTransfer",
    "RegistrationRefused",
    "Source",
    "boundary_of",
]

LETTERS = {
    "water": "S",
    "forest": "L",
    "wetland": "D",
    "grassland": "C",
    "tidal-flat": "T",
    "mineral": "K",
    "reserve": "B",
    "wasteland": "H",
}
"""Letter of each kind in the number of a unit; our own declaration."""


LONGEST_NOTICE = 3660
"""Days; a notice of more than ten years is a slip of the hand."""


@dataclass(kw_only=True, slots=True)
class RegisterFirst(Registering):
    """Register a unit for the first time (首次登记).

    Parameters
    ----------
    kind
        One of the classes of the layer kind ``registered-rights``.
    boundary
        Polygon in degrees, CGCS2000.
    notice_from, notice_to
        First and last day of the public notice, which has to run for the declared number of working days before.
    """

    zone: str
    kind: str
    state: UnitState
    boundary: shapely.Geometry
    notice_from: dt.date | None = None
    notice_to: dt.date | None = None

    def check(self) -> str:
        """The county in which the unit lies, when everything is in order.

        Raises
        ------
        PermissionDenied
            Whoever does not act for the body that answers for land.
        RegistrationRefused
            With a sentence for each fault, and the patches that are registered already.
        """
        self.common(self.zone)
        if self.kind not in LETTERS:
            known = "、".join(layer_kind(LAYER).class_names())
            self.texts.append(
                Text(
                    zh=f"没有登记单元类型“{self.kind}”：{known}。",
                    en=f"{self.kind!r} is no kind of unit: {known}.",
                )
            )
        self.texts.extend(faults(self.state, rules()))
        self.texts.extend(self._notice_faults())
        county = ""
        patches: list[OverlapPatch] = []
        if self.boundary_faults(self.boundary):
            county = self.county_of(self.zone, self.boundary)
            patches = registered_overlaps(self.zone, self.boundary, self.kind)
        self.refuse(patches)
        return county

    def execute(self) -> Registration:
        """Give the unit its number and enter it."""
        with transaction.atomic():
            audit.hold()
            county = self.check()
            unit = RightUnit(
                zone=self.zone,
                number=self._number(county),
                kind=self.kind,
                county=county,
                sample=self.sample,
                recorded_at=timezone.now(),
            )
            unit.save()
            return enter(
                self,
                unit,
                Registration.Event.FIRST,
                self.state,
                self.boundary,
                notice_from=self.notice_from,
                notice_to=self.notice_to,
            )

    def _notice_faults(self) -> Iterable[Text]:
        notice = rules().notice
        if "first" not in notice.for_ or self.day() < notice.valid_from:
            return
        if self.notice_from is None or self.notice_to is None:
            yield Text(zh="请填写公告起止日期。", en="Give the first and the last day of the public notice.")
            return
        if not 0 <= (self.notice_to - self.notice_from).days <= LONGEST_NOTICE:
            yield Text(
                zh="公告起止日期有误，请核对。",
                en="The days of the public notice cannot be right: check them.",
            )
            return
        # The first day of the notice counts, where it is a working day.
        days = working_days_between(self.notice_from, self.notice_to) + is_working_day(
            self.notice_from, assume=True
        )
        if days < notice.working_days:
            yield Text(
                zh=f"公告了 {max(days, 0)} 个工作日，须不少于 {notice.working_days} 个（{notice.citation.zh}）。",
                en=f"The notice ran for {max(days, 0)} working days; {notice.working_days} are needed ({notice.citation.en}).",
            )
        if self.notice_to >= self.day():
            yield Text(zh="公告期满后才能登记。", en="It is registered after the notice has ended.")

    def _number(self, county: str) -> str:
        stem = f"{county}{LETTERS[self.kind]}"
        last = (
            RightUnit.objects.filter(zone=self.zone, number__startswith=stem)
            .order_by("-number")
            .values_list("number", flat=True)
            .first()
        )
        return f"{stem}{int(last[len(stem) :]) + 1 if last else 1:06d}"


@dataclass(kw_only=True, slots=True)
class _OnUnit(Registering):
    """A registration of a unit that is on the register; ``seen`` is the serial that the author decided on."""

    unit: RightUnit
    seen: int

    def _before(self) -> Registration:
        self.common(self.unit.zone)
        before = self.unit.registrations.select_related("boundary__layer").order_by("-serial").first()
        if before is None or before.ended:
            self.texts.append(Text(zh="该单元已注销。", en="The unit has been cancelled."))
            self.refuse()
        assert before is not None
        if before.serial != self.seen:
            self.texts.append(
                Text(
                    zh=f"该单元已有第 {before.serial} 次登记，您看到的是第 {self.seen} 次。请刷新后再办。",
                    en=f"There is registration {before.serial} by now; you saw {self.seen}. Read it and decide again.",
                )
            )
        return before

    def _same_boundary(self, boundary: shapely.Geometry | None, before: Registration) -> bool:
        return boundary is None or bool(boundary.normalize() == boundary_of(before).normalize())

    def _overlaps(self, boundary: shapely.Geometry | None) -> list[OverlapPatch]:
        """Note what is wrong with a new boundary; where it lies over other units."""
        if boundary is None or not self.boundary_faults(boundary):
            return []
        self.county_of(self.unit.zone, boundary)
        return registered_overlaps(self.unit.zone, boundary, self.unit.kind, self.unit.number)


@dataclass(kw_only=True, slots=True)
class RegisterChange(_OnUnit):
    """Register a change (变更登记) of what is said of a unit, of its boundary, or both."""

    state: UnitState
    boundary: shapely.Geometry | None = None

    def check(self) -> Registration:
        """The registration before, when everything is in order."""
        before = self._before()
        self.texts.extend(faults(self.state, rules()))
        patches = self._overlaps(self.boundary)
        if self._same_boundary(self.boundary, before) and self.state.says_the_same(before.state):
            self.texts.append(Text(zh="没有任何变化。", en="Nothing would change."))
        self.refuse(patches)
        return before

    def execute(self) -> Registration:
        """Enter the change."""
        with transaction.atomic():
            audit.hold()
            before = self.check()
            return enter(self, self.unit, Registration.Event.CHANGE, self.state, self.boundary, before=before)


@dataclass(kw_only=True, slots=True)
class RegisterTransfer(_OnUnit):
    """Register that a share of a right passed to another party (转移登记)."""

    right: str
    giver: str
    taker: Party
    share: Fraction

    def check(self) -> tuple[Registration, UnitState]:
        """The registration before and the state after."""
        before = self._before()
        after = before.state
        try:
            after = transferred(before.state, self.right, self.giver, self.taker, self.share, self.day())
        except TransferRefused as refused:
            self.texts.append(refused.text)
        self.texts.extend(faults(after, rules()))
        self.refuse()
        return before, after

    def execute(self) -> Registration:
        """Enter the transfer."""
        with transaction.atomic():
            audit.hold()
            before, after = self.check()
            return enter(self, self.unit, Registration.Event.TRANSFER, after, None, before=before)


@dataclass(kw_only=True, slots=True)
class RegisterCorrection(_OnUnit):
    """Correct what was registered wrongly (更正登记); the wrong registration stays to be read."""

    corrects: int
    state: UnitState
    boundary: shapely.Geometry | None = None

    def check(self) -> Registration:
        """The registration before, when everything is in order."""
        before = self._before()
        if not self.reason.strip():
            self.texts.append(Text(zh="请说明错在哪里。", en="Say what was wrong."))
        if not 1 <= self.corrects <= before.serial:
            self.texts.append(
                Text(zh=f"没有第 {self.corrects} 次登记。", en=f"There is no registration {self.corrects}.")
            )
        self.texts.extend(faults(self.state, rules()))
        patches = self._overlaps(self.boundary)
        if self._same_boundary(self.boundary, before) and self.state.says_the_same(before.state):
            self.texts.append(Text(zh="没有任何更正。", en="Nothing would be corrected."))
        self.refuse(patches)
        return before

    def execute(self) -> Registration:
        """Enter the correction."""
        with transaction.atomic():
            audit.hold()
            before = self.check()
            return enter(
                self,
                self.unit,
                Registration.Event.CORRECTION,
                self.state,
                self.boundary,
                before=before,
                corrects=self.corrects,
            )


@dataclass(kw_only=True, slots=True)
class CancelUnit(_OnUnit):
    """Take a unit off the register (注销登记); its history stays."""

    def check(self) -> Registration:
        """The registration before, when everything is in order."""
        before = self._before()
        if not self.reason.strip():
            self.texts.append(Text(zh="请说明注销的原因。", en="Say why it is cancelled."))
        self.refuse()
        return before

    def execute(self) -> Registration:
        """Enter the cancellation."""
        with transaction.atomic():
            audit.hold()
            before = self.check()
            return enter(self, self.unit, Registration.Event.CANCELLATION, before.state, None, before=before)
