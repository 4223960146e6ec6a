"""The readings that an agreement asks for, from the evidence, as they were known at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ecociv.compensation.agreements.computed import Given, Reading
from ecociv.compensation.agreements.declaration import FLOW, Agreement, Version
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.core.decimals import to_decimal
from ecociv.evidence import queries
from ecociv.evidence.models import Series
from ecociv.evidence.queries import LOCAL
from ecociv.evidence.section_months import used_value


def readings_of(
    agreement: Agreement,
    versions: Iterable[Version],
    first: SettlementPeriod,
    last: SettlementPeriod,
    as_of: dt.datetime | None = None,
) -> Given:
    """Readings of every section and item of some versions from one period to another; one query of the evidence.

    A sample agreement reads sample series, a real one real series, never mixed. What is suspect or absent is left out;
    what is below the limit of detection enters as half of it.
    """
    wanted = {
        (section.place, observed, item)
        for version in versions
        for section in version.sections
        for item, observed in version.formula.properties().items()
    }
    series = list(
        Series.objects.filter(
            place__key__in={place for place, _, _ in wanted},
            property__key__in={observed for _, observed, _ in wanted},
            sample=agreement.sample,
        ).select_related("place", "property")
    )
    found = queries.observations(
        [each.key for each in series],
        start=dt.datetime.combine(first.first, dt.time.min, LOCAL),
        end=dt.datetime.combine(last.last + dt.timedelta(days=1), dt.time.min, LOCAL),
        as_of=as_of,
    )
    given: dict[tuple[str, str, tuple[int, int]], list[Reading]] = {}
    for each in sorted(series, key=lambda one: one.key):
        items = sorted(
            item
            for place, observed, item in wanted
            if place == each.place.key and observed == each.property.key
        )
        for observation in found.get(each.key, []):
            used = used_value(observation)
            if used is None:
                continue
            month = (observation.day.year, observation.day.month)
            for item in items:
                given.setdefault((each.place.key, item, month), []).append(
                    Reading(
                        each.place.key,
                        item,
                        month,
                        to_decimal(used),
                        _UNIT.get(item, "mg/litre"),
                        each.key,
                        observation.revision,
                        observation.recorded_at,
                        "half-limit" if observation.censored == "<" else "measured",
                        observation.sample,
                    )
                )
    return {key: tuple(rows) for key, rows in given.items()}


_UNIT = {FLOW: "m3/second"}
