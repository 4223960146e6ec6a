"""Files: what is written can be read back, and a fault in one row keeps all rows out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from ecociv.people.models import User
from ecociv.registers.files import FileUnreadable
from ecociv.registers.importing import ImportEntries, ImportRefused, exported
from ecociv.registers.loading import kind_of
from ecociv.registers.models import EntryRevision
from ecociv.registers.queries import entries, entry
from ecociv.registers.sample import load_sample_registers
from registers.situations import FACTORY, OTHER, ZONE

HEAD = "统一社会信用代码,名称,所在县（市、区）代码,状态,生效日期\n"


def taken(path: Path, kind: str = "enterprise", author: object = "test", **more: object) -> ImportEntries:
    return ImportEntries(zone=ZONE, kind=kind, path=path, author=author, **more)  # type: ignore[arg-type]


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_handed_out_says_the_same_when_it_comes_back(
    db: None, tmp_path: Path, form: str, language: str
) -> None:
    load_sample_registers(ZONE)
    for kind in ("enterprise", "discharge-permit", "mining-right"):
        there = entries(ZONE, kind)
        file = tmp_path / f"{kind}.{form}"
        file.write_bytes(exported(there, kind_of(ZONE, kind), form, language))
        done = taken(file, kind).execute()
        assert len(done.same) == len(there) > 5
        assert not (done.entered or done.revised or done.moved)


def test_a_file_fills_an_empty_register_with_the_same(db: None, tmp_path: Path) -> None:
    source = written(tmp_path / "a.csv", HEAD + f"{FACTORY},=甲公司,360222,停产,2016-05-01\n")
    taken(source).execute()
    first = entry(ZONE, "enterprise", FACTORY, dt.date(2016, 5, 1))
    assert first is not None and first.state == "suspended"
    again = tmp_path / "b.csv"
    again.write_bytes(exported([first], first.kind, "csv", "en"))
    # What looks like a formula is marked in the file and is plain text again when it comes back.
    assert "'=甲公司" in again.read_text(encoding="utf-8-sig")
    assert taken(again).execute().same == [FACTORY]
    assert entry(ZONE, "enterprise", FACTORY, dt.date(2016, 4, 30)) is None


def test_gb18030_is_read_as_well(db: None, tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", HEAD + f"{FACTORY},甲公司,360222,,\n", "gb18030")
    assert taken(file).execute().entered == [FACTORY]


def test_every_fault_is_reported_with_its_row_and_nothing_is_recorded(db: None, tmp_path: Path) -> None:
    lines = [
        f"{FACTORY},甲公司,360222,在营,2016-01-01",
        f"{OTHER},,36022,倒闭,2016-01-01",
        "",
        "91360222MA0000001X,丙公司,360222,,",
        f"{FACTORY},又是甲,360222,,",
    ]
    with pytest.raises(ImportRefused) as refused:
        taken(written(tmp_path / "a.csv", HEAD + "\n".join(lines) + "\n")).execute()
    found = [(fault.row, fault.column) for fault in refused.value.faults]
    # Row 1 is the heading, row 4 is empty.
    assert found == [(3, "division"), (3, "name"), (3, "state"), (5, "key"), (6, "key")]
    assert "should be W" in refused.value.faults[3].words("en")
    assert not EntryRevision.objects.exists()


def test_a_dry_run_says_what_would_come_of_it(db: None, tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", HEAD + f"{FACTORY},甲公司,360222,,\n")
    assert taken(file).execute(dry=True).entered == [FACTORY]
    assert not EntryRevision.objects.exists()


def test_columns_that_are_not_there_change_nothing(factory: str, tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", f"key,address,state\n{factory},陶瓷工业园1号,suspended\n")
    done = taken(file, document="停产令").execute()
    assert (done.revised, done.moved) == ([factory], [factory])
    found = entry(ZONE, "enterprise", factory)
    assert found is not None
    assert (found.values["name"], found.values["address"], found.state) == (
        "甲陶瓷有限公司",
        "陶瓷工业园1号",
        "suspended",
    )


def test_a_move_that_is_not_declared_is_a_fault_of_its_row(factory: str, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="document"):
        taken(written(tmp_path / "a.csv", f"key,state\n{factory},closed\n")).execute()
    assert len(EntryRevision.objects.all()) == 1


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        ("名称\n甲\n".encode(), "no column 'Unified social credit code'"),
        (b"key,colour\n", "'colour' is no column"),
        (b"key,key\n", "occurs twice"),
        (b'key\n"unclosed', "quotes do not match"),
        (b"\xff\xfe\x00\x01\x80\x81\xff", "neither in UTF-8"),
        (b"PK\x03\x04 no workbook", "no column"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_a_sentence(
    db: None, tmp_path: Path, content: bytes, word: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(FileUnreadable, match=word):
        taken(file).execute()


def test_who_does_not_keep_the_register_takes_no_file(
    factory: str, user: Callable[..., User], tmp_path: Path
) -> None:
    file = written(tmp_path / "a.csv", HEAD + f"{OTHER},乙公司,360222,,\n")
    with pytest.raises(PermissionDenied):
        taken(file, author=user("enterprise", OTHER)).execute()
