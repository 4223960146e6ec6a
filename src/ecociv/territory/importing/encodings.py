"""In which encoding the words of a shapefile or a drawing are; refused where it cannot be known.

A shapefile stores bytes. Read in the wrong encoding they become other words without any error (乱码), and nobody can
mend them later. So the bytes are decoded strictly here, by what was declared, then by what the file itself says, and
only then by what the bytes allow.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.territory.importing.refusals import ImportRefused

BYTES = "ISO-8859-1"
"""The encoding that maps each byte to one character: how undecoded text is passed on."""

_LANGUAGE_DRIVERS = {0x4D: "gb18030", 0x4F: "big5", 0x78: "big5", 0x7A: "gb18030"}
"""Language driver of a dBase header to encoding; other values say nothing about Chinese text."""
_ALIASES = {"936": "gb18030", "cp936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "ansi 936": "gb18030",
            "ansi_936": "gb18030", "65001": "utf-8", "ansi_950": "big5", "950": "big5", "utf8": "utf-8"}  # fmt: skip
_SURE = 8
"""So many characters of three bytes in valid UTF-8 do not come about by chance in GB18030."""
_LEFTOVERS = re.compile("[\ufffd\ue000-\uf8ff\x80-\x9f]|锟斤拷|烫烫|屯屯")
_CJK = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[\u00c0-\u00ff][\u0080-\u00ff\u0152\u0160\u017d\u0178\u2018-\u2122]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding and who said so: ``declared``, ``cpg``, ``ldid``, ``header`` or ``bytes``."""

    name: str
    said_by: str


def encoding_named(name: str) -> str | None:
    """The Python name of an encoding as files write it.

    Examples
    --------
    >>> encoding_named("GBK"), encoding_named("UTF-8"), encoding_named("OEM")
    ('gb18030', 'utf-8', None)
    """
    plain = name.strip().casefold()
    plain = _ALIASES.get(plain, plain)
    try:
        return codecs.lookup(plain).name
    except LookupError:
        return None


def shapefile_encoding(
    samples: Sequence[bytes], *, declared: str | None, cpg: Path | None, dbf: Path | None, name: str
) -> Encoding:
    """The encoding of a shapefile's texts.

    Parameters
    ----------
    samples : sequence of bytes
        All texts of the file that are not plain ASCII.

    Raises
    ------
    ImportRefused
        ``unknown-encoding`` where nothing says which; ``mojibake`` where what is said contradicts the bytes.
    """
    if declared:
        found = encoding_named(declared)
        if found is None:
            raise ImportRefused(
                "unknown-encoding",
                Text(
                    zh=f"没有名为“{declared}”的编码。可用 GB18030、UTF-8、Big5。",
                    en=f"There is no encoding {declared!r}. Use GB18030, UTF-8 or Big5.",
                ),
                asks="encoding",
            )
        return _confirmed(samples, Encoding(found, "declared"), name)
    if cpg is not None and (found := encoding_named(cpg.read_bytes()[:64].decode("ascii", errors="replace"))):
        return _confirmed(samples, Encoding(found, "cpg"), name)
    if dbf is not None:
        with dbf.open("rb") as file:
            header = file.read(32)
        if len(header) == 32 and (found := _LANGUAGE_DRIVERS.get(header[29])):
            return _confirmed(samples, Encoding(found, "ldid"), name)
    return by_bytes(samples, name)


def drawing_encoding(path: Path, declared: str | None) -> Encoding:
    """The encoding of a drawing: UTF-8 since AutoCAD 2007, before that the code page that its header names."""
    if declared and (found := encoding_named(declared)):
        return Encoding(found, "declared")
    with path.open("rb") as file:
        head = file.read(1 << 15)
    version = re.search(rb"\$ACADVER\s+1\s+AC(\d{4})", head)
    if version and int(version[1]) >= 1021:
        return Encoding("utf-8", "header")
    page = re.search(rb"\$DWGCODEPAGE\s+3\s+(\S+)", head)
    if page and (found := encoding_named(page[1].decode("ascii", errors="replace"))):
        return Encoding(found, "header")
    return Encoding("", "bytes")


def by_bytes(samples: Sequence[bytes], name: str) -> Encoding:
    """The only encoding in which the bytes make sense.

    Raises
    ------
    ImportRefused
        Where more than one or none does.
    """
    if not samples:
        return Encoding("utf-8", "bytes")
    readings = {each: text for each in ("utf-8", "gb18030") if (text := _decoded(samples, each)) is not None}
    if "utf-8" in readings and _wide(readings["utf-8"]) >= _SURE:
        return Encoding("utf-8", "bytes")
    if len(readings) == 1:
        found, text = next(iter(readings.items()))
        if _LEFTOVERS.search(text) is None:
            return Encoding(found, "bytes")
    shown = "; ".join(f"{each}: {text[:20]}" for each, text in readings.items()) or repr(samples[0][:20])
    raise ImportRefused(
        "unknown-encoding",
        Text(
            zh=f"“{name}”没有说明属性的编码（无 .cpg），从字节也判断不出（{shown}）。请指明编码（encoding），一般为 GB18030 或 UTF-8。",
            en=f"{name!r} does not say in which encoding its attributes are (no .cpg), and the bytes do not tell ({shown}). "
            "Say which (encoding); mostly GB18030 or UTF-8.",
        ),
        asks="encoding",
    )


