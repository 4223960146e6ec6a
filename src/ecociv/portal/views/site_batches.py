"""Batches of site checks: send a file, watch it, take the results away."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.people.permissions import actor_of
from ecociv.portal.site_forms import BatchForm, Received
from ecociv.portal.tables import Table
from ecociv.portal.views.common import export
from ecociv.portal.views.site_checks import check_columns, require_checker
from ecociv.portal.zone import language, zone_key
from ecociv.territory.jobs import check_batch
from ecociv.territory.models import SEES_ALL, SiteCheck, SiteCheckBatch
from ecociv.territory.site_check.batch import BatchRefused, OpenBatch, as_geopackage
from ecociv.territory.site_check.models import BatchState
from ecociv.territory.site_check.queries import may_read_batch

SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """Send a file, and the batches so far."""
    require_checker(request)
    form = BatchForm(request.POST or None, request.FILES or None)
    report: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        received = Received(form.cleaned_data["file"])
        try:
            with received as path:
                batch = OpenBatch(
                    path,
                    form.request_for(""),
                    zone_key(),
                    request.user,
                    form.cleaned_data["title"],
                    received.name,
                ).execute()
            check_batch(batch.pk)
            return HttpResponseRedirect(reverse("portal:site-batch", args=[batch.pk]))
        except BatchRefused as refused:
            report = refused.report
    batches = SiteCheckBatch.objects.filter(zone=zone_key())
    if actor_of(request.user).role not in SEES_ALL:
        batches = batches.filter(author_id=request.user.pk)
    context = {
        "form": form,
        "report": _report(report),
        "unshown": max(0, len(report) - SHOWN),
        "batches": batches[:100],
    }
    wrong = request.method == "POST"
    return render(request, "portal/sites/batches.html", context, status=422 if wrong else 200)


def _report(report: list[dict[str, Any]]) -> list[dict[str, Any]]:
    tongue = language()
    return [{**each, "text": each[tongue]} for each in report[:SHOWN]]


def _batch(request: HttpRequest, pk: int) -> SiteCheckBatch:
    batch = SiteCheckBatch.objects.filter(zone=zone_key(), pk=pk).first()
    if batch is None or not may_read_batch(request.user, batch):
        require_checker(request)
        raise Http404(_("There is no such batch."))
    return batch


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: how far it is, what came out, or why nothing was recorded."""
    batch = _batch(request, pk)
    columns = check_columns("row", "number", "title", "answer", "area", "reasons", "digest")
    table = Table(columns, batch.checks.all(), request.GET, default_sort="row")
    if batch.state == BatchState.DONE and (download := export(request, table, batch.title)):
        return download
    counts: dict[str, int] = {}
    for each in table.sorted_rows:
        counts[each.answer] = counts.get(each.answer, 0) + 1
    context = {
        "batch": batch,
        "table": table,
        "report": _report(batch.report),
        "running": batch.state in (BatchState.WAITING, BatchState.RUNNING),
        "counts": [
            (key, SiteCheck(answer=key).get_answer_display(), count) for key, count in sorted(counts.items())
        ],
    }
    return render(request, "portal/sites/batch.html", context)


@require_safe
def geopackage(request: HttpRequest, pk: int) -> HttpResponse:
    """The sites with their answers as a layer."""
    batch = _batch(request, pk)
    if batch.state != BatchState.DONE:
        raise Http404(_("The batch is not done."))
    folder = Path(settings.ECOCIV_VAR) / "site-checks"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch) / "sites.gpkg"
        as_geopackage(list(batch.checks.order_by("row")), path)
        content = path.read_bytes()
    response = HttpResponse(content, content_type="application/geopackage+sqlite3")
    response["Content-Disposition"] = f'attachment; filename="site-checks-{batch.pk}.gpkg"'
    response["Cache-Control"] = "private, no-store"
    return response
