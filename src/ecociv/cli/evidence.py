"""``ecociv evidence``: readings and returns."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
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


@group.command("flush")
@format_option("text", "json")
@with_django
def flush(form: str) -> None:
    """Take what waits in the inbox to the observation table now; the jobs do it every few seconds."""
    from ecociv.evidence.actions import FlushInbox

    done = FlushInbox(author="ecociv evidence flush").execute()
    if form == "json":
        say_json(
            {
                "readings": done.readings,
                "new": done.new,
                "unchanged": done.unchanged,
                "revised": done.revised,
                "batches": list(done.batches),
            }
        )
    else:
        say(
            f"{done.readings} readings: {done.new} new, {done.unchanged} already known, {done.revised} revised, "
            f"in {len(done.batches)} batches"
        )


@group.command("compact")
@format_option("text", "json")
@with_django
def compact(form: str) -> None:
    """Merge small files and remove those that left the table a week ago; the jobs do it every night."""
    from ecociv.evidence.actions import CompactEvidence, PurgeInbox

    purged = PurgeInbox().execute()
    done = CompactEvidence().execute()
    merged = done.merged
    if form == "json":
        say_json(
            {
                "months": merged.months,
                "files_before": merged.files_before,
                "files_after": merged.files_after,
                "rows": merged.rows,
                "files_removed": done.removed,
                "readings_purged": purged,
            }
        )
    else:
        say(
            f"{merged.files_before} small files of {merged.months} months merged into {merged.files_after} "
            f"({merged.rows} rows); {done.removed} old files removed; {purged} flushed readings purged"
        )


@group.command("verify")
@click.option(
    "--witness",
    default="",
    metavar="NUMBER:HASH",
    help="A seal that was written down elsewhere, which the chain must still contain.",
)
@format_option("text", "json")
@language_option
@with_django
def verify(witness: str, form: str, language: str) -> None:
    """Prove the chains of seals against the table, and name the first break (exit code 1).

    Note the last seal that this prints somewhere else, on paper or with the upper level, and give it as --witness the
    next time: who can rewrite the whole database can rewrite the chain too, but not what was written down.
    """
    from ecociv.evidence.seals import chain
    from ecociv.evidence.seals.verifiers import verifiers

    broken = None
    chains = verifiers()
    for prove in chains.values():
        broken = broken or prove()
    if witness:
        number, _, digest = witness.partition(":")
        if not (number.isdigit() and len(digest) >= 8):
            fail("A witness is written NUMBER:HASH, as in 17:9f86d081884c7d65.", Exit.USAGE)
        broken = broken or chain.contradicts(int(number), digest)
    head = chain.head()
    if form == "json":
        say_json(
            {
                "holds": broken is None,
                "chains": list(chains),
                "head": {"order": head[0], "hash": head[1], "recorded_at": head[2]} if head else None,
                "break": broken.to_json() if broken else None,
            }
        )
    elif broken is not None:
        say(f"{broken.chain} {broken.code}: {broken.text.in_language(language)}")
    else:
        zh = f"链条完整：{head[0]} 个封条，最后一个 {head[0]}:{head[1]}" if head else "还没有封条"
        en = f"the chain holds: {head[0]} seals, the last is {head[0]}:{head[1]}" if head else "no seals yet"
        say(zh if language == "zh" else en)
    if broken is not None:
        raise SystemExit(int(Exit.FOUND))


@group.command("export")
@click.option(
    "--series", "keys", multiple=True, help="Key of a series; may be given several times. None: all."
)
@click.option(
    "--zone", default="jingdezhen", show_default=True, help="Without --series: the series of its places."
)
@click.option("--from", "start", default="", help="Periods that begin on or after this day or moment.")
@click.option("--to", "end", default="", help="Periods that begin before this day or moment.")
@click.option(
    "--as-of", "as_of", default="", help="As it was known at the end of this day, or at this moment."
)
@click.option("--all-revisions", is_flag=True, help="Every revision instead of the newest of each period.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; CSV goes to the output without it.",
)
@format_option("csv", "parquet")
@with_django
def export(
    keys: tuple[str, ...],
    zone: str,
    start: str,
    end: str,
    as_of: str,
    all_revisions: bool,
    out: Path | None,
    form: str,
) -> None:
    """Observations as a file that a spreadsheet opens, in local time, with quality, revision and origin.

    Days are days in China. Sample data is marked in every row.
    """
    from ecociv.evidence.export import export_csv, export_parquet, exported_rows
    from ecociv.evidence.mapping import load_places
    from ecociv.evidence.models import Series

    if keys:
        series = list(Series.objects.filter(key__in=keys))
        if unknown := sorted(set(keys) - {item.key for item in series}):
            fail(f"There is no series {unknown[0]!r}.")
    else:
        series = list(Series.objects.filter(place__key__in=load_places(zone).by_key))
    rows = exported_rows(
        series,
        start=_moment(start, "--from") if start else None,
        end=_moment(end, "--to") if end else None,
        as_of=_moment(as_of, "--as-of", end_of_day=True) if as_of else None,
        all_revisions=all_revisions,
    )
    if form == "parquet":
        if out is None:
            fail("Parquet is no text; give --out FILE.", Exit.USAGE)
        count = export_parquet(rows, out)
    elif out is None:
        export_csv(rows, sys.stdout)
        return
    else:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            count = export_csv(rows, file)
    say(f"{count} observations of {len(series)} series in {out}")


def _moment(text: str, option: str, *, end_of_day: bool = False) -> datetime:
    """A day in China, or a moment with its offset, as an instant."""
    from ecociv.evidence.queries import LOCAL

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fail(
            f"{option} is {text!r}; write a day as in 2017-01-31, or a moment as in 2017-01-31T08:00:00+08:00.",
            Exit.USAGE,
        )
    if len(text) <= 10 and end_of_day:
        found += timedelta(days=1, microseconds=-1)
    return found if found.tzinfo else found.replace(tzinfo=LOCAL)
