"""Runs that compare plans: ask for one, watch it, what it found, close what is gone, make it again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ecociv.casework.actions import CaseRefused
from ecociv.land_administration.authority import may_coordinate, require_coordinator
from ecociv.land_administration.differences.cases import CloseVanished, CoordinationRefused, closings
from ecociv.land_administration.differences.jobs import ask_for_run, run_differences
from ecociv.land_administration.differences.models import DifferenceEvent, DifferenceJob, DifferenceRun
from ecociv.land_administration.differences.queries import runs_of, visible_patches
from ecociv.land_administration.differences.running import RunDifferences, RunRefused, repeat
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.difference_rows import class_words, layer_titles
from ecociv.portal.repeated import tell_repeated
from ecociv.portal.right_forms import day_of
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.plan_differences import require_reader
from ecociv.portal.zone import language, zone_key
from ecociv.territory.layers.geopackage import LayerFileUnreadable


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """All runs, and the form for the next."""
    require_reader(request)
    as_of = read_as_of(request)
    context = {
        "runs": runs_of(zone_key(), as_of.moment),
        "jobs": DifferenceJob.objects.filter(zone=zone_key(), state__in=["waiting", "running", "refused"])[
            :10
        ],
        "as_of": as_of,
        "today": timezone.localdate(),
        "may_coordinate": not as_of.moment and may_coordinate(request.user, zone_key()),
    }
    return render(request, "portal/differences/runs.html", context)


@require_POST
@with_plan
def ask(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Put a run in line."""
    require_coordinator(request.user, zone_key())
    day = day_of(request.POST.get("on"))
    if day is None:
        messages.error(request, _("Give the day as year-month-day."))
        return redirect("portal:plan-difference-runs")
    try:
        job = ask_for_run(RunDifferences(zone_key(), request.user, day))
    except RunRefused as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:plan-difference-runs")
    run_differences(job.pk)
    return redirect("portal:plan-difference-job", pk=job.pk)


@require_safe
@with_plan
def job(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """How far a run is; the run itself once it is made."""
    require_reader(request)
    found = DifferenceJob.objects.filter(zone=zone_key(), pk=pk).select_related("run").first()
    if found is None:
        raise Http404(_("There is no such run."))
    if found.run is not None:
        return redirect("portal:plan-difference-run", number=found.run.number)
    context = {
        "job": found,
        "running": found.state in (DifferenceJob.State.WAITING, DifferenceJob.State.RUNNING),
        "said": found.said_zh if language() == "zh" else found.said_en,
    }
    return render(request, "portal/differences/job.html", context)


def _run(number: int) -> DifferenceRun:
    found = DifferenceRun.objects.filter(zone=zone_key(), number=number).first()
    if found is None:
        raise Http404(_("There is no such run."))
    return found


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """What one run compared and found, what became of the differences of before, and the cases to close."""
    require_reader(request)
    run, zone = _run(number), zone_key()
    titles = layer_titles(zone)
    visible = visible_patches(request.user, zone)
    seen = set(visible.filter(run=run).values_list("difference__layer_a", "difference__layer_b"))
    known = set(visible.values_list("difference_id", flat=True))
    events = [one for one in run.events.select_related("difference") if one.difference_id in known]
    may = may_coordinate(request.user, zone)
    last = runs_of(zone).first()
    context = {
        "run": run,
        "versions": [(titles.get(key, key), version, sha256) for key, version, sha256 in run.versions],
        "pairs": [
            (
                class_words(row["kind_a"], row["class_a"]),
                class_words(row["kind_b"], row["class_b"]),
                "/".join((row["layer_a"], row["class_a"], row["layer_b"], row["class_b"])),
                row,
            )
            for row in run.pairs
            if (row["layer_a"], row["layer_b"]) in seen or may
        ],
        "counts": [
            (label, sum(one.kind == kind for one in events)) for kind, label in DifferenceEvent.Kind.choices
        ],
        "ended": [one for one in events if one.kind not in (DifferenceEvent.Kind.APPEARED,)],
        "descents": [
            one
            for one in run.descents.select_related("parent", "child")
            if one.parent_id in known and one.child_id in known
        ],
        "closings": closings(zone, run) if may and last is not None and last.pk == run.pk else [],
        "may_coordinate": may,
    }
    return render(request, "portal/differences/run.html", context)


@require_POST
@with_plan
def close(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """Close the cases whose differences the run no longer found."""
    try:
        done = CloseVanished(_run(number), request.user).execute()
    except CoordinationRefused as refused:
        messages.error(request, " ".join(text.in_language(language()) for text in refused.texts))
    except CaseRefused as refused:
        messages.error(request, refused.text.in_language(language()))
    else:
        count = len(done)
        messages.success(
            request, ngettext("%(n)d case was closed.", "%(n)d cases were closed.", count) % {"n": count}
        )
    return redirect("portal:plan-difference-run", number=number)


@require_POST
@with_plan
def again(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """Make the run again, compare, and say so."""
    require_coordinator(request.user, zone_key())
    try:
        made = repeat(_run(number))
    except (RunRefused, LayerFileUnreadable) as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:plan-difference-run", number=number)
    tell_repeated(request, made)
    return redirect(reverse("portal:plan-difference-run", args=[number]))
