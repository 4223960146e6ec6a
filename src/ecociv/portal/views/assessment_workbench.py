"""The workbench: the scores of one unit item by item, given one at a time."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ecociv.assessment.actions import Attached, GiveScore
from ecociv.assessment.models import AssessmentRound, EntryDocument
from ecociv.assessment.permissions import require_score
from ecociv.assessment.refusals import AssessmentRefused
from ecociv.assessment.stages import AmountKind, ScoredBy
from ecociv.assessment.standing import Standing, sees_all, sees_unit, standing_of
from ecociv.evidence.documents import open_document
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.assessment_bench import BenchGroup, bench_groups, bench_row, with_refusal
from ecociv.portal.assessment_deeds import number_of
from ecociv.portal.case_inputs import received
from ecociv.portal.views.assessment import organisation_of, round_of
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language

_AT_REASON = frozenset({"no-reason", "too-long"})


@require_safe
@people_of_the_zone
@with_plan
def units(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """To the workbench of the reader's own unit, or of the first one."""
    round_ = round_of(request, pk)
    standing = standing_of(round_, intervals=False)
    own = organisation_of(request)
    if own in standing.results:
        return redirect("portal:assessment-workbench", pk, own)
    first = next(iter(standing.results), None)
    if first is None or not sees_all(request.user):
        raise PermissionDenied(_("Your body is not assessed in this round."))
    return redirect("portal:assessment-workbench", pk, first)


def _readable(request: HttpRequest, round_: AssessmentRound, unit: str) -> Standing:
    """The round with its results; officers open the workbench of their own unit only."""
    standing = standing_of(round_, intervals=False)
    if not (sees_all(request.user) or organisation_of(request) == unit):
        raise PermissionDenied(_("An officer works on the scores of the own unit only."))
    if unit not in standing.results or not sees_unit(request.user, standing, unit):
        raise Http404(_("This round assesses no such unit."))
    return standing


@require_safe
@people_of_the_zone
@with_plan
def bench(request: HttpRequest, plan: ZonePackage, pk: int, unit: str) -> HttpResponse:
    """Self, review and audit score of every item side by side, with the figure and what counts."""
    standing = _readable(request, round_of(request, pk), unit)
    return _bench(request, standing, unit, bench_groups(standing, unit, request.user))


def _bench(
    request: HttpRequest, standing: Standing, unit: str, groups: list[BenchGroup], status: int = 200
) -> HttpResponse:
    tongue = language()
    everybody = [(key, each.name.in_language(tongue)) for key, each in standing.results.items()]
    context = {
        "round": standing.round,
        "standing": standing,
        "unit": unit,
        "result": standing.results[unit],
        "groups": groups,
        "units": everybody if sees_all(request.user) else [],
        "waiting": sum(row.waits for group in groups for row in group.rows),
        "opened": [
            by.label
            for by in ScoredBy
            if any(s.open and s.by is by for g in groups for r in g.rows for s in r.slots)
        ],
    }
    return render(request, "portal/assessment/workbench.html", context, status=status)


@require_POST
@people_of_the_zone
@with_plan
def give(request: HttpRequest, plan: ZonePackage, pk: int, unit: str, item: str, by: str) -> HttpResponse:
    """Record one score; the row comes back, or the whole page where no script runs."""
    round_ = round_of(request, pk)
    if by not in {each.value for each in ScoredBy}:
        raise Http404
    whose = ScoredBy(by)
    require_score(request.user, round_.zone, unit, whose)
    typed = {name: request.POST.get(name, "")[:2001] for name in ("amount", "kind", "reason", "seen")}
    refused, field, conflict = "", "", False
    try:
        _give(request, round_, unit, item, whose, typed)
    except AssessmentRefused as error:
        refused = error.text.in_language(language())
        field = "reason" if error.code in _AT_REASON else "amount"
        conflict = error.code in {"newer-score", "not-open"}
    address = reverse("portal:assessment-workbench", args=[pk, unit]) + f"#item-{quote(item)}"
    if not request.htmx and not refused:  # type: ignore[attr-defined]
        messages.success(request, _("The score is recorded."))
        return redirect(address)
    standing = _readable(request, round_, unit)
    if item not in standing.computed[unit]:
        raise Http404(_("The rule set has no such item."))
    status = (409 if conflict else 422) if refused else 200
    row = bench_row(standing, unit, item, request.user)
    if refused:
        row = with_refusal(row, whose, typed, refused, field)
    if request.htmx:  # type: ignore[attr-defined]
        context = {
            "row": row,
            "round": round_,
            "unit": unit,
            "standing": standing,
            "result": standing.results[unit],
            "swapped": True,
        }
        # htmx shows only what came with 200; the refusal stands at the field.
        return render(request, "portal/assessment/_item.html", context)
    groups = [
        BenchGroup(group.title, tuple(row if each.key == item else each for each in group.rows))
        for group in bench_groups(standing, unit, request.user)
    ]
    return _bench(request, standing, unit, groups, status)


def _give(
    request: HttpRequest, round_: AssessmentRound, unit: str, item: str, by: ScoredBy, typed: dict[str, str]
) -> None:
    amount = number_of(typed["amount"])
    if amount is None:
        raise AssessmentRefused(
            "no-number", "请填一个数，例如 85 或 85.5。", "Give a number, such as 85 or 85.5."
        )
    kind = AmountKind.VALUE if typed["kind"] == AmountKind.VALUE.value else AmountKind.SCORE
    seen = int(typed["seen"]) if typed["seen"].isascii() and typed["seen"].isdigit() else 0
    with received(request) as files:
        GiveScore(
            round_,
            unit,
            item,
            by,
            amount,
            request.user,
            seen=seen,
            kind=kind,
            reason=typed["reason"],
            documents=[Attached(each.path, each.name) for each in files],
        ).execute()


@require_safe
@people_of_the_zone
@with_plan
def document(request: HttpRequest, plan: ZonePackage, pk: int, key: int) -> HttpResponse:
    """A document that a score rests on, for whoever may open the workbench of the unit."""
    round_ = round_of(request, pk)
    row = (
        EntryDocument.objects.select_related("document", "entry").filter(pk=key, entry__round=round_).first()
    )
    if row is None:
        raise Http404
    if not (sees_all(request.user) or organisation_of(request) == row.entry.unit):
        raise PermissionDenied(_("An officer works on the scores of the own unit only."))
    try:
        stored = open_document(row.document)
    except FileNotFoundError as error:
        raise Http404(
            _("The stored copy of this file is gone; ask an administrator to put it back.")
        ) from error
    response: Any = FileResponse(stored, content_type="application/octet-stream")
    name = f"filename=\"document-{row.document_id[:12]}\"; filename*=UTF-8''{quote(row.file_name)}"
    response["Content-Disposition"] = f"attachment; {name}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return cast("HttpResponse", response)
