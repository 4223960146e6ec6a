"""Every text of the pages has its Chinese."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import messages  # noqa: E402

_FIELD = re.compile(r"%\(\w+\)[sd]")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(messages.CATALOGUE))


def test_no_text_is_without_chinese(catalogue: polib.POFile) -> None:
    known = {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural) for entry in catalogue if entry.translated()
    }
    absent = {text: places for text, places in messages.collected().items() if text not in known}
    assert not absent, "write the Chinese of these in django.po (`make messages` adds them): " + str(absent)


def test_fields_are_the_same_in_both_languages(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        chinese = entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr
        wanted = set(_FIELD.findall(entry.msgid_plural or entry.msgid))
        assert set(_FIELD.findall(chinese)) == wanted, entry.msgid


def test_the_chinese_is_chinese(catalogue: polib.POFile) -> None:
    latin_only = [
        entry.msgid
        for entry in catalogue
        if not re.search(r"[一-鿿]", entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr)
    ]
    assert latin_only == []
