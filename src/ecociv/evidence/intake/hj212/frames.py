"""Frames of HJ 212-2017 (6.2): ``##``, four digits of length, data segment, four hexadecimal digits of CRC, CR LF.

The reader takes a byte stream in pieces of any size. What is no frame is counted with its reason and passed over; it
never raises, and it never holds more than one frame beside the piece that was fed last.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

LONGEST_SEGMENT = 1024
"""Longest data segment in bytes (HJ 212-2017, 6.2)."""

_HEAD, _TAIL = 6, 6
_EXAMPLE = 120


def _steps(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (0xA001 if value & 1 else 0)
    return value


_TABLE = tuple(_steps(value) for value in range(256))


def crc16(segment: bytes) -> int:
    """Check sum of a data segment.

    The standard's own variant of CRC-16 (HJ 212-2017, annex A): before a byte is taken in, the register is moved eight
    bits to the right, so that only its high byte lives on. The map from that byte to the next high byte is one to
    one, so any change of a single byte still changes the sum.

    Examples
    --------
    The example of the annex:

    >>> segment = b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
    >>> f"{crc16(segment + b'CP=&&RtdInterval=30&&'):04X}"
    '1C80'
    """
    register = 0xFFFF
    for byte in segment:
        register = _TABLE[(register >> 8) ^ byte]
    return register


def frame(segment: bytes) -> bytes:
    """Put a data segment into a frame.

    Raises
    ------
    ValueError
        When the segment is longer than a frame may carry.

    Examples
    --------
    >>> frame(b"QN=1;CP=&&&&")
    b'##0012QN=1;CP=&&&&...\\r\\n'
    """
    if len(segment) > LONGEST_SEGMENT:
        raise ValueError(
            f"A data segment has at most {LONGEST_SEGMENT} bytes (HJ 212-2017, 6.2); this one has {len(segment)}. "
            "Split it into packets (PNUM, PNO)."
        )
    return b"##%04d%s%04X\r\n" % (len(segment), segment, crc16(segment))


@dataclass(slots=True)
class FrameReader:
    """Finds frames in a byte stream.

    Attributes
    ----------
    faults
        How often each reason occurred: ``garbage`` (bytes between frames, counted in bytes), ``length``, ``too-long``,
        ``end`` (no CR LF where the length says), ``crc``.
    in_a_row
        Faults since the last good frame; ``garbage_in_a_row`` the bytes of garbage since then.
    examples
        The first bytes that were refused for each reason.
    """

    longest: int = LONGEST_SEGMENT
    faults: Counter[str] = field(default_factory=Counter)
    in_a_row: int = 0
    garbage_in_a_row: int = 0
    examples: dict[str, bytes] = field(default_factory=dict)
    _rest: bytes = b""

    @property
    def waiting(self) -> int:
        """Bytes that wait for the rest of their frame."""
        return len(self._rest)

    def feed(self, piece: bytes) -> list[bytes]:
        """Take the next bytes; returns the data segments of the frames that are now whole and right."""
        data = self._rest + piece
        at = 0
        segments: list[bytes] = []
        while True:
            start = data.find(b"##", at)
            if start < 0:
                # A last "#" may be the first half of a mark.
                keep = 1 if data.endswith(b"#") and len(data) > at else 0
                self._garbage(data[at : len(data) - keep])
                self._rest = data[len(data) - keep :]
                return segments
            self._garbage(data[at:start])
            end, fault = self._look(data, start)
            if fault:
                self._fault(fault, data[start : start + _EXAMPLE])
                # Only the mark is passed over: a frame that a wrong length would swallow is still found.
                at = start + (1 if fault == "length" and data[start + 2 : start + 3] == b"#" else 2)
            elif end is None:
                self._rest = data[start:]
                return segments
            else:
                segments.append(data[start + _HEAD : end - _TAIL])
                self.in_a_row = self.garbage_in_a_row = 0
                at = end

    def give_up(self) -> list[bytes]:
        """Stop waiting for the rest of a frame that does not come; returns frames found behind its mark."""
        if not self._rest:
            return []
        left, self._rest = self._rest, b""
        self._fault("incomplete", left[:_EXAMPLE])
        return self.feed(left[2:])

    def _look(self, data: bytes, start: int) -> tuple[int | None, str]:
        """(end of the frame or none while it is not complete, reason of refusal or nothing)."""
        digits = data[start + 2 : start + _HEAD]
        if not all(48 <= digit <= 57 for digit in digits):
            return None, "length"
        if len(digits) < 4:
            return None, ""
        length = int(digits)
        if length > self.longest:
            return None, "too-long"
        crc_at = start + _HEAD + length
        # Neither a line end nor the mark of another frame stands in a data segment: the length is wrong.
        if (
            data.find(b"##", start + _HEAD, crc_at + 4) >= 0
            or data.find(b"\r\n", start + _HEAD, crc_at + 4) >= 0
        ):
            return None, "length"
        if len(data) < crc_at + _TAIL:
            return None, ""
        if data[crc_at + 4 : crc_at + _TAIL] != b"\r\n":
            return None, "end"
        # Devices write the sum in capitals or in small letters.
        if data[crc_at : crc_at + 4].upper() != b"%04X" % crc16(data[start + _HEAD : crc_at]):
            return None, "crc"
        return crc_at + _TAIL, ""

    def _garbage(self, data: bytes) -> None:
        stripped = data.strip(b"\r\n \0")
        if stripped:
            self.faults["garbage"] += len(stripped)
            self.garbage_in_a_row += len(stripped)
            self.examples.setdefault("garbage", stripped[:_EXAMPLE])

    def _fault(self, reason: str, data: bytes) -> None:
        self.faults[reason] += 1
        self.in_a_row += 1
        self.examples.setdefault(reason, data)
