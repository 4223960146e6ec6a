"""Loading the generated sample zone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ecociv.core.missing import Missing
from ecociv.evidence import sample
from ecociv.evidence.actions import LoadFile
from ecociv.evidence.mapping import load_mapping
from ecociv.evidence.models import (
    DepartmentalReturn,
    Document,
    ImportRun,
    Maintenance,
    QualityFinding,
    QualityRun,
    ReturnRevision,
    Series,
)
from ecociv.evidence.quality.run import LOCAL
from ecociv.evidence.returns.forms import load_forms
from ecociv.evidence.returns.periods import ReturnPeriod
from ecociv.evidence.sample.loading import STEPS
from ecociv.evidence.schema import series_id
from ecociv.evidence.store import EvidenceStore
from evidence.sample_zone import PLACES, ZONE, assumptions, exact


@pytest.fixture
def loaded(db: None, transactional_db: None, tmp_path: Path) -> sample.SampleReport:
    real = tmp_path / "real.csv"
    real.write_text(
        "city,date,aqi,aqi_range,quality,pm2_5,pm10,so2,co,no2,o3,rank\n景德镇,2015-01-01,,,,61.5,80,20,1.1,25,70,\n",
        encoding="utf-8",
    )
    LoadFile(real, "jiangxi-cities-daily", "command line", zone=ZONE).execute()
    told: list[tuple[str, int, int]] = []
    report = sample.load(ZONE, folder=tmp_path / "sample", progress=lambda *step: told.append(step))
    assert [(done, steps) for _, done, steps in told] == [(n, STEPS) for n in range(1, STEPS + 1)]
    return report


def test_everything_is_loaded_once_and_marked_as_sample(loaded: sample.SampleReport, tmp_path: Path) -> None:
    assert len(loaded.steps) == STEPS
    assert DepartmentalReturn.objects.count() == 926  # 927 due, one never handed in
    assert ReturnRevision.objects.count() == 927  # one restated
    # only the real file that was there before is not sample, and nothing was added to its six series
    assert Series.objects.filter(sample=False).count() == 6
    assert not Series.objects.filter(sample=True).exclude(key__startswith="sample/").exists()
    assert not DepartmentalReturn.objects.filter(sample=False).exists()
    assert ImportRun.objects.filter(sample=False).count() == 1
    assert Document.objects.filter(sample=False).count() == 1
    store = EvidenceStore()
    real = store.observations(
        Series.objects.filter(sample=False).values_list("pk", flat=True), all_revisions=True
    )
    assert real.num_rows == 6 and set(real["sample"].to_pylist()) == {False}
    own = store.observations([series_id("sample/jiangxi-cities-daily/jingdezhen/pm2_5")])
    assert own.num_rows == 2192 and set(own["sample"].to_pylist()) == {True}
    rows = store.count()
    # 1,578,240 hours, 11 cities x 2,192 days x 6, 18 sections x 108 months x 7, 2 sources x 108 x 13, 20 areas x 96
    assert rows > 1_578_240 + 144_672 + 13_608 + 2_808 + 1_920
    again = sample.load(ZONE, folder=tmp_path / "sample")
    assert again.changed_nothing
    assert store.count() == rows
    assert ReturnRevision.objects.count() == 927
    for step in again.steps:
        assert "示例" in step.as_text("zh") and "sample" in step.as_text("en")

    # the restatement is a revision of two cells; both statements stay
    period = ReturnPeriod.parse("2015")
    for cell, revisions in (("coal", 2), ("total.reported", 2), ("diesel", 1)):
        number = series_id(f"sample/energy/jingdezhen/{cell}")
        found = store.observations([number], start=period.valid_from, end=period.valid_to, all_revisions=True)
        assert found.num_rows == revisions, cell
    coal = store.observations(
        [series_id("sample/energy/jingdezhen/coal")], start=period.valid_from, end=period.valid_to
    )
    assert coal["value"].to_pylist() == [pytest.approx(float(exact("energy", 2015, "coal")) + 75_200)]

    # an absence is stored with its kind
    year = ReturnPeriod.parse("2016")
    share = store.observations(
        [series_id("sample/water-use/zhushan-district/resource.total")],
        start=year.valid_from,
        end=year.valid_to,
    )
    assert share["missing"].to_pylist() == [Missing.DELEGATED.value]
    assert share["supplier"].to_pylist() == ["市水务局"]

    _quality_control_found_what_the_sample_hides()


def _quality_control_found_what_the_sample_hides() -> None:
    found = Counter(
        (each.series.place.key, each.rule)
        for each in QualityFinding.objects.select_related("series__place")
        if each.series.network == "jingdezhen-stations-hourly"
        # what is only listed: gaps, and the declared maintenance
        and each.rule not in ("qc-gap", "qc-maintenance")
    )
    rules = {}
    for place, rule in found:
        rules.setdefault(place, set()).add(rule)
    forged = "jingdezhen-taida"
    # days kept below the limit, days copied, and hours that leave the neighbours: three ways that do not rest on each other
    assert rules.pop(forged) == {
        "limit-avoidance", "repeated-days", "qc-copied-day", "qc-neighbours", "qc-flat"
    }  # fmt: skip
    assert (
        QualityFinding.objects.filter(
            series__place__key=forged, starts_at__lt=datetime(2018, 1, 1, tzinfo=LOCAL)
        )
        .exclude(rule__in=("qc-gap", "qc-flat"))
        .count()
        == 0
    )
    (avoidance,) = QualityFinding.objects.filter(rule="limit-avoidance")
    assert avoidance.starts_at == datetime(2018, 1, 1, tzinfo=LOCAL)
    assert avoidance.evidence["missing"] > 15 > avoidance.evidence["the_other_way"]
    # of honest stations nothing but flat lines; at low levels whole numbers stand still for seven hours now and then
    assert set(rules) == set(PLACES.groups["air-stations"]) - {forged}
    assert set.union(*rules.values()) == {"qc-flat"}
    for place in rules:
        # 6 years x 6 items
        assert found[place, "qc-flat"] <= 12, place
    for flat in assumptions().air.stations.flat_lines:
        stuck = QualityFinding.objects.filter(
            rule="qc-flat",
            series__key=f"sample/jingdezhen-stations-hourly/{flat.station}/{flat.item}",
            starts_at__lte=flat.from_.replace(tzinfo=LOCAL),
            ends_at__gte=flat.from_.replace(tzinfo=LOCAL) + timedelta(hours=flat.hours),
        )
        # CO of low level may stand still for two days, so 44 hours pass
        assert stuck.exists() is (flat.item != "co"), flat
    cities = QualityFinding.objects.filter(series__network="jiangxi-cities-daily").exclude(rule="qc-gap")
    # 11 cities x 6 items x 6 years
    assert cities.count() <= 6
    assert not QualityFinding.objects.filter(sample=False).exists()
    (window,) = Maintenance.objects.all()
    assert (
        window.sample and window.place.key == "jingdezhen-laoganbu" and window.declared_at < window.starts_at
    )
    assert QualityFinding.objects.filter(rule="qc-maintenance").count() == 6
    assert QualityRun.objects.count() == 2


def test_every_mapping_and_form_of_the_sample_is_declared() -> None:
    given = assumptions()
    forms = {form.key for form in load_forms(ZONE)}
    assert {ratio.form for ratio in given.ratios} <= forms
    for name in (given.air.daily.mapping, given.air.hourly.mapping, given.ions.mapping):
        assert load_mapping(name, zone=ZONE).key == name


def test_no_quantity_is_declared_in_vain() -> None:
    """Each quantity of ``sample.yaml`` moves some figure: a name that nothing reads would only mislead."""
    given = assumptions()
    asked: set[str] = set()

    class Asked(type(given)):  # type: ignore[misc]
        def at(self, name: str, year: int) -> float:
            asked.add(name)
            return float(given.at(name, year))

    from ecociv.evidence.sample.filings import write_book

    write_book(ZONE, Asked.model_construct(**dict(given)))
    assert set(given.quantities) - asked == set()
