"""``ecociv cases``: cases of a zone, their logs and their types."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import click

from ecociv.cli.console import EXIT_CODES, fail, format_option, language_option, say, say_json, with_django
from ecociv.cli.escalate import escalate
from ecociv.cli.workdays import Day


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Cases: matters that someone must close by a date, with clocks in working days."""


def zone_option(command: Any) -> Any:
    """The option ``--zone``."""
    return click.option("--zone", default="jingdezhen", show_default=True, help="Key of the zone.")(command)


@group.command("list")
@zone_option
@click.option("--overdue", is_flag=True, help="Only open cases past due on the day.")
@click.option("--open", "only_open", is_flag=True, help="Only cases that have not ended.")
@click.option("--body", default="", help="Only cases in which this body plays a part (key or any name).")
@click.option("--type", "type_", default="", help="Only cases of this type.")
@click.option("--day", type=Day(), default=None, help="The day to judge by; today where not given.")
@format_option("table", "json", "csv")
@language_option
@with_django
def list_cases(
    zone: str,
    overdue: bool,
    only_open: bool,
    body: str,
    type_: str,
    day: dt.date | None,
    form: str,
    language: str,
) -> None:
    """The cases of a zone with state, due day and working days left (negative when late), soonest due first."""
    from django.db.models import F
    from django.utils import timezone

    from ecociv.casework import queries
    from ecociv.casework.load import case_type
    from ecociv.casework.models import Case

    _known_zone(zone)
    when = day or timezone.localdate()
    cases = queries.overdue(zone, when) if overdue else Case.objects.filter(zone=zone)
    if only_open:
        cases = cases.filter(closed_at__isnull=True)
    if type_:
        case_type(zone, type_)
        cases = queries.by_type(cases, type_)
    if body:
        cases = queries.by_body(cases, zone, _body(zone, body), when)
    cases = cases.order_by(F("due").asc(nulls_last=True), "id").prefetch_related("parties")
    rows = [_row(case, when, language) for case in cases]
    if form == "json":
        say_json(rows)
    elif form == "csv":
        say(_as_csv(rows))
    else:
        for row in rows:
            late = "!" if row["overdue"] else " "
            say(f"{late} {row['due'] or '-':<10}  {row['number']}  {row['state_title']}  {row['title']}")
        say(f"{len(rows)} case(s)")


@group.command("show")
@click.argument("number")
@zone_option
@click.option("--type", "type_", default="", help="The type, where two types number alike.")
@click.option("--day", type=Day(), default=None, help="The day to judge by; today where not given.")
@format_option("text", "json")
@language_option
@with_django
def show(number: str, zone: str, type_: str, day: dt.date | None, form: str, language: str) -> None:
    """One case by its NUMBER (交办〔2016〕1号): standing, clocks, and every step of its log."""
    from django.utils import timezone

    from ecociv.casework.models import Case
    from ecociv.casework.queries import case_standing, timeline
    from ecociv.casework.recorded import declaration_of

    _known_zone(zone)
    found = Case.objects.filter(zone=zone, number=number)
    cases = list(found.filter(type=type_) if type_ else found)
    if not cases:
        fail(f"{zone} has no case {number!r}; `ecociv cases list` names them all.")
    if len(cases) > 1:
        fail(f"{number!r} is the number of cases of {', '.join(case.type for case in cases)}: add --type.")
    (case,) = cases
    case_type, when = declaration_of(case), day or timezone.localdate()
    now = case_standing(case)
    row = _row(case, when, language)
    row["clocks"] = [
        {
            "clock": run.clock,
            "title": case_type.clocks[run.clock].title.in_language(language),
            "started_on": run.started_on,
            "due_on": run.due_on,
            "by_notice": run.by_notice,
            "paused": run.paused,
            "extended_days": run.extended_days,
            "stopped_on": run.stopped_on,
            "overdue": run.overdue(when),
        }
        for run in (*now.clocks, *now.finished)
    ]
    row["fields"] = dict(now.fields)
    row["steps"] = [
        {
            "number": step.number,
            "kind": step.kind,
            "transition": step.transition,
            "state": step.state,
            "part": step.part,
            "by": step.actor_name,
            "organisation": step.organisation,
            "at": timezone.localtime(step.at).isoformat(),
            "recorded_at": timezone.localtime(step.recorded_at).isoformat(),
            "reason": step.reason,
            "documents": [
                {"name": document.file_name, "sha256": document.document_id}
                for document in step.documents.all()
            ],
        }
        for step in timeline(case)
    ]
    if form == "json":
        say_json(row)
        return
    say(f"{row['number']}  {row['title']}")
    say(f"{row['type_title']}  {row['state_title']}  {row['due'] or '-'}")
    for step in row["steps"]:
        move = case_type.transitions.get(step["transition"])
        what = move.title.in_language(language) if move else step["kind"]
        say(f"{step['number']:>4}  {step['at'][:16]}  {what}  {step['by']}  {step['reason']}".rstrip())


