"""Reading yearly payments: what is on record, where each year stands, whose amounts a reader sees, proof."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from ecociv.compensation.areas.declaration import Scheme
from ecociv.compensation.yearly.computing import compute
from ecociv.compensation.yearly.models import YearlyCorrection, YearlyPayment, YearlyTransfer
from ecociv.compensation.yearly.programmes import Programme
from ecociv.core.text import Text
from ecociv.ledger.permissions import keeper_today
from ecociv.people.models import User
from ecociv.people.roles import Role

STATES: dict[str, Text] = {
    "to-compute": Text(zh="待核算", en="To be computed"),
    "to-approve": Text(zh="待批准", en="To be approved"),
    "to-book": Text(zh="待入账", en="To be booked"),
    "booked": Text(zh="已入账", en="Booked"),
    "nothing-to-pay": Text(zh="无应付", en="Nothing to pay"),
}
"""Where a year stands, in words; the key goes into files and addresses."""


@dataclass(frozen=True, slots=True)
class YearState:
    """A year of a programme: where it stands, the payment that holds, and its entry where it is booked."""

    programme: Programme
    year: int
    state: str
    payment: YearlyPayment | None = None
    transfer: YearlyTransfer | None = None

    @property
    def words(self) -> Text:
        """The state in words."""
        return STATES[self.state]


def yearly_payments(zone: str, programme: str, as_of: dt.datetime | None = None) -> QuerySet[YearlyPayment]:
    """Every payment of a programme, as known at a moment."""
    rows = YearlyPayment.objects.filter(zone=zone, programme=programme)
    return rows.filter(recorded_at__lte=as_of) if as_of is not None else rows


def newest_year(
    zone: str, programme: str, year: int, as_of: dt.datetime | None = None
) -> YearlyPayment | None:
    """The payment that holds of a year: the approved one, else the latest computed one."""
    rows = yearly_payments(zone, programme, as_of).filter(year=year)
    return rows.filter(stage=YearlyPayment.Stage.APPROVED).first() or rows.order_by("-pk").first()


def standing_transfer(payment: YearlyPayment, as_of: dt.datetime | None = None) -> YearlyTransfer | None:
    """The entry that holds of a payment, as known at a moment; none where there is none, or it was reversed by then."""
    return _standing(YearlyTransfer.objects.filter(payment=payment), as_of).get(payment.pk)


def _standing(rows: QuerySet[YearlyTransfer], as_of: dt.datetime | None) -> dict[int, YearlyTransfer]:
    """The entries that hold, by payment."""
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    every = rows.select_related("entry__book", "entry__reversed_by").order_by("pk")
    return {row.payment_id: row for row in every if row.entry.stands(as_of)}


def year_states(
    zone: str, programme: Programme, on: dt.date | None = None, as_of: dt.datetime | None = None
) -> list[YearState]:
    """Every recorded year of a programme and the one that is next, newest first, by a day (that of the moment); two queries."""
    today = on or timezone.localdate(as_of)
    by_year: dict[int, YearlyPayment] = {}
    for row in yearly_payments(zone, programme.key, as_of).order_by("pk").defer("content", "terms_said"):
        known = by_year.get(row.year)
        if known is None or known.stage != YearlyPayment.Stage.APPROVED:
            by_year[row.year] = row
    transfers = _standing(
        YearlyTransfer.objects.filter(payment__zone=zone, payment__programme=programme.key), as_of
    )
    found = {year: _state(programme, payment, transfers.get(payment.pk)) for year, payment in by_year.items()}
    approved = [year for year, row in by_year.items() if row.stage == YearlyPayment.Stage.APPROVED]
    following = programme.year_after(max(approved, default=None))
    if following is not None and following not in found and _due(programme, following) <= today:
        found[following] = YearState(programme, following, "to-compute")
    return [found[year] for year in sorted(found, reverse=True)]


def _due(programme: Programme, year: int) -> dt.date:
    """First day on which a year can be computed."""
    return dt.date(year + 1 if isinstance(programme.terms(year), Scheme) else year, 1, 1)


def _state(programme: Programme, payment: YearlyPayment, transfer: YearlyTransfer | None) -> YearState:
    if payment.stage != YearlyPayment.Stage.APPROVED:
        return YearState(programme, payment.year, "to-approve", payment)
    if transfer is not None:
        return YearState(programme, payment.year, "booked", payment, transfer)
    state = "to-book" if any(payment.totals.values()) else "nothing-to-pay"
    return YearState(programme, payment.year, state, payment)


def counties_seen(reader: Any, zone: str, bodies: list[str]) -> frozenset[str] | None:
    """The bodies whose amounts a reader sees.

    An officer of a county sees those that the county stands for today, other people of the zone all of them. A query for each
    body: ask once for a page.

    Returns
    -------
    frozenset of str, or None
        None for all of them.
    """
    if not isinstance(reader, User) or reader.role != Role.COUNTY_OFFICER:
        return None
    return frozenset(body for body in bodies if keeper_today(zone, body) == reader.organisation)


@dataclass(frozen=True, slots=True)
class YearDiffers:
    """A payment that does not come out as recorded."""

    payment: YearlyPayment
    text: Text


def verify_years(zone: str, programme: str) -> YearDiffers | None:
    """Compute every approved year and correction again from the evidence as it was known; the first that differs."""
    rows = YearlyPayment.objects.filter(
        zone=zone, programme=programme, stage=YearlyPayment.Stage.APPROVED
    ).order_by("year")
    for payment in rows.prefetch_related("corrections__corrects"):
        totals = {body: amount or 0 for body, amount in payment.own.items()}
        made: list[tuple[YearlyPayment | YearlyCorrection, int]] = [(payment, payment.year)]
        for row in payment.corrections.all():
            made.append((row, row.corrects.year))
            for body, difference in row.differences.items():
                totals[body] = totals.get(body, 0) + difference
        for each, year in made:
            if compute(each.terms, year, payment.pool, payment.known_at).digest() != each.digest:
                return YearDiffers(
                    payment,
                    Text(
                        zh=f"{payment.year} 年付款所载的 {year} 年金额重新计算后与记录不符。",
                        en=f"The amounts of {year} in the payment of {payment.year} come to something else when computed again.",
                    ),
                )
        if totals != payment.totals:
            return YearDiffers(
                payment,
                Text(
                    zh=f"{payment.year} 年的更正与合计不符。",
                    en=f"The corrections of {payment.year} do not add up to its totals.",
                ),
            )
    return None
