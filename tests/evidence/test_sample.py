"""The generated sample evidence."""

from __future__ import annotations

import csv
import time
from collections import defaultdict
from pathlib import Path

import pytest

from ecociv.evidence import sample
from ecociv.evidence.mapping import load_mapping
from ecociv.evidence.models import Document, ImportRun, Series
from ecociv.evidence.sample.assumptions import load_assumptions
from ecociv.evidence.store import EvidenceStore

ZONE = "jingdezhen"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    return sample.write_files(ZONE, tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def figures(files: tuple[Path, Path, Path]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = defaultdict(dict)
    with files[1].open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["series"]][int(row["year"])] = row["value"]
    return found


def test_the_same_assumptions_give_the_same_bytes(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    again = sample.write_files(ZONE, tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in files]


def test_every_reported_series_is_there_for_every_year(figures: dict[str, dict[int, str]]) -> None:
    assert set(figures) == set(load_mapping("annual-return").values)
    assert {tuple(by_year) for by_year in figures.values()} == {(2012, 2013, 2014, 2015, 2016, 2017)}


def test_figures_that_hang_together_do(figures: dict[str, dict[int, str]]) -> None:
    declared = load_assumptions(ZONE).annual_return
    for year in range(2012, 2018):
        shares = sum(float(figures[f"3.{part}"][year]) for part in ("primary", "secondary", "tertiary"))
        assert shares == pytest.approx(100, abs=1e-9)
        gdp = declared.latent["gdp_constant"][year]
        # (tce / 10^4 yuan) x 10^8 yuan = 10^4 tce
        assert float(figures["17"][year]) == pytest.approx(float(figures["14"][year]) * gdp, abs=0.005)
        water = float(figures["9"][year]) / float(figures["10"][year]) * 100
        assert water == pytest.approx(53.7, rel=0.01)


def test_percentages_stay_within_their_whole(figures: dict[str, dict[int, str]]) -> None:
    declared = load_mapping("annual-return").values
    for key, by_year in figures.items():
        if declared[key].unit == "percent":
            numbers = [float(value) for value in by_year.values() if value[0].isdigit()]
            assert all(0 <= number <= 100 for number in numbers), key


def test_gaps_use_the_marks_of_the_mapping(figures: dict[str, dict[int, str]]) -> None:
    assert [figures["22"][year] for year in (2012, 2014, 2015)] == ["—", "—", "14.0"]
    assert figures["48"][2013] == "不适用"
    assert figures["31"][2015] == "待统计"


def test_the_air_is_plausible(files: tuple[Path, Path, Path]) -> None:
    with files[0].open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["city"] == "景德镇"]
    assert len(rows) == 365 + 366 + 365
    values = [float(row["pm2_5"]) for row in rows if row["pm2_5"] != "—"]
    assert 30 < sum(values) / len(values) < 45  # declared as 40 in 2015, falling by 5 % a year
    winter = [float(r["pm2_5"]) for r in rows if r["date"][5:7] in {"12", "01"} and r["pm2_5"] != "—"]
    summer = [float(r["pm2_5"]) for r in rows if r["date"][5:7] in {"06", "07"} and r["pm2_5"] != "—"]
    assert sum(winter) / len(winter) > 1.3 * sum(summer) / len(summer)


@pytest.mark.django_db
def test_loading_is_quick_marked_and_done_once(store: EvidenceStore, tmp_path: Path) -> None:
    started = time.process_time()
    first = sample.load(ZONE, folder=tmp_path / "sample")
    assert time.process_time() - started < 20
    assert not first.changed_nothing
    assert [report.rows_rejected for report in first.reports] == [0, 0, 0]
    assert [report.values_revised for report in first.reports] == [0, 0, 2]  # the restated energy figures
    assert all(Series.objects.values_list("sample", flat=True))
    assert all(key.startswith("sample/") for key in Series.objects.values_list("key", flat=True))
    assert all(Document.objects.values_list("sample", flat=True))
    assert all(ImportRun.objects.values_list("sample", flat=True))
    rows = store.count()
    assert sample.load(ZONE, folder=tmp_path / "sample").changed_nothing
    assert store.count() == rows
