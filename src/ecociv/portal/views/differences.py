"""What changed between two days and why, and what one restated return or run moved downstream."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.core.decimals import plain
from ecociv.core.quantities import label_of
from ecociv.evidence.mapping import place_name
from ecociv.evidence.models import ImportRun, ReturnStep
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.differences import Difference, InputChange
from ecociv.indicators.forms import cell_name, form_cells
from ecociv.indicators.models import IndicatorValue
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.package import Indicator, Series, ZonePackage
from ecociv.portal.as_of import LOCAL, moment_of
from ecociv.portal.collation import collation_key
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.lights import Shown, shown_as
from ecociv.portal.moved import Stretch, last_change, moved, revising_runs, stretch_of, touched_years
from ecociv.portal.sources import Source, return_address, source_of
from ecociv.portal.tables import Column, Table
from ecociv.portal.values import value_text
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language

CAUSES: dict[str, str | Promise] = {
    "evidence": gettext_lazy("The evidence changed"),
    "plan-or-rule": gettext_lazy("The plan, a target or a rule changed"),
    "peers": gettext_lazy("The value stands; the peers or the rule moved its light"),
}
ALL_AT_ONCE = 3
"""So many years are derived for one page; of more, the reader chooses one."""
RUNS_OFFERED = 50


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


def _columns() -> list[Column[MovedRow]]:
    return [
        Column(
            "number",
            gettext_lazy("No."),
            lambda r: r.indicator.number,
            sort_by=lambda r: (r.indicator.number, not r.home, r.series.key, r.found.place, r.year),
            numeric=True,
        ),
        Column("name", gettext_lazy("Indicator"), lambda r: r.name, sort_by=lambda r: collation_key(r.name)),
        Column("place", gettext_lazy("Place"), lambda r: r.place, export_only=True),
        Column("year", gettext_lazy("Year"), lambda r: r.year, sort_by=lambda r: r.year, numeric=True),
        Column("unit", gettext_lazy("Unit"), lambda r: r.unit, export_only=True),
        Column("before", gettext_lazy("Before"), lambda r: r.before, numeric=True),
        Column("after", gettext_lazy("After"), lambda r: r.after, numeric=True),
        Column(
            "change",
            gettext_lazy("Change"),
            lambda r: r.change,
            sort_by=lambda r: None if r.relative is None else abs(r.relative),
            numeric=True,
        ),
        Column("relative", gettext_lazy("Change (%)"), lambda r: r.relative, export_only=True),
        Column(
            "light",
            gettext_lazy("Light"),
            lambda r: r.light_before.label if r.light_before else "",
            export_only=True,
        ),
        Column(
            "light_after",
            gettext_lazy("Light"),
            lambda r: r.light_after.label if r.light_after else "",
            sort_by=lambda r: r.light_after.rank if r.light_after else None,
        ),
        Column("cause", gettext_lazy("Why"), lambda r: r.cause, sort_by=lambda r: r.cause),
        Column(
            "inputs", gettext_lazy("Inputs that moved"), lambda r: _inputs_text(r.inputs), export_only=True
        ),
        Column(
            "sample", gettext_lazy("Sample data"), lambda r: _("yes") if r.sample else "", export_only=True
        ),
    ]


def _inputs_text(inputs: Iterable[MovedInput]) -> str:
    return "; ".join(each.as_text for each in inputs)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which stretch of the record a reader asks about."""

    stretch: Stretch
    run: ImportRun | None
    since: str
    until: str
    notices: tuple[str, ...] = ()

    @property
    def kept(self) -> tuple[tuple[str, str], ...]:
        """What names the stretch in an address."""
        return (("run", str(self.run.pk)),) if self.run else (("from", self.since), ("to", self.until))


def _asked(request: HttpRequest, zone: str, runs: list[ImportRun]) -> Asked | None:
    """The stretch of an address: a run, two days, or else the last correction; none where nothing is on record."""
    notices: list[str] = []
    since, until = request.GET.get("from", "").strip()[:25], request.GET.get("to", "").strip()[:25]
    if since or until:
        first, last = moment_of(since), moment_of(until)
        for text, moment in ((since, first), (until, last)):
            if text and moment is None:
                notices.append(_("“%(asked)s” names no day.") % {"asked": text})
        last = last or moment_of(timezone.localdate().isoformat())
        assert last is not None
        first = first or last - dt.timedelta(days=1)
        if first > last:
            first, last = last, first
            notices.append(_("The first day was the later one; the two were exchanged."))
        return Asked(Stretch(first, last), None, _day(first), _day(last), tuple(notices))
    wanted = request.GET.get("run", "").strip()
    run = next((each for each in runs if str(each.pk) == wanted), None) or _any_run(zone, wanted)
    if wanted and run is None:
        notices.append(_("There is no such run; the last correction is shown."))
    run = run or (runs[0] if runs else last_change(zone))
    stretch = stretch_of(run) if run else None
    if run is None or stretch is None:
        return None
    return Asked(
        stretch, run, _day(stretch.since - dt.timedelta(days=1)), _day(stretch.until), tuple(notices)
    )


