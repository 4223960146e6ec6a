"""``ecociv evidence``: readings and returns."""

from __future__ import annotations

from pathlib import Path

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    progress,
    say,
    say_json,
    with_django,
)
from ecociv.cli.quality import quality


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Readings and returns: what was measured or reported."""


group.add_command(quality)


@group.command("mappings")
@click.option("--zone", default="jingdezhen", show_default=True)
@language_option
@with_django
def mappings(zone: str, language: str) -> None:
    """Declared mappings: which files can be loaded, and how they are read."""
    from ecociv.evidence.mapping import available_mappings

    for mapping in available_mappings(zone):
        say(f"{mapping.key:<28}  {mapping.title.in_language(language)}")


@group.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", required=True, help="Key of the declared mapping; see `ecociv evidence mappings`.")
@click.option("--zone", default="jingdezhen", show_default=True)
@click.option("--reason", default="", help="Why; needed when values on record change.")
@click.option("--trial", is_flag=True, help="Report what would happen and write nothing.")
@format_option("text", "json")
@language_option
@with_django
def load(file: Path, mapping: str, zone: str, reason: str, trial: bool, form: str, language: str) -> None:
    """Load FILE through a declared mapping, with a report of every row that was rejected.

    Loading the same file again adds nothing. Good rows are taken and rejected rows are listed (exit code 1); a file
    that is wrong as a whole is refused and nothing is written (exit code 3).
    """
    from ecociv.evidence.actions import LoadFile, ReasonRequired
    from ecociv.evidence.declared import DeclarationError
    from ecociv.evidence.reading import FileRefused
    from ecociv.evidence.registry import SeriesConflict

    with progress(f"Reading {file.name}") as show:
        action = LoadFile(
            file,
            mapping,
            author="ecociv evidence load",
            reason=reason,
            zone=zone,
            progress=lambda rows, stage: show(rows, 0),
        )
        try:
            report = action.check() if trial else action.execute()
        except FileRefused as refusal:
            fail(refusal.text.in_language(language))
        except (DeclarationError, SeriesConflict, ReasonRequired) as refusal:
            fail(str(refusal))
    if form == "json":
        say_json(report.to_json())
    else:
        say(report.as_text(language))
    if report.rows_rejected:
        raise SystemExit(int(Exit.FOUND))
