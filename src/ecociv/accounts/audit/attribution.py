"""What of a change is attributable: the change of an area against that of its peers, as an interval. Pure: no Django.

Difference in differences: what would have come without the term is the opening moved as the peers moved on average. What is
left is attributed; the spread of the peers is its interval. The method supposes that the area would have gone with its peers;
the same difference over the years before the term (`placebo`) shows how far that held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from enum import StrEnum

from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.core.verdicts import Reason

Amount = Decimal | None


class Outcome(StrEnum):
    """What an attribution comes to."""

    GAIN = "gain"
    LOSS = "loss"
    NONE = "none"
    WITHIN = "within-spread"
    UNKNOWN = "not-determinable"

    @property
    def label(self) -> Text:
        """In words, in both languages."""
        return _LABELS[self]


_LABELS = {
    Outcome.GAIN: Text(zh="可归因的改善", en="attributable gain"),
    Outcome.LOSS: Text(zh="可归因的损失", en="attributable loss"),
    Outcome.NONE: Text(zh="无重大差异", en="no material difference"),
    Outcome.WITHIN: Text(zh="在同类地区差异范围内", en="within the spread of the peers"),
    Outcome.UNKNOWN: Text(zh="无法判断", en="not determinable"),
}


class Comparison(StrEnum):
    """With what a figure was compared; the first is the strongest."""

    PEERS = "peers"
    WIDER = "wider-series"
    TREND = "own-trend"
    NOTHING = "nothing"

    @property
    def label(self) -> Text:
        """In words, in both languages."""
        return _COMPARISONS[self]

    @property
    def weaker(self) -> bool:
        """Whether one area alone carries it."""
        return self in (Comparison.WIDER, Comparison.TREND)


_COMPARISONS = {
    Comparison.PEERS: Text(zh="同类地区", en="peers"),
    Comparison.WIDER: Text(zh="上级序列", en="wider series"),
    Comparison.TREND: Text(zh="自身趋势", en="own trend"),
    Comparison.NOTHING: Text(zh="无可比对象", en="nothing"),
}
_BEYOND_PEERS = Text(zh="在外推区间内", en="within the interval of the forecast")


@dataclass(frozen=True, slots=True)
class Ends:
    """A figure at both ends of a term, and of what drives it where the weather is taken out.

    ``taken`` is the closing without the weather and the ends of its interval, where a regression took it out.
    """

    before: Amount
    after: Amount
    driver_before: Amount = None
    driver_after: Amount = None
    taken: tuple[Decimal, Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class PeerChange:
    """A peer with its figures, after the weather was taken out, and its change: a fraction, or percentage points.

    ``low`` and ``high`` are the ends of the change where taking out the weather has an interval; equal to it otherwise.
    """

    area: str
    before: Decimal
    after: Decimal
    change: Decimal
    low: Decimal
    high: Decimal


_OF_WEATHER = frozenset(
    {"as-recorded", "weather-regressed", "weather-missing", "no-drivers", "too-few-months", "drivers-not-apart", "too-few-degrees", "weather-of-year-missing"}
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """One figure over a term.

    Attributes
    ----------
    before, after : Decimal or None
        As the accounts have them.
    adjusted : Decimal or None
        The closing with the weather taken out; equal to ``after`` where no method is asked for.
    expected : Decimal or None
        Change that the peers' mean would have brought, in the unit of the figure.
    attributed, low, high : Decimal or None
        What is left, and the ends of its interval.
    placebo : Decimal or None
        The same difference over the years before the term.
    basis : Comparison
        With what it was compared.
    weather : str
        Key of the method by which the weather was taken out; empty where it was not.
    reach : (Decimal, Decimal) or None
        Interval of the closing without the weather, where the method has one.
    """

    before: Amount
    after: Amount
    adjusted: Amount
    peers: tuple[PeerChange, ...]
    expected: Amount
    attributed: Amount
    low: Amount
    high: Amount
    outcome: Outcome
    reasons: tuple[Reason, ...]
    unit: str
    placebo: Amount = None
    trace: Trace = field(repr=False, default=None)  # type: ignore[assignment]
    basis: Comparison = Comparison.PEERS
    weather: str = ""
    reach: tuple[Decimal, Decimal] | None = None

    @property
    def outcome_label(self) -> Text:
        """The outcome in words that fit what it was compared with."""
        return _BEYOND_PEERS if self.outcome is Outcome.WITHIN and self.basis.weaker else self.outcome.label

    @property
    def weather_told(self) -> bool:
        """Whether its reasons say why the weather was, or was not, taken out."""
        return bool(self.weather) or any(each.code in _OF_WEATHER for each in self.reasons)

    @property
    def change(self) -> Amount:
        """Closing less opening, as the accounts have them."""
        return None if self.before is None or self.after is None else self.after - self.before


def normalised(ends: Ends, exponent: Decimal) -> Amount:
    """The closing figure as it would have been with the driver of the opening; none where something is missing.

    1,200 with rain of 150 against 100 before is 1,200 x (100 / 150) = 800:

    >>> normalised(Ends(Decimal(1000), Decimal(1200), Decimal(100), Decimal(150)), Decimal(1))
    Decimal('800')
    """
    if ends.after is None or not ends.driver_before or not ends.driver_after:
        return None
    with localcontext() as context:
        context.prec = 34
        ratio = ends.driver_before / ends.driver_after
        found = ends.after * (ratio if exponent == 1 else ratio**exponent)
    return round_half_even(found, 10).normalize() + 0 if found else Decimal(0)


def attribute(
    own: Ends,
    peers: Mapping[str, Ends],
    *,
    better: str,
    material: Decimal,
    share: bool,
    unit: str,
    label: Text,
    least_peers: int = 2,
    exponent: Decimal | None = None,
    earlier: tuple[Ends, Mapping[str, Ends]] | None = None,
    names: Mapping[str, Text] | None = None,
) -> Attribution:
    """Difference in differences of one figure.

    Parameters
    ----------
    own, peers
        Figures at both ends. Peers without both are left out and named.
    better
        ``increase`` or ``decrease``.
    material
        Smallest difference that counts: share of the opening, or percentage points where ``share``.
    share
        Whether the figure is a share: changes are differences then, and fractions of the opening otherwise.
    exponent
        Where the weather is taken out, the exponent of the driver.
    earlier
        The same figures over the years before the term, for the placebo.
    names
        Names of the peers; their keys where not given.

    Examples
    --------
    100 became 95 while the peers lost 1 and 3 of 100: expected -2, attributed -3, between -4 and -2; a loss.

    >>> of = lambda a, b: Ends(Decimal(a), Decimal(b))
    >>> found = attribute(of(100, 95), {"x": of(100, 99), "y": of(100, 97)}, better="increase", material=Decimal("0.01"),
    ...                   share=False, unit="hectare", label=Text(zh="耕地", en="land"))
    >>> str(found.expected), str(found.attributed), str(found.low), str(found.high), found.outcome.value
    ('-2', '-3', '-4', '-2', 'loss')
    """
    reasons: list[Reason] = []
    taken, adjusted, without = _prepared(own, peers, share, exponent)
    if without:
        shown = [_name(area, names) for area in without]
        areas = Text(zh="、".join(each.zh for each in shown), en=", ".join(each.en for each in shown))
        reasons.append(
            _reason("peers-left-out", "同类地区{areas}缺数，未参与比较", "Peers without figures were left out: {areas}", areas=areas)
        )
    stop = _stops(own, adjusted, taken, share, least_peers)
    if stop is not None:
        trace = Trace(label, Missing.MISSING, unit, "", notes=(stop.text,))
        return Attribution(
            own.before, own.after, adjusted, taken, None, None, None, None, Outcome.UNKNOWN, (*reasons, stop), unit, trace=trace
        )  # fmt: skip
    assert own.before is not None and adjusted is not None
    scale = Decimal(1) if share else own.before
    moved = adjusted - own.before
    with localcontext() as context:
        context.prec = 34
        changes = [each.change for each in taken]
        expected = _clean(sum(changes, Decimal(0)) / len(changes) * scale)
        least, most = own_reach(own, adjusted)
        low = _clean(least - own.before - max(each.high for each in taken) * scale)
        high = _clean(most - own.before - min(each.low for each in taken) * scale)
        attributed = _clean(moved - expected)
    floor = material if share else material * own.before
    outcome = outcome_of(attributed, low, high, floor, better)
    reasons.append(said(outcome, attributed, low, high, floor, PEERS))
    if exponent is not None:
        reasons.append(_reason("weather-taken-out", "已按降水归一化", "The weather was taken out", adjusted=adjusted))
    placebo = None
    if earlier is not None:
        placebo = _placebo(earlier, share, exponent, least_peers)
        if placebo is not None and abs(placebo) > floor:
            reasons.append(
                _reason(
                    "not-parallel-before", "任期前与同类地区已有差异{value}，平行趋势假设不牢靠",
                    "Before the term it already differed from its peers by {value}: that it would have gone with them is doubtful",
                    value=plain(round_half_even(placebo, 2)),
                )
            )  # fmt: skip
    inputs = [
        TraceInput(Text(zh="期初", en="opening"), own.before, unit, ""),
        TraceInput(Text(zh="期末（归一化后）", en="closing, normalised") if exponent is not None else Text(zh="期末", en="closing"), adjusted, unit, ""),
        *(TraceInput(Text(zh="同类地区 {name}", en="peer {name}").fill(name=_name(each.area, names)), each.change, "percent" if share else "1", "") for each in taken),
    ]  # fmt: skip
    formula = "closing - opening - mean(peers' change)" if share else "closing - opening - opening * mean(peers' relative change)"
    trace = Trace(label, attributed, unit, formula, tuple(inputs))
    return Attribution(
        own.before, own.after, adjusted, taken, expected, attributed, low, high, outcome, tuple(reasons), unit, placebo, trace
    )


def own_reach(own: Ends, adjusted: Decimal) -> tuple[Decimal, Decimal]:
    """Between which figures the closing without the weather lies; the figure itself where that has no interval."""
    return (own.taken[1], own.taken[2]) if own.taken else (adjusted, adjusted)


def _name(area: str, names: Mapping[str, Text] | None) -> Text:
    return (names or {}).get(area) or Text(zh=area, en=area)


def _prepared(
    own: Ends, peers: Mapping[str, Ends], share: bool, exponent: Decimal | None
) -> tuple[tuple[PeerChange, ...], Amount, list[str]]:
    def closing(ends: Ends) -> Amount:
        if ends.taken is not None:
            return ends.taken[0]
        return ends.after if exponent is None else normalised(ends, exponent)

    taken, without = [], []
    for area, ends in peers.items():
        after = closing(ends)
        if ends.before is None or after is None or (not share and ends.before <= 0):
            without.append(area)
            continue
        with localcontext() as context:
            context.prec = 34
            change, *reach = (
                end - ends.before if share else (end - ends.before) / ends.before for end in (after, *own_reach(ends, after))
            )
        taken.append(PeerChange(area, ends.before, after, change, *reach))
    return tuple(taken), closing(own), without


def _stops(own: Ends, adjusted: Amount, taken: Sequence[PeerChange], share: bool, least: int) -> Reason | None:
    if own.before is None or own.after is None:
        return _reason("end-missing", "期初或期末缺数，无法比较", "The opening or the closing is missing")
    if adjusted is None:
        return _reason("weather-missing", "缺少降水数据，未能归一化", "Without the driver of both years the weather cannot be taken out")
    if not share and own.before <= 0:
        return _reason("opening-zero", "期初为零，没有相对变化", "The opening is zero and has no relative change")
    if len(taken) < least:
        return _reason(
            "too-few-peers", "有数的同类地区只有{found}个，少于{least}个", "Only {found} peers have figures; {least} are needed",
            found=len(taken), least=least,
        )  # fmt: skip
    return None


def outcome_of(attributed: Decimal, low: Decimal, high: Decimal, floor: Decimal, better: str) -> Outcome:
    """What an attributed part with its interval comes to; ``floor`` is the smallest that counts, in the unit of the figure."""
    sign = 1 if better == "increase" else -1
    if abs(attributed) <= floor:
        return Outcome.NONE
    if low <= 0 <= high:
        return Outcome.WITHIN
    return Outcome.GAIN if attributed * sign > 0 else Outcome.LOSS


PEERS = Text(zh="扣除同类地区变化后", en="Against the peers it is")
"""How the sentence of an outcome begins where peers were there."""

_WORDS = {
    Outcome.NONE: ("attributed-none", "{against}为{value}，未超过重要性水平{floor}", "{against} {value}, not above the material {floor}"),
    Outcome.WITHIN: ("attributed-within", "{against}为{value}，区间{low}至{high}含零", "{against} {value}; the interval {low} to {high} holds zero"),
    Outcome.GAIN: ("attributed-gain", "{against}为{value}，区间{low}至{high}全部在有利一侧", "{against} {value}; all of {low} to {high} is on the good side"),
    Outcome.LOSS: ("attributed-loss", "{against}为{value}，区间{low}至{high}全部在不利一侧", "{against} {value}; all of {low} to {high} is on the bad side"),
}  # fmt: skip


def said(outcome: Outcome, attributed: Decimal, low: Decimal, high: Decimal, floor: Decimal, against: Text) -> Reason:
    """The sentence of an outcome with its figures; ``against`` says what it was compared with."""
    code, zh, en = _WORDS[outcome]
    shown = {name: plain(round_half_even(value, 2)) for name, value in (("value", attributed), ("low", low), ("high", high), ("floor", floor))}
    return Reason(code, Text(zh=zh, en=en).fill(against=against, **shown), shown)


def _placebo(earlier: tuple[Ends, Mapping[str, Ends]], share: bool, exponent: Decimal | None, least: int) -> Amount:
    own, peers = earlier
    taken, adjusted, _ = _prepared(own, peers, share, exponent)
    if _stops(own, adjusted, taken, share, least) is not None:
        return None
    assert own.before is not None and adjusted is not None
    with localcontext() as context:
        context.prec = 34
        mean = sum((each.change for each in taken), Decimal(0)) / len(taken)
        return _clean(adjusted - own.before - mean * (Decimal(1) if share else own.before))


def _clean(value: Decimal) -> Decimal:
    """Without the tail that division leaves: ten decimals are beyond what any account gives."""
    found = round_half_even(value, 10).normalize()
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found


def _reason(code: str, zh: str, en: str, **data: object) -> Reason:
    return Reason(code, Text(zh=zh, en=en).fill(**data), data)
