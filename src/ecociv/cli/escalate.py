"""``ecociv cases escalate``: what the job does each day, by hand."""

from __future__ import annotations

import datetime as dt

import click

from ecociv.cli.console import EXIT_CODES, say, with_django


@click.command("escalate", epilog=EXIT_CODES)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="As of this day instead of today.")
@click.option("--zone", default="jingdezhen", show_default=True)
@click.option("--dry-run", is_flag=True, help="Only say what is due; write nothing.")
@with_django
def escalate(day: dt.datetime | None, zone: str, dry_run: bool) -> None:
    """Put on record what the clocks of open cases escalate, and tell those whom the case types name.

    It may run as often as one likes: each escalation is recorded once.
    """
    from django.utils import timezone

    from ecociv.casework.notices.daily import RunEscalations

    run = RunEscalations(zone, day.date() if day else timezone.localdate())
    if dry_run:
        for case, clock, after in run.check():
            say(f"{case.number}\t{clock}\t{after:+d}")
        return
    say(f"{run.execute()} recorded")
