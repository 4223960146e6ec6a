"""Classes of surface water by GB 3838-2002: worked samples, both sides of every limit, gaps, errors."""

import json
import warnings
from datetime import date

import numpy as np
import pytest

from ecociv.core.trace import Trace
from ecociv.standards import AmbiguousEdition, MeasurementError, ParameterOutsideValidity, parameter
from ecociv.standards import surface_water as water

LIMITS = parameter("surface_water.limits", edition="GB 3838-2002").table
CASES = [
    (body, item, number)
    for body in ("river", "lake")
    for item in LIMITS[body]
    if item != "ph"
    for number in range(1, 6)
]


def class_by_hand(body, item, value):
    """The first class whose limit the value meets, read off the table one by one."""
    for number, limit in enumerate(LIMITS[body][item], start=1):
        if value >= limit if item == "do" else value <= limit:
            return number
    return 6


@pytest.mark.parametrize(("body", "item", "number"), CASES)
def test_both_sides_of_each_limit(body, item, number):
    limit = float(LIMITS[body][item][number - 1])
    worse_side = np.nextafter(limit, 0 if item == "do" else np.inf)
    better_side = np.nextafter(limit, np.inf if item == "do" else 0)
    for value in (limit, worse_side, better_side):
        found = water.classify(**{item: value}, water_body=body)
        assert found.value == class_by_hand(body, item, value), (value, limit)
    # A shared limit gives the better class: COD 15 is class I, not II.
    assert water.classify(**{item: limit}, water_body=body).value == LIMITS[body][item].index(limit) + 1


def test_the_table_has_the_24_items_of_the_standard():
    # 22 items of rivers with a class and total nitrogen of lakes make 23; water temperature is the 24th.
    assert len(LIMITS["river"]) == 22
    assert set(LIMITS["lake"]) - set(LIMITS["river"]) == {"tn"}
    assert set(LIMITS["lake"]) == set(water.ITEMS)


@pytest.mark.parametrize(
    ("ph", "expected"), [(6.0, 1), (5.99, 6), (9.0, 1), (9.01, 6), (7.0, 1), (0.0, 6), (14.0, 6)]
)
def test_ph_from_six_to_nine_in_every_class(ph, expected):
    assert water.classify(ph=ph).value == expected


def test_the_worst_item_decides_and_is_named():
    # pH 7.7 I, DO 6.2 II, CODMn 4.1 III, NH3-N 1.2 IV
    found = water.classify(ph=7.7, do=6.2, codmn=4.1, nh3n=1.2)
    assert (found.value, found.limiting) == (4, ("nh3n",))
    assert {item: found.item_class(item) for item in found.items} == {"ph": 1, "do": 2, "codmn": 3, "nh3n": 4}


def test_several_items_may_limit_and_class_one_has_none():
    assert water.classify(nh3n=0.8, codmn=5.0, do=9).limiting == ("codmn", "nh3n")
    assert water.classify(nh3n=0.1, codmn=1.0, do=9).limiting == ()


def test_exceedance_over_class_three():
    found = water.classify(nh3n=1.55, tp=0.31, cod=20, do=2, ph=9.5)
    # (1.55 - 1.0) / 1.0 = 0.55 ; (0.31 - 0.2) / 0.2 = 0.55 ; COD is on its limit
    assert dict(found.exceedance) == {"cod": 0.0, "nh3n": 0.55, "tp": 0.55}
    assert "ph" not in found.exceedance
    assert "do" not in found.exceedance


def test_exceedance_over_another_class_and_of_a_lake():
    assert water.classify(nh3n=0.75, reference_class=2).exceedance["nh3n"] == 0.5  # (0.75 - 0.5) / 0.5
    assert water.classify(tp=0.1, water_body="lake").exceedance["tp"] == 1.0  # (0.1 - 0.05) / 0.05


def test_lakes_are_stricter_on_phosphorus_and_judge_nitrogen():
    assert water.classify(tp=0.1).value == 2
    assert water.classify(tp=0.1, water_body="lake").value == 4
    river = water.classify(tn=9, nh3n=0.1)
    assert (river.value, river.not_evaluated) == (1, ("tn",))
    lake = water.classify(tn=9, nh3n=0.1, water_body="lake")
    assert (lake.value, lake.limiting) == (6, ("tn",))


