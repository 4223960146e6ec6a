"""Physical asset accounts of the central framework of environmental-economic accounting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace
from ecociv.core.verdicts import Reason, Verdict, all_hold
from ecociv.standards.natural_capital.balance import (
    AccountError,
    Amounts,
    Balance,
    add_up,
    balance,
    balance_trace,
    verdict_of,
)
from ecociv.standards.results import DataValidity, Result

EDITION = "SEEA-CF 2012"
CITATION = Citation("SEEA Central Framework", "asset accounts", 2012, False)
MARK = Text(
    zh="SEEA中心框架的账户行凭记忆录入，未经原文核对",
    en="the rows of the SEEA central framework are entered from memory and not verified against the text",
)


class Change(StrEnum):
    """A row of changes between opening and closing stock."""

    GROWTH = "growth"
    DISCOVERIES = "discoveries"
    UPWARD = "upward-reappraisal"
    RECLASSIFIED_IN = "reclassified-in"
    EXTRACTION = "extraction"
    NORMAL_LOSS = "normal-loss"
    CATASTROPHIC_LOSS = "catastrophic-loss"
    DOWNWARD = "downward-reappraisal"
    RECLASSIFIED_OUT = "reclassified-out"

    @property
    def adds(self) -> bool:
        """Whether the row adds to the stock."""
        return self in _ADDING

    @property
    def label(self) -> Text:
        """The row in words."""
        return _LABELS[self]


_ADDING = frozenset({Change.GROWTH, Change.DISCOVERIES, Change.UPWARD, Change.RECLASSIFIED_IN})
_LABELS = {
    Change.GROWTH: Text(zh="存量增长", en="Growth in stock"),
    Change.DISCOVERIES: Text(zh="新发现存量", en="Discoveries of new stock"),
    Change.UPWARD: Text(zh="向上重估", en="Upward reappraisals"),
    Change.RECLASSIFIED_IN: Text(zh="重新分类转入", en="Reclassifications in"),
    Change.EXTRACTION: Text(zh="开采（取用）", en="Extraction"),
    Change.NORMAL_LOSS: Text(zh="正常损失", en="Normal loss of stock"),
    Change.CATASTROPHIC_LOSS: Text(zh="灾害损失", en="Catastrophic loss"),
    Change.DOWNWARD: Text(zh="向下重估", en="Downward reappraisals"),
    Change.RECLASSIFIED_OUT: Text(zh="重新分类转出", en="Reclassifications out"),
}
ROW_LABELS: Mapping[str, Text] = {str(change): change.label for change in Change}


@dataclass(frozen=True, eq=False)
class AssetAccount(Result):
    """A physical asset account.

    Attributes
    ----------
    value : dict of str to (Decimal or None)
        Closing stock of each item by the identity; ``None`` where an entry is missing.
    residual : dict of str to (Decimal or None)
        Recorded less computed closing stock: unexplained, and shared out nowhere.
    balance : Balance
        The whole account, row by row.
    verdict : Verdict
        Whether it closes; unknown where entries are missing.
    """

    value: Amounts
    residual: Amounts
    balance: Balance = field(repr=False)
    verdict: Verdict
    unit: str
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity

    @property
    def total(self) -> Decimal | None:
        """Closing stock of all items together; only meaningful where items may be added."""
        return add_up(self.value.values())

    def trace(self, at: int | None = None) -> Trace:
        """One item by its number, or all of them with their total."""
        items = self.balance.items
        if at is not None:
            item = items[at]
            label = Text(zh=f"{item}期末存量", en=f"Closing stock of {item}")
            found = balance_trace(self.balance, item, self.unit, label, ROW_LABELS)
            return replace(found, standard=CITATION, notes=(*found.notes, *self.marks))
        notes = tuple(reason.text for reason in self.verdict.reasons)
        return Trace(
            Text(zh="期末存量合计", en="Closing stock, all items"),
            self.total,
            self.unit,
            "sum(opening + additions - reductions)",
            tuple(self.trace(place) for place in range(len(items))),
            CITATION,
            notes=(*notes, *self.marks),
        )


def asset_account(
    opening: Amounts,
    changes: Mapping[str, Amounts],
    closing: Amounts | None = None,
    *,
    unit: str = "hectare",
    tolerance: Decimal = Decimal(0),
) -> AssetAccount:
    """A physical asset account that closes, or says by how much it does not.

    Parameters
    ----------
    opening : mapping of str to Decimal
        Opening stock of each item; ``None`` is missing.
    changes : mapping
        By row (`Change` or its key), the positive amounts of each item. An item that a row does not name has no such
        change; ``None`` is a missing amount and leaves the item open.
    closing : mapping, optional
        Closing stock as recorded.
    tolerance : Decimal
        Largest residual that still counts as closed, such as the rounding of the sources. None by default.

    Raises
    ------
    AccountError
        An unknown row, a negative or infinite amount.

    Examples
    --------
    >>> timber = asset_account(
    ...     {"fir": Decimal(1000)},
    ...     {"growth": {"fir": Decimal(60)}, "extraction": {"fir": Decimal(25)}, "catastrophic-loss": {"fir": Decimal(5)}},
    ...     {"fir": Decimal(1028)},
    ...     unit="m3",
    ... )
    >>> str(timber.value["fir"]), str(timber.residual["fir"]), timber.verdict.codes
    ('1030', '-2', ('unexplained',))
    """
    unknown = [row for row in changes if row not in set(Change)]
    if unknown:
        raise AccountError(f"{', '.join(unknown)}: no row of an asset account. Rows: {', '.join(Change)}.")
    added = {str(Change(row)): amounts for row, amounts in changes.items() if Change(row).adds}
    reduced = {str(Change(row)): amounts for row, amounts in changes.items() if not Change(row).adds}
    worked = balance(opening, added, reduced, closing)
    verdict = verdict_of(worked, recorded=closing is not None, tolerance=tolerance, unit=unit)
    exchanged = _exchange(worked)
    complete = sum(1 for item in worked.items if worked.computed[item] is not None)
    return AssetAccount(
        value=worked.computed,
        residual=worked.residual,
        balance=worked,
        verdict=Verdict(all_hold([verdict.ok, exchanged.ok]), (*verdict.reasons, *exchanged.reasons)),
        unit=unit,
        edition=EDITION,
        marks=(MARK,),
        validity=DataValidity(
            complete,
            len(worked.items),
            complete == len(worked.items),
            Text(zh="各项均无缺项", en="no entry of any item is missing"),
        ),
    )


def _exchange(account: Balance) -> Verdict:
    """What is reclassified from one item into another leaves the whole unchanged."""
    entered = account.added.get(Change.RECLASSIFIED_IN, {})
    left = account.reduced.get(Change.RECLASSIFIED_OUT, {})
    if not entered and not left:
        return Verdict(True)
    into, out = add_up(entered.values()), add_up(left.values())
    if into is None or out is None:
        return Verdict(None)
    if into == out:
        return Verdict(True)
    text = Text(
        zh=f"重新分类转入{into}与转出{out}不相等",
        en=f"reclassifications in ({into}) and out ({out}) are not equal",
    )
    return Verdict(False, (Reason("reclassification", text, {"in": into, "out": out}),))
