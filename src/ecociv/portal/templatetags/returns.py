"""Figures of returns in templates."""

from __future__ import annotations

from django import template

from ecociv.evidence.returns.cells import Entry
from ecociv.portal.returns import said

register = template.Library()


@register.simple_tag
def return_entry(entry: Entry | None) -> str:
    """A figure with its thousands set apart, the kind of absence in words, or a dash."""
    return said(entry)
