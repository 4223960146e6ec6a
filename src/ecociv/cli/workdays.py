"""``ecociv workdays``: the PRC working calendar; needs no database."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from ecociv.cli.console import EARLIEST_YEAR, EXIT_CODES, LATEST_YEAR, fail, format_option, say, say_json
from ecociv.core.workdays import (
    add_working_days,
    is_working_day,
    known_years,
    working_days_between,
)

MOST_DAYS = 10_000


class Day(click.ParamType):
    """A calendar day written as 2016-02-05."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """The day, or a sentence saying how days are written."""
        if isinstance(value, dt.date):
            return value
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2016-02-05.", param, ctx)
        if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            self.fail(f"{value!r} lies outside {EARLIEST_YEAR} to {LATEST_YEAR}.", param, ctx)
        return day


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Working days of the PRC: weekends, public holidays, weekends worked in exchange."""


@group.command("add")
@click.argument("start", type=Day())
@click.argument("days", type=click.IntRange(0, MOST_DAYS))
@format_option("text", "json")
def add(start: dt.date, days: int, form: str) -> None:
    """The day that lies DAYS working days after START, which itself does not count."""
    reached = add_working_days(start, days)
    if form == "json":
        say_json({"start": start, "working_days": days, "day": reached.day, "by_notice": reached.by_notice})
        return
    say(reached.day.isoformat())
    _warn(reached.by_notice)


@group.command("between")
@click.argument("start", type=Day())
@click.argument("end", type=Day())
@format_option("text", "json")
def between(start: dt.date, end: dt.date, form: str) -> None:
    """Working days after START up to and including END; negative when END lies before."""
    days = working_days_between(start, end)
    by_notice = all(_known(year) for year in (start.year, end.year))
    if form == "json":
        say_json({"start": start, "end": end, "working_days": days, "by_notice": by_notice})
        return
    say(str(days))
    _warn(by_notice)


@group.command("list")
@click.argument("year", type=click.IntRange(EARLIEST_YEAR, LATEST_YEAR), required=False)
@format_option("text", "json")
def list_year(year: int | None, form: str) -> None:
    """What departs from Monday to Friday in YEAR: holidays, and weekends worked in exchange.

    Without YEAR, the years whose holiday notice is known.
    """
    first, last = known_years()
    if year is None:
        if form == "json":
            say_json({"first": first, "last": last})
        else:
            say(f"{first}-{last}")
        return
    if not _known(year):
        fail(
            f"The holiday notice of {year} is not known here (known: {first} to {last}); update the package "
            "chinesecalendar once the notice is out."
        )
    days = [dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(366)]
    odd = [day for day in days if day.year == year and is_working_day(day) != (day.weekday() < 5)]
    rows = [{"day": day, "kind": "worked" if is_working_day(day) else "off"} for day in odd]
    if form == "json":
        say_json(rows)
        return
    for row in rows:
        say(f"{row['day']}  {row['kind']}")


def _known(year: int) -> bool:
    first, last = known_years()
    return first <= year <= last


def _warn(by_notice: bool) -> None:
    if not by_notice:
        first, last = known_years()
        click.echo(
            f"Part of this lies outside the years whose holiday notice is known ({first} to {last}); there Monday to "
            "Friday were counted.",
            err=True,
        )
