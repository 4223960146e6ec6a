"""``ecociv land differences``: plans compared, differences listed, opened as cases, counted."""

from __future__ import annotations

import datetime as dt
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

_ZONE = click.option("--zone", default="jingdezhen", show_default=True, help="Key of the zone.")
_NO_ACCOUNT = "ecociv land differences"


@click.group("differences", epilog=EXIT_CODES)
def group() -> None:
    """Differences between plans (差异图斑)."""


def _account(username: str) -> Any:
    from ecociv.people.models import User

    user = User.objects.filter(username=username).first()
    if user is None:
        fail(f"There is no account {username!r}.")
    return user


@group.command("run", epilog=EXIT_CODES)
@_ZONE
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="Layers of this day; today by default.")
@click.option("--layer", "layers", multiple=True, help="Only these layers; all that can conflict by default.")
@click.option("--workers", type=click.IntRange(1, 16), default=1, show_default=True)
@click.option("--trial", is_flag=True, help="Record nothing; any day may be asked for.")
@click.option("--as", "username", default="", help="Name of the account that runs it.")
@format_option("text", "json")
@language_option
@with_django
def run(
    zone: str,
    on: dt.datetime | None,
    layers: tuple[str, ...],
    workers: int,
    trial: bool,
    username: str,
    form: str,
    language: str,
) -> None:
    """Compare the plans in force and record what became of every difference."""
    from django.core.exceptions import PermissionDenied

    from ecociv.cli.database import ensure_plan
    from ecociv.land_administration.differences.models import DifferenceEvent
    from ecociv.land_administration.differences.running import RunDifferences, RunRefused
    from ecociv.territory.layers.geopackage import LayerFileUnreadable

    ensure_plan(zone)
    author = _account(username) if username else _NO_ACCOUNT
    facts: dict[str, Any]
    try:
        with progress("comparing") as tell:
            action = RunDifferences(zone, author, on.date() if on else None, layers, workers, tell)
            if trial:
                found = action.examine()
                counts = found.comparison.counts()
                facts = {
                    "run": None,
                    "patches": counts.patches,
                    "area": str(counts.area),
                    "slivers": counts.slivers,
                    "sliver_area": str(counts.sliver_area),
                    "digest": found.digest,
                }
                kinds = {
                    "appeared": len(found.matching.new),
                    "returned": len(found.matching.returned),
                    "kept": len(found.matching.kept),
                    "succeeded": sum(one.succeeded for one in found.matching.endings.values()),
                    "resolved": sum(not one.succeeded for one in found.matching.endings.values()),
                }
            else:
                made = action.execute()
                facts = {
                    "run": made.number,
                    "patches": made.count,
                    "area": str(made.area),
                    "slivers": made.sliver_count,
                    "sliver_area": str(made.sliver_area),
                    "digest": made.digest,
                }
                events = list(made.events.values_list("kind", flat=True))
                kinds = {kind: events.count(kind) for kind in DifferenceEvent.Kind.values}
                kinds["kept"] = made.count - kinds["appeared"] - kinds["returned"]
    except (RunRefused, LayerFileUnreadable) as refused:
        fail(refused.text.in_language(language))
    except PermissionDenied as refused:
        fail(str(refused))
    if form == "json":
        say_json({**facts, **kinds})
        return
    for key, value in {**facts, **kinds}.items():
        say(f"{key}: {'-' if value is None else value}")


def _chosen(
    zone: str, county: str, layers: tuple[str, ...], size: str, numbers: tuple[int, ...]
) -> list[Any]:
    from ecociv.land_administration.differences.queries import standings

    return [
        one
        for one in standings(zone)
        if (not county or any(code == county for code, _area in one.patch.counties))
        and set(layers) <= {one.difference.layer_a, one.difference.layer_b}
        and (not size or one.patch.size == size)
        and (not numbers or one.difference.number in numbers)
    ]


def _filters(command: Any) -> Any:
    for option in (
        click.option("--size", default="", help="Only this size class."),
        click.option(
            "--layer", "layers", multiple=True, help="Only differences of this layer; twice for a pair."
        ),
        click.option("--county", default="", help="Only those that reach into this division code."),
    ):
        command = option(command)
    return command


