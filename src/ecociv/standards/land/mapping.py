"""From one classification to the next: what maps by itself, what needs a decision, and areas carried over in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.land.classes import (
    Scheme,
    UnknownLandClass,
    land_class,
    land_classes,
    refuse_nested,
    scheme_of,
)
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of


class MappingKind(StrEnum):
    """How a class finds its counterpart."""

    ONE = "one"
    BROADER = "broader"
    CONFIRM = "confirm"
    CHOOSE = "choose"

    @property
    def label(self) -> Text:
        """The kind in words."""
        return _KIND_LABELS[self]

    @property
    def decided(self) -> bool:
        """Whether the table itself decides."""
        return self in (MappingKind.ONE, MappingKind.BROADER)


_KIND_LABELS = {
    MappingKind.ONE: Text(zh="一一对应", en="one to one"),
    MappingKind.BROADER: Text(
        zh="对应上级类，细分须另定", en="to a broader class; its parts must be told apart later"
    ),
    MappingKind.CONFIRM: Text(zh="一个候选类，须确认", en="one candidate, to be confirmed"),
    MappingKind.CHOOSE: Text(zh="多个候选类，须选定", en="several candidates, one must be chosen"),
}


@dataclass(frozen=True, slots=True)
class ClassMapping:
    """Where one class goes.

    Attributes
    ----------
    code : str
        Class of the source scheme.
    candidates : tuple of str
        Classes of the target scheme.
    kind : MappingKind
        Whether the candidate is settled.
    """

    code: str
    candidates: tuple[str, ...]
    kind: MappingKind

    @property
    def target(self) -> str | None:
        """The class that the table decides on; ``None`` where a decision is needed."""
        return self.candidates[0] if self.kind.decided else None


@cache
def _tables(source: Scheme, target: Scheme) -> tuple[dict[str, ClassMapping], tuple[ParameterValue, ...]]:
    if (source, target) == (Scheme.THIRD_SURVEY, Scheme.TERRITORIAL):
        same = parameter("land.mapping.third_survey.territorial", edition=target.edition)
        rules = parameter("land.mapping.third_survey.territorial.rules", edition=target.edition)
        found = {code: _settled(code, target, to) for code, to in same.table.items()}
        for code, candidates in rules.table.items():
            kind = MappingKind.CONFIRM if len(candidates) == 1 else MappingKind.CHOOSE
            found[code] = ClassMapping(code, tuple(candidates), kind)
        return found, (same, rules)
    if (source, target) == (Scheme.GBT21010, Scheme.THIRD_SURVEY):
        merged = parameter("land.mapping.gbt21010.third_survey", edition=target.edition)
        codes = [one.code for one in land_classes(source, 2)]
        return {
            code: ClassMapping(code, (merged.table.get(code, code),), MappingKind.ONE) for code in codes
        }, (merged,)
    if (source, target) == (Scheme.GBT21010, Scheme.TERRITORIAL):
        first, used = _tables(source, Scheme.THIRD_SURVEY)
        second, more = _tables(Scheme.THIRD_SURVEY, target)
        chained = {code: second[one.candidates[0]] for code, one in first.items()}
        return {code: ClassMapping(code, one.candidates, one.kind) for code, one in chained.items()}, (
            *used,
            *more,
        )
    raise UnknownLandClass(
        f"No mapping from {source} to {target} is laid down. Known: gbt-21010-2017 to third-survey, third-survey to "
        "territorial-2023, gbt-21010-2017 to territorial-2023."
    )


def _settled(code: str, target: Scheme, to: str) -> ClassMapping:
    # A whole first-level class as the target leaves its parts to be told apart.
    broader = land_class(target, to).level == 1
    return ClassMapping(code, (to,), MappingKind.BROADER if broader else MappingKind.ONE)


def mapping(code: str, source: Scheme | str, target: Scheme | str) -> ClassMapping:
    """Where a class of one scheme goes in another.

    Raises
    ------
    UnknownLandClass
        An unknown code or pair of schemes, or a class that only its parts map.

    Examples
    --------
    >>> mapping("0303", "third-survey", "territorial-2023").target
    '0507'
    >>> parks = mapping("0810", "third-survey", "territorial-2023")
    >>> parks.target, parks.candidates, parks.kind.label.en
    (None, ('1401', '1402', '1403'), 'several candidates, one must be chosen')
    """
    found, _ = _tables(scheme_of(source), scheme_of(target))
    land_class(source, code)
    if code not in found:
        parts = ", ".join(one.code for one in land_classes(source) if one.parent == code)
        raise UnknownLandClass(f"{code} of {source} maps only by its parts: {parts}.")
    return found[code]


def undecided(source: Scheme | str, target: Scheme | str) -> tuple[ClassMapping, ...]:
    """The classes whose counterpart a rule or a person must decide.

    Examples
    --------
    >>> [one.code for one in undecided("third-survey", "territorial-2023")]
    ['05H1', '08H1', '08H2', '0810', '1002', '1005', '1109', '1110', '1108', '0203']
    """
    return tuple(
        one for one in _tables(scheme_of(source), scheme_of(target))[0].values() if not one.kind.decided
    )


def without_source(source: Scheme | str, target: Scheme | str) -> tuple[str, ...]:
    """Codes of the target scheme to which no class leads: a conversion never fills them.

    Second-level classes, and first-level classes none of whose parts are reached. Reserve cultivated land (2302) is
    one of them: it is found by survey, not by conversion.

    Examples
    --------
    >>> "2302" in without_source("third-survey", "territorial-2023")
    True
    """
    found, _ = _tables(scheme_of(source), scheme_of(target))
    reached = {code for one in found.values() for code in one.candidates}
    started = reached | {code[:2] for code in reached}
    # A class that is reached as a whole reaches its parts too, only not one by one.
    return tuple(
        one.code
        for one in land_classes(target)
        if one.level <= 2 and one.code not in started and one.parent not in reached
    )


@dataclass(frozen=True, eq=False)
class MappedAreas(Result):
    """Areas by class, carried from one scheme to another.

    Attributes
    ----------
    value : dict of str to Decimal
        Area of each class of the target scheme.
    undecided : dict of str to Decimal
        Area that waits for a decision, by class of the source scheme. Value and undecided together are the total.
    total : Decimal
        Area that was given.
    """

    value: Mapping[str, Decimal]
    undecided: Mapping[str, Decimal]
    total: Decimal
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    source: Scheme = field(repr=False)
    target: Scheme = field(repr=False)
    flows: tuple[tuple[str, str, Decimal], ...] = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Each class with where its area went; what is undecided stands among them."""
        used = _tables(self.source, self.target)[1]
        inputs = []
        for code, to, area in self.flows:
            own = land_class(self.source, code).name
            other = land_class(self.target, to).name if to else Text(zh="待定", en="undecided")
            label = Text(zh=f"{code} {own.zh} → {to} {other.zh}", en=f"{code} {own.en} -> {to} {other.en}")
            inputs.append(TraceInput(label, area))
        decided = sum(self.value.values(), Decimal(0))
        return Trace(
            Text(zh="已对应的面积", en="Area that found its class"),
            decided,
            "1",
            "sum(mapped); total = mapped + undecided",
            tuple(inputs),
            used[0].citation,
            notes=(
                Text(
                    zh=f"总面积{self.total}，待定{self.total - decided}",
                    en=f"total {self.total}, undecided {self.total - decided}",
                ),
                *self.marks,
            ),
        )


