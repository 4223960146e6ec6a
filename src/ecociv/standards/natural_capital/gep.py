"""Gross ecosystem product: quantities times prices, summed by service and by category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ecociv.core.decimals import to_decimal
from ecociv.core.quantities import convert
from ecociv.core.text import Text, as_text
from ecociv.core.trace import Citation, Trace, TraceInput
from ecociv.standards.natural_capital.balance import AccountError
from ecociv.standards.parameters import parameter
from ecociv.standards.results import DataValidity, Result

EDITION = "发改基础〔2022〕481号"
CITATION = Citation(EDITION, "accounting by service", 2022, False)
MARK = Text(
    zh="核算规范正文未核对，公式取自同类文献",
    en="the text of the accounting norm was not read; the formulas are those of papers of the same family",
)


class Category(StrEnum):
    """The three parts of gross ecosystem product."""

    PROVISION = "provision"
    REGULATION = "regulation"
    CULTURE = "culture"

    @property
    def label(self) -> Text:
        """The part in words."""
        return _CATEGORIES[self]


_CATEGORIES = {
    Category.PROVISION: Text(zh="物质产品", en="provisioning products"),
    Category.REGULATION: Text(zh="调节服务", en="regulating services"),
    Category.CULTURE: Text(zh="文化服务", en="cultural services"),
}


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A dated unit price."""

    value: Decimal
    unit: str
    edition: str
    citation: Citation


def unit_price(name: str, *, on: date | None = None, edition: str | None = None) -> UnitPrice:
    """A unit price that was used in a published account; prices of the place itself are better.

    Parameters
    ----------
    name : str
        Such as ``"reservoir"``, ``"dredging"``, ``"carbon"``, ``"electricity"``.
    on, edition
        The year, or ``"Garze 2010"`` / ``"Pingxiang 2014"``. Prices of one year are never used for another.

    Raises
    ------
    ParameterOutsideValidity
        No price is known for the day.
    AccountError
        That account has no such price.

    Examples
    --------
    >>> price = unit_price("reservoir", edition="Garze 2010")
    >>> str(price.value), price.unit
    ('7.06', 'yuan / m3')
    """
    used = parameter("natural_capital.prices", on=on, edition=edition)
    if name not in used.table:
        raise AccountError(f"{used.edition} has no price of {name!r}; it has: {', '.join(used.table)}.")
    number, unit = used.table[name]
    return UnitPrice(to_decimal(number), str(unit), used.edition, used.citation)


@dataclass(frozen=True, slots=True)
class GepItem:
    """One line of an account.

    Attributes
    ----------
    category : Category
        Provision, regulation or culture.
    service, indicator : str or Text
        What it is, such as soil retention, silt avoided.
    quantity, price : Decimal or None
        In `quantity_unit` and `price_unit`; their product must be money.
    stated : Decimal or None
        Value in yi_yuan as published or reported. It stands in where quantity or price is not given.
    quantity_uncertainty, price_uncertainty : Decimal or None
        Relative standard uncertainty, 0.1 for 10 %.
    """

    category: Category
    service: str | Text
    indicator: str | Text
    quantity: Decimal | None = None
    quantity_unit: str = "1"
    price: Decimal | None = None
    price_unit: str = "yuan"
    stated: Decimal | None = None
    quantity_uncertainty: Decimal | None = None
    price_uncertainty: Decimal | None = None

    @property
    def computed(self) -> Decimal | None:
        """Quantity times price in yi_yuan, unrounded; ``None`` where either is missing."""
        if self.quantity is None or self.price is None:
            return None
        return convert(self.quantity * self.price, self._product, "yi_yuan")

    @property
    def allowance(self) -> Decimal | None:
        """How far `stated` may lie from `computed` because quantity and stated value are rounded."""
        if self.quantity is None or self.price is None or self.stated is None:
            return None
        half = convert(_half(self.quantity) * self.price, self._product, "yi_yuan")
        return half + _half(self.stated)

    @property
    def _product(self) -> str:
        return self.price_unit if self.quantity_unit == "1" else f"{self.quantity_unit} * {self.price_unit}"


def _half(number: Decimal) -> Decimal:
    """Half a unit of the last digit that is written."""
    exponent = number.as_tuple().exponent
    return Decimal(5).scaleb(int(exponent) - 1)


