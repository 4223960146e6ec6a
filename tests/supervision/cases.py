"""Duties and reports for tests, named for what they are."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

from ecociv.plan.package import Task, ZonePackage, load_zone
from ecociv.supervision.drafts import Draft
from ecociv.supervision.reports import Report
from ecociv.supervision.rules import DutyStatus, duty_status
from ecociv.supervision.states import PercentBasis, ReportState

FINANCE = "finance-bureau"
"""市财政局, which keeps its name and its duties through the reform of 2018-2019."""


@cache
def plan() -> ZonePackage:
    """The plan of Jingdezhen: issued on 2015-07-24, last milestone 2020."""
    return load_zone("jingdezhen")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def duty(**changes: Any) -> Task:
    """A task led by 市财政局 that starts in 2015 and is due in 2017, with nothing else."""
    fields: dict[str, Any] = {
        "number": 901,
        "system": "institutions",
        "topic": "finance",
        "title": {"zh": "一项任务", "en": "A task"},
        "summary": {"zh": "一项任务。", "en": "A task."},
        "lead": ["市财政局"],
        "support": [],
        "start": 2015,
        "due": 2017,
    }
    return Task.model_validate({**fields, **changes})


def every_year(**changes: Any) -> Task:
    """A task owed every year from 2015 on, by the last day of the year, with no end."""
    rule = {
        "every": "year",
        "from": 2015,
        "duty": {"zh": "每年报送", "en": "Report every year"},
        **changes.pop("rule", {}),
    }
    return duty(**{"due": None, "recurring": rule, **changes})


def report(
    period: int,
    on: str,
    state: str = "under-way",
    *,
    by: str = FINANCE,
    number: int = 1,
    revision: int = 1,
    done_on: str | None = None,
    percent: str | None = None,
    first_on: str | None = None,
    for_all: bool = False,
) -> Report:
    """A report about ``period`` recorded on a day; a correction was first recorded on ``first_on``."""
    return Report(
        number=number,
        revision=revision,
        organisation=by,
        state=ReportState(state),
        period=period,
        reported_on=day(first_on or on),
        recorded_on=day(on),
        percent=None if percent is None else Decimal(percent),
        basis=None if percent is None else PercentBasis.STEPS,
        done_on=None if done_on is None else day(done_on),
        for_all=for_all,
    )


def at(of: Any, on: str, *reports: Report, known: str | None = None) -> DutyStatus:
    """The status of a duty on a day."""
    return duty_status(of, reports, day(on), plan(), known_on=None if known is None else day(known))


def codes(status: DutyStatus) -> list[str]:
    return [reason.code for reason in status.reasons]


def draft(**changes: Any) -> Draft:
    """A report on 2016 that can be recorded: under way, 40 % by steps."""
    fields: dict[str, Any] = {
        "period": 2016,
        "state": ReportState.UNDER_WAY,
        "narrative": "已完成前期工作，正在编制实施方案。",
        "percent": Decimal(40),
        "basis": PercentBasis.STEPS,
    }
    return Draft(**{**fields, **changes})
