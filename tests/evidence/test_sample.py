"""Loading the generated sample zone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecociv.core.missing import Missing
from ecociv.evidence import sample
from ecociv.evidence.actions import LoadFile
from ecociv.evidence.mapping import load_mapping
from ecociv.evidence.models import DepartmentalReturn, Document, ImportRun, ReturnRevision, Series
from ecociv.evidence.returns.forms import load_forms
from ecociv.evidence.returns.periods import ReturnPeriod
from ecociv.evidence.sample.loading import STEPS
from ecociv.evidence.schema import series_id
from ecociv.evidence.store import EvidenceStore
from evidence.sample_zone import ZONE, assumptions, exact


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
    assert DepartmentalReturn.objects.count() == 746  # 747 due, one never handed in
    assert ReturnRevision.objects.count() == 747  # one restated
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
    assert ReturnRevision.objects.count() == 747
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
