"""What the steps of a settlement have in common: how they refuse, what they look up, what goes on record of each."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from ecociv.compensation.agreements.declaration import Agreement, compensation
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.compensation.settlements.models import Settlement
from ecociv.core.text import Text
from ecociv.core.workdays import add_working_days
from ecociv.ledger.duties import same_person
from ecociv.people import audit
from ecociv.people.models import User


class SettlementRefused(ValueError):
    """What cannot be done with a settlement; ``code`` names the rule."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code, self.text = code, text


def agreement_of(zone: str, key: str) -> Agreement:
    """A declared agreement.

    Raises
    ------
    SettlementRefused
        ``unknown``, naming those that there are.
    """
    declared = compensation(zone)
    try:
        return declared.agreement(key)
    except KeyError:
        known = "、".join(declared.agreement_keys()) or "—"
        raise SettlementRefused(
            "unknown",
            Text(
                zh=f"没有协议“{key}”，已有：{known}。",
                en=f"There is no agreement {key!r}; there are: {known}.",
            ),
        ) from None


def latest_preliminary(zone: str, agreement: str, period: SettlementPeriod) -> Settlement | None:
    """The newest preliminary settlement of a period."""
    return (
        Settlement.objects.filter(
            zone=zone, agreement=agreement, period=str(period), stage=Settlement.Stage.PRELIMINARY
        )
        .order_by("-pk")
        .first()
    )


def last_day_to_object(preliminary: Settlement) -> dt.date:
    """The last day on which a party may object: so many working days after the day of the preliminary figure."""
    days = int(preliminary.version["calendar"]["objection_days"])
    return add_working_days(preliminary.day, days).day if days else preliminary.day


def last_day_to_pay(final: Settlement) -> dt.date:
    """The last day of payment: so many working days after the day of the final figure."""
    days = int(final.version["calendar"]["payment_days"])
    return add_working_days(final.day, days).day if days else final.day


def refuse_day(day: dt.date) -> None:
    """Refuse a day that is yet to come."""
    if day > timezone.localdate():
        raise SettlementRefused(
            "day-to-come", Text(zh="日期不能在将来。", en="The day cannot lie in the future.")
        )


def refuse_paper(document: str, day: dt.date) -> None:
    """Refuse an act without the number of its document, or on a day that is yet to come."""
    if not document.strip():
        raise SettlementRefused("no-document", Text(zh="请填写文号。", en="Give the number of the document."))
    refuse_day(day)


def refuse_same_person(
    zone: str, office: str, approver: User | None, author: Any, day: dt.date, item: Text
) -> None:
    """Refuse that the money of an item is booked by whoever approved it, where the zone keeps the two apart.

    Raises
    ------
    SettlementRefused
        ``same-person``, saying who has to do it.
    """
    fault = same_person(zone, office, approver, author, day, item)
    if fault is not None:
        raise SettlementRefused("same-person", fault)


def audited(author: Any, action: str, settlement: Settlement, after: Any, reason: str = "") -> None:
    """Put an act on the record of changes."""
    audit.record(
        actor=author,
        action=action,
        zone=settlement.zone,
        subject_kind="settlement",
        subject_key=f"{settlement.agreement}/{settlement.period}",
        after=after,
        reason=reason,
    )
