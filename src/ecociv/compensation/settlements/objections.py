"""Objections: a party objects to a preliminary settlement, the office of the leading group decides."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ecociv.compensation.settlements.common import (
    SettlementRefused,
    audited,
    last_day_to_object,
    latest_preliminary,
    refuse_day,
    refuse_paper,
)
from ecociv.compensation.settlements.models import Objection, ObjectionDecision, Settlement
from ecociv.compensation.settlements.permissions import require_decider, require_party
from ecociv.core.text import Text
from ecociv.evidence.actions.authors import recorded_by
from ecociv.people import audit


@dataclass(kw_only=True, slots=True)
class Object:
    """Object to a preliminary settlement (提出异议), as a party of the agreement."""

    settlement: Settlement
    body: str
    reason: str
    document: str
    day: dt.date
    author: Any

    def check(self) -> None:
        """Whether it can be recorded.

        Raises
        ------
        PermissionDenied
            For whoever does not speak for the body.
        SettlementRefused
            ``not-a-party``, ``no-reason``, ``no-document``, ``not-open``, ``too-late``.
        """
        if self.body not in (self.settlement.upstream, self.settlement.downstream):
            raise SettlementRefused(
                "not-a-party",
                Text(
                    zh=f"“{self.body}”不是协议的当事方。", en=f"{self.body!r} is no party of the agreement."
                ),
            )
        require_party(self.author, self.settlement.zone, self.body)
        if not self.reason.strip():
            raise SettlementRefused("no-reason", Text(zh="请说明理由。", en="Give the reason."))
        refuse_paper(self.document, self.day)
        latest = latest_preliminary(self.settlement.zone, self.settlement.agreement, self.settlement.span)
        if latest is None or latest.pk != self.settlement.pk or self.settlement.finals.exists():
            raise SettlementRefused(
                "not-open",
                Text(
                    zh="只能对最新的、尚未最终结算的初步核算提出异议。",
                    en="Only the latest preliminary settlement that is not final yet can be objected to.",
                ),
            )
        until = last_day_to_object(self.settlement)
        if not self.settlement.day <= self.day <= until:
            raise SettlementRefused(
                "too-late",
                Text(
                    zh=f"异议期为 {self.settlement.day} 至 {until}。",
                    en=f"Objections are taken from {self.settlement.day} to {until}.",
                ),
            )

    def execute(self) -> Objection:
        """Record it."""
        with transaction.atomic():
            audit.hold()
            self.check()
            made = Objection(
                settlement=self.settlement,
                body=self.body,
                reason=self.reason.strip(),
                document=self.document.strip(),
                day=self.day, **recorded_by(self.author),
            )
            made.save()
            audited(self.author, "compensation.object", self.settlement, {"body": self.body}, self.reason)
            return made


@dataclass(kw_only=True, slots=True)
class DecideObjection:
    """Decide on an objection (处理异议): upheld, and the period is computed again; or rejected with the reason."""

    objection: Objection
    upheld: bool
    reason: str
    day: dt.date
    author: Any

    def check(self) -> None:
        """Whether it can be decided.

        Raises
        ------
        PermissionDenied
            For whoever does not decide on objections.
        SettlementRefused
            ``no-reason``, ``decided``, ``before-objection``.
        """
        require_decider(self.author, self.objection.settlement.zone)
        if not self.reason.strip():
            raise SettlementRefused("no-reason", Text(zh="请说明理由。", en="Give the reason."))
        refuse_day(self.day)
        if ObjectionDecision.objects.filter(objection=self.objection).exists():
            raise SettlementRefused("decided", Text(zh="异议已处理。", en="It was decided on before."))
        if self.day < self.objection.day:
            raise SettlementRefused(
                "before-objection",
                Text(zh="处理日期不能早于异议日期。", en="The decision cannot come before the objection."),
            )

    def execute(self) -> ObjectionDecision:
        """Record it."""
        with transaction.atomic():
            audit.hold()
            self.check()
            made = ObjectionDecision(
                objection=self.objection,
                upheld=self.upheld,
                reason=self.reason.strip(),
                day=self.day, **recorded_by(self.author),
            )
            made.save()
            said = {"upheld": self.upheld, "body": self.objection.body}
            audited(self.author, "compensation.decide", self.objection.settlement, said, self.reason)
            return made
