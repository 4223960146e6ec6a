"""Yearly figures of returns and series, read once for a whole zone, as known at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from ecociv.accounts.declaration import FILE, CellSource, Flow, ZoneAccounts, load_accounts
from ecociv.core.decimals import to_decimal
from ecociv.core.missing import Missing
from ecociv.core.quantities import convert
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence.declared import zone_folder
from ecociv.evidence.mapping import Places, load_places
from ecociv.evidence.queries import Observation, observations, series_key, year_bounds
from ecociv.evidence.returns.forms import Form, load_forms
from ecociv.evidence.schema import Quality
from ecociv.evidence.store import EvidenceStore
from ecociv.evidence.store.table import evidence_uri

_KEPT = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One figure that is added to others: network (form), place, property, and its sign."""

    network: str
    place: str
    property: str
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Summed:
    """Parts added up, or why they cannot be."""

    figure: Decimal | Missing
    reason: Text | None
    inputs: tuple[TraceInput, ...]
    sample: bool

    def trace(self, label: Text, unit: str) -> Trace:
        """The arithmetic."""
        formula = "sum" if len(self.inputs) > 1 else "as recorded"
        notes = (self.reason,) if self.reason else ()
        return Trace(label, self.figure, unit, formula, self.inputs, notes=notes)


@dataclass(frozen=True)
class Figures:
    """Every yearly figure that the accounts of a zone read."""

    places: Places
    forms: Mapping[str, Form]
    known: Mapping[str, Mapping[int, Observation]] = field(repr=False)

    def unit_of(self, network: str, property_: str, otherwise: str) -> str:
        """Unit of a cell of a form; of another series the unit that the account declares."""
        form = self.forms.get(network)
        return form.units.get(property_, otherwise) if form else otherwise

    def asked(self, part: Part) -> bool:
        """Whether the form asks the place for the cell at all."""
        form = self.forms.get(part.network)
        if form is None:
            return True
        return part.place in form.place_keys(self.places) and any(
            cell.key == part.property for cell in form.cells_for(part.place, self.places)
        )

    def summed(self, parts: Sequence[Part], year: int, unit: str) -> Summed:
        """Parts of a year added up in a unit.

        Real figures go before generated ones, for the cell as a whole; the two are never added together.
        """
        if not parts:
            return Summed(Missing.NOT_APPLICABLE, NOWHERE, (), sample=False)
        sample = not any(self._found(part, year, sample=False) for part in parts)
        total = Decimal(0)
        inputs: list[TraceInput] = []
        gaps: list[tuple[Missing, Text]] = []
        for part in parts:
            seen = self._found(part, year, sample=sample)
            given = self._value(part, year, seen)
            inputs.append(self._input(part, year, seen, given, unit, sample=sample))
            if isinstance(given, tuple):
                gaps.append(given)
            else:
                total += part.sign * convert(given, self.unit_of(part.network, part.property, unit), unit)
        if gaps:
            # What is simply not there weighs more than what is said to be elsewhere.
            kind, reason = min(gaps, key=lambda gap: list(Missing).index(gap[0]))
            return Summed(kind, reason, tuple(inputs), sample and any(i.sample for i in inputs))
        if total < 0:
            reason = Text(
                zh=f"各项之差为{total}，存量和变动不能为负；请核对报表",
                en=f"the difference of the cells is {total}; amounts are at least 0, look at the return",
            )
            return Summed(Missing.MISSING, reason, tuple(inputs), sample)
        return Summed(total, None, tuple(inputs), sample)

    def _found(self, part: Part, year: int, *, sample: bool) -> Observation | None:
        key = series_key(part.network, part.place, part.property, sample=sample)
        return self.known.get(key, {}).get(year)

    def _value(self, part: Part, year: int, seen: Observation | None) -> Decimal | tuple[Missing, Text]:
        about = self.about(part)
        if seen is None:
            if not self.asked(part):
                return Missing.MISSING, Text(
                    zh=f"{about.zh}：报表不要求该地区填报", en=f"{about.en}: the return does not ask this area"
                )
            return Missing.MISSING, Text(
                zh=f"{about.zh}：没有{year}年的数字", en=f"{about.en}: there is no figure of {year}"
            )
        if seen.missing is not None:
            said = f"（{seen.note}）" if seen.note else ""
            return seen.missing, Text(
                zh=f"{about.zh}：{seen.missing.label.zh}{said}",
                en=f"{about.en}: {seen.missing.label.en}{f' ({seen.note})' if seen.note else ''}",
            )
        if seen.quality is not Quality.GOOD:
            said = seen.quality_reason or ""
            return Missing.MISSING, Text(
                zh=f"{about.zh}：数据存疑，不参与计算 {said}".strip(),
                en=f"{about.en}: the value is in doubt and takes no part {said}".strip(),
            )
        if seen.value is None:
            return Missing.MISSING, Text(zh=f"{about.zh}：低于检出限", en=f"{about.en}: below detection")
        found = to_decimal(seen.value)
        # What is stored as a float reads 10441747.0; a whole number is written as one.
        return found.quantize(Decimal(1)) if found == found.to_integral_value() else found

    def about(self, part: Part) -> Text:
        """Place and cell in words."""
        place = self.places.by_key.get(part.place)
        where = place.name if place else Text(zh=part.place, en=part.place)
        form = self.forms.get(part.network)
        what = Text(zh=part.property, en=part.property)
        if form is not None:
            with suppress(KeyError):
                what = form.cell(part.property).name
        return Text(zh=f"{where.zh}{what.zh}", en=f"{where.en}, {what.en}")

    def _input(
        self, part: Part, year: int, seen: Observation | None, given: Decimal | tuple[Missing, Text],
        unit: str, *, sample: bool,
    ) -> TraceInput:  # fmt: skip
        about = self.about(part)
        label = about if part.sign > 0 else Text(zh=f"减 {about.zh}", en=f"less {about.en}")
        return TraceInput(
            label,
            given[0] if isinstance(given, tuple) else given,
            self.unit_of(part.network, part.property, unit),
            source_id=series_key(part.network, part.place, part.property, sample=sample),
            revision=seen.revision if seen else 1,
            valid=str(year),
            recorded=seen.recorded_at if seen else None,
            sample=bool(seen and seen.sample),
        )