@dataclass(frozen=True, eq=False)
class GepAccount(Result):
    """Gross ecosystem product.

    Attributes
    ----------
    value : Decimal or None
        Total in yi_yuan (10^8 yuan), unrounded; ``None`` where a line has no value.
    values : tuple of (Decimal or None)
        Value of each line.
    by_service : dict of str to (Decimal or None)
        Sums by service (its Chinese name).
    by_category : dict of Category to (Decimal or None)
        Sums by category.
    uncertainty : Decimal or None
        Standard uncertainty of the total in yi_yuan: lines taken as independent. ``None`` where no line states one.
    disagreements : tuple of int
        Lines whose stated value does not follow from quantity and price within their rounding.
    """

    value: Decimal | None
    values: tuple[Decimal | None, ...]
    by_service: Mapping[str, Decimal | None]
    by_category: Mapping[Category, Decimal | None]
    uncertainty: Decimal | None
    line_uncertainties: tuple[Decimal | None, ...]
    disagreements: tuple[int, ...]
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    items: tuple[GepItem, ...] = field(repr=False)
    basis: str = "computed"

    def trace(self, at: int | None = None) -> Trace:
        """One line by its number, or the total with every line."""
        if at is None:
            notes = list(self.marks)
            if self.uncertainty is not None:
                known = sum(1 for own in self.line_uncertainties if own is not None)
                notes.append(
                    Text(
                        zh=f"标准不确定度{self.uncertainty:.4f}亿元，{known}/{len(self.items)}项给出了不确定度，各项按独立计",
                        en=f"standard uncertainty {self.uncertainty:.4f} x 10^8 yuan, stated by {known} of "
                        f"{len(self.items)} lines, taken as independent",
                    )
                )
            return Trace(
                Text(zh="生态系统生产总值", en="Gross ecosystem product"),
                self.value,
                "yi_yuan",
                "sum(quantity * price)",
                tuple(self.trace(place) for place in range(len(self.items))),
                CITATION,
                notes=tuple(notes),
            )
        item, worth = self.items[at], self.values[at]
        service, indicator = as_text(item.service), as_text(item.indicator)
        label = Text(zh=f"{service.zh}：{indicator.zh}", en=f"{service.en}: {indicator.en}")
        inputs: list[TraceInput] = []
        if item.quantity is not None:
            inputs.append(TraceInput(Text(zh="实物量", en="Quantity"), item.quantity, item.quantity_unit))
        if item.price is not None:
            inputs.append(TraceInput(Text(zh="单价", en="Unit price"), item.price, item.price_unit))
        if item.stated is not None:
            inputs.append(TraceInput(Text(zh="公布价值", en="Value as stated"), item.stated, "yi_yuan"))
        computed = item.computed is not None and not (self.basis == "stated" and item.stated is not None)
        return Trace(label, worth, "yi_yuan", "quantity * price" if computed else "as stated", tuple(inputs))


BASES = ("computed", "stated")


def gep_account(items: Iterable[GepItem], *, basis: str = "computed") -> GepAccount:
    """Sum the lines of an account.

    Parameters
    ----------
    items : iterable of GepItem
        The lines.
    basis : str
        ``"computed"``: quantity times price, the stated value only where either is missing. ``"stated"``: published
        values as they stand, computed only where none is stated. Either way `disagreements` compares both.

    Raises
    ------
    AccountError
        A negative or infinite price or uncertainty, no line, or an unknown basis.
    UnitError
        Quantity times price is not money.

    Examples
    --------
    >>> account = gep_account([
    ...     GepItem(Category.REGULATION, "水源涵养", "水源涵养量", Decimal("0.60"), "yi_m3", Decimal("7.06"), "yuan / m3",
    ...             quantity_uncertainty=Decimal("0.2"), price_uncertainty=Decimal("0.15")),
    ...     GepItem(Category.CULTURE, "景观游憩", "旅游收入", stated=Decimal("2.5")),
    ... ])
    >>> str(account.value), f"{account.uncertainty:.3f}"
    ('6.736', '1.059')
    """
    lines = tuple(items)
    if basis not in BASES:
        raise AccountError(f"basis is {basis!r}; it is one of: {', '.join(BASES)}.")
    if not lines:
        raise AccountError("No line was given; an account needs at least one.")
    for place, item in enumerate(lines):
        _refuse(place, item)
    computed = [item.computed for item in lines]
    values = tuple(
        (item.stated if item.stated is not None else own)
        if basis == "stated"
        else (own if own is not None else item.stated)
        for item, own in zip(lines, computed, strict=True)
    )
    spreads = tuple(_spread(item, worth) for item, worth in zip(lines, values, strict=True))
    known = [spread for spread in spreads if spread is not None]
    apart = []
    for place, (item, own) in enumerate(zip(lines, computed, strict=True)):
        allowance = item.allowance
        stated = item.stated
        if own is None or stated is None or allowance is None:
            continue
        if abs(own - stated) > allowance:
            apart.append(place)
    services: dict[str, Decimal | None] = {}
    categories: dict[Category, Decimal | None] = {}
    for item, worth in zip(lines, values, strict=True):
        name, part = as_text(item.service).zh, Category(item.category)
        services[name] = _plus(services.get(name, Decimal(0)), worth)
        categories[part] = _plus(categories.get(part, Decimal(0)), worth)
    total: Decimal | None = Decimal(0)
    for worth in values:
        total = _plus(total, worth)
    complete = sum(1 for worth in values if worth is not None)
    return GepAccount(
        value=total,
        values=values,
        by_service=services,
        by_category=categories,
        uncertainty=sum((spread * spread for spread in known), Decimal(0)).sqrt() if known else None,
        line_uncertainties=spreads,
        disagreements=tuple(apart),
        edition=EDITION,
        marks=(MARK,),
        validity=DataValidity(
            complete,
            len(lines),
            complete == len(lines),
            Text(zh="各项均有价值量", en="every line has a value"),
        ),
        items=lines,
        basis=basis,
    )


def _refuse(place: int, item: GepItem) -> None:
    for name in ("price", "quantity_uncertainty", "price_uncertainty"):
        number: Decimal | None = getattr(item, name)
        if number is not None and (not number.is_finite() or number < 0):
            raise AccountError(
                f"{name} of line {place} ({item.indicator}) is {number}; it is finite and at least 0."
            )
    for name in ("quantity", "stated"):
        number = getattr(item, name)
        if number is not None and not number.is_finite():
            raise AccountError(
                f"{name} of line {place} ({item.indicator}) is {number}; give None where it is missing."
            )


def _spread(item: GepItem, worth: Decimal | None) -> Decimal | None:
    """Standard uncertainty of a line: relative parts of quantity and price, joined as independent."""
    parts = [part for part in (item.quantity_uncertainty, item.price_uncertainty) if part is not None]
    if worth is None or not parts:
        return None
    return abs(worth) * sum((part * part for part in parts), Decimal(0)).sqrt()


def _plus(total: Decimal | None, worth: Decimal | None) -> Decimal | None:
    return None if total is None or worth is None else total + worth
