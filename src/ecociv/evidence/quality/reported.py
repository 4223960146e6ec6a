"""Reported figures against the sensors of a network, year by year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from ecociv.evidence.falsification import reported_figure
from ecociv.evidence.falsification.finding import Finding
from ecociv.evidence.models import Series
from ecociv.evidence.quality.declaration import Reported
from ecociv.evidence.quality.grid import Grid
from ecociv.evidence.store import EvidenceStore

LOCAL = ZoneInfo("Asia/Shanghai")
LEAST_COVERED = 0.75
"""Share of a year that a figure's own periods must cover, as the means of a year need."""


class OtherUnit(ValueError):
    """A figure in another unit than its sensors."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The figure of one year against the sensors."""

    series: Series
    start: datetime
    end: datetime
    outcome: Finding


def figure_key(pair: Reported, sample: bool) -> str:
    """Key of the figure's series."""
    return f"sample/{pair.figure}" if sample else pair.figure


def compared_years(
    pairs: Iterable[Reported],
    members: Sequence[Series],
    grid: Grid,
    store: EvidenceStore,
    as_of: datetime | None = None,
) -> Iterator[Compared]:
    """Every declared figure of a property against the sensors, for each calendar year that lies wholly in the grid.

    What is not usable is left out on both sides. A figure whose periods cover less than three quarters of the year, or
    that is not on record, is not compared.

    Parameters
    ----------
    members
        The sensors: series of one property, all real or all sample, in the order of the grid.

    Raises
    ------
    OtherUnit
        When the figure has another unit than the sensors.
    """
    sensors = members[0]
    end = grid.moment(grid.values.shape[1])
    for pair in pairs:
        if pair.property != sensors.property.key:
            continue
        series = (
            Series.objects.filter(key=figure_key(pair, sensors.sample))
            .select_related("sensor", "property", "place")
            .first()
        )
        if series is None:
            continue
        if series.unit != sensors.unit:
            raise OtherUnit(
                f"quality.yaml sets {series.key} ({series.unit}) against {sensors.network} ({sensors.unit}); both need one unit."
            )
        for year in range(grid.start.year, end.astimezone(LOCAL).year + 1):
            first, stop = datetime(year, 1, 1, tzinfo=LOCAL), datetime(year + 1, 1, 1, tzinfo=LOCAL)
            if first < grid.start or stop > end:
                continue
            table = store.observations([series.pk], start=first, end=stop, as_of=as_of)
            figure = mean_over(table, first, stop)
            if figure is not None:
                outcome = reported_figure(
                    figure,
                    grid.usable[:, grid.slots_of(first, stop)],
                    relative_uncertainty=pair.relative_uncertainty,
                    common=pair.common,
                    step=pair.step,
                )
                yield Compared(series, first, stop, outcome)


def mean_over(table: pa.Table, start: datetime, end: datetime) -> float | None:
    """Mean of the good values by the length of their periods; none where they cover too little of the time.

    Periods that reach beyond the time are left out, so that a figure of another year does not count.
    """
    if not table.num_rows:
        return None
    begin = table.column("valid_from").cast(pa.int64()).to_numpy()
    stop = table.column("valid_to").cast(pa.int64()).to_numpy()
    value = table.column("value").to_numpy(zero_copy_only=False).astype(float)
    good = np.asarray(table.column("quality").to_pylist()) == "good"
    use = np.isfinite(value) & good & (stop <= int(end.timestamp()) * 1_000_000)
    length = (stop - begin)[use].astype(float)
    if length.sum() < LEAST_COVERED * (end - start).total_seconds() * 1e6:
        return None
    return float(np.average(value[use], weights=length))
