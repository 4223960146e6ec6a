"""What approving, booking and paying of fees have in common."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.green_economy.actions import GreenRefused
from ecociv.green_economy.fees.books import fee_book
from ecociv.green_economy.fees.models import FeeApproval
from ecociv.ledger.duties import same_person
from ecociv.people import audit


class ApprovedByThePayer(GreenRefused):
    """Whoever approved a fee neither books nor pays it."""


def fault_of_approver(approval: FeeApproval, author: Any, day: dt.date) -> Text | None:
    """Why somebody may not book or pay a fee on a day, having approved it; none where they may."""
    item = Text(
        zh=f"{approval.contract} {approval.month} 的服务费",
        en=f"The fee of {approval.contract} for {approval.month}",
    )
    return same_person(approval.zone, fee_book(approval.zone).keeper, approval.author, author, day, item)


def refuse_day(day: dt.date) -> None:
    """Refuse an act on a day that is yet to come."""
    if day > timezone.localdate():
        raise GreenRefused(Text(zh="日期不能在将来。", en="The day cannot lie in the future."))


def refuse_paper(document: str, day: dt.date) -> None:
    """Refuse an act without the number of its document, or on a day that is yet to come."""
    if not document.strip():
        raise GreenRefused(Text(zh="请填写文号。", en="Give the number of the document."))
    refuse_day(day)


def audited(author: Any, action: str, approval: FeeApproval, after: Any) -> None:
    """Put an act on the record of changes."""
    audit.record(
        actor=author,
        action=action,
        zone=approval.zone,
        subject_kind="treatment-contract",
        subject_key=f"{approval.contract}:{approval.month}",
        after=after,
    )
