"""What is typed into a form, before anybody vouches for it: a slip of the hand is kept and said, never lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.returns.cells import REMARK_LONGEST, CellError, Entry, figure, read_number
from ecociv.evidence.returns.checks import Finding, Severity
from ecociv.evidence.returns.forms import Cell

TYPED_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Typed:
    """What is typed into one cell: the text of a figure, or a chosen kind of absence; and a remark."""

    text: str = ""
    missing: str = ""
    remark: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed or chosen; a remark alone is nothing."""
        return not self.text.strip() and not self.missing

    def to_json(self) -> dict[str, str]:
        """The form that is stored; what is empty is left out."""
        parts = {"text": self.text.strip(), "missing": self.missing, "remark": self.remark.strip()}
        return {key: value for key, value in parts.items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, str]) -> Typed:
        """Read the form that `to_json` writes."""
        return cls(stored.get("text", ""), stored.get("missing", ""), stored.get("remark", ""))

    @classmethod
    def from_entry(cls, entry: Entry) -> Typed:
        """What somebody would type to say the same."""
        stored = entry.to_json()
        return cls(stored.get("value", ""), stored.get("missing", ""), entry.remark)


@dataclass(frozen=True, slots=True)
class Read:
    """What could be read of a draft, and what could not."""

    entries: dict[str, Entry]
    findings: tuple[Finding, ...]


def read_typed(cells: Sequence[Cell], typed: Mapping[str, Typed]) -> Read:
    """Turn what was typed into entries; a cell that cannot be read is a finding."""
    known = {cell.key: cell for cell in cells}
    entries: dict[str, Entry] = {}
    findings = []
    for key, each in typed.items():
        cell = known.get(key)
        name = cell.name if cell else Text(zh=key, en=key)
        try:
            value = _value(each)
        except CellError as error:
            findings.append(_unread(key, each.text or each.missing, error.code, name, error.text))
            continue
        if len(each.remark) > REMARK_LONGEST:
            findings.append(
                _unread(
                    key,
                    each.remark[:40],
                    "remark-too-long",
                    name,
                    Text(
                        zh="备注超过{most}字，请缩短",
                        en="the remark is longer than {most} characters; shorten it",
                    ).fill(most=REMARK_LONGEST),
                )
            )
            continue
        if value is not None:
            entries[key] = Entry(value, each.remark.strip())
    order = [cell.key for cell in cells]
    entries = dict(
        sorted(entries.items(), key=lambda item: order.index(item[0]) if item[0] in known else len(order))
    )
    return Read(entries, tuple(findings))


def typed_from_values(cells: Sequence[Cell], values: Mapping[str, Any]) -> dict[str, Typed]:
    """What a program gives: numbers, kinds of absence, entries, or pairs of one of them with a remark.

    Raises
    ------
    CellError
        For a number that is not finite.
    """
    known = {cell.key: cell for cell in cells}
    found = {}
    for key, given in values.items():
        value, remark = given if isinstance(given, tuple) else (given, "")
        if isinstance(value, Entry):
            found[key] = Typed.from_entry(value)
        elif isinstance(value, Missing):
            found[key] = Typed(missing=value.value, remark=remark)
        elif key in known and not isinstance(value, str):
            found[key] = Typed.from_entry(Entry(figure(value, known[key]), remark))
        else:
            found[key] = Typed(text=str(value), remark=remark)
    return found


def _value(typed: Typed) -> Decimal | Missing | None:
    if typed.missing:
        try:
            kind = Missing(typed.missing)
        except ValueError as error:
            kinds = "、".join(each.label.zh for each in Missing)
            raise CellError(
                "unknown-absence",
                Text(
                    zh="“{found}”不是可选的原因；可选：{kinds}",
                    en="{found} is no kind of absence; choose one of: {en_kinds}",
                ).fill(
                    found=typed.missing, kinds=kinds, en_kinds=", ".join(each.label.en for each in Missing)
                ),
            ) from error
        if typed.text.strip():
            raise CellError(
                "figure-and-absence",
                Text(
                    zh="既填了数字又选了“没有数字”的原因；只留一项",
                    en="there is a figure and also a reason why there is none; keep one of them",
                ),
            )
        return kind
    return read_number(typed.text) if typed.text.strip() else None


def _unread(key: str, found: str, code: str, name: Text, text: Text) -> Finding:
    return Finding(
        f"unread:{key}",
        code,
        Severity.ERROR,
        (key,),
        found[:TYPED_LONGEST],
        Text(zh="{name}：{text}", en="{name}: {text}").fill(name=name, text=text),
        Text(zh="改正后再报", en="correct it"),
    )
