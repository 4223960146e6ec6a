"""The arithmetic behind a figure, kept with the figure: inputs, formula, standard, parameters, rounding.

A `Trace` is a tree whose leaves are inputs (`TraceInput`) with their source and revision. It can be printed in both
languages, stored as JSON and read back unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, cast

from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.periods import Validity
from ecociv.core.quantities import label_of, with_unit
from ecociv.core.text import Text, language_of

TraceValue = Decimal | float | int | Missing | None


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule or a number comes from.

    Parameters
    ----------
    standard : str
        Number or title, such as ``"HJ 663-2013"``.
    clause : str
        Clause, table or article; empty when the whole document is meant.
    year : int or None
        Year of issue.
    verified : bool
        ``False`` when it was taken from a secondary source and should be checked before legal use.

    Examples
    --------
    >>> print(Citation("HJ 663-2013", "5.1", 2013))
    HJ 663-2013, 5.1
    """

    standard: str
    clause: str = ""
    year: int | None = None
    verified: bool = True

    def __str__(self) -> str:
        return f"{self.standard}, {self.clause}" if self.clause else self.standard

    def to_json(self) -> dict[str, object]:
        """Return the citation as plain JSON values."""
        return {"standard": self.standard, "clause": self.clause, "year": self.year, "verified": self.verified}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Citation:
        """Read what `to_json` wrote."""
        return cls(data["standard"], data["clause"], data["year"], data["verified"])


