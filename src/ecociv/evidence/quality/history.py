"""Tests over the revisions of series: late records, bursts before deadlines, edits in one direction. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from ecociv.evidence.falsification import deadline_burst, late_records, one_way_edits
from ecociv.evidence.falsification.finding import Finding
from ecociv.evidence.quality.declaration import NetworkRules, PropertyRules

LOCAL = ZoneInfo("Asia/Shanghai")


def history_tests(
    table: pa.Table, ids: Sequence[int], network: NetworkRules, declared: PropertyRules
) -> dict[int, list[Finding]]:
    """Findings on the edits of each series.

    Parameters
    ----------
    table
        All revisions, sorted by series, time and revision.

    Notes
    -----
    Where most first values of the network came late, they were taken over in bulk: late records then say nothing, and the
    test is left out. A revision that changes the quality and not the value is a mark, no edit.
    """
    if not table.num_rows:
        return {}
    number = table.column("series_id").to_numpy()
    revision = table.column("revision").to_numpy()
    begin = table.column("valid_from").cast(pa.int64()).to_numpy()
    valid_to = table.column("valid_to").cast(pa.int64()).to_numpy() / 1e6
    recorded = table.column("recorded_at").cast(pa.int64()).to_numpy() / 1e6
    value = table.column("value").to_numpy(zero_copy_only=False).astype(float)
    first = revision == 1
    lag_days = (recorded[first] - valid_to[first]) / 86_400
    live = bool(lag_days.size) and float(np.median(lag_days)) <= max(1.0, 5 * network.usual_lag_days)
    follows = np.concatenate([[False], (number[1:] == number[:-1]) & (begin[1:] == begin[:-1])])
    before = np.concatenate([[np.nan], value[:-1]])
    edited = follows & (value != before) & np.isfinite(value) & np.isfinite(before)
    found: dict[int, list[Finding]] = {}
    for series in ids:
        own = number == series
        edits = own & edited
        outcomes = (
            [late_records(valid_to[own & first], recorded[own & first], network.usual_lag_days)]
            if live
            else []
        )
        if edits.any():
            better = -1 if declared.better == "lower" else 1
            outcomes.append(one_way_edits(before[edits], value[edits], better, recorded[edits]))
            if network.deadlines:
                span = recorded[own].min(), recorded[own].max()
                outcomes.append(deadline_burst(recorded[edits], _deadlines(network.deadlines, *span)))
        found[series] = [each for each in outcomes if each.statistic is not None]
    return found


def _deadlines(days: Sequence[str], first: float, last: float) -> list[float]:
    """Ends of the declared days (MM-DD) from the year of ``first`` to that of ``last``, as seconds."""
    years = (datetime.fromtimestamp(moment, tz=LOCAL).year for moment in (first, last))
    low, high = years
    return [
        datetime.strptime(f"{year}-{day} 23:59:59 +0800", "%Y-%m-%d %H:%M:%S %z").timestamp()
        for year in range(low, high + 1)
        for day in days
    ]
