"""The lines of a journal: one canonical text for each command, each holding the digest of the line before.

Pure: a journal in a file and one in a database are the same lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NoReturn

from ecociv.core.text import Text

FORMAT = "ecociv-exchange-journal"
VERSION = 1
_KEYS = {"sequence", "at", "actor", "key", "command", "outcome", "previous"}
_NEEDED = ("sequence", "at", "command", "previous")
_LARGEST = 2**63 - 1
_LATEST = 10**17
"""Microseconds: beyond the year 5000. What is counted from a moment still fits in 64 bits."""


class JournalBroken(ValueError):
    """A journal that cannot be trusted from a line on; ``line`` counts from 1 and includes the header."""

    def __init__(self, line: int, text: Text) -> None:
        super().__init__(f"line {line}: {text.en}")
        self.line = line
        self.text = text


class NotPlain(ValueError):
    """A command holds something else than text, whole numbers, yes and no, lists and tables."""


def plain_text(value: Any) -> str:
    """A value in its one canonical form: keys sorted, no blanks, Chinese as it is.

    Raises
    ------
    NotPlain
        For a float, a key that is no text, a whole number beyond 64 bits and every other kind of thing.

    Examples
    --------
    >>> plain_text({"b": [1, None], "a": "景"})
    '{"a":"景","b":[1,null]}'
    >>> plain_text({"price": 1.5})
    Traceback (most recent call last):
    ecociv.exchange.journal.lines.NotPlain: 1.5 is a float; commands hold whole numbers and text only.
    """
    _require_plain(value)
    return _write(value)


_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def _require_plain(value: Any) -> None:
    kind = type(value)
    if kind is str:
        _require_text(value)
    elif kind is int:
        if not -_LARGEST <= value <= _LARGEST:
            raise NotPlain(f"{value} does not fit in 64 bits.")
    elif value is None or kind is bool:
        return
    elif kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise NotPlain(f"The key {key!r} is no text.")
            _require_text(key)
            _require_plain(item)
    elif kind is list or kind is tuple:
        for item in value:
            _require_plain(item)
    else:
        raise NotPlain(f"{value!r} is a {kind.__name__}; commands hold whole numbers and text only.")


def _require_text(value: str) -> None:
    """Half a character (a lone surrogate) and the character nought can be written to neither file nor database."""
    if not value.isprintable() and ("\0" in value or any("\ud800" <= each <= "\udfff" for each in value)):
        raise NotPlain(f"{value!r} holds a character that cannot be stored.")


def digest(line: str) -> str:
    """SHA-256 of a line without its end, as the next line holds it."""
    return sha256(line.encode()).hexdigest()


def header_line(venue: str) -> str:
    """First line of a journal.

    >>> header_line("jingdezhen")
    '{"format":"ecociv-exchange-journal","venue":"jingdezhen","version":1}'
    """
    return _write({"format": FORMAT, "version": VERSION, "venue": venue})


@dataclass(frozen=True, slots=True)
class Entry:
    """One command in the journal.

    Attributes
    ----------
    sequence : int
        1, 2, 3 ... without a gap.
    at : int
        When it was taken, microseconds since 1970 UTC; never before the entry before.
    actor : str
        Who sent it: name of an account of the server, or "" for a program.
    key : str
        Idempotency key; once in a journal.
    command, outcome : str
        Canonical JSON; an ``outcome`` of "" was not written down.
    previous : str
        Digest of the line before.
    """

    sequence: int
    at: int
    actor: str
    key: str
    command: str
    outcome: str
    previous: str

    @property
    def line(self) -> str:
        """The canonical line."""
        outcome = f'"outcome":{self.outcome},' if self.outcome else ""
        return (
            f'{{"actor":{_write(self.actor)},"at":{self.at},"command":{self.command},"key":{_write(self.key)},'
            f'{outcome}"previous":"{self.previous}","sequence":{self.sequence}}}'
        )


def read_lines(lines: Iterable[str]) -> Iterator[tuple[Entry, str]]:
    """The entries of a journal file with the digest of each line, checked one after the other.

    The first item is the header, as an entry with sequence 0 whose ``key`` is the venue.

    Raises
    ------
    JournalBroken
        At the first line that is no entry, breaks the chain, or comes out of order.
    """
    previous = ""
    sequence = at = 0
    keys: set[str] = set()
    number = 0
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        if number == 1:
            yield Entry(0, 0, "", _venue(line), "", "", ""), digest(line)
        else:
            entry = _entry(number, line)
            if entry.previous != previous:
                _broken(
                    number,
                    "该行所记的上一行摘要与上一行不符：有行被改动、抽去或插入。",
                    "Its 'previous' is not the digest of the line before: a line was altered, taken out or put in.",
                )
            if entry.sequence != sequence + 1:
                _broken(
                    number,
                    f"序号应为{sequence + 1}，而不是{entry.sequence}。",
                    f"Its sequence is {entry.sequence} where {sequence + 1} is due.",
                )
            if entry.at < at:
                _broken(
                    number, "时间早于上一行。", f"Its time {entry.at} is before that of the line before ({at})."
                )
            if entry.key and entry.key in keys:
                _broken(
                    number, f"幂等键“{entry.key}”重复。", f"The key {entry.key!r} was used by an earlier line."
                )
            keys.add(entry.key)
            sequence, at = entry.sequence, entry.at
            yield entry, digest(line)
        previous = digest(line)
    if not number:
        _broken(1, "文件是空的，缺少首行。", "The file is empty; a journal begins with its header.")


def _venue(line: str) -> str:
    found = _object(1, line)
    if found.get("format") != FORMAT:
        _broken(1, f"首行应写明 format 为 {FORMAT}。", f"The header names the format {FORMAT!r}; this is no journal.")
    if found.get("version") != VERSION:
        _broken(
            1,
            f"只认识第{VERSION}版格式，而不是{found.get('version')!r}。",
            f"Version {found.get('version')!r} is not known; this program reads version {VERSION}.",
        )
    if set(found) != {"format", "version", "venue"} or not isinstance(found["venue"], str) or not found["venue"]:
        _broken(1, "首行只有 format、version、venue 三项。", "The header has the keys format, version and venue only.")
    _require_storable(1, found["venue"])
    return str(found["venue"])


def _entry(number: int, line: str) -> Entry:
    found = _object(number, line)
    unknown = sorted(set(found) - _KEYS)
    missing = [key for key in _NEEDED if key not in found]
    if unknown or missing:
        _broken(
            number,
            f"缺少{'、'.join(missing) or '—'}；不认识{'、'.join(unknown) or '—'}。",
            f"Missing: {', '.join(missing) or 'nothing'}; unknown: {', '.join(unknown) or 'nothing'}.",
        )
    for name in ("sequence", "at"):
        if type(found[name]) is not int:
            _broken(number, f"“{name}”应为整数。", f"{name!r} is a whole number, not {found[name]!r}.")
        if not 0 <= found[name] <= _LATEST:
            _broken(number, f"“{name}”应为0至{_LATEST}。", f"{name!r} is a number from 0 to {_LATEST}.")
    for name in ("actor", "key", "previous"):
        if not isinstance(found.get(name, ""), str):
            _broken(number, f"“{name}”应为文字。", f"{name!r} is a text.")
        _require_storable(number, found.get(name, ""))
    if not isinstance(found["command"], dict) or not isinstance(found["command"].get("kind"), str):
        _broken(number, "command 应为带 kind 的对象。", "'command' is an object with a 'kind'.")
    try:
        command = plain_text(found["command"])
        outcome = plain_text(found["outcome"]) if "outcome" in found else ""
    except NotPlain as error:
        _broken(number, f"命令只含整数与文字：{error}", str(error))
    except RecursionError:
        _broken(number, "命令嵌套过深。", "The command is nested too deeply.")
    return Entry(
        found["sequence"], found["at"], found.get("actor", ""), found.get("key", ""), command, outcome, found["previous"]
    )


def _require_storable(number: int, text: str) -> None:
    try:
        _require_text(text)
    except NotPlain as error:
        _broken(number, f"含有无法保存的字符：{error}", str(error))


def _object(number: int, line: str) -> Mapping[str, Any]:
    try:
        found = json.loads(line, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        _broken(number, f"不是一行JSON：{error}。", f"It is not one line of JSON: {error}.")
    if not isinstance(found, dict):
        _broken(number, "应为一个JSON对象。", "It is a JSON object.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _broken(line: int, zh: str, en: str) -> NoReturn:
    # A file may name a key by half a character, which no terminal could print.
    raise JournalBroken(line, Text(zh=_printable(zh), en=_printable(en)))


def _printable(said: str) -> str:
    return said.encode("utf-8", "backslashreplace").decode()
