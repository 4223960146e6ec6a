"""Green credit at the end of a quarter by class of use, and the environmental record of a borrower. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.core.verdicts import Reason, Verdict


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan as it stands on a day."""

    key: str
    purpose: str
    bank: str
    borrower: str
    class_key: str
    principal: Decimal
    balance: Decimal
    paid_out: dt.date
    state: str
    open: bool
    sample: bool
    revision: int = 1


@dataclass(frozen=True, slots=True)
class ClassTotal:
    """One class at the end of a quarter: loans, balance, what was lent in the quarter, what is non-performing."""

    key: str
    loans: int
    balance: Decimal
    lent: Decimal
    non_performing: Decimal
    trace: Trace


def quarter_end(year: int, quarter: int) -> dt.date:
    """Last day of a quarter.

    >>> quarter_end(2016, 4), quarter_end(2016, 2)
    (datetime.date(2016, 12, 31), datetime.date(2016, 6, 30))
    """
    year_after, month = divmod(year * 12 + quarter * 3, 12)
    return dt.date(year_after, month + 1, 1) - dt.timedelta(days=1)


def quarter_start(end: dt.date) -> dt.date:
    """First day of the quarter that ends on a day.

    >>> quarter_start(dt.date(2016, 12, 31))
    datetime.date(2016, 10, 1)
    """
    return dt.date(end.year, end.month - 2, 1)


def totals(loans: Iterable[Loan], end: dt.date, names: Mapping[str, Text]) -> tuple[ClassTotal, ...]:
    """Balances by class at the end of a quarter; classes without a loan are there with zero."""
    start = quarter_start(end)
    groups: dict[str, list[Loan]] = {key: [] for key in names}
    for loan in loans:
        groups.setdefault(loan.class_key, []).append(loan)
    found = []
    for key, members in groups.items():
        on_books = [one for one in members if one.open]
        balance = sum((one.balance for one in on_books), Decimal(0))
        name = names.get(key, Text(zh=key, en=key))
        found.append(
            ClassTotal(
                key,
                len(on_books),
                balance,
                sum((one.principal for one in members if start <= one.paid_out <= end), Decimal(0)),
                sum((one.balance for one in on_books if one.state == "non-performing"), Decimal(0)),
                Trace(
                    Text(zh=f"{name.zh}贷款余额（{end}）", en=f"Balance of {name.en} on {end}"),
                    balance,
                    "yuan",
                    "sum of the balances",
                    tuple(
                        TraceInput(
                            Text(zh=one.purpose, en=one.purpose),
                            one.balance,
                            "yuan",
                            source_id=f"green-loan:{one.key}",
                            revision=one.revision,
                            valid=end.isoformat(),
                            sample=one.sample,
                        )
                        for one in on_books
                    ),
                ),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is on record of a borrower: state of the enterprise, its permits as (number, state), open cases by number.

    ``enterprise`` is "" where it is not on the register.
    """

    enterprise: str
    operating: bool
    permits: Sequence[tuple[str, str]]
    cases: Sequence[str]


def record_check(facts: Facts) -> Verdict:
    """The environmental record of a borrower (环境信用核查).

    Returns
    -------
    Verdict
        *No* with ``not-operating``, ``permit-suspended``, ``permit-revoked``, ``open-damage-case``; *unknown* with
        ``not-on-register``; yes otherwise, which says that nothing stands against it in these registers.

    Examples
    --------
    >>> record_check(Facts("operating", True, [("P1", "issued")], [])).ok
    True
    >>> record_check(Facts("operating", True, [("P1", "suspended")], ["2019-1"])).codes
    ('permit-suspended', 'open-damage-case')
    """
    if not facts.enterprise:
        return Verdict(
            None,
            (
                Reason(
                    "not-on-register",
                    Text(zh="企业登记中没有该借款企业", en="the borrower is not on the register"),
                ),
            ),
        )
    reasons = []
    if not facts.operating:
        reasons.append(
            Reason(
                "not-operating",
                Text(zh=f"企业不在营（{facts.enterprise}）", en=f"it does not operate ({facts.enterprise})"),
            )
        )
    for state, zh in (("suspended", "中止"), ("revoked", "吊销")):
        reasons += [
            Reason(
                f"permit-{state}",
                Text(zh=f"排污许可证{number}已{zh}", en=f"discharge permit {number} is {state}"),
                {"permit": number},
            )
            for number, held in facts.permits
            if held == state
        ]
    reasons += [
        Reason(
            "open-damage-case",
            Text(
                zh=f"有未办结的生态环境损害赔偿案件{number}",
                en=f"an environmental damage case is open: {number}",
            ),
            {"case": number},
        )
        for number in facts.cases
    ]
    return Verdict(not reasons, tuple(reasons))