def _any_run(zone: str, wanted: str) -> ImportRun | None:
    try:
        key = uuid.UUID(wanted)
    except ValueError:
        return None
    return ImportRun.objects.filter(zone=zone, pk=key, recorded_at__isnull=False).first()


def _day(moment: dt.datetime) -> str:
    """The moment as the address names it: its day where it is the day's end, else the minute."""
    local = moment.astimezone(LOCAL)
    return local.date().isoformat()


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Figures that differ, from what was known at the one moment to what was known at the other."""
    zone = plan.zone.key
    runs = revising_runs(zone)
    asked = _asked(request, zone, runs)
    last = last_change(zone)
    years = touched_years(plan, asked.stretch) if asked else {}
    chosen = _years(request, years)
    rows = [row for year in chosen for row in _rows(plan, year, asked.stretch)] if asked else []
    filters = _filters(request, rows)
    kept = [row for row in rows if _keep(row, filters)]
    table = Table(_columns(), kept, request.GET, default_sort="number", page_size=50)
    if download := export(request, table, _("What changed and why")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "filters_kept": (*asked.kept, *([("year", request.GET["year"])] if "year" in request.GET else []))
        if asked
        else (),
        "asked": asked,
        "about": _about(asked.run) if asked and asked.run else None,
        "runs": [(run, run_label(run)) for run in runs[:RUNS_OFFERED]],
        "years": years,
        "chosen": chosen,
        "year_asked": request.GET.get("year", ""),
        "rows": len(rows),
        "lights_moved": sum(row.light_moved for row in rows),
        "last": last,
        "last_label": run_label(last) if last else "",
        "last_key": str(last.pk) if last else "",
        "today": timezone.localdate(),
        "may_see_runs": allowed(request.user, Action.READ, zone=zone, public=False),
    }
    return render(request, "portal/differences.html", context)


def _years(request: HttpRequest, reached: dict[int, int]) -> list[int]:
    """The years to derive: the one asked for, else all where they are few, else the last."""
    asked = request.GET.get("year", "")
    if asked.isdigit() and int(asked) in reached:
        return [int(asked)]
    every = sorted(reached)
    return every if len(every) <= ALL_AT_ONCE else every[-1:]


def _rows(plan: ZonePackage, year: int, stretch: Stretch) -> list[MovedRow]:
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
                inputs[item] = _input(zone, item, runs.get(item.recorded_at))
        rows.append(
            MovedRow(
                each, year, *known[each.series], each.place == home, tuple(inputs[i] for i in each.inputs)
            )
        )
    return rows


def _input(zone: str, item: InputChange, run: ImportRun | None) -> MovedInput:
    form, _place, cell = item.series.removeprefix("sample/").split("/", 2)
    source = source_of(item.series)
    named = (
        cell_name(zone, form, cell).in_language(language())
        if cell in form_cells(zone).get(form, {})
        else cell
    )
    document = run.document.name if run and run.document else source.title if source else form
    return MovedInput(item, source, named, return_address(item.series, item.period[:4]), document, run)


def _filters(request: HttpRequest, rows: list[MovedRow]) -> Filters:
    used = {row.found.why for row in rows}
    return Filters(
        request.GET,
        [
            Filter(
                "level",
                _("Level"),
                [Choice("city", _("city")), Choice("county", _("counties"))],
                _("City and counties"),
            ),
            Filter(
                "moved",
                _("What moved"),
                [Choice("light", _("The light")), Choice("value", _("The value only"))],
                _("Value or light"),
            ),
            Filter(
                "cause", _("Why"), [Choice(k, str(v)) for k, v in CAUSES.items() if k in used], _("Any cause")
            ),
        ],
    )


def _keep(row: MovedRow, filters: Filters) -> bool:
    if filters["level"] and row.home != (filters["level"] == "city"):
        return False
    if filters["moved"] and row.light_moved != (filters["moved"] == "light"):
        return False
    if filters["cause"] and row.found.why != filters["cause"]:
        return False
    name = row.indicator.series_name(row.series)
    return filters.text == str(row.indicator.number) or matches(
        filters.text, name.zh, name.en, row.place, *(each.change.series for each in row.inputs)
    )


def run_label(run: ImportRun) -> str:
    """A run in one line: when, what, why."""
    when = run.recorded_at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M") if run.recorded_at else ""
    what = run.document.name if run.document else run.mapping or run.get_kind_display()
    return " · ".join(filter(None, (when, what, run.reason[:60])))


def _about(run: ImportRun) -> dict[str, Any]:
    """The run whose consequences are shown, with the return that it recorded where it recorded one."""
    step = ReturnStep.objects.filter(run=run.pk).select_related("of").order_by("pk").first()
    of = step.of if step else None
    key = f"{'sample/' if of.sample else ''}{of.form}/{of.place}/any" if of else ""
    return {
        "run": run,
        "label": run_label(run),
        "of": of,
        "return_url": return_address(key, of.period) if of else "",
        "recorded": run.recorded_at,
    }
