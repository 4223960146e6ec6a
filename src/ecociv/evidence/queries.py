"""Reading the evidence: observations as objects, by what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ecociv.core.missing import Missing
from ecociv.evidence.models import Document, ImportRun
from ecociv.evidence.schema import Quality, series_id
from ecociv.evidence.store import EvidenceStore

__all__ = [
    "LOCAL",
    "Observation",
    "observations",
    "runs",
    "series_key",
    "sources",
    "year_bounds",
    "yearly_figures",
]

LOCAL = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Observation:
    """One statement about one period, as it was known.

    ``value`` is none where ``missing`` or ``censored`` says why; ``source`` is the SHA-256 of the file and ``row``
    the line in it.
    """

    series: str
    valid_from: datetime
    valid_to: datetime
    value: float | None
    missing: Missing | None
    censored: str | None
    censor_limit: float | None
    quality: Quality
    quality_reason: str | None
    revision: int
    recorded_at: datetime
    source: str
    row: int
    batch: str
    supplier: str | None
    note: str | None
    sample: bool

    @property
    def usable(self) -> float | None:
        """The value where calculations may use it."""
        return self.value if self.quality is Quality.GOOD else None

    @property
    def day(self) -> date:
        """Local day on which the period begins."""
        return self.valid_from.astimezone(LOCAL).date()


def series_key(network: str, place: str, observed: str, *, sample: bool) -> str:
    """Key of the series of a property at a place.

    >>> series_key("jiangxi-cities-daily", "jingdezhen", "pm2_5", sample=False)
    'jiangxi-cities-daily/jingdezhen/pm2_5'
    """
    return f"{'sample/' if sample else ''}{network}/{place}/{observed}"


def year_bounds(first: int, last: int | None = None) -> tuple[datetime, datetime]:
    """Local start of ``first`` and end of ``last`` (of ``first``, when not given) as instants."""
    return (
        datetime(first, 1, 1, tzinfo=LOCAL),
        datetime((last or first) + 1, 1, 1, tzinfo=LOCAL),
    )


def observations(
    keys: Iterable[str],
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    as_of: datetime | None = None,
    all_revisions: bool = False,
    store: EvidenceStore | None = None,
) -> dict[str, list[Observation]]:
    """Observations by series key, in time order; series without any are absent.

    See :meth:`ecociv.evidence.store.EvidenceStore.observations` for the parameters.
    """
    by_id = {series_id(key): key for key in keys}
    table = (store or EvidenceStore()).observations(
        by_id, start=start, end=end, as_of=as_of, all_revisions=all_revisions
    )
    found: dict[str, list[Observation]] = {}
    names = ["series_id", *_COLUMNS]
    columns = [table.column(name).to_pylist() for name in names]
    for number, *rest in zip(*columns, strict=True):
        key = by_id[number]
        found.setdefault(key, []).append(_observation(key, rest))
    return found


def yearly_figures(
    network: str,
    place: str,
    properties: Iterable[str],
    first: int,
    last: int,
    *,
    sample: bool,
    as_of: datetime | None = None,
    store: EvidenceStore | None = None,
) -> Mapping[tuple[str, int], Observation]:
    """Yearly figures of a place by (property, year)."""
    keys = {series_key(network, place, name, sample=sample): name for name in properties}
    start, end = year_bounds(first, last)
    found = observations(keys, start=start, end=end, as_of=as_of, store=store)
    return {(keys[key], item.day.year): item for key, items in found.items() for item in items}


def sources(digests: Iterable[str]) -> dict[str, str]:
    """File names of documents by their SHA-256; corrections and unknown digests are absent."""
    return dict(Document.objects.filter(pk__in=set(digests)).values_list("pk", "name"))


def runs(batches: Iterable[str]) -> dict[str, ImportRun]:
    """The runs that wrote observations, with author and reason, by batch."""
    return {str(run.pk): run for run in ImportRun.objects.filter(pk__in=set(batches))}


_COLUMNS = (
    "valid_from",
    "valid_to",
    "value",
    "missing",
    "censored",
    "censor_limit",
    "quality",
    "quality_reason",
    "revision",
    "recorded_at",
    "source",
    "source_row",
    "batch",
    "supplier",
    "note",
    "sample",
)


def _observation(key: str, cells: list[object]) -> Observation:
    row = dict(zip(_COLUMNS, cells, strict=True))
    missing = row.pop("missing")
    quality = row.pop("quality")
    line = row.pop("source_row")
    return Observation(
        series=key,
        missing=None if missing is None else Missing(str(missing)),
        quality=Quality(str(quality)),
        row=line,  # type: ignore[arg-type]
        **row,  # type: ignore[arg-type]
    )
