"""The good-day ratio from daily concentrations, with its readings, incomplete days and validity."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.derivations import GoodDayRatio, load_derivations
from ecociv.indicators.derive.city_years import city_years
from ecociv.indicators.derive.figures import Derived
from ecociv.indicators.derive.good_days import derive_good_days
from ecociv.indicators.engine.duck import DuckDBEngine
from ecociv.plan.package import load_zone
from indicators.evidence_of_a_year import CITIES, air_rows, days, load_air, year_of_air

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder")]


def derive(year: int = 2015, place: str = "jingdezhen") -> Derived:
    declared = load_derivations(load_zone("jingdezhen")).by_series["35"]
    assert isinstance(declared, GoodDayRatio)
    cities = city_years(declared, [place], year, sample=False, as_of=None, engine=DuckDBEngine(EvidenceStore()))
    label = Text(zh="优良", en="Good days")
    return derive_good_days(
        declared, cities[place], label=label, place_name=label, files={}, both_kinds=False
    )


def test_the_ratio_is_good_days_over_valid_days(evidence_folder: Path) -> None:
    load_air(evidence_folder, year_of_air({"景德镇": 30}))
    found = derive()
    assert found.figure == Decimal("91.8")  # 335 / 365 = 91.78 %
    assert (found.extras["good_days"], found.extras["valid_days"]) == (335, 365)
    assert found.extras["edition"] == "HJ 633-2012"
    assert found.trace.value == Decimal("91.8")
    months = [leaf.value for leaf in found.trace.leaves()]
    assert sum(months[:12]) == 335  # type: ignore[arg-type]
    assert sum(months[12:]) == 365  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("o3", "verdicts"),
    [
        # 8-hour breakpoints: 160 is index 100, 161 is above; 1-hour breakpoints: 200 is index 100
        ("160", ("good", 100, 80)),
        ("161", ("exceeding", 101, 81)),
        ("200", ("exceeding", 137, 100)),
        ("201", ("exceeding", 138, 101)),
    ],
)
def test_ozone_is_read_in_three_ways(evidence_folder: Path, o3: str, verdicts: tuple[str, int, int]) -> None:
    load_air(evidence_folder, air_rows("景德镇", [date(2015, 7, 1)], o3=o3))
    found = derive()
    assert found.days is not None
    table = found.days()
    (row,) = (dict(zip(table.columns, cells, strict=True)) for cells in table.rows)
    # 8 h: 160 -> 100; 161 -> 50 / 55 * 1 + 100 = 100.9; 200 -> 50 / 55 * 40 + 100 = 136.4; 201 -> 137.3
    # 1 h: 160 -> 50 (the gases and particles of the clean day stay below); 201 -> 50 / 100 * 1 + 100 = 100.5
    assert row["verdict"] == verdicts[0]
    assert row["aqi"] == verdicts[1]
    assert row["iaqi_o3_8h"] == verdicts[1]
    one_hour = {"160": 50, "161": 52, "200": 100, "201": 101}[o3]
    assert row["aqi_as-1h"] == one_hour
    assert row["aqi_without-ozone"] == 40  # PM10 of 40 µg/m³: 50 / 50 * 40
    assert (row["row"], row["revision"]) == (2, 1)


def test_the_readings_never_cross(evidence_folder: Path) -> None:
    every = days(date(2015, 1, 1), 365)
    rows = [
        row
        for number, day in enumerate(every)
        for row in air_rows("景德镇", [day], o3=str(100 + number % 130))
    ]
    load_air(evidence_folder, rows)
    values = [Decimal(reading["value"]) for reading in derive().extras["readings"]]
    assert values[0] <= values[1] <= values[2] == 100


def test_a_day_that_lacks_a_pollutant_counts_only_when_it_exceeds(evidence_folder: Path) -> None:
    every = days(date(2015, 1, 1), 365)
    rows = air_rows("景德镇", every[2:])
    rows += air_rows("景德镇", every[:1], o3="—")  # clean, but ozone is missing: it cannot be called good
    rows += air_rows("景德镇", every[1:2], o3="—", pm2_5="80")  # exceeding whatever the ozone was
    load_air(evidence_folder, rows)
    found = derive()
    assert (found.extras["good_days"], found.extras["valid_days"]) == (363, 364)
    assert found.days is not None
    table = found.days()
    verdict = table.columns.index("verdict")
    assert [row[verdict] for row in table.rows[:3]] == ["not-valid", "exceeding", "good"]


def test_a_suspect_value_is_not_used(evidence_folder: Path) -> None:
    every = days(date(2015, 1, 1), 365)
    rows = air_rows("景德镇", every[1:]) + air_rows("景德镇", every[:1], pm10="0")
    assert load_air(evidence_folder, rows).values_flagged == 1
    assert derive().extras["valid_days"] == 364


@pytest.mark.parametrize(
    ("left_out", "valid"),
    [
        ([date(2015, 2, day) for day in range(1, 4)], True),  # 25 days in February are enough
        ([date(2015, 2, day) for day in range(1, 5)], False),  # 24 are not
        ([date(2015, 3, day) for day in range(1, 5)], True),  # 27 of 31
        ([date(2015, 3, day) for day in range(1, 6)], False),  # 26 of 31
        ([date(2015, month, 1 + n) for month in range(1, 13) for n in range(3)], True),  # 329, no month short
        (  # four a month would leave 27 or more but 365 - 48 = 317 days
            [date(2015, month, 1 + n) for month in (1, 3, 5, 7, 8, 10, 12) for n in range(4)]
            + [date(2015, month, 1 + n) for month in (4, 6, 9, 11) for n in range(3)]
            + [date(2015, 2, 1 + n) for n in range(3)],
            False,
        ),
    ],
)
def test_a_year_with_too_few_days_is_not_evaluated(
    evidence_folder: Path, left_out: list[date], valid: bool
) -> None:
    every = [day for day in days(date(2015, 1, 1), 365) if day not in left_out]
    load_air(evidence_folder, air_rows("景德镇", every))
    found = derive()
    assert found.extras["valid_year"] is valid
    assert found.figure == (Decimal("100.0") if valid else Missing.MISSING)
    assert found.extras["readings"][0]["value"] == "100.0"  # the count is a fact, the yearly value is not


def test_the_digest_follows_the_evidence(evidence_folder: Path) -> None:
    load_air(evidence_folder, year_of_air({"景德镇": 30, "南昌": 10}))
    before, other = derive().evidence_digest, derive(place="nanchang").evidence_digest
    assert before != other
    assert derive().evidence_digest == before
    changed = air_rows("景德镇", [date(2015, 1, 1)], pm2_5="81")
    load_air(evidence_folder, changed, name="changed.csv", reason="更正")
    assert derive().evidence_digest != before
    assert derive(place="nanchang").evidence_digest == other


def test_the_sentence_on_what_the_data_cannot_prove_goes_with_the_value(evidence_folder: Path) -> None:
    load_air(evidence_folder, year_of_air({"景德镇": 30}))
    found = derive()
    assert "不能证明" in found.extras["caveats"][0]["zh"]
    assert "cannot prove" in found.extras["caveats"][0]["en"]
    assert "cannot prove" in found.trace.as_text("en", depth=0)


def test_eleven_cities_are_declared_in_the_fixture() -> None:
    assert len(set(CITIES)) == 11
