"""From the arithmetic on a page to the evidence that it names."""

from __future__ import annotations

from django import template

from ecociv.core.trace import TraceInput
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import Indicator
from ecociv.portal.county_figures import figure_of
from ecociv.portal.sources import Source, reads_returns, source_of
from ecociv.portal.values import value_text

register = template.Library()


@register.simple_tag(takes_context=True)
def trace_source(context: template.Context, node: TraceInput) -> Source | None:
    """The series and the return of a leaf of the arithmetic; none where it names none."""
    request = context.get("request")
    inside = request is not None and reads_returns(request.user)
    return source_of(node.source_id, node.valid, inside=inside)


@register.simple_tag
def county_value(indicator: Indicator, value: IndicatorValue | None) -> str:
    """A value of a county in words: number, parts, or the kind of absence; a dash where nothing was computed."""
    return value_text(indicator, None if value is None else value.missing or figure_of(value))
