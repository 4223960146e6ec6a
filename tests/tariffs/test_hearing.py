"""Papers of a hearing: who may compile them, what they keep, and what they say in every form."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from docx import Document as Word
from openpyxl import load_workbook

from ecociv.people.models import AuditEntry, User
from ecociv.people.recorded import AppendOnlyError
from ecociv.reporting.problems import UnknownForm
from ecociv.reporting.tariff_hearing.write import write_hearing_paper
from ecociv.tariffs.actions import CompileHearing, HearingRefused
from ecociv.tariffs.consumption import generate
from ecociv.tariffs.declaration import require_tariffs
from ecociv.tariffs.models import HearingPaper
from ecociv.tariffs.papers import HearingFigures, compile_figures
from ecociv.tariffs.queries import hearing_paper, hearing_papers
from ecociv.tariffs.sample import load_sample_tariffs
from tariffs.situations import households, tariff, version

ZONE, SETS_PRICES = "jingdezhen", "development-and-reform-commission"
pytestmark = pytest.mark.usefixtures("plan_in_database", "db")


def asked(author: Any, **said: Any) -> CompileHearing:
    declared = require_tariffs(ZONE)
    water = declared.tariff("water-household")
    given: dict[str, Any] = {
        "zone": ZONE,
        "title": "调价方案",
        "tariff": water,
        "before": water.versions[0],
        "after": water.versions[1],
        "consumption": generate(declared.distributions["water"], 2_000),
        "source": "生成",
        "elasticity": declared.elasticities["water"],
        "author": author,
    }
    return CompileHearing(**{**given, **said})


def test_the_body_that_sets_the_price_compiles_and_nobody_else(user: Callable[..., User]) -> None:
    with pytest.raises(PermissionDenied):
        asked(user("department_officer", "water-affairs-bureau")).execute()
    with pytest.raises(PermissionDenied):
        asked(user("auditor")).execute()
    assert not HearingPaper.objects.exists()
    paper = asked(user("department_officer", SETS_PRICES)).execute()
    assert (paper.serial, paper.sample) == (1, True)
    entry = AuditEntry.objects.get(action="compile-hearing")
    assert entry.subject_key == "1"


def test_what_is_kept_reads_back_unchanged(user: Callable[..., User]) -> None:
    paper = asked("command").execute()
    stored = HearingPaper.objects.get(pk=paper.pk)
    asked_for = asked("command")
    fresh = compile_figures(
        asked_for.tariff, asked_for.before, asked_for.after, asked_for.consumption, asked_for.elasticity
    )
    assert stored.figures.comparison == fresh.comparison
    assert stored.figures.after == fresh.after
    assert HearingFigures.from_json(fresh.to_json()).to_json() == fresh.to_json() == stored.figures_said
    with pytest.raises(AppendOnlyError):
        stored.save()


def test_a_proposal_that_changes_nothing_is_refused() -> None:
    water = require_tariffs(ZONE).tariff("water-household")
    with pytest.raises(HearingRefused, match="nothing to hear"):
        asked("command", after=water.versions[0]).execute()
    with pytest.raises(HearingRefused, match="title"):
        asked("command", title=" ").execute()


def test_the_traces_end_in_the_revenue() -> None:
    use = households([120, 216, 360], weights=[800, 150, 50])
    figures = compile_figures(tariff(), version((), ("2.2",)), version(), use, None)
    trace = figures.change_trace()
    assert str(trace.value) == "-480.00"  # 12 x (26,800 - 26,840)
    assert (
        sum(leaf.value for leaf in figures.revenue_trace(True).leaves()) == figures.revenue_trace(True).value
    )  # type: ignore[misc]


def test_the_paper_in_every_form() -> None:
    paper = asked("command").execute()
    whole = paper.figures.comparison.whole
    word = write_hearing_paper(paper, "docx")
    text = "\n".join(
        [p.text for p in Word(io.BytesIO(word)).paragraphs]
        + [c.text for t in Word(io.BytesIO(word)).tables for r in t.rows for c in r.cells]
    )
    assert f"{whole.fen_before / 100:,.2f}" in text
    assert "示例数据" in text
    book = load_workbook(io.BytesIO(write_hearing_paper(paper, "xlsx", language="en")))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert pytest.approx(whole.fen_after / 100) in [cell for cell in cells if isinstance(cell, float)]
    pdf = write_hearing_paper(paper, "pdf")
    assert pdf.startswith(b"%PDF")
    assert pdf == write_hearing_paper(paper, "pdf")
    with pytest.raises(UnknownForm):
        write_hearing_paper(paper, "odt")


def test_an_elasticity_that_was_stated_stands_in_the_paper_with_its_source() -> None:
    declared = require_tariffs(ZONE).elasticities["water"]
    stated = declared.model_copy(update={"stated": Decimal("-0.3"), "stated_source": "本地研究"})
    paper = asked("command", elasticity=stated).execute()
    book = load_workbook(io.BytesIO(write_hearing_paper(paper, "xlsx")))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "自定" in cells and any("本地研究" in cell for cell in cells)
    before = HearingFigures.from_json(paper.figures_said).comparison.responses[-1]
    assert (before.kind, before.elasticity) == ("stated", Decimal("-0.3"))


def test_a_paper_from_before_an_elasticity_could_be_stated_is_read() -> None:
    said = asked("command").execute().figures_said
    old = {**said, "elasticity": {key: said["elasticity"][key] for key in ("central", "weak", "strong", "citation", "verified")}}
    old["comparison"] = {
        **said["comparison"],
        "responses": [{k: v for k, v in one.items() if k != "kind"} for one in said["comparison"]["responses"]],
    }
    assert [one.kind for one in HearingFigures.from_json(old).comparison.responses] == ["weak", "central", "strong"]


def test_papers_as_known_at_a_moment() -> None:
    first = asked("command").execute()
    second = asked("command", title="第二稿").execute()
    assert [paper.serial for paper in hearing_papers(ZONE)] == [2, 1]
    assert [paper.serial for paper in hearing_papers(ZONE, first.recorded_at)] == [1]
    assert hearing_paper(ZONE, 2, first.recorded_at) is None
    assert hearing_paper(ZONE, 2) == second


def test_sample_data_are_loaded_once() -> None:
    assert load_sample_tariffs(ZONE) == 1
    assert load_sample_tariffs(ZONE) == 0
    assert HearingPaper.objects.get().sample
