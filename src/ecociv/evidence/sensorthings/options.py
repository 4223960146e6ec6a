"""The query options of SensorThings: ``$filter $expand $orderby $top $skip $select $count`` (OGC 18-088, 9.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ecociv.core.text import Text
from ecociv.evidence.sensorthings.grammar import Expression, FilterError, parse

PAGE = 100
LONGEST_PAGE = 1_000
DEEPEST_EXPAND = 4

_KNOWN = (
    "$filter",
    "$expand",
    "$orderby",
    "$top",
    "$skip",
    "$select",
    "$count",
    "$skiptoken",
    "$resultFormat",
    "as_of",
)
_INSIDE = ("$filter", "$expand", "$orderby", "$top", "$skip", "$select", "$count")


@dataclass(frozen=True, slots=True)
class Options:
    """Options of one set; ``raw`` is how they were written, for the link to the next page."""

    filter: Expression | None = None
    expand: tuple[Expand, ...] = ()
    orderby: tuple[tuple[Expression, bool], ...] = ()
    top: int = PAGE
    skip: int = 0
    select: tuple[str, ...] = ()
    count: bool = False
    token: str = ""
    as_of: str = ""
    data_array: bool = False
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expand:
    """One entry of ``$expand``: the relation, and the options of what it leads to."""

    relation: str
    options: Options


def read_options(raw: Mapping[str, str]) -> Options:
    """Read the options of a request.

    Raises
    ------
    FilterError
        For an unknown option, or one that cannot be read.

    Examples
    --------
    >>> options = read_options({"$expand": "Datastreams($top=1;$select=name)/Sensor,Locations", "$top": "5"})
    >>> [item.relation for item in options.expand], options.top
    (['Datastreams', 'Locations'], 5)
    """
    return _options(raw, 0)


def _options(raw: Mapping[str, str], depth: int) -> Options:
    if depth > DEEPEST_EXPAND:
        raise FilterError(
            Text(zh="$expand最多嵌套{most}层。", en="$expand goes at most {most} deep.").fill(
                most=DEEPEST_EXPAND
            )
        )
    known = _KNOWN if depth == 0 else _INSIDE
    for name in raw:
        if name.startswith("$") and name not in known:
            raise FilterError(
                Text(
                    zh="不认识的查询选项{name}。", en="{name} is not a query option that is known here."
                ).fill(name=name)
            )
    form = raw.get("$resultFormat", "")
    if form not in ("", "dataArray"):
        raise FilterError(
            Text(zh="$resultFormat只能是dataArray。", en="$resultFormat can only be dataArray.")
        )
    return Options(
        filter=parse(raw["$filter"]) if raw.get("$filter", "").strip() else None,
        expand=_expand(raw["$expand"], depth) if raw.get("$expand") else (),
        orderby=_orderby(raw["$orderby"]) if raw.get("$orderby") else (),
        top=min(_whole("$top", raw["$top"]), LONGEST_PAGE) if "$top" in raw else PAGE,
        skip=_whole("$skip", raw["$skip"]) if "$skip" in raw else 0,
        select=tuple(part.strip() for part in raw["$select"].split(",") if part.strip())
        if raw.get("$select")
        else (),
        count=_truth("$count", raw["$count"]) if "$count" in raw else False,
        token=raw.get("$skiptoken", ""),
        as_of=raw.get("as_of", ""),
        data_array=form == "dataArray",
        raw=dict(raw),
    )


def _whole(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise FilterError(
            Text(
                zh="{name}应为非负整数，收到“{text}”。",
                en="{name} is a whole number from 0, but “{text}” was given.",
            ).fill(name=name, text=text[:40])
        )
    return int(text)


def _truth(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise FilterError(
            Text(
                zh="{name}应为true或false，收到“{text}”。",
                en="{name} is true or false, but “{text}” was given.",
            ).fill(name=name, text=text[:40])
        )
    return text.lower() == "true"


def _orderby(text: str) -> tuple[tuple[Expression, bool], ...]:
    keys = []
    for part in split(text, ","):
        words = part.strip()
        descending = words.lower().endswith(" desc")
        if descending or words.lower().endswith(" asc"):
            words = words[: words.rindex(" ")]
        keys.append((parse(words), descending))
    return tuple(keys)


def _expand(text: str, depth: int) -> tuple[Expand, ...]:
    if len(text) > 4_000:
        raise FilterError(Text(zh="$expand过长。", en="$expand is too long."))
    if depth >= DEEPEST_EXPAND:
        raise FilterError(
            Text(zh="$expand最多嵌套{most}层。", en="$expand goes at most {most} deep.").fill(
                most=DEEPEST_EXPAND
            )
        )
    found: dict[str, Expand] = {}
    for part in split(text, ","):
        head, options = part.strip(), {}
        # Datastreams/Sensor is short for Datastreams($expand=Sensor)
        name, rest = head, ""
        for at, character in enumerate(head):
            if character == "(":
                end = _closing(head, at)
                options = _inside(head[at + 1 : end])
                name, rest = head[:at], head[end + 1 :]
                break
            if character == "/":
                name, rest = head[:at], head[at:]
                break
        if rest:
            if not rest.startswith("/"):
                raise FilterError(
                    Text(zh="$expand无法识别：“{x}”。", en="$expand cannot be read at “{x}”.").fill(
                        x=rest[:40]
                    )
                )
            options["$expand"] = ",".join(filter(None, [options.get("$expand", ""), rest[1:]]))
        if not name.isalpha():
            raise FilterError(
                Text(zh="$expand中的“{x}”不是关系名。", en="“{x}” in $expand is no relation.").fill(
                    x=name[:40]
                )
            )
        if name in found:  # Datastreams/Sensor,Datastreams/ObservedProperty
            before = found[name].options.raw
            options = {
                **before,
                **options,
                "$expand": ",".join(filter(None, [before.get("$expand", ""), options.get("$expand", "")])),
            }
        found[name] = Expand(name, _options({k: v for k, v in options.items() if v}, depth + 1))
    return tuple(found.values())


def _closing(text: str, start: int) -> int:
    depth, quoted = 0, False
    for at in range(start, len(text)):
        character = text[at]
        if character == "'":
            quoted = not quoted
        elif not quoted:
            depth += (character == "(") - (character == ")")
            if depth == 0:
                return at
    raise FilterError(Text(zh="$expand缺少右括号。", en="A closing bracket is missing in $expand."))


def _inside(text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in split(text, ";"):
        name, equals, value = part.strip().partition("=")
        if not equals or name not in _INSIDE:
            raise FilterError(
                Text(
                    zh="$expand中的选项“{x}”无法识别。", en="The option “{x}” in $expand cannot be read."
                ).fill(x=part[:40])
            )
        options[name] = value
    return options


def split(text: str, separator: str) -> list[str]:
    """Split outside brackets and quotes.

    >>> split("a(b,c),'d,e'", ",")
    ['a(b,c)', "'d,e'"]
    """
    parts, depth, quoted, start = [], 0, False, 0
    for at, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted:
            depth += (character == "(") - (character == ")")
            if character == separator and depth == 0:
                parts.append(text[start:at])
                start = at + 1
    return [*parts, text[start:]]
