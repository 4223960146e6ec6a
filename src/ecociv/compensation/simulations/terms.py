"""Other terms of an agreement by their path: read, put into a version, refused with the place of each fault. Pure: no Django.

A term is a path into a version and another value: ``formula.items.nh3n.price = 9000``. Pages, commands and kept variants
all use this one form. ``formula = {…}`` takes another formula altogether; ``formula.items.tn = {…}`` adds an item and
``formula.items.tp = null`` leaves one out; of a list, one place past its end adds a step and ``null`` takes one away.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from ecociv.compensation.agreements.declaration import Version
from ecociv.core.text import Text

KINDS = ("exceedance", "load", "p-index")
"""Kinds of formula that the loader knows."""
PARTIES = ("upstream", "downstream")
LONGEST_LINE = 80
"""Characters of a faulty line that a refusal repeats."""


@dataclass(frozen=True, slots=True)
class TermFault:
    """What is wrong with one term; ``path`` is empty where the terms together cannot stand."""

    path: str
    text: Text


class TermRefused(ValueError):
    """Other terms that are no part of the agreement, or cannot stand in it."""

    def __init__(self, text: Text, faults: Iterable[TermFault] = ()) -> None:
        super().__init__(text.en)
        self.text, self.faults = text, tuple(faults)


class NoTerm(TermRefused):
    """A line that is no term."""


def changed(version: Version, terms: Mapping[str, Any]) -> Version:
    """A version with some of its terms replaced, read by the strict loader.

    Terms are put in by the length of their path, whatever the order of the mapping: a database may give it back in
    another one.

    Raises
    ------
    TermRefused
        Naming path and fault of each.
    """
    content = copy.deepcopy(version.content())
    leaving: list[tuple[list[Any], int]] = []
    for path in sorted(terms, key=_in_order):
        _put(content, path, terms[path], leaving)
    for place, at in sorted(leaving, key=lambda one: one[1], reverse=True):
        del place[at]
    try:
        return Version.model_validate(content)
    except ValidationError as error:
        faults = tuple(TermFault(_path_of(fault["loc"]), _said(fault)) for fault in error.errors())
        raise TermRefused(
            Text(
                zh="改后的条款不能成立：" + "；".join(f"{one.path or '—'}：{one.text.zh}" for one in faults),
                en="The terms cannot stand like this: "
                + "; ".join(f"{one.path or '—'}: {one.text.en}" for one in faults),
            ),
            faults,
        ) from error


def terms_in(written: str | Iterable[str]) -> dict[str, Any]:
    """Terms written one a line as ``path = value``; the value is YAML.

    Raises
    ------
    NoTerm
        A line without a path or an equals sign, or whose value cannot be read.

    Examples
    --------
    >>> terms_in("formula.items.nh3n.price = 9000\\n\\n cap = {}")
    {'formula.items.nh3n.price': 9000, 'cap': {}}
    """
    found: dict[str, Any] = {}
    for line in written.splitlines() if isinstance(written, str) else written:
        if not line.strip():
            continue
        path, equals, value = line.partition("=")
        shown = line.strip()[:LONGEST_LINE]
        if not equals or not path.strip():
            raise NoTerm(
                Text(
                    zh=f"“{shown}”不是条款：每行写一条，如 formula.items.nh3n.price = 9000。",
                    en=f"“{shown}” is no term: write one a line, such as formula.items.nh3n.price = 9000.",
                )
            )
        try:
            found[path.strip()] = plain(yaml.safe_load(value))
        except yaml.YAMLError as error:
            raise NoTerm(
                Text(zh=f"“{shown}”中的值无法读取。", en=f"The value of “{shown}” cannot be read.")
            ) from error
    return found


def lines_of(terms: Mapping[str, Any]) -> list[str]:
    """Terms as `terms_in` reads them, one a line.

    >>> lines_of({"cap": {"upstream": None}, "least": "500"})
    ['cap = {upstream: null}', "least = '500'"]
    """
    return [
        f"{path} = "
        + yaml.safe_dump(
            terms[path], default_flow_style=True, allow_unicode=True, width=10**6, sort_keys=False
        )
        .removesuffix("\n")
        .removesuffix("\n...")
        for path in sorted(terms, key=_in_order)
    ]


def plain(value: Any) -> Any:
    """A value as plain JSON; what JSON does not know (a day, a decimal) as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, str | int | bool | float) else str(value)


def value_at(content: Any, path: str) -> Any:
    """What stands at a path of a version's content; `KeyError` where it leads nowhere."""
    place = content
    for step in path.split("."):
        if isinstance(place, dict) and step in place:
            place = place[step]
        elif isinstance(place, list) and step.isdecimal() and int(step) < len(place):
            place = place[int(step)]
        else:
            raise KeyError(path)
    return place


