"""``ecociv sample``: generated evidence to try the product with."""

from __future__ import annotations

import click

from ecociv.cli.console import EXIT_CODES, progress, say, with_django


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Generated sample data, marked as such on every page, file and report."""


@group.command("load")
@click.argument("zone")
@with_django
def load(zone: str) -> None:
    """Generate and load the sample evidence of ZONE and compute its indicators; a second run adds nothing."""
    from ecociv.cli.database import ensure_plan
    from ecociv.indicators.sample import load_sample

    ensure_plan(zone)
    with progress(f"Sample data of {zone}") as show:
        for line in load_sample(zone, progress=show):
            say(line)


@group.command("layers")
@click.argument("zone")
@with_django
def layers(zone: str) -> None:
    """Generate and record the sample layers of ZONE: boundaries, plans, lines, surveys, rights; a second run adds nothing."""
    from ecociv.territory.sample import load_sample_layers

    with progress(f"Sample layers of {zone}") as show:
        new, known = load_sample_layers(zone, progress=lambda title, done, total: show(done, total))
    say(f"Sample layers of {zone}: {new} versions recorded, {known} as they were (sample data)")
