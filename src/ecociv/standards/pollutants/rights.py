"""Emission rights: reductions elsewhere, what may be traded, the price of a trade."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ecociv.core.decimals import Number, to_decimal
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.core.verdicts import Reason, Verdict
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of

REPLACEMENT_EDITION = "环发〔2014〕197号"
TRADING_EDITION = "国办发〔2014〕38号"


class RightsError(ValueError):
    """A figure of emission rights that cannot be one: negative, of an unknown pollutant, of no years."""


def not_negative(value: Number, what: str) -> Decimal:
    """A figure of emission rights as a decimal; `RightsError` where it is negative."""
    number = to_decimal(value, what)
    if number < 0:
        raise RightsError(f"The {what} is {number}; it cannot be negative.")
    return number


class Sector(StrEnum):
    """Who holds or wants the right."""

    POWER = "power"
    INDUSTRY = "industry"
    AGRICULTURE = "agriculture"


@dataclass(frozen=True, eq=False)
class Replacement(Result):
    """What must be reduced elsewhere before a project may emit.

    Attributes
    ----------
    value : Decimal
        Tonnes to be reduced.
    ratio : Decimal
        1, or 2 where the environment failed its standard last year.
    """

    value: Decimal
    ratio: Decimal
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    pollutant: str
    amount: Decimal
    used: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Amount and ratio."""
        self._element(at)
        return Trace(
            Text(zh="应削减替代量", en="Reduction needed elsewhere"),
            self.value,
            "tonne",
            "amount * ratio",
            (
                TraceInput(
                    Text(zh=f"{self.pollutant}新增量", en=f"new {self.pollutant}"), self.amount, "tonne"
                ),
            ),
            self.used.citation,
            (
                TraceParameter(
                    Text(zh="替代倍数", en="ratio"), self.ratio, "1", self.used.citation, self.used.valid
                ),
            ),
            notes=self.marks,
        )


def required_reduction(
    amount: Number,
    pollutant: str,
    *,
    environment_met: bool,
    on: date | None = None,
    edition: str | None = None,
) -> Replacement:
    """Tonnes to be reduced elsewhere for a new emission: once, or twice where the environment failed last year.

    Parameters
    ----------
    amount : Decimal, int or float
        New emission of the project in t/a.
    pollutant : str
        ``"cod"``, ``"nh3n"`` (water), ``"so2"``, ``"nox"``, ``"dust"``, ``"vocs"`` (air).
    environment_met : bool
        Whether last year's environment met its standard: the water for water pollutants, PM2.5 for those of air.

    Raises
    ------
    RightsError
        A negative amount, a pollutant outside the rule.

    Notes
    -----
    环发〔2014〕197号; from memory and marked. Exceptions (such as power plants) are not included.

    Examples
    --------
    >>> required_reduction(12.5, "nox", environment_met=False).value
    Decimal('25.0')
    """
    used = parameter(
        "pollutants.replacement", on=on, edition=edition or (REPLACEMENT_EDITION if on is None else None)
    )
    covered = (*used.table["water"], *used.table["air"])
    if pollutant not in covered:
        raise RightsError(
            f"{pollutant!r} is not under the rule of replacement; it covers {', '.join(covered)}."
        )
    tonnes = not_negative(amount, f"amount of {pollutant}")
    ratio = to_decimal(used.table["ordinary" if environment_met else "environment_failed"])
    return Replacement(
        value=tonnes * ratio,
        ratio=ratio,
        edition=used.edition,
        marks=marks_of(used),
        validity=DataValidity(1, 1, True, Text(zh="有新增量", en="the amount is there")),
        pollutant=pollutant,
        amount=tonnes,
        used=used,
    )


