"""Reading a target from a cell of a plan's table, exactly or not at all.

Cells come with full-width digits and signs, stray blanks and several ways of saying the same thing. What is understood
is listed in `known_forms`; anything else is refused with the text and that list, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.decimals import NotANumber, to_decimal
from ecociv.core.quantities import UnitError, as_decimal, check_unit, factor
from ecociv.core.targets.base import Direction, Target, TargetError
from ecociv.core.targets.deferred import Delegated, Unset
from ecociv.core.targets.parted import Composition, Vector
from ecociv.core.targets.relative import Cumulative, RelativeToBase, RelativeToPeers
from ecociv.core.targets.scalar import AtLeast, AtMost, Between, Hold, Zero
from ecociv.core.text import Text

CellDirection = Direction | Mapping[str, Direction]

_FORMS: tuple[tuple[str, Text], ...] = (
    ("65.73", Text(zh="数值，按指标方向理解", en="a number, read by the direction of the series")),
    ("1,895", Text(zh="带千位分隔的数值", en="a number with separated thousands")),
    ("10万千瓦以上 / 不低于30 / ≥30", Text(zh="下限", en="a floor")),
    ("控制在8.45以内 / 不超过30 / ≤30 / 降到65", Text(zh="上限", en="a ceiling")),
    ("稳定在100% / 维持在6.5", Text(zh="保持", en="a level to hold")),
    ("1-2个 / 15~18", Text(zh="区间", en="a range")),
    ("2.29:1", Text(zh="比值(对1)", en="a ratio to one")),
    ("7.2:58.3:34.5", Text(zh="构成", en="a composition")),
    ("83、85、72", Text(zh="并列的多项", en="several parts side by side")),
    ("比2012年下降20%", Text(zh="相对基期", en="relative to a base year")),
    ("2014-2020年累计15万亩", Text(zh="累计", en="a sum over years")),
    ("达到省内先进水平", Text(zh="相对同类地区", en="relative to the peers")),
    ("省下达的控制目标 / 按照省要求落实", Text(zh="由上级下达", en="set by the level above")),
    ("- / 空白", Text(zh="未设目标", en="no target set")),
)


class CellNotUnderstood(TargetError):
    """A cell says something that is none of the known forms.

    Parameters
    ----------
    text : str
        The cell as it stands.
    why : str
        What does not fit.
    """

    def __init__(self, text: str, why: str = "it is none of the known forms") -> None:
        self.text = text
        self.why = why.rstrip(".")
        self.forms = known_forms()
        shown = "; ".join(form for form, _ in self.forms)
        super().__init__(f"The cell {text!r} is not understood: {self.why}. Known forms: {shown}.")


@dataclass(frozen=True, slots=True)
class CellReading:
    """A target as read, with the unit that the cell itself states (None if it states none)."""

    target: Target
    unit: str | None = None


def known_forms() -> tuple[tuple[str, Text], ...]:
    """Return each form that is understood, as an example and what it means."""
    return _FORMS


def read_cell(
    cell: str | Decimal | int | float | None,
    direction: CellDirection,
    parts: Sequence[str] | None = None,
    unit: str | None = None,
) -> Target:
    """Read the target that a cell of a plan's table states.

    Parameters
    ----------
    cell : str, number or None
        Text as it stands, or what a workbook holds; None is a blank.
    direction : Direction or mapping of part to Direction
        Which way the series gets better: a bare number is a floor, a ceiling or a level accordingly.
    parts : sequence of str or None
        Names of the parts, where the cell lists several; None names them ``"1"``, ``"2"``, ...
    unit : str or None
        Unit of the series. Where the cell states another, the figure is converted exactly.

    Raises
    ------
    CellNotUnderstood
        Naming the text, what does not fit and the known forms.

    Examples
    --------
    >>> read_cell("6 5.73", Direction.INCREASE)
    Traceback (most recent call last):
    ...
    ecociv.core.targets.cells.CellNotUnderstood: The cell '6 5.73' is not understood: ...
    >>> read_cell("65.73", Direction.INCREASE).show("en", "%")
    'at least 65.73%'
    >>> read_cell("1 亿元", Direction.INCREASE, unit="wan_yuan").show("zh", "万元")
    '不低于10000万元'
    >>> read_cell("完成省下达的目标任务", Direction.DECREASE).show("en")
    'as set by the province'
    """
    reading = read_quantity(cell, direction, parts)
    if unit is None or reading.unit is None:
        return reading.target
    try:
        by = as_decimal(factor(reading.unit, unit))
    except UnitError as error:
        raise CellNotUnderstood(str(cell), f"its unit does not fit the series: {error}") from error
    return reading.target if by == 1 else reading.target.scaled(by)


def read_quantity(
    cell: str | Decimal | int | float | None, direction: CellDirection, parts: Sequence[str] | None = None
) -> CellReading:
    """Read a cell with the unit that it states, unconverted.

    Examples
    --------
    >>> reading = read_quantity("10万千瓦以上", Direction.INCREASE)
    >>> reading.target, reading.unit
    (AtLeast(goal=Decimal('10'), direction=<Direction.INCREASE: 'increase'>), '万千瓦')
    """
    if cell is None:
        return CellReading(Unset("blank", _whole(direction)))
    if not isinstance(cell, str):
        try:
            return CellReading(_bare(to_decimal(cell, "cell"), _single(direction, str(cell))))
        except NotANumber as error:
            raise CellNotUnderstood(str(cell), str(error)) from error
    text = _straightened(cell)
    if not text:
        return CellReading(Unset("blank", _whole(direction)))
    if set(text) == {"-"}:
        return CellReading(Unset("dash", _whole(direction)))
    for shape, read in _SHAPES:
        match = shape.fullmatch(text)
        if match is not None:
            try:
                return read(match, direction, parts, cell)
            except CellNotUnderstood:
                raise
            except TargetError as error:
                raise CellNotUnderstood(cell, str(error)) from error
    raise CellNotUnderstood(cell)


# Only what is surely the same sign is replaced: a circled or raised digit is a footnote mark, not a digit.
_SIGNS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS |= dict.fromkeys(map(ord, "—–‐‑‒―−─ー"), ord("-"))
_SIGNS |= dict.fromkeys(map(ord, "∶︰꞉"), ord(":"))
_SIGNS |= dict.fromkeys(map(ord, "〜∼"), ord("~"))
_SIGNS |= {ord("≧"): ord("≥"), ord("≦"): ord("≤")}
_SIGNS |= dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060"), None)  # type: ignore[arg-type]

_BLANK = re.compile(r"(?<![0-9])\s+|\s+(?![0-9])")


def _straightened(cell: str) -> str:
    """Full-width signs made plain, and blanks dropped, except between digits where they could join two numbers."""
    return _BLANK.sub("", cell.translate(_SIGNS).strip().rstrip("。"))


_N = r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_U = r"(?:%|‰|[^\W\d_]+?(?:/[^\W\d_]+?)*?)"  # as little as fits, so that 以上 and 以内 are not taken for a unit
_FLOOR_WORDS = "不低于|不少于|不小于|至少|≥|>=|提高到|上升到|增加到|提升到|提高至|突破"
_CEILING_WORDS = "不超过|不高于|不大于|不多于|≤|<=|下降到|降低到|降到|降至|减少到|控制在"
_HOLD_WORDS = "稳定在|维持在|保持在|稳定|维持|保持"


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _unit(text: str | None, cell: str) -> str | None:
    if not text:
        return None
    try:
        return check_unit(text)
    except UnitError as error:
        raise CellNotUnderstood(cell, f"what follows the number is not a unit: {error}") from error


def _whole(direction: CellDirection) -> Direction:
    return Direction.KEEP if isinstance(direction, Mapping) else Direction(direction)


def _single(direction: CellDirection, cell: str) -> Direction:
    if isinstance(direction, Mapping):
        raise CellNotUnderstood(cell, f"it states one figure, but directions are declared for the parts {list(direction)}")
    return Direction(direction)


def _bare(value: Decimal, direction: Direction) -> Target:
    """A number without words: the declared direction says what it promises."""
    if direction is Direction.INCREASE:
        return AtLeast(value, direction)
    if value == 0:
        return Zero(direction)
    return AtMost(value, direction) if direction is Direction.DECREASE else Hold(value, direction)


def _part_names(count: int, parts: Sequence[str] | None, cell: str) -> Sequence[str]:
    if parts is None:
        return [str(place) for place in range(1, count + 1)]
    if len(parts) != count:
        raise CellNotUnderstood(cell, f"it has {count} parts, but {len(parts)} are expected ({', '.join(parts)})")
    return parts


Reader = Callable[[re.Match[str], CellDirection, Sequence[str] | None, str], CellReading]


def _read_number(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    if match["u"] == "年" and 1900 <= _number(match["n"]) <= 2200:
        raise CellNotUnderstood(cell, "it is a date, not a figure")
    return CellReading(_bare(_number(match["n"]), _single(direction, cell)), _unit(match["u"], cell))


def _read_floor(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    return CellReading(AtLeast(_number(match["n"]), _single(direction, cell)), _unit(match["u"], cell))


def _read_ceiling(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    return CellReading(AtMost(_number(match["n"]), _single(direction, cell)), _unit(match["u"], cell))


def _read_hold(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    return CellReading(Hold(_number(match["n"]), _single(direction, cell)), _unit(match["u"], cell))


def _read_range(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    if match["u1"] and match["u1"] != match["u"]:
        raise CellNotUnderstood(cell, f"its two ends have different units ({match['u1']!r} and {match['u']!r})")
    if match["u"] == "年" and 1900 <= _number(match["n"]) <= 2200:
        raise CellNotUnderstood(cell, "it is a span of years, not a figure")
    target = Between(_number(match["n"]), _number(match["n2"]), _single(direction, cell))
    return CellReading(target, _unit(match["u"], cell))


def _read_shares(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    shares = [_number(share) for share in match[0].split(":")]
    if len(shares) == 2 and parts is None:
        if shares[1] != 1:
            raise CellNotUnderstood(cell, "a ratio is written to one, as 2.29:1; for two shares of a whole, name the parts")
        return CellReading(_bare(shares[0], _single(direction, cell)))
    names = _part_names(len(shares), parts, cell)
    ways = direction if isinstance(direction, Mapping) else {}
    return CellReading(Composition(dict(zip(names, shares, strict=True)), ways))


def _read_list(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    figures = match["list"].split("、")
    names = _part_names(len(figures), parts, cell)
    units = set()
    targets: dict[str, Target] = {}
    for name, written in zip(names, figures, strict=True):
        one = re.fullmatch(rf"(?P<n>{_N})(?P<u>{_U})??", written)
        if one is None:
            raise CellNotUnderstood(cell, f"{written!r} in its list is not a number")
        way = direction.get(name) if isinstance(direction, Mapping) else Direction(direction)
        if way is None:
            raise CellNotUnderstood(cell, f"no direction is declared for its part {name!r}")
        targets[name] = _bare(_number(one["n"]), Direction(way))
        units.add(one["u"])
    if len(units) > 1:
        # "83、85、72%" writes the sign once for all.
        units -= {None}
        if len(units) > 1:
            raise CellNotUnderstood(cell, f"its parts have different units ({', '.join(sorted(map(str, units)))})")
    return CellReading(Vector(targets, _whole(direction)), _unit(units.pop(), cell))


def _read_change(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    sign = -1 if match["way"] in ("下降", "降低", "减少", "削减") else 1
    return CellReading(RelativeToBase(sign * _number(match["n"]), int(match["year"]), _single(direction, cell)))


def _read_sum(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    way = _single(direction, cell)
    ceiling = way is Direction.DECREASE or bool(match["cap"])
    goal = _number(match["n"])
    inner = AtMost(goal, way) if ceiling else AtLeast(goal, way)
    return CellReading(Cumulative(inner, int(match["y1"]), int(match["y2"])), _unit(match["u"], cell))


def _read_peers(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    where = "nation" if match["where"] in ("国内", "全国", "国家") else "province"
    level = "average" if match["level"] == "平均" else "advanced"
    return CellReading(RelativeToPeers(f"{where}-{level}-level", _single(direction, cell)))


def _read_delegated(match: re.Match[str], direction: CellDirection, parts: Sequence[str] | None, cell: str) -> CellReading:
    to = {"省": "province", "国": "nation", "上": "upper-level"}[match["who"][0]]
    return CellReading(Delegated(to, cell.strip(), _whole(direction)))


_SHAPES: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(shape), read)
    for shape, read in (
        (rf"(?:达到|达)?(?P<n>{_N})(?P<u>{_U})??(?:及)?以上", _read_floor),
        (rf"(?:{_FLOOR_WORDS})(?P<n>{_N})(?P<u>{_U})??(?:以上)?", _read_floor),
        (rf"(?P<n>{_N})(?P<u>{_U})??(?:及)?(?:以下|以内)", _read_ceiling),
        (rf"(?:{_CEILING_WORDS})(?P<n>{_N})(?P<u>{_U})??(?:以下|以内)?", _read_ceiling),
        (rf"(?:{_HOLD_WORDS})(?P<n>{_N})(?P<u>{_U})??", _read_hold),
        (rf"(?:{_HOLD_WORDS})(?P<n>{_N})(?P<u>{_U})??以上", _read_floor),
        (rf"(?P<n>{_N})(?P<u1>{_U})??(?:~|-|至|到)(?P<n2>{_N})(?P<u>{_U})??", _read_range),
        (rf"{_N}(?::{_N})+", _read_shares),
        (rf"(?P<list>{_N}(?:{_U})?(?:、[^、]+)+)", _read_list),
        (
            rf"(?:比|较)(?P<year>[0-9]{{4}})年(?P<way>下降|降低|减少|削减|上升|提高|增长|增加)(?P<n>{_N})%(?:以上)?",
            _read_change,
        ),
        (
            rf"(?P<y1>[0-9]{{4}})年?(?:-|~|至|到)(?P<y2>[0-9]{{4}})年?累计(?:达到|不低于)?(?P<cap>不超过|控制在)?"
            rf"(?P<n>{_N})(?P<u>{_U})??",
            _read_sum,
        ),
        # Last, because a unit is any word, and the words above are not units.
        (rf"(?:达到|达|为)?(?P<n>{_N})(?P<u>{_U})??", _read_number),
        (r"(?:达到|处于|保持)?(?P<where>省内|全省|省|国内|全国|国家)(?P<level>先进|平均)水平", _read_peers),
        (
            r"(?:完成|达到|按照?|控制在|落实|执行)?(?P<who>省里?|省政府|省级|国家|上级)(?:下达|分解|核定|要求|规定|确定)的?"
            r"(?:控制目标|目标任务|目标|任务|指标|要求)*(?:以内|之内)?(?:落实|执行|完成)?",
            _read_delegated,
        ),
    )
)
