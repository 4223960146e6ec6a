"""What a settlement would say: the period's own amount, and the differences that restated readings make to earlier ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ecociv.compensation.agreements.computed import Computed, Given, Reading, readings_digest
from ecociv.compensation.agreements.computing import compute
from ecociv.compensation.agreements.declaration import Agreement, Version
from ecociv.compensation.agreements.gather import readings_of
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.compensation.settlements.models import Settlement, SettlementCorrection
from ecociv.core.text import Text
from ecociv.ledger.money import fen, yuan


class PeriodRefused(ValueError):
    """A period that an agreement does not settle."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code, self.text = code, text


@dataclass(frozen=True, slots=True)
class Evidence:
    """Readings with the moment whose knowledge they are; read once for many periods."""

    given: Given
    known_at: dt.datetime
    _digests: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    def digest_for(self, version: Version, version_digest: str, span: SettlementPeriod) -> str:
        """Digest of the readings that a version asks for in a period; made once for each."""
        key = (version_digest, str(span))
        if key not in self._digests:
            wanted = (
                (section.place, item, month)
                for section in version.sections
                for item in version.formula.properties()
                for month in span.months
            )
            rows = [self.given.get(each, ()) for each in wanted]
            enough = version.readings.minimum
            self._digests[key] = readings_digest(
                reading for readings in rows if len(readings) >= enough for reading in readings
            )
        return self._digests[key]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a settled period stands at: its own amount with every correction that a later final settlement carried."""

    settlement: Settlement
    amount: int | None
    rests_on: Settlement | SettlementCorrection

    @property
    def readings_digest(self) -> str:
        """Digest of the readings that the amount rests on."""
        return self.rests_on.readings_digest

    @property
    def readings(self) -> list[Reading]:
        """The readings that the amount rests on."""
        return [_reading(row) for row in self.rests_on.content["readings"]]


@dataclass(frozen=True, slots=True)
class Correction:
    """The difference that restated readings make to a settled period, in fen."""

    standing: Standing
    computed: Computed
    after: int | None
    difference: int
    changed: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that a settlement records; ``total`` is the own amount with the corrections."""

    agreement: Agreement
    version: Version
    computed: Computed
    corrections: tuple[Correction, ...]
    paid: tuple[Decimal, Decimal]
    known_at: dt.datetime

    @property
    def own(self) -> int | None:
        """The period's own amount in fen."""
        return None if self.computed.amount is None else fen(self.computed.amount)

    @property
    def corrections_sum(self) -> int:
        """Fen of the corrections together."""
        return sum(each.difference for each in self.corrections)

    @property
    def total(self) -> int:
        """What is to be paid, in fen."""
        return (self.own or 0) + self.corrections_sum

    def says_the_same(self, other: Settlement) -> bool:
        """Whether a recorded settlement says exactly this."""
        return (
            other.digest == self.computed.digest()
            and other.total == self.total
            and [(row.corrects_id, row.digest) for row in other.corrections.order_by("corrects__first_day")]
            == [(each.standing.settlement.pk, each.computed.digest()) for each in self.corrections]
        )


def standings(zone: str, agreement: str, as_of: dt.datetime | None = None) -> list[Standing]:
    """What each settled period stands at, oldest first; two queries."""
    finals = Settlement.objects.filter(zone=zone, agreement=agreement, stage=Settlement.Stage.FINAL)
    carried = SettlementCorrection.objects.filter(settlement__in=finals)
    if as_of is not None:
        finals = finals.filter(recorded_at__lte=as_of)
        carried = carried.filter(settlement__recorded_at__lte=as_of)
    newest: dict[int, SettlementCorrection] = {}
    for row in carried.order_by("settlement__first_day", "pk").defer("content", "changed"):
        newest[row.corrects_id] = row
    found = []
    for final in finals.order_by("first_day").defer("content", "version"):
        last = newest.get(final.pk)
        found.append(Standing(final, final.own, final) if last is None else Standing(final, last.after, last))
    return found


def period_for(agreement: Agreement, period: SettlementPeriod) -> tuple[SettlementPeriod, Version]:
    """The period that an agreement settles for a month or year asked for, with the version in force.

    A month of an agreement settled by the year gives the year; a year of one settled by the month is refused.

    Raises
    ------
    PeriodRefused, OutOfForce
    """
    by_year = SettlementPeriod(period.year)
    version = agreement.version_on(period.first, period.last)
    if version.calendar.period == "year":
        return by_year, agreement.version_on(by_year.first, by_year.last)
    if not period.month:
        raise PeriodRefused(
            "by-month",
            Text(
                zh=f"协议“{agreement.title.zh}”按月结算，请给出月份，如 {period.year}-05。",
                en=f"{agreement.title.en!r} is settled by the month: name one, such as {period.year}-05.",
            ),
        )
    return period, version


