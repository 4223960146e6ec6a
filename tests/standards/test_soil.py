"""GB 15618-2018: each limit from both sides, Nemerow, missing values, arrays and scalars."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.standards import MeasurementError, parameter, soil

PH_OF_CLASS = (5.5, 6.5, 7.5, 7.6)


@pytest.mark.parametrize("use", ["paddy", "orchard", "other"])
@pytest.mark.parametrize("item", soil.ITEMS)
@pytest.mark.parametrize("row", range(4))
def test_both_sides_of_every_screening_value(use: str, item: str, row: int) -> None:
    limit = parameter("soil.screening", edition="GB 15618-2018").table[use][item][row]
    at = soil.classify(ph=PH_OF_CLASS[row], land_use=use, **{item: limit})
    above = soil.classify(ph=PH_OF_CLASS[row], land_use=use, **{item: np.nextafter(limit, np.inf)})
    assert (at.value, at.limiting) == (1, "")
    assert (above.value, above.limiting) == (2, item)


@pytest.mark.parametrize("item", ["cd", "hg", "arsenic", "pb", "cr"])
@pytest.mark.parametrize("row", range(4))
def test_both_sides_of_every_intervention_value(item: str, row: int) -> None:
    limit = parameter("soil.intervention", edition="GB 15618-2018").table[item][row]
    assert soil.classify(ph=PH_OF_CLASS[row], **{item: limit}).value == 2
    assert soil.classify(ph=PH_OF_CLASS[row], **{item: np.nextafter(limit, np.inf)}).value == 3


def test_copper_nickel_and_zinc_never_lead_to_strict_control() -> None:
    assert soil.classify(ph=6.0, cu=1e6, ni=1e6, zn=1e6).value == 2


def test_the_ph_class_includes_its_upper_bound() -> None:
    # cadmium on paddy: 0.3 up to 5.5, 0.4 above
    assert soil.classify(ph=5.5, land_use="paddy", cd=0.35).value == 2
    assert soil.classify(ph=np.nextafter(5.5, 6), land_use="paddy", cd=0.35).value == 1


def test_rotation_takes_the_stricter_value() -> None:
    # mercury at pH 7: paddy 0.6, other 2.4 -> 0.6; arsenic: paddy 25, other 30 -> 25
    assert soil.single_factor(ph=7, land_use="rotation", hg=0.6).value == 1.0
    assert soil.single_factor(ph=7, land_use="rotation", arsenic=25).value == 1.0


def test_the_worst_item_decides_and_equals_are_settled_by_the_index() -> None:
    # at pH 6, other land: Cd 0.6/0.3 = 2, Pb 270/90 = 3 -> both class 2, lead has the larger index
    found = soil.classify(ph=6, cd=0.6, pb=270)
    assert (found.value, found.limiting) == (2, "pb")
    # Cd 2.1 exceeds its intervention value 2.0 and beats the larger index of lead
    assert soil.classify(ph=6, cd=2.1, pb=499).limiting == "cd"


def test_nemerow_shows_its_arithmetic() -> None:
    # mean (0.8 + 0.95 + 0.1 + 0.667 + 0.633) / 5 = 0.63; max 0.95; sqrt((0.3969 + 0.9025) / 2) = 0.8060
    found = soil.nemerow({"cd": 0.8, "hg": 0.95, "pb": 0.1, "cr": 0.667, "zn": 0.633})
    assert round(found.value, 4) == 0.8060
    assert found.grade == 2
    assert found.marks  # the bounds of the grades are from memory


@pytest.mark.parametrize(("bound", "grade"), [(0.7, 1), (1.0, 2), (2.0, 3), (3.0, 4)])
def test_both_sides_of_every_grade(bound: float, grade: int) -> None:
    # one item: mean = max = P, so the index is P
    assert soil.nemerow({"cd": bound}).grade == grade
    assert soil.nemerow({"cd": bound * (1 + 1e-9)}).grade == grade + 1


def test_missing_values_leave_no_value_and_never_count_as_zero() -> None:
    found = soil.classify(ph=[6, np.nan, 6], cd=[np.nan, 9.0, 0.2], pb=[np.nan, 9.0, np.nan])
    assert found.value.tolist() == [0, 0, 1]
    assert found.validity.enough.tolist() == [False, False, True]
    assert np.isnan(soil.nemerow({"cd": [np.nan], "pb": [np.nan]}).value).all()
    # the mean is over those present: sqrt((0.4^2 + 0.4^2) / 2) = 0.4
    assert soil.nemerow({"cd": [0.4], "pb": [np.nan]}).value[0] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"ph": 15, "cd": 1}, "0 to 14"),
        ({"ph": 6, "cd": -1}, "cd is -1"),
        ({"ph": 6, "gold": 1}, "gold"),
        ({"ph": 6}, "No item"),
        ({"ph": 6, "cd": 1, "land_use": "forest"}, "forest"),
    ],
)
def test_impossible_input_is_refused_with_what_to_do(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(MeasurementError, match=says):
        soil.classify(**wrong)  # type: ignore[arg-type]


figures = st.lists(st.floats(0, 5000), min_size=1, max_size=20)


@given(figures, st.floats(0, 14), st.sampled_from(soil.ITEMS))
def test_scalars_and_arrays_agree_and_more_is_never_better(values: list[float], ph: float, item: str) -> None:
    together = soil.classify(ph=ph, **{item: np.sort(values)})
    alone = [soil.classify(ph=ph, **{item: value}).value for value in np.sort(values)]
    assert together.value.tolist() == alone
    assert (np.diff(together.value) >= 0).all()


@given(st.lists(st.floats(0, 10), min_size=2, max_size=8))
def test_nemerow_lies_between_mean_and_maximum_and_ignores_order(values: list[float]) -> None:
    names = [f"p{number}" for number in range(len(values))]
    value = soil.nemerow(dict(zip(names, values, strict=True))).value
    assert np.mean(values) - 1e-9 <= value <= max(values) + 1e-9
    assert soil.nemerow(dict(zip(names, values[::-1], strict=True))).value == pytest.approx(value)


def test_the_trace_tells_limits_and_source() -> None:
    text = soil.classify(ph=5.5, land_use="paddy", cd=0.31).explain("en")
    assert "0.3" in text and "1.5" in text and "GB 15618-2018" in text
    assert "安全利用类" in soil.classify(ph=5.5, land_use="paddy", cd=0.31).explain("zh")
