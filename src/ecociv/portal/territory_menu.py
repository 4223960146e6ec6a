"""The menu of territory: map, layers, checks, and the cases about land."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TERRITORY = (
    ("portal:territory-map", _("Map of layers"), "map", True),
    ("portal:site-checks", _("Site checks"), "map-search", False),
    ("portal:siting", _("Siting"), "map-pin-search", False),
    ("portal:approvals", _("Integrated approval"), "file-plus", False),
    ("portal:rights", _("Register of rights"), "certificate", True),
    ("portal:layers", _("Layers"), "stack-2", True),
    ("portal:plan-differences", _("Differences between plans"), "arrows-diff", False),
    ("portal:territory-areas", _("Areas from layers"), "chart-area", True),
    ("portal:land-patches", _("Change patches"), "satellite", False),
)
"""Address, name, symbol, and whether visitors may open the page."""
