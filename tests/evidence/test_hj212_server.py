"""The HJ 212 server on a real socket: what is answered is committed, and what is wrong hurts nobody else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError

from ecociv.evidence.actions.receive import ReceiveReadings
from ecociv.evidence.intake.hj212.frames import frame
from ecociv.evidence.intake.hj212.outlets import Outlet, load_outlets, register
from ecociv.evidence.intake.hj212.segment import write_segment
from ecociv.evidence.intake.hj212.server import Limits
from ecociv.evidence.models import InboxReading, RejectedMessage
from evidence.intake_support import PASSWORD, SEWAGE, STACK, Logger, message, running, until

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = "DataTime=20200326180000;"
COD_HOUR = "sample/outfalls/outfall-sewage-works/cod.hour"


@pytest.fixture
def outlets(monkeypatch: pytest.MonkeyPatch) -> dict[str, Outlet]:
    monkeypatch.setenv("ECOCIV_HJ212_OUTFALL_PW", PASSWORD)
    found = {mn: one for mn, one in load_outlets("jingdezhen").items() if mn in {SEWAGE, STACK}}
    register("jingdezhen", found)
    return found


@pytest.fixture
def port(outlets: dict[str, Outlet]) -> Iterator[int]:
    with running(outlets) as (_, number):
        yield number


def stored() -> list[tuple[str, Any]]:
    return [
        (row.series.key.rpartition("/")[2], row.value)
        for row in InboxReading.objects.select_related("series").order_by("pk")
    ]


def codes() -> set[str]:
    return set(RejectedMessage.objects.values_list("code", flat=True))


def test_hour_data_is_stored_and_answered(port: int) -> None:
    logger = Logger(port)
    sent = message(
        f"{HOUR}w01018-Avg=35.5,w01018-Min=30,w01018-Max=41,w01018-Cou=12.25,w01018-Flag=N;w00000-Cou=345,w00000-Flag=N"
    )
    logger.send(sent)
    (answer,) = logger.answers(1)
    assert (answer.cn, answer.st, answer.qn, answer.mn, answer.flag) == ("9014", "91", sent.qn, SEWAGE, 4)
    assert stored() == [
        ("cod.hour", 35.5),
        ("cod.hour.min", 30.0),
        ("cod.hour.max", 41.0),
        ("cod.hour.load", 12.25),
        ("flow.hour.volume", 345.0),
    ]
    row = InboxReading.objects.get(series__key=COD_HOUR)
    # 18:00 in Shanghai is 10:00 UTC; the label names the start.
    assert row.valid_from == datetime(2020, 3, 26, 10, tzinfo=UTC)
    assert row.valid_to == datetime(2020, 3, 26, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cn", "area", "key", "hours"),
    [
        ("2011", "DataTime=20200326180030;w01018-Rtd=35.5,w01018-Flag=N", "cod.real_time", 30 / 3600),
        ("2051", "DataTime=20200326181000;w01018-Avg=35.5,w01018-Flag=N", "cod.minutes", 1 / 6),
        ("2061", "DataTime=20200326180000;w01018-Avg=35.5,w01018-Flag=N", "cod.hour", 1),
        ("2031", "DataTime=20200326000000;w01018-Avg=35.5,w01018-Flag=N", "cod.day", 24),
    ],
)
def test_each_of_the_four_kinds_of_data(port: int, cn: str, area: str, key: str, hours: float) -> None:
    logger = Logger(port)
    logger.send(message(area, cn=cn))
    assert [one.cn for one in logger.answers(1)] == ["9014"]
    assert stored() == [(key, 35.5)]
    row = InboxReading.objects.get()
    assert (row.valid_to - row.valid_from).total_seconds() == pytest.approx(hours * 3600)


@pytest.mark.parametrize(
    ("mark", "value", "missing", "censored", "quality", "reason"),
    [
        ("N", 35.5, "", "", "good", ""),
        ("M", 35.5, "", "", "suspect", "hj212-flag-m"),
        ("D", 35.5, "", "", "suspect", "hj212-flag-d"),
        ("C", 35.5, "", "", "suspect", "hj212-flag-c"),
        ("S", 35.5, "", "", "suspect", "hj212-flag-s"),
        ("T", None, "", ">", "good", ""),
        ("F", None, "missing", "", "good", ""),
        ("B", None, "missing", "", "good", ""),
        ("Q", 35.5, "", "", "suspect", "hj212-flag-unknown"),
    ],
)
def test_marks_become_what_the_table_says(
    port: int, mark: str, value: float | None, missing: str, censored: str, quality: str, reason: str
) -> None:
    logger = Logger(port)
    logger.send(message(f"{HOUR}w01018-Avg=35.5,w01018-Flag={mark}"))
    logger.answers(1)
    row = InboxReading.objects.get()
    assert (row.value, row.missing, row.censored, row.quality, row.quality_reason) == (
        value,
        missing,
        censored,
        quality,
        reason,
    )
    assert row.censor_limit == (35.5 if censored else None)


def test_no_answer_is_sent_where_none_is_wanted(port: int) -> None:
    logger = Logger(port)
    logger.send(message(f"{HOUR}w01018-Avg=1,w01018-Flag=N", number=1, flag=4))
    logger.send(message(f"{HOUR}w21003-Avg=2,w21003-Flag=N", number=2))
    assert [one.qn for one in logger.answers(1)] == ["20200326000000002"]
    assert stored() == [("cod.hour", 1.0), ("nh3n.hour", 2.0)]


def test_a_message_sent_again_counts_once_and_is_answered_again(port: int) -> None:
    logger, sent = Logger(port), message(f"{HOUR}w01018-Avg=1,w01018-Flag=N")
    logger.send(sent, sent)
    logger.send(sent)
    assert len(logger.answers(3)) == 3
    assert stored() == [("cod.hour", 1.0)]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
def test_a_split_message_is_put_together_in_any_order(port: int, order: tuple[int, ...]) -> None:
    areas = {
        1: f"{HOUR}w01018-Avg=1,w01018-Flag=N",
        2: "w21003-Avg=2,w21003-Flag=N",
        3: "w00000-Cou=3,w00000-Flag=N",
    }
    logger = Logger(port)
    for number in order:
        logger.send(message(areas[number], flag=7, packets=3, packet=number))
    assert len(logger.answers(3)) == 3
    assert sorted(stored()) == [("cod.hour", 1.0), ("flow.hour.volume", 3.0), ("nh3n.hour", 2.0)]


def test_a_packet_that_names_its_time_is_answered_at_once(port: int) -> None:
    logger = Logger(port)
    logger.send(message(f"{HOUR}w01018-Avg=1,w01018-Flag=N", flag=7, packets=2, packet=1))
    assert len(logger.answers(1)) == 1
    logger.close()
    assert until(lambda: "split-incomplete" in codes())
    assert "[2]" in RejectedMessage.objects.get(code="split-incomplete").detail


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pw": "654321"}, "password"),
        ({"st": "31"}, "system"),
        ({"mn": "99990000000000000000B001"}, "device-unknown"),
    ],
)
def test_who_is_not_admitted_is_not_answered_and_shown_the_door(
    port: int, changes: dict[str, str], code: str
) -> None:
    logger = Logger(port)
    wrong = message(f"{HOUR}w01018-Avg=1,w01018-Flag=N", **changes)
    logger.send(*[wrong] * 5)
    assert logger.answers(1) == []
    assert stored() == []
    assert until(lambda: codes() == {code})
    assert "654321" not in str(list(RejectedMessage.objects.values()))


def test_while_the_password_is_not_set_nobody_is_admitted(
    outlets: dict[str, Outlet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ECOCIV_HJ212_OUTFALL_PW")
    with running(outlets) as (_, port):
        logger = Logger(port)
        logger.send(*[message(f"{HOUR}w01018-Avg=1,w01018-Flag=N", pw="")] * 5)
        assert logger.is_closed()
    assert stored() == []


def test_garbage_is_counted_and_the_connection_goes_on(port: int) -> None:
    logger = Logger(port)
    good = message(f"{HOUR}w01018-Avg=1,w01018-Flag=N")
    logger.send(b"noise", b"##12ab", b"##0005abcde0000\r\n", good, b"\xff\xfe")
    assert len(logger.answers(1)) == 1
    logger.close()
    assert until(lambda: {"frame-garbage", "frame-length", "frame-crc"} <= codes())
    assert stored() == [("cod.hour", 1.0)]


def test_too_much_garbage_closes_the_connection_and_hurts_nobody_else(port: int) -> None:
    bad, good = Logger(port), Logger(port)
    with suppress(ConnectionError):  # the server may close while this is being written
        bad.send(b"\x00\xff" * 60_000)
    assert bad.is_closed()
    good.send(message(f"{HOUR}w01018-Avg=1,w01018-Flag=N"))
    assert len(good.answers(1)) == 1


def test_half_a_frame_does_not_hold_up_what_follows(outlets: dict[str, Outlet]) -> None:
    with running(outlets, limits=Limits(rest_of_frame_seconds=0.3)) as (_, port):
        logger = Logger(port)
        logger.send(b"##0900QN=2020")
        assert until(lambda: "frame-incomplete" in codes())
        logger.send(message(f"{HOUR}w01018-Avg=1,w01018-Flag=N"))
        assert len(logger.answers(1)) == 1


@pytest.mark.parametrize(
    ("area", "code"),
    [
        ("DataTime=20200326183000;w01018-Avg=1", "data-time"),
        ("DataTime=20201326180000;w01018-Avg=1", "data-time"),
        ("w01018-Avg=1", "data-time"),
        ("DataTime=29990101000000;w01018-Avg=1", "data-time-ahead"),
        (f"{HOUR}w01018-Avg=abc", "not-a-number"),
        (f"{HOUR}w01018-Avg=NaN", "not-a-number"),
        (f"{HOUR}w01018-Avg=1e999", "not-a-number"),
        (f"{HOUR}w01018-Avg", "data-area"),
        (f"{HOUR}w99999-Avg=1", "factor-not-declared"),
    ],
)
def test_wrong_data_is_put_on_record_and_answered(port: int, area: str, code: str) -> None:
    """It will never be right, however often it is sent: the answer lets the device go on."""
    logger = Logger(port)
    logger.send(message(area))
    assert len(logger.answers(1)) == 1
    assert codes() == {code}
    assert stored() == []


def test_one_wrong_item_leaves_the_others(port: int) -> None:
    logger = Logger(port)
    logger.send(message(f"{HOUR}w01018-Avg=abc,w01018-Max=5;w21003-Avg=2"))
    logger.answers(1)
    assert stored() == [("cod.hour.max", 5.0), ("nh3n.hour", 2.0)]


def test_a_value_out_of_range_is_kept_and_marked(port: int) -> None:
    logger = Logger(port)
    logger.send(message(f"{HOUR}w01018-Avg=2500,w01018-Flag=N"))  # plausible up to 2,000 mg/L
    logger.answers(1)
    row = InboxReading.objects.get()
    assert (row.value, row.quality, row.quality_reason) == (2500.0, "suspect", "outside-plausible-range")


def test_converted_values_of_flue_gas_and_a_clock_notice(port: int) -> None:
    logger = Logger(port)
    logger.send(message(f"{HOUR}a21026-Avg=40,a21026-ZsAvg=55.5,a21026-Flag=N", mn=STACK, number=1))
    logger.send(message("PolId=w01018", cn="1013", number=2))
    logger.send(message("DataTime=20200326180000;RestartTime=20200326175900", cn="2081", number=3))
    assert {one.qn[-1]: one.cn for one in logger.answers(3)} == {"1": "9014", "2": "9013", "3": "9014"}
    assert stored() == [("so2.hour", 40.0), ("so2.hour.converted", 55.5)]
    assert codes() == {"command"}


def test_nothing_is_answered_before_it_is_committed(
    outlets: dict[str, Outlet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database fails four times, then recovers: no answer meanwhile, and nothing lost."""
    original, failures = ReceiveReadings.execute, iter([True] * 4)

    def execute(self: ReceiveReadings) -> Any:
        if next(failures, False):
            raise OperationalError("database is locked")
        return original(self)

    monkeypatch.setattr(ReceiveReadings, "execute", execute)
    with running(outlets) as (server, port):
        logger = Logger(port)
        logger.send(message(f"{HOUR}w01018-Avg=1,w01018-Flag=N"))
        assert len(logger.answers(1)) == 1
        assert server.batcher.counts.retries == 4
    assert stored() == [("cod.hour", 1.0)]


