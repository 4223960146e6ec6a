"""Figures from primary records: formulas, groups, sums over years, surveys, stations, patches, hours."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecociv.core.missing import Missing
from ecociv.core.trace import Trace
from ecociv.evidence.queries import LOCAL
from ecociv.indicators.compute import compute
from ecociv.indicators.models import IndicatorValue
from indicators.evidence_of_a_year import CITIES, load_air, load_return, year_of_air
from indicators.primary_records import file_cells, file_hours, file_months, group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder")]
ZONE = "jingdezhen"


def value_of(series: str, year: int = 2015, place: str = ZONE) -> IndicatorValue:
    return IndicatorValue.objects.filter(series=series, year=year, place=place).newest().get()


def text_of(value: IndicatorValue) -> str:
    return Trace.from_json(value.trace).as_text("en")


def test_a_quotient_of_two_cells_is_rounded_once() -> None:
    # 7,721,000 wan yuan / 1,628,000 persons = 4.742629 wan yuan per person
    file_cells(
        2015, {f"economy/{ZONE}/gdp.current": 7_721_000, f"economy/{ZONE}/population.resident": 1_628_000}
    )
    compute(ZONE, 2015)
    value = value_of("1")
    assert value.value == Decimal("4.74")
    assert "economy/jingdezhen/gdp.current@" in text_of(value)
    assert "rounded to 2 decimals" in text_of(value)
    assert value.extras["completeness"] == {"wanted": 2, "found": 2, "inputs_without_figure": []}
    assert value.extras["level"] == "city"


def test_constants_and_conversions_go_by_their_units() -> None:
    # 18,000 wan m3 of water = 180,000,000 t; / 3,000,000 wan yuan = 60 t per wan yuan
    file_cells(
        2015, {f"water-use/{ZONE}/use.industry": 18_000, f"economy/{ZONE}/value_added.industry": 3_000_000}
    )
    compute(ZONE, 2015)
    assert value_of("11").value == Decimal("60.0")
    assert "1 t/m³" in text_of(value_of("11")) or "1 t/m" in text_of(value_of("11"))


def test_a_denominator_of_zero_gives_no_figure_and_no_error() -> None:
    file_cells(2015, {f"procurement/{ZONE}/procurement.green": 0, f"procurement/{ZONE}/procurement.all": 0})
    compute(ZONE, 2015)
    assert value_of("47").missing is Missing.NOT_APPLICABLE
    assert "is zero" in text_of(value_of("47"))


def test_ratios_over_mines_are_quotients_of_sums() -> None:
    cells: dict[str, Any] = {}
    for number, (consumed, recovered) in enumerate(
        [(1000, 800), (100, 90), (100, 90), (100, 90), (100, 90)], 1
    ):
        cells |= {
            f"mine/mine-copper-{number}/ore.consumed": consumed,
            f"mine/mine-copper-{number}/ore.recovered": recovered,
        }
    file_cells(2015, cells)
    compute(ZONE, 2015)
    # (800 + 4 * 90) / (1000 + 4 * 100) = 1160 / 1400 = 82.86 %; the mean of the five rates would be 88 %
    assert value_of("19.copper.mining").value == Decimal("82.9")
    assert value_of("19.tungsten.mining").missing is Missing.MISSING


def test_a_mine_that_lacks_one_figure_is_left_out_of_both_sides() -> None:
    cells: dict[str, Any] = {}
    for number in range(1, 6):
        cells |= {
            f"mine/mine-copper-{number}/ore.consumed": 100,
            f"mine/mine-copper-{number}/ore.recovered": 80 + number,
        }
    del cells["mine/mine-copper-5/ore.recovered"]
    file_cells(2015, cells)
    compute(ZONE, 2015)
    # four of five are the 80 % that must be there: (81 + 82 + 83 + 84) / 400 = 82.5
    assert value_of("19.copper.mining").value == Decimal("82.5")
    assert "Left out of numerator and denominator" in text_of(value_of("19.copper.mining"))
    del cells["mine/mine-copper-4/ore.recovered"]
    file_cells(2016, cells)
    compute(ZONE, 2016)
    assert value_of("19.copper.mining", 2016).missing is Missing.MISSING  # three of five


def test_emissions_of_all_enterprises_and_sources_are_added() -> None:
    cells = {f"emission/{place}/so2.enterprise": 1000 for place in group("emitters")}  # 15 of them
    cells |= {f"environment/{ZONE}/so2.domestic": 4_321, f"environment/{ZONE}/so2.other": 9}
    file_cells(2015, cells)
    compute(ZONE, 2015)
    assert value_of("34.so2").value == Decimal("1.933")  # 15,000 + 4,321 + 9 = 19,330 t
    assert value_of("34.cod").missing is Missing.MISSING


def test_a_missing_enterprise_leaves_no_total() -> None:
    cells: dict[str, Any] = {f"emission/{place}/so2.enterprise": 1000 for place in group("emitters")}
    cells["emission/emitter-power-1/so2.enterprise"] = Missing.WITHHELD
    cells |= {f"environment/{ZONE}/so2.domestic": 4_321, f"environment/{ZONE}/so2.other": 9}
    file_cells(2015, cells)
    compute(ZONE, 2015)
    assert value_of("34.so2").missing is Missing.WITHHELD


def test_areas_treated_are_added_up_over_the_years() -> None:
    for year, treated in ((2013, 20), (2014, 15.5), (2015, 12)):
        file_cells(year, {f"forestry/{ZONE}/desert.treated": treated})
    for year in (2012, 2014, 2015):
        compute(ZONE, year)
    assert value_of("30", 2015).value == Decimal("0.0048")  # 47.5 ha = 0.00475, half to even
    assert value_of("30", 2014).value == Decimal("0.0036")  # 35.5 ha = 0.00355
    file_cells(2013, {f"forestry/{ZONE}/desert.treated": 30})
    assert [value.series for value in compute(ZONE, 2015).values if value.revision == 2] == ["30"]
    assert value_of("30", 2015).value == Decimal("0.0058")  # 57.5 ha: the restated year moves the later ones


def test_a_sum_before_its_first_year_is_nothing_and_marked_like_the_data_beside_it() -> None:
    compute(ZONE, 2012)
    value = value_of("30", 2012)
    assert (value.value, value.sample) == (Decimal(0), False)
    file_cells(2012, {f"economy/{ZONE}/gdp.current": 6_601_281}, sample=True)
    # generated data came beside it: a figure made of no evidence must not look real among them
    compute(ZONE, 2012)
    value = value_of("30", 2012)
    assert (value.value, value.sample) == (Decimal(0), True)
    assert "rests on no data" in text_of(value)
    assert "Nothing was reported" not in text_of(value)


def test_inputs_that_may_be_absent_make_no_figure_when_all_of_them_are() -> None:
    compute(ZONE, 2015)
    lacking = {
        value.series for value in IndicatorValue.objects.filter(year=2015).newest() if value.missing_kind
    }
    # the sum over years begins in 2013 and needs every year since; so nothing at all has a figure
    assert len(lacking) == 57


@pytest.mark.parametrize(
    "kind", [Missing.PLANNED, Missing.NOT_APPLICABLE, Missing.WITHHELD, Missing.DELEGATED]
)
def test_an_absence_that_all_inputs_share_is_that_of_the_figure(kind: Missing) -> None:
    areas, strata = group("ion-areas"), group("counties")
    file_months(2015, {f"negative-ions-monthly/{area}/negative_ions": [kind] * 12 for area in areas})
    cells: dict[str, Any] = {
        f"water-fittings/{place}/{cell}": kind
        for place in strata
        for cell in ("households.all", "households.sampled", "fittings.sampled", "fittings.saving")
    }
    cells |= {f"mine/{mine}/{cell}": kind for mine in group("mines") for cell in ("obliged", "green")}
    cells |= {f"economy/{ZONE}/value_added.{sector}": kind for sector in ("primary", "secondary", "tertiary")}
    file_cells(2015, cells)
    compute(ZONE, 2015)
    assert {series: value_of(series).missing for series in ("31", "45", "20", "3")} == dict.fromkeys(
        ("31", "45", "20", "3"), kind
    )


def test_absences_of_different_kinds_make_a_missing_figure_that_names_them() -> None:
    areas = group("ion-areas")
    readings = {f"negative-ions-monthly/{area}/negative_ions": [Missing.PLANNED] * 12 for area in areas}
    readings[f"negative-ions-monthly/{areas[0]}/negative_ions"] = [Missing.WITHHELD] * 12
    file_months(2015, readings)
    file_cells(
        2015,
        {
            f"procurement/{ZONE}/procurement.green": Missing.PLANNED,
            f"procurement/{ZONE}/procurement.all": Missing.WITHHELD,
        },
    )
    compute(ZONE, 2015)
    for series in ("31", "47"):
        assert value_of(series).missing is Missing.MISSING
        assert "absent for different reasons (" in text_of(value_of(series))
        assert "planned, not yet made: " in text_of(value_of(series))
        assert "withheld: " in text_of(value_of(series))


def test_areas_to_which_the_question_does_not_apply_are_not_counted() -> None:
    areas = group(
        "ion-areas"
    )  # 20: 15 with good air, 5 that do not count; 15 of 20 would be fewer than the 80 % needed
    file_months(
        2015,
        {
            f"negative-ions-monthly/{area}/negative_ions": [1500.0 if number < 15 else Missing.NOT_APPLICABLE]
            * 12
            for number, area in enumerate(areas)
        },
    )
    compute(ZONE, 2015)
    assert value_of("31").value == Decimal(100)
    assert value_of("31").extras["completeness"]["wanted"] == 15


def test_counties_have_their_own_figures_and_stand_in_for_the_city() -> None:
    cells: dict[str, Any] = {f"sewage/{place}/sewage.discharged": 1000 for place in group("counties")}
    cells |= {
        f"sewage/{place}/sewage.treated": 700 + 20 * number for number, place in enumerate(group("counties"))
    }
    file_cells(2015, cells)
    compute(ZONE, 2015)
    assert value_of("38").value == Decimal("73.0")  # (700 + 720 + 740 + 760) / 4000
    assert "the counties are added up" in text_of(value_of("38"))
    county = value_of("38", place=group("counties")[1])
    assert (county.value, county.light, county.extras["level"]) == (Decimal("72.0"), "", "county")
    assert (
        IndicatorValue.objects.exclude(place=ZONE).values_list("series", flat=True).distinct().get() == "38"
    )
    # the city's own return goes before the sum
    file_cells(2015, {f"sewage/{ZONE}/sewage.treated": 3000, f"sewage/{ZONE}/sewage.discharged": 4000})
    compute(ZONE, 2015)
    assert value_of("38").value == Decimal("75.0")


def test_real_primary_records_go_before_a_reported_figure_and_both_before_generated_ones(
    evidence_folder: Path,
) -> None:
    file_cells(2015, {f"water-use/{ZONE}/use.total": 80_000}, sample=True)
    compute(ZONE, 2015)
    assert (value_of("9").value, value_of("9").sample) == (Decimal("8.00"), True)
    load_return(evidence_folder, "9,2015,8.31,亿立方米")
    compute(ZONE, 2015)
    assert (value_of("9").value, value_of("9").sample) == (Decimal("8.31"), False)
    assert "reported as such" in text_of(value_of("9"))
    file_cells(2015, {f"water-use/{ZONE}/use.total": 82_000})
    compute(ZONE, 2015)
    assert (value_of("9").value, value_of("9").sample) == (Decimal("8.20"), False)


ENERGY = {
    "coal": 2_000_000,
    "coke": 100_000,
    "gasoline": 50_000,
    "diesel": 60_000,
    "natural_gas": 5_000,
    "electricity.net_import": 300_000,
    "electricity.hydro": 20_000,
    "biomass_energy": 10_000,
}


def test_energy_by_standard_coal() -> None:
    file_cells(2015, {f"energy/{ZONE}/{cell}": amount for cell, amount in ENERGY.items()})
    file_cells(2015, {f"economy/{ZONE}/gdp.constant": 5_000_000})
    compute(ZONE, 2015)
    # 2,000,000 * 0.7143 + 100,000 * 0.9714 + 50,000 * 1.4714 + 60,000 * 1.4571 + 5,000 * 13.3
    # + (300,000 + 20,000) * 1.229 + 10,000 = 1,428,600 + 97,140 + 73,570 + 87,426 + 66,500 + 393,280 + 10,000
    assert value_of("17").value == Decimal("215.65")  # 2,156,516 tce
    assert value_of("14").value == Decimal("0.431")  # / 5,000,000
    # hydro 20,000 * 1.229 = 24,580; + 10,000 of 2,156,516 = 1.6035 %
    assert value_of("16").value == Decimal("1.60")
    text = text_of(value_of("17"))
    assert "GB/T 2589" in text
    assert "taken as none" in text  # no fuel oil, no LPG was reported


def test_carbon_by_fuels_and_purchased_electricity() -> None:
    file_cells(2015, {f"energy/{ZONE}/{cell}": amount for cell, amount in ENERGY.items()})
    file_cells(2015, {f"economy/{ZONE}/gdp.constant": 5_000_000})
    compute(ZONE, 2015)
    value = value_of("15")
    # coal alone 2,000,000 * 1.9003 = 3,800,600 t, electricity 3,000,000 MWh * 0.5835 = 1,750,500 t
    assert value.value is not None
    assert Decimal("1.11") < value.value < Decimal("1.50")
    assert "0.5835" in text_of(value)
    assert any("2021" in note["en"] for note in value.extras["caveats"])


def test_irrigation_is_weighted_by_withdrawal() -> None:
    cells = {"medium": (450, 1000, 30_000), "small": (60, 100, 10_000)}
    filed: dict[str, Any] = {}
    for scale, (net, gross, withdrawal) in cells.items():
        filed |= {
            f"irrigation/{ZONE}/irrigation.{scale}.net": net,
            f"irrigation/{ZONE}/irrigation.{scale}.gross": gross,
            f"irrigation/{ZONE}/irrigation.{scale}.withdrawal": withdrawal,
        }
    file_cells(2015, filed)
    compute(ZONE, 2015)
    assert value_of("12").value == Decimal("0.488")  # (0.45 * 30,000 + 0.6 * 10,000) / 40,000 = 0.4875
    # more on the field than was withdrawn is refused, not published
    file_cells(2016, {**filed, f"irrigation/{ZONE}/irrigation.small.net": 120})
    compute(ZONE, 2016)
    assert value_of("12", 2016).missing is Missing.MISSING
    assert "refuses the figures" in text_of(value_of("12", 2016))


def test_a_survey_weighs_its_strata_and_gives_an_interval() -> None:
    sizes, asked, hits = (400_000, 300_000, 200_000, 100_000), (400, 300, 200, 100), (80, 45, 20, 30)
    cells: dict[str, Any] = {}
    for place, size, n, hit in zip(group("travel-strata"), sizes, asked, hits, strict=True):
        cells |= {
            f"travel-survey/{place}/trips.all": size,
            f"travel-survey/{place}/trips.sampled": n,
            f"travel-survey/{place}/trips.walk_cycle": hit,
        }
    file_cells(2015, cells)
    compute(ZONE, 2015)
    value = value_of("40")
    # 0.4 * 0.20 + 0.3 * 0.15 + 0.2 * 0.10 + 0.1 * 0.30 = 0.175
    assert value.value == Decimal("17.5")
    interval = value.extras["interval"]
    # var = 0.16*0.16/399 + 0.09*0.1275/299 + 0.04*0.09/199 + 0.01*0.21/99 = 1.4184e-4 (x 0.999), root 0.011904
    assert interval["standard_error"] == pytest.approx(1.1904, abs=0.0005)
    assert (interval["low"], interval["high"]) == ("15.2", "19.8")  # 17.5 -/+ 1.96 * 1.19
    assert "confidence interval 15.2 % to 19.8 %" in text_of(value)
    assert value_of("43").missing is Missing.MISSING


def test_fittings_of_one_household_count_as_one_draw() -> None:
    cells: dict[str, Any] = {}
    for place in group("counties"):
        cells |= {
            f"water-fittings/{place}/households.all": 10_000,
            f"water-fittings/{place}/households.sampled": 101,
            f"water-fittings/{place}/fittings.sampled": 400,
            f"water-fittings/{place}/fittings.saving": 320,
        }
    file_cells(2015, cells)
    compute(ZONE, 2015)
    interval = value_of("45").extras["interval"]
    assert value_of("45").value == Decimal("80.0")
    # four strata of weight 1/4: var = 4 * 1/16 * (1 - 101 / 10000) * 0.8 * 0.2 / 100 = 3.9596e-4, root 0.019899;
    # 400 independent fittings would have given 0.0100
    assert interval["standard_error"] == pytest.approx(1.9899, abs=0.0005)
    assert (interval["low"], interval["high"], interval["clusters"]) == ("76.1", "83.9", 404.0)


def test_function_zones_comply_by_their_own_target(evidence_folder: Path) -> None:
    places = group("function-zones")
    clean = {"ph": 7.2, "do": 8.5, "codmn": 1.5, "cod": 8.0, "bod5": 1.5, "nh3n": 0.1, "tp": 0.015}
    readings = {
        f"water-zones-monthly/{place}/{item}": [value] * 12
        for place in places
        for item, value in clean.items()
    }
    # ammonia far above every class in the first zone, for 3 of 12 months: 75 % of the tests comply, 80 % must
    readings[f"water-zones-monthly/{places[0]}/nh3n"] = [9.0] * 3 + [0.1] * 9
    file_months(2015, readings, sample=True)
    compute(ZONE, 2015)
    value = value_of("36")
    assert value.value == Decimal("94.44")  # 17 of 18
    assert value.extras["not_complying"] == [places[0]]
    assert value.sample
    # two months alone say too little of a zone, and without it too few zones are left only below 80 %
    file_months(2016, {key: values[:2] for key, values in readings.items()})
    compute(ZONE, 2016)
    assert value_of("36", 2016).missing is Missing.MISSING


def test_drinking_sources_and_ions() -> None:
    sources = group("drinking-sources")
    clean = {"ph": 7.2, "do": 8.5, "codmn": 1.5, "bod5": 1.5, "nh3n": 0.1, "tp": 0.015, "iron": 0.1}
    readings = {
        f"drinking-sources-monthly/{place}/{item}": [value] * 12
        for place in sources
        for item, value in clean.items()
    }
    readings[f"drinking-sources-monthly/{sources[1]}/iron"] = [0.1] * 11 + [0.31]  # the limit is 0.3
    file_months(2016, readings)
    areas = group("ion-areas")
    means = {place: 1000 if number % 4 else 999 for number, place in enumerate(areas)}
    file_months(
        2016, {f"negative-ions-monthly/{place}/negative_ions": [mean] * 12 for place, mean in means.items()}
    )
    compute(ZONE, 2016)
    assert value_of("37", 2016).value == Decimal("50.0")
    assert "month 12 exceeds in" in text_of(value_of("37", 2016))
    assert value_of("31", 2016).value == Decimal("75.0")  # 15 of 20


def layer(*corners: float) -> bytes:
    def square(x: float) -> dict[str, Any]:
        ring = [[x, 29.3], [x + 0.02, 29.3], [x + 0.02, 29.32], [x, 29.32], [x, 29.3]]
        return {
            "type": "Feature",
            "properties": {"class": "nature-reserve", "name": f"{x}"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    return json.dumps({"type": "FeatureCollection", "features": [square(x) for x in corners]}).encode()


def test_overlapping_patches_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from ecociv.evidence.models import Document
    from ecociv.indicators.derive import patches

    filed: dict[str, bytes] = {}

    def document(content: bytes) -> Document:
        name = f"{len(filed):064x}"
        filed[name] = content
        return Document.objects.create(
            pk=name, name="patches.geojson", size=len(content), stored_as=name, sample=True
        )

    current = document(layer(117.0, 117.01, 117.5))
    monkeypatch.setattr(patches.documents, "filed", lambda *a, **k: current)
    monkeypatch.setattr(patches.documents, "read_document", lambda item: filed[item.sha256])
    patches._coverage_of.cache_clear()
    compute(ZONE, 2015)
    value = value_of("29")
    # a square of 0.02 x 0.02 degrees at 29.31 N is 1.9427 km by 2.2172 km = 430.7 ha; union of two and a half of them
    assert value.value is not None
    assert float(value.value) == pytest.approx(2.5 * 430.7 / 10_000, rel=2e-3)
    assert value.extras["overlap_m2"] == pytest.approx(0.5 * 4.307e6, rel=2e-3)
    assert value.sample
    assert compute(ZONE, 2015).derived == 0
    current = document(b"not a layer")
    patches._coverage_of.cache_clear()
    compute(ZONE, 2015)
    assert value_of("29").missing is Missing.MISSING
    assert "cannot be used" in text_of(value_of("29"))


def hours_of_a_year(bad_days: int, year: int = 2015) -> dict[str, list[float]]:
    """Hours of five stations: clean, but for PM2.5 of 80 on the first so many days of each tenth day."""
    count = 366 if year % 4 == 0 else 365
    clean = {"so2": 10.0, "no2": 15.0, "co": 0.5, "pm10": 40.0, "o3": 60.0}
    spoilt = {10 * number for number in range(bad_days)}
    made: dict[str, list[float]] = {}
    for place in group("air-stations"):
        for name, value in clean.items():
            made[f"jingdezhen-stations-hourly/{place}/{name}"] = [value] * (24 * count)
        made[f"jingdezhen-stations-hourly/{place}/pm2_5"] = [
            80.0 if day in spoilt else 20.0 for day in range(count) for _ in range(24)
        ]
    return made


def test_the_city_is_judged_from_its_hours_and_ranked_among_the_daily_feed(evidence_folder: Path) -> None:
    file_hours(datetime(2015, 1, 1, tzinfo=LOCAL), hours_of_a_year(10), sample=True)
    others = {city: 5 * place for place, city in enumerate(c for c in CITIES if c != "景德镇")}
    load_air(evidence_folder, year_of_air(others), sample=True)
    compute(ZONE, 2015)
    value = value_of("35")
    assert (value.value, value.extras["good_days"]) == (Decimal("97.3"), 355)  # 355 / 365
    assert value.extras["basis"] == "hours"
    assert value.extras["of"] == 11
    assert [item["valid_days"]["pm2_5"] for item in value.extras["stations"]] == [365] * 5
    assert "sample/jingdezhen-stations-hourly/jingdezhen-taida/pm2_5" in text_of(value)
    assert value.sample
    # real daily figures of the city go before the hours
    load_air(evidence_folder, year_of_air({"景德镇": 20}), name="real.csv")
    compute(ZONE, 2015)
    assert (value_of("35").value, value_of("35").sample) == (Decimal("94.5"), False)
