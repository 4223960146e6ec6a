"""The menu of resources and the market: accounts, compensation, prices, exchange, liabilities."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RESOURCES: tuple[tuple[str, str | Promise, str, bool], ...] = (
    ("portal:tariffs", _("Tiered prices"), "receipt", True),
    ("portal:tariff-simulator", _("Price simulator"), "calculator", True),
    ("portal:tariff-bill", _("What do I pay"), "file-invoice", True),
    ("portal:tariff-hearings", _("Papers of hearings"), "report-analytics", True),
)
"""Address, name, symbol, and whether visitors may open the page."""
