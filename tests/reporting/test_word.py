"""The Word file, opened again."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm

from ecociv.reporting.compose import annual_report
from ecociv.reporting.document import Document
from ecociv.reporting.render.word import to_word
from reporting import situations


def opened(document: Document) -> Any:
    return docx.Document(io.BytesIO(to_word(document)))


@pytest.fixture(scope="module")
def data(mixed: Document) -> bytes:
    return to_word(mixed)


@pytest.fixture(scope="module")
def file(data: bytes) -> Any:
    return docx.Document(io.BytesIO(data))


@pytest.fixture(scope="module")
def sample_file(sample: Document) -> Any:
    return opened(sample)


def test_the_page_is_that_of_gbt_9704(file: Any) -> None:
    upright = [section for section in file.sections if section.orientation == WD_ORIENT.PORTRAIT]
    turned = [section for section in file.sections if section.orientation == WD_ORIENT.LANDSCAPE]
    assert len(upright) >= 2 and len(turned) == 2  # indicators and projects
    for section in upright:
        # Word keeps twentieths of a point: 0.018 mm.
        assert (round(section.page_width.mm, 1), round(section.page_height.mm, 1)) == (210.0, 297.0)
        edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(edge.mm) for edge in edges] == [37, 35, 28, 26]
    for section in turned:
        assert (round(section.page_width.mm, 1), round(section.page_height.mm, 1)) == (297.0, 210.0)
        assert round((section.page_width - section.left_margin - section.right_margin) / Mm(1)) == 297 - 35 - 37


def test_body_text_is_fangsong_of_size_three(file: Any) -> None:
    normal = file.styles["Normal"]
    assert normal.font.size.pt == 16
    assert normal.element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "仿宋"
    heading = file.styles["Heading 1"].element.rPr.find(qn("w:rFonts"))
    assert heading.get(qn("w:eastAsia")) == "黑体"
    # 225 mm / 22 lines = 10.227 mm = 28.99 pt
    assert normal.paragraph_format.line_spacing.pt == 29


def test_fonts_name_a_fallback(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        table = archive.read("word/fontTable.xml").decode()
    assert re.search(r'w:name="仿宋"><w:altName w:val="FangSong"/>', table)


def test_headings_are_headings(file: Any, mixed: Document) -> None:
    first = [paragraph.text for paragraph in file.paragraphs if paragraph.style.name == "Heading 1"]
    assert first == [*(section.title for section in mixed.sections), "附录 数据编号与计算过程"]
    second = [paragraph.text for paragraph in file.paragraphs if paragraph.style.name == "Heading 2"]
    assert "（二）亮灯情况" in second


def test_the_completion_table_is_a_real_table(file: Any, mixed: Document) -> None:
    source = mixed.tables[1]
    table = next(item for item in file.tables if "指标名称" in item.rows[0].cells[1].text)
    assert (len(table.rows), len(table.columns)) == (1 + len(source.rows), 10)
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.rows[1]._tr.trPr.find(qn("w:cantSplit")) is not None
    group = table.rows[1].cells
    assert group[0]._tc is group[-1]._tc and group[0].text == "经济发展质量"
    shown = [cell.text.replace("\u200b", "") for cell in table.rows[2].cells]
    mark = mixed.mark(source.data_rows[0].cells[6].mark or 0)
    assert shown[6] == f"3.50{mark}" and shown[7].startswith("◆ ")


def test_marks_lead_to_entries_and_no_entry_is_an_orphan(file: Any, mixed: Document) -> None:
    body = file.element.body
    targets = [item.get(qn("w:name")) for item in body.iter(qn("w:bookmarkStart"))]
    assert len(targets) == len(set(targets))
    links = [item.get(qn("w:anchor")) for item in body.iter(qn("w:hyperlink"))]
    assert set(links) == set(targets)
    figures = {name for name in targets if name.startswith("figure_")}
    assert figures == {f"figure_{entry.number}" for entry in mixed.entries}
    for link in body.iter(qn("w:hyperlink")):
        anchor = link.get(qn("w:anchor"))
        if anchor.startswith("figure_"):
            words = "".join(part.text or "" for part in link.iter(qn("w:t")))
            assert words == mixed.mark(int(anchor.removeprefix("figure_")))


def test_the_sample_mark_is_on_the_cover_and_in_every_head(sample_file: Any, sample: Document) -> None:
    mark = sample.sample_mark
    assert sample_file.paragraphs[0].text == mark
    for section in sample_file.sections:
        heads = [section.header, section.even_page_header]
        if section.different_first_page_header_footer:
            heads.append(section.first_page_header)
        assert all(mark in head.paragraphs[0].text for head in heads)


def test_no_sample_mark_without_sample_data(file: Any) -> None:
    assert all("示例" not in section.header.paragraphs[0].text for section in file.sections)


def test_pages_are_numbered_outside(file: Any) -> None:
    section = file.sections[0]
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert "PAGE" in odd._p.xml and "PAGE" in even._p.xml
    assert (odd.alignment, even.alignment) == (2, 0)  # right, left
    assert file.settings.odd_and_even_pages_header_footer
    assert not section.first_page_footer.paragraphs[0].text  # the cover has none


def test_properties_are_dated_by_what_was_known(file: Any) -> None:
    properties = file.core_properties
    assert properties.title == "景德镇市生态文明先行示范区建设2016年度自查报告"
    assert properties.modified.isoformat() == "2017-03-01T01:00:00+00:00"  # 9:00 in China


def test_the_same_document_gives_the_same_bytes(data: bytes) -> None:
    assert data == to_word(annual_report(situations.a_mixed_year(), "zh"))


def test_properties_of_tables_stand_in_the_order_of_the_standard(file: Any) -> None:
    order = ["tblStyle", "tblW", "jc", "tblInd", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]
    for table in file.tables:
        found = [child.tag.split("}")[1] for child in table._tbl.tblPr]
        assert found == [name for name in order if name in found]


def test_what_people_typed_stays_text() -> None:
    facts = situations.with_hostile_words(situations.a_mixed_year())
    file = opened(annual_report(facts, "zh"))
    assert any(situations.HOSTILE in cell.text for table in file.tables for cell in table._cells)


def test_a_year_without_data_is_a_whole_document(empty: Document) -> None:
    file = opened(empty)
    assert any("没有任何序列取得2016年的数据" in paragraph.text for paragraph in file.paragraphs)


def test_english_is_set_smaller(mixed_in_english: Document) -> None:
    file = opened(replace(mixed_in_english, sections=mixed_in_english.sections[:1], entries=mixed_in_english.entries[:12]))
    assert file.styles["Normal"].font.size.pt == 12
    assert file.settings.element.find(qn("w:autoHyphenation")) is not None