@dataclass(frozen=True, slots=True)
class TraceParameter:
    """A limit, coefficient or weight that entered the arithmetic, with its dates and its source."""

    label: Text
    value: TraceValue
    unit: str = "1"
    citation: Citation | None = None
    valid: Validity | None = None

    def to_json(self) -> dict[str, object]:
        """Return the parameter as plain JSON values."""
        return {
            "label": self.label.to_mapping(),
            "value": _value_to_json(self.value),
            "unit": self.unit,
            "citation": self.citation.to_json() if self.citation else None,
            "valid": self.valid.to_mapping() if self.valid else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TraceParameter:
        """Read what `to_json` wrote."""
        return cls(
            Text.from_mapping(data["label"]),
            _value_from_json(data["value"]),
            data["unit"],
            Citation.from_json(data["citation"]) if data["citation"] else None,
            Validity.from_mapping(data["valid"]) if data["valid"] else None,
        )


@dataclass(frozen=True, slots=True)
class Rounding:
    """How the figure was rounded: to so many decimals, so many significant figures, or up to a whole number.

    Examples
    --------
    >>> Rounding("half-even", 1).text.en
    'rounded to 1 decimal, half to even (GB/T 8170-2008)'
    """

    mode: Literal["half-even", "significant", "up"]
    digits: int = 0
    standard: str = "GB/T 8170-2008"

    @property
    def text(self) -> Text:
        """The rule in words."""
        n, s = self.digits, self.standard
        if self.mode == "up":
            return Text(zh=f"向上进位取整（{s}）", en=f"rounded up to a whole number ({s})")
        if self.mode == "significant":
            many = "" if n == 1 else "s"
            return Text(
                zh=f"按{s}修约至{n}位有效数字", en=f"rounded to {n} significant figure{many}, half to even ({s})"
            )
        many = "" if n == 1 else "s"
        return Text(zh=f"按{s}修约至{n}位小数", en=f"rounded to {n} decimal{many}, half to even ({s})")

    def to_json(self) -> dict[str, object]:
        """Return the rule as plain JSON values."""
        return {"mode": self.mode, "digits": self.digits, "standard": self.standard}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rounding:
        """Read what `to_json` wrote."""
        return cls(data["mode"], data["digits"], data["standard"])


@dataclass(frozen=True, slots=True)
class TraceInput:
    """A figure that the arithmetic started from.

    Parameters
    ----------
    label : Text
        What it is.
    value : Decimal, float, int, Missing or None
        As it was stored, unrounded.
    unit : str
        Unit expression (see `ecociv.core.quantities`).
    source_id : str
        Identifier of the series, return or document that it was read from.
    revision : int
        Which revision of it; corrections are new revisions.
    valid : str
        The period that it speaks of, such as ``2016-03-01``.
    recorded : datetime or None
        When we came to know it.
    sample : bool
        True for generated sample data, which every page and report must mark.
    """

    label: Text
    value: TraceValue
    unit: str = "1"
    source_id: str = ""
    revision: int = 1
    valid: str = ""
    recorded: datetime | None = None
    sample: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the input as plain JSON values."""
        return {
            "kind": "input",
            "label": self.label.to_mapping(),
            "value": _value_to_json(self.value),
            "unit": self.unit,
            "source_id": self.source_id,
            "revision": self.revision,
            "valid": self.valid,
            "recorded": self.recorded.isoformat() if self.recorded else None,
            "sample": self.sample,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TraceInput:
        """Read what `to_json` wrote."""
        return cls(
            Text.from_mapping(data["label"]),
            _value_from_json(data["value"]),
            data["unit"],
            data["source_id"],
            data["revision"],
            data["valid"],
            datetime.fromisoformat(data["recorded"]) if data["recorded"] else None,
            data["sample"],
        )


@dataclass(frozen=True, slots=True)
class Trace:
    """A computed figure with the arithmetic that made it.

    Parameters
    ----------
    label : Text
        What the figure is.
    value : Decimal, float, int, Missing or None
        As published, after rounding.
    unit : str
        Unit expression (see `ecociv.core.quantities`); ``"1"`` for a bare number.
    formula : str
        In terms of the inputs, such as ``"good days / valid days * 100"``; the same in both languages.
    inputs : tuple of TraceInput or Trace
        What it was made from; a `Trace` when that was itself computed.
    standard : Citation or None
        The document that lays down the formula.
    parameters : tuple of TraceParameter
        Limits and coefficients with their dates.
    rounding : Rounding or None
        How it was rounded; ``None`` says that it was not.
    notes : tuple of Text
        What a careful reader should know, such as what the data cannot prove.

    Examples
    --------
    >>> good = TraceInput(Text(zh="优良天数", en="Good days"), 330, "day", source_id="air", valid="2016")
    >>> valid = TraceInput(Text(zh="有效天数", en="Valid days"), 366, "day", source_id="air", valid="2016")
    >>> share = Trace(Text(zh="优良天数比例", en="Good-day ratio"), Decimal("90.2"), "percent",
    ...               "good / valid * 100", (good, valid), Citation("HJ 663-2013", "5.1", 2013),
    ...               rounding=Rounding("half-even", 1))
    >>> print(share.as_text("en"))
    Good-day ratio = 90.2%
      formula: good / valid * 100
      standard: HJ 663-2013, 5.1
      rounding: rounded to 1 decimal, half to even (GB/T 8170-2008)
      - Good days = 330 days [air, revision 1, 2016]
      - Valid days = 366 days [air, revision 1, 2016]
    >>> Trace.from_json(share.to_json()) == share
    True
    """

    label: Text
    value: TraceValue
    unit: str
    formula: str
    inputs: tuple[TraceInput | Trace, ...] = ()
    standard: Citation | None = None
    parameters: tuple[TraceParameter, ...] = ()
    rounding: Rounding | None = None
    notes: tuple[Text, ...] = ()

    @property
    def sample(self) -> bool:
        """True when any input, however deep, is generated sample data."""
        return any(leaf.sample for leaf in self.leaves())

    def leaves(self) -> Iterator[TraceInput]:
        """Each input at the bottom of the tree, in order."""
        for item in self.inputs:
            if isinstance(item, Trace):
                yield from item.leaves()
            else:
                yield item

    def to_json(self) -> dict[str, object]:
        """Return the whole tree as plain JSON values; decimals are kept to the last digit."""
        return {
            "kind": "trace",
            "label": self.label.to_mapping(),
            "value": _value_to_json(self.value),
            "unit": self.unit,
            "formula": self.formula,
            "inputs": [item.to_json() for item in self.inputs],
            "standard": self.standard.to_json() if self.standard else None,
            "parameters": [parameter.to_json() for parameter in self.parameters],
            "rounding": self.rounding.to_json() if self.rounding else None,
            "notes": [note.to_mapping() for note in self.notes],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Trace:
        """Read what `to_json` wrote."""
        return cls(
            Text.from_mapping(data["label"]),
            _value_from_json(data["value"]),
            data["unit"],
            data["formula"],
            tuple(
                Trace.from_json(item) if item["kind"] == "trace" else TraceInput.from_json(item)
                for item in data["inputs"]
            ),
            Citation.from_json(data["standard"]) if data["standard"] else None,
            tuple(TraceParameter.from_json(item) for item in data["parameters"]),
            Rounding.from_json(data["rounding"]) if data["rounding"] else None,
            tuple(Text.from_mapping(note) for note in data["notes"]),
        )

    def as_text(self, language: str = "zh", depth: int | None = None, breadth: int | None = None) -> str:
        """Write the arithmetic as indented lines.

        Parameters
        ----------
        language : str
            ``"zh"`` or ``"en"``.
        depth : int or None
            How many levels of inputs to write; ``None`` for all, 0 for none.
        breadth : int or None
            How many inputs to write at each level; the rest are counted.
        """
        return "\n".join(_lines(self, language_of(language), depth, breadth))


_WORDS = {
    "formula": Text(zh="公式", en="formula"),
    "standard": Text(zh="依据", en="standard"),
    "unverified": Text(zh="（待核实）", en=" (to be verified)"),
    "parameter": Text(zh="参数", en="parameter"),
    "rounding": Text(zh="修约", en="rounding"),
    "note": Text(zh="说明", en="note"),
    "comma": Text(zh="，", en=", "),
    "colon": Text(zh="：", en=": "),
    "sample": Text(zh="示例数据", en="SAMPLE DATA"),
    "revision": Text(zh="第{n}版", en="revision {n}"),
    "more": Text(zh="……另有{n}项输入", en="... and {n} more inputs"),
    "from": Text(zh="自{n}起", en="from {n}"),
    "none": Text(zh="无", en="none"),
}


def _lines(trace: Trace, language: str, depth: int | None, breadth: int | None) -> list[str]:
    def say(word: str, **values: object) -> str:
        return _WORDS[word].fill(**values).in_language(language) if values else _WORDS[word].in_language(language)

    def headed(word: str, rest: str) -> str:
        return f"  {say(word)}{say('colon')}{rest}"

    def cited(citation: Citation) -> str:
        return str(citation) + ("" if citation.verified else say("unverified"))

    lines = [f"{trace.label.in_language(language)} = {_shown(trace.value, trace.unit, language)}"]
    if trace.formula:
        lines.append(headed("formula", trace.formula))
    if trace.standard:
        lines.append(headed("standard", cited(trace.standard)))
    for parameter in trace.parameters:
        about = [cited(parameter.citation)] if parameter.citation else []
        about += [str(parameter.valid)] if parameter.valid else []
        tail = f" [{say('comma').join(about)}]" if about else ""
        shown = _shown(parameter.value, parameter.unit, language)
        lines.append(headed("parameter", f"{parameter.label.in_language(language)} = {shown}{tail}"))
    if trace.rounding:
        lines.append(headed("rounding", trace.rounding.text.in_language(language)))
    lines += [headed("note", note.in_language(language)) for note in trace.notes]
    if depth == 0:
        return lines
    below = None if depth is None else depth - 1
    shown_inputs = trace.inputs if breadth is None else trace.inputs[:breadth]
    for item in shown_inputs:
        if isinstance(item, Trace):
            first, *rest = _lines(item, language, below, breadth)
            lines += [f"  - {first}", *(f"    {line}" for line in rest)]
            continue
        about = [item.source_id] if item.source_id else []
        about += [say("revision", n=item.revision)] if item.source_id else []
        about += [item.valid] if item.valid else []
        about += [say("sample")] if item.sample else []
        tail = f" [{say('comma').join(about)}]" if about else ""
        lines.append(f"  - {item.label.in_language(language)} = {_shown(item.value, item.unit, language)}{tail}")
    if len(shown_inputs) < len(trace.inputs):
        lines.append(f"  {say('more', n=len(trace.inputs) - len(shown_inputs))}")
    return lines


def _shown(value: TraceValue, unit: str, language: str) -> str:
    if value is None:
        return _WORDS["none"].in_language(language)
    if isinstance(value, Missing):
        return value.label.in_language(language)
    number = plain(value) if isinstance(value, Decimal) else repr(value)
    return with_unit(number, label_of(unit), language)


def _value_to_json(value: TraceValue) -> object:
    if isinstance(value, Missing):
        return {"missing": value.value}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, float):
        number = float(value)
        # JSON has no NaN and no infinity.
        return number if number - number == 0 else {"float": repr(number)}
    return value


def _value_from_json(data: object) -> TraceValue:
    if isinstance(data, Mapping):
        ((kind, text),) = data.items()
        if kind == "missing":
            return Missing(text)
        return Decimal(text) if kind == "decimal" else float(text)
    return cast(TraceValue, data)
