"""From the database to a file: what was on record, the errors, and a file that is whole or not there."""

from __future__ import annotations

import datetime as dt
import io
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from ecociv.core.digests import digest_of_bytes
from ecociv.core.text import UnknownLanguage
from ecociv.indicators.models import DailyDetail, IndicatorValue
from ecociv.people.models import User
from ecociv.plan.queries import ZoneNotLoaded
from ecociv.reporting import annual
from ecociv.reporting.annual import ReportRefused, write_annual_report
from ecociv.reporting.problems import FolderNotWritable, NoChineseFont, UnknownForm, YearOutsidePlan
from ecociv.reporting.render.fonts import FontChoice
from ecociv.supervision.models import ProgressReport
from reporting import situations

ZONE = "jingdezhen"


def now() -> dt.datetime:
    return dt.datetime.now(tz=situations.CHINA)


@pytest.fixture
def values(plan_in_database: None, db: None) -> dict[str, IndicatorValue]:
    """Good days of 2016, computed in February 2017 and corrected tomorrow: after the plan was loaded, which is now."""
    fact = situations.good_days()
    assert fact.trace is not None
    made = {}
    then, tomorrow = dt.datetime(2017, 2, 1, 8, tzinfo=situations.CHINA), now() + dt.timedelta(days=1)
    for revision, figure, computed in ((1, "90.4", then), (2, "89.9", tomorrow)):
        made[figure] = IndicatorValue.objects.create(
            zone=ZONE, series="35", place="jingdezhen", year=2016, revision=revision, figure=figure, unit="percent",
            light="on-track",
            status={"light": "on-track", "reasons": [{"code": "level-with-peers", "zh": "达到", "en": "Reached", "data": {}}]},
            extras={"rank": 2, "of": 11, "caveats": [{"zh": "臭氧口径未知", "en": "The ozone figure is of unknown kind"}]},
            trace={**fact.trace.to_json(), "value": {"decimal": figure}},
            evidence_digest="e" * 64, content_digest=str(revision) * 64,
            computed_at=computed,
        )  # fmt: skip
    DailyDetail.objects.create(
        value=made["89.9"], columns=["day", "aqi", "verdict"], rows=[["2016-01-01", 62, "good"]], sources={}
    )
    return made


def actual(path: Path, number: int = 35) -> tuple[object, str]:
    sheet = openpyxl.load_workbook(path)["指标完成情况表"]
    row = next(row for row in sheet.iter_rows(min_row=3) if row[0].value == number)
    return row[6].value, row[9].value


def test_a_report_from_what_is_on_record(values: dict[str, IndicatorValue], tmp_path: Path) -> None:
    out = tmp_path / "report.xlsx"
    heard: list[tuple[int, int]] = []
    written = write_annual_report(ZONE, 2016, out, progress=lambda done, total: heard.append((done, total)))
    assert actual(out) == (89.9, "达到；11个同类城市中列第2位；方案未给基数")
    assert openpyxl.load_workbook(out)["逐日明细 35"]["B3"].value == 62
    assert (written.form, written.sample, written.sha256) == (".xlsx", False, digest_of_bytes(out.read_bytes()))
    assert heard == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert str(out) in written.as_text("zh") and str(written.figures) in written.as_text("en")


def test_a_report_as_it_was_known(values: dict[str, IndicatorValue], tmp_path: Path) -> None:
    write_annual_report(ZONE, 2016, tmp_path / "then.xlsx", as_of=now())
    assert actual(tmp_path / "then.xlsx")[0] == 90.4
    write_annual_report(ZONE, 2016, tmp_path / "later.xlsx", as_of=now() + dt.timedelta(days=2))
    assert actual(tmp_path / "later.xlsx")[0] == 89.9


def test_the_same_moment_gives_the_same_file(values: dict[str, IndicatorValue], tmp_path: Path) -> None:
    moment = now()
    first = write_annual_report(ZONE, 2016, tmp_path / "a.docx", as_of=moment)
    second = write_annual_report(ZONE, 2016, tmp_path / "b.docx", as_of=moment)
    assert first.sha256 == second.sha256 and first.as_of == moment


def test_a_year_without_values_is_an_honest_report(plan_in_database: None, db: None, tmp_path: Path) -> None:
    out = tmp_path / "report.docx"
    write_annual_report(ZONE, 2014, out)
    words = "".join(paragraph.text for paragraph in docx.Document(io.BytesIO(out.read_bytes())).paragraphs)
    assert "没有任何序列取得2014年的数据" in words


