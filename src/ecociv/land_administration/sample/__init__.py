"""Sample data of the room: a register with its history, change patches and applications at different steps.

Everything is put on record by the same actions as real data, and declared in ``land_sample.yaml`` of the zone; a zone
without the file has none. Loading again changes nothing, and nothing is added where real data are.
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from ecociv.land_administration.sample.applications import load_sample_applications
from ecociv.land_administration.sample.declared import sample_land
from ecociv.land_administration.sample.patches import load_sample_patches
from ecociv.land_administration.sample.register import load_sample_register

__all__ = ["load_sample_land"]


def load_sample_land(zone: str, *, today: dt.date | None = None) -> dict[str, int]:
    """Load all of it; how many of each were added, 0 where they are there already."""
    given, day = sample_land(zone), today or timezone.localdate()
    if given is None:
        return {"registrations": 0, "patches": 0, "applications": 0}
    return {
        "registrations": load_sample_register(zone, given),
        "patches": load_sample_patches(zone, given, day),
        "applications": load_sample_applications(zone, given, day),
    }
