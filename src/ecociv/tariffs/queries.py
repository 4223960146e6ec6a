"""Reading what the room keeps."""

from __future__ import annotations

import datetime as dt

from ecociv.tariffs.models import HearingPaper


def hearing_papers(zone: str, as_of: dt.datetime | None = None) -> list[HearingPaper]:
    """The papers of a zone as known at a moment, the newest first."""
    rows = HearingPaper.objects.filter(zone=zone).order_by("-serial")
    return list(rows if as_of is None else rows.filter(recorded_at__lte=as_of))


def hearing_paper(zone: str, serial: int, as_of: dt.datetime | None = None) -> HearingPaper | None:
    """One paper, where it was known then."""
    rows = HearingPaper.objects.filter(zone=zone, serial=serial)
    return (rows if as_of is None else rows.filter(recorded_at__lte=as_of)).first()
