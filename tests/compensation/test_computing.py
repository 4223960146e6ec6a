"""What an agreement comes to in a period; the arithmetic stands in the comments."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as these
from hypothesis import strategies as st

from compensation.situations import given, index, item, months, reading, version
from ecociv.compensation.agreements.computed import Computed
from ecociv.compensation.agreements.computing import bodies, compute
from ecociv.compensation.agreements.declaration import Version
from ecociv.compensation.agreements.periods import NoPeriod, SettlementPeriod, period_of
from ecociv.core.trace import Trace

MAY = SettlementPeriod(2017, 5)


def of_may(nh3n: Any, flow: Any = 10, **changes: Any) -> Computed:
    rows = [
        reading(name, (2017, 5), value)
        for name, value in (("nh3n", nh3n), ("flow", flow))
        if value is not None
    ]
    return compute(version(**changes), MAY, given(*rows))


def test_load_above_the_limit() -> None:
    # (1.5 - 1) mg/L * 10 m3/s * 31 d * 86400 s / 10^6 = 13.392 t; * 3000 yuan/t = 40176.00
    found = of_may(1.5)
    assert found.amount == Decimal("40176.00")
    assert bodies(version(), found.amount) == ("up", "down")
    assert found.trace is not None and [
        leaf.source_id for leaf in found.trace.leaves() if leaf.source_id
    ] == ["s1/nh3n", "s1/flow"]
    assert found.trace.standard is not None and str(found.trace.standard) == "协议, 第四条"


def test_at_the_limit_nothing_is_paid_and_below_it_downstream_pays_the_reward() -> None:
    assert of_may(1).amount == 0
    assert bodies(version(), Decimal("0.00")) is None
    formula = {"kind": "exceedance", "flow": "flow", "items": {"nh3n": item(1, 3000, reward=100)}}
    # (1 - 0.4) * 10 * 2678400 / 10^6 = 16.0704 t * 100 = 1607.04, and downstream pays
    found = of_may(0.4, formula=formula)
    assert found.amount == Decimal("-1607.04")
    assert bodies(version(), found.amount) == ("down", "up")


@pytest.mark.parametrize(("nh3n", "price"), [(1.2, 3000), (1.21, 4000), (1.5, 4000), (1.51, 6000)])
def test_the_price_rises_by_step_of_exceedance_from_both_sides(nh3n: float, price: int) -> None:
    steps = [{"above": 0.2, "price": 4000}, {"above": 0.5, "price": 6000}]
    formula = {"kind": "exceedance", "flow": "flow", "items": {"nh3n": item(1, 3000, steps=steps)}}
    # at 0.2 times the first price still holds, above it the next one: (C - 1) * 26.784 t per mg/L * price
    expected = (Decimal(str(nh3n)) - 1) * Decimal("26.784") * price
    assert of_may(nh3n, formula=formula).amount == expected.quantize(Decimal("0.01"))


def test_multiple_of_exceedance() -> None:
    formula = {"kind": "exceedance", "method": "multiple", "flow": "flow", "items": {"nh3n": item(2, "0.01")}}
    # (3 - 2) / 2 * 10 m3/s * 2678400 s * 0.01 yuan/m3 = 133920.00
    assert of_may(3, formula=formula).amount == Decimal("133920.00")


def test_flow_weighted_load_of_a_year() -> None:
    load = {
        "kind": "load",
        "flow": "flow",
        "items": {
            "tp": {
                "property": "tp",
                "name": {"zh": "总磷", "en": "TP"},
                "allowed": 30,
                "price": 1000,
                "reward": 500,
            }
        },
    }
    terms = version(formula=load, calendar={"period": "year"})
    year = SettlementPeriod(2015)
    # 0.1 mg/L * 10 m3/s * 365 d * 86400 s / 10^6 = 31.536 t; (31.536 - 30) * 1000 = 1536.00
    assert compute(terms, year, given(*months({"tp": 0.1, "flow": 10}, 2015))).amount == Decimal("1536.00")
    # 0.09: 28.3824 t; (28.3824 - 30) * 500 = -808.80
    assert compute(terms, year, given(*months({"tp": 0.09, "flow": 10}, 2015))).amount == Decimal("-808.80")
    # weighed by flow: 0.2 mg/L in the 31 days of January at 40 m3/s is 21.4272 t, the other months 0.1 at 10 28.8576 t
    rows = months({"tp": 0.1, "flow": 10}, 2015)
    rows = [r for r in rows if r.month != (2015, 1)] + [
        reading("tp", (2015, 1), 0.2),
        reading("flow", (2015, 1), 40),
    ]
    # 21.4272 + 28.8576 = 50.2848; (50.2848 - 30) * 1000 = 20284.80
    assert compute(terms, year, given(*rows)).amount == Decimal("20284.80")


GOLDEN = {"codmn": 2.05, "nh3n": 0.10, "tn": 1.20, "tp": 0.030}


@pytest.mark.parametrize(
    ("pattern", "p", "amount"),
    [("xinan-round-1", 0.8056, -100_000_000), ("xinan-round-2", 0.8435, -200_000_000)],
)
def test_the_published_p_index(pattern: str, p: float, amount: int) -> None:
    # sum(0.25 * C / C0) = 0.25 * (2.05/1.99 + 0.10/0.12 + 1.20/1.25 + 0.030/0.031) = 0.9478; * 0.85 = .8056; * 0.89 = .8435
    found = compute(index(pattern=pattern), SettlementPeriod(2016), given(*months(GOLDEN)))
    assert found.trace is not None
    section = found.trace.inputs[0]
    assert isinstance(section, Trace) and isinstance(section.inputs[0], Trace)
    assert round(section.inputs[0].value, 4) == p  # type: ignore[arg-type]
    assert found.amount == amount


def test_the_steps_of_p_from_both_sides() -> None:
    def paid(scale: float) -> Decimal | None:
        terms = index(pattern="xinan-round-1")
        bases = {key: float(each.baseline) * scale for key, each in terms.formula.items.items()}
        return compute(terms, SettlementPeriod(2016), given(*months(bases))).amount

    # P = 0.85 * scale: at 1 exactly downstream still pays, above it upstream does
    assert paid(1 / 0.85) == -100_000_000
    assert paid(1.0001 / 0.85) == 100_000_000


def test_a_major_accident_makes_upstream_pay() -> None:
    terms = index(accidents=[{"day": "2016-07-01", "document": "通报"}])
    found = compute(terms, SettlementPeriod(2016), given(*months(GOLDEN)))
    assert found.amount == 100_000_000
    assert compute(terms, SettlementPeriod(2017), given(*months(GOLDEN, 2017))).amount == -200_000_000


def test_missing_is_not_zero() -> None:
    found = of_may(None)
    assert found.amount is None and found.trace is None
    assert "missing in 2017-05" in found.open[0].en
    both = compute(version(), MAY, {})
    assert len(both.open) == 2, "every item that is missing is named"


def test_a_design_value_stands_in_where_the_agreement_says_so() -> None:
    sections, rule = [{"place": "s1", "design_flow": 20}], {"flow": "design"}
    # (1.5 - 1) * 20 m3/s * 2678400 / 10^6 = 26.784 t * 3000 = 80352.00
    found = of_may(1.5, None, sections=sections, readings=rule)
    assert found.amount == Decimal("80352.00") and "design value 20" in found.notes[0].en
    assert of_may(1.5, 10, sections=sections, readings=rule).notes == ()
    assert of_may(None, 10, sections=sections, readings=rule).amount is None, "only the flow has one"


def test_enough_readings() -> None:
    rows = [
        reading("nh3n", (2017, 5), 1.4),
        reading("nh3n", (2017, 5), 1.6),
        reading("flow", (2017, 5), 10),
        reading("flow", (2017, 5), 10),
    ]
    # mean (1.4 + 1.6) / 2 = 1.5
    assert compute(version(readings={"minimum": 2}), MAY, given(*rows)).amount == Decimal("40176.00")
    assert compute(version(readings={"minimum": 3}), MAY, given(*rows)).amount is None
    year = SettlementPeriod(2016)
    assert (
        compute(index(readings={"months": 10}), year, given(*months(GOLDEN, count=10))).amount == -200_000_000
    )
    assert compute(index(readings={"months": 10}), year, given(*months(GOLDEN, count=9))).amount is None


def test_caps_and_the_least_amount() -> None:
    cap = {"upstream": {"settlement": 30000, "year": 50000}}
    capped = of_may(1.5, cap=cap)
    assert (capped.amount, capped.uncapped) == (Decimal("30000.00"), Decimal("40176.00"))
    rows = given(reading("nh3n", (2017, 5), 1.5), reading("flow", (2017, 5), 10))
    # 50000 a year, 35000 were paid: 15000 are left
    assert compute(version(cap=cap), MAY, rows, paid=(Decimal(35000), Decimal(0))).amount == 15000
    assert compute(version(cap=cap), MAY, rows, paid=(Decimal(60000), Decimal(0))).amount == 0
    assert of_may(1.5, least="40176.00").amount == Decimal("40176.00")
    assert of_may(1.5, least="40176.01").amount == 0


def test_shares_of_two_sections() -> None:
    sections = [{"place": "s1", "share": 0.6}, {"place": "s2", "share": 0.4}]
    rows = given(
        *(
            reading(n, (2017, 5), v, place=p)
            for p in ("s1", "s2")
            for n, v in (("nh3n", 1.5 if p == "s1" else 1), ("flow", 10))
        )
    )
    # 0.6 * 40176.00 + 0.4 * 0 = 24105.60
    assert compute(version(sections=sections), MAY, rows).amount == Decimal("24105.60")


def test_half_a_fen_goes_to_the_even_one_and_nothing_is_cut_off() -> None:
    # (1.3 - 1) * 1 * 2678400 / 10^6 * 0.35 = 0.281232 -> 0.28; int(0.29 * 100) would be 28 where 29 is meant
    formula = {"kind": "exceedance", "flow": "flow", "items": {"nh3n": item(1, "0.35")}}
    assert of_may(1.3, 1, formula=formula).amount == Decimal("0.28")


@these(
    st.lists(st.tuples(st.floats(0, 5), st.floats(0, 500)), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_the_same_readings_give_the_same_bit_for_bit(
    values: list[tuple[float, float]], mixed: random.Random
) -> None:
    rows = [
        reading(n, (2017, 5), round(v, 4))
        for pair in values
        for n, v in zip(("nh3n", "flow"), pair, strict=True)
    ]
    first = compute(version(), MAY, given(*rows))
    assert compute(Version.model_validate(version().content()), MAY, given(*rows)).digest() == first.digest()
    mixed.shuffle(rows)
    assert compute(version(), MAY, given(*rows)).amount == first.amount
    assert (
        first.amount is not None
        and first.amount >= 0
        and first.amount == first.amount.quantize(Decimal("0.01"))
    )


@pytest.mark.parametrize("text", ["2017-13", "17-05", "May", "", "2017-5", "2017-05-01", "99999"])
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(NoPeriod, match="neither"):
        period_of(text)


def test_periods_follow_one_another() -> None:
    assert str(period_of("2016-12").next) == "2017-01" and str(period_of("2016").next) == "2017"
    assert period_of("2016-02").last.day == 29
