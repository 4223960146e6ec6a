"""The PDF, read again."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from ecociv.reporting.compose import annual_report
from ecociv.reporting.document import Document
from ecociv.reporting.problems import NoChineseFont
from ecociv.reporting.render.fonts import FontChoice, choose_fonts
from ecociv.reporting.render.pdf import to_pdf
from reporting import situations


def read(document: Document, fonts: FontChoice) -> PdfReader:
    return PdfReader(io.BytesIO(to_pdf(document, fonts)))


def words_of(reader: PdfReader) -> list[str]:
    return ["".join(page.extract_text().split()).replace("\u200b", "") for page in reader.pages]


@pytest.fixture(scope="module")
def data(sample: Document, fonts: FontChoice) -> bytes:
    return to_pdf(sample, fonts)


@pytest.fixture(scope="module")
def reader(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


@pytest.fixture(scope="module")
def text(reader: PdfReader) -> list[str]:
    return words_of(reader)


def test_the_pages_hold_the_report_in_chinese(text: list[str]) -> None:
    assert 30 < len(text) < 120
    assert "景德镇市生态文明先行示范区建设" in text[0] and "2016年度自查报告" in text[0]
    assert "景德镇市生态文明先行示范区建设领导小组办公室" in text[0] and "2017年3月1日" in text[0]
    whole = "".join(text)
    for title in ("一、总体情况", "二、指标完成情况", "五、方案体检发现", "附录数据编号与计算过程"):
        assert title in whole
    assert "90.4" in whole and "HJ663-2013,5.1" in whole


def test_the_sample_mark_is_on_every_page(text: list[str], sample: Document) -> None:
    mark = "".join(sample.sample_mark.split())
    assert [number for number, page in enumerate(text, start=1) if mark not in page] == []


def test_no_sample_mark_without_sample_data(empty: Document, fonts: FontChoice) -> None:
    assert not [page for page in words_of(read(empty, fonts)) if "仅供演示" in page]


def test_every_entry_is_printed_and_every_mark_leads_to_its_own(
    reader: PdfReader, text: list[str], sample: Document
) -> None:
    whole = "".join(text)
    assert all(sample.mark(entry.number) in whole for entry in sample.entries)
    links = [
        annotation.get_object()
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if annotation.get_object()["/Subtype"] == "/Link"
    ]
    assert len(links) >= len(list(sample.marks_used()))
    places = {(link["/Dest"][0].idnum, *map(float, link["/Dest"][2:4])) for link in links}
    chapters = len(sample.sections) + 1  # the table of contents leads to them and to the appendix
    assert len(places) == len(sample.entries) + chapters


def test_wide_tables_are_on_turned_pages(reader: PdfReader) -> None:
    sizes = [(round(float(page.mediabox.width) / 72 * 25.4), round(float(page.mediabox.height) / 72 * 25.4)) for page in reader.pages]
    assert set(sizes) == {(210, 297), (297, 210)} and sizes[0] == (210, 297)


def test_the_title_the_language_and_the_date_are_in_the_file(reader: PdfReader, sample: Document) -> None:
    assert reader.metadata is not None
    assert reader.metadata.title == sample.title
    assert reader.metadata.creation_date is not None and reader.metadata.creation_date.year == 2017
    assert str(reader.trailer["/Root"]["/Lang"]).lower().startswith("zh")


def test_the_same_document_gives_the_same_bytes(data: bytes, fonts: FontChoice) -> None:
    assert data == to_pdf(annual_report(situations.a_mixed_year(sample=True), "zh"), fonts)


def test_what_people_typed_stays_text(fonts: FontChoice) -> None:
    facts = situations.with_hostile_words(situations.a_mixed_year())
    whole = "".join(words_of(read(annual_report(facts, "zh"), fonts)))
    assert "".join(situations.HOSTILE.split()) in whole


def test_english_has_its_own_words(mixed_in_english: Document, fonts: FontChoice) -> None:
    whole = "".join(words_of(read(mixed_in_english, fonts)))
    assert "Self-inspectionreportfor2016" in whole and "Indicatorcompletionin2016" in whole


def test_without_a_chinese_font_nothing_is_printed(tmp_path: Path) -> None:
    with pytest.raises(NoChineseFont, match="No font with Chinese characters was found") as refused:
        choose_fonts(tmp_path, system=False)
    assert "make setup" in str(refused.value) and str(tmp_path) in refused.value.text.zh
    with pytest.raises(NoChineseFont):
        choose_fonts(tmp_path / "absent", system=False)


def test_the_folders_font_goes_before_the_machines(fonts: FontChoice) -> None:
    if fonts.system:
        pytest.skip("the folder of fonts is empty on this machine")
    assert choose_fonts(fonts.folder).system is False
