"""``ecociv indicator``: values with target, status and trace."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import click

from ecociv.cli.console import (
    EARLIEST_YEAR,
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    progress,
    say,
    say_json,
    with_django,
    year_option,
)
from ecociv.cli.forecast import forecast

_CHINA = dt.timezone(dt.timedelta(hours=8))


def moment(text: str | None) -> dt.datetime | None:
    """A day or a moment as the end of what was known then, in China's time; never later than today.

    Of a day to come nobody can say what will be known then, and an answer given now would not hold.
    """
    if text is None:
        return None
    try:
        found = dt.datetime.combine(dt.date.fromisoformat(text), dt.time.max)
    except ValueError:
        try:
            found = dt.datetime.fromisoformat(text)
        except ValueError:
            fail(f"{text!r} is no date: write 2016-12-31 or 2016-12-31T18:00", Exit.USAGE)
    if found.year < EARLIEST_YEAR:
        fail(f"{text} lies before {EARLIEST_YEAR}: give a later day", Exit.USAGE)
    found = found if found.tzinfo else found.replace(tzinfo=_CHINA)
    today = dt.datetime.now(_CHINA).date()
    if found.astimezone(_CHINA).date() > today:
        fail(f"{text} is yet to come; the latest day whose knowledge can be asked for is {today}", Exit.USAGE)
    return found


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Values of indicators with target, status and trace."""


group.add_command(forecast)


@group.command("show")
@click.argument("zone")
@click.argument("number", type=int)
@year_option
@click.option("--as-of", default=None, help="As it was known on this day (2017-03-01).")
@click.option("--place", default=None, help="Another place of the same province, e.g. a city's name.")
@format_option("text", "json")
@language_option
@with_django
def show(
    zone: str, number: int, year: int, as_of: str | None, place: str | None, form: str, language: str
) -> None:
    """Indicator NUMBER of ZONE in a year: value, unit, target, status, reasons, trace.

    A year whose values are older than the evidence is computed first; with --as-of nothing is.
    """
    from ecociv.indicators.compute import YearNotComputable
    from ecociv.indicators.freshness import ensure_current
    from ecociv.indicators.listing import IndicatorUnknown, indicator_as_json, indicator_as_text

    if as_of is None:
        with progress(f"Indicators of {zone}, {year}") as _, suppress(YearNotComputable):
            ensure_current(zone, year)
    try:
        found = indicator_as_json(zone, number, year, as_of=moment(as_of), place=place)
    except IndicatorUnknown as error:
        fail(str(error))
    if form == "json":
        say_json(found)
    else:
        say(indicator_as_text(found, language))


@group.command("compute")
@click.argument("zone")
@year_option
@click.option("--as-of", default=None, help="From the evidence as it was known on this day.")
@format_option("text", "json")
@with_django
def compute(zone: str, year: int, as_of: str | None, form: str) -> None:
    """Compute every indicator of ZONE for a year from the evidence; unchanged values get no new revision."""
    from ecociv.indicators.compute import YearNotComputable
    from ecociv.indicators.compute import compute as run

    known = moment(as_of)
    with progress(f"Indicators of {zone}, {year}") as _:
        try:
            report = run(zone, year, as_of=known)
        except YearNotComputable as error:
            fail(str(error))
    if form == "json":
        say_json(report.to_json())
    else:
        say(report.as_text())
