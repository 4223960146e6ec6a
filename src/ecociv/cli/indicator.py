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
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What runs the SQL; spark needs PySpark and Java.",
)
@click.option("--full", is_flag=True, help="Derive every figure again, whether anything changed or not.")
@format_option("text", "json")
@with_django
def compute(zone: str, year: int, as_of: str | None, engine: str, full: bool, form: str) -> None:
    """Compute every indicator of ZONE for a year from the evidence, for the city and its counties.

    Only figures whose evidence, derivation or target changed are derived; unchanged values get no new revision.
    """
    from ecociv.indicators.compute import YearNotComputable
    from ecociv.indicators.compute import compute as run
    from ecociv.indicators.engine import EngineMissing

    known = moment(as_of)
    with progress(f"Indicators of {zone}, {year}") as _:
        try:
            report = run(zone, year, as_of=known, engine=engine, full=full)
        except YearNotComputable as error:
            fail(str(error))
        except EngineMissing as error:
            fail(str(error), Exit.MISSING)
    if form == "json":
        say_json(report.to_json())
    else:
        say(report.as_text())


@group.command("trace")
@click.argument("zone")
@click.argument("number", type=int)
@year_option
@click.option("--as-of", default=None, help="As it was known on this day (2017-03-01).")
@click.option("--place", default=None, help="Key of a county or of a peer city.")
@click.option("--day", default=None, help="List the hours of the zone's stations on this day instead.")
@format_option("text", "json")
@language_option
@with_django
def trace(
    zone: str,
    number: int,
    year: int,
    as_of: str | None,
    place: str | None,
    day: str | None,
    form: str,
    language: str,
) -> None:
    """The whole chain of indicator NUMBER: figure, formula, inputs with their revisions, stations, days, hours."""
    from ecociv.indicators.compute import YearNotComputable
    from ecociv.indicators.freshness import ensure_current
    from ecociv.indicators.listing import IndicatorUnknown
    from ecociv.indicators.tracing import hours_of_day, trace_as_json, trace_as_text

    known = moment(as_of)
    if day is not None:
        try:
            wanted = dt.date.fromisoformat(day)
        except ValueError:
            fail(f"{day!r} is no date: write 2016-03-01", Exit.USAGE)
        if wanted.year != year:
            fail(f"{day} does not lie in {year}", Exit.USAGE)
        hours = hours_of_day(zone, wanted, as_of=known)
        if form == "json":
            say_json(hours)
            return
        for row in hours:
            shown = row["missing"] if row["value"] is None else f"{row['value']:g}"
            mark = " [sample]" if row["sample"] else ""
            say(
                f"{row['station']} {row['pollutant']} {row['hour']:02d}: {shown} {row['quality']} "
                f"r{row['revision']} {row['source']}{mark}"
            )
        if not hours:
            say("没有小时数据" if language.startswith("zh") else "There are no hourly readings")
        return
    try:
        if known is None:
            with progress(f"Indicators of {zone}, {year}") as _, suppress(YearNotComputable):
                ensure_current(zone, year)
        found = trace_as_json(zone, number, year, as_of=known, place=place)
    except (IndicatorUnknown, YearNotComputable) as error:
        fail(str(error))
    if form == "json":
        say_json(found)
    else:
        say(trace_as_text(found, language))


@group.command("diff")
@click.argument("zone")
@year_option
@click.option("--from", "since", required=True, help="The earlier day (2017-03-01).")
@click.option("--to", "until", required=True, help="The later day.")
@format_option("text", "json")
@language_option
@with_django
def diff(zone: str, year: int, since: str, until: str, form: str, language: str) -> None:
    """What differs in a year's figures between what was known on two days, and which inputs made it so."""
    from ecociv.indicators.compute import YearNotComputable
    from ecociv.indicators.differences import diff_as_json, diff_as_text

    first, last = moment(since), moment(until)
    assert first is not None and last is not None
    if first > last:
        fail(f"{since} comes after {until}: give the earlier day as --from", Exit.USAGE)
    try:
        found = diff_as_json(zone, year, first, last)
    except YearNotComputable as error:
        fail(str(error))
    if form == "json":
        say_json(found)
    else:
        say(diff_as_text(found, language))


@group.command("conflicts")
@click.argument("zone")
@year_option
@click.option("--as-of", default=None, help="As it was known on this day (2017-03-01).")
@format_option("text", "json")
@language_option
@with_django
def conflicts(zone: str, year: int, as_of: str | None, form: str, language: str) -> None:
    """Figures that must agree and do not: counties against the city, one department against another."""
    from ecociv.indicators.identities import conflicts as find

    found = find(zone, year, moment(as_of))
    if form == "json":
        say_json([item.to_json() for item in found])
    else:
        for item in found:
            say(item.as_text(language))
        if not found:
            say("没有发现不一致" if language.startswith("zh") else "Nothing was found that does not agree")
    if found:
        raise SystemExit(int(Exit.FOUND))
