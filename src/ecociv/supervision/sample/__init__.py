"""Sample data of the room: orders, reports, officials, a tour. Invented, marked as sample wherever it is shown.

Everything is put on record by the same actions as real data, by the sample accounts, and declared in the zone's folder
``sample/``; a zone without these files has none. Loading again changes nothing.
"""

from __future__ import annotations

import datetime as dt

from ecociv.supervision.sample.officials import load_sample_officials
from ecociv.supervision.sample.orders import STORIES, load_sample_cases
from ecociv.supervision.sample.reports import load_sample_reports
from ecociv.supervision.sample.tours import load_sample_tours

__all__ = [
    "STORIES",
    "load_sample_cases",
    "load_sample_officials",
    "load_sample_reports",
    "load_sample_supervision",
    "load_sample_tours",
]


def load_sample_supervision(zone: str, *, today: dt.date | None = None) -> dict[str, int]:
    """Load all of it; how many of each were added, 0 where they are there already."""
    return {
        "orders": load_sample_cases(zone, today=today),
        "reports": load_sample_reports(zone),
        "officials": load_sample_officials(zone),
        "tours": load_sample_tours(zone, today=today),
    }
