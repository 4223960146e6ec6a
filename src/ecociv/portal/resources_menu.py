"""The menu of resources and the market: accounts, compensation, prices, exchange, liabilities."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RESOURCES: tuple[tuple[str, str | Promise, str, bool], ...] = (
    ("portal:resource-accounts", _("Balance sheet"), "scale", False),
    ("portal:resource-land-transitions", _("Land transitions"), "arrows-exchange", False),
    ("portal:resource-water-supply-use", _("Water supply and use"), "ripple", False),
    ("portal:resource-product", _("Ecosystem product"), "leaf", False),
    ("portal:leaving-audits", _("Leaving-office audits"), "clipboard-check", False),
    ("portal:compensation", _("Ecological compensation"), "droplet", False),
    ("portal:ledger", _("Books"), "notebook", False),
    ("portal:tariffs", _("Tiered prices"), "receipt", True),
    ("portal:tariff-simulator", _("Price simulator"), "calculator", True),
    ("portal:markets", _("Markets"), "chart-candle", True),
    ("portal:exchange-registry", _("Registry of rights"), "wallet", False),
    ("portal:exchange-supervision", _("Supervision of the market"), "gavel", False),
    ("portal:liabilities", _("Restoration due"), "plant-2", False),
    ("portal:damages", _("Environmental damage"), "alert-octagon", False),
    ("portal:deposits", _("Mine restoration"), "hammer", False),
    ("portal:treatment-contracts", _("Treatment contracts"), "contract", True),
    ("portal:treatment-fees", _("Fees of treatment contracts"), "receipt", False),
    ("portal:green-credit", _("Green credit"), "coins", False),
    ("portal:green-procurement", _("Green procurement"), "shopping-cart", True),
    ("portal:forest-carbon", _("Forest carbon"), "trees", True),
    ("portal:registers", _("Registers"), "address-book", True),
)
"""Address, name, symbol, and whether visitors may open the page."""

FOR_ENTERPRISES: frozenset[str] = frozenset({"portal:exchange-registry", "portal:damages", "portal:deposits"})
"""Addresses of entries that visitors may not open and the accounts of enterprises may: their own matters."""
