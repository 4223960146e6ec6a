"""The record of changes: who did what, when and why, and whether the record is whole."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.people import audit
from ecociv.people.models import AuditEntry
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.checks import place_of
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan

NEWEST = 2000
"""Entries that the page looks through; the export of the administration holds all."""


def _columns(plan: ZonePackage) -> list[Column[AuditEntry]]:
    return [
        Column(
            "when",
            gettext_lazy("When"),
            lambda entry: localtime(entry.recorded_at).strftime("%Y-%m-%d %H:%M:%S"),
            sort_by=lambda entry: entry.pk,
        ),
        Column(
            "who", gettext_lazy("Who"), lambda entry: entry.actor_name, sort_by=lambda entry: entry.actor_name
        ),
        Column(
            "action", gettext_lazy("What was done"), lambda entry: entry.action, sort_by=lambda e: e.action
        ),
        Column("subject", gettext_lazy("Subject"), lambda entry: _subject(plan, entry)),
        Column("reason", gettext_lazy("Reason"), lambda entry: entry.reason),
    ]


def _subject(plan: ZonePackage, entry: AuditEntry) -> str:
    if entry.subject_kind in ("task", "project", "indicator", "organisation"):
        return place_of(plan, f"{entry.subject_kind}:{entry.subject_key}").label
    return f"{entry.subject_kind} {entry.subject_key[:24]}"


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Changes of the zone, newest first; ``?subject=task:12`` for those of one thing."""
    require(request.user, Action.READ_HISTORY, zone=plan.zone.key)
    entries = AuditEntry.objects.filter(zone__in=("", plan.zone.key)).order_by("-pk")
    kind, _colon, key = request.GET.get("subject", "").partition(":")
    if kind and key:
        entries = entries.filter(subject_kind=kind[:64], subject_key=key[:200])
    rows = list(entries[:NEWEST])
    table = Table(_columns(plan), rows, request.GET, default_sort="-when", page_size=50)
    if download := export(request, table, _("Record of changes")):
        return download
    context = {
        "table": table,
        "rows": [(entry, _subject(plan, entry)) for entry in table.page_rows],
        "broken": audit.verify(),
        "subject": f"{kind}:{key}" if kind and key else "",
    }
    return render(request, "portal/changes.html", context)
