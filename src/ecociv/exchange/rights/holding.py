"""What is done with units that somebody holds: transfer, pledge, freezing, cancellation, carrying over, replacement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ecociv.exchange.registry import (
    Movement,
    Registry,
    Series,
    State,
    cancel,
    freeze,
    pledge,
    repay,
    transfer,
    unfreeze,
    unpledge,
)
from ecociv.exchange.registry.rules import (
    buy_back,
    may_pass,
    plan_banking,
    plan_borrowing,
    plan_replacement,
    reclaim_movement,
)
from ecociv.exchange.registry.rules.lifetime import idle_verdict
from ecociv.exchange.registry.rules.reasons import no, reason
from ecociv.exchange.registry.rules.surrendering import position, usable
from ecociv.exchange.rights.base import (
    NUMBERED_BY_THE_JOURNAL,
    HolderAction,
    RightsAction,
    free_units,
    refuse_unless,
    registry_read,
)
from ecociv.exchange.rights.parties import party


@dataclass(kw_only=True, slots=True)
class TransferUnits(RightsAction):
    """Transfer units outside of trading (非交易划转): inheritance, merger, judgment; the bans on passing on hold."""

    series: Series
    quantity: int
    giver: str
    taker: str

    def plan(self) -> Movement:
        one = self.instrument(self.series.instrument)
        day = self.day()
        refuse_unless(
            may_pass(
                one,
                self.series,
                self.quantity,
                party(self.zone, self.giver, one, day),
                party(self.zone, self.taker, one, day),
                day,
                held=free_units(self.zone, self.giver, self.series),
            )
        )
        return transfer(
            NUMBERED_BY_THE_JOURNAL, self.series, self.quantity, self.giver, self.taker, **self.paper()
        )


@dataclass(kw_only=True, slots=True)
class ClaimAction(RightsAction):
    """Units that are kept for somebody, or set free; ``claim`` is the contract or the number of the order."""

    series: Series
    quantity: int
    account: str
    claim: str
    make: Any = field(default=None, init=False, repr=False)

    def plan(self) -> Movement:
        if not self.claim.strip():
            refuse_unless(
                no(
                    reason(
                        "claim-missing",
                        "请填写合同号或文号。",
                        "Give the number of the contract or the order.",
                    )
                )
            )
        made: Movement = type(self).movement_of(
            NUMBERED_BY_THE_JOURNAL,
            self.series,
            self.quantity,
            self.account,
            self.claim.strip(),
            **self.paper(),
        )
        return made

    @staticmethod
    def movement_of(*args: Any, **kwargs: Any) -> Movement:
        """The movement in the words of the registry."""
        raise NotImplementedError


@dataclass(kw_only=True, slots=True)
class PledgeUnits(ClaimAction):
    """Pledge units (质押登记) under a contract."""

    movement_of = staticmethod(pledge)

    def plan(self) -> Movement:
        self.refuse_expired(self.series)
        return ClaimAction.plan(self)


@dataclass(kw_only=True, slots=True)
class ReleasePledge(ClaimAction):
    """Release pledged units (解除质押)."""

    movement_of = staticmethod(unpledge)


@dataclass(kw_only=True, slots=True)
class FreezeUnits(ClaimAction):
    """Freeze units by order (冻结): the rest of the account stays usable."""

    movement_of = staticmethod(freeze)


@dataclass(kw_only=True, slots=True)
class UnfreezeUnits(ClaimAction):
    """End the freezing of units (解冻)."""

    movement_of = staticmethod(unfreeze)


@dataclass(kw_only=True, slots=True)
class CancelUnits(HolderAction):
    """Cancel units for good (自愿注销)."""

    series: Series
    quantity: int

    def plan(self) -> Movement:
        return cancel(NUMBERED_BY_THE_JOURNAL, self.series, self.quantity, self.account, **self.paper())


@dataclass(kw_only=True, slots=True)
class BankUnits(HolderAction):
    """Carry units into a later vintage (结转).

    ``net_sold`` is what was sold less what was bought in the span that the scheme names; the operator states it.
    """

    source: Series
    vintage: int
    quantity: int
    net_sold: int = 0

    def plan(self) -> Movement:
        self.refuse_expired(self.source)
        target = self.source._replace(vintage=self.vintage)
        before = registry_read(self.zone, lambda registry: _banked(registry, self.account, target))
        plan = plan_banking(
            self.instrument(self.source.instrument),
            self.account,
            self.source,
            target,
            self.quantity,
            net_sold=self.net_sold,
            banked_before=before,
        )
        refuse_unless(plan.verdict)
        self.settle_once(self.account, self.source, target, before)
        return plan.movement(NUMBERED_BY_THE_JOURNAL, **self.paper())


@dataclass(kw_only=True, slots=True)
class BorrowUnits(HolderAction):
    """Use units of the next vintage now (预支), where the shortfall is large enough."""

    now: Series
    quantity: int

    def plan(self) -> Movement:
        from ecociv.exchange.rights.emissions import assessments

        one = self.instrument(self.now.instrument)
        known = assessments(self.zone, self.account, one.key, self.now.vintage, self.now.region)
        if not known:
            refuse_unless(
                no(
                    reason(
                        "not-assessed",
                        "{year} 年排放量尚未核查，不能确定缺口。",
                        "The emissions of {year} are not verified yet, so nobody knows the gap.",
                        year=self.now.vintage,
                    )
                )
            )

        def gap(registry: Registry) -> tuple[int, int, int]:
            place = position(registry, one, self.account, known)
            later = self.now._replace(
                vintage=self.now.vintage + (one.terms.borrowing.years if one.terms.borrowing else 1)
            )
            owed = registry.debt(self.account, later)
            have = sum(
                registry.claimed(self.account, series, State.FREE, "")
                for series in usable(registry, one, self.now.vintage)
            )
            return place.assessed, place.counted + have - owed, owed

        required, held, owed = registry_read(self.zone, gap)
        plan = plan_borrowing(
            one, self.account, self.now, self.quantity, required=required, held=held, owed=owed
        )
        refuse_unless(plan.verdict)
        self.settle_once(self.account, self.now, required, owed)
        return plan.movement(NUMBERED_BY_THE_JOURNAL, **self.paper())


@dataclass(kw_only=True, slots=True)
class RepayUnits(HolderAction):
    """Pay back with units of the later vintage what was borrowed of it (偿还预支)."""

    later: Series
    quantity: int

    def plan(self) -> Movement:
        return repay(NUMBERED_BY_THE_JOURNAL, self.account, self.later, self.quantity, **self.paper())


@dataclass(kw_only=True, slots=True)
class ReplaceUnits(HolderAction):
    """Give up units for the discharge of a new project (削减替代): twofold where last year's quality missed the standard.

    ``quality_met`` says whether it met; ``None`` when nobody knows, and then nothing is replaced.
    """

    source: Series
    vintage: int
    needed: int
    quality_met: bool | None

    def permit(self) -> None:
        RightsAction.permit(self)

    def plan(self) -> Movement:
        self.refuse_expired(self.source)
        self._refuse_another_year()
        plan = plan_replacement(
            self.instrument(self.source.instrument),
            self.account,
            self.source,
            self.source._replace(vintage=self.vintage),
            self.needed,
            quality_met=self.quality_met,
            held=free_units(self.zone, self.account, self.source),
        )
        refuse_unless(plan.verdict)
        return plan.movement(NUMBERED_BY_THE_JOURNAL, **self.paper())

    def _refuse_another_year(self) -> None:
        """Rights of a new project are of this year or the next: of a later one they would last longer than rights do."""
        year = self.day().year
        if self.vintage not in (year, year + 1):
            refuse_unless(
                no(
                    reason(
                        "replacement-vintage",
                        "新项目权量的年度应为 {year} 或 {next}，而不是 {vintage}。",
                        "Rights of a new project are of {year} or {next}, not of {vintage}.",
                        year=year,
                        next=year + 1,
                        vintage=self.vintage,
                    )
                )
            )


@dataclass(kw_only=True, slots=True)
class BuyBackUnits(RightsAction):
    """The government's reserve buys units back (政府回购); ``price`` in fen per unit and year."""

    series: Series
    quantity: int
    giver: str
    price: int

    def plan(self) -> Movement:
        self.refuse_expired(self.series)
        one = self.instrument(self.series.instrument)
        return buy_back(
            NUMBERED_BY_THE_JOURNAL, one, self.series, self.quantity, self.giver, self.price, **self.paper()
        )


@dataclass(kw_only=True, slots=True)
class ReclaimIdle(RightsAction):
    """Take idle rights back into the reserve (闲置收回); ``last_used`` is the last day of use as the inspection found it."""

    series: Series
    quantity: int
    giver: str
    last_used: Any

    def plan(self) -> Movement:
        one = self.instrument(self.series.instrument)
        refuse_unless(idle_verdict(one, self.last_used, self.day()))
        return reclaim_movement(
            NUMBERED_BY_THE_JOURNAL, one, self.series, self.quantity, self.giver, **self.paper()
        )


def _banked(registry: Registry, account: str, target: Series) -> int:
    """Units of earlier vintages that an account has given up for a later one."""
    return sum(
        registry.claimed(account, series, State.CANCELLED, "bank")
        for series in registry.series_of(target.instrument, region=target.region)
        if series.vintage < target.vintage
    )