def test_progress_is_what_the_bodies_reported(plan_in_database: None, db: None, tmp_path: Path) -> None:
    author = User.objects.create(username="officer", role="department_officer", zone=ZONE)
    ProgressReport.objects.create(
        zone=ZONE, place="task:18", number=1, revision=1, period=2016, state="under-way", percent=Decimal("60.0"),
        percent_basis="steps", narrative="平台在建", organisation="water-affairs-bureau", for_all=True, author=author,
        reported_at=now(), recorded_at=now(),
    )  # fmt: skip
    out = tmp_path / "report.xlsx"
    write_annual_report(ZONE, 2016, out)
    sheet = openpyxl.load_workbook(out)["本年到期任务"]
    states = {row[0].value: row[4].value for row in sheet.iter_rows(min_row=3)}
    # Due on 2016-12-31 and reported as under way: the date has passed, so the rule of supervision calls it delayed.
    assert states[18].startswith("■ 滞后 60% ") and states[5] == "■ 逾期未报"


def test_a_pdf_in_english(values: dict[str, IndicatorValue], tmp_path: Path, fonts: FontChoice, settings: Any) -> None:
    settings.ECOCIV_FONTS = fonts.folder
    written = write_annual_report(ZONE, 2016, tmp_path / "report.PDF", language="en")
    assert written.form == ".pdf" and (tmp_path / "report.PDF").read_bytes().startswith(b"%PDF-")


# -- what is refused, and that nothing is left behind ------------------------------------------------------------


@pytest.mark.parametrize("name", ["report.odt", "report", "report.doc"])
def test_an_unknown_form(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownForm, match=r"written as \.docx, \.pdf, \.xlsx") as refused:
        write_annual_report(ZONE, 2016, tmp_path / name)
    assert name in refused.value.text.zh and isinstance(refused.value, ReportRefused)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("year", [1999, 2012, 2021])
def test_a_year_outside_the_plan(plan_in_database: None, db: None, year: int, tmp_path: Path) -> None:
    with pytest.raises(YearOutsidePlan, match="choose a year from 2013 to 2020"):
        write_annual_report(ZONE, year, tmp_path / "report.docx")
    assert not list(tmp_path.iterdir())


def test_a_year_that_has_not_begun() -> None:
    moment = dt.datetime(2016, 12, 31, tzinfo=situations.CHINA)
    with pytest.raises(YearOutsidePlan, match="2017 has not begun"):
        annual._require_year(2017, 2012, 2020, moment)
    annual._require_year(2016, 2012, 2020, moment)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FolderNotWritable, match="There is no folder"):
        write_annual_report(ZONE, 2016, tmp_path / "absent" / "report.docx")


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "report.docx").mkdir()
    with pytest.raises(FolderNotWritable, match="is a folder"):
        write_annual_report(ZONE, 2016, tmp_path / "report.docx")


def test_a_folder_without_the_right_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # whoever runs the tests may well be root
    with pytest.raises(FolderNotWritable, match="ask for the right to write there"):
        write_annual_report(ZONE, 2016, tmp_path / "report.docx")


def test_a_disk_that_is_full_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "report.docx"
    out.write_bytes(b"last year's")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(FolderNotWritable, match="No space left on device"):
        annual.write_whole(out, b"this year's")
    assert out.read_bytes() == b"last year's" and [path.name for path in tmp_path.iterdir()] == ["report.docx"]


def test_no_font_is_said_before_any_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecociv.reporting.render import fonts

    monkeypatch.setattr(fonts, "_families", lambda *_: frozenset({"Libertinus Serif"}))
    with pytest.raises(NoChineseFont, match="make setup"):
        write_annual_report(ZONE, 2016, tmp_path / "report.pdf")
    assert not list(tmp_path.iterdir())


def test_an_unknown_language(tmp_path: Path) -> None:
    with pytest.raises(UnknownLanguage):
        write_annual_report(ZONE, 2016, tmp_path / "report.docx", language="fr")


def test_a_zone_that_is_not_loaded(db: None, tmp_path: Path) -> None:
    with pytest.raises(ZoneNotLoaded, match="ecociv zone load elsewhere"):
        write_annual_report("elsewhere", 2016, tmp_path / "report.docx")
    assert not list(tmp_path.iterdir())


