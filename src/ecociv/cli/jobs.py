"""``ecociv jobs``: what runs by itself."""

from __future__ import annotations

import click

from ecociv.cli.console import EXIT_CODES, Exit, fail, with_django


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Jobs that run by themselves beside the server."""


@group.command("run")
@click.option("--workers", type=click.IntRange(1, 8), default=1, show_default=True)
@click.option("--with-parent", is_flag=True, help="End when the process that started this one has ended.")
@with_django
def run(workers: int, with_parent: bool) -> None:
    """Run the jobs until Ctrl-C: the inbox to the table every few seconds, merging and purging by the clock.

    `make run` does this beside the server. Several may run at once; the work is done once.
    """
    try:
        from ecociv.casework import jobs as _of_cases  # noqa: F401 - registers its tasks on the queue
        from ecociv.evidence import jobs
        from ecociv.exchange import jobs as _of_the_exchange  # noqa: F401 - registers its tasks on the queue
        from ecociv.land_administration.differences import jobs as _of_differences  # noqa: F401 - registers its tasks
        from ecociv.territory import jobs as _of_territory  # noqa: F401 - registers its tasks on the queue
    except RuntimeError as error:
        fail(str(error), Exit.MISSING)
    jobs.run(workers, with_parent=with_parent)
