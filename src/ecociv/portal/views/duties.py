"""What the pages of tasks and of projects share: columns, filters, the context of one duty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.models import PlanItemRevision
from ecociv.plan.package import Project, Task
from ecociv.plan.queries import history
from ecociv.portal import timeline
from ecociv.portal.checks import findings_at
from ecociv.portal.collation import collation_key
from ecociv.portal.duties import DutyRow, duty_rows, duty_statuses, group_of, group_titles, holders
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.known import Known
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import body_choices, export, names
from ecociv.portal.zone import language, zone_key
from ecociv.supervision.permissions import lead_keys
from ecociv.supervision.states import DutyState


@dataclass(frozen=True, slots=True)
class DutyList:
    """Words of the list of tasks, or of projects: its title and what it is, and the systems or programmes that they stand under.

    ``key`` names the filter by group in the address; ``under_groups``: in the plan's order the rows stand under their groups.
    """

    title: str
    about: str
    key: str
    group: str
    every_group: str
    groups: Sequence[tuple[str, str]]
    page_size: int = 50
    under_groups: bool = False


def duty_list(
    request: HttpRequest, known: Known, duties: Sequence[Task | Project], words: DutyList
) -> HttpResponse:
    """Tasks or projects, filtered and sorted, as a table or a timeline."""
    plan, day, tongue = known.plan, known.day, language()
    rows = duty_rows(plan, duties, duty_statuses(plan, day, known.today, known.moment), tongue)
    filters = Filters(
        request.GET,
        [
            Filter(
                words.key, words.group, [Choice(key, title) for key, title in words.groups], words.every_group
            ),
            lead_filter(rows),
            state_filter(rows),
            year_filter(rows),
        ],
    )
    wanted = filters[words.key]
    kept = [row for row in rows if keep(row, filters) and (not wanted or group_of(row.duty) == wanted)]
    table = Table(
        duty_columns(words.group), kept, request.GET, default_sort="number", page_size=words.page_size
    )
    if download := export(request, table, words.title, known.as_of):
        return download
    context = {
        "words": words,
        "table": table,
        "filters": filters,
        "view": "table",
        "grouped": words.under_groups and table.sort == "number" and not table.descending,
    } | known_context(known)
    if request.GET.get("view") == "timeline":
        context["view"] = "timeline"
        context["timeline"] = timeline.draw(plan, [row.duty for row in table.sorted_rows], day, tongue)
    return render(request, "portal/duties.html", context)


def duty_columns(group: str | Promise) -> list[Column[DutyRow]]:
    """Columns of tasks and projects; ``group`` heads the column of systems or programmes."""

    def title(row: DutyRow) -> str:
        return row.duty.title.in_language(language())

    return [
        Column(
            "number",
            gettext_lazy("No."),
            lambda row: row.number,
            sort_by=lambda row: row.number,
            numeric=True,
        ),
        Column(
            "title", gettext_lazy("What is to be done"), title, sort_by=lambda row: collation_key(title(row))
        ),
        Column("group", group, lambda row: row.group, export_only=True),
        Column(
            "summary",
            gettext_lazy("Summary"),
            lambda row: row.duty.summary.in_language(language()),
            export_only=True,
        ),
        Column(
            "lead",
            gettext_lazy("Lead"),
            lambda row: names(row.leads),
            sort_by=lambda row: collation_key(names(row.leads)) if row.leads else None,
        ),
        Column("support", gettext_lazy("Support"), lambda row: "、".join(row.duty.support), export_only=True),
        Column(
            "start",
            gettext_lazy("Begins"),
            lambda row: row.goal.start.show("en") if row.goal.start else None,
            sort_by=lambda row: row.goal.start.first_day if row.goal.start else None,
        ),
        Column(
            "due",
            gettext_lazy("Due"),
            lambda row: row.goal.due.show("en") if row.goal.due else None,
            sort_by=lambda row: row.goal.due.last_day if row.goal.due else None,
        ),
        Column(
            "state",
            gettext_lazy("Status"),
            lambda row: row.status.label.in_language(language()),
            sort_by=lambda row: (row.status.state.rank, row.number),
        ),
        Column(
            "targets",
            gettext_lazy("Figures"),
            lambda row: len(row.goal.targets),
            sort_by=lambda row: len(row.goal.targets),
            numeric=True,
        ),
    ]


def state_filter(rows: list[DutyRow]) -> Filter:
    """The filter by status; only states that occur are offered."""
    used = {row.status.state for row in rows}
    choices = [Choice(s.value, s.label.in_language(language())) for s in DutyState if s in used]
    return Filter("state", _("Status"), choices, _("Any"))


def year_filter(rows: list[DutyRow]) -> Filter:
    """The filter by the year in which something is due."""
    years = sorted({date.year for row in rows for date, _what in row.goal.dates()})
    return Filter("year", _("Due in"), [Choice(str(year), str(year)) for year in years], _("Any year"))


def lead_filter(rows: list[DutyRow]) -> Filter:
    """The filter by leading body."""
    return Filter(
        "lead", _("Lead"), body_choices([body for row in rows for body in row.leads]), _("All bodies")
    )


def keep(row: DutyRow, filters: Filters) -> bool:
    """Whether a row passes the filters that tasks and projects share."""
    duty = row.duty
    if filters["state"] and row.status.state.value != filters["state"]:
        return False
    if filters["lead"] and filters["lead"] not in {body.key for body in row.leads}:
        return False
    if filters["year"] and all(str(date.year) != filters["year"] for date, _what in row.goal.dates()):
        return False
    return filters.text == str(duty.number) or matches(
        filters.text, duty.title.zh, duty.title.en, duty.summary.zh, duty.summary.en, *duty.lead
    )


def known_context(known: Known) -> dict[str, Any]:
    """Day and moment for the template of a list, its filters and its links."""
    return {
        "day": known.day,
        "known": known,
        "as_of": known.as_of,
        "filters_kept": (("as_of", known.as_of.asked),) if known.moment else (),
    }


def duty_context(request: HttpRequest, known: Known, duty: Task | Project, group: str) -> dict[str, object]:
    """What the pages of a task and of a project show; ``group`` is the key of its system or programme."""
    plan, day, today = known.plan, known.day, known.today
    goal = plan.shared_cell(duty)
    series = {target.series: plan.series(target.series) for target in goal.targets if target.series}
    items: list[Task | Project] = [each for each in plan.duties if each.place_kind == duty.place_kind]
    place = items.index(duty)
    return {
        "duty": duty,
        "goal": goal,
        "shared": goal is not duty,
        "group_title": group_titles(plan, language())[group],
        "day": day,
        "known": known,
        "as_of": known.as_of,
        "leads": holders(plan, plan.leads(duty), today),
        "supports": holders(plan, plan.supports(duty), today),
        "targets": [(target, series.get(target.series or "")) for target in goal.targets],
        "findings": findings_at(plan, duty.place),
        "previous": items[place - 1] if place else None,
        "following": items[place + 1] if place + 1 < len(items) else None,
        "changes": _changes(request, known, duty),
        "today": today,
        "timeline": timeline.draw(plan, [duty], day, language(), compact=True),
    }


def _changes(request: HttpRequest, known: Known, duty: Task | Project) -> list[PlanItemRevision]:
    """Revisions of the plan item up to the moment, for those who may read its history."""
    leads = lead_keys(duty, known.plan, known.today)
    if not allowed(request.user, Action.READ_HISTORY, zone=zone_key(), lead=leads):
        return []
    rows = history(zone_key(), duty.place_kind, str(duty.number))
    return list((rows.filter(recorded_at__lte=known.moment) if known.moment else rows)[:20])