def read_evidence(
    agreement: Agreement,
    first: SettlementPeriod,
    last: SettlementPeriod,
    as_of: dt.datetime | None = None,
) -> Evidence:
    """The readings that every version of an agreement asks for between two periods, as known at a moment."""
    known = as_of or timezone.now()
    return Evidence(readings_of(agreement, agreement.versions, first, last, known), known)


def prepare(
    zone: str,
    agreement: Agreement,
    period: SettlementPeriod,
    *,
    as_of: dt.datetime | None = None,
    evidence: Evidence | None = None,
    settled: Sequence[Standing] | None = None,
) -> Prepared:
    """What settling a period comes to, from the evidence and the settlements as known at a moment.

    Raises
    ------
    OutOfForce
        Where no version of the agreement was in force.
    """
    version = agreement.version_on(period.first, period.last)
    before = [
        each
        for each in (standings(zone, agreement.key, as_of) if settled is None else settled)
        if each.settlement.first_day < period.first
    ]
    first = before[0].settlement.span if before else period
    found = evidence or read_evidence(agreement, first, period, as_of)
    amounts: dict[SettlementPeriod, int | None] = {each.settlement.span: each.amount for each in before}
    corrections = []
    for each in before:
        correction = _correction(each, found, amounts)
        if correction is not None:
            corrections.append(correction)
            amounts[each.settlement.span] = correction.after
    paid = _paid(amounts, period)
    return Prepared(
        agreement,
        version,
        compute(version, period, found.given, paid=paid),
        tuple(corrections),
        paid,
        found.known_at,
    )


def _correction(
    standing: Standing, evidence: Evidence, amounts: Mapping[SettlementPeriod, int | None]
) -> Correction | None:
    """The difference that the readings make now; none where they are those that the amount rests on."""
    settlement, span = standing.settlement, standing.settlement.span
    version = _terms(settlement)
    paid = _paid(amounts, span)
    capped_by_year = any(cap.year is not None for cap in version.cap.values())
    before_paid = tuple(Decimal(each) for each in settlement.paid_before)
    same = evidence.digest_for(version, settlement.version_digest, span) == standing.readings_digest
    if same and not (capped_by_year and paid != before_paid):
        return None
    computed = compute(version, span, evidence.given, paid=paid)
    after = None if computed.amount is None else fen(computed.amount)
    if after == standing.amount and computed.fingerprint() == standing.readings_digest:
        return None
    changed = tuple(_changes(standing.readings, computed.readings))
    return Correction(standing, computed, after, (after or 0) - (standing.amount or 0), changed)


def _paid(
    amounts: Mapping[SettlementPeriod, int | None], period: SettlementPeriod
) -> tuple[Decimal, Decimal]:
    """What upstream and downstream were to pay earlier in the calendar year, in yuan."""
    of_year = [
        amount or 0
        for span, amount in amounts.items()
        if span.year == period.year and span.first < period.first
    ]
    return yuan(sum(max(each, 0) for each in of_year)), yuan(-sum(min(each, 0) for each in of_year))


_VERSIONS: dict[str, Version] = {}


def _terms(settlement: Settlement) -> Version:
    """The version that was applied; the same for many settlements, so it is read once."""
    key = settlement.version_digest
    if key not in _VERSIONS:
        if len(_VERSIONS) > 64:
            _VERSIONS.clear()
        _VERSIONS[key] = settlement.terms
    return _VERSIONS[key]


def _reading(row: Mapping[str, Any]) -> Reading:
    return Reading(
        row["place"],
        row["item"],
        (row["month"][0], row["month"][1]),
        Decimal(row["value"]),
        row["unit"],
        row["series"],
        row["revision"],
        dt.datetime.fromisoformat(row["recorded"]),
        row["how"],
        row["sample"],
    )


def _changes(before: Sequence[Reading], after: Sequence[Reading]) -> list[dict[str, Any]]:
    """Readings that are not the same, with both values."""
    old: dict[tuple[str, tuple[int, int]], list[Reading]] = {}
    new: dict[tuple[str, tuple[int, int]], list[Reading]] = {}
    for rows, side in ((before, old), (after, new)):
        for each in rows:
            side.setdefault((each.series, each.month), []).append(each)
    found = []
    for key in sorted({*old, *new}):
        was, now = old.get(key, []), new.get(key, [])
        if [each.identity() for each in was] == [each.identity() for each in now]:
            continue
        one = (was or now)[0]
        found.append(
            {
                "place": one.place,
                "item": one.item,
                "series": one.series,
                "month": f"{one.month[0]}-{one.month[1]:02d}",
                "before": [str(each.value) for each in was],
                "after": [str(each.value) for each in now],
                "revision": max((each.revision for each in now), default=0),
            }
        )
    return found