def test_saturated_oxygen_of_the_golden_vectors():
    # 468 / (31.6 + 25) = 8.2686 ; 468 / (31.6 + 20) = 9.0698
    assert water.saturated_oxygen(25) == pytest.approx(8.27, abs=0.005)
    assert water.saturated_oxygen(20) == pytest.approx(9.07, abs=0.005)


def test_ninety_percent_saturation_is_class_one():
    # 0.9 * 468 / (31.6 + 26.9) = 421.2 / 58.5 = 7.2 exactly
    assert water.classify(do=7.2, temperature=26.9).value == 1
    assert water.classify(do=7.2, temperature=26.8).value == 2
    assert water.classify(do=7.2).value == 2
    assert water.classify(do=7.2, temperature=np.nan).value == 2
    assert water.classify(do=7.2, temperature=-1).value == 2  # the code for "not monitored", not a frost
    assert water.classify(do=6.1, do_saturation=90).value == 1
    assert water.classify(do=6.1, do_saturation=89.9).value == 2
    # Cold water: 7.5 mg/L is class I although 90 % of saturation would be 13.3 mg/L.
    assert water.classify(do=7.5, temperature=0).value == 1


def test_a_measured_saturation_goes_before_the_temperature():
    both = water.classify(do=[7.2, 7.2, 7.2], temperature=[30, 30, 10], do_saturation=[85, np.nan, 95])
    assert both.value.tolist() == [2, 1, 1]


def test_gaps_do_not_take_part_and_are_counted():
    found = water.classify(nh3n=[0.1, None, None], codmn=[None, 5.0, None])
    assert found.value.tolist() == [1, 3, 0]
    assert list(found.limiting) == [(), ("codmn",), ()]
    assert found.validity.n.tolist() == [1, 1, 0]
    assert found.validity.enough.tolist() == [True, True, False]
    assert found.class_name(at=2) == "—"
    assert np.isnan(found.exceedance["codmn"][0])
    assert found.complies(3).tolist() == [True, True, False]


def test_codes_for_missing_values():
    assert water.classify(do=-1, nh3n=0.1).value == 1
    coded = water.classify(do=[9999, 7.5], nh3n=[0.1, 9999.0], missing_codes=(-1, 9999))
    assert coded.value.tolist() == [1, 1]
    assert coded.validity.n.tolist() == [1, 1]
    assert coded.item_class("do").tolist() == [0, 1]
    assert np.isnan(coded.exceedance["nh3n"][1])
    with pytest.raises(MeasurementError, match=r"do .* is -1 mg/L in element 0"):
        water.classify(do=-1, missing_codes=())


@pytest.mark.parametrize(
    ("readings", "message"),
    [
        (
            {"nh3n": [0.1, -0.5]},
            r"nh3n \(ammonia nitrogen\) is -0.5 mg/L in element 1; .*Mark an invalid reading",
        ),
        ({"ph": 14.2}, "ph .* between 0 and 14"),
        ({"do": np.inf}, "do .* is inf"),
        ({"codmn": [1.0, 2.0], "nh3n": [1.0, 2.0, 3.0]}, "one shape"),
        ({"codmn": "3.2"}, "codmn is not numeric"),
        ({"temperature": 20.0}, "No item was given that has limits"),
        ({"do": 7.0, "temperature": 85.0}, "temperature is 85"),
        ({"do": 7.0, "do_saturation": -20.0}, "do_saturation is -20"),
        ({"tn": 1.0}, "No item was given that has limits for a river"),
        ({}, "Nothing was given"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(readings, message):
    with pytest.raises(MeasurementError, match=message):
        water.classify(**readings)


def test_the_place_of_an_impossible_reading_is_counted_over_the_blocks():
    readings = np.full(200_000, 0.1)
    readings[150_001] = -3.0
    with pytest.raises(MeasurementError, match="element 150001"):
        water.classify(nh3n=readings)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"water_body": "pond"}, "'pond'"),
        ({"reference_class": 6}, "reference_class is 6"),
        ({"rounding": "up"}, "'up'"),
    ],
)
def test_wrong_choices_are_named(wrong, message):
    with pytest.raises(MeasurementError, match=message):
        water.classify(nh3n=1.0, **wrong)


