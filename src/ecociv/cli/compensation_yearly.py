"""``ecociv compensation yearly``: what programmes pay by the year, computed, approved and booked."""

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
from ecociv.cli.land_given import book_refusals, recording_options, who_records, zone_option


@click.command("yearly", epilog=EXIT_CODES)
@click.argument("key", metavar="[PROGRAMME]", default="")
@click.option("--year", type=int, default=None, help="The year; without it, where every year stands.")
@zone_option
@click.option("--as-of", default=None, help="From what was known on this day.")
@click.option("--compute", is_flag=True, help="Record what the year comes to.")
@click.option("--approve", is_flag=True, help="Approve what was computed.")
@click.option("--book", is_flag=True, help="Book what was approved.")
@recording_options
@format_option("text", "json")
@language_option
@with_django
def yearly(
    key: str,
    year: int | None,
    zone: str,
    as_of: str | None,
    compute: bool,
    approve: bool,
    book: bool,
    username: str | None,
    day: dt.datetime | None,
    document: str,
    form: str,
    language: str,
) -> None:
    """What PROGRAMME (the basin's fund, compensation by area) pays in a year, county by county; recorded only when asked to.

    Exit code 1 where a county has no amount because an area is missing.
    """
    from ecociv.compensation.settlements.common import SettlementRefused
    from ecociv.compensation.yearly.preparing import prepare_year, programme_of
    from ecociv.compensation.yearly.programmes import programmes

    known = moment(as_of)
    try:
        chosen = [programme_of(zone, key)] if key else list(programmes(zone))
        if year is None or not key:
            if compute or approve or book:
                fail("To record, name the programme and the year (--year 2018).", Exit.USAGE)
            _say_states(zone, chosen, known, form, language)
            return
        (programme,) = chosen
        if compute or approve or book:
            user, on = who_records(username, day, known)
            _record(zone, programme, year, (compute, approve, book), user, on, document, language)
        prepared = prepare_year(zone, programme, year, as_of=known)
    except SettlementRefused as refused:
        fail(refused.text.in_language(language))
    content = _content(zone, prepared, known)
    if form == "json":
        say_json(content)
    else:
        _say(content, prepared, language)
    if prepared.computed.open:
        raise SystemExit(int(Exit.FOUND))


def _record(
    zone: str,
    programme: Any,
    year: int,
    steps: tuple[bool, bool, bool],
    user: Any,
    day: dt.date,
    document: str,
    language: str,
) -> None:
    from ecociv.compensation.yearly.actions import (
        ApproveYear,
        BookYear,
        ComputeYear,
        approved_of,
        latest_computed,
    )

    compute, approve, book = steps
    with book_refusals(language):
        if compute:
            ComputeYear(
                zone=zone, programme=programme, year=year, day=day, document=document, author=user
            ).execute()
        if approve:
            computed = latest_computed(zone, programme.key, year)
            if computed is None:
                fail(f"{year} is not on record yet: record it with --compute.")
            ApproveYear(computed=computed, day=day, document=document, author=user).execute()
        if book:
            approved = approved_of(zone, programme.key, year)
            if approved is None:
                fail(f"{year} is not approved yet.")
            BookYear(payment=approved, day=day, author=user).execute()


def _yuan(amounts: Any) -> dict[str, str | None]:
    from ecociv.ledger.money import yuan

    return {body: None if amount is None else str(yuan(amount)) for body, amount in sorted(amounts.items())}


def _content(zone: str, prepared: Any, as_of: dt.datetime | None) -> dict[str, Any]:
    from ecociv.compensation.yearly.queries import standing_transfer, yearly_payments
    from ecociv.ledger.money import yuan

    programme, computed = prepared.programme, prepared.computed
    return {
        "programme": programme.key,
        "title": programme.title.to_mapping(),
        "sample": programme.sample,
        "year": computed.year,
        "unit": "yuan",
        "payer": programme.payment.payer,
        "pool": programme.payment.pool or None,
        "whole": str(yuan(computed.whole)),
        "amounts": _yuan(computed.amounts),
        "corrections": [
            {
                "year": each.standing.payment.year,
                "before": _yuan(each.standing.amounts),
                "after": _yuan(each.computed.amounts),
                "differences": _yuan(each.differences),
                "changed": list(each.changed),
            }
            for each in prepared.corrections
        ],
        "totals": _yuan(prepared.totals),
        "payer_gives": str(yuan(prepared.payer_gives)),
        "notes": [text.to_mapping() for text in computed.notes],
        "open": [text.to_mapping() for text in computed.open],
        "digest": computed.digest(),
        "figures": [each.content() for each in computed.figures],
        "trace": computed.trace.to_json(),
        "recorded": [
            {
                "stage": row.stage,
                "day": row.day.isoformat(),
                "document": row.document,
                "totals": _yuan(row.totals),
                "digest": row.digest,
                "entry": f"{done.entry.book.key}/{done.entry.number}"
                if (done := standing_transfer(row, as_of))
                else None,
            }
            for row in yearly_payments(zone, programme.key, as_of).filter(year=computed.year).order_by("pk")
        ],
    }


def _say(content: dict[str, Any], prepared: Any, language: str) -> None:
    words = {
        "zh": ("更正", "付出", "缺面积", "样例"),
        "en": ("correction of", "gives", "area missing", "sample"),
    }[language]
    say(f"{content['title'][language]}  {content['year']}{'  ' + words[3] if content['sample'] else ''}")
    for text in (*content["open"], *content["notes"]):
        say(f"  {text[language]}")
    for body, amount in content["amounts"].items():
        say(f"{body}  {amount if amount is not None else words[2]}")
    for each in content["corrections"]:
        moved = ", ".join(f"{body} {amount}" for body, amount in each["differences"].items())
        say(f"{words[0]} {each['year']}: {moved}")
    say(f"{content['payer']} {words[1]} {content['payer_gives']}")
    say(prepared.computed.trace.as_text(language))
    for row in content["recorded"]:
        say(f"* {row['stage']}  {row['day']}  {row['document']}  {row['entry'] or ''}")


def _say_states(zone: str, chosen: list[Any], as_of: dt.datetime | None, form: str, language: str) -> None:
    from ecociv.compensation.yearly.queries import year_states
    from ecociv.ledger.money import yuan

    states = [each for programme in chosen for each in year_states(zone, programme, as_of=as_of)]
    rows = [
        {
            "programme": each.programme.key,
            "year": each.year,
            "state": each.state,
            "payer_gives": None if each.payment is None else str(yuan(each.payment.payer_gives)),
            "document": each.payment.document if each.payment else None,
            "entry": f"{each.transfer.entry.book.key}/{each.transfer.entry.number}"
            if each.transfer
            else None,
        }
        for each in states
    ]
    if form == "json":
        say_json(rows)
        return
    for row, each in zip(rows, states, strict=True):
        say(
            f"{row['programme']}  {row['year']}  {each.words.in_language(language)}  {row['payer_gives'] or ''}"
        )
    if not rows:
        say({"zh": "没有按年发放的补偿项目。", "en": "No programme is paid by the year."}[language])
