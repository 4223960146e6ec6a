"""Small components for templates: icons, texts in the reader's language, lights, addresses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of, with_unit
from ecociv.core.targets import Target
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.plan.package import Indicator, QuantifiedTarget, Series
from ecociv.plan.package.duties import Outcome
from ecociv.portal.checks import place_of
from ecociv.portal.labels import OUTCOMES
from ecociv.portal.lights import Count, Shown, shown_as
from ecociv.portal.tables import url_with
from ecociv.portal.zone import language, package

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon from the sprite; decoration only, so hidden from screen readers."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("vendor/icons/icons.svg"),
        name,
    )


@register.filter
def local(value: Any) -> str:
    """A text (also in its JSON form), date or body in the reader's language; nothing for ``None``."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(value[language()])
    for method in ("in_language", "show", "shown"):
        if hasattr(value, method):
            return str(getattr(value, method)(language()))
    return str(value)


@register.inclusion_tag("portal/components/light.html")
def light(value: Any, size: str = "") -> dict[str, Any]:
    """A light as colour, shape and words together: colour is never the only sign."""
    shown: Shown = shown_as(value)
    return {"light": shown, "size": size}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """This page's address with some parameters changed."""
    return url_with(context["request"].GET, **changes)


@register.simple_tag
def attribute_width(part: float, whole: float) -> str:
    """A share as a percentage for an SVG attribute, with two decimals and a point in any language."""
    return f"{0 if not whole else 100 * part / whole:.2f}%"


@register.filter
def attribute(value: float) -> str:
    """A coordinate for an SVG attribute: a point as decimal sign in any language."""
    return f"{value:.2f}"


@register.simple_tag
def target_text(target: Target | None, unit_label: Any = "") -> str:
    """A target as a reader says it, with its unit; a dash for none."""
    if target is None:
        return "—"
    label = unit_label if isinstance(unit_label, str) else local(unit_label)
    return target.show(language(), label)


@register.simple_tag
def duty_target(target: QuantifiedTarget) -> str:
    """The target of a task or project: with the plan's own word for the unit in Chinese, with the unit's in English."""
    if language() == "zh" and target.unit != "percent":
        return target.typed.show("zh", target.unit_label)
    label = label_of(target.unit).in_language(language())
    return target.typed.show(language(), "" if label == "—" else label)


@register.filter
def unit(expression: str) -> str:
    """The label of a unit expression, such as ``wan_yuan``."""
    return label_of(expression).in_language(language())


@register.filter
def outcome(value: Outcome) -> Any:
    """A dated outcome in words."""
    return OUTCOMES[value]


@register.simple_tag
def series_name(indicator: Indicator, series: Series) -> str:
    """Name of a series, with its indicator's before it where there are several."""
    return indicator.series_name(series).in_language(language())


@register.simple_tag
def trace_value(node: Trace | TraceInput | TraceParameter) -> str:
    """The value of a node of the arithmetic with its unit; a kind of absence in words."""
    if node.value is None:
        return "—"
    if isinstance(node.value, Missing):
        return node.value.label.in_language(language())
    if isinstance(node.value, Decimal):
        # From five figures on in groups of three, as in the tables; a year is left as it is written.
        number = plain(node.value) if abs(node.value) < 10_000 else f"{node.value:,f}"
    else:
        number = f"{node.value:.10g}"
    return with_unit(number, label_of(node.unit) if node.unit not in {"", "1"} else "", language())


@register.simple_tag
def stacked(counts: list[Count], total: int) -> list[dict[str, Any]]:
    """Parts of a bar of shares, each where the one before it ends."""
    parts, start = [], 0
    for each in counts:
        parts.append(
            {
                "light": each.light.value,
                "label": each.light.label,
                "count": each.count,
                "x": attribute_width(start, total),
                "width": attribute_width(each.count, total),
            }
        )
        start += each.count
    return parts


@register.filter
def place_link(place: str) -> SafeString:
    """A place such as ``task:112`` with its name and its page."""
    found = place_of(package(), place)
    if not found.url:
        return format_html("{}", found.label)
    return format_html('<a href="{}">{}</a>', found.url, found.label)


@register.simple_tag
def class_of(found: Any) -> str:
    """Name of the class of a feature found on the map."""
    name: str = found.kind.class_name(found.feature.class_key).in_language(language())
    return name
