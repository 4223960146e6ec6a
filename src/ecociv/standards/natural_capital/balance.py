"""The identity that every asset account closes by: opening + additions - reductions = closing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.core.verdicts import Reason, Verdict, all_hold
from ecociv.standards.arrays import MeasurementError

Amounts = Mapping[str, Decimal | None]
"""Amounts by item; ``None`` is missing, an item that is not there has no such change."""


class AccountError(MeasurementError):
    """An entry that an account cannot hold; the message names row and item."""


@dataclass(frozen=True, slots=True)
class Balance:
    """One account, item by item.

    Attributes
    ----------
    items : tuple of str
        The items, in the order in which they were first named.
    additions, reductions, computed : dict of str to (Decimal or None)
        Sums of the changes, and the closing stock that follows; ``None`` where an entry is missing.
    residual : dict of str to (Decimal or None)
        Recorded less computed closing stock: unexplained, shown, and shared out nowhere. ``None`` where either is
        missing.
    """

    items: tuple[str, ...]
    opening: Amounts
    added: Mapping[str, Amounts]
    reduced: Mapping[str, Amounts]
    closing: Amounts
    additions: Amounts
    reductions: Amounts
    computed: Amounts
    residual: Amounts


def balance(
    opening: Amounts, added: Mapping[str, Amounts], reduced: Mapping[str, Amounts], closing: Amounts | None
) -> Balance:
    """Work an account out; entries are checked first.

    Raises
    ------
    AccountError
        An entry that is not finite or below 0: a reduction is written as a positive amount in a row of reductions.
    """
    tables = {"opening": opening, **added, **reduced, "closing": closing or {}}
    for row, amounts in tables.items():
        for item, amount in amounts.items():
            if amount is not None and (not amount.is_finite() or amount < 0):
                raise AccountError(
                    f"{row} of {item} is {amount}; amounts are finite and at least 0, and the row says whether they are "
                    "added or taken away. Give None where one is missing."
                )
    items = tuple(dict.fromkeys(item for amounts in tables.values() for item in amounts))
    plus = {item: add_up(amounts.get(item, Decimal(0)) for amounts in added.values()) for item in items}
    minus = {item: add_up(amounts.get(item, Decimal(0)) for amounts in reduced.values()) for item in items}
    computed: dict[str, Decimal | None] = {}
    residual: dict[str, Decimal | None] = {}
    for item in items:
        start, more, less = opening.get(item), plus[item], minus[item]
        end = None if start is None or more is None or less is None else start + more - less
        recorded = None if closing is None else closing.get(item)
        computed[item] = end
        residual[item] = None if end is None or recorded is None else recorded - end
    return Balance(
        items=items,
        opening=dict(opening),
        added={row: dict(amounts) for row, amounts in added.items()},
        reduced={row: dict(amounts) for row, amounts in reduced.items()},
        closing=dict(closing or {}),
        additions=plus,
        reductions=minus,
        computed=computed,
        residual=residual,
    )


def add_up(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; ``None`` as soon as one is missing.

    Examples
    --------
    >>> add_up([Decimal(1), Decimal("0.5")]), add_up([Decimal(1), None])
    (Decimal('1.5'), None)
    """
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def verdict_of(
    account: Balance,
    *,
    recorded: bool,
    tolerance: Decimal,
    unit: str,
    names: Mapping[str, Text] | None = None,
) -> Verdict:
    """Whether every item closes; with no closing stock recorded the account closes by computation.

    An item whose stock would fall below 0 is a reason as well. Reasons call the items by `names`, or by their keys.
    """
    answers: list[bool | None] = []
    reasons: list[Reason] = []
    for item in account.items:
        end, gap = account.computed[item], account.residual[item]
        said = (names or {}).get(item, Text(zh=item, en=item))
        if end is not None and end < 0:
            answers.append(False)
            text = Text(
                zh=f"{said.zh}减少量超过存量，期末为{end}",
                en=f"{said.en}: reductions exceed the stock, closing {end}",
            )
            reasons.append(Reason("below-zero", text, {"item": item, "closing": end}))
        if end is None or (recorded and gap is None):
            answers.append(None)
            text = Text(
                zh=f"{said.zh}有缺项，不能平衡", en=f"{said.en} has missing entries and cannot be closed"
            )
            reasons.append(Reason("entry-missing", text, {"item": item}))
        elif recorded and gap is not None:
            answers.append(abs(gap) <= tolerance)
            if abs(gap) > tolerance:
                text = Text(
                    zh=f"{said.zh}不平衡：期末记录值与推算值相差{gap}",
                    en=f"{said.en} does not close: recorded less computed closing is {gap} {unit}",
                )
                reasons.append(Reason("unexplained", text, {"item": item, "residual": gap}))
    return Verdict(all_hold(answers), tuple(reasons))


def balance_trace(
    account: Balance, item: str, unit: str, label: Text, row_labels: Mapping[str, Text]
) -> Trace:
    """The rows of one item with their signs."""

    def line(sign: str, row: str, amount: Decimal | None) -> TraceInput:
        name = row_labels.get(row, Text(zh=row, en=row))
        return TraceInput(Text(zh=f"{sign} {name.zh}", en=f"{sign} {name.en}"), amount, unit)

    inputs = [TraceInput(Text(zh="期初存量", en="Opening stock"), account.opening.get(item), unit)]
    inputs += [line("+", row, amounts[item]) for row, amounts in account.added.items() if item in amounts]
    inputs += [line("-", row, amounts[item]) for row, amounts in account.reduced.items() if item in amounts]
    notes: tuple[Text, ...] = ()
    if item in account.closing:
        recorded, gap = account.closing[item], account.residual[item]
        inputs.append(TraceInput(Text(zh="期末记录值", en="Closing stock as recorded"), recorded, unit))
        if gap:
            notes = (Text(zh=f"未解释差额{gap}", en=f"unexplained residual {gap}"),)
    return Trace(
        label, account.computed[item], unit, "opening + additions - reductions", tuple(inputs), notes=notes
    )
