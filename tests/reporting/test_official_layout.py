"""The page of GB/T 9704-2012, measured in the files themselves."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from ecociv.reporting.official.content import DocumentNumber, Level, NumberUnreadable, numbered
from ecociv.reporting.official.layout import LayoutNotInForce, layout_on
from ecociv.reporting.official.render.pdf import to_pdf
from ecociv.reporting.official.render.word import BODY, to_word
from ecociv.reporting.render.fonts import FontChoice
from reporting import official_situations as situations

MM = 72 / 25.4


def lines_of(page: Any) -> list[tuple[float, float, str]]:
    """Height above the foot, distance from the left (both in points) and text of each piece, top first."""
    found: list[tuple[float, float, str]] = []

    def keep(text: str, _cm: Any, matrix: Any, _font: Any, _size: Any) -> None:
        if text.strip():
            found.append((_cm[5] + matrix[5] * _cm[3], _cm[4] + matrix[4], text.strip()))

    page.extract_text(visitor_text=keep)
    return sorted(found, key=lambda item: -item[0])


@pytest.fixture(scope="module")
def full(fonts: FontChoice) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(to_pdf(situations.a_full_page(), fonts)))


@pytest.fixture(scope="module")
def word() -> Any:
    return docx.Document(io.BytesIO(to_word(situations.a_document(secrecy="机密★1年", urgency="特急"))))


def test_the_layout_has_a_date_and_a_reason() -> None:
    layout = layout_on(dt.date(2017, 1, 1))
    assert layout.standard == "GB/T 9704-2012" and not layout.verified and layout.reason
    # 297 - 37 - 225 = 35 mm; 210 - 28 - 156 = 26 mm
    assert (layout.page.bottom, layout.page.outer) == (35, 26)
    # 225 mm / 25.4 * 72 / 22 = 28.99 pt; 156 mm / 25.4 * 72 / 28 = 15.79 pt
    assert round(layout.line_pitch, 2) == 28.99 and round(layout.character_pitch, 2) == 15.79
    with pytest.raises(LayoutNotInForce, match="1 July 2012"):
        layout_on(dt.date(2012, 6, 30))


def test_a_full_page_of_the_pdf_has_22_lines_of_28_characters(full: pypdf.PdfReader) -> None:
    page = full.pages[1]
    assert (round(float(page.mediabox.width) / MM), round(float(page.mediabox.height) / MM)) == (210, 297)
    lines = [line for line in page.extract_text().splitlines() if "春" in line]
    assert len(lines) == 22 and {len(line.strip()) for line in lines} == {28}


def test_pages_are_numbered_between_dashes(full: pypdf.PdfReader) -> None:
    for number, page in enumerate(full.pages, start=1):
        assert f"—{number}—" in page.extract_text().replace(" ", "")


def test_the_word_page(word: Any) -> None:
    for section in word.sections:
        edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(edge.mm) for edge in edges] == [37, 35, 28, 26]
        width = section.page_width - section.left_margin - section.right_margin
        assert round(width / 36000) == 156
    style = word.styles[BODY]
    pitch = style.paragraph_format.line_spacing.pt
    # 22 lines fill 225 mm = 637.8 pt and 23 do not fit.
    assert 22 * pitch <= 225 * MM < 23 * pitch
    character = 16 + int(style.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    # 28 characters fill 156 mm = 442.2 pt and 29 do not fit.
    assert 28 * character <= 156 * MM < 29 * character


def test_the_word_fonts_are_the_official_ones(word: Any) -> None:
    found = {}
    for paragraph in word.paragraphs:
        for run in paragraph.runs:
            fonts = run._element.rPr.find(qn("w:rFonts")) if run._element.rPr is not None else None
            if fonts is not None:
                found[run.text] = (fonts.get(qn("w:eastAsia")), run.font.size.pt if run.font.size else None)
    assert found["一、基本情况"] == ("黑体", 16) and found["（一）总体进展"] == ("楷体", 16)
    assert found["1.逾期任务"] == ("仿宋", 16) and found["（1）原因"] == ("仿宋", 16)
    assert found["机密★1年"] == ("黑体", 16) and found["附件1"] == ("黑体", 16)
    titles = [value for text, value in found.items() if text.startswith("关于2017年第一季度")]
    assert titles == [("方正小标宋简体", 22)]


def test_the_red_line_and_its_rule(word: Any) -> None:
    mark = next(p for p in word.paragraphs if p.text.endswith("文件"))
    assert str(mark.runs[0].font.color.rgb) == "D8140A"
    number = next(p for p in word.paragraphs if p.text == "景生态办〔2017〕12号")
    rule = number._p.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    # 4 mm below the number: 4 / 25.4 * 72 = 11.3 pt
    assert rule.get(qn("w:color")) == "D8140A" and rule.get(qn("w:space")) == "11"


def test_the_imprint_has_two_thick_rules_and_a_thin_one(word: Any) -> None:
    table = word.tables[-1]
    borders = table._tbl.tblPr.find(qn("w:tblBorders"))
    sizes = {child.tag.split("}")[1]: int(child.get(qn("w:sz"))) for child in borders}
    # 0.35 mm = 0.99 pt = 8 eighths; 0.25 mm = 0.71 pt = 6 eighths
    assert sizes == {"top": 8, "bottom": 8, "insideH": 6}
    assert table.rows[0].cells[0].text == "抄送：市委办公室，市政府办公室。"
    assert table._tbl.tblPr.find(qn("w:tblpPr")).get(qn("w:tblpYSpec")) == "bottom"


def test_the_same_document_gives_the_same_bytes(fonts: FontChoice) -> None:
    first, second = situations.a_document(), situations.a_document()
    assert first.digest == second.digest
    assert to_word(first) == to_word(second) and to_pdf(first, fonts) == to_pdf(second, fonts)
    assert situations.a_document(title="另一份通报").digest != first.digest


def test_levels_begin_anew_below_a_higher_one() -> None:
    made = numbered((Level("甲"), Level("乙", 2), Level("丙", 2), Level("丁"), Level("戊", 2)), "zh")
    assert [part.number for part in made if isinstance(part, Level)] == [
        "一、",
        "（一）",
        "（二）",
        "二、",
        "（一）",
    ]


@pytest.mark.parametrize(
    "text", ["景生态办[2017]12号", "景生态办〔2017〕012号", "景生态办〔2017〕第12号", "12", ""]
)
def test_a_number_that_is_none(text: str) -> None:
    with pytest.raises(NumberUnreadable, match="without"):
        DocumentNumber.read(text)


@pytest.mark.long
def test_word_lays_out_22_lines_of_28_characters(fonts: FontChoice, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed, so nothing here lays out a Word file")
    (tmp_path / "full.docx").write_bytes(to_word(situations.a_full_page()))
    (tmp_path / "fonts.conf").write_text(
        f"<fontconfig><dir>{fonts.folder}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "full.docx")],
        check=True, capture_output=True, timeout=180, env={"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    page = pypdf.PdfReader(tmp_path / "full.pdf").pages[1]
    lines = [line for line in page.extract_text().splitlines() if "春" in line]
    assert len(lines) == 22 and {len(line.strip()) for line in lines} == {28}