NOWHERE = Text(zh="本地区没有这类对象", en="There is nothing of this kind in the area")


def parts_of(
    places: Places, area: str, row: str, column: str, source: CellSource
) -> tuple[Part, ...]:
    """The figures that a cell is made of, for an area."""
    network = source.return_ or source.series
    where = source.places_by_column.get(column) or source.places
    if source.group:
        where = places.groups[source.group]
    of = inside(places, area, where) if where else (area,)
    return tuple(
        Part(network, place, name, sign)
        for place in of
        for name, sign in source.properties(row, column)
    )


def inside(places: Places, area: str, members: Iterable[str]) -> tuple[str, ...]:
    """The members that lie in an area: itself, or below it.

    Examples
    --------
    >>> inside(load_places("jingdezhen"), "fuliang-county", ["mine-copper-1", "mine-copper-5"])
    ('mine-copper-5',)
    """

    def below(key: str | None) -> bool:
        while key:
            if key == area:
                return True
            key = places.by_key[key].parent if key in places.by_key else None
        return False

    return tuple(member for member in members if below(member))


def flow_parts(places: Places, flow: Flow, area: str) -> tuple[Part, ...]:
    """The figures of a flow of the supply and use table, or of a liability."""
    of = inside(places, area, places.groups[flow.group]) if flow.group else (area,)
    return (
        *(Part(flow.return_, place, name) for place in of for name in flow.cell),
        *(Part(flow.return_, place, name, -1) for place in of for name in flow.less),
    )


def areas_of(declared: ZoneAccounts, places: Places) -> tuple[str, ...]:
    """The zone's own place, then its counties."""
    return (places.groups["zone"][0], *places.groups[declared.areas])


def state_of(zone: str) -> tuple[object, ...]:
    """What changes when the declarations or the evidence of a zone do: the key under which results are kept."""
    folder = zone_folder(zone)
    files = (folder / FILE, *sorted((folder / "forms").glob("*.yaml")), folder / "mappings" / "_places.yaml")
    stamps = tuple(path.stat().st_mtime_ns for path in files)
    return (*stamps, evidence_uri(), EvidenceStore().version())


def read_figures(zone: str, as_of: dt.datetime | None = None) -> Figures:
    """All figures of all years and areas of a zone; read once for each state of the evidence."""
    return _read(zone, state_of(zone), as_of)


@lru_cache(maxsize=_KEPT)
def _read(zone: str, _state: tuple[object, ...], as_of: dt.datetime | None) -> Figures:
    declared = load_accounts(zone)
    places = load_places(zone)
    wanted: set[Part] = set()
    for area in areas_of(declared, places):
        for _, row, column, source in declared.sources():
            if source.kind in ("return", "series"):
                wanted.update(parts_of(places, area, row, column, source))
        for account in declared.accounts.values():
            compared = account.compare
            if compared is not None and compared.kind in ("return", "series"):
                for column in compared.cells:
                    wanted.update(parts_of(places, area, "closing", column, compared))
        flows = [flow for one in declared.liabilities for flow in one.amount]
        for permits in (one.permits for one in declared.liabilities if one.permits):
            wanted.update(
                Part(permits.return_, place, permits.cell)
                for place in inside(places, area, places.groups[permits.group])
            )
        if declared.supply_use:
            for user in declared.supply_use.units.values():
                flows += [
                    flow
                    for flow in (user.abstracted, user.received, user.supplied, user.returned, user.consumed)
                    if flow
                ]
        for flow in flows:
            if flow.return_:
                wanted.update(flow_parts(places, flow, area))
    return figures_of(zone, wanted, (declared.first_year - 1, declared.last_year or 2999), as_of)


def figures_of(
    zone: str, wanted: Iterable[Part], years: tuple[int, int], as_of: dt.datetime | None = None
) -> Figures:
    """The figures of some parts in a span of years, as known at a moment."""
    keys = [
        series_key(part.network, part.place, part.property, sample=sample)
        for part in wanted
        for sample in (False, True)
    ]
    start, end = year_bounds(*years)
    found = observations(keys, start=start, end=end, as_of=as_of)
    return Figures(
        load_places(zone),
        {form.key: form for form in load_forms(zone)},
        {key: {item.day.year: item for item in items} for key, items in found.items()},
    )


__all__ = ["Figures", "Part", "Summed", "areas_of", "figures_of", "flow_parts", "inside", "parts_of", "read_figures", "state_of"]
