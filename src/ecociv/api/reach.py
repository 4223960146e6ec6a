"""One observation as the interfaces show it, and which of them are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from ecociv.evidence.models import Series
from ecociv.evidence.schema import SAME_STATEMENT

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PAST = 2**31  # a revision after all others of its period; 0 is before them
Key = tuple[int, int, int, int]
"""Beginning in microseconds, series, end in microseconds, revision."""
Period = tuple[int, datetime, datetime]
"""Series, beginning, end."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation. ``waiting``: acknowledged, not yet in the table; ``recorded_at`` is then its receipt."""

    series_id: int
    valid_from: datetime
    valid_to: datetime
    revision: int
    recorded_at: datetime
    value: float | None
    missing: str | None
    censored: str | None
    censor_limit: float | None
    quality: str
    quality_reason: str | None
    supplier: str | None
    note: str | None
    waiting: bool = False

    @property
    def key(self) -> Key:
        """Its place in the order of pages."""
        return (microseconds(self.valid_from), self.series_id, microseconds(self.valid_to), self.revision)

    def says(self) -> tuple[object, ...]:
        """What two statements agree on when they are the same."""
        return tuple(getattr(self, name) for name in SAME_STATEMENT)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which observations are asked for: of which series, in which time, as known when."""

    series: QuerySet[Series]
    start: datetime | None = None
    end: datetime | None = None
    as_of: datetime | None = None
    all_revisions: bool = False
    descending: bool = False

    def ids(self) -> list[int]:
        """Numbers of the series."""
        return list(self.series.order_by().values_list("pk", flat=True))


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an instant."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(number: int) -> datetime:
    """The instant of `microseconds`."""
    return _EPOCH + timedelta(microseconds=number)
