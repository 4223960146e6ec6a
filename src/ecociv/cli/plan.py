"""``ecociv plan``: the plan as data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ecociv.cli.console import EXIT_CODES, Exit, fail, format_option, language_option, say, say_json


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """The plan: summary, tasks, check, import and export."""


def _package(zone: str) -> Any:
    from ecociv.plan.package import PackageError, load_zone

    try:
        return load_zone(zone)
    except PackageError as error:
        fail(str(error))


@group.command("summary")
@click.argument("zone")
@format_option("text", "json")
def summary(zone: str, form: str) -> None:
    """How many indicators, series, tasks, projects and bodies, and who leads how many tasks."""
    found = _package(zone).summary()
    if form == "json":
        say_json(found)
        return
    leads = found.pop("tasks_by_lead")
    for name, value in found.items():
        say(f"{name:>14}  {value}")
    say("tasks by first-named leading body:")
    for name, count in leads.items():
        say(f"{count:>6}  {name}")


@group.command("tasks")
@click.argument("zone")
@format_option("text", "json")
@language_option
def tasks(zone: str, form: str, language: str) -> None:
    """Every task with system, leading and supporting bodies, dates and quantified targets."""
    from ecociv.plan.listing import task_as_json

    package = _package(zone)
    if form == "json":
        say_json([task_as_json(package, task) for task in package.tasks])
        return
    for task in package.tasks:
        lead = "、".join(body.name for body in package.leads(task))
        due = task.due.show(language) if task.due else "-"
        say(f"{task.number:>4}  {due:<12}  {lead}  {task.title.in_language(language)}")


@group.command("check")
@click.argument("zone")
@format_option("text", "json")
@language_option
@click.option(
    "--severity",
    type=click.Choice(["error", "warning", "note"]),
    default="note",
    show_default=True,
    help="List findings of this severity and graver.",
)
def check(zone: str, form: str, language: str, severity: str) -> None:
    """Read the plan as a strict colleague would and list what does not hold.

    Exit code 0 also where there are findings: they are the result.
    """
    from ecociv.plan.check import Severity, check_plan

    limit = Severity(severity).rank
    findings = [finding for finding in check_plan(_package(zone)) if finding.severity.rank <= limit]
    if form == "json":
        say_json([finding.to_json() for finding in findings])
        return
    for finding in findings:
        places = (
            finding.places
            if len(finding.places) <= 4
            else (*finding.places[:4], f"+{len(finding.places) - 4}")
        )
        say(f"{finding.severity.label.in_language(language)}  {finding.code}  [{', '.join(places)}]")
        say(f"    {finding.message.in_language(language)}")
    say(f"{len(findings)} finding(s)")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--zone", default=None, help="Compare with this zone, and use its organisations to recognise bodies."
)
@format_option("text", "json")
@language_option
def import_plan(file: Path, zone: str | None, form: str, language: str) -> None:
    """Read a plan from FILE: the official text of a web page, a .docx with the tables, or the workbook.

    Reports, row by row, what it was unsure of. Nothing is written.
    """
    from ecociv.plan.exchange import (
        FileRefused,
        comparison_report,
        comparison_text,
        import_report,
        import_text,
        read_plan,
    )
    from ecociv.plan.exchange import compare as compare_with

    package = _package(zone) if zone else None
    try:
        imported = read_plan(file, organisations=package.organisations if package else None)
    except FileRefused as error:
        fail(error.problem.sentence(language))
    differences = compare_with(imported, package) if package else []
    if form == "json":
        report = import_report(imported)
        say_json({**report, **({"comparison": comparison_report(differences)} if package else {})})
    else:
        say(import_text(imported, language))
        if package:
            say(comparison_text(differences, language))
    if any(problem.blocking for problem in imported.errors):
        raise SystemExit(int(Exit.INPUT))
    if differences:
        raise SystemExit(int(Exit.FOUND))


@group.command("export")
@click.argument("zone")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The .xlsx to write."
)
def export(zone: str, out: Path) -> None:
    """Write the plan as a workbook that can be edited and read back."""
    from ecociv.plan.exchange import write_workbook

    if out.suffix.lower() != ".xlsx":
        fail(f"{out.name} does not end in .xlsx, the only form this command writes", Exit.USAGE)
    package = _package(zone)
    try:
        write_workbook(package, out)
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
    say(
        f"{out}: {len(package.indicators)} indicators, {len(package.tasks)} tasks, {len(package.projects)} projects"
    )


@group.command("diff")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--zone", required=True, help="The zone that the workbook was exported from.")
@format_option("text", "json")
@language_option
def diff(file: Path, zone: str, form: str, language: str) -> None:
    """What an edited workbook would change in the plan; nothing is written.

    Confirm and apply the changes on the plan page, where they get an author and a reason.
    """
    from ecociv.plan.exchange import (
        FileRefused,
        difference_report,
        difference_text,
        read_content,
        workbook_difference,
    )

    try:
        found = workbook_difference(read_content(file).data, _package(zone))
    except FileRefused as error:
        fail(error.problem.sentence(language))
    if form == "json":
        say_json(difference_report(found))
    else:
        say(difference_text(found, language))
    if found.blocking:
        raise SystemExit(int(Exit.INPUT))
    if found.changes:
        raise SystemExit(int(Exit.FOUND))
