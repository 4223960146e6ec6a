"""What a yearly payment would say: the year's own amounts, and the differences that restated figures make to earlier years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ecociv.compensation.settlements.common import SettlementRefused
from ecociv.compensation.yearly.computing import YearAmounts, compute
from ecociv.compensation.yearly.models import YearlyCorrection, YearlyPayment
from ecociv.compensation.yearly.programmes import Programme, Terms, programmes, restated
from ecociv.core.text import Text
from ecociv.standards.compensation import AllocationError

Fen = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class StandingYear:
    """What an approved year stands at: its own amounts with every correction that a later approved payment carried."""

    payment: YearlyPayment
    amounts: Fen
    rests_on: YearlyPayment | YearlyCorrection


@dataclass(frozen=True, slots=True)
class YearCorrection:
    """The differences that restated figures make to an approved year, in fen by body."""

    standing: StandingYear
    terms: Terms
    computed: YearAmounts
    differences: Mapping[str, int]
    changed: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class PreparedYear:
    """Everything that a yearly payment records."""

    programme: Programme
    terms: Terms
    computed: YearAmounts
    corrections: tuple[YearCorrection, ...]
    known_at: dt.datetime

    @property
    def totals(self) -> dict[str, int]:
        """Fen by body: the own amounts with the corrections."""
        found = {body: amount or 0 for body, amount in self.computed.amounts.items()}
        for each in self.corrections:
            for body, difference in each.differences.items():
                found[body] = found.get(body, 0) + difference
        return dict(sorted(found.items()))

    @property
    def payer_gives(self) -> int:
        """Fen that leave the account of the payer."""
        return sum(self.totals.values())

    def says_the_same(self, other: YearlyPayment) -> bool:
        """Whether a recorded payment says exactly this."""
        return (
            other.digest == self.computed.digest()
            and other.totals == self.totals
            and [(row.corrects_id, row.digest) for row in other.corrections.order_by("corrects__year")]
            == [(each.standing.payment.pk, each.computed.digest()) for each in self.corrections]
        )


def programme_of(zone: str, key: str) -> Programme:
    """A programme of a zone.

    Raises
    ------
    SettlementRefused
        ``unknown``, naming those that there are.
    """
    found = programmes(zone)
    for each in found:
        if each.key == key:
            return each
    known = ", ".join(each.key for each in found) or "—"
    raise SettlementRefused(
        "unknown",
        Text(
            zh=f"没有按年发放的补偿项目“{key}”，已有：{known}。",
            en=f"There is no programme {key!r} that is paid by the year; there are: {known}.",
        ),
    )


def standing_years(zone: str, programme: str, as_of: dt.datetime | None = None) -> list[StandingYear]:
    """What each approved year stands at, oldest first; two queries."""
    approved = YearlyPayment.objects.filter(
        zone=zone, programme=programme, stage=YearlyPayment.Stage.APPROVED
    )
    carried = YearlyCorrection.objects.filter(payment__in=approved)
    if as_of is not None:
        approved = approved.filter(recorded_at__lte=as_of)
        carried = carried.filter(payment__recorded_at__lte=as_of)
    newest = {row.corrects_id: row for row in carried.order_by("payment__year", "pk")}
    found = []
    for payment in approved.order_by("year"):
        last = newest.get(payment.pk)
        found.append(StandingYear(payment, last.after if last else payment.own, last or payment))
    return found


def prepare_year(
    zone: str, programme: Programme, year: int, *, as_of: dt.datetime | None = None
) -> PreparedYear:
    """What paying a year comes to, from the declarations now and the evidence and payments as known at a moment.

    Raises
    ------
    SettlementRefused
        ``no-terms`` where the year is not declared, ``cannot-compute`` where the terms refuse the figures.
    """
    terms = programme.terms(year)
    if terms is None:
        raise SettlementRefused(
            "no-terms",
            Text(
                zh=f"“{programme.title.zh}”没有 {year} 年的资金，或 {year} 年早于入账起始年 {programme.payment.since}。",
                en=f"{programme.title.en!r} has no money declared for {year}, or the year lies before "
                f"{programme.payment.since}, the first one that is booked.",
            ),
        )
    known = as_of or timezone.now()
    computed = _computed(programme, terms, year, known)
    before = [each for each in standing_years(zone, programme.key, as_of) if each.payment.year < year]
    corrections = [found for each in before if (found := _correction(programme, each, known)) is not None]
    return PreparedYear(programme, terms, computed, tuple(corrections), known)


def _computed(programme: Programme, terms: Terms, year: int, known: dt.datetime) -> YearAmounts:
    try:
        return compute(terms, year, programme.payment.pool, known)
    except AllocationError as refused:
        raise SettlementRefused(
            "cannot-compute",
            Text(
                zh=f"{year} 年不能计算，请核对声明的数据：{refused}",
                en=f"{year} cannot be computed; check what is declared: {refused}",
            ),
        ) from refused


def _correction(programme: Programme, standing: StandingYear, known: dt.datetime) -> YearCorrection | None:
    """The differences that the figures make now; none where they are those that the amounts rest on."""
    year = standing.payment.year
    terms = restated(standing.payment.terms, programme.terms(year))
    computed = _computed(programme, terms, year, known)
    same = computed.fingerprint() == standing.rests_on.figures_digest
    if same and dict(computed.amounts) == dict(standing.amounts):
        return None
    bodies = sorted({*computed.amounts, *standing.amounts})
    differences = {
        body: (computed.amounts.get(body) or 0) - (standing.amounts.get(body) or 0) for body in bodies
    }
    changed = _changes(standing.rests_on.content["figures"], computed.content()["figures"])
    return YearCorrection(standing, terms, computed, differences, tuple(changed))


def _changes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Figures that are not the same, with both values; "" on the side that did not have it."""
    old = {(each["county"], each["item"]): each for each in before}
    new = {(each["county"], each["item"]): each for each in after}
    return [
        {
            "county": key[0],
            "item": key[1],
            "source": new.get(key, old.get(key, {}))["source"],
            "before": old[key]["value"] if key in old else "",
            "after": new[key]["value"] if key in new else "",
            "revision": new[key]["revision"] if key in new else 0,
        }
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]
