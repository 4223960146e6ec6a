"""``ecociv exchange``: replay, verify and export the journal; markets and settlement."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    say,
    say_json,
    with_django,
)
from ecociv.cli.exchange_office import accounts_group, blocks_group, rules, series_group
from ecociv.cli.exchange_refusals import refusals, refusals_said
from ecociv.cli.exchange_rights import allocate, holdings, record_emissions, surrender
from ecociv.cli.exchange_supervision import extract_file, freeze, surveillance
from ecociv.cli.exchange_trading import cancel, end_of_day, halt, order, session
from ecociv.cli.land_given import DAY, zone_option


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """The exchange of rights: journal, sessions, orders (排污权、碳排放权等交易)."""


@group.group(epilog=EXIT_CODES)
def journal() -> None:
    """The journal of the exchange: write it to a file, or keep a snapshot of the state."""


def _lines(source: Path | None, zone: str) -> Iterator[str]:
    """Lines of a file, of standard input for ``-``, of the database where neither is named."""
    if source is None:
        from ecociv.exchange.replay import database_lines

        yield from database_lines(zone)
    elif str(source) == "-":
        yield from _decoded(sys.stdin.buffer)
    else:
        if not source.is_file():
            fail(f"There is no file {str(source)!r}.")
        try:
            with source.open("rb") as file:
                yield from _decoded(file)
        except OSError as error:
            fail(f"{str(source)!r} cannot be read: {error.strerror}.")


def _decoded(lines: Any) -> Iterator[str]:
    from ecociv.core.text import Text
    from ecociv.exchange.journal.lines import JournalBroken

    for number, line in enumerate(lines, start=1):
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise JournalBroken(
                number, Text(zh="不是UTF-8文字。", en="It is not UTF-8: write the journal in UTF-8.")
            ) from error


@group.command(epilog=EXIT_CODES)
@click.argument("source", metavar="[JOURNAL]", required=False, type=click.Path(path_type=Path, allow_dash=True))
@zone_option
@format_option("text", "json")
@language_option
@with_django
def replay(source: Path | None, zone: str, form: str, language: str) -> None:
    """Play a journal again: final books, trades, balances, digest.

    JOURNAL is a file of JSON Lines (docs/exchange-journal.md), or - for standard input; without it the journal in the
    database is played. A broken chain is refused with its line.
    """
    from ecociv.exchange.journal.lines import JournalBroken
    from ecociv.exchange.replay import replay_lines

    try:
        made = replay_lines(_lines(source, zone))
        with refusals(language):  # figures beyond what a journal can hold
            told = made.to_json()
    except JournalBroken as broken:
        where = f"第{broken.line}行：" if language == "zh" else f"line {broken.line}: "
        fail(where + broken.text.in_language(language))
    if form == "json":
        say_json(told)
        return
    say(f"{made.venue}: {made.sequence} commands, {made.refused} refused, {len(made.trades)} trades")
    for key, book in told["books"].items():
        bid = book["bids"][0][0] if book["bids"] else "-"
        ask = book["asks"][0][0] if book["asks"] else "-"
        say(f"  {key}: {book['phase']}, bid {bid}, ask {ask}, {len(book['orders'])} orders open")
    say(f"digest {told['digest']}")


@group.command(epilog=EXIT_CODES)
@zone_option
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def verify(zone: str, form: str, language: str) -> None:
    """Look at everything that has to hold: chain, outcomes, snapshots, invariants, projections.

    The first break is named, and the exit code is 1.
    """
    from ecociv.exchange.verify import verify as look

    found = look(zone)
    if form == "json":
        say_json(found.to_json())
    else:
        say(
            f"{zone}: {found.entries} entries, {found.movements} lines of movements, {found.trades} trades, "
            f"{found.snapshots} snapshots, {found.rows} rows looked at"
        )
        if found.broken is None:
            say(f"all holds; digest {found.digest}")
        else:
            say(f"{found.broken.check} at {found.broken.place}: {found.broken.text.in_language(language)}")
    if found.broken is not None:
        sys.exit(int(Exit.FOUND))


@journal.command(epilog=EXIT_CODES)
@click.argument("target", type=click.Path(path_type=Path, allow_dash=True))
@zone_option
@with_django
@refusals_said
def export(target: Path, zone: str) -> None:
    """Write the journal as JSON Lines to TARGET, or to standard output for -."""
    from ecociv.exchange.replay import database_lines

    count = -1
    if str(target) == "-":
        for line in database_lines(zone):
            say(line)
        return
    try:
        with target.open("w", encoding="utf-8", newline="\n") as file:
            for line in database_lines(zone):
                file.write(line + "\n")
                count += 1
    except OSError as error:
        fail(f"{target} cannot be written: {error.strerror}.")
    say(f"{count} entries")


@journal.command(epilog=EXIT_CODES)
@zone_option
@with_django
@refusals_said
def snapshot(zone: str) -> None:
    """Write a snapshot of the state, so that the next start need not replay what came before."""
    from ecociv.exchange.venue import journal_of

    say(f"snapshot after entry {journal_of(zone).snapshot()}")


@group.command("markets", epilog=EXIT_CODES)
@zone_option
@format_option("text", "json")
@language_option
@with_django
@refusals_said
def list_markets(zone: str, form: str, language: str) -> None:
    """Markets with their phase, last price and book of five levels."""
    from ecociv.exchange.queries import depth, markets

    rows: list[dict[str, Any]] = []
    book_of = {}
    for each in markets(zone):
        book = book_of[each.row.market] = depth(zone, each.row.market)
        rows.append(
            {
                "market": each.row.market,
                "label": each.rules.label.in_language(language),
                "sample": each.row.sample,
                "phase": each.row.phase,
                "halted": each.row.halted,
                "day": each.row.day,
                "reference": each.row.reference,
                "band": list(each.limits) if each.limits else None,
                "last": each.last,
                "volume": each.day.volume if each.day else 0,
                "bids": [list(level) for level in book["bids"]],
                "asks": [list(level) for level in book["asks"]],
            }
        )
    if form == "json":
        say_json(rows)
        return
    for row in rows:
        best_bid = book_of[row["market"]]["bids"][0].price if row["bids"] else "-"
        best_ask = book_of[row["market"]]["asks"][0].price if row["asks"] else "-"
        say(
            f"{row['market']:<12} {row['label']} {row['phase']} {row['day'] or '-'} last {row['last'] or '-'} "
            f"bid {best_bid} ask {best_ask} (fen){' 样例 sample' if row['sample'] else ''}"
        )


@group.command("settlement", epilog=EXIT_CODES)
@click.argument("day", type=DAY)
@zone_option
@click.option("--out", type=click.Path(path_type=Path), default=None, help="File to write; standard output by default.")
@with_django
@refusals_said
def settlement_file(day: dt.datetime, zone: str, out: Path | None) -> None:
    """The settlement file (CSV) of the trading DAY; its totals are nought."""
    from ecociv.exchange.settlement import settlement_csv

    text = settlement_csv(zone, day.date().isoformat())
    if out is None:
        say(text.rstrip("\r\n"))
        return
    try:
        out.write_text(text, encoding="utf-8-sig", newline="")
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}.")
    say(f"{text.count(chr(10)) - 2} lines")


for each in (
    *(session, end_of_day, order, cancel, halt),
    *(holdings, allocate, record_emissions, surrender),
    *(freeze, surveillance, extract_file),
    *(accounts_group, series_group, blocks_group, rules),
):
    group.add_command(each)
