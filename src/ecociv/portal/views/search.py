"""Search over everything."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ecociv.plan.package import ZonePackage
from ecociv.portal.case_search import case_documents
from ecociv.portal.checks import findings_of
from ecociv.portal.search import KINDS, documents_of, find
from ecociv.portal.views.common import with_plan


@require_safe
@with_plan
def search(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Hits under their kinds; the kind with the best hit stands first."""
    query = (request.GET.get("q") or "").strip()[:100]
    documents = (*documents_of(plan, findings_of(plan)), *case_documents(request.user, query))
    hits = find(documents, query)
    best = {hit.document.kind: index for index, hit in reversed(list(enumerate(hits)))}
    ordered = sorted(hits, key=lambda hit: best[hit.document.kind])
    groups = [
        (KINDS[kind], list(members)) for kind, members in groupby(ordered, key=lambda hit: hit.document.kind)
    ]
    context = {"query": query, "groups": groups, "count": len(hits), "documents": len(documents)}
    return render(request, "portal/search.html", context)
