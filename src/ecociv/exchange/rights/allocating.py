"""Rounds of allocation (初始分配): one movement for the whole round, and the paid part of it when it was paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Sum

from ecociv.core.trace import Citation
from ecociv.evidence.actions.authors import name_of
from ecociv.exchange.actions.base import OperatorAction
from ecociv.exchange.instruments import Instrument
from ecociv.exchange.journal.sending import Receipt
from ecociv.exchange.projections.models import AccountRow, MovementRow
from ecociv.exchange.registry import Kind, Movement, Series
from ecociv.exchange.registry.rules import Allocation, AllocationRefused, Applicant, allocate, grant
from ecociv.exchange.registry.rules.reasons import no, reason
from ecociv.exchange.rights.applicants import LeftOut
from ecociv.exchange.rights.base import NUMBERED_BY_THE_JOURNAL, RightsAction, RightsRefused, refuse_unless
from ecociv.exchange.rights.models import AllocationRound


@dataclass(kw_only=True, slots=True)
class AllocateRound(RightsAction):
    """Allocate a series: free parts to the applicants, everything else under the cap into the government's reserve.

    Parameters
    ----------
    applicants
        From `applicants_of_permits` or `applicants_of_file`.
    supplement
        Whether it adds to a round that the series has had.
    """

    series: Series
    cap: int
    applicants: Sequence[Applicant]
    left_out: Sequence[LeftOut] = ()
    supplement: bool = False
    sample: bool = False
    _round: Allocation | None = field(default=None, init=False, repr=False)
    _number: int = field(default=1, init=False, repr=False)

    def allocation(self) -> Allocation:
        """The round as it would be.

        Raises
        ------
        RightsRefused
        """
        one = self.instrument(self.series.instrument)
        self._refuse_what_does_not_fit(one)
        try:
            return allocate(
                self.applicants,
                self.cap,
                citation=Citation(one.terms.citation.zh, verified=one.terms.verified),
            )
        except AllocationRefused as refused:
            raise RightsRefused(no(reason("allocation", "{t}", "{t}", t=refused.text))) from refused

    def plan(self) -> Movement:
        self._round = self.allocation()
        if not self._round.cap:
            refuse_unless(no(reason("nothing", "总量为零。", "The cap is nothing.")))
        before = rounds(self.zone, self.series)
        self._number = len(before) + 1
        if before and not self.supplement:
            refuse_unless(
                no(
                    reason(
                        "allocated-before",
                        "{series} 已分配 {times} 次，如为追加请注明。",
                        "{series} was allocated {times} times: say so if this adds to it.",
                        series=str(self.series),
                        times=len(before),
                    )
                )
            )
        self.settle_once(self.series, self._number)
        one = self.instrument(self.series.instrument)
        return self._round.movement(NUMBERED_BY_THE_JOURNAL, self.series, one.reserve, **self.paper())

    def also(self, receipt: Receipt) -> None:
        """Keep the round with its arithmetic, in the transaction of the movement."""
        OperatorAction.also(self, receipt)
        if not receipt.outcome["ok"]:
            return
        made = self._round
        assert made is not None
        AllocationRound.objects.create(
            zone=self.zone,
            instrument=self.series.instrument,
            vintage=self.series.vintage,
            region=self.series.region,
            number=self._number,
            cap=made.cap,
            reserve=made.reserve,
            document=self.document.strip(),
            sequence=receipt.sequence,
            parts=[
                {
                    "account": part.account,
                    "units": part.units,
                    "free": part.free,
                    "paid": part.paid,
                    "trace": made.trace(part.account).to_json(),
                }
                for part in made.parts
            ],
            left_out=[
                {"account": one.account, "name": one.name, "why": one.why.to_mapping()}
                for one in self.left_out
            ],
            author_name=name_of(self.author),
            sample=self.sample,
        )

    def _refuse_what_does_not_fit(self, one: Instrument) -> None:
        reasons = []
        if one.regions and self.series.region not in one.regions:
            reasons.append(
                reason(
                    "region-unknown",
                    "{label}按流域（区域）分配，请选择：{known}。",
                    "{label} is allocated by basin or region: choose one of {known}.",
                    label=one.label,
                    known="、".join(one.regions),
                )
            )
        if not one.regions and self.series.region:
            reasons.append(
                reason("region-none", "{label}不分区域。", "{label} has no regions.", label=one.label)
            )
        if (one.vintage_rule == "none") == bool(self.series.vintage):
            reasons.append(
                reason(
                    "vintage", "请填写年度（批次）。", "Give the vintage, where there is one and only there."
                )
            )
        known = set(
            AccountRow.objects.filter(venue=self.zone, closed=False).values_list("account", flat=True)
        )
        wanted: Iterable[str] = [one.reserve, *(applicant.account for applicant in self.applicants)]
        missing = sorted(set(wanted) - known)
        if missing:
            reasons.append(
                reason(
                    "account-unknown",
                    "没有账户：{missing}，请先开户。",
                    "There is no account {missing}: open it first.",
                    missing="、".join(missing),
                )
            )
        refuse_unless(no(*reasons))


@dataclass(kw_only=True, slots=True)
class GrantPaidPart(RightsAction):
    """Hand over the paid part of an allocation against its price (有偿部分出让), up to what is not paid for yet.

    ``price`` in fen per unit and year; not below the benchmark price that the zone declares for the day.
    """

    series: Series
    quantity: int
    account: str
    price: int

    def plan(self) -> Movement:
        self.refuse_expired(self.series)
        one = self.instrument(self.series.instrument)
        left = unpaid(self.zone, self.series, self.account)
        reasons = []
        if self.quantity > left:
            reasons.append(
                reason(
                    "paid-part",
                    "账户“{account}”尚未缴款的有偿部分为 {left}，拟出让 {asked}。",
                    "{left} units of the paid part of account {account} are not paid for yet; {asked} were asked for.",
                    account=self.account,
                    left=left,
                    asked=self.quantity,
                )
            )
        benchmark = one.offered.benchmark_on(self.day())
        if self.price <= 0 or (benchmark is not None and self.price < benchmark.price):
            reasons.append(
                reason(
                    "price",
                    "单价 {price} 分低于基准价 {floor} 分。",
                    "The price of {price} fen is below the benchmark of {floor} fen.",
                    price=self.price,
                    floor=benchmark.price if benchmark else 1,
                )
            )
        refuse_unless(no(*reasons))
        self.settle_once(self.series, self.account, left)
        return grant(
            NUMBERED_BY_THE_JOURNAL,
            one,
            self.series,
            self.quantity,
            self.account,
            self.price,
            **self.paper(),
        )


def unpaid(zone: str, series: Series, account: str) -> int:
    """Units of the paid parts of an account that have not been handed over yet."""
    due = sum(
        part["paid"] for made in rounds(zone, series) for part in made.parts if part["account"] == account
    )
    had = MovementRow.objects.filter(
        venue=zone,
        kind=Kind.GRANT.value,
        unit=series.instrument,
        vintage=series.vintage,
        region=series.region,
        taker=account,
    ).aggregate(units=Sum("quantity"))["units"]
    return int(due - (had or 0))


def rounds(zone: str, series: Series | None = None) -> list[AllocationRound]:
    """Rounds of allocation, the latest first; of one series or of all."""
    found = AllocationRound.objects.filter(zone=zone).order_by("-recorded_at", "-pk")
    if series is not None:
        found = found.filter(instrument=series.instrument, vintage=series.vintage, region=series.region)
    return list(found)
