"""What must hold for every concentration: exact against fractions, rising, continuous, indifferent to shape and order."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.core.rounding import FLOAT_GUARD, round_half_even
from ecociv.standards import air, parameter

EDITIONS = ("HJ 633-2012", "HJ 633-2026")
COLUMNS = [
    (kind, edition, item)
    for kind in ("hourly", "daily")
    for edition in EDITIONS
    for item in parameter(f"air.breakpoints.{kind}", edition=edition).table
    if item != "index"
]


def knots_of(kind, edition, item):
    table = parameter(f"air.breakpoints.{kind}", edition=edition).table
    return table[item], table["index"][: len(table[item])]


def reference(kind, edition, item, concentration):
    """The sub-index by the formula in fractions, from the decimal that a reader sees."""
    knots, index = knots_of(kind, edition, item)
    exact = Decimal(repr(float(concentration)))
    if edition == "HJ 633-2026":
        exact = round_half_even(exact, 1 if item == "co" else 0)
    c = Fraction(exact)
    if c >= knots[-1]:
        return index[-1]
    place = next(k for k in range(1, len(knots)) if c <= knots[k])
    low, high, from_index, to_index = knots[place - 1], knots[place], index[place - 1], index[place]
    value = Fraction(to_index - from_index, high - low) * (c - low) + from_index
    whole = math.floor(value)
    return whole if value - whole <= Fraction(str(FLOAT_GUARD)) * max(1, whole) else whole + 1


def sub_index(kind, edition, item, concentration):
    evaluate = air.hourly_aqi if kind == "hourly" else air.daily_aqi
    return evaluate(**{item: concentration}, edition=edition).sub_indices[item]


def concentrations(column):
    top = knots_of(*column)[0][-1]
    return st.one_of(
        st.integers(0, int(top * 1.2)).map(float),
        st.decimals(0, int(top * 1.2), places=3).map(float),
        st.floats(0, top * 1.2, allow_subnormal=False),
        # halves, where rounding to even decides, and the neighbours of breakpoints
        st.integers(0, int(top * 20)).map(lambda n: n / 20),
        st.sampled_from([float(knot) for knot in knots_of(*column)[0]]).flatmap(
            lambda knot: st.floats(max(0.0, knot - 1e-6), knot + 1e-6)
        ),
    )


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: "-".join(column))
def test_exact_against_fractions(column):
    @settings(max_examples=60, deadline=None)
    @given(st.lists(concentrations(column), min_size=1, max_size=40))
    def check(given_values):
        found = sub_index(*column, np.array(given_values))
        expected = [reference(*column, value) for value in given_values]
        assert found.astype(int).tolist() == expected

    check()


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: "-".join(column))
def test_never_falls_where_the_concentration_rises(column):
    top = knots_of(*column)[0][-1]
    fine = np.linspace(0, top * 1.1, 20_001)
    assert (np.diff(sub_index(*column, fine)) >= 0).all()


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: "-".join(column))
def test_continuous_at_breakpoints_and_right_on_both_sides(column):
    knots, index = knots_of(*column)
    tick = 0.1 if column[2] == "co" else 1.0
    for knot, at_knot in list(zip(knots, index, strict=True))[1:-1]:
        below, on, above = sub_index(*column, np.array([knot - tick, knot, knot + tick])).tolist()
        assert on == at_knot
        assert below <= on < above
        # the span of a breakpoint table is never steeper than three index points a tick
        assert on - below <= 3
        assert above - on <= 3


FIGURES = st.fixed_dictionaries(
    {
        key: st.one_of(st.just(math.nan), st.floats(0, top).map(lambda x: round(x, 1)))
        for key, top in {"so2": 900, "no2": 900, "co": 40, "o3": 900, "pm10": 700, "pm2_5": 600}.items()
    }
)


def results_of(rows, edition):
    columns = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    return air.hourly_aqi(**columns, edition=edition)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(FIGURES, min_size=1, max_size=12), st.sampled_from(EDITIONS), st.randoms(use_true_random=False)
)
def test_rows_do_not_depend_on_order_shape_or_company(rows, edition, random):
    together = results_of(rows, edition)
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = results_of([rows[k] for k in order], edition)
    np.testing.assert_array_equal(shuffled.value, together.value[order])
    np.testing.assert_array_equal(shuffled.primary.bits, together.primary.bits[order])
    columns = {key: np.array([row[key] for row in rows]).reshape(-1, 1) for key in rows[0]}
    shaped = air.hourly_aqi(**columns, edition=edition)
    assert shaped.value.shape == shaped.level.shape == (len(rows), 1)
    np.testing.assert_array_equal(shaped.level.reshape(-1), together.level)
    for k, row in enumerate(rows):
        single = air.hourly_aqi(**row, edition=edition)
        np.testing.assert_equal(float(single.value), float(together.value[k]))
        assert single.level == together.level[k]
        assert single.primary == together.primary[k]
        assert single.validity.n == together.validity.n[k]
        assert single.validity.enough == together.validity.enough[k]


@settings(max_examples=200, deadline=None)
@given(FIGURES, st.sampled_from(EDITIONS))
def test_index_level_and_primary_follow_from_the_sub_indices(row, edition):
    hour = air.hourly_aqi(**row, edition=edition)
    known = {key: value for key, value in hour.sub_indices.items() if not math.isnan(value)}
    gap = len(known) < 6
    if not known or (edition == "HJ 633-2026" and gap and max(known.values()) <= 100):
        assert math.isnan(hour.value)
        assert (hour.level, hour.primary) == (0, ())
        return
    assert hour.value == max(known.values())
    assert hour.level == 1 + sum(hour.value > bound for bound in (50, 100, 150, 200, 300))
    expected = tuple(key for key in air.POLLUTANTS if known.get(key) == hour.value) if hour.value > 50 else ()
    assert hour.primary == expected


def test_results_do_not_change_across_the_seams_of_large_arrays():
    rng = np.random.default_rng(20200413)
    column = np.round(rng.lognormal(3.5, 0.7, 300_000), 1)
    whole = air.hourly_aqi(pm2_5=column, edition="HJ 633-2012").value
    parts = [air.hourly_aqi(pm2_5=part, edition="HJ 633-2012").value for part in np.array_split(column, 7)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_input_kinds_agree():
    column = [0.8, 12.0, 35.5]
    expected = air.hourly_aqi(co=np.array(column), edition="HJ 633-2012").value.tolist()
    for kind in (
        column,
        tuple(column),
        np.array(column, dtype=np.float32),
        np.ma.array(column),
        np.array(column)[::1],
    ):
        assert air.hourly_aqi(co=kind, edition="HJ 633-2012").value.tolist() == expected
    masked = np.ma.array(column, mask=[False, True, False])
    assert np.isnan(air.hourly_aqi(co=masked, edition="HJ 633-2012").value[1])


def test_an_input_is_never_changed():
    column = np.array([1.0, np.nan, 900.0])
    before = column.copy()
    air.hourly_aqi(so2=column, co=column / 100, edition="HJ 633-2026")
    np.testing.assert_array_equal(column, before)