def _confirmed(samples: Sequence[bytes], said: Encoding, name: str) -> Encoding:
    text = _decoded(samples, said.name)
    garbled = text is None or _LEFTOVERS.search(text) is not None
    if not garbled and said.name != "utf-8" and samples:
        as_utf8 = _decoded(samples, "utf-8")
        garbled = as_utf8 is not None and _wide(as_utf8) >= _SURE
    if garbled:
        shown = "" if text is None else f"（{text[:20]}）"
        raise ImportRefused(
            "mojibake",
            Text(
                zh=f"“{name}”的属性按{said.name}（依据：{said.said_by}）读出的是乱码{shown}。请指明真正的编码（encoding）。",
                en=f"The attributes of {name!r} are garbled in {said.name} (by {said.said_by}) {shown}. Say their true "
                "encoding (encoding).",
            ),
            asks="encoding",
            encoding=said.name,
        )
    return said


def _decoded(samples: Sequence[bytes], encoding: str) -> str | None:
    """All samples as one text; none where one does not decode, apart from a character cut off at its end."""
    found = []
    for sample in samples:
        try:
            found.append(_text(sample, encoding)[0])
        except UnicodeDecodeError:
            return None
    return "\n".join(found)


def _text(raw: bytes, encoding: str) -> tuple[str, bool]:
    """A text, and whether a last character was cut off by the width of the field."""
    try:
        return raw.decode(encoding), False
    except UnicodeDecodeError as error:
        # Fields have a width in bytes; writers cut through characters at their end.
        if error.start < len(raw) - 3 or len(raw) < 10 or len(raw) - error.start > 3:
            raise
        return raw[: error.start].decode(encoding), True


def _wide(text: str) -> int:
    return len(_CJK.findall(text))


def undecoded(table: pa.Table, names: Iterable[str]) -> list[bytes]:
    """The texts of a table read as bytes, names of columns among them, those in plain ASCII left out."""
    found: set[bytes] = {raw for name in names if not (raw := name.encode("latin-1", "replace")).isascii()}
    for name in names:
        column = table.column(name)
        if pa.types.is_string(column.type):
            for text in column.unique().to_pylist():
                if text and not text.isascii():
                    found.add(text.encode("latin-1", errors="replace"))
    return sorted(found)


def decode_table(table: pa.Table, geometry: str, encoding: str) -> tuple[pa.Table, tuple[Reason, ...]]:
    """A table read as bytes with its words decoded; characters that were cut off are left out and reported."""
    cut: list[str] = []
    columns, names = [], []
    for name in table.column_names:
        column = table.column(name)
        if name != geometry:
            name = _text(name.encode("latin-1", errors="replace"), encoding)[0]  # noqa: PLW2901
            if pa.types.is_string(column.type):
                encoded = column.combine_chunks().dictionary_encode()
                words = []
                for text in encoded.dictionary.to_pylist():
                    plain, short = _text(text.encode("latin-1", errors="replace"), encoding)
                    words.append(plain)
                    if short:
                        cut.append(plain)
                column = pa.array(words, pa.string()).take(encoded.indices)
        columns.append(column)
        names.append(name)
    reasons: tuple[Reason, ...] = ()
    if cut:
        reasons = (
            Reason(
                "text-cut-off",
                Text(
                    zh=f"有{len(cut)}个属性值在字段宽度处被截断，末尾的半个汉字已略去，如“{cut[0]}”。",
                    en=f"{len(cut)} values were cut at the width of their field; the half character at the end was left out, "
                    f"as in {cut[0]!r}.",
                ),
                {"values": len(cut)},
            ),
        )
    return pa.table(columns, names=names), reasons


def refuse_mojibake(table: pa.Table, names: Iterable[str], file: str) -> None:
    """Refuse texts that were garbled before they came to us.

    Raises
    ------
    ImportRefused
        ``mojibake``, with the column and an example.
    """
    for name in names:
        column = table.column(name)
        if not pa.types.is_string(column.type):
            continue
        for text in column.unique().to_pylist():
            if text and not text.isascii() and (meant := _garbled(text)) is not None:
                hint_zh, hint_en = (f"（疑为“{meant}”）", f" (perhaps {meant!r})") if meant else ("", "")
                raise ImportRefused(
                    "mojibake",
                    Text(
                        zh=f"“{file}”字段“{name}”的值“{text[:40]}”是乱码{hint_zh}，在导出前就已损坏。请从源头重新导出。",
                        en=f"{file!r}, field {name!r}: {text[:40]!r} is garbled{hint_en}; it was so before this file was "
                        "written. Export it again from its source.",
                    ),
                    field=name,
                )


def _garbled(text: str) -> str | None:
    """What a garbled text probably was ("" where it cannot be told); none for a sound text."""
    if _LEFTOVERS.search(text):
        return ""
    if _LATIN.search(text):
        for encoding in ("cp1252", "latin-1"):
            try:
                meant = text.encode(encoding).decode("utf-8")
            except UnicodeError:
                continue
            if _CJK.search(meant):
                return meant
    return None
