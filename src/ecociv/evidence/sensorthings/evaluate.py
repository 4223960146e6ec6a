"""The value of an expression for one entity. Null is neither true nor false, as in SQL and OData."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ecociv.core.text import Text
from ecociv.evidence.sensorthings.grammar import Binary, Call, Expression, FilterError, Literal, Path, Unary

Resolve = Callable[[tuple[str, ...]], Any]


@dataclass(frozen=True, slots=True)
class Many:
    """What a path gives that passes through a set: a comparison holds when it holds for one of them."""

    values: tuple[Any, ...]


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "mod": math.fmod,
}


def evaluate(expression: Expression, resolve: Resolve) -> Any:
    """Value of an expression; ``resolve`` gives the value of a path (an interval is given by where it begins).

    Raises
    ------
    FilterError
        Where kinds do not fit, such as a text compared with a number by ``gt``.

    Examples
    --------
    >>> from ecociv.evidence.sensorthings.grammar import parse
    >>> evaluate(parse("result add 1 gt 5 and startswith(name,'a')"), {("result",): 5, ("name",): "air"}.get)
    True
    >>> evaluate(parse("result gt 5"), lambda path: None) is None
    True
    """
    if isinstance(expression, Literal):
        return expression.value
    if isinstance(expression, Path):
        return resolve(expression.names)
    if isinstance(expression, Call):
        return _call(expression, [evaluate(item, resolve) for item in expression.arguments])
    if isinstance(expression, Unary):
        value = evaluate(expression.operand, resolve)
        if expression.operator == "not":
            return None if value is None else not _truth(value)
        return None if value is None else -_number(value)
    if expression.operator in ("and", "or"):
        return _junction(expression, resolve)
    left, right = evaluate(expression.left, resolve), evaluate(expression.right, resolve)
    if isinstance(left, Many) or isinstance(right, Many):
        lefts = left.values if isinstance(left, Many) else (left,)
        rights = right.values if isinstance(right, Many) else (right,)
        return any(_binary(expression.operator, a, b) is True for a in lefts for b in rights)
    return _binary(expression.operator, left, right)


def holds(expression: Expression | None, resolve: Resolve) -> bool:
    """Whether a condition is true (not null, not false)."""
    if expression is None:
        return True
    value = evaluate(expression, resolve)
    return False if value is None else _truth(value)


def _junction(expression: Binary, resolve: Resolve) -> bool | None:
    decided = expression.operator == "or"
    unknown = False
    for side in (expression.left, expression.right):
        value = evaluate(side, resolve)
        if value is None:
            unknown = True
        elif _truth(value) is decided:
            return decided
    return None if unknown else not decided


def _binary(name: str, left: Any, right: Any) -> Any:
    if name in _ARITHMETIC:
        if left is None or right is None:
            return None
        try:
            value = _ARITHMETIC[name](_number(left), _number(right))
        except (ZeroDivisionError, OverflowError, ValueError):
            return None
        return value if math.isfinite(value) else None
    if name in ("eq", "ne") and (left is None or right is None):
        return (left is right) is (name == "eq")
    if left is None or right is None:
        return None
    left, right = _alike(left, right)
    if type(left) is not type(right):
        if name in ("eq", "ne"):
            return name == "ne"
        raise _unfit(f"{_kind(left)} {name} {_kind(right)}")
    if name not in ("eq", "ne") and isinstance(left, bool | dict | list):
        raise _unfit(f"{_kind(left)} {name} {_kind(right)}")
    return bool(_COMPARE[name](left, right))


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    if (
        isinstance(left, int | float)
        and isinstance(right, int | float)
        and bool not in (type(left), type(right))
    ):
        # integers stay exact: the number of a series has more digits than a float keeps
        return (left, right) if type(left) is type(right) else (float(left), float(right))
    return left, right


def _call(call: Call, arguments: list[Any]) -> Any:
    if call.name == "now":
        return datetime.now(UTC)
    for position, argument in enumerate(arguments):
        if isinstance(argument, Many):
            found = [
                _call(call, [*arguments[:position], value, *arguments[position + 1 :]])
                for value in argument.values
            ]
            return Many(tuple(found))
    if any(argument is None for argument in arguments):
        return None
    first = arguments[0]
    if call.name in ("year", "month", "day", "hour", "minute", "second"):
        if not isinstance(first, datetime):
            raise _unfit(f"{call.name}({_kind(first)})")
        return getattr(first.astimezone(UTC), call.name)
    if call.name in ("round", "floor", "ceiling"):
        number = _number(first)
        if call.name == "round":
            return round(number)
        return math.floor(number) if call.name == "floor" else math.ceil(number)
    if call.name == "substring":
        start, length = int(_number(arguments[1])), None
        if len(arguments) == 3:
            length = int(_number(arguments[2]))
        rest = _text(call, first)[max(start, 0) :]
        return rest if length is None else rest[: max(length, 0)]
    words = [_text(call, argument) for argument in arguments]
    answers: dict[str, Callable[[], Any]] = {
        "substringof": lambda: words[0] in words[1],
        "contains": lambda: words[1] in words[0],
        "startswith": lambda: words[0].startswith(words[1]),
        "endswith": lambda: words[0].endswith(words[1]),
        "length": lambda: len(words[0]),
        "indexof": lambda: words[0].find(words[1]),
        "tolower": lambda: words[0].lower(),
        "toupper": lambda: words[0].upper(),
        "trim": lambda: words[0].strip(),
        "concat": lambda: words[0] + words[1],
    }
    return answers[call.name]()


def _truth(value: Any) -> bool:
    if isinstance(value, Many):
        return any(item is True for item in value.values)
    if not isinstance(value, bool):
        raise _unfit(_kind(value))
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unfit(_kind(value))
    return value


def _text(call: Call, value: Any) -> str:
    if not isinstance(value, str):
        raise _unfit(f"{call.name}({_kind(value)})")
    return value


def _kind(value: Any) -> str:
    if isinstance(value, Many):
        return "a set"
    names = {bool: "a truth value", int: "a number", float: "a number", str: "a text", datetime: "an instant"}
    return names.get(type(value), "an object")


def _unfit(what: str) -> FilterError:
    return FilterError(
        Text(
            zh="表达式两边的类型不相配（{what}）。请检查引号和时间格式，例如 2017-01-01T00:00:00Z。",
            en="Kinds do not fit in the expression ({what}). Check quotes, and the form of times: 2017-01-01T00:00:00Z.",
        ).fill(what=what)
    )
