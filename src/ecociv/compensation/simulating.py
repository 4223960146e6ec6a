"""Asking what-if of the evidence: the readings that both sets of terms want, read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from ecociv.compensation.agreements.declaration import Agreement
from ecociv.compensation.agreements.gather import readings_of
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.compensation.simulation import Simulation, TermRefused, changed, simulate, version_of_year
from ecociv.core.text import Text


def what_if(
    agreement: Agreement,
    first: int,
    last: int,
    terms: Mapping[str, Any],
    as_of: dt.datetime | None = None,
) -> Simulation:
    """Compare past years under the terms in force and under others, from the evidence as known at a moment.

    Raises
    ------
    TermRefused, OutOfForce
    """
    if first > last:
        raise TermRefused(Text(zh="起始年份晚于终止年份。", en="The first year comes after the last one."))
    versions = [version_of_year(agreement, year) for year in range(first, last + 1)]
    wanted = [*versions, *(changed(version, terms) for version in versions)]
    given = readings_of(agreement, wanted, SettlementPeriod(first), SettlementPeriod(last), as_of)
    return simulate(agreement, given, first, last, terms)


def recent_years(agreement: Agreement, years: int = 5) -> tuple[int, int]:
    """The last years for which a version was in force over the whole year, at most so many."""
    whole = [
        year
        for version in agreement.versions
        for year in range(version.valid_from.year, (version.valid_to or timezone.localdate()).year + 1)
        if version.valid.contains(dt.date(year, 1, 1)) and version.valid.contains(dt.date(year, 12, 31))
    ]
    return max(whole[0], whole[-1] - years + 1), whole[-1]
