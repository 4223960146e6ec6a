"""Loading the sample: readings, accounts with their money, settlement after settlement, the bank's statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import transaction

from ecociv.compensation.agreements.declaration import Agreement, compensation
from ecociv.compensation.agreements.periods import SettlementPeriod, period_of
from ecociv.compensation.models import Settlement
from ecociv.compensation.sample.declared import CompensationSample, Objected, compensation_sample
from ecociv.compensation.sample.files import flows, write_bank_statement, write_readings
from ecociv.compensation.sample.years import load_paid_years
from ecociv.compensation.settlements.actions import (
    BookSettlement,
    DecideObjection,
    Object,
    SettleFinal,
    SettlePreliminary,
    book_of,
    last_day_to_object,
)
from ecociv.compensation.settlements.preparing import Evidence, read_evidence
from ecociv.core.workdays import add_working_days
from ecociv.evidence import queries
from ecociv.evidence.actions import LoadFile
from ecociv.evidence.actions.correct import CorrectionRefused, CorrectObservation
from ecociv.evidence.mapping import load_mapping
from ecociv.ledger.actions import PostEntry
from ecociv.ledger.bank.actions import ImportStatement, MatchByRules
from ecociv.ledger.models import Book, EntryLine
from ecociv.ledger.money import fen

AUTHOR = "sample data"


def load_sample_compensation(zone: str, *, folder: Path | None = None) -> dict[str, int]:
    """Load all of it; how many of each were added, 0 where they are there already."""
    given = compensation_sample(zone)
    if given is None or Settlement.objects.filter(zone=zone).exists():
        return {"settlements": 0}
    to = folder or Path(settings.ECOCIV_VAR) / "sample" / zone
    to.mkdir(parents=True, exist_ok=True)
    _load_readings(zone, given, to / given.file)
    declared = compensation(zone)
    first = SettlementPeriod(given.years.first, 1)
    last = SettlementPeriod(given.years.last, 12)
    # What is added to the evidence is added outside of transactions: read before the restatement, and again after it.
    _set_flow(zone, given, 1)  # where a loading was broken off after the restatement
    known = {each.key: read_evidence(each, first, last) for each in declared.agreements}
    _set_flow(zone, given, given.restated.flow_share)
    restated = {each.key: read_evidence(each, first, last) for each in declared.agreements}
    since = period_of(given.restated.before).first
    with transaction.atomic():
        books = {each.book: book_of(zone, each, AUTHOR) for each in declared.agreements}
        for book in books.values():
            _fund(zone, given, book)
        for agreement in declared.agreements:
            for period in _periods(agreement, given):
                before = period.last < since
                _settle(zone, given, agreement, period, (known if before else restated)[agreement.key])
        _bank(zone, given, books, to / given.bank.file)
        load_paid_years(zone, given, AUTHOR)
    return {"settlements": Settlement.objects.filter(zone=zone).count()}


def _load_readings(zone: str, given: CompensationSample, path: Path) -> None:
    mapping = load_mapping(given.mapping, zone=zone)
    write_readings(given, {place: name for name, place in mapping.place.names.items()}, path)
    LoadFile(path, mapping, AUTHOR, "sample data generated anew", zone=zone, sample=True).execute()


def _fund(zone: str, given: CompensationSample, book: Book) -> None:
    accounts = compensation(zone).accounts
    for body, amount in given.funding.to.items():
        PostEntry(
            book,
            given.funding.day,
            [(accounts[given.funding.from_].key, -fen(amount)), (accounts[body].key, fen(amount))],
            given.funding.document,
            given.funding.document,
            AUTHOR,
            key=f"sample-funding:{body}",
            sample=True,
        ).execute()


def _periods(agreement: Agreement, given: CompensationSample) -> Iterator[SettlementPeriod]:
    period = agreement.versions[0].calendar.period
    span = SettlementPeriod(given.years.first, 1 if period == "month" else 0)
    while span.year <= given.years.last:
        yield span
        span = span.next


def _set_flow(zone: str, given: CompensationSample, share: float) -> None:
    """Give the restated flow its first value (a share of 1) or the corrected one; nothing where it has that already."""
    told = given.restated
    flow = float(flows(given, told.section)[told.month][0])
    start = dt.datetime.combine(period_of(told.month).first, dt.time.min, queries.LOCAL)
    series = queries.series_key(given.mapping, told.section, "flow", sample=True)
    with suppress(CorrectionRefused):
        CorrectObservation(series, start, round(flow * share, 1), AUTHOR, told.reason, zone=zone).execute()


def _settle(
    zone: str, given: CompensationSample, agreement: Agreement, period: SettlementPeriod, known: Evidence
) -> None:
    calendar = agreement.version_on(period.first, period.last).calendar
    day = period.next.first.replace(day=calendar.preliminary_day)
    number = f"景财补〔{day.year}〕{agreement.key}-{period}"
    preliminary = SettlePreliminary(
        zone=zone,
        agreement=agreement,
        period=period,
        day=day,
        document=f"{number} 初步（样例）",
        author=AUTHOR,
        evidence=known,
    ).execute()
    for said in given.objections:
        if (said.agreement, said.period) == (agreement.key, str(period)):
            _object(said, preliminary)
    if str(period) == given.preliminary_only.get(agreement.key):
        return
    final = SettleFinal(
        preliminary=preliminary,
        day=add_working_days(last_day_to_object(preliminary), 1).day,
        document=f"{number}（样例）",
        author=AUTHOR,
        evidence=known,
    ).execute()
    if final.total:
        BookSettlement(settlement=final, day=add_working_days(final.day, 5).day, author=AUTHOR).execute()


def _object(said: Objected, preliminary: Settlement) -> None:
    day = add_working_days(preliminary.day, 3).day
    objection = Object(
        settlement=preliminary,
        body=said.body,
        reason=said.reason,
        document="异议函（样例）",
        day=day,
        author=AUTHOR,
    ).execute()
    if said.upheld is not None:
        DecideObjection(
            objection=objection,
            upheld=said.upheld,
            reason=said.answer,
            day=add_working_days(day, 3).day,
            author=AUTHOR,
        ).execute()


def _bank(zone: str, given: CompensationSample, books: dict[str, Book], path: Path) -> None:
    key = compensation(zone).accounts[given.bank.body].key
    for book in books.values():
        account = book.accounts.select_related("book").get(key=key)
        lines = EntryLine.objects.filter(account=account, day__range=(given.bank.first, given.bank.last))
        rows = [
            (line.day, line.amount, line.entry.document)
            for line in lines.select_related("entry").order_by("day", "pk")
        ]
        write_bank_statement(given, rows, path)
        ImportStatement(account=account, path=path, form="standard", author=AUTHOR, sample=True).execute()
        MatchByRules(account=account, author=AUTHOR).execute()
