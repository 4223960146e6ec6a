"""Green loans on the register, and what the registers and cases say of their borrowers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import Q

from ecociv.casework.models import Case
from ecociv.core.text import Text
from ecociv.core.verdicts import Verdict
from ecociv.evidence.queries import LOCAL
from ecociv.green_economy.credit import ClassTotal, Facts, Loan, record_check, totals
from ecociv.registers.entries import Entry
from ecociv.registers.loading import kind_of
from ecociv.registers.queries import entries, entry

LOAN = "green-loan"
DAMAGE = "environmental-damage"
"""Type of the cases that stand against a borrower while they are open."""


def class_names(zone: str) -> dict[str, Text]:
    """The declared classes of use."""
    field = kind_of(zone, LOAN).field("class")
    assert field is not None
    return {one.key: one.name for one in field.choices}


def loans(zone: str, on: dt.date, as_of: dt.datetime | None = None) -> list[Loan]:
    """Loans as they stand on a day."""
    return [_loan(one) for one in entries(zone, LOAN, on, as_of)]


def quarter_totals(zone: str, end: dt.date, as_of: dt.datetime | None = None) -> tuple[ClassTotal, ...]:
    """Balances by class at the end of a quarter."""
    return totals(loans(zone, end, as_of), end, class_names(zone))


def borrower_record(zone: str, borrower: str, on: dt.date, as_of: dt.datetime | None = None) -> Verdict:
    """The environmental record of a borrower on a day: enterprise, discharge permits, damage cases that are open."""
    found = entry(zone, "enterprise", borrower, on, as_of)
    permits = [
        (one.key, one.state)
        for one in entries(zone, "discharge-permit", on, as_of)
        if one.values.get("holder") == borrower
    ]
    end = dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), LOCAL)
    moment = end if as_of is None else min(end, as_of)
    cases = (
        Case.objects.filter(zone=zone, type=DAMAGE, opened_at__lt=moment)
        .filter(Q(subject=f"enterprise:{borrower}") | Q(fields__enterprise=borrower))
        .filter(Q(closed_at__isnull=True) | Q(closed_at__gte=moment))
        .order_by("number")
    )
    return record_check(
        Facts(
            found.state_name.zh if found else "",
            found.in_force if found else False,
            permits,
            [case.number for case in cases],
        )
    )


def _loan(one: Entry) -> Loan:
    values = one.values
    principal, balance, paid = values["principal"], values["balance"], values["from-day"]
    assert isinstance(principal, Decimal) and isinstance(balance, Decimal) and isinstance(paid, dt.date)
    state = one.kind.state(one.state)
    return Loan(
        key=one.key,
        purpose=str(values["purpose"]),
        bank=str(values["bank"]),
        borrower=str(values["borrower"]),
        class_key=str(values["class"]),
        principal=principal,
        balance=balance,
        paid_out=paid,
        state=one.state,
        open=bool(state and state.active) and paid <= one.on,
        sample=one.sample,
        revision=one.revision,
    )
