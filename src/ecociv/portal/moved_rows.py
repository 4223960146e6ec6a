"""Figures that differ over a stretch of the record, as a page shows them, with the statements that moved each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.core.decimals import plain
from ecociv.core.quantities import label_of
from ecociv.evidence.mapping import place_name
from ecociv.evidence.models import ImportRun
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.differences import Difference
from ecociv.indicators.forms import cell_name, form_cells
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.statements import InputChange
from ecociv.plan.package import Indicator, Series, ZonePackage
from ecociv.portal.lights import Shown, shown_as
from ecociv.portal.moved import Stretch, moved
from ecociv.portal.sources import Source, return_address, source_of
from ecociv.portal.values import value_text
from ecociv.portal.zone import language

CAUSES: dict[str, str | Promise] = {
    "evidence": gettext_lazy("The evidence changed"),
    "plan-or-rule": gettext_lazy("The plan, a target or a rule changed"),
    "peers": gettext_lazy("The value stands; the peers or the rule moved its light"),
}


@dataclass(frozen=True, slots=True)
class MovedInput:
    """A statement that moved a figure."""

    change: InputChange
    source: Source | None
    name: str
    return_url: str
    document: str
    run: ImportRun | None

    @property
    def before(self) -> str:
        """The figure before; a dash where nothing was known."""
        return self.change.before or "—"

    @property
    def after(self) -> str:
        """The figure after."""
        return self.change.after or "—"

    @property
    def many(self) -> bool:
        """Whether this stands for so many statements that only their number is told."""
        return self.change.recorded_at is None

    @property
    def as_text(self) -> str:
        """One line for a file."""
        change = self.change
        if self.many:
            return _("%(series)s %(period)s: %(count)s statements") % {
                "series": change.series,
                "period": change.period,
                "count": change.statements,
            }
        said = f"{change.series} {change.period} r{change.revision}: {self.before} → {self.after}"
        return " ".join(filter(None, (said, change.author, change.reason)))


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A figure that is another after the stretch."""

    found: Difference
    year: int
    indicator: Indicator
    series: Series
    home: bool
    inputs: tuple[MovedInput, ...]

    @property
    def name(self) -> str:
        """Name of the series in the reader's language."""
        return self.indicator.series_name(self.series).in_language(language())

    @property
    def place(self) -> str:
        """Name of the place."""
        return place_name(self._zone, self.found.place).in_language(language())

    @property
    def _zone(self) -> str:
        value = self.found.after or self.found.before
        return value.zone if value else ""

    @property
    def unit(self) -> str:
        """Unit in the reader's language."""
        return label_of(self.found.unit).in_language(language())

    @property
    def before(self) -> str:
        """The value before in words; a dash where there was none."""
        return _shown(self.indicator, self.found.before)

    @property
    def after(self) -> str:
        """The value after in words."""
        return _shown(self.indicator, self.found.after)

    @property
    def light_before(self) -> Shown | None:
        """The light before."""
        return _light(self.found.before)

    @property
    def light_after(self) -> Shown | None:
        """The light after."""
        return _light(self.found.after)

    @property
    def light_moved(self) -> bool:
        """Whether the light is another."""
        return self.light_before != self.light_after

    @property
    def change(self) -> Decimal | None:
        """After less before; none where one of them is no single figure."""
        one, two = self.found.before, self.found.after
        if one is None or two is None or one.value is None or two.value is None:
            return None
        return two.value - one.value

    @property
    def change_text(self) -> str:
        """The change with its sign."""
        change = self.change
        if change is None:
            return ""
        return f"+{plain(change)}" if change > 0 else plain(change).replace("-", "−")

    @property
    def relative(self) -> float | None:
        """The change as a share of the value before, in per cent; none where that was 0 or is not there."""
        before = self.found.before
        if self.change is None or before is None or not before.value:
            return None
        return float(self.change / abs(before.value) * 100)

    @property
    def relative_text(self) -> str:
        """The share with its sign, to three significant figures."""
        return "" if self.relative is None else f"{self.relative:+.3g} %".replace("-", "−")

    @property
    def cause(self) -> str:
        """The cause in words."""
        return str(CAUSES[self.found.why])

    @property
    def sample(self) -> bool:
        """Whether either side rests on generated data."""
        return any(side is not None and side.sample for side in (self.found.before, self.found.after))


def _shown(indicator: Indicator, value: IndicatorValue | None) -> str:
    if value is None:
        return "—"
    if value.missing is not None:
        return value.missing.label.in_language(language())
    return value_text(indicator, value.value if value.value is not None else value.parts)


def _light(value: IndicatorValue | None) -> Shown | None:
    return shown_as(value.light) if value is not None and value.light else None


def moved_rows(plan: ZonePackage, year: int, stretch: Stretch, *, inside: bool) -> list[MovedRow]:
    """Figures of a year that a stretch moved, the city's first; a run that wrote an input is found by its moment."""
    zone = plan.zone.key
    home = load_derivations(plan).place
    found = moved(zone, year, stretch)
    moments = {item.recorded_at for each in found for item in each.inputs if item.recorded_at}
    runs = {
        run.recorded_at: run
        for run in ImportRun.objects.filter(zone=zone, recorded_at__in=moments).select_related("document")
    }
    known = {series.key: (indicator, series) for indicator in plan.indicators for series in indicator.series}
    inputs: dict[InputChange, MovedInput] = {}
    rows = []
    for each in found:
        if each.series not in known:
            continue
        for item in each.inputs:
            if item not in inputs:
                inputs[item] = _input(zone, item, runs.get(item.recorded_at), inside)
        rows.append(
            MovedRow(
                each, year, *known[each.series], each.place == home, tuple(inputs[i] for i in each.inputs)
            )
        )
    return rows


def _input(zone: str, item: InputChange, run: ImportRun | None, inside: bool) -> MovedInput:
    if item.series.startswith("register:"):
        entry = source_of(item.series)
        named = item.series.partition("/")[2] or (entry.title if entry else item.series)
        return MovedInput(item, entry, named, "", entry.title if entry else "", None)
    form, _place, cell = item.series.removeprefix("sample/").split("/", 2)
    source = source_of(item.series)
    named = (
        cell_name(zone, form, cell).in_language(language())
        if cell in form_cells(zone).get(form, {})
        else cell
    )
    document = run.document.name if run and run.document else source.title if source else form
    return MovedInput(
        item, source, named, return_address(item.series, item.period[:4], inside=inside), document, run
    )
