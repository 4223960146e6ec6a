"""Words for the values that the plan's data declares."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ecociv.plan.package.duties import Outcome
from ecociv.plan.package.indicators import IndicatorKind, Obligation

OUTCOMES: dict[Outcome, str | Promise] = {
    Outcome.STARTED: _("started"),
    Outcome.TAKING_SHAPE: _("taking shape"),
    Outcome.BASICALLY_FORMED: _("basically formed"),
    Outcome.COMPLETED: _("completed"),
    Outcome.ISSUED: _("issued"),
    Outcome.PILOTED: _("piloted"),
    Outcome.MAJOR_PROGRESS: _("major progress"),
    Outcome.INTERIM_RESULTS: _("interim results"),
    Outcome.IMPROVED: _("improved"),
    Outcome.BUILT: _("built"),
}

KINDS: dict[IndicatorKind, str | Promise] = {
    IndicatorKind.STOCK: _("stock: stands at a date"),
    IndicatorKind.FLOW: _("flow: adds up over a year"),
    IndicatorKind.RATIO: _("ratio: aggregates through its numerator and denominator"),
    IndicatorKind.INDEX: _("index"),
    IndicatorKind.COMPOSITION: _("composition: judged part by part"),
    IndicatorKind.CUMULATIVE: _("cumulative: adds up over the years"),
}

OBLIGATIONS: dict[Obligation, str | Promise] = {
    Obligation.BINDING: _("binding"),
    Obligation.EXPECTED: _("expected"),
}
