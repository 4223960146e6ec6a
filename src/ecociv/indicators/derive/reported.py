"""A yearly figure as its supplier reported it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ecociv.core.decimals import shortest, to_decimal
from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.core.quantities import convert
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence.queries import Observation
from ecociv.indicators.declarations import Reported
from ecociv.indicators.derive.cells import remark
from ecociv.indicators.derive.figures import Derived, Figure

REAL_PREFERRED = Text(
    zh="同一年度既有真实数据也有示例数据，采用真实数据",
    en="There are real and sample data for this year; the real ones are used",
)
SAMPLE_NOTE = Text(
    zh="本值由生成的示例数据得出，不是实际情况",
    en="This value is made from generated sample data and is not a fact",
)


def derive_reported(
    declared: Reported,
    *,
    label: Text,
    parts: Mapping[str, Text],
    place: str,
    year: int,
    unit: str,
    found: Mapping[str, Observation],
    units: Mapping[str, str],
    files: Mapping[str, str],
    both_kinds: bool,
) -> Derived:
    """The figure of a year from the observations of its properties.

    Parameters
    ----------
    declared
        The derivation.
    label, parts
        Name of the series, and of each part of a composition.
    unit
        The plan's unit, to which figures are converted exactly.
    found
        Observations by property; absent where nothing was reported.
    units
        Unit of each series key.
    files
        File names by SHA-256.
    both_kinds
        Whether sample data exist beside the real ones used here.
    """
    inputs = {name: found[prop] for name, prop in _terms(declared).items() if prop in found}
    figures = {
        name: _figure(item, units.get(item.series, declared.unit), unit) for name, item in inputs.items()
    }
    sample = any(item.sample for item in inputs.values())
    notes = [note for name, item in inputs.items() if (note := remark(item))]
    notes += [_supplied(item, files) for item in list(inputs.values())[:1]]
    figure: Figure
    if declared.parts:
        figure, problem = _composition(declared, figures)
        notes += [problem] if problem else []
    else:
        figure = figures.get("", Missing.MISSING)
    if not inputs:
        notes.append(Text(zh="该年度没有收到报送", en="Nothing was reported for this year"))
    notes += [REAL_PREFERRED] if both_kinds and not sample else []
    notes += [SAMPLE_NOTE] if sample else []
    notes += list(declared.caveats)
    leaves = tuple(
        TraceInput(
            parts.get(name, label),
            figures[name],
            unit,
            source_id=f"{item.series}@{item.source[:12]}:{item.row}",
            revision=item.revision,
            valid=str(year),
            recorded=item.recorded_at,
            sample=item.sample,
        )
        for name, item in inputs.items()
    )
    trace = Trace(
        label,
        None if isinstance(figure, Mapping) else figure,
        unit,
        "parts as reported" if declared.parts else "as reported",
        leaves,
        notes=tuple(dict.fromkeys(notes)),
    )
    digest = digest_of_json(
        {
            name: [item.series, item.value, item.missing, item.quality, item.revision]
            for name, item in inputs.items()
        }
    )
    extras = {
        "supplier": next((item.supplier for item in inputs.values() if item.supplier), ""),
        "caveats": [note.to_mapping() for note in declared.caveats],
    }
    return Derived(declared.series, place, year, figure, unit, trace, sample, digest, extras)


def _terms(declared: Reported) -> dict[str, str]:
    return dict(declared.parts) if declared.parts else {"": declared.property_ or ""}


def _figure(item: Observation, from_unit: str, to_unit: str) -> Decimal | Missing:
    if item.missing is not None:
        return item.missing
    if item.usable is None:
        return Missing.MISSING
    # The store keeps binary numbers, so trailing zeros of the return are not known and not shown.
    value = Decimal(shortest(to_decimal(item.usable)))
    return value if from_unit == to_unit else convert(value, from_unit, to_unit)


def _composition(declared: Reported, figures: Mapping[str, Decimal | Missing]) -> tuple[Figure, Text | None]:
    """All parts and their sum, or why there is no figure: a composition with a hole or another sum is none."""
    numbers = {name: value for name, value in figures.items() if isinstance(value, Decimal)}
    if len(numbers) < len(declared.parts):
        kinds = {figures.get(name, Missing.MISSING) for name in declared.parts} - set(numbers.values())
        return (kinds.pop() if len(kinds) == 1 else Missing.MISSING), None
    if declared.whole is not None:
        total, whole = sum(numbers.values(), Decimal(0)), to_decimal(declared.whole)
        if abs(total - whole) > to_decimal(declared.tolerance):
            return Missing.MISSING, Text(
                zh="各部分之和为{total}，应为{whole}，不采用；请更正报表",
                en="The parts make {total} instead of {whole} and are not used; correct the return",
            ).fill(total=shortest(total), whole=shortest(whole))
    return numbers, None


def _supplied(item: Observation, files: Mapping[str, str]) -> Text:
    where = files.get(item.source, item.source[:12])
    return Text(
        zh="由{supplier}报送，文件{file}第{row}行，第{revision}版",
        en="Reported by {supplier}, file {file}, row {row}, revision {revision}",
    ).fill(supplier=item.supplier or "—", file=where, row=item.row, revision=item.revision)
