"""``ecociv ledger``: books and their balances, proof of a book, reconciliation with the bank."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    sample_mark,
    say,
    say_json,
    with_django,
)
from ecociv.cli.indicator import moment
from ecociv.cli.land_given import DAY, account, day_of, reading_options, zone_option

P = ParamSpec("P")
R = TypeVar("R")


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Money in double entry (复式记账): balances, proof, reconciliation."""


COMMAND = "ecociv ledger"
"""Who reads where no account is named: whoever may run commands on the machine."""


def reader_option(command: Callable[P, R]) -> Callable[P, R]:
    """The option ``--as`` of what is read."""
    return click.option(
        "--as", "username", default=None, help="Account that reads; it sees what its pages show."
    )(command)


def _reader(username: str | None) -> Any:
    return account(username) if username is not None else COMMAND


def _reach(zone: str, key: str, reader: Any) -> Any:
    from ecociv.ledger.reading import books_read

    reaches = {reach.book.key: reach for reach in books_read(reader, zone)}
    if key not in reaches:
        fail(f"The zone {zone} has no book {key!r}. Books: {', '.join(reaches) or 'none'}.")
    return reaches[key]


def _account(zone: str, name: str, reader: Any) -> Any:
    book_key, slash, key = name.partition("/")
    if not slash:
        fail(
            f"{name!r} is no account: write BOOK/ACCOUNT, as `ecociv ledger balance` shows them.", Exit.USAGE
        )
    reach = _reach(zone, book_key, reader)
    there = {each.key: each for each in reach.book.accounts.select_related("book") if reach.reads(each)}
    if key not in there:
        fail(f"The book {book_key} has no account {key!r}. Accounts: {', '.join(there) or 'none'}.")
    return there[key]


@group.command("balance", epilog=EXIT_CODES)
@click.argument("name", metavar="[BOOK[/ACCOUNT]]", default="")
@zone_option
@reading_options
@click.option("--from", "start", type=DAY, help="First day of the statement of an account.")
@reader_option
@format_option("text", "json")
@language_option
@with_django
def balance(
    name: str,
    zone: str,
    on: dt.datetime | None,
    as_of: str | None,
    start: dt.datetime | None,
    username: str | None,
    form: str,
    language: str,
) -> None:
    """Trial balance of every book or of one, or the statement of one account; in yuan."""
    from ecociv.ledger.money import yuan
    from ecociv.ledger.queries import statement, trial_balance
    from ecociv.ledger.reading import books_read

    day, known, reader = day_of(on), moment(as_of), _reader(username)
    if "/" in name:
        found = statement(_account(zone, name, reader), day_of(start), day, known, reader=reader)
        rows = [
            {
                "entry": row.line.entry.number,
                "day": row.line.day.isoformat(),
                "amount": str(yuan(row.line.amount)),
                "balance": str(yuan(row.balance)),
                "document": row.line.entry.document,
                "text": row.line.entry.text,
                "others": [other.key if other else None for other in row.others],
                "sample": row.line.entry.sample,
            }
            for row in found.rows
        ]
        if form == "json":
            say_json(
                {
                    "account": name,
                    "title": found.account.title.to_mapping(),
                    "opening": str(yuan(found.opening)),
                    "paid_in": str(yuan(found.paid_in)),
                    "paid_out": str(yuan(found.paid_out)),
                    "closing": str(yuan(found.closing)),
                    "rows": rows,
                }
            )
            return
        say(f"{found.account.title.in_language(language)}  {yuan(found.opening)} -> {yuan(found.closing)}")
        for row in rows:
            say("  ".join(str(row[key]) for key in ("entry", "day", "amount", "balance", "document", "text")))
        return
    books = [_reach(zone, name, reader).book] if name else [each.book for each in books_read(reader, zone)]
    every: list[dict[str, Any]] = [
        {
            "book": book.key,
            "title": book.title.to_mapping(),
            "sample": book.sample,
            "accounts": [
                {
                    "account": row.account.key,
                    "title": row.account.title.to_mapping(),
                    "body": row.account.body,
                    "kind": row.account.kind,
                    "paid_in": str(yuan(row.paid_in)),
                    "paid_out": str(yuan(row.paid_out)),
                    "balance": str(yuan(row.balance)),
                }
                for row in trial_balance(book, day, known, reader=reader)
            ],
        }
        for book in books
    ]
    if form == "json":
        say_json(every)
        return
    for book_row in every:
        sample = sample_mark(book_row["sample"], language)
        say(f"{book_row['book']}  {book_row['title'][language]}{sample}")
        for each in book_row["accounts"]:
            say(f"  {book_row['book']}/{each['account']}  {each['title'][language]}  {each['balance']}")
    if not every:
        say({"zh": "没有账簿。", "en": "There is no book."}[language])