def map_areas(
    areas: Mapping[str, Decimal],
    source: Scheme | str,
    target: Scheme | str,
    decisions: Mapping[str, str | Mapping[str, Decimal]] | None = None,
) -> MappedAreas:
    """Carry areas by class into another scheme; nothing is lost, and nothing is guessed.

    Parameters
    ----------
    areas : mapping of str to Decimal
        Area of each class of the source scheme, in any one unit.
    decisions : mapping, optional
        For classes that the tables leave open (or to overrule them): the class to go to, or the area that goes to
        each of several. Areas that do not add up to the class leave their rest undecided.

    Raises
    ------
    MeasurementError
        A decision for a class without area, for more than its area, or to an unknown class.

    Examples
    --------
    >>> land = {"0101": Decimal("70.5"), "0810": Decimal("9.5"), "1005": Decimal("1")}
    >>> first = map_areas(land, "third-survey", "territorial-2023")
    >>> {code: str(area) for code, area in first.undecided.items()}
    {'0810': '9.5', '1005': '1'}
    >>> parks = {"0810": {"1401": Decimal("6"), "1403": Decimal("3.5")}, "1005": "1208"}
    >>> second = map_areas(land, "third-survey", "territorial-2023", parks)
    >>> {code: str(area) for code, area in second.value.items()}, second.undecided
    ({'0101': '70.5', '1401': '6', '1403': '3.5', '1208': '1'}, {})
    """
    refuse_nested(areas, source)
    first, second = scheme_of(source), scheme_of(target)
    decided = dict(decisions or {})
    stray = [code for code in decided if code not in areas]
    if stray:
        raise MeasurementError(
            f"Decisions were given for {', '.join(stray)}, but no area; remove them or give the area."
        )
    flows: list[tuple[str, str, Decimal]] = []
    for code, area in areas.items():
        if not area.is_finite() or area < 0:
            raise MeasurementError(f"The area of {code} is {area}; it must be finite and at least 0.")
        flows += _flows(mapping(code, first, second), area, decided.get(code), second)
    value: dict[str, Decimal] = {}
    waiting: dict[str, Decimal] = {}
    for code, to, area in flows:
        kept, key = (value, to) if to else (waiting, code)
        kept[key] = kept.get(key, Decimal(0)) + area
    return MappedAreas(
        value=value,
        undecided=waiting,
        total=sum(areas.values(), Decimal(0)),
        edition=second.edition,
        marks=marks_of(*_tables(first, second)[1]),
        validity=DataValidity(
            len(areas), None, not waiting, Text(zh="各类均已对应", en="every class has found its counterpart")
        ),
        source=first,
        target=second,
        flows=tuple(flows),
    )


def _flows(
    one: ClassMapping, area: Decimal, decision: str | Mapping[str, Decimal] | None, target: Scheme
) -> list[tuple[str, str, Decimal]]:
    if decision is None:
        return [(one.code, one.target or "", area)]
    shares = {decision: area} if isinstance(decision, str) else dict(decision)
    for to, share in shares.items():
        land_class(target, to)
        if share < 0:
            raise MeasurementError(
                f"The decision on {one.code} gives {share} to {to}; shares are at least 0."
            )
    rest = area - sum(shares.values(), Decimal(0))
    if rest < 0:
        raise MeasurementError(f"The decision on {one.code} gives out {area - rest}, but its area is {area}.")
    found = [(one.code, to, share) for to, share in shares.items()]
    return [*found, (one.code, "", rest)] if rest else found