def _in_order(path: str) -> tuple[int, list[tuple[int, int, str]]]:
    steps = path.split(".")
    return len(steps), [(0, int(one), "") if one.isdecimal() else (1, 0, one) for one in steps]


def _put(content: Any, path: str, value: Any, leaving: list[tuple[list[Any], int]]) -> None:
    *way, last = path.split(".")
    place = content
    for step in way:
        if place is content.get("cap") and step in PARTIES:
            place.setdefault(step, {})
        place = _step(place, step, path)
    if isinstance(place, list):
        if not last.isdecimal() or int(last) > len(place):
            raise _nowhere(path)
        if int(last) == len(place):
            if value is None:
                raise _nowhere(path)
            place.append(value)
        elif value is None:
            leaving.append((place, int(last)))
        else:
            place[int(last)] = value
    elif not isinstance(place, dict):
        raise _nowhere(path)
    elif way == ["formula", "items"]:
        if value is None and last not in place:
            raise _nowhere(path)
        if value is None:
            del place[last]
        else:
            place[last] = value
    elif way == ["cap"] and value is None and last in place:
        del place[last]
    elif last in place or last == "pattern" or (way[:1] == ["cap"] and (len(way) == 2 or last in PARTIES)):
        place[last] = value
    else:
        raise _nowhere(path)


def _step(place: Any, step: str, path: str) -> Any:
    if isinstance(place, dict) and step in place:
        return place[step]
    if isinstance(place, list) and step.isdecimal() and int(step) < len(place):
        return place[int(step)]
    raise _nowhere(path)


def _nowhere(path: str) -> TermRefused:
    text = Text(
        zh=f"协议中没有“{path}”，请照协议页所列条款填写，如 formula.items.nh3n.price。",
        en=f"The agreement has no {path!r}; name a term as the page of the agreement lists them, such as "
        "formula.items.nh3n.price.",
    )
    return TermRefused(text, [TermFault(path, text)])


def _path_of(loc: tuple[int | str, ...]) -> str:
    steps = [str(step) for step in loc]
    if len(steps) > 1 and steps[0] == "formula" and steps[1] in KINDS:
        del steps[1]
    return ".".join(steps)


def _said(fault: Any) -> Text:
    """What the loader found wrong, in both languages; its own English where there is no other."""
    bounds, message = fault.get("ctx", {}), fault["msg"].removeprefix("Value error, ")
    kind = fault["type"]
    if kind in _KNOWN:
        bound = next(iter(bounds.values()), "") if len(bounds) == 1 else ""
        return _KNOWN[kind].fill(bound=bound, message=message)
    return Text(zh=_OWN.get(message, message), en=message)


_NUMBER = Text(zh="请填写一个数", en="Write a number ({message})")
_KNOWN: dict[str, Text] = {
    "greater_than": Text(zh="应大于 {bound}", en="{message}"),
    "greater_than_equal": Text(zh="不应小于 {bound}", en="{message}"),
    "less_than": Text(zh="应小于 {bound}", en="{message}"),
    "less_than_equal": Text(zh="不应大于 {bound}", en="{message}"),
    "missing": Text(zh="缺少这一条，请填写", en="This term is missing: write it"),
    "extra_forbidden": Text(zh="这种公式没有这一条", en="This formula has no such term"),
    "decimal_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "finite_number": _NUMBER,
    "int_parsing": Text(zh="请填写一个整数", en="Write a whole number ({message})"),
    "int_from_float": Text(zh="请填写一个整数", en="Write a whole number ({message})"),
    "int_type": Text(zh="请填写一个整数", en="Write a whole number ({message})"),
    "literal_error": Text(zh="只能是 {bound}", en="{message}"),
    "too_short": Text(zh="至少要留一项", en="At least one has to stay"),
}
_OWN = {
    "the steps have to rise": "分档的起点应逐档升高",
    "the P index needs codmn, nh3n, tn and tp": "P 值公式需要高锰酸盐指数、氨氮、总氮、总磷四项",
    "the P index has one section and is settled by the year": "P 值公式只能有一个断面，并按年结算",
    "the shares of the sections have to add up to 1, or be 1 each": "各断面权重之和应为 1，或各为 1",
    "a design flow is wanted and a section has none": "流量缺测时以设计流量代替，但有断面没有设计流量",
    "design concentrations are wanted and an item has none": "浓度缺测时以设计浓度代替，但有项目没有设计浓度",
}
