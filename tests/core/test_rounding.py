"""GB/T 8170: exactly half goes to the even digit, judged on the decimal that a reader sees."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.rounding import ceil_to_integer, round_half_even, round_significant

# Finite floats of the sizes that occur in measurements, and a few that do not.
floats = st.floats(allow_nan=False, allow_infinity=False, width=64)
# Three-decimal readings hit the halves of two decimals all the time.
readings = st.integers(-10_000_000, 10_000_000).map(lambda n: n / 1000)


def by_hand(value: float, digits: int) -> float:
    """The rule in decimals, with nothing clever about it."""
    with_room = Decimal(repr(value))
    whole = with_room.scaleb(digits)
    if whole.adjusted() > 400 or whole == whole.to_integral_value():
        return value
    return float(whole.quantize(Decimal(1), ROUND_HALF_EVEN).scaleb(-digits)) if whole.adjusted() < 27 else value


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (60.5, 0, 60.0),  # 60 is even
        (61.5, 0, 62.0),
        (0.5, 0, 0.0),
        (0.75, 1, 0.8),  # 8 is even
        (0.85, 1, 0.8),  # the float lies above 0.85 by 2e-17; the reader sees exactly half
        (2.675, 2, 2.68),  # the float lies below 2.675; 8 is even
        (2.665, 2, 2.66),
        (0.851, 1, 0.9),  # more than half
        (-60.5, 0, -60.0),
        (1.005, 2, 1.0),
        (1.015, 2, 1.02),
        (150.0, -2, 200.0),
        (250.0, -2, 200.0),
        (1e300, 2, 1e300),
        (5e-324, 3, 0.0),
        (123456789012345.67, 2, 123456789012345.67),
        (0.49999999999999994, 0, 0.0),  # the largest float below one half
        (0.50000000000000011, 0, 1.0),  # the smallest above
        (4503599627370495.5, 0, 4503599627370496.0),
    ],
)
def test_half_goes_to_the_even_digit(value: float, digits: int, expected: float) -> None:
    assert round_half_even(value, digits) == expected
    assert round_half_even(np.array([value]), digits)[0] == expected
    assert float(round_half_even(Decimal(repr(value)), digits)) == expected


@given(st.lists(readings, min_size=1, max_size=40), st.integers(0, 3))
def test_arrays_of_readings_round_as_decimals_do(values: list[float], digits: int) -> None:
    assert round_half_even(np.array(values), digits).tolist() == [by_hand(v, digits) + 0.0 for v in values]


@given(st.lists(floats, min_size=1, max_size=10), st.integers(-30, 30))
def test_arrays_of_any_floats_round_as_decimals_do(values: list[float], digits: int) -> None:
    one_by_one = [round_half_even(v, digits) for v in values]
    assert round_half_even(np.array(values), digits).tolist() == one_by_one


@given(floats, st.integers(-5, 12))
def test_rounding_twice_changes_nothing(value: float, digits: int) -> None:
    once = round_half_even(value, digits)
    assert round_half_even(once, digits) == once


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-10**12, max_value=10**12, places=4), st.integers(0, 4))
def test_a_rounded_decimal_lies_within_half_a_unit(value: Decimal, digits: int) -> None:
    assert abs(round_half_even(value, digits) - value) <= Decimal(5).scaleb(-digits - 1)


def test_why_this_module_exists() -> None:
    # Python rounds the binary value, which lies below 2.675; numpy rounds 100 times the value, 1.035 to 103.49999999999999.
    assert round(2.675, 2) == 2.67
    assert round_half_even(2.675, 2) == 2.68
    wrong = [n / 1000 for n in range(3000) if np.round(n / 1000, 2) != by_hand(n / 1000, 2)]
    assert wrong
    assert round_half_even(np.array(wrong), 2).tolist() == [by_hand(value, 2) for value in wrong]


def test_missing_and_infinite_pass_through_and_zero_has_no_sign() -> None:
    rounded = round_half_even(np.array([np.nan, np.inf, -np.inf, -0.2]), 0)
    assert np.isnan(rounded[0])
    assert rounded[1:].tolist() == [np.inf, -np.inf, 0.0]
    assert not np.signbit(rounded[3])
    assert not round_half_even(Decimal("-0.2"), 0).is_signed()
    assert str(round_half_even(-0.2, 0)) == "0.0"
    assert round_half_even(Decimal("NaN"), 1).is_nan()
    assert np.isnan(round_half_even(float("nan"), 1))


def test_single_precision_is_judged_by_its_own_shortest_form() -> None:
    # As float64 the float32 of 0.85 is 0.8500000238418579, which would round up.
    assert round_half_even(np.array([0.85], dtype=np.float32), 1).tolist() == [0.8]
    assert round_half_even(np.float32(0.85), 1) == 0.8


def test_integers_stay_integers() -> None:
    assert round_half_even(1250, -2) == 1200
    assert round_half_even(1350, -2) == 1400
    assert round_half_even(np.array([1250, 1350, 7]), -2).tolist() == [1200.0, 1400.0, 0.0]
    assert round_half_even(10**30 + 5, -1) == 10**30


def test_shape_is_kept_and_the_input_is_not_changed() -> None:
    values = np.array([[0.5, 1.5], [2.5, 3.5]])
    assert round_half_even(values, 0).tolist() == [[0.0, 2.0], [2.0, 4.0]]
    assert values.tolist() == [[0.5, 1.5], [2.5, 3.5]]
    assert round_half_even(np.array([]), 1).shape == (0,)


def test_text_arrays_are_refused() -> None:
    with pytest.raises(TypeError, match="array of floats or integers"):
        round_half_even(np.array(["1.5"]), 0)


@pytest.mark.parametrize(
    ("value", "figures", "expected"),
    [
        ("9.996", 3, "10.0"),  # carries into a new figure, and keeps three
        ("0.00012345", 4, "0.0001234"),  # 4 is even
        ("0.00012355", 4, "0.0001236"),
        ("1235", 3, "1240"),
        ("1245", 3, "1240"),
        ("0", 3, "0"),
        ("-2.5", 1, "-2"),
    ],
)
def test_significant_figures(value: str, figures: int, expected: str) -> None:
    assert str(round_significant(Decimal(value), figures)) == expected
    assert round_significant(float(value), figures) == float(expected)
    assert round_significant(np.array([float(value)]), figures).tolist() == [float(expected)]


@given(st.lists(floats, min_size=1, max_size=10), st.integers(1, 17))
def test_significant_figures_of_arrays_agree_with_single_values(values: list[float], figures: int) -> None:
    one_by_one = [round_significant(v, figures) for v in values]
    assert round_significant(np.array(values), figures).tolist() == one_by_one


def test_no_figures_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        round_significant(1.0, 0)


class TestRoundingUp:
    """An index rounds up, but not because of the noise of float arithmetic."""

    def test_noise_on_either_side_of_a_whole_number_is_that_number(self) -> None:
        assert ceil_to_integer(50.00000000000001) == 50
        assert ceil_to_integer(49.99999999999999) == 50
        assert ceil_to_integer(np.array([50.00000000000001, 49.99999999999999])).tolist() == [50.0, 50.0]

    def test_noise_that_occurs(self) -> None:
        # PM10 of 95 on (50, 150] -> (50, 100]: 50 / 100 * (95 - 50) + 50 = 72.5, up to 73; and a whole one:
        # O3 of 110 on (100, 160] -> (50, 100]: 50 / 60 * 10 + 50 = 58.333, up to 59
        assert ceil_to_integer((100 - 50) / (150 - 50) * (95 - 50) + 50) == 73
        assert ceil_to_integer((100 - 50) / (160 - 100) * (110 - 100) + 50) == 59
        # 0.1 * 3 * 100 is 30.000000000000004 in floats and 30 on paper
        assert ceil_to_integer(0.1 * 3 * 100) == 30

    def test_what_truly_lies_above_goes_up(self) -> None:
        # The nearest an index can lie above a whole number is about 1e-6; the guard is 1e-9.
        assert ceil_to_integer(50.000001) == 51
        assert ceil_to_integer(50.00000000051) == 50  # within the guard of 1e-9 * 50 = 5e-8
        assert ceil_to_integer(50.0000001) == 51  # 1e-7 lies outside

    def test_decimals_are_almost_exact(self) -> None:
        assert ceil_to_integer(Decimal("50.0000000001")) == 51
        assert ceil_to_integer(Decimal(1) / 3 * 3) == 1  # 0.999...9 with 28 nines
        assert ceil_to_integer(Decimal("50.0000000000000000000000001")) == 50

    def test_missing_passes_through_and_zero_has_no_sign(self) -> None:
        assert np.isnan(ceil_to_integer(float("nan")))
        assert np.isnan(ceil_to_integer(np.array([np.nan]))[0])
        assert str(ceil_to_integer(-0.3)) == "0.0"
        assert ceil_to_integer(7) == 7
        assert ceil_to_integer(Decimal("NaN")).is_nan()