@group.command("types")
@zone_option
@format_option("text", "json")
@language_option
def types(zone: str, form: str, language: str) -> None:
    """The case types that a zone declares: states, moves and clocks; needs no database."""
    from ecociv.casework.load import load_case_types
    from ecociv.evidence.declared import DeclarationError

    try:
        found = load_case_types(zone)
    except DeclarationError as error:
        fail(str(error))
    if form == "json":
        say_json(
            [
                {"key": key, **each.model_dump(mode="json", by_alias=True, exclude={"key"})}
                for key, each in found.items()
            ]
        )
        return
    for key, each in found.items():
        say(
            f"{key:<20}  {each.title.in_language(language)}  "
            f"{len(each.states)} states, {len(each.transitions)} moves, {len(each.clocks)} clocks"
        )


def _row(case: Any, day: dt.date, language: str) -> dict[str, Any]:
    from ecociv.casework.permissions import parties_of
    from ecociv.casework.recorded import declaration_of
    from ecociv.core.workdays import working_days_between

    case_type = declaration_of(case)
    return {
        "number": case.number,
        "type": case.type,
        "type_title": case_type.title.in_language(language),
        "title": case.title,
        "subject": case.subject,
        "state": case.state,
        "state_title": case_type.states[case.state].title.in_language(language),
        "opened_on": _local(case.opened_at),
        "closed_on": _local(case.closed_at),
        "outcome": case.outcome,
        "due": case.due,
        "due_by_notice": case.due_by_notice,
        "overdue": case.due is not None and day > case.due,
        "working_days_left": None if case.due is None else working_days_between(day, case.due),
        "parties": {part: list(keys) for part, keys in parties_of(case).items()},
        "origin": case.origin,
        "sample": case.sample,
    }


def _local(moment: dt.datetime | None) -> dt.date | None:
    from ecociv.casework.clocks import day_of

    return None if moment is None else day_of(moment)


def _as_csv(rows: list[dict[str, Any]]) -> str:
    names = [
        "number",
        "type",
        "title",
        "subject",
        "state",
        "opened_on",
        "closed_on",
        "outcome",
        "due",
        "due_by_notice",
        "overdue",
        "working_days_left",
        "parties",
        "sample",
    ]
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        parties = ";".join(f"{part}={'+'.join(keys)}" for part, keys in row["parties"].items())
        cells = [parties if name == "parties" else row[name] for name in names]
        writer.writerow(["" if cell is None else _harmless(str(cell)) for cell in cells])
    return written.getvalue().rstrip("\n")


def _harmless(cell: str) -> str:
    """A text that a spreadsheet would take for a formula gets a quote before it; numbers stay numbers."""
    risky = cell.startswith(("=", "+", "@")) or (cell.startswith("-") and not cell[1:].isdigit())
    return f"'{cell}" if risky else cell


def _known_zone(zone: str) -> None:
    from ecociv.evidence.declared import zone_folder

    zone_folder(zone)


def _body(zone: str, name: str) -> str:
    from ecociv.plan.package import load_zone
    from ecociv.plan.package.organisations import UnknownOrganisation
    from ecociv.plan.queries import ZoneNotLoaded, current_package

    try:
        package = current_package(zone)
    except ZoneNotLoaded:
        package = load_zone(zone)
    if package.has_organisation(name):
        return name
    try:
        return package.resolve(name).key
    except UnknownOrganisation as error:
        fail(str(error))


group.add_command(escalate)
