"""``ecociv zone``: zone packages and the database."""

from __future__ import annotations

import click

from ecociv.cli.console import EXIT_CODES, Exit, fail, say, with_django


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Zone packages and the database they are loaded into."""


@group.command("list")
def list_zones() -> None:
    """Zone packages that are installed."""
    from ecociv.plan.package import available_zones

    for key in available_zones():
        say(key)


@group.command("validate")
@click.argument("zone")
def validate(zone: str) -> None:
    """Read the package ZONE and list every problem with file and line."""
    from ecociv.plan.package import PackageError, load_zone

    try:
        package = load_zone(zone)
    except PackageError as error:
        fail(str(error))
    say(
        f"{zone}: {len(package.indicators)} indicators, {len(package.tasks)} tasks, {len(package.projects)} projects: valid"
    )


@group.command("migrate")
@with_django
def migrate() -> None:
    """Bring the database to the tables of this version."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    say("the database is up to date")


@group.command("load")
@click.argument("zone")
@click.option("--replace-edited", is_flag=True, help="Also replace items that people have changed since.")
@with_django
def load(zone: str, replace_edited: bool) -> None:
    """Load the package ZONE into the database; what has not changed is left alone."""
    from ecociv.plan.actions import LoadZonePackage
    from ecociv.plan.package import PackageError

    try:
        report = LoadZonePackage(zone, replace_edited=replace_edited).execute()
    except PackageError as error:
        fail(str(error))
    say(f"{zone}: {report.added} items added, {len(report.revised)} revised, {report.unchanged} unchanged")
    if report.kept:
        say(f"kept as people left them, although the package changed: {', '.join(report.kept)}")
        raise SystemExit(int(Exit.FOUND))
