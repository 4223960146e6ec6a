"""Charts of prices: the bill by use, the change by tenth of the households."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from django.utils.translation import gettext as _

from ecociv.portal.paths import Chart
from ecociv.tariffs.bills import charge
from ecociv.tariffs.comparison import GroupEffect, percent
from ecociv.tariffs.declaration import TariffVersion
from ecociv.tariffs.schedule import schedule_of, yuan

POINTS = 21
"""Points of the curve."""


def bill_curve(before: TariffVersion, after: TariffVersion, persons: int) -> Chart:
    """What a household pays in a year by its use, spread evenly over the months, under both tariffs."""
    ends = [
        float(tier.up_to) * 12 / version.months
        for version in (before, after)
        for tier in version.tiers
        if tier.up_to is not None
    ]
    step = max(1, round(max(ends, default=300) * 1.6 / (POINTS - 1)))
    uses = [step * at for at in range(POINTS)]
    rows = [_year_fen(version, uses, persons) for version in (before, after)]
    then, now = ([float(yuan(fen)) for fen in row] for row in (rows[1], rows[0]))
    heads = (_("Use (m³ a year)"), _("In force (yuan)"), _("Proposal (yuan)"))
    return Chart(
        "bill-curve",
        "path",
        _("Bill of a year by use, household of %(persons)s") % {"persons": persons},
        _("At %(use)s m³ the bill is %(now)s yuan now and %(then)s yuan in the proposal.")
        % {"use": uses[-1], "now": now[-1], "then": then[-1]},
        {
            "kind": "path",
            "unit": _("yuan"),
            "years": [f"{use} m³" for use in uses],
            "series": [
                {"name": _("Tariff in force"), "role": "path", "values": now},
                {"name": _("Proposed tariff"), "role": "actual", "values": then},
            ],
        },
        heads,
        tuple(
            (f"{use:,}", f"{yuan(a):,}", f"{yuan(b):,}")
            for use, a, b in zip(uses, rows[0], rows[1], strict=True)
        ),
    )


def _year_fen(version: TariffVersion, uses: Sequence[int], persons: int) -> list[int]:
    schedule = schedule_of(version)
    periods = 12 // version.months
    litres = np.array(uses, dtype=np.int64) * 1000
    fen = np.zeros(len(uses), dtype=np.int64)
    people = np.full(len(uses), persons, dtype=np.int16)
    for at in range(periods):
        part = litres * (at + 1) // periods - litres * at // periods
        fen += charge(schedule, part, people).fen
    found: list[int] = fen.tolist()
    return found


def decile_chart(groups: Sequence[GroupEffect]) -> Chart:
    """Mean change of the bill in each tenth of the households, the smallest users first."""
    changes = [group.mean_change or Decimal(0) for group in groups]
    names = [_("Tenth %(n)s") % {"n": group.key} for group in groups]
    return Chart(
        "deciles",
        "bars",
        _("Mean change of the bill a year, by tenth of the households"),
        _("From %(least)s yuan in the first tenth to %(most)s yuan in the last.")
        % {"least": changes[0], "most": changes[-1]},
        {
            "kind": "bars",
            "unit": _("yuan"),
            "names": names,
            "series": [{"name": _("Change (yuan a year)"), "values": [float(one) for one in changes]}],
        },
        (_("Tenth"), _("Change (yuan a year)"), "%"),
        tuple(
            (
                name,
                f"{change:,}",
                str(percent(group.fen_after - group.fen_before, group.fen_before) or "–"),
            )
            for name, change, group in zip(names, changes, groups, strict=True)
        ),
    )
