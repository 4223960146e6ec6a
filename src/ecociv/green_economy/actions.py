"""Settling a month of a treatment contract; asking for the issuance of forest carbon."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.green_economy.contracts import Month, PerformanceRefused, contract_of, performance
from ecociv.green_economy.declaration import bodies
from ecociv.green_economy.forest_carbon import Removals
from ecociv.green_economy.models import IssuanceRequest, PerformanceSettlement
from ecociv.green_economy.performance import MonthPayment
from ecociv.green_economy.projects import period_removals, project_of, surveys
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.plan.queries import current_package
from ecociv.registers.entries import Entry
from ecociv.standards.arrays import MeasurementError


class GreenRefused(ValueError):
    """Something of the green economy that cannot be recorded; ``texts`` says why."""

    def __init__(self, *texts: Text) -> None:
        super().__init__(" ".join(text.en for text in texts))
        self.texts = texts


def _body(zone: str, declared: str) -> str:
    return current_package(zone).body_on(declared, timezone.localdate()).key


def may_settle(user: Any, zone: str) -> bool:
    """Whether somebody may settle contracts: the declared body; a command without an account may."""
    if not isinstance(user, User):
        return isinstance(user, str) and bool(user.strip())
    return allowed(user, Action.RECORD_EVIDENCE, zone=zone, lead=[_body(zone, bodies(zone).contracts)])


def may_request(user: Any, zone: str) -> bool:
    """Whether somebody may ask for issuance: the body that answers for forests; a command without an account may."""
    if not isinstance(user, User):
        return isinstance(user, str) and bool(user.strip())
    return allowed(user, Action.RECORD_EVIDENCE, zone=zone, lead=[_body(zone, bodies(zone).forest_carbon)])


@dataclass(kw_only=True, slots=True)
class SettlePerformance:
    """Settle what is paid for a month of a contract (绩效付费结算), from the readings as they are known now.

    A month that is settled again needs a reason, and is the next revision.
    """

    zone: str
    contract: str
    month: str
    author: Any
    reason: str = ""
    sample: bool = False

    def check(self) -> tuple[Entry, MonthPayment, int]:
        """The contract, what is due, and the revisions there are.

        Raises
        ------
        PermissionDenied
            Whoever does not act for the body that settles contracts.
        GreenRefused
            A month that has not ended or cannot be judged, a settlement that would change nothing.
        """
        if not may_settle(self.author, self.zone):
            require(
                self.author,
                Action.RECORD_EVIDENCE,
                zone=self.zone,
                lead=[_body(self.zone, bodies(self.zone).contracts)],
            )
        try:
            month = Month.read(self.month)
            if month.end > timezone.localdate():
                raise PerformanceRefused(
                    Text(
                        zh=f"{month}尚未结束，不能结算。",
                        en=f"{month} has not ended: it cannot be settled yet.",
                    )
                )
            found = contract_of(self.zone, self.contract, month.first) or contract_of(
                self.zone, self.contract, month.end - dt.timedelta(days=1)
            )
            if found is None:
                raise PerformanceRefused(
                    Text(
                        zh=f"{month}没有合同{self.contract}。",
                        en=f"There was no contract {self.contract} in {month}.",
                    )
                )
            due = performance(self.zone, found, month)
        except PerformanceRefused as refused:
            raise GreenRefused(refused.text) from refused
        last = (
            PerformanceSettlement.objects.filter(zone=self.zone, contract=self.contract, month=str(month))
            .order_by("-revision")
            .first()
        )
        if last is not None:
            amount = due.amount if isinstance(due.amount, Decimal) else None
            if last.amount == amount and last.trace_said == due.trace.to_json():
                raise GreenRefused(
                    Text(
                        zh=f"{month}已结算，监测数据没有变化。",
                        en=f"{month} is settled, and nothing has changed since.",
                    )
                )
            if not self.reason.strip():
                raise GreenRefused(
                    Text(
                        zh=f"{month}已结算；重新结算请说明原因。",
                        en=f"{month} is settled: say why it is settled again.",
                    )
                )
        return found, due, last.revision if last else 0

    def execute(self) -> PerformanceSettlement:
        """Record the settlement."""
        with transaction.atomic():
            audit.hold()
            found, due, before = self.check()
            fee = found.values["monthly-fee"]
            assert isinstance(fee, Decimal)
            row = PerformanceSettlement(
                zone=self.zone,
                contract=self.contract,
                month=str(Month.read(self.month)),
                revision=before + 1,
                fee=fee,
                amount=due.amount if isinstance(due.amount, Decimal) else None,
                parts=[_part(one) for one in due.parts],
                trace_said=due.trace.to_json(),
                reason=self.reason.strip()[:500],
                sample=self.sample or found.sample or due.trace.sample,
                recorded_at=timezone.now(),
                author=account_of(self.author),
                author_name=name_of(self.author),
            )
            row.save()
            audit.record(
                actor=self.author,
                action="settle-performance",
                zone=self.zone,
                subject_kind="treatment-contract",
                subject_key=f"{self.contract}:{row.month}",
                after={"amount": str(row.amount), "revision": row.revision},
                reason=self.reason,
            )
        return row


def _part(one: Any) -> dict[str, Any]:
    return {
        "obligation": one.promise.key,
        "title": one.promise.title,
        "series": one.promise.series,
        "limit": str(one.promise.limit),
        "at_most": one.promise.at_most,
        "unit": one.promise.unit,
        "promised": str(one.promise.share),
        "due": one.due,
        "usable": one.usable,
        "met": one.met,
        "attained": None if one.attained is None else str(one.attained),
        "pay": None if one.pay is None else str(one.pay),
        "reasons": [reason.to_json() for reason in one.reasons],
        "breaches": [[used.start.isoformat(), str(used.value), used.revision] for used in one.breaches],
    }


@dataclass(kw_only=True, slots=True)
class RequestIssuance:
    """Ask for the issuance of a project's net removals between two surveys (签发申请).

    The document goes to the registry of the exchange, which decides on it; no unit comes into being here.
    """

    zone: str
    project: str
    years: tuple[int, int]
    author: Any
    sample: bool = False

    def check(self) -> tuple[Entry, Removals]:
        """The project and what may be asked for.

        Raises
        ------
        PermissionDenied
            Whoever does not act for the body that answers for forests.
        GreenRefused
            A project that is not registered, surveys that do not bear it, a period that was asked for already.
        """
        if not may_request(self.author, self.zone):
            require(
                self.author,
                Action.RECORD_EVIDENCE,
                zone=self.zone,
                lead=[_body(self.zone, bodies(self.zone).forest_carbon)],
            )
        found = project_of(self.zone, self.project)
        if found is None:
            raise GreenRefused(
                Text(
                    zh=f"没有林业碳汇项目{self.project}。",
                    en=f"There is no forest-carbon project {self.project}.",
                )
            )
        try:
            made = period_removals(found, surveys(self.zone, self.project), self.years)
        except MeasurementError as error:
            raise GreenRefused(Text(zh=f"样地调查不能使用：{error}", en=str(error))) from error
        faults = []
        if found.state != "registered":
            faults.append(
                Text(
                    zh=f"项目{found.state_name.zh}，未在备案状态。",
                    en=f"The project is not registered: {found.state_name.en}.",
                )
            )
        first, last = found.term
        if first and last and not (first <= made.first and made.last <= last):
            faults.append(
                Text(
                    zh=f"监测期{made.first}至{made.last}超出计入期{first}至{last}。",
                    en=f"The period {made.first} to {made.last} goes beyond the crediting period {first} to {last}.",
                )
            )
        faults += [reason.text for reason in made.verdict.reasons]
        other = IssuanceRequest.objects.filter(
            zone=self.zone, project=self.project, first__lt=made.last, last__gt=made.first
        ).first()
        if other is not None:
            faults.append(
                Text(
                    zh=f"第{other.serial}号申请已包含{other.first}至{other.last}，不能重复申请。",
                    en=f"Request {other.serial} covers {other.first} to {other.last} already: nothing is asked for twice.",
                )
            )
        if faults:
            raise GreenRefused(*faults)
        return found, made

    def execute(self) -> IssuanceRequest:
        """Record the request."""
        with transaction.atomic():
            audit.hold()
            found, made = self.check()
            assert made.tonnes is not None
            last = (
                IssuanceRequest.objects.filter(zone=self.zone)
                .order_by("-serial")
                .values_list("serial", flat=True)
                .first()
            )
            row = IssuanceRequest(
                zone=self.zone,
                serial=(last or 0) + 1,
                project=self.project,
                title=found.title[:160],
                owner=found.holder,
                first_year=self.years[0],
                last_year=self.years[1],
                first=made.first,
                last=made.last,
                tonnes=made.tonnes,
                said=_removals_said(found, made),
                trace_said=made.trace.to_json(),
                sample=self.sample or found.sample or made.trace.sample,
                recorded_at=timezone.now(),
                author=account_of(self.author),
                author_name=name_of(self.author),
            )
            row.save()
            audit.record(
                actor=self.author,
                action="request-issuance",
                zone=self.zone,
                subject_kind="forest-carbon-project",
                subject_key=self.project,
                after={"request": row.serial, "tonnes": row.tonnes},
            )
        return row


def _removals_said(project: Entry, made: Removals) -> dict[str, Any]:
    return {
        "methodology": str(project.values["methodology"]),
        "area": str(project.values["area"]),
        "years": str(made.years),
        "change": round(made.change, 3),
        "half_width": round(made.half_width, 3),
        "uncertainty": str(made.uncertainty),
        "deducted": str(made.deducted),
        "baseline": str(made.baseline),
        "leakage": str(made.leakage),
        "strata": [
            {
                "name": one.name,
                "area": str(one.area),
                "plots": one.plots,
                "before": round(one.before, 3),
                "after": round(one.after, 3),
                "change": round(one.change, 3),
            }
            for one in made.strata
        ],
    }
