"""Files that are no plan, or a danger: each is refused with what it is and what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

import second_city
from ecociv.plan.exchange import container, read_plan
from ecociv.plan.exchange.workbook_export import export_workbook
from ecociv.plan.package import load_zone, package_from_items


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, data in parts.items():
            writer.writestr(name.replace("__", "/"), data)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b" \n\t ", "file-empty"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old-or-protected-office-file"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "web-source"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\xff\xfe", "unknown-encoding"),
        (b"PK\x03\x04 not really an archive", "damaged-archive"),
        (archive(**{"readme.txt": b"hello"}), "not-an-office-file"),
        (archive(**{"xl__workbook.xml": b"<workbook"}), "damaged-workbook"),
        (archive(**{"word__document.xml": b"<document"}), "damaged-document"),
        (
            archive(
                **{"xl__workbook.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><workbook/>'}
            ),
            "document-type-declaration",
        ),
        # Eight megabytes of the same sign pack to a few kilobytes: a ratio of about a thousand.
        (archive(**{"xl__workbook.xml": b" " * 8 * 2**20}), "archive-too-large"),
    ],
)
def test_what_cannot_be_read_is_refused_in_plain_words(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(data)
    plan = read_plan(path)
    assert [error.code for error in plan.errors][:1] == [code]
    assert (plan.indicators, plan.tasks, plan.projects) == ((), (), ())
    error = plan.errors[0]
    assert all((error.text.zh, error.text.en, error.remedy.zh, error.remedy.en))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert [error.code for error in read_plan(tmp_path / "no.txt").errors] == ["file-not-readable"]
    assert [error.code for error in read_plan(tmp_path).errors] == ["file-not-readable"]


def test_a_file_over_the_limit_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.txt"
    path.write_text("一" * 100, encoding="utf-8")
    monkeypatch.setattr(container, "LARGEST_FILE", 300)
    # 100 characters of three bytes: 300 bytes are read, 301 are not.
    assert read_plan(path).errors[0].code == "table-missing"
    path.write_text("一" * 100 + "x", encoding="utf-8")
    assert read_plan(path).errors[0].code == "file-too-large"


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_text(second_city.TEXT, encoding="utf-8")
    assert read_plan(path).kind == "web-text"
    path = tmp_path / "plan.txt"
    path.write_bytes(second_city.word_document())
    assert read_plan(path).kind == "word"
    whole = load_zone("jingdezhen")
    small = package_from_items(whole.zone, whole.organisations, whole.indicators[:1], whole.tasks[:1], [])
    path.write_bytes(export_workbook(small))
    assert read_plan(path).kind == "workbook"


def test_windows_line_ends_are_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(second_city.TEXT.replace("\n", "\r\n").encode("gb18030"))
    plan = read_plan(path)
    assert (plan.errors, len(plan.tasks)) == ((), 6)
