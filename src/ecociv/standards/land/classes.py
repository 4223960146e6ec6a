"""Land-use classes in three schemes, with their levels, names and three groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.parameters import ParameterValue, parameter


class UnknownLandClass(MeasurementError):
    """A code that the scheme does not have; the message names the scheme and codes that begin alike."""


class Scheme(StrEnum):
    """A classification of land."""

    GBT21010 = "gbt-21010-2017"
    THIRD_SURVEY = "third-survey"
    TERRITORIAL = "territorial-2023"

    @property
    def edition(self) -> str:
        """The document that lays it down."""
        return _EDITIONS[self]


class LandGroup(StrEnum):
    """The three groups of the land administration law."""

    AGRICULTURAL = "agricultural"
    CONSTRUCTION = "construction"
    UNUSED = "unused"

    @property
    def label(self) -> Text:
        """The group in words."""
        return _GROUP_LABELS[self]


_EDITIONS = {
    Scheme.GBT21010: "GB/T 21010-2017",
    Scheme.THIRD_SURVEY: "TD/T 1055-2019",
    Scheme.TERRITORIAL: "自然资发〔2023〕234号",
}
_GROUP_LABELS = {
    LandGroup.AGRICULTURAL: Text(zh="农用地", en="agricultural land"),
    LandGroup.CONSTRUCTION: Text(zh="建设用地", en="construction land"),
    LandGroup.UNUSED: Text(zh="未利用地", en="unused land"),
}
_LISTS = {
    Scheme.GBT21010: ("land.classes.gbt21010",),
    Scheme.THIRD_SURVEY: ("land.classes.third_survey",),
    Scheme.TERRITORIAL: ("land.classes.territorial", "land.classes.territorial.details"),
}


@dataclass(frozen=True, slots=True)
class LandClass:
    """One class.

    Attributes
    ----------
    scheme : Scheme
        The classification that it belongs to.
    code : str
        ``"0101"``; a code always is text.
    name : Text
        Its name in both languages; the English is ours.
    level : int
        1, 2 or 3.
    parent : str
        Code of the class above, empty at the first level.
    groups : frozenset of LandGroup
        The groups of its land: one for most, none where the scheme does not say (sea, reserved land), several for a
        first-level class whose parts differ.
    verified : bool
        Whether code and name were checked against the table.
    """

    scheme: Scheme
    code: str
    name: Text
    level: int
    parent: str
    groups: frozenset[LandGroup]
    verified: bool

    @property
    def group(self) -> LandGroup | None:
        """The one group of the class; ``None`` where it has none or several."""
        return next(iter(self.groups)) if len(self.groups) == 1 else None


def groups_used() -> ParameterValue:
    """The dated grouping into agricultural, construction and unused land."""
    return parameter("land.groups", edition="GB/T 21010-2017")


def scheme_of(name: Scheme | str) -> Scheme:
    """A scheme by its key; `UnknownLandClass` lists the keys."""
    try:
        return Scheme(name)
    except ValueError:
        raise UnknownLandClass(
            f"{name!r} is no classification of land; known: {', '.join(Scheme)}."
        ) from None


def land_classes(scheme: Scheme | str, level: int | None = None) -> tuple[LandClass, ...]:
    """The classes of a scheme in the order of its table.

    Parameters
    ----------
    scheme : Scheme or str
        ``"gbt-21010-2017"``, ``"third-survey"`` or ``"territorial-2023"``.
    level : int, optional
        Only those of one level.

    Examples
    --------
    >>> [len(land_classes("gbt-21010-2017", level)) for level in (1, 2)]
    [12, 73]
    >>> len(land_classes("territorial-2023", 1))
    24
    """
    found = _classes(scheme_of(scheme)).values()
    return tuple(one for one in found if level is None or one.level == level)


def land_class(scheme: Scheme | str, code: str) -> LandClass:
    """One class by its code.

    Raises
    ------
    UnknownLandClass
        The scheme has no such code.

    Examples
    --------
    >>> wet = land_class("third-survey", "0303")
    >>> wet.name.zh, wet.parent, wet.group.label.en
    ('红树林地', '00', 'agricultural land')
    """
    known = _classes(scheme_of(scheme))
    if code not in known:
        alike = [other for other in known if other.startswith(str(code)[:2])] or [
            other for other, one in known.items() if one.level == 1
        ]
        raise UnknownLandClass(
            f"{code!r} is no class of {scheme_of(scheme).edition}. Codes are text; near it: {', '.join(alike)}."
        )
    return known[code]


def area_by_group(areas: Mapping[str, Decimal], scheme: Scheme | str) -> dict[LandGroup | None, Decimal]:
    """Areas by class summed to the three groups; the key ``None`` holds what has no single group.

    Parameters
    ----------
    areas : mapping of str to Decimal
        Area of each class, in any one unit. A class and one above or below it together are refused: they would
        count land twice.

    Raises
    ------
    UnknownLandClass
        An unknown code, or a class given beside its parent.

    Examples
    --------
    >>> land = {"0101": Decimal("60"), "0702": Decimal("15"), "1101": Decimal("25")}
    >>> {group.value: str(area) for group, area in area_by_group(land, "third-survey").items() if area}
    {'agricultural': '60', 'construction': '15', 'unused': '25'}
    """
    refuse_nested(areas, scheme)
    sums: dict[LandGroup | None, Decimal] = {**dict.fromkeys(LandGroup, Decimal(0)), None: Decimal(0)}
    for code, area in areas.items():
        sums[land_class(scheme, code).group] += area
    return sums


def refuse_nested(codes: Mapping[str, object], scheme: Scheme | str) -> None:
    """Refuse a class beside one of its ancestors."""
    for code in codes:
        above = land_class(scheme, code).parent
        while above:
            if above in codes:
                raise UnknownLandClass(
                    f"{code} lies within {above}, and both were given: land would count twice. Give one level only."
                )
            above = land_class(scheme, above).parent


@cache
def _classes(scheme: Scheme) -> dict[str, LandClass]:
    listed: dict[str, tuple[Text, bool]] = {}
    for key in _LISTS[scheme]:
        used = parameter(key, edition=scheme.edition)
        for code, (zh, en) in used.table.items():
            listed[code] = (Text(zh=zh, en=en), used.verified)
    leaves = _groups_of_leaves(scheme, listed)
    return {
        code: LandClass(
            scheme=scheme,
            code=code,
            name=name,
            level=len(code) // 2,
            parent=_parent(scheme, code),
            groups=_gathered(scheme, code, listed, leaves),
            verified=verified,
        )
        for code, (name, verified) in sorted(listed.items(), key=lambda item: _order(scheme, item[0]))
    }


def _order(scheme: Scheme, code: str) -> tuple[str, str]:
    first = code[:2] if len(code) == 2 else _parent(scheme, code)[:2]
    return first, code


@cache
def _wetland() -> frozenset[str]:
    return frozenset(
        parameter("land.classes.third_survey.wetland", edition=Scheme.THIRD_SURVEY.edition).value
    )


def _parent(scheme: Scheme, code: str) -> str:
    if scheme is Scheme.THIRD_SURVEY and code in _wetland():
        return "00"
    return code[:-2]


def _groups_of_leaves(scheme: Scheme, codes: Mapping[str, object]) -> dict[str, frozenset[LandGroup]]:
    """The groups that are declared, or inherited from the classes of the third survey."""
    if scheme is not Scheme.TERRITORIAL:
        declared = {
            code: LandGroup(group) for group, listed in groups_used().table.items() for code in listed
        }
        found = {code: declared.get(code, declared.get(code[:2])) for code in codes}
        return {code: frozenset([group]) for code, group in found.items() if group is not None}
    # The guide of 2023 has no three groups: land keeps the group of the classes that become it.
    gathered: dict[str, frozenset[LandGroup]] = {}
    edition = Scheme.TERRITORIAL.edition
    for source, target in parameter("land.mapping.third_survey.territorial", edition=edition).table.items():
        own = _classes(Scheme.THIRD_SURVEY)[source].groups
        gathered[target] = gathered.get(target, frozenset()) | own
    rules = parameter("land.mapping.third_survey.territorial.rules", edition=edition).table
    for source, candidates in rules.items():
        for target in candidates:
            own = _classes(Scheme.THIRD_SURVEY)[source].groups
            gathered[target] = gathered.get(target, frozenset()) | own
    return gathered


def _gathered(
    scheme: Scheme,
    code: str,
    codes: Mapping[str, object],
    leaves: Mapping[str, frozenset[LandGroup]],
) -> frozenset[LandGroup]:
    """Own groups; else those of the classes below; else those of the nearest class above that has its own."""
    if code in leaves and (len(code) > 2 or scheme is Scheme.TERRITORIAL):
        return leaves[code]
    below = [leaves[other] for other in codes if _parent(scheme, other) == code and other in leaves]
    if below:
        return frozenset().union(*below)
    above = code
    while above:
        if above in leaves:
            return leaves[above]
        above = _parent(scheme, above)
    return frozenset()
