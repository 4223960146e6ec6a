"""The local database, made on first use so that a command works on a machine where nothing was started yet."""

from __future__ import annotations

import fcntl
from pathlib import Path

import click


def make_local_database() -> bool:
    """Make the tables of a SQLite database whose file is not there; whether that was needed.

    A database that exists, and any PostgreSQL database, is left to `ecociv zone migrate`: changing the tables of a
    database in use is somebody's decision. One command makes it and others that start meanwhile wait; one that was
    broken off half-way, which the file beside it tells, is finished by the next.
    """
    from django.core.management import call_command
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or name.startswith("file:") or ":memory:" in name:
        return False
    unfinished = Path(f"{name}.unfinished")
    if Path(name).exists() and not unfinished.exists():
        return False
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    with unfinished.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        click.echo(f"making the database {name}", err=True)
        call_command("migrate", verbosity=0, interactive=False)
        unfinished.unlink(missing_ok=True)
    return True


def ensure_plan(zone: str) -> None:
    """Load the zone package where the database holds no plan of the zone yet.

    Raises
    ------
    PackageError
        When there is no such package, or it cannot be used.
    """
    from ecociv.plan.actions import LoadZonePackage
    from ecociv.plan.models import PlanItemRevision

    if not PlanItemRevision.objects.filter(zone=zone).exists():
        click.echo(f"loading the plan of {zone}", err=True)
        LoadZonePackage(zone).execute()
