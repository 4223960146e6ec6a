"""Paying a year of a programme: computed, approved by the office, booked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ecociv.compensation.agreements.declaration import compensation
from ecociv.compensation.areas.declaration import Scheme
from ecociv.compensation.settlements.books import declared_book
from ecociv.compensation.settlements.common import (
    SettlementRefused,
    refuse_day,
    refuse_paper,
    refuse_same_person,
)
from ecociv.compensation.yearly.models import YearlyCorrection, YearlyPayment, YearlyTransfer
from ecociv.compensation.yearly.preparing import PreparedYear, prepare_year, programme_of, standing_years
from ecociv.compensation.yearly.programmes import Programme, kept_terms
from ecociv.core.text import Text
from ecociv.evidence.actions.authors import recorded_by
from ecociv.ledger.actions import PostEntry
from ecociv.ledger.permissions import require_keeper
from ecociv.people import audit


@dataclass(kw_only=True, slots=True)
class ComputeYear:
    """Record what a year comes to (年度核算), for the office to approve; computed again where figures were restated."""

    zone: str
    programme: Programme
    year: int
    day: dt.date
    document: str
    author: Any

    def check(self) -> PreparedYear:
        """What would be recorded.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the office of the programme.
        SettlementRefused
            ``no-document``, ``day-to-come``, ``not-over``, ``settled``, ``out-of-order``, ``no-terms``, ``cannot-compute``,
            ``nothing-known``, ``nothing-new``.
        """
        require_keeper(self.author, self.zone, self.programme.payment.office)
        refuse_paper(self.document, self.day)
        self._refuse_early()
        self._refuse_order()
        prepared = prepare_year(self.zone, self.programme, self.year)
        if all(amount is None for amount in prepared.computed.amounts.values()):
            raise SettlementRefused(
                "nothing-known",
                Text(
                    zh=f"{self.year} 年没有一个县的面积齐全，请先报送面积。",
                    en=f"No county has all its areas of {self.year}; they have to be reported first.",
                ),
            )
        last = latest_computed(self.zone, self.programme.key, self.year)
        if last is not None and prepared.says_the_same(last):
            raise SettlementRefused(
                "nothing-new",
                Text(
                    zh="数据没有变化，与已有的核算相同。",
                    en="The figures are unchanged: this is what is on record already.",
                ),
            )
        return prepared

    def execute(self) -> YearlyPayment:
        """Record it."""
        with transaction.atomic():
            audit.hold()
            return _record(self, self.zone, self.check(), YearlyPayment.Stage.COMPUTED, None)

    def _refuse_early(self) -> None:
        # Areas are those of the end of the year; a fund is divided in its year, by scores that are declared.
        first = dt.date(
            self.year + 1 if isinstance(self.programme.terms(self.year), Scheme) else self.year, 1, 1
        )
        if self.day < first:
            raise SettlementRefused(
                "not-over",
                Text(
                    zh=f"{self.year} 年最早于 {first} 核算。",
                    en=f"{self.year} is computed on {first} at the earliest.",
                ),
            )

    def _refuse_order(self) -> None:
        approved = [each.payment.year for each in standing_years(self.zone, self.programme.key)]
        if self.year in approved:
            raise SettlementRefused(
                "settled",
                Text(
                    zh=f"{self.year} 年已批准；数据更正在下一年调整。",
                    en=f"{self.year} is approved; what was restated since is corrected in the next year.",
                ),
            )
        wanted = self.programme.year_after(approved[-1] if approved else None)
        if wanted is not None and wanted != self.year and self.programme.terms(self.year) is not None:
            raise SettlementRefused(
                "out-of-order",
                Text(
                    zh=f"应先核算 {wanted} 年。",
                    en=f"The year {wanted} comes first.",
                ),
            )


@dataclass(kw_only=True, slots=True)
class ApproveYear:
    """Approve what was computed (批准), once; it may be booked from then on."""

    computed: YearlyPayment
    day: dt.date
    document: str
    author: Any

    def check(self) -> PreparedYear:
        """What would be recorded.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the office of the programme.
        SettlementRefused
            ``no-document``, ``day-to-come``, ``settled``, ``not-latest``, ``too-early``, ``restated``.
        """
        first = self.computed
        programme = programme_of(first.zone, first.programme)
        require_keeper(self.author, first.zone, programme.payment.office)
        refuse_paper(self.document, self.day)
        if approved_of(first.zone, first.programme, first.year) is not None:
            raise SettlementRefused(
                "settled", Text(zh=f"{first.year} 年已批准。", en=f"{first.year} is approved already.")
            )
        latest = latest_computed(first.zone, first.programme, first.year)
        if latest is None or latest.pk != first.pk:
            raise SettlementRefused(
                "not-latest",
                Text(
                    zh="已有更新的核算，请以最新的为准。", en="It was computed again since: take the latest."
                ),
            )
        if self.day < first.day:
            raise SettlementRefused(
                "too-early",
                Text(
                    zh=f"批准日期不能早于核算日期 {first.day}。",
                    en=f"It cannot be approved before {first.day}, the day on which it was computed.",
                ),
            )
        prepared = prepare_year(first.zone, programme, first.year)
        if not prepared.says_the_same(first):
            raise SettlementRefused(
                "restated",
                Text(
                    zh="核算之后数据有更正，请重新核算。",
                    en="Figures were restated since it was computed: compute it again.",
                ),
            )
        return prepared

    def execute(self) -> YearlyPayment:
        """Record it."""
        with transaction.atomic():
            audit.hold()
            return _record(
                self, self.computed.zone, self.check(), YearlyPayment.Stage.APPROVED, self.computed
            )


@dataclass(kw_only=True, slots=True)
class BookYear:
    """Book an approved year: one entry from the account of the payer to those of the counties and of the pool.

    Where the entry was reversed in the book, the payment is booked anew.
    """

    payment: YearlyPayment
    day: dt.date
    author: Any

    def check(self) -> Programme:
        """The programme, when it can be booked.

        Raises
        ------
        PermissionDenied
            For whoever does not keep the book.
        SettlementRefused
            ``day-to-come``, ``not-approved``, ``booked``, ``nothing-to-pay``, ``before-approval``,
            ``same-person``.
        LedgerRefused
            Where the book refuses, such as for a pool that does not hold what is taken from it.
        """
        payment = self.payment
        programme = programme_of(payment.zone, payment.programme)
        require_keeper(self.author, payment.zone, programme.payment.office)
        refuse_day(self.day)
        if payment.stage != YearlyPayment.Stage.APPROVED:
            raise SettlementRefused(
                "not-approved", Text(zh="批准后才能入账。", en="Only what is approved is booked.")
            )
        if payment.transfers.filter(entry__reversed_by=None).exists():
            raise SettlementRefused("booked", Text(zh="已经入账。", en="It was booked before."))
        if not any(payment.totals.values()):
            raise SettlementRefused(
                "nothing-to-pay", Text(zh="本年没有应付金额。", en="There is nothing to pay for the year.")
            )
        if self.day < payment.day:
            raise SettlementRefused(
                "before-approval",
                Text(zh="入账日期不能早于批准日期。", en="It cannot be booked before it was approved."),
            )
        title, year = programme.title, payment.year
        item = Text(zh=f"{title.zh} {year} 年付款", en=f"The payment of {year} ({title.en})")
        office = programme.payment.office
        refuse_same_person(payment.zone, office, payment.author, self.author, self.day, item)
        return programme

    def execute(self) -> YearlyTransfer:
        """Post the entry."""
        with transaction.atomic():
            audit.hold()
            programme = self.check()
            payment = self.payment
            book = declared_book(payment.zone, programme.payment.book, self.author)
            accounts = compensation(payment.zone).accounts
            moved = {payment.payer: -payment.payer_gives, **dict(sorted(payment.totals.items()))}
            entry = PostEntry(
                book,
                self.day,
                [(accounts[body].key, amount) for body, amount in moved.items() if amount],
                payment.document,
                f"{programme.title.zh} {payment.year}"[:500],
                self.author,
                key=f"yearly:{payment.programme}:{payment.year}:{payment.transfers.count() + 1}",
                sample=payment.sample,
            ).execute()
            made = YearlyTransfer(payment=payment, entry=entry, day=self.day, **recorded_by(self.author))
            made.save()
            _audited(self.author, "compensation.book-year", payment, {"entry": entry.number})
            return made


def latest_computed(zone: str, programme: str, year: int) -> YearlyPayment | None:
    """The newest computed payment of a year."""
    return (
        YearlyPayment.objects.filter(
            zone=zone, programme=programme, year=year, stage=YearlyPayment.Stage.COMPUTED
        )
        .order_by("-pk")
        .first()
    )


def approved_of(zone: str, programme: str, year: int) -> YearlyPayment | None:
    """The approved payment of a year."""
    return YearlyPayment.objects.filter(
        zone=zone, programme=programme, year=year, stage=YearlyPayment.Stage.APPROVED
    ).first()


def _record(
    asked: ComputeYear | ApproveYear,
    zone: str,
    prepared: PreparedYear,
    stage: YearlyPayment.Stage,
    made_of: YearlyPayment | None,
) -> YearlyPayment:
    computed, programme = prepared.computed, prepared.programme
    payment = YearlyPayment(
        zone=zone,
        programme=programme.key,
        year=computed.year,
        stage=stage,
        made_of=made_of,
        document=asked.document.strip(),
        known_at=prepared.known_at,
        own=dict(computed.amounts),
        totals=prepared.totals,
        whole=computed.whole,
        payer=programme.payment.payer,
        pool=programme.payment.pool,
        terms_said=kept_terms(prepared.terms),
        content=computed.content(),
        figures_digest=computed.fingerprint(),
        digest=computed.digest(),
        sample=programme.sample,
        day=asked.day, **recorded_by(asked.author),
    )
    payment.save()
    YearlyCorrection.objects.bulk_create(
        YearlyCorrection(
            payment=payment,
            corrects=each.standing.payment,
            before=dict(each.standing.amounts),
            after=dict(each.computed.amounts),
            differences=dict(each.differences),
            changed=list(each.changed),
            content=each.computed.content(),
            terms_said=kept_terms(each.terms),
            figures_digest=each.computed.fingerprint(),
            digest=each.computed.digest(),
        )
        for each in prepared.corrections
    )
    said = {"totals": payment.totals, "digest": payment.digest, "corrections": len(prepared.corrections)}
    _audited(asked.author, f"compensation.{stage}-year", payment, said)
    return payment


def _audited(author: Any, action: str, payment: YearlyPayment, after: Any) -> None:
    audit.record(
        actor=author,
        action=action,
        zone=payment.zone,
        subject_kind="yearly-payment",
        subject_key=f"{payment.programme}/{payment.year}",
        after=after,
    )
