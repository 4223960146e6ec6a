"""What the pages of tasks and of projects share: columns, filters, the context of one duty."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.models import PlanItemRevision
from ecociv.plan.package import Project, Task, ZonePackage
from ecociv.plan.queries import history
from ecociv.portal.checks import findings_at
from ecociv.portal.collation import collation_key
from ecociv.portal.days import chosen_day
from ecociv.portal.duties import PHASE_LABELS, DutyRow, Phase, duty_row, holder_keys, holders
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column
from ecociv.portal.views.common import body_choices, names
from ecociv.portal.zone import language, zone_key


def duty_columns(group: str | Promise) -> list[Column[DutyRow]]:
    """Columns of tasks and projects; ``group`` heads the column of systems or programmes."""

    def title(row: DutyRow) -> str:
        return row.duty.title.in_language(language())

    return [
        Column("number", gettext_lazy("No."), lambda row: row.number, sort_by=lambda row: row.number, numeric=True),
        Column("title", gettext_lazy("What is to be done"), title, sort_by=lambda row: collation_key(title(row))),
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
            "phase",
            gettext_lazy("Term"),
            lambda row: row.phase_label,
            sort_by=lambda row: list(Phase).index(row.phase),
        ),
        Column(
            "targets",
            gettext_lazy("Figures"),
            lambda row: len(row.goal.targets),
            sort_by=lambda row: len(row.goal.targets),
            numeric=True,
        ),
    ]


def phase_filter() -> Filter:
    """The filter by phase."""
    return Filter("phase", _("Term"), [Choice(p.value, PHASE_LABELS[p]) for p in Phase], _("Any"))


def year_filter(rows: list[DutyRow]) -> Filter:
    """The filter by the year in which something is due."""
    years = sorted({date.year for row in rows for date, _what in row.goal.dates()})
    return Filter("year", _("Due in"), [Choice(str(year), str(year)) for year in years], _("Any year"))


def lead_filter(rows: list[DutyRow]) -> Filter:
    """The filter by leading body."""
    return Filter("lead", _("Lead"), body_choices([body for row in rows for body in row.leads]), _("All bodies"))


def keep(row: DutyRow, filters: Filters) -> bool:
    """Whether a row passes the filters that tasks and projects share."""
    duty = row.duty
    if filters["phase"] and row.phase.value != filters["phase"]:
        return False
    if filters["lead"] and filters["lead"] not in {body.key for body in row.leads}:
        return False
    if filters["year"] and all(str(date.year) != filters["year"] for date, _what in row.goal.dates()):
        return False
    return filters.text == str(duty.number) or matches(
        filters.text, duty.title.zh, duty.title.en, duty.summary.zh, duty.summary.en, *duty.lead
    )


def duty_context(request: HttpRequest, plan: ZonePackage, duty: Task | Project) -> dict[str, object]:
    """What the pages of a task and of a project share."""
    today = timezone.localdate()
    day = chosen_day(request, plan)
    owner = plan.shared_cell(duty)
    series = {target.series: plan.series(target.series) for target in owner.targets if target.series}
    items: list[Task | Project] = [each for each in plan.duties if each.place_kind == duty.place_kind]
    place = items.index(duty)
    lead_keys = holder_keys(plan, duty, today)
    return {
        "duty": duty,
        "row": duty_row(plan, duty, day, ""),
        "day": day,
        "leads": holders(plan, plan.leads(duty), today),
        "supports": holders(plan, plan.supports(duty), today),
        "lead_keys": lead_keys,
        "owner": owner if owner is not duty else None,
        "targets": [(target, series.get(target.series or "")) for target in owner.targets],
        "findings": findings_at(plan, duty.place),
        "previous": items[place - 1] if place else None,
        "following": items[place + 1] if place + 1 < len(items) else None,
        "may_report": allowed(request.user, Action.REPORT_PROGRESS, zone=zone_key(), lead=lead_keys),
        "changes": _changes(request, duty, lead_keys),
        "today": today,
        "goal": owner,
    }


def _changes(request: HttpRequest, duty: Task | Project, lead_keys: frozenset[str]) -> list[PlanItemRevision]:
    """Revisions of the plan item, for those who may read its history."""
    if not allowed(request.user, Action.READ_HISTORY, zone=zone_key(), lead=lead_keys):
        return []
    return list(history(zone_key(), duty.place_kind, str(duty.number))[:20])