def may_trade(
    pollutant: str,
    *,
    seller: Sector | str,
    buyer: Sector | str,
    buyer_area_met: bool | None,
    same_area: bool = False,
    locally_traded: Collection[str] = (),
    on: date | None = None,
    edition: str | None = None,
) -> Verdict:
    """Whether an emission right may pass from seller to buyer, with the reasons against it.

    Parameters
    ----------
    pollutant : str
        Key of the pollutant; four are traded nationally (``cod``, ``nh3n``, ``so2``, ``nox``).
    seller, buyer : str
        ``"power"``, ``"industry"`` or ``"agriculture"``.
    buyer_area_met : bool or None
        Whether the environment of the buyer's area meets its standard; ``None`` where that is not known.
    same_area : bool
        Whether seller and buyer emit into the same area, so that the trade adds nothing there.
    locally_traded : collection of str
        Pollutants that the province trades besides (such as ``tp`` or ``vocs``).

    Returns
    -------
    Verdict
        Codes ``pollutant-not-traded``, ``power-and-other-air``, ``industry-and-agriculture``, ``area-not-met``,
        ``area-unknown`` (which leaves the answer open), and always ``not-verified`` as a remark, because the rule is from memory.

    Examples
    --------
    >>> may_trade("so2", seller="power", buyer="industry", buyer_area_met=True).codes
    ('power-and-other-air', 'not-verified')
    >>> may_trade("cod", seller="industry", buyer="industry", buyer_area_met=True).ok
    True
    """
    used = parameter(
        "pollutants.trading", on=on, edition=edition or (TRADING_EDITION if on is None else None)
    )
    try:
        source, target = Sector(seller), Sector(buyer)
    except ValueError as error:
        raise RightsError(f"{error}; sectors: {', '.join(Sector)}.") from error
    bans: list[Reason] = []
    if pollutant not in {*used.table["pollutants"], *locally_traded}:
        bans.append(
            _reason(
                "pollutant-not-traded", f"{pollutant}不在交易品种内", f"{pollutant} is not traded", pollutant
            )
        )
    power = [side is Sector.POWER for side in (source, target)]
    if pollutant in used.table["air"] and any(power) and not all(power):
        zh, en = (
            "火电企业与其他行业不得交易大气污染物排污权",
            "power plants and others may not trade rights to pollute air",
        )
        bans.append(_reason("power-and-other-air", zh, en, pollutant))
    if (source is Sector.AGRICULTURE) != (target is Sector.AGRICULTURE):
        zh, en = (
            "工业与农业污染源之间不得交易",
            "industrial and agricultural sources may not trade with each other",
        )
        bans.append(_reason("industry-and-agriculture", zh, en, pollutant))
    open_questions: list[Reason] = []
    if buyer_area_met is None and not same_area:
        zh, en = (
            "买方所在区域环境质量是否达标不明",
            "whether the buyer's area meets its standard is not known",
        )
        open_questions.append(_reason("area-unknown", zh, en, pollutant))
    elif not buyer_area_met and not same_area:
        zh, en = (
            "环境质量未达标地区不得增加排放",
            "no trade may add pollution to an area that fails its standard",
        )
        bans.append(_reason("area-not-met", zh, en, pollutant))
    remarks = tuple(Reason("not-verified", mark, {"parameter": used.key}) for mark in marks_of(used))
    answer = False if bans else None if open_questions else True
    return Verdict(answer, (*bans, *open_questions, *remarks))


def _reason(code: str, zh: str, en: str, pollutant: str) -> Reason:
    return Reason(code, Text(zh=zh, en=en), {"pollutant": pollutant})


def trade_amount(quantity_t: Number, price: Number, years: int) -> Decimal:
    """Yuan of a trade: tonnes a year times yuan a tonne and year times years, to fen.

    Examples
    --------
    >>> trade_amount(96, 389, 5), trade_amount(137, 489, 5)
    (Decimal('186720.00'), Decimal('334965.00'))
    """
    if years < 1:
        raise RightsError(f"A trade of {years} years is impossible; give at least 1.")
    amount = not_negative(quantity_t, "quantity") * not_negative(price, "price") * years
    return round_half_even(amount, 2)
