"""``ecociv cases``: matters that someone must close by a date."""

from __future__ import annotations

import click

from ecociv.cli.console import EXIT_CODES
from ecociv.cli.escalate import escalate


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Cases: what waits for whom, and what is late."""


group.add_command(escalate)
