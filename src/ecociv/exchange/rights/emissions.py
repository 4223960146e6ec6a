"""Verified emissions (核查排放量): recorded by revision, and surrender against them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.verdicts import Reason
from ecociv.evidence.actions.authors import name_of
from ecociv.exchange.actions.base import CommandRefused, require_operator
from ecociv.exchange.journal.sending import Receipt
from ecociv.exchange.registry import Movement
from ecociv.exchange.registry.rules import Assessment, SurrenderPlan, plan_surrender
from ecociv.exchange.registry.rules.reasons import no, reason
from ecociv.exchange.rights.base import (
    NUMBERED_BY_THE_JOURNAL,
    HolderAction,
    RightsRefused,
    instrument_on,
    refuse_unless,
    registry_read,
)
from ecociv.exchange.rights.models import VerifiedEmission
from ecociv.people import audit
from ecociv.people.models import User

EARLIEST = 1990
LARGEST = 10**12
"""Units a year that no enterprise of a zone emits; beyond it a unit was mistaken."""


def emissions(
    zone: str, account: str = "", instrument: str = "", year: int | None = None, region: str | None = None
) -> Any:
    """Verified emissions, every revision, the latest year and revision first."""
    rows = VerifiedEmission.objects.filter(zone=zone).order_by(
        "-year", "account", "instrument", "region", "-revision"
    )
    if account:
        rows = rows.filter(account=account)
    if instrument:
        rows = rows.filter(instrument=instrument)
    if year is not None:
        rows = rows.filter(year=year)
    if region is not None:
        rows = rows.filter(region=region)
    return rows


def assessments(zone: str, account: str, instrument: str, year: int, region: str = "") -> list[Assessment]:
    """The revisions of one year as the rules take them."""
    return [
        Assessment(row.year, row.quantity, row.revision, row.document)
        for row in emissions(zone, account, instrument, year, region)
    ]


@dataclass(kw_only=True, slots=True)
class RecordVerifiedEmission:
    """Record verified emissions of a year; a second time it is a restatement, which needs a reason and keeps the first."""

    zone: str
    author: Any
    account: str
    instrument: str
    year: int
    quantity: int
    document: str
    region: str = ""
    reason: str = ""
    sample: bool = False

    def check(self) -> int:
        """The number of the revision.

        Raises
        ------
        PermissionDenied, InstrumentNotInForce
        RightsRefused
            Naming the field.
        """
        if isinstance(self.author, User):
            require_operator(self.author, self.zone)
        one = instrument_on(self.zone, self.instrument)
        reasons = []
        if type(self.quantity) is not int or not 0 <= self.quantity <= LARGEST:
            reasons.append(
                reason(
                    "quantity",
                    "排放量 {quantity} 应为 0 到 {largest} 的整数。",
                    "The emissions {quantity} have to be a whole number from 0 to {largest}.",
                    quantity=self.quantity,
                    largest=LARGEST,
                )
            )
        if not EARLIEST <= self.year <= timezone.localdate().year:
            reasons.append(
                reason(
                    "year",
                    "年份 {year} 应为 {earliest} 至今年。",
                    "The year {year} has to lie between {earliest} and this year.",
                    year=self.year,
                    earliest=EARLIEST,
                )
            )
        if not self.document.strip():
            reasons.append(
                reason("document-missing", "请填写核查报告文号。", "Name the report of the verification.")
            )
        if one.regions and self.region not in one.regions:
            reasons.append(
                reason(
                    "region-unknown",
                    "请选择流域或区域：{known}。",
                    "Choose the region or basin: {known}.",
                    known="、".join(one.regions),
                )
            )
        last = emissions(self.zone, self.account, self.instrument, self.year, self.region).first()
        if last is not None and last.quantity == self.quantity:
            reasons.append(
                reason(
                    "unchanged",
                    "与第 {revision} 版相同（{quantity}），无须再录。",
                    "It is what revision {revision} says already ({quantity}).",
                    revision=last.revision,
                    quantity=self.quantity,
                )
            )
        if last is not None and not self.reason.strip():
            reasons.append(
                reason(
                    "reason-missing",
                    "该年度已有第 {revision} 版，请说明更正理由。",
                    "There is revision {revision} of that year: say why it is restated.",
                    revision=last.revision,
                )
            )
        refuse_unless(no(*reasons))
        return last.revision + 1 if last is not None else 1

    def execute(self) -> VerifiedEmission:
        """Record it."""
        with transaction.atomic():
            audit.hold()
            row = VerifiedEmission.objects.create(
                zone=self.zone,
                account=self.account,
                instrument=self.instrument,
                region=self.region,
                year=self.year,
                revision=self.check(),
                quantity=self.quantity,
                document=self.document.strip(),
                reason=self.reason.strip(),
                author_name=name_of(self.author),
                sample=self.sample,
            )
            audit.record(
                actor=self.author,
                action="exchange.verified-emission",
                zone=self.zone,
                subject_kind="exchange-account",
                subject_key=self.account,
                after={
                    "instrument": self.instrument,
                    "region": self.region,
                    "year": self.year,
                    "quantity": self.quantity,
                },
                reason=self.reason or self.document,
            )
        return row


@dataclass(kw_only=True, slots=True)
class SurrenderUnits(HolderAction):
    """Surrender units against verified emissions (清缴履约).

    Parameters
    ----------
    credits
        Sink credits that are to count in place of allowances.
    partial
        Whether what there is goes even though it does not suffice.
    """

    instrument_key: str
    year: int
    region: str = ""
    credits: int = 0
    partial: bool = False

    def planned(self) -> SurrenderPlan:
        """Which units would go.

        Raises
        ------
        RightsRefused
            When the emissions of the year are not verified.
        """
        known = assessments(self.zone, self.account, self.instrument_key, self.year, self.region)
        if not known:
            raise RightsRefused(
                no(
                    reason(
                        "not-assessed",
                        "{year} 年排放量尚未核查。",
                        "The emissions of {year} are not verified yet.",
                        year=self.year,
                    )
                )
            )
        one = self.instrument(self.instrument_key)
        return registry_read(
            self.zone,
            lambda registry: plan_surrender(
                registry, one, self.account, known, credits=self.credits, region=self.region or None
            ),
        )

    def plan(self) -> Movement:
        plan = self.planned()
        codes = set(plan.verdict.codes) - {"surplus"}
        if not (plan.verdict.ok or (self.partial and codes == {"shortfall"})):
            raise RightsRefused(plan.verdict)
        if not plan.parts:
            raise RightsRefused(
                no(reason("nothing-due", "没有需要清缴的数量。", "There is nothing to surrender."))
            )
        place = plan.position
        self.settle_once(plan.account, plan.obligation, place.own, place.credits, place.revision)
        return plan.movement(NUMBERED_BY_THE_JOURNAL, **self.paper())

    def execute(self) -> Receipt:
        """Surrender them.

        Raises
        ------
        RightsRefused
            By the rules, by the engine, or because somebody else has just done it.
        """
        try:
            return HolderAction.execute(self)
        except CommandRefused as refused:
            raise RightsRefused(no(Reason(refused.code, refused.text))) from refused
