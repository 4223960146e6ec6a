"""What changed between two days and why, and what one restated return or run moved downstream."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.evidence.models import ImportRun, ReturnStep
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import LOCAL, moment_of
from ecociv.portal.collation import collation_key
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.known import read_year
from ecociv.portal.moved import Stretch, last_change, revising_runs, stretch_of, touched_years
from ecociv.portal.moved_rows import CAUSES, MovedInput, MovedRow, moved_rows
from ecociv.portal.sources import reads_returns, return_address, title_of
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan

ALL_AT_ONCE = 3
"""So many years are derived for one page; of more, the reader chooses one."""
RUNS_OFFERED = 50


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
        Column("relative", gettext_lazy("Change, per cent"), lambda r: r.relative, export_only=True),
        Column(
            "light",
            gettext_lazy("Light before"),
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
    zone, inside = plan.zone.key, reads_returns(request.user)
    runs = revising_runs(zone)
    asked = _asked(request, zone, runs)
    last = last_change(zone)
    years = touched_years(plan, asked.stretch) if asked else {}
    chosen = _years(request, years)
    rows = (
        [row for year in chosen for row in moved_rows(plan, year, asked.stretch, inside=inside)]
        if asked
        else []
    )
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
        "about": _about(asked.run, inside) if asked and asked.run else None,
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
        "inside": inside,
    }
    return render(request, "portal/differences.html", context)


def _years(request: HttpRequest, reached: dict[int, int]) -> list[int]:
    """The years to derive: the one asked for, else all where they are few, else the last."""
    asked = read_year(request.GET.get("year", ""))
    if asked in reached:
        return [asked]
    every = sorted(reached)
    return every if len(every) <= ALL_AT_ONCE else every[-1:]


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
    what = (
        run.document.name
        if run.document
        else title_of(run.mapping)
        if run.mapping
        else run.get_kind_display()
    )
    return " · ".join(filter(None, (when, what, run.reason[:60])))


def _about(run: ImportRun, inside: bool) -> dict[str, Any]:
    """The run whose consequences are shown, with the return that it recorded where it recorded one."""
    step = ReturnStep.objects.filter(run=run.pk).select_related("of").order_by("pk").first()
    of = step.of if step else None
    key = f"{'sample/' if of.sample else ''}{of.form}/{of.place}/any" if of else ""
    return {
        "run": run,
        "label": run_label(run),
        "of": of,
        "return_url": return_address(key, of.period, inside=inside) if of else "",
        "recorded": run.recorded_at,
    }
