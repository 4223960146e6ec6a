"""The book of fees and its accounts: cost, bank, and what is payable under each contract."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from ecociv.core.text import Text
from ecociv.green_economy.actions import GreenRefused
from ecociv.green_economy.contracts import Month, contract_of
from ecociv.green_economy.declaration import FeeBook, bodies
from ecociv.green_economy.fees.models import FeeApproval
from ecociv.ledger.actions import LedgerRefused, OpenAccount, OpenBook, PostEntry
from ecociv.ledger.models import Book, Entry, LedgerAccount
from ecociv.ledger.permissions import may_keep

_COST = Text(zh="第三方治理服务费", en="Fees of treatment contracts")
_BANK = Text(zh="治理服务费付款账户（银行）", en="Bank account from which fees are paid")


def fee_book(zone: str) -> FeeBook:
    """The declared book of fees.

    Raises
    ------
    GreenRefused
        Where the zone declares none: fees are settled there and not booked.
    """
    declared = bodies(zone).book
    if declared is None:
        raise GreenRefused(
            Text(
                zh="本区没有声明治理服务费账簿，只结算不入账；如需入账，请在 green_economy.yaml 中声明 book。",
                en="The zone declares no book of fees, so that they are settled and not booked; declare book in green_economy.yaml.",
            )
        )
    return declared


def may_pay(user: Any, zone: str) -> bool:
    """Whether somebody approves, books and pays fees: officers of the keeper of the book, and commands."""
    declared = bodies(zone).book
    return declared is not None and may_keep(user, zone, declared.keeper)


@dataclass(frozen=True, slots=True)
class FeeAccounts:
    """The book of fees with its accounts, opened where they were not."""

    book: Book
    cost: LedgerAccount
    bank: LedgerAccount
    since: dt.date

    @classmethod
    def opened(cls, zone: str, author: Any) -> FeeAccounts:
        """The accounts of a zone, opened where they were not."""
        declared = fee_book(zone)
        book = OpenBook(
            zone=zone,
            key=declared.key,
            title=declared.title,
            keeper=declared.keeper,
            author=author,
            sample=declared.sample,
        ).execute()
        cost = _account(book, "cost", _COST, declared.keeper, LedgerAccount.Kind.FEE, declared.since, author)
        bank = _account(
            book, "bank", _BANK, declared.keeper, LedgerAccount.Kind.PARTY, declared.since, author
        )
        return cls(book, cost, bank, declared.since)

    @classmethod
    def known(cls, zone: str) -> FeeAccounts:
        """The accounts of a zone as they are.

        Raises
        ------
        GreenRefused
            Where nothing was booked yet, so that there are none.
        """
        declared = fee_book(zone)
        there = {
            each.key: each
            for each in LedgerAccount.objects.filter(
                book__zone=zone, book__key=declared.key, key__in=("cost", "bank")
            ).select_related("book")
        }
        if len(there) < 2:
            raise GreenRefused(
                Text(
                    zh="还没有服务费记应付，付款账户尚未开立。",
                    en="No fee was booked yet, so that there is no bank account to pay from.",
                )
            )
        return cls(there["bank"].book, there["cost"], there["bank"], declared.since)

    def payable(self, approval: FeeApproval, author: Any) -> LedgerAccount:
        """What is owed under a contract: below zero as long as the provider is owed."""
        found = contract_of(
            approval.zone, approval.contract, Month.read(approval.month).first
        ) or contract_of(approval.zone, approval.contract)
        title = Text(zh=f"应付 {approval.contract}", en=f"Payable under {approval.contract}")
        holder = found.holder if found else approval.contract
        return _account(
            self.book,
            f"payable-{approval.contract}",
            title,
            holder,
            LedgerAccount.Kind.PARTY,
            self.since,
            author,
        )


def _account(
    book: Book, key: str, title: Text, body: str, kind: str, since: dt.date, author: Any
) -> LedgerAccount:
    known = LedgerAccount.objects.filter(book=book, key=key).first()
    return (
        known
        or OpenAccount(
            book=book, key=key, title=title, body=body, kind=kind, author=author, floor=None, opened_on=since
        ).execute()
    )


def post_fee(
    book: Book,
    day: dt.date,
    lines: list[tuple[str, int]],
    approval: FeeApproval,
    words: str,
    author: Any,
    key: str,
) -> Entry:
    """Post an entry that rests on the document of an approved fee.

    Raises
    ------
    GreenRefused
        With what the ledger refuses.
    """
    try:
        return PostEntry(
            book,
            day,
            lines,
            approval.document,
            f"{words} {approval.contract} {approval.month}"[:500],
            author,
            key=key[:128],
            sample=approval.sample,
        ).execute()
    except LedgerRefused as refused:
        raise GreenRefused(*refused.texts) from refused