def test_editions_and_days():
    assert water.classify(nh3n=1.0, on=date(2016, 5, 1)).edition == "GB 3838-2002"
    with pytest.raises(ParameterOutsideValidity, match="surface_water.limits has no value on 2001-01-01"):
        water.classify(nh3n=1.0, on=date(2001, 1, 1))
    with pytest.raises(AmbiguousEdition, match="GB 3838-1988"):
        water.classify(nh3n=1.0, edition="GB 3838-1988")


def test_figures_are_compared_as_they_are_unless_rounding_is_asked_for():
    assert water.classify(nh3n=1.004).value == 4
    rounded = water.classify(nh3n=1.004, rounding="statistics")  # 1.004 -> 1.00
    assert rounded.value == 3
    assert water.classify(nh3n=1.005, rounding="statistics").value == 3  # half to even: 1.00
    assert water.classify(nh3n=1.015, rounding="statistics").value == 4  # half to even: 1.02
    assert water.classify(ph=9.4, rounding="statistics").value == 1  # 9
    assert water.classify(do=4.96, rounding="statistics").value == 3  # 5.0
    assert "1.004" in rounded.explain("en")
    assert "rounded to 2 decimals" in rounded.explain("en")


def test_what_would_round_to_nothing_keeps_one_figure():
    # Mercury is kept to five decimals: 0.000004 would become 0; it stays 0.000004, not zero.
    found = water.classify(hg=0.000004, rounding="statistics")
    assert found.columns["hg"][0] == 0.000004
    assert water.classify(hg=-1, nh3n=0.1, rounding="statistics").value == 1


def test_arrays_keep_their_shape():
    nh3n = np.array([[0.1, 0.6], [1.2, 3.0]])
    found = water.classify(nh3n=nh3n, codmn=3.0)
    assert found.value.tolist() == [[2, 3], [4, 6]]
    assert found.value.dtype == np.uint8
    assert found.limiting.bits.shape == (2, 2)
    assert found.exceedance["nh3n"].shape == (2, 2)
    assert found.limiting.contains("codmn").tolist() == [[True, False], [False, False]]
    assert found.limiting.labels("en")[3] == "ammonia nitrogen"
    assert found.limiting[1:3] == [("nh3n",), ("nh3n",)]


def test_no_warnings_and_empty_arrays():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert water.classify(nh3n=np.array([])).value.size == 0
        water.classify(do=[np.nan, 5.0], temperature=[np.nan, 20.0], cu=[0.2, np.nan])


def test_the_explanation_reads_in_both_languages_and_survives_json():
    found = water.classify(ph=7.7, do=6.2, codmn=4.1, nh3n=[1.2, None])
    english, chinese = found.explain("en", at=0), found.explain("zh", at=0)
    for words in ("class IV", "limiting items: ammonia nitrogen", "GB 3838-2002, Table 1", "multiple of 0.2"):
        assert words in english
    for words in ("Ⅳ类", "定类项目：氨氮", "超Ⅲ类标准0.2倍", "未经原文核对"):
        assert words in chinese
    assert "not measured" in found.explain("en", at=1)
    trace = found.trace(at=0)
    assert Trace.from_json(json.loads(json.dumps(trace.to_json()))) == trace
    assert found.marks  # the practice of the better class is marked


def test_an_explanation_of_saturation_says_so():
    assert "saturation of at least 90 %" in water.classify(do=7.2, temperature=28).explain("en")
    assert "saturation" not in water.classify(do=7.6, temperature=28).explain("en")


def test_weekly_change_of_temperature():
    # at most 1 up, at most 2 down
    assert water.temperature_change_complies([1, 1.01, -2, -2.01, np.nan]).tolist() == [
        True,
        False,
        True,
        False,
        False,
    ]
    assert water.temperature_change_complies(0.5) is True
