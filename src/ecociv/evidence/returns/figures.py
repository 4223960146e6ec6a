"""Accepted figures of returns: what stands on record for a place and a period, as it was known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max

from ecociv.evidence.models import ReturnRevision, ReturnStep, StepKind
from ecociv.evidence.returns.cells import Entry, entries_from_json
from ecociv.evidence.returns.forms import Form
from ecociv.evidence.returns.periods import ReturnPeriod


def accepted_revisions(
    zone: str,
    form: str,
    periods: Iterable[ReturnPeriod],
    *,
    sample: bool,
    as_of: datetime | None = None,
) -> dict[tuple[str, str], ReturnRevision]:
    """The accepted revision of each return of a form, by (place, period), as it was known at ``as_of``."""
    steps = ReturnStep.objects.filter(
        kind=StepKind.LOCKED,
        of__zone=zone,
        of__form=form,
        of__sample=sample,
        of__period__in=[str(period) for period in periods],
    )
    if as_of is not None:
        steps = steps.filter(at__lte=as_of)
    newest = steps.values("of").annotate(newest=Max("revision__number")).values_list("of", "newest")
    wanted = dict(newest)
    rows = ReturnRevision.objects.filter(of__in=wanted).select_related("of")
    return {(row.of.place, row.of.period): row for row in rows if row.number == wanted[row.of_id]}


def accepted_figures(
    zone: str, form: Form, place: str, period: ReturnPeriod, *, sample: bool, as_of: datetime | None = None
) -> dict[str, Entry]:
    """The accepted figures of one place and period by cell; empty where nothing was accepted."""
    found = accepted_revisions(zone, form.key, [period], sample=sample, as_of=as_of).get((place, str(period)))
    return entries_from_json(found.cells) if found else {}
