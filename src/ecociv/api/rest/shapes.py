"""How series and observations are written as JSON."""

from __future__ import annotations

from typing import Any

from ecociv.api.observations import Seen
from ecociv.api.problems import language
from ecociv.evidence.models import Series


def observation_json(seen: Seen) -> dict[str, Any]:
    """One observation as JSON; ``value`` is none where ``missing`` or ``censored`` says why."""
    return {
        "from": seen.valid_from.isoformat(),
        "to": seen.valid_to.isoformat(),
        "value": seen.value,
        "missing": seen.missing,
        "censored": f"{seen.censored}{seen.censor_limit!r}" if seen.censored else None,
        "quality": seen.quality,
        "quality_reason": seen.quality_reason,
        "revision": seen.revision,
        "recorded_at": seen.recorded_at.isoformat(),
        "waiting": seen.waiting,
        "supplier": seen.supplier,
        "note": seen.note,
    }


def series_json(item: Series) -> dict[str, Any]:
    """One series with its place, property and instrument, in the language of the request."""
    place, chosen = item.place, language()
    return {
        "key": item.key,
        "id": item.pk,
        "network": item.network,
        "place": {
            "key": place.key,
            "name": place.name.in_language(chosen),
            "kind": place.kind,
            "longitude": place.longitude,
            "latitude": place.latitude,
        },
        "property": {"key": item.property.key, "name": item.property.name.in_language(chosen)},
        "unit": item.unit,
        "statistic": item.statistic,
        "averaging": item.averaging,
        "supplier": item.organisation,
        "instrument": item.sensor.key if item.sensor else None,
        "sample": item.sample,
    }
