"""``ecociv indicator``: values with target, status and trace."""

from __future__ import annotations

import datetime as dt

import click

from ecociv.cli.console import (
    EXIT_CODES,
    fail,
    format_option,
    language_option,
    progress,
    say,
    say_json,
    with_django,
)


def moment(text: str | None) -> dt.datetime | None:
    """A day or a moment as the end of what was known then, in China's time."""
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is no date: write 2016-12-31 or 2016-12-31T18:00")
    if len(text) == 10:
        found = found.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return found if found.tzinfo else found.replace(tzinfo=dt.timezone(dt.timedelta(hours=8)))


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Values of indicators with target, status and trace."""


@group.command("show")
@click.argument("zone")
@click.argument("number", type=int)
@click.option("--year", type=int, required=True)
@click.option("--as-of", default=None, help="As it was known on this day (2017-03-01).")
@click.option("--place", default=None, help="Another place of the same province, e.g. a city's name.")
@format_option("text", "json")
@language_option
@with_django
def show(
    zone: str, number: int, year: int, as_of: str | None, place: str | None, form: str, language: str
) -> None:
    """Indicator NUMBER of ZONE in a year: value, unit, target, status, reasons, trace."""
    from ecociv.indicators.listing import IndicatorUnknown, indicator_as_json, indicator_as_text

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
@click.option("--year", type=int, required=True)
@click.option("--as-of", default=None, help="From the evidence as it was known on this day.")
@format_option("text", "json")
@with_django
def compute(zone: str, year: int, as_of: str | None, form: str) -> None:
    """Compute every indicator of ZONE for a year from the evidence; unchanged values get no new revision."""
    from ecociv.indicators.compute import compute as run

    with progress(f"Indicators of {zone}, {year}") as _:
        report = run(zone, year, as_of=moment(as_of))
    if form == "json":
        say_json(report.to_json())
    else:
        say(report.as_text())
