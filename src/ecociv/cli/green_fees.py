"""``ecociv green fees``: what is owed for months of treatment contracts, approved, booked and paid."""

from __future__ import annotations

import datetime as dt
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
from ecociv.cli.indicator import moment
from ecociv.cli.land_given import recording_options, who_records, zone_option


@click.command("fees", epilog=EXIT_CODES)
@click.argument("contract", metavar="[CONTRACT]", default="")
@click.option("--month", default="", help="Such as 2016-05, to approve or book.")
@zone_option
@click.option("--as-of", default=None, help="As it was known on this day (2017-03-01).")
@click.option("--approve", is_flag=True, help="Approve what is owed for the month.")
@click.option("--book", is_flag=True, help="Book what was approved as payable.")
@click.option("--pay", is_flag=True, help="Pay whatever the rows of the bank name, by the rules.")
@recording_options
@format_option("text", "json")
@language_option
@with_django
def fees(
    contract: str,
    month: str,
    zone: str,
    as_of: str | None,
    approve: bool,
    book: bool,
    pay: bool,
    username: str | None,
    day: dt.datetime | None,
    document: str,
    form: str,
    language: str,
) -> None:
    """Fees of settled months with where they stand; recorded only when asked to.

    Exit code 1 where a fee waits for its payment.
    """
    from ecociv.cli.database import ensure_plan
    from ecociv.green_economy.fees.queries import fee_states
    from ecociv.ledger.money import yuan

    ensure_plan(zone)
    known = moment(as_of)
    if approve or book or pay:
        user, on = who_records(username, day, known)
        if (approve or book) and not (contract and month):
            fail("To approve or book, name the contract and the month (--month 2016-05).", Exit.USAGE)
        _record(zone, contract, month, (approve, book, pay), user, on, document, language)
    found = [
        each
        for each in fee_states(zone, [contract] if contract else None, known)
        if month in ("", each.settlement.month)
    ]
    rows = [
        {
            "contract": each.settlement.contract,
            "month": each.settlement.month,
            "state": each.state,
            "settled": None if each.settlement.amount is None else str(each.settlement.amount),
            "own": None
            if each.approval is None or each.approval.own is None
            else str(yuan(each.approval.own)),
            "corrections": None if each.approval is None else str(yuan(each.approval.corrections_sum)),
            "owed": None if each.approval is None else str(yuan(each.approval.total)),
            "document": each.approval.document if each.approval else None,
            "restated": each.restated,
            "booked": _entry(each.booking),
            "paid": _entry(each.payment),
        }
        for each in found
    ]
    if form == "json":
        say_json(rows)
    else:
        for row, each in zip(rows, found, strict=True):
            say(
                f"{row['contract']}  {row['month']}  {each.words.in_language(language)}  {row['owed'] or row['settled'] or '—'}"
            )
        if not rows:
            say({"zh": "没有已结算的月份。", "en": "No month is settled."}[language])
    if any(each.state == "to-pay" for each in found):
        raise SystemExit(int(Exit.FOUND))


def _entry(row: Any) -> str | None:
    return None if row is None else f"{row.entry.book.key}/{row.entry.number}"


def _record(
    zone: str,
    contract: str,
    month: str,
    steps: tuple[bool, bool, bool],
    user: Any,
    day: dt.date,
    document: str,
    language: str,
) -> None:
    from django.core.exceptions import PermissionDenied

    from ecociv.green_economy.actions import GreenRefused
    from ecociv.green_economy.fees.actions import ApproveFee, BookFee
    from ecociv.green_economy.fees.paying import PayByRules
    from ecociv.green_economy.models import FeeApproval

    approve, book, pay = steps
    try:
        if approve:
            ApproveFee(
                zone=zone, contract=contract, month=month, day=day, document=document, author=user
            ).execute()
        if book:
            approval = FeeApproval.objects.filter(zone=zone, contract=contract, month=month).first()
            if approval is None:
                fail(f"{month} of {contract} is not approved yet: approve it with --approve.")
            BookFee(approval=approval, day=day, author=user).execute()
        if pay:
            PayByRules(zone=zone, author=user).execute()
    except GreenRefused as refused:
        fail(" ".join(text.in_language(language) for text in refused.texts))
    except PermissionDenied as denied:
        fail(str(denied))
