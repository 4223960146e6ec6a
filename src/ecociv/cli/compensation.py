"""``ecociv compensation``: agreements, settlements, allocation, simulation."""

from __future__ import annotations

import click

from ecociv.cli.console import EXIT_CODES


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Ecological compensation (生态补偿)."""
