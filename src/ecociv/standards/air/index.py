"""The air quality index of HJ 633, hourly and daily, for single values and for millions of rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.standards.air.index_result import AirQualityIndex
from ecociv.standards.air.pollutants import ITEM_NAMES, POLLUTANTS, UNITS, PollutantSets, decode, pollutant_of
from ecociv.standards.air.scheme import IndexScheme, check_pollutants, index_scheme
from ecociv.standards.air.steps import MISSING, ImpossibleConcentration, Index
from ecociv.standards.arrays import Float64, MeasurementError, Measurements, measurements

ROWS_AT_A_TIME = 131_072
"""So many rows fit, with their scratch space, into the last cache of ordinary machines, and make the cost of the
calls themselves small."""

_NAN_BITS = np.float32(np.nan).view(np.int32)


def hourly_aqi(
    *,
    so2: ArrayLike | None = None,
    no2: ArrayLike | None = None,
    co: ArrayLike | None = None,
    o3: ArrayLike | None = None,
    pm10: ArrayLike | None = None,
    pm2_5: ArrayLike | None = None,
    so2_24h: ArrayLike | None = None,
    edition: str | None = None,
    on: date | None = None,
    exempt: Collection[str] = (),
) -> AirQualityIndex:
    """The hourly air quality index from 1-hour means.

    Parameters
    ----------
    so2, no2, o3, pm10, pm2_5 : array_like, optional
        1-hour means in ug/m3. Particles are evaluated on the 24-hour breakpoints, as in the published real-time
        report; pass 24-hour sliding means instead for the variant of 2012 that uses them.
    co : array_like, optional
        1-hour mean in mg/m3.
    so2_24h : array_like, optional
        24-hour mean of SO2 in ug/m3, used by the 2012 edition only, where the 1-hour mean exceeds 800.
    edition : str, optional
        ``"HJ 633-2012"`` or ``"HJ 633-2026"``. Either this or `on` is needed.
    on : date, optional
        The day of the measurement; the edition in force on it is used.
    exempt : collection of str
        Pollutants that the monitoring plan exempts (2026, 5.3.2): their absence does not count as a gap.

    Returns
    -------
    AirQualityIndex
        ``value`` (NaN where there is none), ``level`` (1 to 6, 0 without a value), ``primary``, ``sub_indices``,
        ``validity``, ``trace`` and ``explain``.

    Raises
    ------
    MeasurementError
        A concentration below zero or infinite, or shapes that do not fit. NaN is missing and allowed.
    AmbiguousEdition, ParameterOutsideValidity
        No or an unknown edition; a day that no edition covers.

    Notes
    -----
    HJ 633-2012 and HJ 633-2026. In 2012 concentrations enter as given; in 2026 they are first rounded by GB/T 8170
    (ug/m3 to whole numbers, CO to one decimal). Sub-indices are rounded up in both.

    Examples
    --------
    >>> hour = hourly_aqi(so2=5, no2=34, co=0.7, o3=30, pm10=58, pm2_5=17, edition="HJ 633-2012")
    >>> hour.value, hour.level, hour.primary
    (54, 2, ('pm10',))
    >>> many = hourly_aqi(pm2_5=[35, 35.1, None], edition="HJ 633-2012")
    >>> many.value.tolist(), many.level.tolist()
    ([50.0, 51.0, nan], [1, 2, 0])
    """
    scheme = index_scheme("hourly", on, edition)
    rows = measurements(so2=so2, no2=no2, co=co, o3=o3, pm10=pm10, pm2_5=pm2_5, so2_24h=so2_24h)
    return _evaluate(scheme, rows, tuple(exempt))


def daily_aqi(
    *,
    so2: ArrayLike | None = None,
    no2: ArrayLike | None = None,
    co: ArrayLike | None = None,
    o3_8h: ArrayLike | None = None,
    pm10: ArrayLike | None = None,
    pm2_5: ArrayLike | None = None,
    o3_1h: ArrayLike | None = None,
    edition: str | None = None,
    on: date | None = None,
    exempt: Collection[str] = (),
) -> AirQualityIndex:
    """The daily air quality index from daily figures.

    Parameters
    ----------
    so2, no2, pm10, pm2_5 : array_like, optional
        24-hour means of the natural day in ug/m3.
    co : array_like, optional
        24-hour mean in mg/m3.
    o3_8h : array_like, optional
        Daily maximum 8-hour mean in ug/m3 (see `mda8`).
    o3_1h : array_like, optional
        Daily maximum 1-hour mean in ug/m3; enters in the 2012 edition and is refused in 2026, which dropped it.
    edition, on, exempt
        As in `hourly_aqi`.

    Returns
    -------
    AirQualityIndex
        As in `hourly_aqi`.

    Notes
    -----
    HJ 633-2012 and HJ 633-2026. Above 800 ug/m3 the 8-hour mean of ozone counts 300 in 2026. In 2012 the 1-hour
    maximum decides; without it the index is a lower bound, and ``at_least`` says so.

    Examples
    --------
    >>> figures = dict(so2=12, no2=38, co=0.8, o3_8h=150, pm10=118, pm2_5=62)
    >>> new = daily_aqi(**figures, edition="HJ 633-2026")
    >>> new.value, new.level, new.primary
    (102, 3, ('pm2_5',))
    >>> old = daily_aqi(**figures, edition="HJ 633-2012")
    >>> old.value, old.level, old.primary
    (92, 2, ('o3',))
    """
    scheme = index_scheme("daily", on, edition)
    if o3_1h is not None and "o3_1h" not in scheme.items:
        raise MeasurementError(
            f"{scheme.edition} evaluates ozone by the daily maximum 8-hour mean alone; leave o3_1h out "
            "or choose edition='HJ 633-2012'."
        )
    rows = measurements(so2=so2, no2=no2, co=co, o3_8h=o3_8h, pm10=pm10, pm2_5=pm2_5, o3_1h=o3_1h)
    return _evaluate(scheme, rows, tuple(exempt))


def _evaluate(scheme: IndexScheme, rows: Measurements, exempt: tuple[str, ...]) -> AirQualityIndex:
    check_pollutants(exempt)
    columns = rows.given()
    work = _Work(scheme, columns, rows.size, exempt)
    work.run()
    primary = work.primary
    return AirQualityIndex(
        value=_whole(rows.restore(work.value)),
        level=rows.restore(work.level),
        primary=decode(int(primary[0])) if rows.is_scalar else PollutantSets(primary.reshape(rows.shape)),
        at_least=rows.restore(work.at_least),
        edition=scheme.edition,
        marks=scheme.marks,
        scheme=scheme,
        rows=rows,
        exempt=exempt,
    )


def _whole(value: float | NDArray[np.float32]) -> int | float | NDArray[np.float32]:
    """An index is a whole number; a missing single one stays NaN."""
    if isinstance(value, float):
        return value if value != value else int(value)
    return value


@dataclass
class _Work:
    """One evaluation under way: rows are taken a few thousand at a time so that they stay in the cache."""

    scheme: IndexScheme
    columns: Mapping[str, Float64]
    size: int
    exempt: tuple[str, ...]

    def __post_init__(self) -> None:
        self.value = np.empty(self.size, dtype=np.float32)
        self.level = np.empty(self.size, dtype=np.uint8)
        self.primary = np.empty(self.size, dtype=np.uint8)
        self.at_least = np.zeros(self.size, dtype=np.bool_)
        self.items = [item for item in self.scheme.items if item in self.columns]
        present = {pollutant_of(item) for item in self.items}
        self.always_incomplete = bool(set(POLLUTANTS) - present - set(self.exempt))
        if not self.items:
            raise MeasurementError(f"None of {', '.join(self.scheme.items)} was given.")

    def run(self) -> None:
        tables = [self.scheme.staircase(item) for item in self.items]
        chunk = max(1, min(ROWS_AT_A_TIME, self.size))
        found = np.empty((len(self.items), chunk), dtype=np.int16)
        scratch = np.empty(chunk, dtype=np.float64)
        highest, flag = np.empty(chunk, dtype=np.int16), np.empty(chunk, dtype=np.bool_)
        for start in range(0, self.size, chunk):
            stop = min(self.size, start + chunk)
            n = stop - start
            gap = self.always_incomplete
            subs: dict[str, Index] = {}
            for place, (item, table) in enumerate(zip(self.items, tables, strict=True)):
                out = found[place, :n]
                try:
                    missing = table.look_up(self.columns[item][start:stop], out, scratch[:n])
                except ImpossibleConcentration as error:
                    raise _impossible(item, start + error.row, error.value) from error
                self._beyond_range(item, out, start, stop)
                gap |= missing
                self._merge(subs, pollutant_of(item), out)
            self._conclude(subs, slice(start, stop), gap, highest[:n], flag[:n])

    def _merge(self, subs: dict[str, Index], pollutant: str, out: Index) -> None:
        """Two averages of one pollutant: the larger sub-index speaks for it."""
        if pollutant in subs:
            np.maximum(subs[pollutant], out, out=subs[pollutant])
        else:
            subs[pollutant] = out

    def _beyond_range(self, item: str, out: Index, start: int, stop: int) -> None:
        rule = self.scheme.beyond(item)
        if rule is None or rule["rule"] != "use-other-average" or out.max() < rule["at_least"]:
            return
        rows = np.flatnonzero(self.columns[item][start:stop] > rule["beyond"])
        if not rows.size:
            return
        other = self.columns.get(rule["other"])
        unknown = np.ones(rows.size, dtype=np.bool_)
        if other is not None:
            replacement = other[start:stop][rows]
            unknown = np.isnan(replacement)
            if rule["other"] == "so2_24h":
                daily = index_scheme("daily", None, self.scheme.edition).staircase("so2")
                known = rows[~unknown]
                out[known] = daily.decide(replacement[~unknown], start + known)
        self.at_least[start + rows[unknown]] = True

    def _conclude(
        self,
        subs: Mapping[str, Index],
        part: slice,
        gap: bool,
        highest: Index,
        flag: NDArray[np.bool_],
    ) -> None:
        """Index, level and primary pollutants of one part from its sub-indices."""
        order = [(POLLUTANTS.index(pollutant), sub) for pollutant, sub in subs.items()]
        np.maximum(order[0][1], order[-1][1], out=highest)
        for _, sub in order[1:-1]:
            np.maximum(highest, sub, out=highest)
        if gap:
            self._withhold(subs, highest, flag)
        value, level, primary = self.value[part], self.level[part], self.primary[part]
        bit = flag.view(np.uint8)
        np.copyto(value, highest)
        if gap:
            _blank_negative(value, highest)
        # Without an index highest is -1: level 0, and no primary pollutant.
        np.greater_equal(highest, 0, out=level.view(np.bool_))
        for bound in self.scheme.upper_bounds:
            np.greater(highest, bound, out=flag)
            np.add(level, bit, out=level)
        primary[:] = 0
        for place, sub in order:
            np.equal(sub, highest, out=flag)
            np.multiply(bit, 1 << place, out=bit)
            np.bitwise_or(primary, bit, out=primary)
        np.greater(highest, int(self.scheme.primary_above.number), out=flag)
        np.multiply(primary, bit, out=primary)

    def _withhold(self, subs: Mapping[str, Index], highest: Index, flag: NDArray[np.bool_]) -> None:
        """Set the index to -1 where the edition does not allow it to be published with pollutants missing."""
        bound = self.scheme.withheld_up_to
        if bound is None:
            return
        lowest = np.full_like(highest, MISSING if self.always_incomplete else 0)
        for pollutant, sub in subs.items():
            if pollutant not in self.exempt:
                np.minimum(lowest, sub, out=lowest)
        np.less_equal(highest, bound, out=flag)
        np.logical_and(flag, lowest < 0, out=flag)
        # Minus one has every bit set. Bit operations cost a tenth of an assignment through a mask.
        np.bitwise_or(highest, np.negative(flag.view(np.int8)), out=highest)


def _blank_negative(value: NDArray[np.float32], highest: Index) -> None:
    """Turn the value into NaN where the index is -1, by setting the bits of a NaN."""
    nowhere = np.right_shift(highest, 15).astype(np.int32)  # 0 or -1
    np.bitwise_and(nowhere, _NAN_BITS, out=nowhere)
    bits = value.view(np.int32)
    np.bitwise_or(bits, nowhere, out=bits)


def _impossible(item: str, row: int, value: float) -> MeasurementError:
    name = ITEM_NAMES[item].en
    return MeasurementError(
        f"{item} ({name}) is {value:g} {UNITS[item]} in element {row}; a concentration is finite and not negative. "
        "Mark an invalid reading as missing (NaN) before evaluating."
    )
