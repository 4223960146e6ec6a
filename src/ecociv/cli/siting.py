"""``ecociv site find``: where a use could go."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    progress,
    say,
    say_json,
    say_repeated,
    with_django,
)


def _numbers(given: tuple[str, ...], option: str) -> dict[str, int]:
    found = {}
    for each in given:
        key, equals, number = each.partition("=")
        if not equals or not number.strip().isascii() or not number.strip().isdigit():
            fail(f"{option} {each!r}: write KEY=NUMBER, as {option} town=5", Exit.USAGE)
        found[key.strip()] = int(number)
    return found


def _texts(given: tuple[str, ...], option: str) -> dict[str, str]:
    found = {}
    for each in given:
        key, equals, text = each.partition("=")
        if not equals or not text.strip():
            fail(f"{option} {each!r}: write KEY=NUMBER of the document", Exit.USAGE)
        found[key.strip()] = text.strip()
    return found


@click.command("find", epilog=EXIT_CODES)
@click.option("--zone", default="jingdezhen", show_default=True)
@click.option("--purpose", required=True, help="`ecociv site purposes` lists them; or a code of GB/T 4754.")
@click.option("--area", type=float, required=True, help="Least contiguous area in m2.")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="Layers of this day; today by default.")
@click.option("--county", "counties", multiple=True, help="Division code to search in; all by default.")
@click.option("--within", default="", help="WKT or GeoJSON of a polygon to search in.")
@click.option("--candidates", default="", help="Layer of parcels; cells of a grid by default.")
@click.option("--cell", type=float, default=0.0, help="Side of the grid's cells in m.")
@click.option("--weight", "weights", multiple=True, help="What if: CRITERION=WEIGHT, 0 to 100.")
@click.option("--without", multiple=True, help="What if: leave this layer out.")
@click.option("--layer-version", "versions", multiple=True, help="What if: LAYER=NUMBER of another version.")
@click.option("--has", multiple=True, help="Trait that the project has.")
@click.option("--lacks", multiple=True, help="Trait that it does not have.")
@click.option("--document", "documents", multiple=True, help="Document at hand, as KEY=NUMBER.")
@click.option("--most", type=int, default=20, show_default=True, help="Alternatives kept.")
@click.option("--save", is_flag=True, help="Keep the search as a scenario.")
@click.option("--title", default="", help="Name of the scenario.")
@click.option(
    "--geojson", type=click.Path(dir_okay=False, path_type=Path), help="Also write the alternatives."
)
@format_option("text", "json")
@language_option
@with_django
def find(
    zone: str,
    purpose: str,
    area: float,
    on: dt.datetime | None,
    counties: tuple[str, ...],
    within: str,
    candidates: str,
    cell: float,
    weights: tuple[str, ...],
    without: tuple[str, ...],
    versions: tuple[str, ...],
    has: tuple[str, ...],
    lacks: tuple[str, ...],
    documents: tuple[str, ...],
    most: int,
    save: bool,
    title: str,
    geojson: Path | None,
    form: str,
    language: str,
) -> None:
    """Rank the ground on which a purpose is permitted; exit code 1 where there is none."""
    from django.utils import timezone

    from ecociv.cli.database import ensure_plan
    from ecociv.territory.layers.geopackage import LayerFileUnreadable
    from ecociv.territory.rules.purposes import PurposeRefused
    from ecociv.territory.site_check.sites import SiteRefused
    from ecociv.territory.siting.actions import FindSites, SitingRequest
    from ecociv.territory.siting.candidates import SitingRefused
    from ecociv.territory.siting.files import as_geojson

    if save:
        ensure_plan(zone)
    asked = SitingRequest(
        purpose,
        area,
        on.date() if on else timezone.localdate(),
        counties,
        within,
        candidates,
        cell,
        _numbers(weights, "--weight"),
        without,
        _numbers(versions, "--layer-version"),
        has,
        lacks,
        _texts(documents, "--document"),
        most,
    )
    facts: dict[str, Any]
    try:
        with progress("searching") as tell:
            action = FindSites(asked, zone, "ecociv site find", title, tell)
            if save:
                kept = action.execute()
                facts = {"reference": kept.reference, "digest": kept.digest, **kept.result}
            else:
                made = action.examine()
                facts = {"reference": None, "digest": made.digest, **made.result}
    except (SitingRefused, PurposeRefused, SiteRefused, LayerFileUnreadable) as refused:
        fail(refused.text.in_language(language))
    if geojson is not None:
        geojson.write_text(json.dumps(as_geojson(facts), ensure_ascii=False), encoding="utf-8")
    if form == "json":
        say_json(facts)
    else:
        for row in facts["areas"]["rows"]:
            say(f"{row['area_m2']}  {row['reason']}  {row[f'said_{language}']}")
        for one in facts["alternatives"]:
            say(f"{one['rank']}  {one['score']}  {one['identity']}  {one['area_m2']} m2  {one['place']}")
    if not facts["alternatives"]:
        sys.exit(int(Exit.FOUND))


@click.command("find-repeat", epilog=EXIT_CODES)
@click.argument("number", type=int)
@click.option("--zone", default="jingdezhen", show_default=True)
@with_django
def find_repeat(number: int, zone: str) -> None:
    """Make scenario NUMBER again and compare it; exit code 1 where it differs."""
    from ecociv.territory.siting.actions import repeat
    from ecociv.territory.siting.models import SitingScenario

    kept = SitingScenario.objects.filter(zone=zone, number=number).first()
    if kept is None:
        fail(f"{zone} has no scenario {number}.")
    again = repeat(kept)
    say_repeated({"reference": kept.reference}, kept.digest, again)
