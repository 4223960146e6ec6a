"""From the figure down to the reading, what differs between two days, and what does not agree."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ecociv.cli.indicator import group as commands
from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.queries import LOCAL
from ecociv.indicators import identity_rules
from ecociv.indicators.compute import compute
from ecociv.indicators.differences import diff_as_json, diff_as_text, differences
from ecociv.indicators.identities import conflicts
from ecociv.indicators.listing import IndicatorUnknown
from ecociv.indicators.tracing import hours_of_day, trace_as_json, trace_as_text
from ecociv.standards import declared
from indicators.primary_records import file_cells, file_hours, group
from indicators.test_incremental import sample_cells
from indicators.test_primary_records import hours_of_a_year

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder")]
ZONE = "jingdezhen"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(commands, list(arguments))


def leaves(trace: dict[str, Any]) -> list[dict[str, Any]]:
    if trace["kind"] == "input":
        return [trace]
    return [leaf for item in trace["inputs"] for leaf in leaves(item)]


def test_every_cell_names_its_return_row_and_revision() -> None:
    file_cells(2015, sample_cells(), source="ab" * 32)
    file_cells(2015, {f"economy/{ZONE}/gdp.current": 7_800_000}, source="cd" * 32)
    found = trace_as_json(ZONE, 1, 2015, as_of=datetime.now(UTC))
    (series,) = found["series"]
    named = {leaf["source_id"]: leaf["revision"] for leaf in leaves(series["trace"])}
    assert named == {
        f"economy/{ZONE}/gdp.current@cdcdcdcdcdcd:1": 2,
        f"economy/{ZONE}/population.resident@abababababab:3": 1,
    }
    assert series["value"] == 4.79  # 7,800,000 / 1,628,000
    assert series["completeness"]["found"] == 2
    with pytest.raises(IndicatorUnknown, match="compute the year first"):
        trace_as_json(ZONE, 1, 2015)
    compute(ZONE, 2015)
    assert trace_as_json(ZONE, 1, 2015)["series"][0]["trace"] == series["trace"]
    county = group("counties")[0]
    assert trace_as_json(ZONE, 38, 2015, place=county)["series"][0]["value"] == 70.0


def test_the_air_opens_to_stations_days_and_hours() -> None:
    file_hours(datetime(2015, 1, 1, tzinfo=LOCAL), hours_of_a_year(10))
    compute(ZONE, 2015)
    found = trace_as_json(ZONE, 35, 2015)
    (series,) = found["series"]
    assert len(series["days"]) == 365
    assert series["days"][10]["verdict"] == "exceeding"  # the 11th of January
    assert len(series["stations"]) == 5
    text = trace_as_text(found, "en")
    assert "2015-01-11 107 pm2_5 exceeding" in text
    assert "jingdezhen-stations-hourly/jingdezhen-taida/pm2_5" in text
    hours = hours_of_day(ZONE, date(2015, 1, 11))
    assert len(hours) == 5 * 6 * 24
    assert {row["value"] for row in hours if row["pollutant"] == "pm2_5"} == {80.0}
    assert {row["hour"] for row in hours} == set(range(24))
    then = trace_as_json(ZONE, 35, 2015, as_of=datetime.now(UTC))
    assert [day["aqi"] for day in then["series"][0]["days"]] == [day["aqi"] for day in series["days"]]


def test_a_difference_names_the_input_the_author_and_the_reason() -> None:
    file_cells(2015, sample_cells())
    compute(ZONE, 2015)
    since = datetime.now(UTC)
    file_cells(2015, {f"procurement/{ZONE}/procurement.green": 310}, reason="漏报一项采购")
    until = datetime.now(UTC)
    (found,) = differences(ZONE, 2015, since, until)
    assert (found.series, found.before.figure, found.after.figure) == ("47", "30.0", "31.0")  # type: ignore[union-attr]
    assert found.why == "evidence"
    (change,) = found.inputs
    assert change.series == f"procurement/{ZONE}/procurement.green"
    assert (change.before, change.after, change.revision) == ("300", "310", 2)
    assert (change.author, change.reason) == ("tester", "漏报一项采购")
    # nothing is recorded until the year is computed; then the record says the same
    assert diff_as_json(ZONE, 2015, since, until)["recorded"] == []
    compute(ZONE, 2015)
    later = diff_as_json(ZONE, 2015, since, datetime.now(UTC))
    assert [(item["before"]["value"], item["after"]["value"]) for item in later["recorded"]] == [(30.0, 31.0)]
    text = diff_as_text(later, "en")
    assert "300 → 310  tester  漏报一项采购" in text
    assert differences(ZONE, 2015, until, until) == []
    # only what may differ is derived for the two days; deriving everything finds no more
    whole = [
        {(v.series, v.place): v.figure for v in compute(ZONE, 2015, as_of=at).values} for at in (since, until)
    ]
    assert [pair for pair in whole[1] if whole[0][pair] != whole[1][pair]] == [("47", ZONE)]
    assert compute(ZONE, 2015, as_of=until, only={f"47@{ZONE}"}).derived == 1


def test_counties_that_do_not_make_the_city_are_a_conflict() -> None:
    cells: dict[str, Any] = {f"water-use/{place}/use.total": 20_000 for place in group("counties")}
    file_cells(2015, {**cells, f"water-use/{ZONE}/use.total": 80_500})
    assert conflicts(ZONE, 2015) == []  # 500 of 80,500 is 0.62 %, one percent is allowed
    before = datetime.now(UTC)
    file_cells(2015, {f"water-use/{ZONE}/use.total": 81_000})
    (found,) = conflicts(ZONE, 2015)
    assert (found.key, found.settle) == ("water-counties:use.total", "市水务局")
    assert (float(found.left.value), float(found.right.value), float(found.difference)) == (
        81_000,
        80_000,
        1000,
    )
    assert found.left.suppliers == ("市统计局",)
    assert f"water-use/{ZONE}/use.total@" in found.as_text("en")
    assert conflicts(ZONE, 2015, before) == []


def test_a_department_against_another_and_real_never_against_generated() -> None:
    file_cells(2015, {f"land/{ZONE}/land.total": 530_000})  # 5300 km2 against 5256
    file_cells(2015, {f"land/{ZONE}/land.forest": 300_000})
    file_cells(2015, {f"forestry/{ZONE}/forest_land": 360_000}, sample=True)
    assert [item.key for item in conflicts(ZONE, 2015)] == ["administrative-area"]
    file_cells(2015, {f"forestry/{ZONE}/forest_land": 360_000})
    assert [item.key for item in conflicts(ZONE, 2015)] == [
        "administrative-area",
        "forest-land-of-two-bodies",
    ]


def test_stations_against_the_daily_feed(evidence_folder: Path) -> None:
    from indicators.evidence_of_a_year import load_air, year_of_air

    load_air(evidence_folder, year_of_air({"景德镇": 0}))  # 20 µg/m³ every day
    hours = {key: values for key, values in hours_of_a_year(0).items() if key.endswith("pm2_5")}
    file_hours(
        datetime(2015, 1, 1, tzinfo=LOCAL), {key: [22.0] * len(values) for key, values in hours.items()}
    )
    (found,) = conflicts(ZONE, 2015)
    assert (found.key, float(found.left.value), float(found.right.value)) == ("pm2_5-stations", 20.0, 22.0)


def test_an_identity_of_unlike_things_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (declared.zone_folder(ZONE) / identity_rules.FILE).read_text(encoding="utf-8")
    (tmp_path / ZONE).mkdir()
    (tmp_path / ZONE / identity_rules.FILE).write_text(
        text.replace("constant: 5256 km2", "constant: 5256 km"), encoding="utf-8"
    )
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path))
    with pytest.raises(DeclarationError, match=r"identities.yaml:\d+: .*cannot be compared"):
        identity_rules.load_identities(ZONE)


def test_the_commands_speak_json_and_text() -> None:
    file_cells(2015, sample_cells())
    done = run("compute", ZONE, "--year", "2015", "--format", "json")
    assert done.exit_code == 0, done.output
    values = json.loads(done.output)["values"]
    assert {"value", "unit", "missing", "status", "level", "place", "completeness"} <= set(values[0])
    assert next(v for v in values if v["series"] == "47")["value"] == 30.0
    assert "economy/jingdezhen/gdp.current" in run("trace", ZONE, "1", "--year", "2015").output
    assert json.loads(run("trace", ZONE, "1", "--year", "2015", "--format", "json").output)["series"]
    today = datetime.now(LOCAL).date().isoformat()
    both = ("--from", "2016-01-01", "--to", today)
    report = json.loads(run("diff", ZONE, "--year", "2015", *both, "--format", "json").output)
    changed = next(item for item in report["from_evidence"] if item["series"] == "47")
    assert changed["before"]["value"] is None and changed["after"]["value"] == 30.0
    assert run("diff", ZONE, "--year", "2015", *both).exit_code == 0
    assert run("diff", ZONE, "--year", "2015", "--from", today, "--to", "2016-01-01").exit_code == 2
    assert run("conflicts", ZONE, "--year", "2015").exit_code == 0
    file_cells(2015, {f"land/{ZONE}/land.total": 530_000})
    assert run("conflicts", ZONE, "--year", "2015", "--format", "json").exit_code == 1
    assert run("trace", ZONE, "35", "--year", "2015", "--day", "2016-01-01").exit_code == 2
