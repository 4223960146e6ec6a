"""``ecociv returns``: who owes what, the workbook of a form, and filing it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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

_zone = click.option("--zone", default="jingdezhen", show_default=True)
_sample = click.option("--sample", is_flag=True, help="The returns of the generated sample data.")


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Departmental returns (统计报表)."""


@group.command("list")
@_zone
@_sample
@click.option("--overdue", is_flag=True, help="Only what is overdue.")
@click.option("--body", default="", help="Only what a body fills, by key or name.")
@click.option("--form", "only_form", default="", help="Only one form.")
@format_option("text", "json")
@language_option
@with_django
def list_returns(
    zone: str, sample: bool, overdue: bool, body: str, only_form: str, form: str, language: str
) -> None:
    """Every return of the periods that have ended: who fills it, by when, and where it stands."""
    from ecociv.evidence.returns.deadlines import Timeliness

    rows = [
        each
        for each in _obligations(zone, sample)
        if (not overdue or each.deadline.timeliness is Timeliness.OVERDUE)
        and (not body or body in {each.body.key, each.body.name.zh, each.body.name.en})
        and (not only_form or each.subject.form.key == only_form)
    ]
    if form == "json":
        say_json([_row(each) for each in rows])
        return
    for each in rows:
        about = each.subject
        say(
            f"{about.key:<44}  {each.deadline.due.day}  {each.body.name.in_language(language)}  "
            f"{each.state_name.in_language(language)}  {each.deadline.said.in_language(language)}"
        )
    if not rows:
        say("没有符合条件的报表。" if language == "zh" else "No return matches.")


@group.command("status")
@click.argument("form_key", metavar="FORM")
@click.option("--place", required=True)
@click.option("--period", required=True, help="2015, 2015-Q3 or 2015-03.")
@_zone
@_sample
@format_option("text", "json")
@language_option
@with_django
def status(form_key: str, place: str, period: str, zone: str, sample: bool, form: str, language: str) -> None:
    """Where one return stands, why it is locked, and every step with who took it, when and why."""
    from ecociv.evidence.returns import queries
    from ecociv.evidence.returns.actions.base import today
    from ecociv.evidence.returns.chain import verify_returns

    about = _subject(zone, form_key, place, period, sample, language)
    found = queries.obligation_of(about, today(), _directory(zone))
    lock, steps = queries.lock_of(found), queries.steps_of(found.of) if found.of else []
    broken = verify_returns()
    if form == "json":
        say_json(
            _row(found)
            | {
                "lock": lock
                and {
                    "rule": lock.rule.to_mapping(),
                    "since": lock.since.isoformat(),
                    "by": lock.by,
                    "opens": lock.opens.to_mapping(),
                },
                "steps": [
                    {
                        "step": step.kind,
                        "revision": step.revision.number if step.revision else None,
                        "by": step.actor_name,
                        "body": step.organisation,
                        "at": step.at.isoformat(),
                        "reason": step.reason,
                    }
                    for step in steps
                ],
                "chain": broken and {"order": broken.order, "text": broken.text.to_mapping()},
            }
        )
        return
    say(f"{about.key}  {found.state_name.in_language(language)}  {found.deadline.said.in_language(language)}")
    if lock is not None:
        say(f"  {lock.rule.in_language(language)} ({lock.since:%Y-%m-%d %H:%M}, {lock.by})")
        say(f"  {lock.opens.in_language(language)}")
    for step in steps:
        number = f" r{step.revision.number}" if step.revision else ""
        say(f"  {step.at:%Y-%m-%d %H:%M}  {step.kind}{number}  {step.actor_name}  {step.reason}".rstrip())
    if broken is not None:
        fail(broken.text.in_language(language))


