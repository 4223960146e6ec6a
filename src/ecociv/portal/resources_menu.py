"""The menu of resources and the market: accounts, compensation, prices, exchange, liabilities."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RESOURCES: tuple[tuple[str, str | Promise, str, bool], ...] = (
    ("portal:registers", _("Registers"), "address-book", True),
    ("portal:markets", _("Markets"), "chart-candle", True),
    ("portal:exchange-registry", _("Registry of rights"), "wallet", False),
    ("portal:exchange-supervision", _("Supervision of the market"), "gavel", False),
)
"""Address, name, symbol, and whether visitors may open the page."""

FOR_ENTERPRISES: frozenset[str] = frozenset({"portal:exchange-registry"})
"""Addresses of entries that visitors may not open and the accounts of enterprises may: their own matters."""
