"""The units of the house in one Pint registry, with exact conversion of decimals.

The registry is small on purpose: it holds the units that Chinese plans, returns and standards use, each spelled out.
There are no automatic prefixes, so that ``megayuan`` is an error and not a surprise. Money, persons, households, things
counted and standard coal are dimensions of their own:

* one cannot add persons to households, or compare yuan with tonnes;
* standard coal is not energy. How much standard coal a kilowatt-hour stands for depends on the rule of the year
  (calorific or equivalent value), so that conversion is a dated parameter and never a unit.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ecociv.core.decimals import to_decimal
from ecociv.core.text import Text

if TYPE_CHECKING:
    from pint import UnitRegistry


class UnitError(ValueError):
    """A unit is unknown, written wrongly, or cannot be turned into another."""


class _Unit(NamedTuple):
    name: str
    definition: str
    zh: str
    en: str
    plural: str = ""
    aliases: str = ""


# Each Chinese label is also a name that can be written in a unit expression.
_UNITS = (
    # a bare number, and shares of it
    _Unit("percent", "0.01", "%", "%"),
    _Unit("permille", "0.001", "‰", "‰"),
    _Unit("percentage_point", "0.01", "个百分点", "percentage point", "percentage points"),
    # money
    _Unit("yuan", "[currency]", "元", "yuan"),
    _Unit("wan_yuan", "1e4 * yuan", "万元", "10⁴ yuan"),
    _Unit("yi_yuan", "1e4 * wan_yuan", "亿元", "10⁸ yuan"),
    # people and things counted
    _Unit("person", "[person]", "人", "person", "persons"),
    _Unit("wan_person", "1e4 * person", "万人", "10⁴ persons"),
    _Unit("household", "[household]", "户", "household", "households"),
    _Unit("wan_household", "1e4 * household", "万户", "10⁴ households"),
    _Unit("enterprise", "[enterprise]", "家", "enterprise", "enterprises"),
    _Unit("count", "[count]", "个", "item", "items", aliases="item"),
    _Unit("wan_count", "1e4 * count", "万个", "10⁴ items"),
    _Unit("place", "[place]", "处", "place", "places"),
    _Unit("machine", "[machine]", "台", "set", "sets"),
    _Unit("vehicle", "[vehicle]", "辆", "vehicle", "vehicles"),
    _Unit("plant", "[plant]", "株", "plant", "plants"),
    _Unit("wan_plant", "1e4 * plant", "万株", "10⁴ plants"),
    _Unit("occasion", "[occasion]", "次", "time", "times"),
    # time
    _Unit("second", "[time]", "秒", "s", aliases="s"),
    _Unit("minute", "60 * second", "分钟", "min", aliases="min"),
    _Unit("hour", "60 * minute", "小时", "h", aliases="h"),
    _Unit("day", "24 * hour", "天", "day", "days", aliases="日"),
    _Unit("year", "[calendar_year]", "年", "year", "years", aliases="a"),
    # length and area
    _Unit("metre", "[length]", "米", "m", aliases="m meter"),
    _Unit("um", "1e-6 * metre", "微米", "µm"),
    _Unit("mm", "0.001 * metre", "毫米", "mm"),
    _Unit("cm", "0.01 * metre", "厘米", "cm"),
    _Unit("km", "1000 * metre", "公里", "km", aliases="千米"),
    _Unit("cm2", "cm ** 2", "平方厘米", "cm²", aliases="cm²"),
    _Unit("m2", "metre ** 2", "平方米", "m²", aliases="m²"),
    _Unit("wan_m2", "1e4 * m2", "万平方米", "10⁴ m²"),
    _Unit("hectare", "1e4 * m2", "公顷", "ha", aliases="ha hm2"),
    _Unit("wan_hectare", "1e4 * hectare", "万公顷", "10⁴ ha"),
    _Unit("km2", "100 * hectare", "平方公里", "km²", aliases="平方千米 km²"),
    _Unit("mu", "hectare / 15", "亩", "mu"),
    _Unit("wan_mu", "1e4 * mu", "万亩", "10⁴ mu"),
    # volume
    _Unit("cm3", "cm ** 3", "立方厘米", "cm³", aliases="cm³"),
    _Unit("m3", "metre ** 3", "立方米", "m³", aliases="m³"),
    _Unit("wan_m3", "1e4 * m3", "万立方米", "10⁴ m³"),
    _Unit("yi_m3", "1e4 * wan_m3", "亿立方米", "10⁸ m³"),
    _Unit("litre", "0.001 * m3", "升", "L", aliases="L liter"),
    _Unit("ml", "0.001 * litre", "毫升", "mL", aliases="mL"),
    # mass
    _Unit("gram", "[mass]", "克", "g", aliases="g"),
    _Unit("ng", "1e-9 * gram", "纳克", "ng"),
    _Unit("ug", "1e-6 * gram", "微克", "µg", aliases="µg μg"),
    _Unit("mg", "0.001 * gram", "毫克", "mg"),
    _Unit("kg", "1000 * gram", "千克", "kg", aliases="公斤 kilogram"),
    _Unit("jin", "0.5 * kg", "斤", "jin"),
    _Unit("yi_jin", "1e8 * jin", "亿斤", "10⁸ jin"),
    _Unit("tonne", "1000 * kg", "吨", "t", aliases="t"),
    _Unit("wan_tonne", "1e4 * tonne", "万吨", "10⁴ t"),
    _Unit("yi_tonne", "1e4 * wan_tonne", "亿吨", "10⁸ t"),
    # standard coal
    _Unit("kgce", "[standard_coal]", "千克标准煤", "kgce"),
    _Unit("tce", "1000 * kgce", "吨标准煤", "tce"),
    _Unit("wan_tce", "1e4 * tce", "万吨标准煤", "10⁴ tce"),
    # energy and electricity
    _Unit("joule", "kg * metre ** 2 / second ** 2", "焦", "J", aliases="J"),
    _Unit("kj", "1000 * joule", "千焦", "kJ", aliases="kJ"),
    _Unit("mj", "1e6 * joule", "兆焦", "MJ", aliases="MJ"),
    _Unit("gj", "1e9 * joule", "吉焦", "GJ", aliases="GJ"),
    _Unit("watt", "joule / second", "瓦", "W", aliases="W"),
    _Unit("kw", "1000 * watt", "千瓦", "kW", aliases="kW kilowatt"),
    _Unit("wan_kw", "1e4 * kw", "万千瓦", "10⁴ kW", aliases="wan_kW wan_kilowatt"),
    _Unit("mw", "1e6 * watt", "兆瓦", "MW", aliases="MW megawatt"),
    _Unit("kwh", "kw * hour", "千瓦时", "kWh", aliases="kWh kilowatt_hour"),
    _Unit("wan_kwh", "1e4 * kwh", "万千瓦时", "10⁴ kWh", aliases="wan_kWh wan_kilowatt_hour"),
    _Unit("yi_kwh", "1e8 * kwh", "亿千瓦时", "10⁸ kWh", aliases="yi_kWh yi_kilowatt_hour"),
    _Unit("volt", "watt / ampere", "伏", "V", aliases="V"),
    _Unit("kv", "1000 * volt", "千伏", "kV", aliases="kV kilovolt"),
    _Unit("ampere", "[current]", "安", "A"),
    # temperature and sound
    _Unit("kelvin", "[temperature]", "开", "K", aliases="K"),
    _Unit("celsius", "kelvin; offset: 273.15", "摄氏度", "°C", aliases="degC"),
)

_BY_NAME = {
    name: unit for unit in _UNITS for name in (unit.name, unit.zh, *unit.aliases.split()) if name not in "%‰"
}
_POWER = re.compile(r"\b(m|cm|km) ?(?:\*\*|\^) ?([23])\b")
_TOKEN = re.compile(r"[^\s*/^()]+|\*\*|[*/^()]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@lru_cache(maxsize=1)
def units() -> UnitRegistry[Fraction]:
    """Return the one registry; its factors are exact fractions (a mu is a fifteenth of a hectare).

    Examples
    --------
    >>> units().convert(Fraction(3), "mu", "m2")
    Fraction(2000, 1)
    """
    # Pint takes half a second to import, and most commands never convert anything.
    import pint

    registry: UnitRegistry[Fraction] = pint.UnitRegistry(None, non_int_type=Fraction, cache_folder=None)
    lines = []
    for unit in _UNITS:
        zh = () if unit.zh in "%‰" else (unit.zh,)
        aliases = [alias for alias in unit.aliases.split() if alias.isidentifier()]
        lines.append(" = ".join((unit.name, unit.definition, "_", *zh, *aliases)))
    registry.load_definitions(lines)
    return registry


def check_unit(expression: str) -> str:
    """Return ``expression`` if it is a unit of the registry.

    Parameters
    ----------
    expression : str
        Names joined by ``*``, ``/`` and ``**``, in English or Chinese: ``"tce/wan_yuan"``, ``"吨标准煤/万元"``.
        ``"1"`` is a bare number, ``"%"`` is ``"percent"``.

    Raises
    ------
    UnitError
        Naming the part that is unknown.

    Examples
    --------
    >>> check_unit("亿元/平方公里")
    '亿元/平方公里'
    >>> check_unit("yuann")
    Traceback (most recent call last):
    ...
    ecociv.core.quantities.UnitError: The unit 'yuann' is not known ('yuann' in it); did you mean 'yuan'?
    """
    _parsed(expression)
    return expression


def same_dimension(first: str, second: str) -> bool:
    """Say whether figures in the two units can be compared.

    Examples
    --------
    >>> same_dimension("wan_hectare", "万亩"), same_dimension("tce", "gj")
    (True, False)
    """
    registry = units()
    return bool(registry.get_dimensionality(_parsed(first)) == registry.get_dimensionality(_parsed(second)))


@lru_cache(maxsize=1024)
def factor(from_unit: str, to_unit: str) -> Fraction:
    """Return the exact number by which a figure in ``from_unit`` is multiplied to be in ``to_unit``.

    Raises
    ------
    UnitError
        If a unit is unknown, if the two measure different things, or if the scales have different zeros (temperatures).

    Examples
    --------
    >>> factor("万元", "yuan"), factor("mu", "hectare")
    (Fraction(10000, 1), Fraction(1, 15))
    """
    _require_same(from_unit, to_unit)
    registry = units()
    zero = registry.convert(Fraction(0), _parsed(from_unit), _parsed(to_unit))
    if zero != 0:
        raise UnitError(f"{from_unit!r} and {to_unit!r} have different zeros, so no single factor joins them; use convert().")
    return Fraction(registry.convert(Fraction(1), _parsed(from_unit), _parsed(to_unit)))


def convert(value: Decimal, from_unit: str, to_unit: str) -> Decimal:
    """Convert a figure exactly.

    Parameters
    ----------
    value : Decimal
        In ``from_unit``; an int or a float is taken by its shortest form.
    from_unit, to_unit : str
        Unit expressions.

    Returns
    -------
    Decimal
        Exact where the result has a finite decimal form, otherwise to 28 figures.

    Raises
    ------
    UnitError
        If a unit is unknown or the two measure different things.
    NotANumber
        If ``value`` is not a finite number.

    Examples
    --------
    >>> convert(Decimal("8.4294"), "万公顷", "万亩")
    Decimal('126.441')
    >>> convert(Decimal("0.51"), "tce/wan_yuan", "kgce/yuan")
    Decimal('0.051')
    >>> convert(Decimal(1), "tce", "wan_yuan")
    Traceback (most recent call last):
    ...
    ecociv.core.quantities.UnitError: 'tce' cannot be turned into 'wan_yuan': they measure different things.
    """
    number = to_decimal(value)
    if from_unit == to_unit:
        check_unit(from_unit)
        return number
    try:
        exact = Fraction(number) * factor(from_unit, to_unit)
    except UnitError:
        _require_same(from_unit, to_unit)
        exact = Fraction(units().convert(Fraction(number), _parsed(from_unit), _parsed(to_unit)))
    return as_decimal(exact)


def as_decimal(exact: Fraction) -> Decimal:
    """Return a fraction as a decimal: exact where it has at most 60 figures, otherwise to 28 figures, half to even.

    Examples
    --------
    >>> as_decimal(Fraction(1, 8)), as_decimal(Fraction(1, 3))
    (Decimal('0.125'), Decimal('0.3333333333333333333333333333'))
    """
    numerator, denominator = Decimal(exact.numerator), Decimal(exact.denominator)
    wide = Context(prec=60, traps=[])  # one a call: flags of a shared context would mix up threads
    result = wide.divide(numerator, denominator)
    return Context(prec=28, traps=[]).divide(numerator, denominator) if wide.flags[Inexact] else result


def label_of(expression: str) -> Text:
    """Return the unit as readers write it, in both languages; an unknown unit is shown as it stands.

    Examples
    --------
    >>> label_of("tce/wan_yuan").zh, label_of("tce/wan_yuan").en
    ('吨标准煤/万元', 'tce/10⁴ yuan')
    >>> label_of("m2/person").en, label_of("1").zh
    ('m²/person', '—')
    >>> label_of("yi_yuan / km ** 2").zh
    '亿元/平方公里'
    """
    stripped = _POWER.sub(r"\1\2", expression.strip())  # km ** 2 is read as km²
    if stripped in ("", "1", "-", "dimensionless"):
        return Text(zh="—", en="—")
    zh: list[str] = []
    en: list[str] = []
    below = False
    for token in _TOKEN.findall(stripped):
        if token in ("*", "/", "**", "^", "(", ")"):
            below = below or token == "/"
            shown = {"*": "·", "**": "^"}.get(token, token)
            zh.append(shown)
            en.append(shown)
            continue
        unit = _BY_NAME.get("percent" if token == "%" else "permille" if token == "‰" else token)
        zh.append(unit.zh if unit else token)
        en.append((unit.en if below or not unit.plural else unit.plural) if unit else token)
    return Text(zh="".join(zh), en="".join(en))


def with_unit(number: str, unit_label: str | Text, language: str) -> str:
    """Join a written number and a unit label as the language does.

    Examples
    --------
    >>> with_unit("8.45", label_of("yi_m3"), "zh"), with_unit("8.45", label_of("yi_m3"), "en")
    ('8.45亿立方米', '8.45 × 10⁸ m³')
    >>> with_unit("61", "%", "en")
    '61%'
    """
    label = unit_label if isinstance(unit_label, str) else unit_label.in_language(language)
    label = label.strip()
    if label in ("", "-", "—", "1"):
        return number
    if label[0] in "%‰°:\uff1a":
        return number + label
    if language.startswith("zh") and not label[0].isascii():
        return number + label
    return f"{number} × {label}" if label[0].isdigit() else f"{number} {label}"


@lru_cache(maxsize=1024)
def _parsed(expression: str) -> str:
    """Return the expression with Chinese names and signs turned into registry names, or raise `UnitError`."""
    stripped = expression.strip()
    if not stripped:
        raise UnitError("The unit is empty; write '1' for a bare number.")
    parts = []
    for token in _TOKEN.findall(stripped.replace("%", "percent").replace("‰", "permille")):
        if token == "dimensionless":
            parts.append("1")
        elif token in ("*", "/", "**", "(", ")") or _NUMBER.fullmatch(token):
            parts.append(token)
        elif token == "^":
            parts.append("**")
        elif token in _BY_NAME:
            parts.append(_BY_NAME[token].name)
        else:
            raise UnitError(f"The unit {expression!r} is not known ({token!r} in it); {_hint(token)}")
    try:
        units().parse_units(" ".join(parts))
    except Exception as error:  # noqa: BLE001  # Pint answers a malformed expression with errors of many kinds
        raise UnitError(f"The unit {expression!r} is not well written; join units with *, / and **.") from error
    return " ".join(parts)


def _hint(token: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(token, _BY_NAME, n=1)
    return f"did you mean {near[0]!r}?" if near else "see ecociv.core.quantities for the units of the house."


def _require_same(from_unit: str, to_unit: str) -> None:
    if not same_dimension(from_unit, to_unit):
        raise UnitError(f"{from_unit!r} cannot be turned into {to_unit!r}: they measure different things.")


def known_units() -> tuple[str, ...]:
    """Return the names of all units, in the order of their definition."""
    return tuple(unit.name for unit in _UNITS)