@group.command("template")
@click.argument("form_key", metavar="FORM")
@click.option(
    "--place", required=True, help="Key of the place; `all` puts every place of the form into one workbook."
)
@click.option("--period", required=True, help="2015, 2015-Q3 or 2015-03.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@_zone
@_sample
@language_option
@with_django
def template(
    form_key: str, place: str, period: str, out: Path, zone: str, sample: bool, language: str
) -> None:
    """Write the workbook of a return, with what stands in it so far and the figures of the period before."""
    from ecociv.evidence.mapping import load_places
    from ecociv.evidence.returns.actions.base import today
    from ecociv.evidence.returns.forms import load_form
    from ecociv.evidence.returns.sheets import sheet_of
    from ecociv.evidence.returns.workbook import write_workbook

    places = load_form(zone, form_key).place_keys(load_places(zone)) if place == "all" else (place,)
    directory = _directory(zone)
    sheets = [
        sheet_of(_subject(zone, form_key, each, period, sample, language), today(), directory)
        for each in places
    ]
    out.write_bytes(write_workbook(sheets, made_on=today()))
    say(f"{out}: {len(sheets)} 张表" if language == "zh" else f"{out}: {len(sheets)} returns")


@group.command("file")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--submit", is_flag=True, help="Hand the returns in; without it nothing is written but a report made."
)
@click.option("--draft", is_flag=True, help="Save the returns as drafts.")
@click.option("--author", default="ecociv returns file", show_default=True, help="Under whose name.")
@click.option("--reason", default="", help="Why; needed when accepted figures are restated.")
@_zone
@_sample
@format_option("text", "json")
@language_option
@with_django
def file_workbook(
    file: Path,
    submit: bool,
    draft: bool,
    author: str,
    reason: str,
    zone: str,
    sample: bool,
    form: str,
    language: str,
) -> None:
    """Read a filled workbook: a trial by default, with each fault by sheet and cell (exit code 1)."""
    from ecociv.evidence.reading import FileRefused
    from ecociv.evidence.returns.actions import ReturnRefused
    from ecociv.evidence.returns.actions.workbook import TakeWorkbook
    from ecociv.evidence.returns.workbook_reading import read_workbook

    if submit and draft:
        fail("Choose --submit or --draft, not both.", Exit.USAGE)
    try:
        reading = read_workbook(file.read_bytes(), zone, sample=sample)
    except FileRefused as refusal:
        fail(refusal.text.in_language(language))
    action = TakeWorkbook(reading, author, _directory(zone), submit=submit, reason=reason)
    problems = action.check()
    written: list[str] = []
    if (submit and not problems) or (draft and not reading.problems):
        try:
            revisions = action.execute()
        except ReturnRefused as refusal:
            fail(refusal.text.in_language(language))
        written = [str(each) for each in revisions] or [each.subject.key for each in reading.sheets]
    if form == "json":
        say_json(
            {
                "returns": [each.subject.key for each in reading.sheets],
                "problems": [each.to_json() for each in problems],
                "more": reading.more,
                "written": written,
            }
        )
    else:
        for each in problems:
            say(
                f"{each.sheet} {each.cell}: {each.found!r}: {each.rule.in_language(language)}; "
                f"{each.remedy.in_language(language)}"
            )
        for name in written:
            say(name)
        if not problems and not written:
            say(
                f"{len(reading.sheets)} 张表可以报送，未写入。"
                if language == "zh"
                else f"{len(reading.sheets)} returns can be handed in; nothing was written."
            )
    if problems:
        raise SystemExit(int(Exit.FOUND))


def _directory(zone: str) -> Any:
    from ecociv.plan.queries import ZoneNotLoaded, current_package

    try:
        return current_package(zone)
    except ZoneNotLoaded:
        return None


def _obligations(zone: str, sample: bool) -> list[Any]:
    from ecociv.evidence.returns.actions.base import today
    from ecociv.evidence.returns.queries import obligations

    return obligations(zone, today=today(), directory=_directory(zone), sample=sample)


def _subject(zone: str, form: str, place: str, period: str, sample: bool, language: str) -> Any:
    from ecociv.core.periods import PeriodError
    from ecociv.evidence.returns.actions import ReturnRefused, subject

    try:
        return subject(zone, form, place, period, sample=sample)
    except ReturnRefused as refusal:
        fail(refusal.text.in_language(language))
    except PeriodError as error:
        fail(str(error))


def _row(each: Any) -> dict[str, Any]:
    about = each.subject
    return {
        "return": about.key,
        "form": about.form.key,
        "title": about.form.title.to_mapping(),
        "place": about.place.key,
        "period": str(about.period),
        "body": each.body.key,
        "body_name": each.body.name.to_mapping(),
        "reviewer": each.reviewer.key,
        "due": each.deadline.due.day.isoformat(),
        "due_by_notice": each.deadline.due.by_notice,
        "timeliness": each.deadline.timeliness.value,
        "working_days": each.deadline.working_days,
        "state": each.state.value if each.state else "not-begun",
        "sample": about.sample,
    }
