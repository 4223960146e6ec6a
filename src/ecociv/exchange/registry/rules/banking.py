"""Carrying units into a later vintage (结转) and using those of the next one now (预支). Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass

from ecociv.core.verdicts import Reason, Verdict
from ecociv.exchange.instruments import Instrument
from ecociv.exchange.registry.making import Id, borrow, exchange_series
from ecociv.exchange.registry.movements import Kind, Movement, Series
from ecociv.exchange.registry.rules.reasons import no, reason


@dataclass(frozen=True, slots=True)
class BankingPlan:
    """Whether and how many units may be carried over."""

    account: str
    source: Series
    target: Series
    quantity: int
    limit: int
    verdict: Verdict

    def movement(self, id: Id, *, document: str, at: int) -> Movement:
        """The old units are cancelled, as many of the later vintage take their place."""
        return exchange_series(
            id,
            Kind.BANK,
            self.account,
            self.source,
            self.quantity,
            self.target,
            self.quantity,
            document=document,
            at=at,
        )


@dataclass(frozen=True, slots=True)
class BorrowingPlan:
    """Whether and how many units of a later vintage may be used now."""

    account: str
    later: Series
    now: Series
    quantity: int
    limit: int
    verdict: Verdict

    def movement(self, id: Id, *, document: str, at: int) -> Movement:
        """Units are made for now, and as many of the later vintage are owed."""
        return borrow(id, self.account, self.later, self.now, self.quantity, document=document, at=at)


def plan_banking(
    instrument: Instrument,
    account: str,
    source: Series,
    target: Series,
    quantity: int,
    *,
    net_sold: int,
    banked_before: int = 0,
) -> BankingPlan:
    """Whether units may be carried over: up to a base and a multiple of what the account sold net.

    Parameters
    ----------
    net_sold : int
        Units sold less units bought in the declared span; negative for a net buyer, who has the base only.
    banked_before : int
        Units that were carried into the target already.
    """
    terms = instrument.terms.banking
    reasons: list[Reason] = []
    limit = 0
    if terms is None:
        reasons.append(
            reason(
                "banking-none", "{label}不能结转。", "{label} is not carried over.", label=instrument.label
            )
        )
    else:
        sold = max(0, net_sold)
        more = sold * terms.per_net_sale.made // terms.per_net_sale.given if terms.per_net_sale else 0
        limit = max(0, terms.base + more - banked_before)
        if quantity > limit:
            reasons.append(
                reason(
                    "banking-limit",
                    "最多还可结转 {limit}，拟结转 {quantity}。",
                    "At most {limit} more may be carried over; {quantity} were asked for.",
                    limit=limit,
                    quantity=quantity,
                )
            )
    if (
        source.instrument != target.instrument
        or source.region != target.region
        or target.vintage <= source.vintage
    ):
        reasons.append(
            reason(
                "banking-target",
                "{source} 不能结转为 {target}：只能结转到同一品种、同一区域的以后年度。",
                "{source} cannot be carried into {target}: it has to be a later vintage of the same.",
                source=str(source),
                target=str(target),
            )
        )
    return BankingPlan(account, source, target, quantity, limit, no(*reasons))


def plan_borrowing(
    instrument: Instrument,
    account: str,
    now: Series,
    quantity: int,
    *,
    required: int,
    held: int,
    owed: int = 0,
) -> BorrowingPlan:
    """Whether units of the next vintage may be used: from a shortfall of the declared part on, up to a part of it.

    Parameters
    ----------
    required, held : int
        What has to be surrendered for the year, and what the account has for it, without what it borrowed.
    owed : int
        Units that it has borrowed already.
    """
    terms = instrument.terms.borrowing
    reasons: list[Reason] = []
    limit = 0
    years = terms.years if terms else 1
    later = now._replace(vintage=now.vintage + years)
    if terms is None:
        reasons.append(
            reason(
                "borrowing-none", "{label}不能预支。", "{label} cannot be borrowed.", label=instrument.label
            )
        )
    else:
        gap = max(0, required - held)
        if gap * 10_000 < terms.minimum_gap_bp * required or not gap:
            reasons.append(
                reason(
                    "borrowing-gap",
                    "缺口 {gap}（应清缴 {required}），未达到可预支的缺口率 {least} 万分比。",
                    "The gap is {gap} of {required}; borrowing begins at {least} basis points.",
                    gap=gap,
                    required=required,
                    least=terms.minimum_gap_bp,
                )
            )
        else:
            limit = max(0, gap * terms.limit_of_gap_bp // 10_000 - owed)
        if quantity > limit:
            reasons.append(
                reason(
                    "borrowing-limit",
                    "最多还可预支 {limit}，拟预支 {quantity}。",
                    "At most {limit} more may be borrowed; {quantity} were asked for.",
                    limit=limit,
                    quantity=quantity,
                )
            )
    return BorrowingPlan(account, later, now, quantity, limit, no(*reasons))
