"""The expressions of ``$filter`` and ``$orderby``: text to tree and back (OGC 18-088, 9.3.3.5; OData 4.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from ecociv.core.text import Text

LONGEST = 4_000
DEEPEST = 40


class FilterError(ValueError):
    """An expression cannot be read or evaluated. ``unsupported`` where it is lawful but left out here."""

    def __init__(self, text: Text, *, unsupported: bool = False) -> None:
        super().__init__(text.en)
        self.text = text
        self.unsupported = unsupported


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: text, number, truth value, instant or null."""

    value: str | int | float | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Path:
    """A property, through navigation and JSON members: ``Datastream/properties/network``."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """``not x`` or ``-x``."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """Two sides of an operator."""

    operator: str
    left: Expression
    right: Expression


Expression = Literal | Path | Call | Unary | Binary

# Weakest first, as in OData 4.0 (part 2, 5.1.1.9).
LEVELS = (("or",), ("and",), ("eq", "ne"), ("gt", "ge", "lt", "le"), ("add", "sub"), ("mul", "div", "mod"))
FUNCTIONS = {
    "substringof": (2, 2),
    "contains": (2, 2),
    "startswith": (2, 2),
    "endswith": (2, 2),
    "length": (1, 1),
    "indexof": (2, 2),
    "substring": (2, 3),
    "tolower": (1, 1),
    "toupper": (1, 1),
    "trim": (1, 1),
    "concat": (2, 2),
    "year": (1, 1),
    "month": (1, 1),
    "day": (1, 1),
    "hour": (1, 1),
    "minute": (1, 1),
    "second": (1, 1),
    "now": (0, 0),
    "round": (1, 1),
    "floor": (1, 1),
    "ceiling": (1, 1),
}
_UNSUPPORTED = frozenset(
    [
        "before",
        "after",
        "meets",
        "during",
        "overlaps",
        "starts",
        "finishes",
        "date",
        "time",
        "fractionalseconds",
        "mindatetime",
        "maxdatetime",
        "totaloffsetminutes",
        "st_equals",
        "st_disjoint",
        "st_touches",
        "st_within",
        "st_overlaps",
        "st_crosses",
        "st_intersects",
        "st_contains",
        "st_relate",
        "geo.distance",
        "geo.length",
        "geo.intersects",
        "any",
        "all",
    ]
)
_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<instant>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2}))"
    r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<name>@?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?:/@?[A-Za-z_][A-Za-z0-9_.\-]*)*)"
    r"|(?P<mark>[(),\-])"
    r")"
)


def parse(text: str) -> Expression:
    """Read an expression.

    Raises
    ------
    FilterError
        Saying at which character it cannot be read, and what was found there.

    Examples
    --------
    >>> parse("result gt 5 and not (result eq 7)").operator
    'and'
    >>> render(parse("substringof('a''b',name)"))
    "substringof('a''b',name)"
    """
    if len(text) > LONGEST:
        raise FilterError(
            Text(
                zh="表达式有{n}个字符，最多{most}个。",
                en="The expression has {n} characters; at most {most} are read.",
            ).fill(n=len(text), most=LONGEST)
        )
    return _Parser(text).whole()


def render(expression: Expression) -> str:
    """Write an expression so that `parse` reads the same tree."""
    if isinstance(expression, Literal):
        value = expression.value
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        if isinstance(value, str):
            return "'" + value.replace("'", "''") + "'"
        return repr(value)
    if isinstance(expression, Path):
        return "/".join(expression.names)
    if isinstance(expression, Call):
        return f"{expression.name}({','.join(render(item) for item in expression.arguments)})"
    if isinstance(expression, Unary):
        return f"({expression.operator} ({render(expression.operand)}))"
    return f"({render(expression.left)} {expression.operator} {render(expression.right)})"


def conjuncts(expression: Expression | None) -> tuple[Expression, ...]:
    """The parts that must all hold."""
    if expression is None:
        return ()
    if isinstance(expression, Binary) and expression.operator == "and":
        return conjuncts(expression.left) + conjuncts(expression.right)
    return (expression,)


def paths(expression: Expression) -> tuple[Path, ...]:
    """All properties that an expression reads."""
    if isinstance(expression, Path):
        return (expression,)
    if isinstance(expression, Call):
        return tuple(path for item in expression.arguments for path in paths(item))
    if isinstance(expression, Unary):
        return paths(expression.operand)
    if isinstance(expression, Binary):
        return paths(expression.left) + paths(expression.right)
    return ()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        self.at = 0
        position = 0
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None or found.end() == position:
                if text[position:].strip() == "":
                    break
                raise self.fault(position)
            kind = str(found.lastgroup)
            self.tokens.append((kind, found.group(kind), found.start(kind)))
            position = found.end()

    def fault(self, position: int) -> FilterError:
        found = self.text[position : position + 20].strip()
        if not found:
            return FilterError(Text(zh="表达式不完整。", en="The expression ends too early."))
        return FilterError(
            Text(
                zh="第{at}个字符处无法识别：“{found}”。",
                en="Cannot read the expression at character {at}: “{found}”.",
            ).fill(at=position + 1, found=found)
        )

    def here(self) -> FilterError:
        return self.fault(self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.text))

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at][:2] if self.at < len(self.tokens) else ("end", "")

    def take(self, mark: str) -> None:
        if self.peek() != ("mark", mark):
            raise self.here()
        self.at += 1

    def whole(self) -> Expression:
        expression = self.level(0, 0)
        if self.at != len(self.tokens):
            raise self.here()
        return expression

    def level(self, number: int, depth: int) -> Expression:
        if depth > DEEPEST:
            raise FilterError(
                Text(
                    zh="表达式嵌套超过{most}层。", en="The expression is nested more than {most} deep."
                ).fill(most=DEEPEST)
            )
        if number == len(LEVELS):
            return self.unary(depth)
        left = self.level(number + 1, depth)
        chained = 0
        while self.peek()[0] == "name" and self.peek()[1] in LEVELS[number]:
            chained += 1
            if chained > 200:
                raise FilterError(
                    Text(zh="同一层的条件超过200个。", en="More than 200 conditions stand in a row.")
                )
            operator = self.peek()[1]
            self.at += 1
            left = Binary(operator, left, self.level(number + 1, depth))
        return left

    def unary(self, depth: int) -> Expression:
        kind, word = self.peek()
        if (kind, word) == ("name", "not"):
            self.at += 1
            return Unary("not", self._operand(depth))
        if (kind, word) == ("mark", "-"):
            self.at += 1
            operand = self._operand(depth)
            if isinstance(operand, Literal) and type(operand.value) in (int, float):
                return Literal(-operand.value)  # type: ignore[operator]
            return Unary("-", operand)
        return self.primary(depth)

    def _operand(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise self.here()
        return self.unary(depth + 1)

    def primary(self, depth: int) -> Expression:
        kind, word = self.peek()
        if (kind, word) == ("mark", "("):
            self.at += 1
            inside = self.level(0, depth + 1)
            self.take(")")
            return inside
        if kind == "end" or kind == "mark":
            raise self.here()
        start = self.at
        self.at += 1
        if kind == "text":
            return Literal(word[1:-1].replace("''", "'"))
        if kind == "number":
            number = float(word)
            if not abs(number) < 1e300:
                self.at = start
                raise self.here()
            return Literal(int(word) if word.isdigit() and len(word) < 25 else number)
        if kind == "instant":
            try:
                return Literal(datetime.fromisoformat(word.replace("Z", "+00:00")).astimezone(UTC))
            except (ValueError, OverflowError):
                self.at = start
                raise self.here() from None
        if self.peek() == ("mark", "("):
            return self.call(word, start, depth)
        if word in ("true", "false", "null"):
            return Literal({"true": True, "false": False, "null": None}[word])
        if any(word in level for level in LEVELS) or word == "not":
            self.at = start
            raise self.here()
        return Path(tuple(word.split("/")))

    def call(self, name: str, start: int, depth: int) -> Expression:
        if name.lower() in _UNSUPPORTED or name.lower().startswith("geo."):
            raise FilterError(
                Text(
                    zh="本服务不提供函数{name}；可用的函数：{known}。",
                    en="The function {name} is not offered here; these are: {known}.",
                ).fill(name=name, known=", ".join(sorted(FUNCTIONS))),
                unsupported=True,
            )
        if name not in FUNCTIONS:
            self.at = start
            raise self.here()
        self.take("(")
        arguments: list[Expression] = []
        while self.peek() != ("mark", ")"):
            if arguments:
                self.take(",")
            arguments.append(self.level(0, depth + 1))
        self.take(")")
        least, most = FUNCTIONS[name]
        if not least <= len(arguments) <= most:
            raise FilterError(
                Text(
                    zh="函数{name}需要{least}个参数，但给了{n}个。",
                    en="The function {name} takes {least} arguments, but {n} were given.",
                ).fill(name=name, least=least if least == most else f"{least}-{most}", n=len(arguments))
            )
        return Call(name, tuple(arguments))