@group.command("verify", epilog=EXIT_CODES)
@click.argument("key", metavar="[BOOK]", default="")
@zone_option
@reader_option
@format_option("text", "json")
@language_option
@with_django
def verify(key: str, zone: str, username: str | None, form: str, language: str) -> None:
    """Prove every book of the zone, or one: numbers, sums, reversals, floors, seals; the first break is named.

    Exit code 1 when a book does not hold. A proof is of all of a book: an account that reads only its own part has none.
    """
    from ecociv.ledger.reading import books_read
    from ecociv.ledger.verify import verify as prove

    reader = _reader(username)
    reaches = [_reach(zone, key, reader)] if key else books_read(reader, zone)
    part = ", ".join(each.book.key for each in reaches if not each.whole)
    if part:
        fail(f"The account {username} reads only its own part of {part}; who reads the whole book proves it.")
    books = [each.book for each in reaches]
    found = [(book, prove(book)) for book in books]
    if form == "json":
        say_json(
            [
                {
                    "book": book.key,
                    "entries": book.entries.count(),
                    "holds": broken is None,
                    "break": broken
                    and {"entry": broken.entry, "code": broken.code, "text": broken.text.to_mapping()},
                }
                for book, broken in found
            ]
        )
    else:
        for book, broken in found:
            holds = {"zh": "完好", "en": "holds"}[language]
            said = holds if broken is None else broken.text.in_language(language)
            say(f"{book.key}  {book.entries.count()}  {said}")
        if not found:
            say({"zh": "没有账簿。", "en": "There is no book."}[language])
    if any(broken for _, broken in found):
        raise SystemExit(int(Exit.FOUND))


@group.command("reconcile", epilog=EXIT_CODES)
@click.argument("name", metavar="BOOK/ACCOUNT")
@zone_option
@click.option(
    "--load", "path", type=click.Path(path_type=Path), help="A statement file of the bank to load first."
)
@click.option("--statement-form", "kind", default="standard", show_default=True, help="Form of that file.")
@click.option("--match", "match", is_flag=True, help="Match by the rules what they can tell apart.")
@click.option("--as", "username", default=None, help="Account that reads, loads and matches.")
@click.option("--as-of", default=None, help="Only what was recorded by then.")
@format_option("text", "json")
@language_option
@with_django
def reconcile(
    name: str,
    zone: str,
    path: Path | None,
    kind: str,
    match: bool,
    username: str | None,
    as_of: str | None,
    form: str,
    language: str,
) -> None:
    """How the bank and the book of an account agree; open rows and lines on both sides.

    Exit code 1 while something is open.
    """
    from ecociv.ledger.bank.queries import reconciliation
    from ecociv.ledger.money import yuan

    reader, known = _reader(username), moment(as_of)
    owner = _account(zone, name, reader)
    if path is not None or match:
        if username is None:
            fail("Name the account that acts: --as NAME.", Exit.USAGE)
        _load_and_match(owner, path, kind, match, reader, language)
    found = reconciliation(owner, known, reader=reader)
    content = {
        "account": name,
        "bank": str(yuan(found.bank)),
        "open_at_bank": str(yuan(found.open_bank)),
        "book": str(yuan(found.book)),
        "open_in_book": str(yuan(found.open_book)),
        "agreed": str(yuan(found.adjusted)),
        "bank_closing": None if found.closing is None else str(yuan(found.closing)),
        "matches": len(found.matches),
        "rows": [
            {
                "day": str(row.day),
                "amount": str(yuan(row.amount)),
                "number": row.number,
                "reference": row.reference,
            }
            for row in found.rows
        ],
        "lines": [
            {
                "day": str(line.day),
                "amount": str(yuan(line.amount)),
                "entry": line.entry.number,
                "document": line.entry.document,
            }
            for line in found.lines
        ],
    }
    if form == "json":
        say_json(content)
    else:
        words = {
            "zh": ("银行", "账簿", "未达", "调节后"),
            "en": ("Bank", "Book", "open", "agreed"),
        }[language]
        say(f"{words[0]} {content['bank']} ({words[2]} {content['open_at_bank']})")
        say(f"{words[1]} {content['book']} ({words[2]} {content['open_in_book']})")
        say(f"{words[3]} {content['agreed']}")
        for row in found.rows:
            say(f"  {words[0]}  {row.day}  {yuan(row.amount)}  {row.number}  {row.reference}")
        for line in found.lines:
            say(f"  {words[1]}  {line.day}  {yuan(line.amount)}  #{line.entry.number}  {line.entry.document}")
    if not found.settled:
        raise SystemExit(int(Exit.FOUND))


def _load_and_match(owner: Any, path: Path | None, kind: str, match: bool, user: Any, language: str) -> None:
    from django.core.exceptions import PermissionDenied

    from ecociv.ledger.actions import LedgerRefused
    from ecociv.ledger.bank.actions import ImportStatement, MatchByRules, StatementRefused

    try:
        if path is not None:
            made = ImportStatement(account=owner, path=path, form=kind, author=user).execute()
            click.echo(f"{path.name}: {made.rows}", err=True)
        if match:
            done = MatchByRules(account=owner, author=user).execute()
            click.echo({"zh": f"对上 {len(done)} 组", "en": f"{len(done)} matched"}[language], err=True)
    except StatementRefused as refused:
        for fault in refused.faults:
            where = {"zh": f"第 {fault.row} 行", "en": f"row {fault.row}"}[language]
            click.echo(f"{where} {fault.field} {fault.found!r}: {fault.text.in_language(language)}", err=True)
        fail({"zh": "没有导入任何一行。", "en": "Nothing was loaded."}[language])
    except LedgerRefused as refused:
        fail(" ".join(text.in_language(language) for text in refused.texts))
    except PermissionDenied as denied:
        fail(str(denied))