@group.command("list", epilog=EXIT_CODES)
@_ZONE
@_filters
@click.option("--all", "everything", is_flag=True, help="Those that are gone too.")
@format_option("text", "json")
@language_option
@with_django
def listing(
    zone: str, county: str, layers: tuple[str, ...], size: str, everything: bool, form: str, language: str
) -> None:
    """The ledger of differences."""
    from ecociv.land_administration.differences.queries import patch_row

    rows = [
        {
            "number": one.difference.reference,
            "state": one.event.kind,
            "layer_a": one.difference.layer_a,
            "class_a": one.difference.class_a,
            "layer_b": one.difference.layer_b,
            "class_b": one.difference.class_b,
            "area": str(one.patch.area),
            "size": one.patch.size,
            "counties": one.patch.counties,
            "cause": patch_row(one.patch)["cause"][language],
            "resolution": patch_row(one.patch)["resolution"][language],
            "run": one.patch.run.number,
            "case": one.case.number if one.case else None,
        }
        for one in _chosen(zone, county, layers, size, ())
        if everything or one.alive
    ]
    if form == "json":
        say_json(rows)
        return
    keys = ("number", "state", "layer_a", "class_a", "layer_b", "class_b", "area", "case")
    for row in rows:
        say("  ".join(str(row[key] or "-") for key in keys))


@group.command("open", epilog=EXIT_CODES)
@click.argument("numbers", type=int, nargs=-1)
@_ZONE
@_filters
@click.option("--all", "everything", is_flag=True, help="All that stand, where nothing else is named.")
@click.option("--as", "username", required=True, help="Name of the account that opens.")
@format_option("text", "json")
@language_option
@with_django
def open_differences(
    numbers: tuple[int, ...],
    zone: str,
    county: str,
    layers: tuple[str, ...],
    size: str,
    everything: bool,
    username: str,
    form: str,
    language: str,
) -> None:
    """Open a case for each of NUMBERS, or for all that stand by a filter."""
    from django.core.exceptions import PermissionDenied

    from ecociv.casework.actions import CaseRefused
    from ecociv.cli.database import ensure_plan
    from ecociv.land_administration.differences.cases import CoordinationRefused, OpenDifferences

    ensure_plan(zone)
    if not (numbers or county or layers or size or everything):
        fail("Name differences, a filter, or --all.", Exit.USAGE)
    author = _account(username)
    chosen = _chosen(zone, county, layers, size, numbers)
    if strange := set(numbers) - {one.difference.number for one in chosen}:
        fail(f"{zone} has no such differences: {', '.join(map(str, sorted(strange)))}.")
    try:
        done = OpenDifferences(
            zone, [one.difference for one in chosen if numbers or one.alive], author
        ).execute()
    except CoordinationRefused as refused:
        fail("\n".join(text.in_language(language) for text in refused.texts))
    except CaseRefused as refused:
        fail(refused.text.in_language(language))
    except PermissionDenied as refused:
        fail(str(refused))
    rows = [{"difference": one.difference.reference, "case": one.case.number} for one in done.cases]
    if form == "json":
        say_json({"known": done.known, "opened": rows})
        return
    for row in rows:
        say(f"{row['difference']}  {row['case']}")


@group.command("statistics", epilog=EXIT_CODES)
@_ZONE
@format_option("text", "json")
@with_django
def statistics(zone: str, form: str) -> None:
    """Differences that stand, by pair of classes and by county."""
    from ecociv.land_administration.differences.queries import standings, tally_by_county, tally_by_pair

    found = standings(zone)
    pairs, counties = tally_by_pair(found), tally_by_county(found)
    facts = {
        "differences": sum(one.parts for one in pairs),
        "area": str(sum((one.area for one in pairs), start=pairs[0].area * 0)) if pairs else "0.00",
        "in_hand": sum(one.in_hand for one in pairs),
        "pairs": [
            {"pair": list(one.key), "differences": one.parts, "area": str(one.area), "in_hand": one.in_hand}
            for one in pairs
        ],
        "counties": [
            {"county": one.key[0], "differences": one.parts, "area": str(one.area), "in_hand": one.in_hand}
            for one in counties
        ],
    }
    if form == "json":
        say_json(facts)
        return
    for pair in pairs:
        say(f"{' '.join(pair.key)}  {pair.parts}  {pair.area} m2")
    for county in counties:
        say(f"{county.key[0] or '-'}  {county.parts}  {county.area} m2")


@group.command("repeat", epilog=EXIT_CODES)
@click.argument("number", type=int)
@_ZONE
@with_django
def repeat_run(number: int, zone: str) -> None:
    """Make run NUMBER again and compare it to the last byte; exit code 1 where it differs."""
    from ecociv.land_administration.differences.models import DifferenceRun
    from ecociv.land_administration.differences.running import repeat

    found = DifferenceRun.objects.filter(zone=zone, number=number).first()
    if found is None:
        fail(f"{zone} has no run {number}.")
    again = repeat(found)
    say_repeated({"run": number}, found.digest, again)
