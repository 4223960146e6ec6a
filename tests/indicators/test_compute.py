"""Computing a year: figures, revisions, provenance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from ecociv.core.missing import Missing
from ecociv.core.trace import Trace
from ecociv.evidence.actions import CorrectObservation
from ecociv.evidence.queries import LOCAL
from ecociv.indicators.compute import Computed, compute
from ecociv.indicators.models import IndicatorValue, NeverChanged
from indicators.evidence_of_a_year import CITIES, air_rows, days, load_air, load_return, year_of_air

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder")]

Find = Callable[..., IndicatorValue]


def value_of(series: str, year: int = 2015, place: str = "jingdezhen") -> IndicatorValue:
    return IndicatorValue.objects.filter(series=series, year=year, place=place).newest().get()


def trace_text(value: IndicatorValue) -> str:
    return Trace.from_json(value.trace).as_text("en")


def test_every_series_has_a_value_or_says_why_not(evidence_folder: Path) -> None:
    load_return(evidence_folder, "9,2015,8.31,亿立方米", "25,2015,—,%")
    done = compute("jingdezhen", 2015)
    assert (len(done.values), done.written) == (57, 57)
    assert (value_of("9").value, value_of("9").missing) == (Decimal("8.31"), None)
    assert (value_of("25").value, value_of("25").missing) == (None, Missing.MISSING)
    assert (value_of("1").value, value_of("1").missing) == (None, Missing.MISSING)
    assert value_of("9").light == "achieved"  # at most 8.45 in 2015
    assert value_of("1").light == "no-data"  # long due
    assert "row 2, revision 1" in trace_text(value_of("9"))


def test_figures_are_converted_to_the_plans_unit_exactly(evidence_folder: Path) -> None:
    load_return(evidence_folder, "9,2015,83100,万立方米", "1,2015,49512.5,元/人", "7,2015,126.4455,万亩")
    compute("jingdezhen", 2015)
    assert value_of("9").value == Decimal("8.31")  # 83,100 x 10^4 / 10^8
    assert value_of("1").value == Decimal("4.95125")
    # 126.4455 / 15 = 8.4297
    assert value_of("7").value == Decimal("8.4297")
    assert value_of("7").unit == "wan_hectare"


def test_nothing_new_is_recorded_when_nothing_changed(evidence_folder: Path) -> None:
    load_return(evidence_folder, "9,2015,8.31,亿立方米")
    compute("jingdezhen", 2015)
    again = compute("jingdezhen", 2015)
    assert (again.written, again.unchanged) == (0, 57)
    assert IndicatorValue.objects.count() == 57


def test_a_restatement_is_the_next_revision_of_that_value_alone(evidence_folder: Path) -> None:
    load_return(evidence_folder, "9,2015,8.31,亿立方米", "25,2015,65.8,%")
    compute("jingdezhen", 2015)
    load_return(evidence_folder, "9,2015,8.50,亿立方米", name="restated.csv", reason="核算口径修订")
    done = compute("jingdezhen", 2015)
    assert (done.written, dict(done.causes)) == (1, {"evidence": 1})
    now = value_of("9")
    assert (now.value, now.revision, now.light) == (Decimal("8.5"), 2, "off-track")  # above 8.45
    assert IndicatorValue.objects.get(series="9", revision=1).value == Decimal("8.31")
    assert value_of("25").revision == 1


def test_as_of_a_moment_answers_without_recording(evidence_folder: Path) -> None:
    load_return(evidence_folder, "9,2015,8.31,亿立方米")
    before = datetime.now(UTC)
    load_return(evidence_folder, "9,2015,8.50,亿立方米", name="restated.csv", reason="核算口径修订")
    then = compute("jingdezhen", 2015, as_of=before)
    assert next(value for value in then.values if value.series == "9").value == Decimal("8.31")
    assert not IndicatorValue.objects.exists()
    compute("jingdezhen", 2015)
    assert value_of("9").value == Decimal("8.5")


def test_a_recorded_value_is_never_changed(evidence_folder: Path) -> None:
    compute("jingdezhen", 2015)
    value = IndicatorValue.objects.first()
    assert value is not None
    value.figure = "99"
    with pytest.raises(NeverChanged):
        value.save()
    with pytest.raises(NeverChanged):
        value.delete()
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE indicators_indicatorvalue SET figure = '99'")


def test_parts_must_make_the_whole(evidence_folder: Path) -> None:
    rows = ["3.primary,2015,7.2,%", "3.secondary,2015,58.3,%"]
    load_return(
        evidence_folder, *rows, "3.tertiary,2015,34.5,%", "3.primary,2016,7,%", "3.secondary,2016,58,%"
    )
    compute("jingdezhen", 2015)
    assert value_of("3").parts == {
        "primary": Decimal("7.2"),
        "secondary": Decimal("58.3"),
        "tertiary": Decimal("34.5"),
    }
    compute("jingdezhen", 2016)
    assert value_of("3", 2016).missing is Missing.MISSING  # a part is missing
    load_return(evidence_folder, "3.tertiary,2016,36,%", name="late.csv")
    compute("jingdezhen", 2016)
    assert value_of("3", 2016).missing is Missing.MISSING  # 7 + 58 + 36 = 101
    assert "make 101 instead of 100" in trace_text(value_of("3", 2016))


@pytest.mark.parametrize(
    ("mark", "missing", "light"),
    [
        ("—", Missing.MISSING, "no-data"),
        ("待统计", Missing.PLANNED, "not-due"),
        ("不适用", Missing.NOT_APPLICABLE, "no-data"),
        ("涉密", Missing.WITHHELD, "no-data"),
        ("省级核定", Missing.DELEGATED, "awaiting-upper-level"),
    ],
)
def test_each_kind_of_absence_stays_what_it_is(
    evidence_folder: Path, mark: str, missing: Missing, light: str
) -> None:
    load_return(evidence_folder, f"9,2015,{mark},亿立方米", "37,2015,0,%")
    compute("jingdezhen", 2015)
    assert (value_of("9").missing, value_of("9").light) == (missing, light)
    # zero is a figure: none of the sources complies, 100 below what is to be held
    assert (value_of("37").value, value_of("37").light) == (Decimal(0), "off-track") or value_of(
        "37"
    ).light == "worsening"


def test_a_suspect_figure_is_not_used_and_the_trace_says_so(evidence_folder: Path) -> None:
    assert load_return(evidence_folder, "9,2015,83.1,亿立方米").values_flagged == 1  # plausible up to 20
    compute("jingdezhen", 2015)
    assert value_of("9").missing is Missing.MISSING
    assert "83.1 is marked as suspect" in trace_text(value_of("9"))


# -- sample and real ----------------------------------------------------------------------------------------


def test_sample_marks_reach_the_value_the_status_and_the_trace(evidence_folder: Path) -> None:
    load_return(evidence_folder, "9,2015,8.31,亿立方米", sample=True)
    compute("jingdezhen", 2015)
    value = value_of("9")
    assert value.sample
    assert Trace.from_json(value.trace).sample
    assert "sample-data" in [reason["code"] for reason in value.status["reasons"]]
    assert not value_of("1").sample  # nothing at all is no sample


def test_real_figures_take_the_place_of_sample_ones_year_by_year(evidence_folder: Path) -> None:
    load_return(evidence_folder, "9,2015,8.31,亿立方米", "9,2016,8.40,亿立方米", sample=True)
    compute("jingdezhen", 2015)
    compute("jingdezhen", 2016)
    load_return(evidence_folder, "9,2015,8.99,亿立方米", name="real.csv")
    done = compute("jingdezhen", 2015)
    assert dict(done.causes) == {"real-data": 1}
    assert (value_of("9").value, value_of("9").sample) == (Decimal("8.99"), False)
    assert "the real ones are used" in trace_text(value_of("9"))
    assert compute("jingdezhen", 2016).written == 0
    assert value_of("9", 2016).sample


def test_a_composition_never_mixes_real_and_sample_parts(evidence_folder: Path) -> None:
    parts = ["3.primary,2015,7.2,%", "3.secondary,2015,58.3,%", "3.tertiary,2015,34.5,%"]
    load_return(evidence_folder, *parts, sample=True)
    load_return(evidence_folder, "3.primary,2015,7.0,%", name="real.csv")
    compute("jingdezhen", 2015)
    value = value_of("3")
    assert (value.missing, value.sample) == (Missing.MISSING, False)


# -- indicator 35 ---------------------------------------------------------------------------------------------


def ranked(bad: dict[str, int], folder: Path, **given: object) -> Computed:
    load_air(folder, year_of_air(bad), **given)
    return compute("jingdezhen", 2015)


def test_the_city_is_ranked_among_its_peers(evidence_folder: Path) -> None:
    bad = {city: 10 * place for place, city in enumerate(CITIES)}  # 南昌 0, 景德镇 10, 萍乡 20, 九江 30 ...
    done = ranked(bad, evidence_folder)
    assert len(done.values) == 57 + 10
    value = value_of("35")
    assert (value.value, value.extras["rank"], value.extras["of"]) == (Decimal("97.3"), 2, 11)  # 355 / 365
    assert value.extras["threshold"] == "94.5"  # 萍乡, the third: 345 / 365 = 94.52
    assert value.light == "achieved"
    assert [peer["place"] for peer in value.extras["peers"]][:3] == ["nanchang", "jingdezhen", "pingxiang"]
    peer = value_of("35", place="nanchang")
    assert (peer.value, peer.light, peer.extras["rank"]) == (Decimal("100.0"), "", 1)


def test_the_fourth_of_eleven_is_not_advanced(evidence_folder: Path) -> None:
    bad = dict.fromkeys(CITIES, 60) | {"南昌": 0, "萍乡": 10, "九江": 20, "景德镇": 30}
    ranked(bad, evidence_folder)
    value = value_of("35")
    assert (value.extras["rank"], value.light) == (4, "off-track")
    codes = [reason["code"] for reason in value.status["reasons"]]
    assert "verdict-depends-on-reading" not in codes


def test_a_verdict_that_hangs_on_the_reading_says_so(evidence_folder: Path) -> None:
    rows = year_of_air(dict.fromkeys(CITIES, 20) | {"景德镇": 0})
    # forty days on which ozone is 170: above 160 as an 8-hour mean, below 200 as a 1-hour one
    shown = {day.isoformat() for day in days(date(2015, 6, 1), 40)}
    rows = [row for row in rows if not (row.startswith("景德镇") and row.split(",")[1] in shown)]
    rows += air_rows("景德镇", days(date(2015, 6, 1), 40), o3="170")
    load_air(evidence_folder, rows)
    compute("jingdezhen", 2015)
    value = value_of("35")
    assert value.extras["rank"] == 11
    assert value.extras["standing_by_reading"]["as-1h"]["rank"] == 1
    assert value.extras["verdict_holds_in_every_reading"] is False
    assert "verdict-depends-on-reading" in [reason["code"] for reason in value.status["reasons"]]


def test_real_cities_are_never_ranked_among_sample_ones(evidence_folder: Path) -> None:
    sample = year_of_air(dict.fromkeys(CITIES, 50))
    load_air(evidence_folder, sample, sample=True)
    compute("jingdezhen", 2015)
    assert value_of("35").sample
    assert value_of("35").extras["of"] == 11
    done = ranked({"景德镇": 10}, evidence_folder, name="real.csv")
    value = value_of("35")
    assert (value.sample, value.value) == (False, Decimal("97.3"))
    assert (value.extras["of"], value.extras["threshold"]) == (1, None)
    assert "too-few-peers" in [reason["code"] for reason in value.status["reasons"]]
    assert value.light not in {"achieved", "on-track"}
    assert done.causes["real-data"] == 1


def test_one_corrected_day_moves_one_value(evidence_folder: Path) -> None:
    ranked(dict.fromkeys(CITIES, 20), evidence_folder)
    CorrectObservation(
        "jiangxi-cities-daily/nanchang/pm2_5",
        datetime(2015, 1, 1, tzinfo=LOCAL),
        20.0,
        "tester",
        "仪器故障，按备用仪器更正",
    ).execute()
    done = compute("jingdezhen", 2015)
    changed = {value.place for value in done.values if value.revision == 2}
    assert (
        value_of("35", place="nanchang").extras["good_days"] == 346
    )  # one of the 20 bad days was the first of January
    assert value_of("35", place="nanchang").cause == "evidence"
    # the others are recorded again because their rank is another, their figures are the same
    assert changed == {value.place for value in done.values if value.series == "35"}
    assert value_of("35").cause in {"status", "peers-or-notes"}


def test_the_days_behind_a_value_are_kept_with_row_and_file(evidence_folder: Path) -> None:
    ranked({"景德镇": 1}, evidence_folder)
    detail = value_of("35").daily
    assert len(detail.rows) == 365
    first = dict(zip(detail.columns, detail.rows[0], strict=True))
    assert (first["day"], first["pm2_5"], first["iaqi_pm2_5"], first["verdict"]) == (
        "2015-01-01",
        80,
        107,
        "exceeding",
    )
    assert list(detail.sources.values()) == ["air.csv"]
    assert first["row"] == 366  # the header, 364 clean days, then the spoilt one
