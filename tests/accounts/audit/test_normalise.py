"""Weather and flow taken out of readings: known effects come back, others' months do not leak, what is too little is refused."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.situations import observation
from ecociv.accounts.audit.attribution import Ends, Outcome, attribute
from ecociv.accounts.audit.methods import Reading, SeriesAt, methods_on
from ecociv.accounts.audit.normalise import Month, NotAdjusted, adjusted, fit
from ecociv.accounts.audit.readings import (
    Months,
    ReadingEnds,
    means_of_days,
    outside,
    reading_ends,
)
from ecociv.core.text import Text
from ecociv.evidence.queries import LOCAL
from shared_data import shared_file

METHODS = methods_on(dt.date(2026, 1, 1))
FLOW, AIR = METHODS.regressions["flow"], METHODS.regressions["air"]
MONTHS = [(year, month) for year in range(2015, 2020) for month in range(1, 13)]
D = Decimal


def flows(seed: int = 0) -> dict[Month, float]:
    """Flow with a wet season and years that differ from each other, always above zero."""
    return {at: 60 + 40 * math.sin(at[1] / 2) + (at[0] * 31 + at[1] * 17 + seed) % 23 for at in MONTHS}


@given(b=st.floats(-1, 0.5), season=st.floats(0, 0.5), course=st.floats(-0.2, 0.2), seed=st.integers(0, 22))
@settings(max_examples=25)
def test_a_known_effect_of_flow_comes_back(b: float, season: float, course: float, seed: int) -> None:
    flow = flows(seed)
    readings = {
        at: math.exp(1 + season * math.cos(at[1]) + course * (at[0] - 2015) + b * math.log(flow[at]))
        for at in MONTHS
    }
    found = fit(FLOW, readings, {"flow": flow})
    assert found.effects["flow"][0] == pytest.approx(b, abs=1e-7) and found.months == 60
    # 60 months - 12 seasons - 4 more years - 1 driver.
    assert found.degrees == 43


def test_season_and_years_are_not_taken_for_weather() -> None:
    # Readings that follow the season only: flow is high in the same season, but b is zero.
    found = fit(FLOW, {at: 2 + math.cos(at[1]) for at in MONTHS}, {"flow": flows()})
    assert found.effects["flow"][0] == pytest.approx(0, abs=1e-9)


def test_the_closing_year_is_shown_with_the_flow_of_the_opening() -> None:
    # C = 8 Q^-0.5, and every month of 2019 has a quarter of the flow of 2016: ln 4 x 0.5 = ln 2 is the flow's doing, so 4 -> 2.
    flow = flows()
    flow |= {(2019, month): flow[2016, month] / 4 for month in range(1, 13)}
    found = fit(FLOW, {at: 8 / math.sqrt(flow[at]) for at in MONTHS}, {"flow": flow})
    made = adjusted(found, D(4), {"flow": flow}, 2019, 2016, 9)
    assert made.value == D(2) and made.low <= made.value <= made.high


def test_noise_widens_the_interval_and_the_same_weather_leaves_the_figure() -> None:
    flow = flows()
    loud = {at: math.exp(-0.4 * math.log(flow[at]) + 0.2 * math.sin(at[0] * 5 + at[1] * 7)) for at in MONTHS}
    found = fit(FLOW, loud, {"flow": flow})
    wet = flow | {(2019, month): 2 * flow[2016, month] for month in range(1, 13)}
    made = adjusted(found, D(10), {"flow": wet}, 2019, 2016, 9)
    assert (
        made.low < made.value < made.high and made.value > 10
    )  # twice the water thinned it; without that there is more
    same = adjusted(
        found, D(10), {"flow": flow | {(2019, m): flow[2016, m] for m in range(1, 13)}}, 2019, 2016, 9
    )
    assert (same.low, same.value, same.high) == (D(10), D(10), D(10))


def test_what_is_too_little_is_refused_with_its_reason() -> None:
    flow = flows()
    readings = dict.fromkeys(MONTHS, 2.0)

    def refused(code: str, method=FLOW, some=readings, drivers=None) -> str:  # type: ignore[no-untyped-def]
        with pytest.raises(NotAdjusted) as stopped:
            fit(method, some, {"flow": flow} if drivers is None else drivers)
        assert stopped.value.reason.code == code
        return stopped.value.reason.text.en

    assert "wind" in refused("no-drivers", AIR, drivers={"temperature": flow})
    assert "only 23 months" in refused("too-few-months", some=dict.fromkeys(MONTHS[:23], 2.0))
    refused("too-few-months", drivers={"flow": dict.fromkeys(MONTHS, 0.0)})  # a dry bed has no logarithm
    refused(
        "drivers-not-apart", drivers={"flow": {at: 10.0 + at[1] for at in MONTHS}}
    )  # nothing but the season
    refused(
        "drivers-not-apart",
        AIR,
        drivers={"temperature": flow, "wind": {at: 2 * value for at, value in flow.items()}},
    )
    found = fit(FLOW, {at: 8 / math.sqrt(flow[at]) for at in MONTHS}, {"flow": flow})
    with pytest.raises(NotAdjusted, match="only 8 months"):
        adjusted(
            found,
            D(4),
            {"flow": {at: value for at, value in flow.items() if at != (2016, 1) and at[1] < 10}},
            2019,
            2016,
            9,
        )


def test_months_of_the_term_take_no_part() -> None:
    readings = dict.fromkeys(MONTHS, 2.0)
    left = outside(readings, (dt.date(2016, 3, 31), dt.date(2018, 7, 1)))
    # January 2015 to February 2016 (14 months), August 2018 to December 2019 (17).
    assert len(left) == 31 and (2016, 2) in left and (2016, 3) not in left and (2018, 7) not in left


def test_a_year_needs_its_months() -> None:
    one = Months({(2016, month): 2.0 for month in range(1, 9)}, sample=False)
    assert one.year(2016, 9) is None and one.year(2016, 8) == D(2)


READING = Reading.model_validate(
    {"name": {"zh": "总磷", "en": "phosphorus"}, "network": "n", "property": "tp", "unit": "mg / L", "areas": ["own"], "better": "decrease",
     "material": "0.05", "least_months": 9, "weather": "flow", "drivers": {"flow": {"network": "f", "property": "flow"}}}
)  # fmt: skip


def read(missing: dict[str, set[int]] | None = None, generated: frozenset[str] = frozenset()) -> ReadingEnds:
    """Three areas with C = 8 Q^-0.5; the flow of some years is missing in some of them. The term is 2017 and 2018."""
    flow = flows()

    def monthly(series: SeriesAt, areas: Iterable[str], **_: object) -> dict[str, Months]:
        gaps = missing or {}
        if series.property == "tp":
            return {
                area: Months({at: 8 / math.sqrt(flow[at]) for at in MONTHS}, sample="tp" in generated)
                for area in areas
            }
        return {
            area: Months(
                {at: value for at, value in flow.items() if at[0] not in gaps.get(area, ())},
                sample="flow" in generated,
            )
            for area in areas
        }

    with mock.patch("ecociv.accounts.audit.readings.monthly", monthly):
        return reading_ends(
            READING, FLOW, "own", ("a", "b"), (dt.date(2017, 1, 1), dt.date(2018, 12, 31)), (2016, 2018), 2014
        )


def test_what_flow_alone_did_is_taken_out_of_area_and_peers() -> None:
    found = read()
    assert (
        found.refused is None
        and found.adjusted is not None
        and found.fitted is not None
        and found.fitted.months == 36
    )
    for one in (found.adjusted.own, *found.adjusted.peers.values()):
        # All of the change followed the flow; means of a curve are not the curve of means, so nearly nothing is left.
        assert one.before is not None and one.taken is not None
        assert abs(one.taken[0] - one.before) < D("0.005") < abs(one.after - one.before)  # type: ignore[operator]
    # 2014 has no readings; 2015 has, and is shown with the flow of 2016.
    assert set(found.measured.history) == {2015, 2016} == set(found.adjusted.history)


def test_what_is_adjusted_by_generated_flow_is_marked_as_generated() -> None:
    marked = [read(generated=frozenset(each)).sample for each in ((), ("tp",), ("flow",))]
    assert marked == [False, True, True]


def test_one_peer_without_flow_leaves_all_peers_as_measured() -> None:
    found = read({"b": {2018}})
    assert found.adjusted is not None and found.adjusted.peers == {} and found.refused is not None
    assert found.refused.code == "weather-of-year-missing" and set(found.measured.peers) == {"a", "b"}
    own = read({"own": {2016, 2018}})
    assert own.adjusted is None and own.refused is not None  # without flow at an end nothing is adjusted
    early = read({"own": {2015}})
    assert early.adjusted is not None and set(early.adjusted.history) == {2016}


def test_a_month_of_days_needs_what_the_standard_asks_for() -> None:
    # GB 3095: 27 days. 26 days of April 2016 give no mean, 27 do.
    days = [observation("k", 2016, 30.0 + n) for n in range(27)]
    moved = [
        replace(
            one,
            valid_from=dt.datetime(2016, 4, n + 1, tzinfo=LOCAL),
            valid_to=dt.datetime(2016, 4, n + 2, tzinfo=LOCAL),
        )
        for n, one in enumerate(days)
    ]
    assert means_of_days(moved[:26]) == {}
    assert means_of_days(moved) == {(2016, 4): pytest.approx(43.0)}  # (30 + 56) / 2


def test_the_interval_of_the_weather_widens_what_is_attributed() -> None:
    # Own 100 -> 120, without the weather 110 (105 to 116). Peers 0 and +2 %: expected +1; left 9.
    # Low: 105 - 100 - 2 = 3; high: 116 - 100 - 0 = 16.
    own = Ends(D(100), D(120), taken=(D(110), D(105), D(116)))
    peers = {"a": Ends(D(50), D(50)), "b": Ends(D(50), D(51))}
    one = attribute(
        own,
        peers,
        better="decrease",
        material=D("0.01"),
        share=False,
        unit="ug / m3",
        label=Text(zh="浓度", en="level"),
    )
    assert (one.expected, one.attributed, one.low, one.high, one.outcome) == (
        D(1),
        D(9),
        D(3),
        D(16),
        Outcome.LOSS,
    )
    # A peer's own interval counts as well: b without the weather between -2 % and +6 %.
    peers["b"] = Ends(D(50), D(51), taken=(D(51), D(49), D(53)))
    wide = attribute(
        own,
        peers,
        better="decrease",
        material=D("0.01"),
        share=False,
        unit="ug / m3",
        label=Text(zh="浓度", en="level"),
    )
    assert (wide.attributed, wide.low, wide.high) == (D(9), D(-1), D(18)) and wide.outcome is Outcome.WITHIN


def test_real_air_of_beijing_follows_wind_and_warmth() -> None:
    """UCI 501, station Aotizhongxin, 2013-2017: monthly PM2.5 falls with wind within season and year."""
    path = shared_file("air/uci_prsa_beijing_12sites_2013_2017.csv.gz")
    sums: dict[Month, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    names = {"PM2.5": "pm2_5", "TEMP": "temperature", "WSPM": "wind", "RAIN": "rain", "DEWP": "humidity"}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["station"] != "Aotizhongxin":
                break  # the file goes station by station
            for column, name in names.items():
                if row[column] not in ("NA", ""):
                    sums[int(row["year"]), int(row["month"])][name].append(float(row[column]))
    means = {
        name: {at: sum(each[name]) / len(each[name]) for at, each in sums.items()} for name in names.values()
    }
    readings = means.pop("pm2_5")
    found = fit(AIR, readings, means)
    assert found.months == 48 and found.degrees == 48 - 12 - 4 - 4
    effect, error = found.effects["wind"]
    assert effect < 0 and error > 0
