"""Asking what-if of the evidence: the readings that all sets of terms want, read once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils import timezone

from ecociv.compensation.agreements.declaration import Agreement, Version
from ecociv.compensation.agreements.gather import readings_of
from ecociv.compensation.agreements.means import CONCENTRATION
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.compensation.simulations.comparing import (
    Simulation,
    changed_versions,
    refuse_span,
    simulate,
    versions_of,
)
from ecociv.core.quantities import UnitError, convert
from ecociv.core.text import Text
from ecociv.evidence.models import Series


def what_if(
    agreement: Agreement,
    first: int,
    last: int,
    *variants: Mapping[str, Any],
    as_of: dt.datetime | None = None,
) -> Simulation:
    """Compare past years under the terms in force and under others, from the evidence as known at a moment.

    Raises
    ------
    TermRefused, OutOfForce
    """
    refuse_span(first, last)
    versions = versions_of(agreement, first, last)
    wanted = [*versions.values()]
    for terms in variants:
        wanted += changed_versions(versions, terms).values()
    given = readings_of(agreement, wanted, SettlementPeriod(first), SettlementPeriod(last), as_of)
    return simulate(agreement, given, first, last, *variants)


def recent_years(agreement: Agreement, years: int = 5) -> tuple[int, int]:
    """The last years for which a version was in force over the whole year, at most so many; the year that is not over
    yet is left out where there is an earlier one."""
    today = timezone.localdate()
    whole = [
        year
        for version in agreement.versions
        for year in range(version.valid_from.year, (version.valid_to or today).year + 1)
        if version.valid.contains(dt.date(year, 1, 1)) and version.valid.contains(dt.date(year, 12, 31))
    ]
    over = [year for year in whole if year < today.year] or whole or [agreement.versions[-1].valid_from.year]
    return max(over[0], over[-1] - years + 1), over[-1]


MORE_IS_BETTER = frozenset({"do"})
"""Concentrations that no exceedance can be computed of: oxygen is worse where there is less of it."""


def measured_at(agreement: Agreement, version: Version) -> dict[str, Text]:
    """Concentrations that are measured at every section of a version, by observed property: what an item may be of."""
    places = {section.place for section in version.sections}
    found: dict[str, tuple[Text, set[str]]] = {}
    for series in Series.objects.filter(place__key__in=places, sample=agreement.sample).select_related(
        "place", "property"
    ):
        if _is_concentration(series.unit):
            _name, at = found.setdefault(series.property.key, (series.property.name, set()))
            at.add(series.place.key)
    # A dot parts the steps of a path, so a property whose key has one cannot be a term.
    return {
        key: name
        for key, (name, at) in sorted(found.items())
        if at == places and "." not in key and key not in MORE_IS_BETTER
    }


@lru_cache(maxsize=64)
def _is_concentration(unit: str) -> bool:
    """Whether a unit is mg/L, however it is written."""
    try:
        return convert(Decimal(1), unit, CONCENTRATION) == 1
    except UnitError:
        return False
