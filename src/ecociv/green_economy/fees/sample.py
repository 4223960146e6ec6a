"""Sample fees: of each sample contract some months are paid, one waits for the bank, one to be booked; the rest are open."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from ecociv.core.workdays import add_working_days
from ecociv.green_economy.contracts import Month
from ecociv.green_economy.fees.actions import ApproveFee, BookFee
from ecociv.green_economy.fees.books import FeeAccounts
from ecociv.green_economy.fees.models import FeeApproval
from ecociv.green_economy.fees.paying import PayByRules
from ecociv.green_economy.models import PerformanceSettlement
from ecociv.ledger.bank.actions import ImportStatement
from ecociv.ledger.money import yuan

PAID, BOOKED, APPROVED = 2, 3, 4
"""So many months of a contract are paid, so many booked and so many approved."""


def load_sample_fees(zone: str, author: str) -> int:
    """Approve, book and pay fees of settled sample months; how many were approved."""
    rows = PerformanceSettlement.objects.filter(zone=zone, sample=True).order_by(
        "contract", "month", "revision"
    )
    paid: list[FeeApproval] = []
    made = 0
    for contract, settled in groupby(rows, lambda row: row.contract):
        months = sorted({row.month for row in settled})
        for place, month in enumerate(months[:APPROVED]):
            day = add_working_days(Month.read(month).end, 5).day
            approval = ApproveFee(
                zone=zone,
                contract=contract,
                month=month,
                day=day,
                document=f"景财付〔{month}〕{contract}（样例）",
                author=author,
            ).execute()
            made += 1
            if place < BOOKED and approval.total:
                BookFee(approval=approval, day=day, author=author).execute()
                if place < PAID:
                    paid.append(approval)
    if paid:
        _pay(zone, paid, author)
    return made


def _pay(zone: str, paid: Iterable[FeeApproval], author: str) -> None:
    """The bank's statement of what was paid, three working days after the booking, and a fee that the book has not."""
    rows = sorted((add_working_days(each.day, 3).day, each.total, each.document) for each in paid)
    with tempfile.TemporaryDirectory(prefix="ecociv-sample-") as folder:
        path = Path(folder) / "sample_fees_statement.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["日期", "金额", "流水号", "用途", "对方户名"])
            for number, (day, total, document) in enumerate(rows, 1):
                writer.writerow([day.isoformat(), yuan(-total), f"F{number:05d}", document, ""])
            writer.writerow([rows[-1][0].isoformat(), "-12.50", "F99999", "账户管理费 fee", ""])
        account = FeeAccounts.known(zone).bank
        ImportStatement(account=account, path=path, form="signed", author=author, sample=True).execute()
    PayByRules(zone=zone, author=author).execute()


__all__ = ["load_sample_fees"]
