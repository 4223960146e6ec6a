"""What can be recorded: every limit from both sides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ecociv.plan.package import Task
from ecociv.supervision.drafts import (
    NARRATIVE_LONGEST,
    NARRATIVE_SHORTEST,
    REASON_LONGEST,
    Draft,
    Output,
    output_fields,
    periods_open,
    problems_of,
    targets_of,
)
from ecociv.supervision.states import PercentBasis, ReportState
from supervision.cases import day, draft, duty, plan

TODAY = day("2017-03-01")
D = ReportState.DONE


def found(made: Draft, of: Task | None = None) -> list[tuple[str, str]]:
    return [(each.field, each.reason.code) for each in problems_of(made, of or duty(), plan(), TODAY)]


def done(**changes: Any) -> Draft:
    return draft(**{"state": D, "percent": Decimal(100), "done_on": day("2016-11-30"), **changes})


@pytest.mark.parametrize(
    "made",
    [
        draft(),
        draft(percent=Decimal(0)),
        draft(percent=Decimal(100)),
        draft(percent=Decimal("37.5")),
        draft(percent=None, basis=None),
        draft(state=ReportState.NOT_STARTED, percent=Decimal(0)),
        done(),
        done(percent=Decimal(95), done_reason="余下部分移交养护，不再属于本任务。"),
        done(percent=None, basis=None, done_reason="本任务不计进度。"),
        done(period=2017, done_on=TODAY),
        draft(period=2015),
        draft(period=2017),
        draft(narrative="字" * NARRATIVE_SHORTEST),
        draft(narrative="字" * NARRATIVE_LONGEST),
    ],
)
def test_what_can_be_recorded(made: Draft) -> None:
    assert found(made) == []


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (draft(percent=Decimal("-0.1")), ("percent", "percent-out-of-range")),
        (draft(percent=Decimal("100.1")), ("percent", "percent-out-of-range")),
        (draft(percent=Decimal("NaN")), ("percent", "percent-out-of-range")),
        (draft(percent=Decimal("37.55")), ("percent", "percent-too-fine")),
        (draft(basis=None), ("basis", "percent-without-basis")),
        (draft(state=ReportState.NOT_STARTED, percent=Decimal("0.1")), ("percent", "percent-before-start")),
        (done(percent=Decimal("99.9")), ("done_reason", "done-without-100")),
        (done(percent=None, basis=None), ("done_reason", "done-without-100")),
        (done(percent=Decimal(99), done_reason="   "), ("done_reason", "done-without-100")),
        (done(done_on=None), ("done_on", "done-without-day")),
        (done(period=2017, done_on=day("2017-03-02")), ("done_on", "done-in-future")),
        (done(done_on=day("2017-01-01")), ("done_on", "done-after-period")),
        (draft(done_on=day("2016-11-30")), ("done_on", "done-on-without-done")),
        (draft(period=2014), ("period", "period-not-open")),
        (draft(period=2018), ("period", "period-not-open")),
        (draft(narrative="字" * (NARRATIVE_SHORTEST - 1)), ("narrative", "narrative-too-short")),
        (draft(narrative=" " * 50), ("narrative", "narrative-too-short")),
        (draft(narrative="字" * (NARRATIVE_LONGEST + 1)), ("narrative", "text-too-long")),
        (
            done(percent=Decimal(99), done_reason="字" * (REASON_LONGEST + 1)),
            ("done_reason", "text-too-long"),
        ),
    ],
)
def test_what_cannot_be_recorded_says_where_and_why(made: Draft, problem: tuple[str, str]) -> None:
    assert found(made) == [problem]


def test_several_problems_are_said_at_once() -> None:
    made = done(percent=Decimal(90), basis=None, done_on=None, narrative="短")
    assert [field for field, _ in found(made)] == ["basis", "done_on", "done_reason", "narrative"]


def test_the_years_that_can_be_reported_on() -> None:
    # 28 begins in 2014, before the plan was issued (2015); a duty of 2017 can be reported on from the plan's first year
    assert list(periods_open(plan().task(28), plan(), day("2016-05-01"))) == [2014, 2015, 2016]
    assert list(periods_open(duty(start=2017, due=2020), plan(), day("2017-05-01"))) == [2015, 2016, 2017]


# -- figures: task 52 promises the non-fossil share for 2015, 2017 and 2020, in per cent ------------------------


def with_output(index: int, value: str, unit: str = "percent") -> Draft:
    return draft(outputs={index: Output(Decimal(value), unit)})


@pytest.mark.parametrize("value", ["0", "-1.5", "2.8", "0.000001"])
def test_a_figure_of_a_declared_quantity(value: str) -> None:
    assert found(with_output(1, value), plan().task(52)) == []


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (with_output(3, "2.8"), "output-not-declared"),
        (with_output(-1, "2.8"), "output-not-declared"),
        (with_output(1, "2.8", "wan_tonne"), "output-unit"),
        (with_output(1, "2.8", ""), "output-unit"),
        (with_output(1, "0.0000001"), "output-too-fine"),
        (with_output(1, "Infinity"), "output-not-a-figure"),
        (with_output(1, "1e12"), "output-not-a-figure"),
    ],
)
def test_a_figure_that_the_plan_does_not_promise(made: Draft, code: str) -> None:
    assert [reason for _, reason in found(made, plan().task(52))] == [code]


def test_a_row_with_a_shared_goal_cell_reports_the_figures_of_that_cell() -> None:
    assert targets_of(plan().task(53), plan()) == plan().task(52).targets
    assert found(with_output(1, "2.8"), plan().task(53)) == []


def test_one_input_for_a_quantity_and_the_figure_goes_to_the_target_it_works_towards() -> None:
    (share,) = output_fields(plan().task(52), plan())
    # targets of 2015, 2017 and 2020 are numbers 0, 1 and 2
    assert [share.index_for(year) for year in (2014, 2015, 2016, 2017, 2018, 2020, 2021)] == [
        0,
        0,
        1,
        1,
        2,
        2,
        2,
    ]


def test_a_target_without_a_year_takes_figures_of_any_year() -> None:
    land = output_fields(plan().task(74), plan())[1]
    assert land.index_for(2016) == 3


def test_text_and_empty_cells_take_no_figure() -> None:
    common = {"quantity": {"zh": "数量", "en": "Quantity"}, "year": 2016, "unit": "count", "unit_label": "个"}
    accepted = {"qualitative": {"acceptance": {"zh": "验收", "en": "accepted"}}}
    wordy = duty(targets=[{**common, "target": accepted}, {**common, "target": {"unset": "dash"}}])
    assert output_fields(wordy, plan()) == ()
    assert found(with_output(0, "1", "count"), wordy) == [("outputs.0", "output-not-declared")]


def test_what_is_stored_keeps_every_digit_and_says_what_the_figure_is_of() -> None:
    made = draft(
        narrative="  第一行内容够长了\r\n第二行  ",
        percent=Decimal("40"),
        outputs={1: Output(Decimal("2.80"), "percent")},
    )
    stored = made.content(plan().task(52).targets)
    assert stored["narrative"] == "第一行内容够长了\n第二行"
    assert stored["outputs"] == {
        "1": {
            "value": "2.80",
            "unit": "percent",
            "unit_label": "%",
            "quantity": {
                "zh": "一次能源消费中非化石能源的比重",
                "en": "Non-fossil share of primary energy consumption",
            },
            "year": 2017,
        }
    }
    assert draft(percent=None).content(())["percent_basis"] == ""
    assert draft(basis=PercentBasis.MONEY).content(())["percent_basis"] == "money"
