"""Reading values and lights."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ecociv.core.trace import Trace
from ecociv.indicators import queries
from ecociv.indicators.compute import compute
from ecociv.indicators.lights import Light
from ecociv.indicators.listing import IndicatorUnknown, day_trace, indicator_as_json, indicator_as_text
from ecociv.indicators.models import IndicatorValue
from indicators.evidence_of_a_year import CITIES, load_air, load_return, year_of_air

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder")]
ZONE = "jingdezhen"
RATES = {
    "copper.mining": 82.6,
    "copper.beneficiation": 84.1,
    "copper.utilisation": 70.5,
    "tungsten.mining": 90,
    "tungsten.beneficiation": 85,
    "tungsten.utilisation": 76.5,
}


def test_values_of_a_series_come_in_order_with_their_newest_revision(evidence_folder: Path) -> None:
    load_return(evidence_folder, "9,2014,8.2,亿立方米", "9,2015,8.3,亿立方米")
    for year in (2015, 2014):
        compute(ZONE, year)
    moment = datetime.now(UTC)
    load_return(evidence_folder, "9,2014,8.1,亿立方米", name="restated.csv", reason="更正")
    compute(ZONE, 2014)
    now = queries.series_values(ZONE, "9")
    assert [(v.year, v.value, v.revision) for v in now] == [
        (2014, Decimal("8.1"), 2),
        (2015, Decimal("8.3"), 1),
    ]
    then = queries.series_values(ZONE, "9", moment)
    assert [(v.year, v.value, v.revision) for v in then] == [
        (2014, Decimal("8.2"), 1),
        (2015, Decimal("8.3"), 1),
    ]
    assert queries.series_values(ZONE, "9", datetime(2015, 1, 1, tzinfo=UTC)) == []


def test_the_worst_series_decides_and_is_named(evidence_folder: Path) -> None:
    rows = [f"19.{name},2015,{rate},%" for name, rate in RATES.items()]
    load_return(evidence_folder, *rows)
    compute(ZONE, 2015)
    good = queries.indicator_status(ZONE, 19, 2015)
    assert good.light is Light.ACHIEVED
    # one excellent series must not hide a failing one: 95 against 82.5, and 69.9 against 70.5 (the baseline is 70)
    load_return(
        evidence_folder,
        "19.copper.mining,2015,95,%",
        "19.copper.utilisation,2015,69.9,%",
        name="restated.csv",
        reason="更正",
    )
    compute(ZONE, 2015)
    bad = queries.indicator_status(ZONE, 19, 2015)
    assert bad.light is Light.WORSENING
    assert bad.worst.series.key == "19.copper.utilisation"
    assert bad.worst.figure == Decimal("69.9")
    assert bad.reasons[0].code == "worse-than-baseline"


def test_the_overview_counts_every_indicator_once(evidence_folder: Path) -> None:
    load_return(evidence_folder, "9,2015,8.3,亿立方米", "40,2015,15,%")
    compute(ZONE, 2015)
    found = queries.overview(ZONE, 2015)
    assert len(found.indicators) == sum(found.counts.values()) == 49
    assert [category.key for category in found.categories] == [
        "economy",
        "resources",
        "environment",
        "culture",
        "institutions",
    ]
    assert [len(category.indicators) for category in found.categories] == [5, 19, 16, 7, 2]
    lights = {item.indicator.number: item.light for item in found.indicators}
    assert lights[9] is Light.ACHIEVED
    assert lights[40] is Light.WORSENING  # 15 after a baseline of 16, to be 17
    assert found.sample is False
    assert set(found.counts) == set(Light)


def test_a_year_that_was_never_computed_has_no_data_rather_than_an_error() -> None:
    assert queries.indicator_status(ZONE, 9, 2016).light is Light.NO_DATA
    assert queries.indicator_status(ZONE, 22, 2100).light is Light.NOT_DUE
    assert queries.overview(ZONE, 2016).counts[Light.ACHIEVED] == 0


def test_an_indicator_that_is_not_in_the_plan_is_named() -> None:
    with pytest.raises(KeyError):
        queries.indicator_status(ZONE, 50, 2016)
    with pytest.raises(IndicatorUnknown, match="no indicator 50; there are 1 to 49"):
        indicator_as_json(ZONE, 50, 2016)


def test_a_day_sees_the_years_that_had_ended(evidence_folder: Path) -> None:
    load_return(
        evidence_folder, "9,2015,8.3,亿立方米", "9,2016,8.4,亿立方米", "25,2015,65.8,%", "25,2016,—,%"
    )
    for year in (2015, 2016):
        compute(ZONE, year)
    before = queries.standings_on(ZONE, date(2016, 12, 30))["9"]
    assert (before.year, before.figure, before.actuals) == (2015, Decimal("8.3"), {2015: Decimal("8.3")})
    after = queries.standings_on(ZONE, date(2016, 12, 31))
    assert (after["9"].year, after["9"].figure) == (2016, Decimal("8.4"))
    assert list(after["9"].actuals) == [2015, 2016]
    # the figure of 2016 may come until 30 June 2017: till then the one of 2015 speaks
    assert after["25"].year == 2015
    assert queries.standings_on(ZONE, date(2017, 6, 30))["25"].year == 2015
    late = queries.standings_on(ZONE, date(2017, 7, 1))["25"]
    assert (late.year, late.light) == (2016, Light.NO_DATA)


def test_what_changed_names_both_sides_and_the_reason(evidence_folder: Path) -> None:
    load_return(evidence_folder, "9,2015,8.3,亿立方米", "25,2015,65.8,%")
    compute(ZONE, 2015)
    moment = datetime.now(UTC)
    assert queries.what_changed(ZONE, moment) == []
    load_return(evidence_folder, "9,2015,8.6,亿立方米", name="restated.csv", reason="核算口径修订")
    compute(ZONE, 2015)
    (change,) = queries.what_changed(ZONE, moment)
    assert (change.series, change.year, change.cause) == ("9", 2015, "evidence")
    assert change.before is not None
    assert (change.before.value, change.after.value) == (Decimal("8.3"), Decimal("8.6"))
    assert (change.before.light, change.after.light) == (Light.ACHIEVED, Light.OFF_TRACK)
    assert (change.light_changed, change.value_changed) == (True, True)
    assert change.statements == ("核算口径修订",)
    since_ever = queries.what_changed(ZONE, datetime(2015, 1, 1, tzinfo=UTC))
    assert len(since_ever) == 57
    assert {item.cause for item in since_ever} == {"first"}


def test_the_command_gives_value_target_status_reasons_and_trace(evidence_folder: Path) -> None:
    load_air(evidence_folder, year_of_air({city: 10 * place for place, city in enumerate(CITIES)}))
    compute(ZONE, 2015)
    found = indicator_as_json(ZONE, 35, 2015)
    assert {"value", "unit", "target", "status", "reasons", "trace"} <= set(found)
    assert (found["value"], found["unit"], found["status"]) == (97.3, "percent", "achieved")
    assert (found["rank"], found["of"]) == (2, 11)
    assert found["target"]["zh"] == "达到省内先进水平"
    assert Trace.from_json(found["trace"]).value == Decimal("97.3")
    assert len(found["trace"]["days"]) == 365
    day = found["trace"]["days"][0]
    assert (day["day"], day["aqi"], day["file"]) == ("2015-01-01", 107, "air.csv")
    for language, words in (("zh", "排名: 2/11"), ("en", "rank: 2/11")):
        assert words in indicator_as_text(found, language)


def test_a_peer_is_found_by_any_of_its_names(evidence_folder: Path) -> None:
    load_air(evidence_folder, year_of_air({city: 10 * place for place, city in enumerate(CITIES)}))
    compute(ZONE, 2015)
    for name in ("南昌", "南昌市", "Nanchang", "nanchang"):
        found = indicator_as_json(ZONE, 35, 2015, place=name)
        assert (found["value"], found["rank"], found["status"]) == (100.0, 1, None)
    with pytest.raises(IndicatorUnknown, match="no place '黄山'"):
        indicator_as_json(ZONE, 35, 2015, place="黄山")
    with pytest.raises(IndicatorUnknown, match="no figure of indicator 9"):
        indicator_as_json(ZONE, 9, 2015, place="南昌")


def test_one_day_opens_to_its_sub_indices(evidence_folder: Path) -> None:
    load_air(evidence_folder, year_of_air({"景德镇": 1}))
    compute(ZONE, 2015)
    value = IndicatorValue.objects.filter(series="35", place=ZONE).newest().get()
    trace = day_trace(value, date(2015, 1, 1))
    assert trace is not None
    # PM2.5 of 80: 50 / 40 * (80 - 75) + 100 = 106.25, up to 107
    assert trace.value == 107
    assert "Sub-index of PM2.5 = 107" in trace.as_text("en")
    assert day_trace(value, date(2016, 1, 1)) is None


def test_an_indicator_of_several_series_gives_tables(evidence_folder: Path) -> None:
    load_return(evidence_folder, *[f"19.{name},2015,{rate},%" for name, rate in RATES.items()])
    compute(ZONE, 2015)
    found = indicator_as_json(ZONE, 19, 2015)
    assert found["value"]["19.copper.mining"] == 82.6
    assert found["target"]["19.copper.mining"]["form"] == {"at_least": 82.5}
    assert len(found["series"]) == 6
    assert "82.6" in indicator_as_text(found, "zh")


def test_pages_ask_the_database_a_fixed_number_of_times(
    evidence_folder: Path, django_assert_max_num_queries: object
) -> None:
    load_return(evidence_folder, "9,2015,8.3,亿立方米")
    compute(ZONE, 2015)
    queries.overview(ZONE, 2015)  # fills the caches of the plan
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        queries.overview(ZONE, 2015)
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        queries.standings_on(ZONE, date(2016, 12, 31))