def test_a_slow_database_slows_the_sender_and_loses_nothing(
    outlets: dict[str, Outlet], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the database stands still the queue fills to its bound, and the sender's own socket fills behind it."""
    original, open_gate = ReceiveReadings.execute, threading.Event()

    def execute(self: ReceiveReadings) -> Any:
        open_gate.wait(60)
        return original(self)

    monkeypatch.setattr(ReceiveReadings, "execute", execute)
    count, depth, sent = 8_000, 50, 0
    with running(outlets, depth=depth, batch=2000) as (server, port):
        logger = Logger(port)
        logger.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
        logger.socket.settimeout(1)
        stream = [
            message(f"{HOUR}w01018-Avg={number % 900},w01018-Flag=N", number=number)
            for number in range(count)
        ]
        data = memoryview(b"".join(frame(write_segment(one)) for one in stream))
        try:
            while sent < len(data):
                sent += logger.socket.send(data[sent : sent + 65_536])
        except TimeoutError:
            pass
        assert sent < len(data), "the sender was not slowed"
        assert server.batcher.counts.deepest <= depth
        open_gate.set()
        logger.socket.settimeout(60)
        rest = threading.Thread(target=lambda: logger.socket.sendall(data[sent:]))
        rest.start()
        answers = logger.answers(count)
        rest.join()
        assert server.batcher.counts.deepest <= depth
    assert {one.qn for one in answers} == {one.qn for one in stream}
    assert InboxReading.objects.count() == count
