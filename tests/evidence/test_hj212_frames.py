"""Frames and data segments of HJ 212-2017, as pure functions: no socket, no database."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.evidence.intake.hj212.frames import LONGEST_SEGMENT, FrameReader, crc16, frame
from ecociv.evidence.intake.hj212.segment import (
    Message,
    SegmentRefused,
    read_area,
    read_segment,
    write_segment,
)

pytestmark = pytest.mark.long

ANNEX_A = (
    b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&"
)

digits = st.text("0123456789", min_size=17, max_size=17)
numbers = st.decimals(0, 10_000, places=2).map(str)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    factors = draw(
        st.lists(st.sampled_from(["w01018", "w21003", "w00000", "a21026"]), unique=True, min_size=1)
    )
    area = "DataTime=20200326180000;" + ";".join(
        f"{name}-Avg={draw(numbers)},{name}-Flag=N" for name in factors
    )
    return Message(
        draw(digits),
        draw(st.sampled_from(["21", "22", "31", "32"])),
        draw(st.sampled_from(["2011", "2051", "2061", "2031"])),
        draw(st.text("0123456789abcXYZ", min_size=1, max_size=6)),
        draw(st.text("0123456789ABCDEF", min_size=24, max_size=24)),
        draw(st.sampled_from([4, 5])),
        area,
    )


def test_the_example_of_annex_a() -> None:
    assert crc16(ANNEX_A) == 0x1C80
    assert frame(ANNEX_A) == b"##0101" + ANNEX_A + b"1C80\r\n"


def test_the_sum_in_small_letters_is_taken() -> None:
    assert FrameReader().feed(b"##0101" + ANNEX_A + b"1c80\r\n") == [ANNEX_A]


@given(messages())
def test_a_message_comes_back_as_it_was(message: Message) -> None:
    (segment,) = FrameReader().feed(frame(write_segment(message)))
    assert read_segment(segment) == message


@given(st.lists(messages(), min_size=1, max_size=5), st.integers(0, 2**32), st.data())
def test_any_cutting_of_the_stream_gives_the_same_frames(
    sent: list[Message], seed: int, data: st.DataObject
) -> None:
    chance = random.Random(seed)
    garbage = [
        data.draw(st.sampled_from([b"", b"\r\n", b"noise", b"#", b"##12", b"##9999", b"\xff\x00"]))
        for _ in sent
    ]
    stream = b"".join(noise + frame(write_segment(one)) for noise, one in zip(garbage, sent, strict=True))
    whole = FrameReader().feed(stream)
    reader, pieces, at = FrameReader(), [], 0
    while at < len(stream):
        step = chance.choice([1, 1, 2, 3, 7, 50, 400])
        pieces += reader.feed(stream[at : at + step])
        assert reader.waiting <= LONGEST_SEGMENT + 12
        at += step
    assert pieces == whole == [write_segment(one) for one in sent]


@given(messages(), st.data())
def test_any_change_of_one_byte_is_refused(message: Message, data: st.DataObject) -> None:
    good = frame(write_segment(message))
    at = data.draw(st.integers(0, len(good) - 1))
    changed = bytearray(good)
    changed[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != good[at]))
    found = FrameReader().feed(bytes(changed))
    if found:
        # Only the case of a letter of the sum may differ: the segment is the same byte for byte.
        assert len(good) - 6 <= at < len(good) - 2
        assert found == [write_segment(message)]


def test_every_change_of_one_byte_of_the_example_is_refused() -> None:
    good = frame(ANNEX_A)
    for at in range(len(good)):
        for byte in range(256):
            if byte == good[at]:
                continue
            changed = good[:at] + bytes([byte]) + good[at + 1 :]
            assert FrameReader().feed(changed) in ([], [ANNEX_A] if changed[:-6] == good[:-6] else [])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"##01a1" + ANNEX_A + b"1C80\r\n", "length"),
        (b"##0109" + ANNEX_A + b"1C80\r\n", "length"),  # too long: the line end stands too early
        (b"##0102" + ANNEX_A + b"1C80\r\n", "end"),
        (b"##0100" + ANNEX_A + b"1C80\r\n", "end"),
        (b"##0101" + ANNEX_A + b"1C81\r\n", "crc"),
        (b"##0101" + ANNEX_A + b"1C80\n\r", "end"),
        (b"##1025" + b"x" * 1025 + b"0000\r\n", "too-long"),
    ],
)
def test_what_is_wrong_is_counted_by_reason_and_the_next_frame_is_read(bad: bytes, reason: str) -> None:
    reader = FrameReader()
    assert reader.feed(bad + frame(ANNEX_A)) == [ANNEX_A]
    assert reader.faults[reason] == 1
    assert reader.in_a_row == 0


@given(
    st.lists(
        st.binary(max_size=300) | st.sampled_from([b"##", b"##1024", b"##0000", b"&&", b"\r\n"]), max_size=40
    )
)
def test_hostile_bytes_never_raise_and_never_pile_up(pieces: list[bytes]) -> None:
    reader = FrameReader()
    for piece in pieces:
        reader.feed(piece)
        assert reader.waiting <= LONGEST_SEGMENT + 12
    reader.give_up()
    reader.feed(b"\r\n")
    assert reader.feed(frame(ANNEX_A))[-1:] == [ANNEX_A]


@given(st.binary(max_size=200))
def test_a_segment_of_any_bytes_is_read_or_refused(content: bytes) -> None:
    for segment in (content, ANNEX_A.replace(b"RtdInterval=30", content)):
        try:
            message = read_segment(segment)
            read_area(message.area)
        except SegmentRefused as refusal:
            assert refusal.code


@pytest.mark.parametrize(
    ("segment", "code"),
    [
        (b"hello", "segment"),
        (ANNEX_A.replace(b"MN=010000A8900016F000169DC0;", b""), "field-absent"),
        (ANNEX_A.replace(b"20160801085857223", b"2016"), "qn"),
        (ANNEX_A.replace(b"010000A8900016F000169DC0", b"../../etc/passwd"), "mn"),
        (ANNEX_A.replace(b"Flag=5", b"Flag=7;PNUM=2;PNO=3"), "pno"),
        (ANNEX_A.replace(b"30", b"\xff\xff"), "encoding"),
    ],
)
def test_a_wrong_segment_is_refused_with_its_rule(segment: bytes, code: str) -> None:
    with pytest.raises(SegmentRefused) as caught:
        read_segment(segment)
    assert caught.value.code == code


def test_chinese_remarks_are_read_as_gb18030() -> None:
    segment = ANNEX_A.replace(b"RtdInterval=30", "Info=校准".encode("gb18030"))
    assert read_segment(segment).area == "Info=校准"


def test_a_password_is_not_shown() -> None:
    assert "100000" not in repr(read_segment(ANNEX_A))


def test_an_area_with_two_times() -> None:
    data, last = read_area(
        "DataTime=20200101000000;w01018-Avg=1.5,w01018-Flag=N;DataTime=20200101010000;w01018-Avg=2,w01018-Flag=D"
    )
    assert [(one.data_time, one.item("Avg"), one.item("Flag")) for one in data] == [
        ("20200101000000", "1.5", "N"),
        ("20200101010000", "2", "D"),
    ]
    assert last == "20200101010000"


def test_a_segment_too_long_for_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 1024 bytes"):
        frame(b"x" * 1025)
