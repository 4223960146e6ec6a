"""The menu of resources and the market: accounts, compensation, prices, exchange, liabilities."""

from __future__ import annotations

from django.utils.functional import Promise

RESOURCES: tuple[tuple[str, str | Promise, str, bool], ...] = ()
"""Address, name, symbol, and whether visitors may open the page."""
