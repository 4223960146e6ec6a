"""The three red lines and the figures of water use."""

import json
from datetime import date

import numpy as np
import pytest

from ecociv.core.trace import Trace
from ecociv.standards import AmbiguousEdition, MeasurementError, ParameterOutsideValidity
from ecociv.standards import water_resources as resources


def assert_explains(result, *words, at=None):
    """Both languages can be written and the trace survives JSON."""
    text = result.explain("en", at=at)
    assert result.explain("zh", at=at)
    for word in words:
        assert word in text, text
    trace = result.trace(at)
    assert Trace.from_json(json.loads(json.dumps(trace.to_json()))) == trace


@pytest.mark.parametrize(
    ("day", "year", "total"),
    [
        (date(2011, 1, 1), 2015, 6350),
        (date(2015, 12, 31), 2015, 6350),
        (date(2016, 1, 1), 2020, 6700),
        (date(2020, 12, 31), 2020, 6700),
        (date(2021, 1, 1), 2030, 7000),
        (date(2030, 12, 31), 2030, 7000),
    ],
)
def test_the_stage_of_a_day(day, year, total):
    lines = resources.red_lines(on=day).table
    assert (lines["target_year"], lines["total_use"]["at_most"]) == (year, total)


def test_days_and_areas_without_lines():
    with pytest.raises(ParameterOutsideValidity, match="2031-01-01.*targets after 2030"):
        resources.red_lines(on=date(2031, 1, 1))
    with pytest.raises(MeasurementError, match="'hubei'.*nation, jiangxi"):
        resources.red_lines("hubei", on=date(2020, 1, 1))
    with pytest.raises(AmbiguousEdition, match="stage to 2020"):
        resources.red_lines()
    assert resources.stages("jiangxi") == ("stage to 2015", "stage to 2020", "stage to 2030")


def test_a_figure_on_the_line_keeps_it():
    on_line = resources.evaluate_red_lines(
        "jiangxi", on=date(2020, 6, 1), total_use=260, irrigation_coefficient=0.51
    )
    assert (on_line.value, on_line.distance) == (True, {"total_use": 0.0, "irrigation_coefficient": 0.0})
    beyond = resources.evaluate_red_lines("jiangxi", on=date(2020, 6, 1), total_use=260.001)
    assert (beyond.value, beyond.met) == (False, {"total_use": False})
    assert "industrial_use_change" in beyond.not_evaluated
    assert_explains(beyond, "targets for 2020", "at most = 260", "without data")


def test_changes_against_the_base_are_falls():
    kept = resources.evaluate_red_lines(
        "jiangxi", on=date(2020, 6, 1), gdp_use_change=-28.0, industrial_use_change=-32.9
    )
    assert kept.met == {"gdp_use_change": True, "industrial_use_change": False}
    assert_explains(kept, "(base 2015)")


def test_lines_of_a_city_replace_those_of_the_area():
    city = resources.evaluate_red_lines(
        "jiangxi",
        on=date(2020, 6, 1),
        targets={"total_use": {"at_most": 8.97}},
        total_use=[8.45, 9.0, np.nan],
    )
    assert city.value.tolist() == [True, False, False]
    assert city.distance["total_use"].tolist() == pytest.approx([0.52, -0.03, np.nan], nan_ok=True)
    assert city.validity.enough.tolist() == [True, True, False]
    assert resources.evaluate_red_lines(on=date(2020, 6, 1), total_use=np.nan).value is None
    assert_explains(city, "given by the caller", at=2)


def test_a_line_that_is_not_drawn_is_refused():
    with pytest.raises(MeasurementError, match="stage to 2020 of nation draws no line for gdp_use_change"):
        resources.evaluate_red_lines(on=date(2020, 6, 1), gdp_use_change=-30)
    with pytest.raises(MeasurementError, match="depth: no such line"):
        resources.evaluate_red_lines(on=date(2020, 6, 1), targets={"depth": {"at_most": 1}}, total_use=1)


