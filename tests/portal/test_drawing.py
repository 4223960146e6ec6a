"""Charts, small lines and timelines: what is drawn is what the plan says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ecociv.indicators.lights import Light
from ecociv.indicators.queries import SeriesStanding
from ecociv.plan.package import ZonePackage, load_zone
from ecociv.portal.days import default_day
from ecociv.portal.paths import Chart, lines_of, path_chart
from ecociv.portal.sparkline import numbers, spark
from ecociv.portal.timeline import EDGE, LEFT, WIDTH, draw

RIGHT = WIDTH - EDGE


@pytest.fixture(scope="module")
def plan() -> ZonePackage:
    return load_zone("jingdezhen")


def chart(
    plan: ZonePackage, key: str, actuals: dict[int, Decimal] | None = None, language: str = "en"
) -> Chart | None:
    indicator, series = plan.series(key)
    standing = SeriesStanding(indicator, series, 2016, None, {"light": Light.NO_DATA, "reasons": []}, actuals)
    return path_chart(plan, indicator, series, standing, language)


def test_the_path_runs_straight_between_the_figures_of_the_plan(plan: ZonePackage) -> None:
    """GDP per person: 3.92 in 2012, 4.89 in 2015: 2013 is 3.92 + 0.97 / 3 = 4.243333."""
    made = chart(plan, "1")
    assert made is not None
    path = next(row for row in made.payload["series"] if row["role"] == "path")
    assert made.payload["years"] == list(range(2012, 2021))
    assert path["values"][0] == 3.92 and path["values"][3] == 4.89 and path["values"][8] == 6.81
    assert path["values"][1] == pytest.approx(4.243333, abs=1e-6)


def test_the_table_says_what_the_chart_shows(plan: ZonePackage) -> None:
    made = chart(plan, "1", {2015: Decimal("4.9"), 2016: Decimal("5.1")})
    assert made is not None
    for row, cells in zip(
        made.payload["series"], zip(*[r[1:] for r in made.table_rows], strict=True), strict=True
    ):
        drawn = ["–" if value is None else f"{value:.10g}" for value in row["values"]]
        assert list(cells) == drawn, row["name"]
    measured = next(row for row in made.payload["series"] if row["role"] == "actual")
    assert measured["values"] == [None, None, None, 4.9, 5.1, None, None, None, None]


def test_a_composition_has_a_line_for_each_part(plan: ZonePackage) -> None:
    made = chart(plan, "3")
    assert made is not None
    targets = [row for row in made.payload["series"] if row["role"] == "milestone"]
    assert [row["values"][3] for row in targets] == [7.2, 58.3, 34.5]


def test_a_target_without_a_figure_is_not_drawn_as_zero(plan: ZonePackage) -> None:
    """Indicator 35 asks for the province's advanced level: no number, no chart, and never a 0."""
    assert chart(plan, "35") is None
    _indicator, series = plan.series("35")
    (line,) = lines_of(_indicator, series, {}, "en")
    assert line.milestones == {}
    # Delegated milestones leave a gap: 14 has 0.51 for 2015 and no figure afterwards.
    made = chart(plan, "14")
    assert made is not None
    assert next(r for r in made.payload["series"] if r["role"] == "milestone")["values"].count(None) >= 1


def test_a_rising_cap_is_drawn_as_the_bound_by_which_it_is_judged(plan: ZonePackage) -> None:
    """Water use: 7.82 in 2012 is under the cap of 8.45 for 2015, which holds from the start; 2016 is (8.45 + 8.69) / 2."""
    made = chart(plan, "9")
    assert made is not None
    path = next(row for row in made.payload["series"] if row["role"] == "path")
    assert path["values"][:5] == [8.45, 8.45, 8.45, 8.45, 8.57]


def test_every_series_of_the_plan_can_be_drawn(plan: ZonePackage) -> None:
    for indicator in plan.indicators:
        for series in indicator.series:
            for language in ("zh", "en"):
                made = chart(plan, series.key, language=language)
                assert made is None or len(made.table_rows) == len(made.payload["years"])
                assert lines_of(indicator, series, {}, language)


def test_small_lines_of_one_table_share_their_years() -> None:
    """2015 in a box from 2012 to 2020: 4 + 112 * 3 / 8 = 46."""
    drawn = spark((2012, 1.0), [(2015, 2.0)], [], (2012, 2020))
    assert drawn is not None and drawn.goals == ((46.0, 4.0),) and drawn.base == (4.0, 28.0)


def test_one_level_is_a_line_in_the_middle() -> None:
    drawn = spark((2012, 5.0), [(2015, 5.0), (2020, 5.0)], [])
    assert drawn is not None and {y for _x, y in drawn.goals} == {16.0}


def test_kinds_of_missing_leave_a_gap_and_zero_does_not() -> None:
    assert numbers({2014: "withheld", 2015: Decimal(0), 2016: None}) == [(2015, 0.0)]


def test_the_timeline_puts_each_duty_in_its_years(plan: ZonePackage) -> None:
    drawn = draw(plan, plan.duties, dt.date(2016, 6, 30), "zh")
    assert len(drawn.bars) == 229
    assert drawn.now is not None and LEFT < drawn.now < RIGHT
    for bar in drawn.bars:
        assert bar.x + bar.width <= RIGHT + 4 and (bar.width == 0 or bar.x >= LEFT)
        assert all(LEFT <= mark.x <= RIGHT for mark in bar.marks)


def test_a_day_outside_the_timeline_has_no_line(plan: ZonePackage) -> None:
    assert draw(plan, plan.tasks[:3], dt.date(2030, 1, 1), "en").now is None


@pytest.mark.parametrize(
    ("today", "evidence", "shown"),
    [
        # The last day of the plan still counts as running; the day after, the pages look back.
        (dt.date(2020, 12, 31), dt.date(2016, 12, 31), dt.date(2020, 12, 31)),
        (dt.date(2021, 1, 1), dt.date(2016, 12, 31), dt.date(2016, 12, 31)),
        (dt.date(2021, 1, 1), None, dt.date(2020, 12, 31)),
        (dt.date(2026, 1, 1), dt.date(2024, 12, 31), dt.date(2020, 12, 31)),
    ],
)
def test_the_day_that_pages_look_at(
    plan: ZonePackage, today: dt.date, evidence: dt.date | None, shown: dt.date
) -> None:
    assert default_day(plan, today, evidence) == shown
