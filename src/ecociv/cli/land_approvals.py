"""``ecociv land approvals``: the integrated approval of projects."""

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
from ecociv.cli.land_given import account, file_of, outline_of, user_option, zone_option

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("approvals", epilog=EXIT_CODES)
def approvals() -> None:
    """Integrated approval of projects (一体化审批)."""


@approvals.command("receive", epilog=EXIT_CODES)
@click.argument("application", type=_FILE)
@click.option("--site", required=True, help="WKT, GeoJSON, or a file of polygons; all of them are joined.")
@click.option("--crs", default="", help="System of its coordinates, as EPSG:4547.")
@click.option("--document", "documents", multiple=True, help="Document as KEY=FILE; may be repeated.")
@click.option(
    "--look", is_flag=True, help="Only say whom it concerns and what is missing; nothing is recorded."
)
@zone_option
@user_option
@format_option("text", "json")
@language_option
@with_django
def receive(
    application: Path,
    site: str,
    crs: str,
    documents: tuple[str, ...],
    look: bool,
    zone: str,
    username: str,
    form: str,
    language: str,
) -> None:
    """Receive APPLICATION (YAML or JSON: title, applicant, contact, project_class, purpose)."""
    from django.core.exceptions import PermissionDenied
    from django.utils import timezone

    from ecociv.casework.actions import CaseRefused, InputRefused
    from ecociv.cli.database import ensure_plan
    from ecociv.land_administration.approvals.actions import ReceiveApplication
    from ecociv.land_administration.approvals.statement import read_application
    from ecociv.territory.rules.purposes import PurposeRefused
    from ecociv.territory.site_check.actions import SiteRequest
    from ecociv.territory.site_check.sites import SiteRefused

    ensure_plan(zone)
    user, said = account(username), read_application(application)
    text, system, _shape = outline_of(site, crs, zone, language)
    action = ReceiveApplication(
        zone=zone,
        title=said.title,
        applicant=said.applicant,
        contact=said.contact,
        project_class=said.project_class,
        site=SiteRequest(text, said.purpose, timezone.localdate(), crs=system, yes=said.has, no=said.lacks),
        author=user,
        documents=tuple(_handed_in(each) for each in documents),
    )
    try:
        if look:
            checked, needs = action.check()
            _say_needs(checked.result, needs, {one.key for one in action.documents}, zone, form, language)
            return
        done = action.execute()
    except PermissionDenied as error:
        fail(str(error))
    except InputRefused as refused:
        fail("\n".join(f"{name}: {fault.in_language(language)}" for name, fault in refused.faults.items()))
    except (CaseRefused, SiteRefused, PurposeRefused) as refused:
        fail(refused.text.in_language(language))
    row = row_of(done, language)
    if form == "json":
        say_json(row)
        return
    _say_row(row)


@approvals.command("list", epilog=EXIT_CODES)
@zone_option
@click.option("--open", "only_open", is_flag=True, help="Only those not decided yet.")
@format_option("text", "json")
@language_option
@with_django
def list_applications(zone: str, only_open: bool, form: str, language: str) -> None:
    """Applications with their state, the newest first."""
    from ecociv.cli.database import ensure_plan
    from ecociv.land_administration.approvals.models import ProjectApplication

    ensure_plan(zone)
    found = ProjectApplication.objects.filter(zone=zone).select_related("case__declaration", "check_made")
    if only_open:
        found = found.filter(case__closed_at__isnull=True)
    rows = [row_of(one, language) for one in found]
    if form == "json":
        say_json(rows)
        return
    for row in rows:
        _say_row(row)
    if not rows:
        say({"zh": "没有申请。", "en": "There is no application."}[language])


@approvals.command("show", epilog=EXIT_CODES)
@click.argument("number")
@zone_option
@format_option("text", "json")
@language_option
@with_django
def show(number: str, zone: str, form: str, language: str) -> None:
    """The application whose case has NUMBER: what is missing, whom it concerns, what they said."""
    from ecociv.casework.models import Case
    from ecociv.casework.permissions import parties_of
    from ecociv.casework.recorded import declaration_of
    from ecociv.cli.database import ensure_plan
    from ecociv.land_administration.approvals.models import ProjectApplication
    from ecociv.plan.queries import current_package

    ensure_plan(zone)
    found = (
        ProjectApplication.objects.filter(zone=zone, case__number=number)
        .select_related("case", "check_made")
        .first()
    )
    if found is None:
        fail(f"{zone} has no application {number!r}; `ecociv land approvals list` shows them.")
    package = current_package(zone)
    opinions = []
    for child in Case.objects.filter(parent=found.case).order_by("pk"):
        declared = declaration_of(child)
        ends = declared.outcomes.get(child.outcome)
        keys = parties_of(child).get("body", ())
        opinions.append(
            {
                "case": child.number,
                "body": "、".join(package.organisation(key).shown(language) for key in keys),
                "answer": (ends or declared.states[child.state].title).in_language(language),
                "open": child.closed_at is None,
                "due": child.due.isoformat() if child.due and child.closed_at is None else None,
            }
        )
    row = row_of(found, language) | {
        "contact": found.contact,
        "check_answer": found.check_made.answer_text.in_language(language),
        "concerned": [
            {"body": key, "why": [text.get(language) or text.get("zh", "") for text in why]}
            for key, why in found.bodies
        ],
        "opinions": opinions,
    }
    if form == "json":
        say_json(row)
        return
    _say_row(row)
    say(f"  {found.check_made.reference}  {row['check_answer']}")
    for one in opinions:
        say(f"  {one['body']}  {one['answer']}  {one['due'] or '-'}  {one['case']}")
    for one in row["concerned"] if not opinions else ():
        say(f"  {one['body']}  {'; '.join(one['why'])}")


def row_of(application: Any, language: str) -> dict[str, Any]:
    """One application as plain values."""
    from ecociv.casework.recorded import declaration_of

    case = application.case
    return {
        "case": case.number,
        "title": application.title,
        "applicant": application.applicant,
        "project_class": application.project_class,
        "site_check": application.check_made.reference,
        "answer": application.check_made.answer,
        "state": declaration_of(case).states[case.state].title.in_language(language),
        "missing": application.missing,
        "due": case.due.isoformat() if case.due else None,
        "sample": case.sample,
    }


def _say_row(row: dict[str, Any]) -> None:
    missing = " ".join(row["missing"]) or "-"
    say(
        f"{row['case']}  {row['title']}  {row['applicant']}  {row['state']}  {row['due'] or '-'}  {row['answer']}  {missing}"
    )


def _say_needs(result: Any, needs: Any, given: set[str], zone: str, form: str, language: str) -> None:
    missing = [key for key in needs.documents if key not in given]
    bodies = [
        {"body": one.body, "why": [why.in_language(language) for why in one.why]} for one in needs.bodies
    ]
    if form == "json":
        say_json({"answer": result["answer"], "bodies": bodies, "missing": missing})
        return
    say(result[f"answer_{language}"])
    for one in bodies:
        say(f"  {one['body']}  {'; '.join(one['why'])}")
    say(f"  {' '.join(missing) or '-'}")


def _handed_in(given: str) -> Any:
    from ecociv.land_administration.approvals.actions import HandedIn

    key, equals, name = given.partition("=")
    if not equals:
        fail(f"--document {given!r}: write KEY=FILE, as eia=report.pdf", Exit.USAGE)
    path = file_of(Path(name))
    return HandedIn(key.strip(), path, path.name)
