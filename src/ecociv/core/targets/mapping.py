"""Targets as they stand in a zone package: a mapping with exactly one key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ecociv.core.decimals import NotANumber, to_decimal
from ecociv.core.targets.base import Direction, Target, TargetError
from ecociv.core.targets.deferred import Delegated, Qualitative, Unset
from ecociv.core.targets.parted import Composition, Vector
from ecociv.core.targets.relative import Cumulative, RelativeToBase, RelativeToPeers
from ecociv.core.targets.scalar import AtLeast, AtMost, Between, Hold, Zero
from ecociv.core.text import Text

DeclaredDirection = Direction | str | Mapping[str, Direction | str]


class TargetMappingError(TargetError):
    """A mapping does not describe a target. The message names the key, what was found and what is expected."""


def target_from_mapping(mapping: Mapping[str, Any], direction: DeclaredDirection) -> Target:
    """Read a target as a zone package writes it.

    Parameters
    ----------
    mapping : Mapping
        Exactly one key, one of those in the table of `ecociv.core.targets`. Numbers are numbers, not text.
    direction : Direction or mapping of part to Direction
        As the series declares it; for a composition or a vector, of each part.

    Raises
    ------
    TargetMappingError
        For an unknown or a second key, a wrong type, or a figure that makes no sense.

    Examples
    --------
    >>> target_from_mapping({"at_most": 8.45}, "decrease")
    AtMost(goal=Decimal('8.45'), direction=<Direction.DECREASE: 'decrease'>)
    >>> target_from_mapping({"at_least": "1895"}, "increase")
    Traceback (most recent call last):
    ...
    ecociv.core.targets.mapping.TargetMappingError: at_least: The figure '1895' is text; write it as a number, without quotes.
    """
    if not isinstance(mapping, Mapping):
        raise TargetMappingError(
            f"A target is a mapping such as {{at_least: 1895}}, but {mapping!r} was found; say what kind of target it is."
        )
    if len(mapping) != 1:
        raise TargetMappingError(
            f"A target has exactly one key, but {list(mapping)} was found; known keys: {', '.join(_READERS)}."
        )
    ((key, body),) = mapping.items()
    reader = _READERS.get(key)
    if reader is None:
        raise TargetMappingError(f"{key!r} is not a kind of target; known kinds: {', '.join(_READERS)}.")
    try:
        return reader(body, direction)
    except TargetMappingError as error:
        raise TargetMappingError(f"{key}: {error}") from error
    except (TargetError, NotANumber, ValueError) as error:
        raise TargetMappingError(f"{key}: {error}") from error


def _one(direction: DeclaredDirection) -> Direction:
    if isinstance(direction, Mapping):
        raise TargetMappingError(
            f"The directions of parts {list(direction)} are declared, but this target is for one number; declare one direction."
        )
    return Direction(direction)


def _parts(direction: DeclaredDirection) -> Mapping[str, Direction]:
    if not isinstance(direction, Mapping):
        return {}
    return {part: Direction(way) for part, way in direction.items()}


def _fields(body: object, required: set[str], optional: frozenset[str] = frozenset()) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise TargetMappingError(f"the fields {sorted(required)} are expected, but {body!r} was found.")
    unknown = sorted(set(body) - required - optional)
    if unknown:
        raise TargetMappingError(f"the fields {unknown} are not known; expected: {sorted(required | optional)}.")
    lacking = sorted(required - set(body))
    if lacking:
        raise TargetMappingError(f"the fields {lacking} are lacking.")
    return body


def _year(value: object, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1900 <= value <= 2200:
        raise TargetMappingError(f"{what} is a year such as 2012, but {value!r} was found.")
    return value


def _words(value: object, what: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TargetMappingError(f"{what} is a text, but {value!r} was found.")
    return value


def _at_least(body: object, direction: DeclaredDirection) -> Target:
    return AtLeast(to_decimal(body, "figure"), _one(direction))


def _at_most(body: object, direction: DeclaredDirection) -> Target:
    return AtMost(to_decimal(body, "figure"), _one(direction))


def _between(body: object, direction: DeclaredDirection) -> Target:
    if not isinstance(body, list | tuple) or len(body) != 2:
        raise TargetMappingError(f"two numbers such as [1, 2] are expected, but {body!r} was found.")
    return Between(to_decimal(body[0], "figure"), to_decimal(body[1], "figure"), _one(direction))


def _hold(body: object, direction: DeclaredDirection) -> Target:
    if not isinstance(body, Mapping):
        return Hold(to_decimal(body, "figure"), _one(direction))
    fields = _fields(body, {"value"}, frozenset({"tolerance"}))
    tolerance = to_decimal(fields["tolerance"], "tolerance") if "tolerance" in fields else None
    return Hold(to_decimal(fields["value"], "figure"), _one(direction), tolerance)


def _zero(body: object, direction: DeclaredDirection) -> Target:
    if isinstance(body, Mapping):
        return Zero(_one(direction), to_decimal(_fields(body, {"tolerance"})["tolerance"], "tolerance"))
    if body is not True:
        raise TargetMappingError(f"only 'true' is expected, but {body!r} was found.")
    return Zero(_one(direction))


def _composition(body: object, direction: DeclaredDirection) -> Target:
    if not isinstance(body, Mapping):
        raise TargetMappingError(f"a mapping of part to share is expected, but {body!r} was found.")
    shares = {str(part): to_decimal(share, f"share of {part!r}") for part, share in body.items()}
    return Composition(shares, _parts(direction))


def _vector(body: object, direction: DeclaredDirection) -> Target:
    if not isinstance(body, Mapping):
        raise TargetMappingError(f"a mapping of part to target is expected, but {body!r} was found.")
    parts = {}
    for part, inner in body.items():
        way = direction.get(str(part)) if isinstance(direction, Mapping) else direction
        if way is None:
            raise TargetMappingError(f"no direction is declared for the part {part!r}.")
        try:
            parts[str(part)] = target_from_mapping(inner, way)
        except TargetMappingError as error:
            raise TargetMappingError(f"{part}: {error}") from error
    return Vector(parts, Direction.KEEP if isinstance(direction, Mapping) else Direction(direction))


def _cumulative(body: object, direction: DeclaredDirection) -> Target:
    kinds = frozenset({"at_least", "at_most", "between"})
    fields = _fields(body, {"from", "to"}, kinds)
    named = [key for key in fields if key in kinds]
    if len(named) != 1:
        raise TargetMappingError(f"exactly one of {sorted(kinds)} is expected, but {named} was found.")
    inner = target_from_mapping({named[0]: fields[named[0]]}, direction)
    assert isinstance(inner, AtLeast | AtMost | Between)  # the only kinds that were let through
    return Cumulative(inner, _year(fields["from"], "'from'"), _year(fields["to"], "'to'"))


def _relative_to_base(body: object, direction: DeclaredDirection) -> Target:
    fields = _fields(body, {"change_percent", "base"})
    return RelativeToBase(
        to_decimal(fields["change_percent"], "change_percent"), _year(fields["base"], "'base'"), _one(direction)
    )


def _relative_to_peers(body: object, direction: DeclaredDirection) -> Target:
    return RelativeToPeers(_words(_fields(body, {"rule"})["rule"], "'rule'"), _one(direction))


def _delegated(body: object, direction: DeclaredDirection) -> Target:
    fields = _fields(body, {"to", "cell"})
    return Delegated(_words(fields["to"], "'to'"), _words(fields["cell"], "'cell'"), _one(direction))


def _qualitative(body: object, direction: DeclaredDirection) -> Target:
    acceptance = _fields(body, {"acceptance"})["acceptance"]
    if isinstance(acceptance, Text):
        return Qualitative(acceptance, _one(direction))
    if not isinstance(acceptance, Mapping):
        raise TargetMappingError(f"'acceptance' is a text in both languages, but {acceptance!r} was found.")
    return Qualitative(Text.from_mapping(acceptance), _one(direction))


def _unset(body: object, direction: DeclaredDirection) -> Target:
    if body not in ("dash", "blank"):
        raise TargetMappingError(f"'dash' or 'blank' is expected, but {body!r} was found.")
    return Unset("dash" if body == "dash" else "blank", Direction.KEEP if isinstance(direction, Mapping) else _one(direction))


_READERS: Mapping[str, Callable[[object, DeclaredDirection], Target]] = {
    "at_least": _at_least,
    "at_most": _at_most,
    "between": _between,
    "hold": _hold,
    "zero": _zero,
    "composition": _composition,
    "vector": _vector,
    "cumulative": _cumulative,
    "relative_to_base": _relative_to_base,
    "relative_to_peers": _relative_to_peers,
    "delegated": _delegated,
    "qualitative": _qualitative,
    "unset": _unset,
}
