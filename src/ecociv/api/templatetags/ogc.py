"""Rows of features under the columns of their page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

register = template.Library()


@register.filter
def values_of(properties: Mapping[str, Any], columns: Sequence[str]) -> list[Any]:
    """The properties in the order of the columns, "" where there is none.

    >>> values_of({"a": 1}, ["b", "a"])
    ['', 1]
    """
    return [properties.get(name, "") for name in columns]
