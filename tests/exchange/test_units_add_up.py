"""Whatever is carried over, borrowed, repaid, replaced, converted, surrendered or let expire: the units of a series add up."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.evidence.declared import zone_folder
from ecociv.exchange.instruments import Banking, Borrowing, Instrument, Ratio, Replacement, instrument
from ecociv.exchange.registry import (
    Kind,
    Movement,
    MovementRefused,
    Registry,
    Series,
    State,
    exchange_series,
    issue,
    open_account,
    repay,
    surrender,
)
from ecociv.exchange.registry.rules import (
    expiry_movement,
    plan_banking,
    plan_borrowing,
    plan_replacement,
)

BASE = instrument("cea", zone_folder("jingdezhen"), dt.date(2024, 6, 1))
VINTAGES = (2023, 2024, 2025)
ACCOUNTS = ("plant", "kiln")
PAPER: dict[str, Any] = {"document": "paper", "at": 0}
ratios = st.builds(Ratio, given=st.integers(1, 5), made=st.integers(1, 5))


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    """An instrument with terms as a zone might declare them."""
    terms = BASE.terms.model_copy(
        update={
            "banking": Banking(base=draw(st.integers(0, 60)), per_net_sale=draw(st.none() | ratios)),
            "borrowing": Borrowing(
                minimum_gap_bp=draw(st.integers(0, 10_000)), limit_of_gap_bp=draw(st.integers(1, 10_000))
            ),
            "replacement": Replacement(met=draw(ratios), missed=draw(ratios)),
        }
    )
    return dataclasses.replace(BASE, terms=terms)


STEPS = st.tuples(
    st.sampled_from(["issue", "bank", "borrow", "repay", "replace", "convert", "surrender", "expire"]),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(VINTAGES),
    st.integers(1, 80),
    st.integers(-40, 40),
    st.booleans(),
)


def states(registry: Registry, series: Series) -> dict[State, int]:
    """Units of a series by state, over all accounts."""
    return {
        state: sum(
            registry.holding(account, series.instrument, series.vintage, series.region, state)
            for account in ACCOUNTS
        )
        for state in State
    }


@settings(max_examples=120, deadline=None)
@given(instruments(), st.lists(STEPS, max_size=25))
def test_what_was_issued_is_the_sum_of_all_states_at_every_moment(
    one: Instrument, walk: list[tuple[Any, ...]]
) -> None:
    registry, number = Registry(), 0
    made: dict[Series, int] = {}

    def apply(movement: Movement) -> bool:
        try:
            registry.apply(movement)
        except MovementRefused:
            return False
        for line in movement.lines:
            if type(line).__name__ == "Make":
                made[line.series] = made.get(line.series, 0) + line.quantity  # type: ignore[union-attr]
        return True

    for account in ACCOUNTS:
        number += 1
        registry.apply(open_account(number, account, **PAPER))
    for what, account, vintage, units, figure, met in walk:
        number += 1
        series = Series("cea", vintage)
        free = registry.claimed(account, series, State.FREE, "")
        owed = registry.debt(account, series._replace(vintage=vintage + 1))
        if what == "issue":
            apply(issue(number, series, account, units, **PAPER))
        elif what == "bank":
            before = registry.claimed(account, series, State.CANCELLED, "bank")
            bank = plan_banking(
                one,
                account,
                series,
                series._replace(vintage=vintage + 1),
                units,
                net_sold=figure,
                banked_before=before,
            )
            banking = one.terms.banking
            assert banking is not None
            more = 0
            if banking.per_net_sale and figure > 0:
                more = figure * banking.per_net_sale.made // banking.per_net_sale.given
            assert bank.limit == max(0, banking.base + more - before)
            if bank.verdict.ok and apply(bank.movement(number, **PAPER)):
                # all that was ever carried over stays within the limit
                assert before + units <= banking.base + more
        elif what == "borrow":
            required = abs(figure) * 3
            loan = plan_borrowing(one, account, series, units, required=required, held=free - owed, owed=owed)
            if loan.verdict.ok and apply(loan.movement(number, **PAPER)):
                borrowing = one.terms.borrowing
                assert borrowing is not None
                gap = required - (free - owed)
                assert (owed + units) * 10_000 <= gap * borrowing.limit_of_gap_bp
                assert registry.debt(account, loan.later) == owed + units
        elif what == "repay":
            later = series._replace(vintage=vintage + 1)
            apply(repay(number, account, later, units, **PAPER))
        elif what == "replace":
            plan = plan_replacement(
                one, account, series, series._replace(vintage=vintage + 1), units, quality_met=met, held=free
            )
            ratio = one.terms.replacement.met if met else one.terms.replacement.missed  # type: ignore[union-attr]
            # never less than the ratio asks for, and never a whole unit more
            assert 0 <= plan.given * ratio.made - units * ratio.given < ratio.made
            assert bool(plan.verdict.ok) is (plan.given <= free)
            if plan.verdict.ok:
                assert apply(plan.movement(number, **PAPER))
        elif what == "convert":
            apply(
                exchange_series(
                    number,
                    Kind.CONVERT,
                    account,
                    series,
                    units,
                    Series("ccer", vintage),
                    max(1, units // 2),
                    **PAPER,
                )
            )
        elif what == "surrender":
            apply(surrender(number, account, [(series, units)], "cea/2024", **PAPER))
        elif series in registry.ledgers:
            apply(expiry_movement(number, registry, series, **PAPER))
        for each in registry.ledgers:
            assert sum(states(registry, each).values()) == registry.issued(
                each.instrument, each.vintage, each.region
            )
            assert registry.issued(each.instrument, each.vintage, each.region) == made.get(each, 0)
        assert registry.verify() == []
    assert Registry.load(registry.dump()).digest() == registry.digest()