def test_grades_of_the_assessment():
    assert resources.assessment_grade([100, 90, 89.99, 80, 79.99, 60, 59.99, np.nan]).tolist() == [
        "excellent", "excellent", "good", "good", "qualified", "qualified", "unqualified", "",
    ]  # fmt: skip
    assert resources.assessment_grade(85) == "good"
    with pytest.raises(MeasurementError, match="between 0 and 100"):
        resources.assessment_grade(101)


def test_use_per_value_added_says_what_it_holds():
    # 97.5 million m3 over 1.5 million wan_yuan = 65 m3/wan_yuan
    figure = resources.use_per_value_added(97.5e6, 1.5e6, with_once_through_cooling=False)
    assert figure.value == 65.0
    assert_explains(
        figure, "without once-through", "not comparable over the years", "New water taken = 97500000"
    )
    gdp = resources.use_per_value_added([1.0, 2.0], [0.0, np.nan], with_once_through_cooling=True, of="gdp")
    assert np.isnan(gdp.value).all()
    assert gdp.validity.enough.tolist() == [False, False]
    with pytest.raises(TypeError, match="with_once_through_cooling"):
        resources.use_per_value_added(1, 1)
    with pytest.raises(MeasurementError, match="use is -1"):
        resources.use_per_value_added(-1, 1, with_once_through_cooling=True)


def test_change_against_the_base_year():
    # 52 / 80 - 1 = -35 %
    change = resources.use_change(52, 80, base_year=2015)
    assert change.value == pytest.approx(-35)
    assert_explains(change, "Figure of 2015")


def test_exploitation_rate_states_its_resource():
    rate = resources.exploitation_rate(
        [8.45, 8.45], [54.2, np.nan], includes_inflow=True, multi_year_mean=False
    )
    assert rate.value[0] == pytest.approx(8.45 / 54.2 * 100)
    assert np.isnan(rate.value[1])
    assert_explains(rate, "counts inflow", "resource of the year", at=0)


def test_irrigation_of_a_district_and_of_a_region():
    assert resources.irrigation_coefficient(51, 100).value == 0.51
    with pytest.raises(MeasurementError, match="exceeds the gross"):
        resources.irrigation_coefficient(101, 100)
    # (0.48 * 100 + 0.5 * 60 + 0.55 * 40) / 200 = (48 + 30 + 22) / 200 = 0.5
    region = resources.regional_irrigation_coefficient(
        {"large": 0.48, "medium": 0.50, "small": 0.55}, {"large": 100, "medium": 60, "small": 40}
    )
    assert region.value == 0.5
    assert_explains(region, "Gross withdrawal, large districts")
    with pytest.raises(MeasurementError, match="same classes"):
        resources.regional_irrigation_coefficient({"large": 0.5}, {"small": 10})
    with pytest.raises(MeasurementError, match="large districts exceeds 1"):
        resources.regional_irrigation_coefficient({"large": 1.5}, {"large": 10})


def test_a_mean_that_is_not_weighted_would_differ():
    region = resources.regional_irrigation_coefficient({"large": 0.4, "well": 0.8}, {"large": 90, "well": 10})
    assert region.value == pytest.approx(0.44)  # the plain mean would be 0.6


@pytest.mark.parametrize(
    ("area", "scale"), [(30, "large"), (29.999, "medium"), (1, "medium"), (0.999, "small"), (0, "small")]
)
def test_scale_of_irrigation_districts(area, scale):
    assert resources.irrigation_scale(area) == scale
    assert resources.irrigation_scale(area, well_only=True) == "well"


def test_share_of_unconventional_water():
    # (0.12 + 0.05) / 8.5 = 2 %
    share = resources.unconventional_share({"reclaimed": 0.12, "rainwater": 0.05}, 8.5)
    assert share.value == pytest.approx(2.0)
    assert_explains(share, "reclaimed")
    # unknown is not zero
    assert np.isnan(resources.unconventional_share({"reclaimed": [0.1, None]}, 8.5).value[1])
    with pytest.raises(MeasurementError, match="bottled: no source"):
        resources.unconventional_share({"bottled": 1}, 8)
    with pytest.raises(MeasurementError, match="of which it is a part"):
        resources.unconventional_share({"reclaimed": 9}, 8)
