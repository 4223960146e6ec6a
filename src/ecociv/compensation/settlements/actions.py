"""Settling a period: the preliminary figure, the final figure, its transfer; objections are in a file of their own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ecociv.compensation.agreements.declaration import Agreement, OutOfForce, compensation
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.compensation.settlements.books import declared_book
from ecociv.compensation.settlements.common import (
    SettlementRefused,
    agreement_of,
    audited,
    last_day_to_object,
    last_day_to_pay,
    latest_preliminary,
    refuse_day,
    refuse_paper,
    refuse_same_person,
)
from ecociv.compensation.settlements.models import (
    ObjectionDecision,
    Settlement,
    SettlementCorrection,
    SettlementTransfer,
)
from ecociv.compensation.settlements.objections import DecideObjection, Object
from ecociv.compensation.settlements.permissions import require_office
from ecociv.compensation.settlements.preparing import Evidence, Prepared, prepare, standings
from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.evidence.actions.authors import recorded_by
from ecociv.ledger.actions import PostEntry
from ecociv.ledger.models import Book
from ecociv.people import audit

__all__ = [
    "BookSettlement",
    "DecideObjection",
    "Object",
    "SettleFinal",
    "SettlePreliminary",
    "SettlementRefused",
    "agreement_of",
    "book_of",
    "last_day_to_object",
    "last_day_to_pay",
    "latest_preliminary",
]


@dataclass(kw_only=True, slots=True)
class SettlePreliminary:
    """Record the preliminary figure of a period (初步核算), for the parties to look at.

    Parameters
    ----------
    evidence
        Readings already read, for many periods at once; read now where not given.
    """

    zone: str
    agreement: Agreement
    period: SettlementPeriod
    day: dt.date
    document: str
    author: Any
    evidence: Evidence | None = None

    def check(self) -> Prepared:
        """What would be recorded.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the office of the agreement.
        SettlementRefused
            ``out-of-force``, ``not-over``, ``no-document``, ``settled``, ``out-of-order``, ``nothing-new``.
        """
        require_office(self.author, self.zone, self.agreement)
        refuse_paper(self.document, self.day)
        if self.day <= self.period.last:
            raise SettlementRefused(
                "not-over",
                Text(
                    zh=f"{self.period} 到 {self.period.last} 才结束，此后才能核算。",
                    en=f"{self.period} ends on {self.period.last}; it is computed after that day.",
                ),
            )
        settled = standings(self.zone, self.agreement.key)
        self._refuse_order([each.settlement for each in settled])
        try:
            prepared = prepare(
                self.zone, self.agreement, self.period, evidence=self.evidence, settled=settled
            )
        except OutOfForce as refused:
            raise SettlementRefused("out-of-force", refused.text) from refused
        last = latest_preliminary(self.zone, self.agreement.key, self.period)
        if last is not None and not _upheld(last) and prepared.says_the_same(last):
            raise SettlementRefused(
                "nothing-new",
                Text(
                    zh="监测数据没有变化，与已有的初步核算相同。",
                    en="The readings are unchanged: this is what the preliminary settlement says already.",
                ),
            )
        return prepared

    def execute(self) -> Settlement:
        """Record it."""
        with transaction.atomic():
            audit.hold()
            return _record(self, self.check(), Settlement.Stage.PRELIMINARY, None)

    def _refuse_order(self, finals: list[Settlement]) -> None:
        if any(each.period == str(self.period) for each in finals):
            raise SettlementRefused(
                "settled",
                Text(
                    zh=f"{self.period} 已最终结算；数据更正在下一次结算中调整。",
                    en=f"{self.period} is settled; what was restated since is corrected in the next settlement.",
                ),
            )
        if finals and finals[-1].span.next != self.period:
            wanted = finals[-1].span.next
            raise SettlementRefused(
                "out-of-order",
                Text(
                    zh=f"上一次结算到 {finals[-1].period}，下一个应为 {wanted}。",
                    en=f"The last settlement is that of {finals[-1].period}: the next one is {wanted}.",
                ),
            )


@dataclass(kw_only=True, slots=True)
class SettleFinal:
    """Record the final figure (最终结算), after the days for objection and the decision on every objection."""

    preliminary: Settlement
    day: dt.date
    document: str
    author: Any
    evidence: Evidence | None = None

    def check(self) -> Prepared:
        """What would be recorded.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the office of the agreement.
        SettlementRefused
            ``no-document``, ``not-latest``, ``settled``, ``too-early``, ``objection-open``, ``objection-upheld``,
            ``restated``.
        """
        first = self.preliminary
        agreement = agreement_of(first.zone, first.agreement)
        require_office(self.author, first.zone, agreement)
        refuse_paper(self.document, self.day)
        if Settlement.objects.filter(
            zone=first.zone, agreement=first.agreement, period=first.period, stage=Settlement.Stage.FINAL
        ).exists():
            raise SettlementRefused(
                "settled", Text(zh=f"{first.period} 已最终结算。", en=f"{first.period} is settled already.")
            )
        latest = latest_preliminary(first.zone, first.agreement, first.span)
        if first.stage != Settlement.Stage.PRELIMINARY or latest is None or latest.pk != first.pk:
            raise SettlementRefused(
                "not-latest",
                Text(
                    zh="已有更新的初步核算，请以最新的为准。",
                    en="There is a later preliminary settlement: take that one.",
                ),
            )
        until = last_day_to_object(first)
        if self.day <= until:
            raise SettlementRefused(
                "too-early",
                Text(
                    zh=f"各方可在 {until} 前（含当日）提出异议，此后才能最终结算。",
                    en=f"The parties may object until {until}; it becomes final after that day.",
                ),
            )
        for objection in first.objections.all():
            if objection.answer is None:
                raise SettlementRefused(
                    "objection-open",
                    Text(zh="有异议尚未处理。", en="There is an objection that was not decided on."),
                )
            if objection.answer.upheld:
                raise SettlementRefused(
                    "objection-upheld",
                    Text(
                        zh="异议成立，请重新作初步核算。",
                        en="An objection was upheld: compute the preliminary figure again.",
                    ),
                )
        prepared = prepare(first.zone, agreement, first.span, evidence=self.evidence)
        if not prepared.says_the_same(first):
            raise SettlementRefused(
                "restated",
                Text(
                    zh="初步核算之后监测数据有更正，请重新作初步核算。",
                    en="Readings were restated since the preliminary figure: compute that again.",
                ),
            )
        return prepared

    def execute(self) -> Settlement:
        """Record it."""
        with transaction.atomic():
            audit.hold()
            prepared = self.check()
            return _record(self, prepared, Settlement.Stage.FINAL, self.preliminary)


@dataclass(kw_only=True, slots=True)
class BookSettlement:
    """Pay a final settlement: one entry from the account of the payer to that of the receiver."""

    settlement: Settlement
    day: dt.date
    author: Any

    def check(self) -> Agreement:
        """The agreement, when it can be paid.

        Raises
        ------
        PermissionDenied
            For whoever does not keep the book.
        SettlementRefused
            ``not-final``, ``booked``, ``nothing-to-pay``, ``before-final``, ``same-person``.
        LedgerRefused
            Where the book refuses, such as for an account without the money.
        """
        settlement = self.settlement
        agreement = agreement_of(settlement.zone, settlement.agreement)
        require_office(self.author, settlement.zone, agreement)
        refuse_day(self.day)
        if settlement.stage != Settlement.Stage.FINAL:
            raise SettlementRefused(
                "not-final", Text(zh="最终结算后才能划转。", en="Only a final settlement is paid.")
            )
        if SettlementTransfer.objects.filter(settlement=settlement).exists():
            raise SettlementRefused("booked", Text(zh="已经划转。", en="It was paid before."))
        if settlement.total == 0:
            raise SettlementRefused(
                "nothing-to-pay", Text(zh="本期没有应付金额。", en="There is nothing to pay.")
            )
        if self.day < settlement.day:
            raise SettlementRefused(
                "before-final",
                Text(zh="划转日期不能早于最终结算。", en="It cannot be paid before it became final."),
            )
        title = agreement.title
        item = Text(
            zh=f"{title.zh} {settlement.period} 的最终结算",
            en=f"The final settlement of {settlement.period} ({title.en})",
        )
        refuse_same_person(settlement.zone, agreement.office, settlement.author, self.author, self.day, item)
        return agreement

    def execute(self) -> SettlementTransfer:
        """Post the entry."""
        with transaction.atomic():
            audit.hold()
            agreement = self.check()
            settlement = self.settlement
            book = book_of(settlement.zone, agreement, self.author)
            accounts = compensation(settlement.zone).accounts
            amount = abs(settlement.total)
            entry = PostEntry(
                book,
                self.day,
                [(accounts[settlement.payer].key, -amount), (accounts[settlement.receiver].key, amount)],
                settlement.document,
                f"{agreement.title.zh} {settlement.period}",
                self.author,
                key=f"settlement:{settlement.agreement}:{settlement.period}",
                sample=settlement.sample,
            ).execute()
            made = SettlementTransfer(settlement=settlement, entry=entry, day=self.day, **recorded_by(self.author))
            made.save()
            audited(self.author, "compensation.book", settlement, {"entry": entry.number})
            return made


def book_of(zone: str, agreement: Agreement, author: Any) -> Book:
    """The book of an agreement with the accounts of all parties, opened where they were not."""
    return declared_book(zone, agreement.book, author)


def _upheld(preliminary: Settlement) -> bool:
    return ObjectionDecision.objects.filter(objection__settlement=preliminary, upheld=True).exists()


def _record(
    asked: SettlePreliminary | SettleFinal,
    prepared: Prepared,
    stage: Settlement.Stage,
    made_of: Settlement | None,
) -> Settlement:
    computed = prepared.computed
    settlement = Settlement(
        zone=made_of.zone if made_of is not None else asked.zone,  # type: ignore[union-attr]
        agreement=prepared.agreement.key,
        period=str(computed.period),
        first_day=computed.period.first,
        last_day=computed.period.last,
        stage=stage,
        made_of=made_of,
        document=asked.document.strip(),
        known_at=prepared.known_at,
        own=prepared.own,
        corrections_sum=prepared.corrections_sum,
        total=prepared.total,
        upstream=prepared.version.upstream,
        downstream=prepared.version.downstream,
        version=prepared.version.content(),
        content=computed.content(),
        version_digest=digest_of_json(prepared.version.content()),
        readings_digest=computed.fingerprint(),
        paid_before=[str(each) for each in prepared.paid],
        digest=computed.digest(),
        sample=prepared.agreement.sample,
        day=asked.day, **recorded_by(asked.author),
    )
    settlement.save()
    SettlementCorrection.objects.bulk_create(
        SettlementCorrection(
            settlement=settlement,
            corrects=each.standing.settlement,
            before=each.standing.amount,
            after=each.after,
            difference=each.difference,
            changed=list(each.changed),
            content=each.computed.content(),
            readings_digest=each.computed.fingerprint(),
            digest=each.computed.digest(),
        )
        for each in prepared.corrections
    )
    said = {"total": settlement.total, "digest": settlement.digest, "corrections": settlement.corrections_sum}
    audited(asked.author, f"compensation.{stage}", settlement, said)
    return settlement
