"""``ecociv land rights``: reading the register of natural resource rights."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    sample_mark,
    say,
    say_json,
    say_rows,
    with_django,
)
from ecociv.cli.indicator import moment
from ecociv.cli.land_given import day_of, reading_options, zone_option


@click.group(epilog=EXIT_CODES)
def rights() -> None:
    """Register of natural resource rights (自然资源确权登记)."""


def unit_of(zone: str, number: str) -> Any:
    """The unit of a number; ends the command where there is none."""
    from ecociv.cli.database import ensure_plan
    from ecociv.land_administration.rights.models import RightUnit

    ensure_plan(zone)
    unit = RightUnit.objects.filter(zone=zone, number=number).first()
    if unit is None:
        fail(f"The register of {zone} has no unit {number!r}; `ecociv land rights list` shows them.")
    return unit


def registration_of(zone: str, number: str, on: dt.date | None, as_of: dt.datetime | None) -> Any:
    """The registration of a unit that holds; ends the command where none does."""
    from ecociv.land_administration.rights.queries import registration_in_force

    found = registration_in_force(unit_of(zone, number), on, as_of)
    if found is None:
        fail(f"{number} was not on the register then.")
    return found


@rights.command("list", epilog=EXIT_CODES)
@zone_option
@reading_options
@click.option("--kind", default="", help="Only this kind, such as forest.")
@click.option("--county", default="", help="Only this division code.")
@click.option("--ended", is_flag=True, help="Cancelled units instead of those on the register.")
@format_option("text", "json")
@language_option
@with_django
def list_units(
    zone: str,
    on: dt.datetime | None,
    as_of: str | None,
    kind: str,
    county: str,
    ended: bool,
    form: str,
    language: str,
) -> None:
    """Units on the register."""
    from ecociv.cli.database import ensure_plan
    from ecociv.land_administration.rights.queries import event_words, registrations_in_force

    ensure_plan(zone)
    found = registrations_in_force(zone, day_of(on), moment(as_of), with_ended=ended)
    rows = [
        {
            "number": one.unit.number,
            "kind": one.unit.kind,
            "county": one.unit.county,
            "name": one.state.name,
            "area_m2": str(one.area),
            "serial": one.serial,
            "event": one.event if form == "json" else event_words(one.event).in_language(language),
            "effective_on": one.effective_on.isoformat(),
            "sample": one.unit.sample,
        }
        for one in found
        if one.ended == ended
        and (not kind or one.unit.kind == kind)
        and (not county or one.unit.county == county)
    ]
    shown = ("number", "kind", "name", "area_m2", "serial", "event", "effective_on")
    say_rows(rows, form, language, shown, {"zh": "没有登记单元。", "en": "There is no unit."})


@rights.command("show", epilog=EXIT_CODES)
@click.argument("number")
@zone_option
@reading_options
@format_option("text", "json")
@language_option
@with_django
def show(number: str, zone: str, on: dt.datetime | None, as_of: str | None, form: str, language: str) -> None:
    """What the register says of unit NUMBER; the member `statement` of the JSON can be changed and sent back."""
    from ecociv.land_administration.rights.declaration import rules
    from ecociv.land_administration.rights.queries import event_words
    from ecociv.land_administration.rights.statement import statement_of

    known = moment(as_of)
    found = registration_of(zone, number, day_of(on), known)
    state = found.state
    history = found.unit.registrations.order_by("serial").prefetch_related("documents")
    if known is not None:
        history = history.filter(recorded_at__lte=known)
    if form == "json":
        say_json(
            {
                "number": number,
                "kind": found.unit.kind,
                "county": found.unit.county,
                "sample": found.unit.sample,
                "serial": found.serial,
                "event": found.event,
                "effective_on": found.effective_on.isoformat(),
                "area_m2": str(found.area),
                "layer": {"version": found.boundary.number, "sha256": found.boundary.sha256},
                "boundary": _geojson(found),
                "statement": statement_of(state),
                "history": [
                    {
                        "serial": row.serial,
                        "event": row.event,
                        "effective_on": row.effective_on.isoformat(),
                        "by": row.author_name,
                        "reason": row.reason,
                        "corrects": row.corrects,
                        "documents": [one.sha256 for one in row.documents.all()],
                    }
                    for row in history
                ],
            }
        )
        return
    names = {one.key: one.name.in_language(language) for one in (*rules().rights, *rules().restrictions)}
    sample = sample_mark(found.unit.sample, language)
    say(f"{number}  {found.unit.kind}  {state.name}  {found.area} m2{sample}")
    for held in state.holdings:
        party = state.party(held.party)
        until = f"  -> {held.until}" if held.until else ""
        say(
            f"  {names.get(held.right, held.right)}  {party.name if party else held.party}  {held.share}{until}"
        )
    for limit in state.restrictions:
        say(f"  {names.get(limit.kind, limit.kind)}  {limit.text}  {limit.document}")
    for row in history:
        here = "*" if row.serial == found.serial else " "
        say(
            f"{here} {row.serial}  {row.effective_on}  {event_words(row.event).in_language(language)}  {row.reason}"
        )


def _geojson(registration: Any) -> Any:
    import shapely

    from ecociv.land_administration.rights.entry import boundary_of
    from ecociv.territory.layers.geopackage import LayerFileUnreadable

    try:
        return json.loads(shapely.to_geojson(boundary_of(registration)))
    except LayerFileUnreadable as refused:
        fail(refused.text.en, Exit.MISSING)


@rights.command("export", epilog=EXIT_CODES)
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@zone_option
@reading_options
@format_option("ladm-json")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output otherwise."
)
@click.option("--public", is_flag=True, help="As visitors see it: names of persons masked, no identifiers.")
@with_django
def export(
    numbers: tuple[str, ...],
    zone: str,
    on: dt.datetime | None,
    as_of: str | None,
    form: str,
    out: Path | None,
    public: bool,
) -> None:
    """Units in the words of ISO 19152 (LADM): those named, or every one on the register."""
    from ecociv.cli.database import ensure_plan
    from ecociv.land_administration.rights.models import Registration
    from ecociv.land_administration.rights.queries import ladm, masked, registrations_in_force

    ensure_plan(zone)
    day, known = day_of(on), moment(as_of)
    if numbers:
        found = [registration_of(zone, number, day, known) for number in dict.fromkeys(numbers)]
    else:
        found = registrations_in_force(zone, day, known)
    history: dict[int, list[Any]] = {}
    rows = Registration.objects.filter(unit__zone=zone).order_by("serial").prefetch_related("documents")
    for row in rows if known is None else rows.filter(recorded_at__lte=known):
        history.setdefault(row.unit_id, []).append(row)
    content = {
        "model": "ISO 19152:2012 (LADM)",
        "zone": zone,
        "sample": any(one.unit.sample for one in found),
        "units": [
            ladm(
                one,
                [row for row in history.get(one.unit_id, []) if row.serial <= one.serial],
                masked(one.state) if public else one.state,
            )
            for one in found
        ],
    }
    if out is None:
        say_json(content)
        return
    _written(out, json.dumps(content, ensure_ascii=False, indent=2).encode())
    say(f"{len(found)}: {out}")


@rights.command("certificate", epilog=EXIT_CODES)
@click.argument("number")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, .pdf or .docx.",
)
@zone_option
@reading_options
@click.option("--public", is_flag=True, help="As visitors get it: names of persons masked, no identifiers.")
@language_option
@with_django
def certificate(
    number: str, out: Path, zone: str, on: dt.datetime | None, as_of: str | None, public: bool, language: str
) -> None:
    """The certificate of unit NUMBER as PDF or Word, one page with its map."""
    from django.contrib.auth.models import AnonymousUser

    from ecociv.reporting.problems import NoChineseFont, ReportRefused
    from ecociv.reporting.right_certificate.write import write_right_certificate
    from ecociv.territory.layers.geopackage import LayerFileUnreadable

    day, known = day_of(on), moment(as_of)
    found = registration_of(zone, number, day, known)
    reader = AnonymousUser() if public else None
    try:
        content = write_right_certificate(
            found, out.suffix.lstrip(".").lower(), on=day, as_of=known, language=language, reader=reader
        )
    except ReportRefused as refused:
        missing = isinstance(refused, NoChineseFont)
        fail(refused.text.in_language(language), Exit.MISSING if missing else Exit.INPUT)
    except LayerFileUnreadable as unreadable:
        fail(unreadable.text.in_language(language), Exit.MISSING)
    _written(out, content)
    say(str(out))


def _written(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}.")
