"""The appendix: one entry for each numbered figure, from its value down to what was read from where, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from ecociv.core.decimals import plain
from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.core.periods import Validity
from ecociv.core.quantities import label_of, with_unit
from ecociv.core.trace import Citation, Trace, TraceInput, TraceValue
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Entry, EntryLine
from ecociv.reporting.marks import Figure

DEPTH = 3
"""Levels of arithmetic that are written out; what lies deeper is counted and stays in the digest."""
BREADTH = 12
"""Inputs that are written out at each level; the rest are counted and stay in the digest."""


def appendix(voice: Voice) -> tuple[Entry, ...]:
    """Every figure that the report numbered, in order."""
    return tuple(entry(voice, number, figure) for number, figure in voice.figures.figures)


def entry(voice: Voice, number: int, figure: Figure) -> Entry:
    """One figure with its arithmetic; ``recorded`` is the latest moment at which one of its inputs was recorded."""
    trace = figure.trace
    digest = digest_of_json(trace.to_json())
    lines = [*_statements(voice, trace, 0), *_inputs(voice, trace, 1)]
    moments = [leaf.recorded for leaf in trace.leaves() if leaf.recorded is not None]
    latest = voice.moment(max(moments)) if moments else voice.say("未记载", "not recorded")
    lines.append(_line(voice, 0, "recorded", latest))
    if figure.revision is not None and figure.recorded is not None:
        words = voice.say(
            "第{n}版，{t}计算并入库", "revision {n}, computed and recorded {t}",
            n=figure.revision, t=voice.moment(figure.recorded),
        )
        lines.append(_line(voice, 0, "revision", words))
    for name, file_digest in figure.files:
        lines.append(_line(voice, 0, "file", _with(voice, name or file_digest[:12], [f"sha256:{file_digest}"])))
    if figure.evidence:
        lines.append(_line(voice, 0, "evidence", f"sha256:{figure.evidence}"))
    lines.append(_line(voice, 0, "digest", f"sha256:{digest}"))
    shown = figure.shown or _shown(voice, trace.value, trace.unit)
    return Entry(number, voice.text(trace.label), shown, tuple(lines), digest, trace.sample)


_LABELS = {
    "formula": ("公式", "Formula"),
    "standard": ("依据", "Standard"),
    "parameter": ("参数", "Parameter"),
    "rounding": ("修约", "Rounding"),
    "note": ("说明", "Note"),
    "input": ("输入", "Input"),
    "figure": ("由此计算", "Computed from"),
    "more": ("其余", "Others"),
    "recorded": ("输入入库时间（最晚）", "Inputs recorded (latest)"),
    "revision": ("数值版本", "Revision of the value"),
    "file": ("源文件", "Source file"),
    "evidence": ("证据摘要", "Digest of the evidence"),
    "digest": ("过程摘要", "Digest of the arithmetic"),
}


def _line(voice: Voice, depth: int, kind: str, text: str) -> EntryLine:
    return EntryLine(depth, kind, voice.say(*_LABELS[kind]), text)


def _statements(voice: Voice, trace: Trace, depth: int) -> Iterator[EntryLine]:
    if trace.formula:
        yield _line(voice, depth, "formula", trace.formula)
    if trace.standard is not None:
        yield _line(voice, depth, "standard", _cited(voice, trace.standard))
    for parameter in trace.parameters:
        text = f"{voice.text(parameter.label)} = {_shown(voice, parameter.value, parameter.unit)}"
        about = [_cited(voice, parameter.citation)] if parameter.citation is not None else []
        about += [_validity(voice, parameter.valid)] if parameter.valid is not None else []
        yield _line(voice, depth, "parameter", _with(voice, text, about))
    if trace.rounding is not None:
        yield _line(voice, depth, "rounding", voice.text(trace.rounding.text))
    for note in trace.notes:
        yield _line(voice, depth, "note", voice.text(note))


def _inputs(voice: Voice, trace: Trace, depth: int) -> Iterator[EntryLine]:
    if depth > DEPTH:
        below = sum(1 for _ in trace.leaves())
        if below:
            yield _line(voice, depth, "more", voice.say("更深一层的{n}项输入未列出", "{n} inputs further down, not listed", n=below))
        return
    for item in trace.inputs[:BREADTH]:
        if isinstance(item, TraceInput):
            yield _input(voice, item, depth)
            continue
        text = f"{voice.text(item.label)} = {_shown(voice, item.value, item.unit)}"
        yield EntryLine(
            depth, "figure", voice.say(*_LABELS["figure"]), text, _number(item.value), voice.text(label_of(item.unit)),
            sample=item.sample,
        )
        yield from _statements(voice, item, depth + 1)
        yield from _inputs(voice, item, depth + 1)
    rest = trace.inputs[BREADTH:]
    if rest:
        yield _line(voice, depth, "more", voice.say("另有{n}项同类输入未列出", "{n} more inputs of the kind, not listed", n=len(rest)))


def _input(voice: Voice, item: TraceInput, depth: int) -> EntryLine:
    shown = "" if item.value is None else f" = {_shown(voice, item.value, item.unit)}"
    recorded = _recorded(voice, item.recorded)
    about = [item.source_id] if item.source_id else []
    about += [voice.say("第{n}版", "revision {n}", n=item.revision)] if item.source_id else []
    about += [item.valid] if item.valid else []
    about += [voice.say("{t}入库", "recorded {t}", t=recorded)] if recorded else []
    about += [voice.say("示例数据", "sample data")] if item.sample else []
    return EntryLine(
        depth,
        "input",
        voice.say(*_LABELS["input"]),
        _with(voice, voice.text(item.label) + shown, about),
        _number(item.value),
        voice.text(label_of(item.unit)),
        item.source_id,
        str(item.revision) if item.source_id else "",
        item.valid,
        recorded,
        item.sample,
    )


def _with(voice: Voice, text: str, about: list[str]) -> str:
    if not about:
        return text
    return f"{text}（{'，'.join(about)}）" if voice.language == "zh" else f"{text} ({', '.join(about)})"


def _recorded(voice: Voice, moment: dt.datetime | None) -> str:
    return voice.moment(moment) if moment is not None else ""


def _cited(voice: Voice, citation: Citation) -> str:
    checked = "" if citation.verified else voice.say("（待核实）", " (to be verified)")
    year = "" if citation.year is None or str(citation.year) in citation.standard else str(citation.year)
    dated = voice.say("（{year}年）", " ({year})", year=year) if year else ""
    return f"{citation}{dated}{checked}"


def _validity(voice: Voice, valid: Validity) -> str:
    if valid.from_ is None and valid.to is None:
        return voice.say("不限期", "without limit of time")
    if valid.to is None:
        return voice.say("自{day}起有效", "in force from {day}", day=valid.from_)
    if valid.from_ is None:
        return voice.say("至{day}有效", "in force to {day}", day=valid.to)
    return voice.say("{start}至{end}有效", "in force {start} to {end}", start=valid.from_, end=valid.to)


def _number(value: TraceValue) -> Decimal | int | float | None:
    return None if value is None or isinstance(value, Missing) else value


def _shown(voice: Voice, value: TraceValue, unit: str) -> str:
    if value is None:
        return voice.say("无", "none")
    if isinstance(value, Missing):
        return voice.text(value.label)
    number = plain(value) if isinstance(value, Decimal) else repr(value)
    return with_unit(number, label_of(unit), voice.language)
