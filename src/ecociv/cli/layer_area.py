"""``ecociv layer area``: a retained area from the layers in force on the last day of a year."""

from __future__ import annotations

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    say,
    say_json,
    with_django,
)
from ecociv.cli.indicator import moment


@click.command("area", epilog=EXIT_CODES)
@click.argument("series")
@click.option("--zone", default="jingdezhen", show_default=True, help="Key of the zone.")
@click.option("--year", required=True, type=click.IntRange(1949, 2999), help="Year; its last day counts.")
@click.option("--as-of", "as_of", default=None, help="Only layers recorded by this day, or moment.")
@format_option("text", "json")
@language_option
@with_django
def area(series: str, zone: str, year: int, as_of: str | None, form: str, language: str) -> None:
    """The area of SERIES from the layers (a number of the plan, or a key of the zone's own), by county.

    Exit code 1 where no layer holds: the figure is missing and the reason is said.
    """
    from ecociv.core.decimals import plain
    from ecociv.core.missing import Missing
    from ecociv.core.quantities import label_of
    from ecociv.evidence.declared import zone_folder
    from ecociv.territory.retained.queries import UnknownRetained, retained_area

    zone_folder(zone)
    try:
        found = retained_area(zone, series, year, moment(as_of))
    except UnknownRetained as error:
        fail(error.text.in_language(language))
    if form == "json":
        say_json(found.to_json())
    elif isinstance(found.figure, Missing):
        reason = f": {found.reason.in_language(language)}" if found.reason else ""
        say(f"{series} {year}: {found.figure.label.in_language(language)}{reason}")
    else:
        unit = label_of(found.unit).in_language(language)
        say(f"{found.trace.label.in_language(language)} {year}: {plain(found.figure)} {unit}")
        for place in found.places:
            value = "—" if place.figure is None else plain(place.figure)
            say(f"  {place.key} {place.name:<8} {value:>12} {unit}  {place.area:>18} m2  {place.patches:>7}")
        for version in found.versions:
            say(f"  {version.label} {version.title} ({version.valid_from}) {version.sha256[:12]}")
        for note in found.trace.notes:
            say(f"  {note.in_language(language)}")
    if isinstance(found.figure, Missing):
        raise SystemExit(int(Exit.FOUND))
