"""``ecociv report``: official documents."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    language_option,
    progress,
    say,
    with_django,
    year_option,
)
from ecociv.cli.indicator import moment


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Official documents with every figure numbered to its trace."""


@group.command("annual")
@click.argument("zone")
@year_option
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A .docx, .pdf or .xlsx file.",
)
@click.option("--as-of", default=None, help="As it was known on this day (2017-03-01).")
@language_option
@with_django
def annual(zone: str, year: int, out: Path, as_of: str | None, language: str) -> None:
    """The annual report (年度自查报告) of ZONE for a year."""
    from ecociv.cli.database import ensure_plan
    from ecociv.indicators.compute import YearNotComputable
    from ecociv.indicators.freshness import ensure_current
    from ecociv.plan.queries import ZoneNotLoaded
    from ecociv.reporting.annual import write_annual_report
    from ecociv.reporting.problems import NoChineseFont, ReportRefused

    ensure_plan(zone)
    with progress(f"Annual report {year}") as show:
        try:
            if as_of is None:
                with suppress(YearNotComputable):
                    ensure_current(zone, year)
            written = write_annual_report(
                zone, year, out, as_of=moment(as_of), language=language, progress=show
            )
        except ReportRefused as error:
            fail(
                error.text.in_language(language),
                Exit.MISSING if isinstance(error, NoChineseFont) else Exit.INPUT,
            )
        except ZoneNotLoaded as error:
            fail(str(error))
    say(written.as_text(language))
