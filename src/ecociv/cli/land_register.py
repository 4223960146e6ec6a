"""``ecociv land rights``: entering registrations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from ecociv.cli.console import EXIT_CODES, fail, format_option, language_option, say, say_json, with_django
from ecociv.cli.land_given import DAY, account, day_of, file_of, outline_of, user_option, zone_option
from ecociv.cli.land_rights import rights, unit_of

P = ParamSpec("P")
R = TypeVar("R")

_FILE = click.Path(dir_okay=False, path_type=Path)


def entry_options(command: Callable[P, R]) -> Callable[P, R]:
    """What every entry takes: who, on what documents, for which day, why."""
    for option in (
        format_option("text", "json"),
        language_option,
        click.option("--reason", default="", help="Why; needed for corrections and cancellations."),
        click.option("--effective-on", type=DAY, help="Day of the entry; today by default."),
        click.option(
            "--document",
            "documents",
            multiple=True,
            type=_FILE,
            help="File that it rests on; may be repeated.",
        ),
        user_option,
        zone_option,
    ):
        command = option(command)
    return command


def boundary_options(command: Callable[P, R]) -> Callable[P, R]:
    """The options ``--boundary`` and ``--crs``."""
    command = click.option("--crs", default="", help="System of its coordinates, as EPSG:4547.")(command)
    return click.option(
        "--boundary", default="", help="WKT, GeoJSON, or a file of polygons; all of them are joined."
    )(command)


def seen_option(command: Callable[P, R]) -> Callable[P, R]:
    """The option ``--seen``."""
    return click.option(
        "--seen",
        type=click.IntRange(1),
        help="Registration on which it was decided; refused where there is a later one.",
    )(command)


@rights.command("register", epilog=EXIT_CODES)
@click.argument("statement", type=_FILE)
@click.option("--kind", required=True, help="Kind of resource, such as forest.")
@boundary_options
@click.option("--notice-from", type=DAY, help="First day of the public notice.")
@click.option("--notice-to", type=DAY, help="Last day of the public notice.")
@entry_options
@with_django
def register(
    statement: Path,
    kind: str,
    boundary: str,
    crs: str,
    notice_from: dt.datetime | None,
    notice_to: dt.datetime | None,
    zone: str,
    language: str,
    form: str,
    **given: Any,
) -> None:
    """Register a unit for the first time; STATEMENT (YAML or JSON) says parties, holdings and restrictions."""
    from ecociv.land_administration.rights.actions import RegisterFirst
    from ecociv.land_administration.rights.statement import read_statement

    common = _common(zone, given)
    state = read_statement(statement).state()
    if not boundary:
        fail("A first registration needs --boundary.")
    action = RegisterFirst(
        zone=zone,
        kind=kind,
        state=state,
        boundary=outline_of(boundary, crs, zone, language)[2],
        notice_from=day_of(notice_from),
        notice_to=day_of(notice_to),
        **common,
    )
    _entered(action, form, language)


@rights.command("change", epilog=EXIT_CODES)
@click.argument("number")
@click.argument("statement", type=_FILE)
@boundary_options
@seen_option
@entry_options
@with_django
def change(
    number: str,
    statement: Path,
    boundary: str,
    crs: str,
    seen: int | None,
    zone: str,
    language: str,
    form: str,
    **given: Any,
) -> None:
    """Register a change of unit NUMBER; STATEMENT says what holds from now on."""
    from ecociv.land_administration.rights.actions import RegisterChange
    from ecociv.land_administration.rights.statement import read_statement

    common, newest = _on_unit(zone, number, seen, given)
    shape = outline_of(boundary, crs, zone, language)[2] if boundary else None
    state = read_statement(statement).state(newest.state)
    _entered(RegisterChange(state=state, boundary=shape, **common), form, language)


@rights.command("transfer", epilog=EXIT_CODES)
@click.argument("number")
@click.argument("statement", type=_FILE)
@seen_option
@entry_options
@with_django
def transfer(
    number: str, statement: Path, seen: int | None, zone: str, language: str, form: str, **given: Any
) -> None:
    """Register that a share passed on; STATEMENT says right, giver, taker and share."""
    from ecociv.land_administration.rights.actions import RegisterTransfer
    from ecociv.land_administration.rights.statement import read_transfer

    common, newest = _on_unit(zone, number, seen, given)
    said = read_transfer(statement)
    giver, taker = said.parties_in(newest.state)
    action = RegisterTransfer(right=said.right, giver=giver, taker=taker, share=said.share, **common)
    _entered(action, form, language)


@rights.command("correct", epilog=EXIT_CODES)
@click.argument("number")
@click.argument("statement", type=_FILE)
@click.option("--corrects", type=click.IntRange(1), required=True, help="Registration that was wrong.")
@boundary_options
@seen_option
@entry_options
@with_django
def correct(
    number: str,
    statement: Path,
    corrects: int,
    boundary: str,
    crs: str,
    seen: int | None,
    zone: str,
    language: str,
    form: str,
    **given: Any,
) -> None:
    """Correct what was registered wrongly of unit NUMBER; the wrong registration stays to be read."""
    from ecociv.land_administration.rights.actions import RegisterCorrection
    from ecociv.land_administration.rights.statement import read_statement

    common, newest = _on_unit(zone, number, seen, given)
    shape = outline_of(boundary, crs, zone, language)[2] if boundary else None
    state = read_statement(statement).state(newest.state)
    action = RegisterCorrection(corrects=corrects, state=state, boundary=shape, **common)
    _entered(action, form, language)


@rights.command("cancel", epilog=EXIT_CODES)
@click.argument("number")
@seen_option
@entry_options
@with_django
def cancel(number: str, seen: int | None, zone: str, language: str, form: str, **given: Any) -> None:
    """Take unit NUMBER off the register; its history stays."""
    from ecociv.land_administration.rights.actions import CancelUnit

    common, _newest = _on_unit(zone, number, seen, given)
    _entered(CancelUnit(**common), form, language)


def _common(zone: str, given: dict[str, Any]) -> dict[str, Any]:
    from ecociv.cli.database import ensure_plan
    from ecociv.land_administration.rights.actions import Source

    ensure_plan(zone)
    return {
        "author": account(given["username"]),
        "documents": tuple(Source(file_of(path), path.name) for path in given["documents"]),
        "reason": given["reason"],
        "effective_on": day_of(given["effective_on"]),
    }


def _on_unit(zone: str, number: str, seen: int | None, given: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    common, unit = _common(zone, given), unit_of(zone, number)
    newest = unit.registrations.select_related("boundary__layer", "unit").order_by("-serial").first()
    return {**common, "unit": unit, "seen": seen or newest.serial}, newest


def _entered(action: Any, form: str, language: str) -> None:
    """Execute; say what was entered, or every fault and every overlap."""
    from django.core.exceptions import PermissionDenied

    from ecociv.land_administration.rights.actions import RegistrationRefused
    from ecociv.territory.actions import LayerRefused

    try:
        done = action.execute()
    except PermissionDenied as error:
        fail(str(error))
    except (RegistrationRefused, LayerRefused) as refused:
        fail("\n".join(text.in_language(language) for text in refused.texts))
    if form == "json":
        say_json(
            {
                "number": done.unit.number,
                "serial": done.serial,
                "event": done.event,
                "effective_on": done.effective_on.isoformat(),
                "area_m2": str(done.area),
                "layer": {"version": done.boundary.number, "sha256": done.boundary.sha256},
            }
        )
        return
    from ecociv.land_administration.rights.queries import event_words

    words = event_words(done.event).in_language(language)
    say(f"{done.unit.number}  {done.serial}  {words}  {done.effective_on}  {done.area} m2")
