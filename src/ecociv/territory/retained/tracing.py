"""The arithmetic of a figure from layers, down to the largest patches of each county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ecociv.core.decimals import to_decimal
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Rounding, Trace, TraceInput
from ecociv.territory.retained.coverage import Patch
from ecociv.territory.retained.declaration import RetainedSeries
from ecociv.territory.retained.places import PlaceFigure, UsedVersion


def citation_of(declared: RetainedSeries) -> Citation:
    """The document that a declared area rests on."""
    basis = declared.basis
    return Citation(basis.standard, basis.clause, basis.year, basis.verified)


def trace_of(
    declared: RetainedSeries,
    year: int,
    figure: Decimal | Missing,
    area: Decimal,
    whole: Decimal,
    places: Sequence[PlaceFigure],
    versions: Sequence[UsedVersion],
    overlap: Decimal,
    claimed: float,
    names: Mapping[str, Text],
) -> Trace:
    """Every step from the patches of the counties to the published figure."""
    day = f"{year}-12-31"
    by_label = {version.label: version for version in versions}
    # Patches of a layer that is not public are counted here and listed only where the reader may see the layer.
    counted = tuple(
        Trace(
            names.get(place.key, Text(zh=place.name, en=place.name)),
            place.area,
            "m2",
            f"union of {place.patches} patches in the county",
            tuple(
                _leaf(patch, by_label[patch.source], day)
                for patch in place.largest
                if by_label[patch.source].public
            ),
            notes=_more(place, by_label),
        )
        for place in places
    )
    layers = tuple(
        TraceInput(
            Text(zh=f"图层：{version.title}", en=f"Layer: {version.title}"),
            None,
            "1",
            source_id=version.source_id,
            revision=version.number,
            valid=version.valid_from,
            recorded=version.recorded_at,
            sample=version.sample,
        )
        for version in versions
    )
    covered = Trace(
        Text(zh="合并后的面积", en="Area of the union"),
        area,
        "m2",
        "sum of the counties",
        counted,
        rounding=Rounding("half-even", 2),
        notes=(
            Text(
                zh=f"重叠{overlap / 10_000:.2f}公顷只计一次",
                en=f"{overlap / 10_000:.2f} ha of overlap are counted once",
            ),
        ),
    )
    inputs: tuple[Trace | TraceInput, ...] = (covered, *layers)
    if declared.denominator:
        inputs = (
            covered,
            Trace(
                Text(zh="行政区域面积", en="Administrative area"),
                whole,
                "m2",
                "sum of the counties",
                tuple(
                    TraceInput(
                        names.get(each.key, Text(zh=each.name, en=each.name)), each.whole, "m2", valid=day
                    )
                    for each in places
                ),
            ),
            *layers,
        )
    notes = [
        Text(
            zh=f"按{day}有效的图层版本计算；椭球面积，各县（市、区）按最大余数法平差",
            en=f"From the layer versions in force on {day}; areas on the ellipsoid, counties adjusted by largest remainders",
        )
    ]
    notes += [
        Text(
            zh=f"“{each.title}”自{each.valid_from}起有效，不是当年的成果",
            en=f"{each.title} has held since {each.valid_from}; it is no survey of the year itself",
        )
        for each in versions
        if each.valid_from[:4] != str(year) and each.kind.endswith("-survey")
    ]
    if claimed >= 0.01:
        notes.append(
            Text(
                zh=f"县界相互重叠{claimed:.2f}平方米，归代码在前者",
                en=f"County boundaries overlap by {claimed:.2f} m2; the earlier code has them",
            )
        )
    if any(each.sample for each in versions):
        notes.append(Text(zh="含示例图层", en="Rests on sample layers"))
    return Trace(
        declared.name,
        figure,
        declared.unit,
        declared.formula,
        inputs,
        citation_of(declared),
        rounding=Rounding("half-even", declared.decimals) if isinstance(figure, Decimal) else None,
        notes=(*notes, *declared.notes),
    )


def _leaf(patch: Patch, version: UsedVersion, day: str) -> TraceInput:
    name = f"{patch.identity} {patch.name}".strip()
    return TraceInput(
        Text(zh=f"图斑{name}（{patch.class_key}）", en=f"Patch {name} ({patch.class_key})"),
        to_decimal(round(patch.area, 2)),
        "m2",
        source_id=f"{version.source_id}#{patch.identity}",
        revision=version.number,
        valid=day,
        recorded=version.recorded_at,
        sample=version.sample,
    )


def _more(place: PlaceFigure, versions: Mapping[str, UsedVersion]) -> tuple[Text, ...]:
    hidden = sum(not versions[patch.source].public for patch in place.largest)
    rest = place.patches - len(place.largest)
    notes = []
    if hidden:
        notes.append(
            Text(
                zh="图层不公开，图斑只对有权查看者列出",
                en="The layer is not public; its patches are listed for those who may see it",
            )
        )
    if rest > 0:
        listed = len(place.largest) - hidden
        notes.append(
            Text(
                zh=f"列出最大的{listed}个，另有{place.patches - listed}个",
                en=f"The largest {listed} are listed; {place.patches - listed} more are counted",
            )
        )
    return tuple(notes)
