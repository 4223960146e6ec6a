"""The data segment of HJ 212-2017 (6.3): its fields, and the groups of its data area."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

NEEDS_ANSWER, IS_SPLIT = 1, 2
VERSION_2017 = 4
"""Bits of the field Flag (6.3.2): A the sender wants an answer, D the message is split; 000001 in the high bits is the
edition of 2017."""

LONGEST_AREA = 950
"""Longest data area in bytes (6.3.1)."""


class Command(StrEnum):
    """Commands (CN) that the intake knows (6.6.5)."""

    REAL_TIME = "2011"
    MINUTE = "2051"
    HOUR = "2061"
    DAY = "2031"
    CLOCK_NOTICE = "1013"
    REQUEST_ANSWER = "9011"
    RESULT = "9012"
    NOTICE_ANSWER = "9013"
    DATA_ANSWER = "9014"


DATA_COMMANDS = frozenset({Command.REAL_TIME, Command.MINUTE, Command.HOUR, Command.DAY})

_SEGMENT = re.compile(r"(?P<head>[^&]*);CP=&&(?P<area>.*)&&", re.DOTALL)
_QN = re.compile(r"[0-9]{17}")
_MN = re.compile(r"[0-9A-Za-z]{14,27}")


class SegmentRefused(ValueError):
    """A data segment that is not built as the standard says; ``code`` names the rule."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Message:
    """One data segment: number of the request (QN, its moment), system (ST), command (CN), password (PW), identity of
    the device (MN), flag, number of packets and of this packet (PNUM, PNO; 1 and 1 when it is not split), data area."""

    qn: str
    st: str
    cn: str
    pw: str = field(repr=False)
    mn: str = ""
    flag: int = VERSION_2017
    area: str = ""
    packets: int = 1
    packet: int = 1

    @property
    def wants_answer(self) -> bool:
        """Whether the sender waits for an answer."""
        return bool(self.flag & NEEDS_ANSWER)


@dataclass(frozen=True, slots=True)
class Datum:
    """What a data area says about one factor at one time: items such as Rtd, Avg, Min, Max, Cou, ZsAvg, Flag."""

    factor: str
    data_time: str
    items: tuple[tuple[str, str], ...]

    def item(self, name: str) -> str | None:
        """The text of an item, or none."""
        return next((text for key, text in self.items if key == name), None)


def read_segment(data: bytes) -> Message:
    """Read a data segment whose check sum was right.

    Text is ASCII; Chinese remarks are read as GB 18030.

    Raises
    ------
    SegmentRefused
        Naming the field that is absent or wrong.

    Examples
    --------
    >>> read_segment(b"QN=20160801085857223;ST=32;CN=2011;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&&&").cn
    '2011'
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise SegmentRefused("encoding", f"neither ASCII nor GB 18030 from byte {error.start} on") from error
    found = _SEGMENT.fullmatch(text)
    if found is None:
        raise SegmentRefused("segment", "the data area CP=&&...&& at the end is missing")
    fields: dict[str, str] = {}
    for part in found["head"].split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in fields:
            raise SegmentRefused("segment", f"the field {part[:40]!r} is no name=value, or comes twice")
        fields[name] = value
    if absent := [name for name in ("QN", "ST", "CN", "PW", "MN", "Flag") if name not in fields]:
        raise SegmentRefused("field-absent", f"missing fields: {', '.join(absent)}")
    if not _QN.fullmatch(fields["QN"]):
        raise SegmentRefused("qn", f"QN is a moment of 17 digits, not {fields['QN'][:40]!r}")
    if not _MN.fullmatch(fields["MN"]):
        raise SegmentRefused("mn", f"MN has 14 to 27 letters and digits, not {fields['MN'][:40]!r}")
    flag = _number(fields, "Flag", 0, 255)
    packets, packet = 1, 1
    if flag & IS_SPLIT:
        packets = _number(fields, "PNUM", 1, 9999)
        packet = _number(fields, "PNO", 1, packets)
    return Message(
        fields["QN"],
        fields["ST"],
        fields["CN"],
        fields["PW"],
        fields["MN"],
        flag,
        found["area"],
        packets,
        packet,
    )


def write_segment(message: Message) -> bytes:
    """The data segment of a message, in GB 18030 (ASCII where there is no Chinese)."""
    split = f"PNUM={message.packets};PNO={message.packet};" if message.flag & IS_SPLIT else ""
    return (
        f"QN={message.qn};ST={message.st};CN={message.cn};PW={message.pw};MN={message.mn};Flag={message.flag};"
        f"{split}CP=&&{message.area}&&"
    ).encode("gb18030")


def read_area(area: str, data_time: str = "") -> tuple[list[Datum], str]:
    """Read a data area; returns what it says about each factor, and the last DataTime that it names.

    A DataTime holds for all factors behind it, so that one area may carry several times; ``data_time`` holds until the
    first of them (for a later packet of a split message).

    Raises
    ------
    SegmentRefused
        When an item is not ``factor-item=value``.
    """
    data: list[Datum] = []
    for group in area.split(";"):
        items: dict[str, list[tuple[str, str]]] = {}
        for part in group.split(",") if group else ():
            name, equals, value = part.partition("=")
            if not equals:
                raise SegmentRefused("data-area", f"{part[:40]!r} is no name=value")
            if name == "DataTime":
                data_time = value
                continue
            factor, dash, item = name.partition("-")
            if dash and factor and item:
                items.setdefault(factor, []).append((item, value))
        data.extend(Datum(factor, data_time, tuple(pairs)) for factor, pairs in items.items())
    return data, data_time


def _number(fields: dict[str, str], name: str, low: int, high: int) -> int:
    text = fields.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and low <= int(text) <= high):
        raise SegmentRefused(name.lower(), f"{name} is a number from {low} to {high}, not {text[:40]!r}")
    return int(text)
