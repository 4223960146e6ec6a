"""The forms of the pilot natural-resource balance sheets of 2015, and what a filled form must hold to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ecociv.core.quantities import label_of
from ecociv.core.text import Text
from ecociv.core.trace import Trace
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
from ecociv.standards.natural_capital.breaches import discontinuous, total_changed, unequal_exchange
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of

EDITION = "国办发〔2015〕82号"


@dataclass(frozen=True, slots=True)
class PilotForm:
    """One form.

    Attributes
    ----------
    key : str
        ``"land"``, ``"cropland_quality"``, ``"grassland_quality"``, ``"forest"``, ``"water"`` or ``"water_quality"``.
    columns, rows : dict of str to Text
        Keys and names in their order.
    sides : dict of str to str
        Of each row: ``"opening"``, ``"add"``, ``"reduce"`` or ``"closing"``.
    exchange : tuple of str
        The two rows that must be equal over all columns (transfers between columns); empty if there are none.
    constant_total : bool
        Whether the total must stay the same from year to year (land, unless the boundary changed).
    """

    key: str
    title: Text
    unit: str
    columns: Mapping[str, Text]
    rows: Mapping[str, Text]
    sides: Mapping[str, str]
    exchange: tuple[str, ...]
    constant_total: bool


def _used() -> ParameterValue:
    return parameter("natural_capital.pilot", edition=EDITION)


def pilot_forms() -> tuple[str, ...]:
    """The keys of the forms."""
    return tuple(_used().table)


def pilot_form(key: str) -> PilotForm:
    """A form of the pilot.

    Raises
    ------
    AccountError
        No form of that key.

    Examples
    --------
    >>> form = pilot_form("land")
    >>> form.title.zh, list(form.rows), form.columns["forest"].en
    ('土地资源存量及变动表', ['opening', 'human_addition', 'natural_addition', 'human_reduction', 'natural_reduction', 'closing'], 'Forest land')
    """
    table = _used().table
    if key not in table:
        raise AccountError(f"{key!r} is no form of the pilot; forms: {', '.join(table)}.")
    form = table[key]
    return PilotForm(
        key=key,
        title=Text(*form["title"]),
        unit=str(form["unit"]),
        columns={name: Text(*words) for name, words in form["columns"].items()},
        rows={name: Text(zh=zh, en=en) for name, (_, zh, en) in form["rows"].items()},
        sides={name: side for name, (side, _, _) in form["rows"].items()},
        exchange=tuple(form.get("exchange", ())),
        constant_total=bool(form["constant_total"]),
    )


@dataclass(frozen=True, eq=False)
class PilotCheck(Result):
    """A filled form, checked.

    Attributes
    ----------
    value : dict of str to (Decimal or None)
        Closing stock of each column by the identity.
    residual : dict of str to (Decimal or None)
        Recorded less computed closing stock of each column.
    verdict : Verdict
        Codes: ``unexplained``, ``entry-missing``, ``below-zero``, ``exchange`` (transfers between columns do not
        cancel), ``discontinuous`` (opening is not the closing of the year before), ``total-changed``.
    """

    value: Amounts
    residual: Amounts
    verdict: Verdict
    form: PilotForm = field(repr=False)
    balance: Balance = field(repr=False)
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity

    def trace(self, at: int | None = None) -> Trace:
        """One column by its number, or the whole form."""
        columns = tuple(self.form.columns)
        if at is not None:
            name = self.form.columns[columns[at]]
            label = Text(zh=f"{name.zh}期末", en=f"Closing of {name.en}")
            return replace(
                balance_trace(self.balance, columns[at], self.form.unit, label, self.form.rows),
                standard=_used().citation,
            )
        return Trace(
            self.form.title,
            add_up(self.value.values()),
            self.form.unit,
            "sum(opening + additions - reductions)",
            tuple(self.trace(place) for place in range(len(columns))),
            _used().citation,
            notes=(*(reason.text for reason in self.verdict.reasons), *self.marks),
        )


def check_pilot_form(
    key: str,
    filled: Mapping[str, Amounts],
    *,
    previous_closing: Amounts | None = None,
    boundary_changed: bool = False,
    tolerance: Decimal = Decimal(0),
) -> PilotCheck:
    """Check a filled form: balance of each column, transfers, continuity with the year before, constant total.

    Parameters
    ----------
    filled : mapping
        By row, the amount of each column; ``None`` is missing, a cell that is not there is 0 for changes.
    previous_closing : mapping, optional
        Closing stock of the year before, which the opening must equal.
    boundary_changed : bool
        Whether the boundary of the unit changed in the year, which alone may change its total area.

    Raises
    ------
    AccountError
        A row or column that the form does not have, an amount that cannot be.

    Examples
    --------
    >>> filled = {
    ...     "opening": {"cultivated": Decimal(100), "forest": Decimal(300)},
    ...     "human_addition": {"forest": Decimal(5)},
    ...     "human_reduction": {"cultivated": Decimal(5)},
    ...     "closing": {"cultivated": Decimal(95), "forest": Decimal(304)},
    ... }
    >>> checked = check_pilot_form("land", filled)
    >>> checked.verdict.codes, str(checked.residual["forest"])
    (('unexplained', 'total-changed'), '-1')
    """
    form = pilot_form(key)
    for row, amounts in filled.items():
        if row not in form.rows:
            raise AccountError(f"{row!r} is no row of {form.title.en}; rows: {', '.join(form.rows)}.")
        for column in amounts:
            if column not in form.columns:
                raise AccountError(
                    f"{column!r} is no column of {form.title.en}; columns: {', '.join(form.columns)}."
                )

    def rows_of(side: str) -> dict[str, Amounts]:
        return {row: filled[row] for row, its in form.sides.items() if its == side and row in filled}

    start = {column: filled.get("opening", {}).get(column) for column in form.columns}
    end = {column: filled.get("closing", {}).get(column) for column in form.columns}
    left_out = [
        column for column in form.columns if not any(column in amounts for amounts in filled.values())
    ]
    for column in left_out:  # a column that nobody filled in is not part of this account
        del start[column], end[column]
    worked = balance(start, rows_of("add"), rows_of("reduce"), end)
    found = [
        verdict_of(
            worked, recorded=True, tolerance=tolerance, unit=label_of(form.unit).en, names=form.columns
        )
    ]
    found.append(_exchanges(form, filled))
    if previous_closing is not None:
        found.append(_continues(form, start, previous_closing, tolerance))
    if form.constant_total and not boundary_changed:
        found.append(_keeps_total(form, start, end, tolerance))
    complete = sum(1 for column in start if worked.residual[column] is not None)
    used = _used()
    value = {column: worked.computed.get(column) for column in form.columns}
    return PilotCheck(
        value={column: amount for column, amount in value.items() if column in start},
        residual=worked.residual,
        verdict=Verdict(all_hold(one.ok for one in found), tuple(r for one in found for r in one.reasons)),
        form=replace(form, columns={column: form.columns[column] for column in start}),
        balance=worked,
        edition=used.edition,
        marks=marks_of(used),
        validity=DataValidity(
            complete,
            len(start),
            complete == len(start),
            Text(zh="各栏均无缺项", en="no column has missing entries"),
        ),
    )


def _exchanges(form: PilotForm, filled: Mapping[str, Amounts]) -> Verdict:
    if not form.exchange or not any(row in filled for row in form.exchange):
        return Verdict(True)
    into, out = (add_up(filled.get(row, {}).values()) for row in form.exchange)
    if into is None or out is None:
        return Verdict(None)
    if into == out:
        return Verdict(True)
    entered, left = (form.rows[row] for row in form.exchange)
    return Verdict(False, (unequal_exchange(entered, left, into, out),))


def _continues(form: PilotForm, start: Amounts, previous: Amounts, tolerance: Decimal) -> Verdict:
    answers: list[bool | None] = []
    reasons: list[Reason] = []
    for column, amount in start.items():
        before = previous.get(column)
        if amount is None or before is None:
            answers.append(None)
            continue
        answers.append(abs(amount - before) <= tolerance)
        if abs(amount - before) > tolerance:
            reasons.append(discontinuous(form.columns[column], column, amount, before))
    return Verdict(all_hold(answers), tuple(reasons))


def _keeps_total(form: PilotForm, start: Amounts, end: Amounts, tolerance: Decimal) -> Verdict:
    before, after = add_up(start.values()), add_up(end.values())
    if before is None or after is None:
        return Verdict(None)
    if abs(after - before) <= tolerance:
        return Verdict(True)
    return Verdict(False, (total_changed(before, after),))
