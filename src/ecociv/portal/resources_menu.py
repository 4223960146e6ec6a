"""The menu of resources and the market: accounts, compensation, prices, exchange, liabilities."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RESOURCES: tuple[tuple[str, str | Promise, str, bool], ...] = (
    ("portal:compensation", _("Ecological compensation"), "ripple", False),
    ("portal:ledger", _("Books"), "wallet", False),
)
"""Address, name, symbol, and whether visitors may open the page."""
