"""The simulator: a real file played through each channel ends as the very table that loading the file gives."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ecociv.evidence.actions import FlushInbox, LoadFile
from ecociv.evidence.intake.channels import (
    FileChannel,
    HttpChannel,
    MqttChannel,
    open_channel,
)
from ecociv.evidence.intake.counted import ChannelError
from ecociv.evidence.intake.hj212.outlets import load_outlets, register
from ecociv.evidence.intake.logger_channel import Hj212Channel
from ecociv.evidence.intake.mqtt import Broker, MqttIntake
from ecociv.evidence.intake.simulator import Outcome, Played, play, records_of
from ecociv.evidence.intake.topics import Subscription, load_subscriptions
from ecociv.evidence.mapping import load_mapping
from ecociv.evidence.models import InboxReading, Series
from ecociv.evidence.schema import series_id
from ecociv.evidence.store import EvidenceStore
from evidence.intake_support import PASSWORD, broker, running, until
from shared_data import shared_file

MAPPING = "jingdezhen-stations-hourly"
REAL = "air/jingdezhen_station_hourly_20200326_20200408.csv"
COMPARED = (
    "series_id",
    "valid_from",
    "valid_to",
    "value",
    "missing",
    "censored",
    "censor_limit",
    "quality",
    "quality_reason",
    "supplier",
)
HEADER = "city,date,hour,station,aqi,level,primary,pm2_5,pm10,co,no2,o3_1h,o3_8h,so2"
SMALL = [
    "景德镇,20200326,18,兽医站,54,良,颗粒物(PM10),17,58,0.7,34,30,45,5",
    "景德镇,20200326,18,台达陶瓷,28,优,,18,28,0.8,31,41,53,—",
    "景德镇,20200326,19,兽医站,54,良,,0,58,101,34,30,45,5",
    "景德镇,20200326,19,台达陶瓷,x,优,,18,28,0.8,31,41,53,16",
    "景德镇,20200326,24,台达陶瓷,30,优,,18.25,28,0.8,31,41,53,16",
]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text("\n".join([HEADER, *SMALL, ""]), encoding="utf-8")
    return path


@pytest.fixture
def real_or_small(request: pytest.FixtureRequest, small: Path) -> Path:
    return shared_file(REAL) if request.param == "real" else small


BOTH = pytest.mark.parametrize("real_or_small", ["small", "real"], indirect=True)


def contents(store: EvidenceStore) -> list[tuple[Any, ...]]:
    ids = list(Series.objects.values_list("pk", flat=True))
    rows = store.observations(ids, all_revisions=True).to_pylist()
    return sorted(tuple(str(row[name] or "") for name in COMPARED) for row in rows)


def loaded_directly(path: Path, tmp_path: Path) -> list[tuple[Any, ...]]:
    store = EvidenceStore(str(tmp_path / "direct"))
    LoadFile(path, MAPPING, author="test", store=store).execute()
    return contents(store)


# -- reading the file ----------------------------------------------------------------------------------------


def test_records_are_those_that_a_loading_takes(small: Path) -> None:
    outcome = Outcome("small.csv")
    records = list(records_of(small, load_mapping(MAPPING), outcome))
    assert [(one.place, len(one.statements)) for one in records] == [
        ("jingdezhen-shouyizhan", 8),
        ("jingdezhen-taida", 8),
        ("jingdezhen-shouyizhan", 8),
        ("jingdezhen-taida", 8),
    ]
    assert outcome.records_rejected == 1  # the row with aqi x
    assert {one.property: one.text for one in records[3].statements}["pm2_5"] == "18.25"
    assert {one.property: one.missing for one in records[1].statements}["so2"] == "missing"


class Listener:
    """Takes what is played and nothing more."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.order: list[str] = []

    def send(self, played: Played) -> None:
        self.order.append(played.place)

    def period_ends(self) -> None:
        self.order.append("|")

    def finish(self) -> None:
        self.order.append("end")


def test_the_speed_is_in_periods_a_second(small: Path) -> None:
    # Three periods end at 18, 19 and 24 h; at two a second the second begins after 0.5 s, the third after 1 s.
    slept: list[float] = []
    listener = Listener()
    outcome = play(small, MAPPING, listener, speed=2, sleep=slept.append, clock=lambda: 0.0)
    assert outcome.records == 4
    assert slept == [0.5, 1.0]
    assert listener.order == [
        "jingdezhen-shouyizhan",
        "jingdezhen-taida",
        "|",
        "jingdezhen-shouyizhan",
        "|",
        "jingdezhen-taida",
        "|",
        "end",
    ]


def test_a_limit_ends_the_play(small: Path) -> None:
    assert play(small, MAPPING, Listener(), limit=2).records == 2


# -- through each channel ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@BOTH
def test_through_hj212_the_table_is_as_loaded_from_the_file(
    real_or_small: Path, tmp_path: Path, store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOCIV_HJ212_AIR_PW", PASSWORD)
    outlets = load_outlets("jingdezhen")
    register("jingdezhen", outlets)
    with (
        running(outlets) as (_, port),
        open_channel("hj212", zone="jingdezhen", mapping=MAPPING, host="127.0.0.1", port=port) as channel,
    ):
        outcome = play(real_or_small, MAPPING, channel)
    assert outcome.channel["acknowledged"] == outcome.records == outcome.channel["sent"]
    FlushInbox(store=store).execute()
    table = contents(store)
    assert len(table) == outcome.statements > 0
    assert table == loaded_directly(real_or_small, tmp_path)


@pytest.mark.django_db(transaction=True)
@BOTH
def test_through_mqtt_the_table_is_as_loaded_from_the_file(
    real_or_small: Path, tmp_path: Path, store: EvidenceStore
) -> None:
    host, port = broker()
    name = f"ecociv-test-{uuid.uuid4().hex[:12]}"
    (whole,) = load_subscriptions("jingdezhen")
    mine = Subscription(whole.topic.model_copy(update={"topic": f"{name}/{{place}}"}), whole.feed)
    mine.register("jingdezhen")
    intake = MqttIntake([mine], Broker(host, port, client=name, session_seconds=0))
    intake.start()
    assert intake.subscribed.wait(10)
    with MqttChannel(mine, host, port) as channel:
        outcome = play(real_or_small, MAPPING, channel)
    assert until(lambda: intake.batcher.counts.messages == outcome.records)
    intake.stop()
    FlushInbox(store=store).execute()
    table = contents(store)
    assert len(table) == outcome.statements > 0
    assert table == loaded_directly(real_or_small, tmp_path)


@pytest.mark.django_db(transaction=True)
def test_through_files_dropped_each_hour(small: Path, tmp_path: Path, store: EvidenceStore) -> None:
    with FileChannel("jingdezhen", MAPPING) as channel:
        outcome = play(small, MAPPING, channel)
    assert outcome.channel == {"sent": 4, "acknowledged": 4, "refused": 0}
    assert contents(store) == loaded_directly(small, tmp_path)


class _Stub(BaseHTTPRequestHandler):
    """A server that keeps what it is sent; answers the first request with 503 as a busy one does."""

    def do_POST(self) -> None:
        stub: Any = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = stub.answers.pop(0) if stub.answers else 200
        if status == 200:
            stub.received.append((self.path, self.headers["Authorization"], body))
        self.send_response(status)
        answer = b'{"accepted": 1, "refused": []}'
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def stub() -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Stub)
    server.received, server.answers = [], []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_through_rest(small: Path, stub: Any) -> None:
    stub.answers = [503]
    channel = HttpChannel("rest", "127.0.0.1", stub.server_address[1], "secret")
    outcome = play(small, MAPPING, channel, limit=2)
    assert outcome.channel == {"sent": 16, "acknowledged": 16, "refused": 0}
    (path, token, body), (_, _, second) = stub.received
    assert (path, token) == ("/api/v1/readings", "Bearer secret")
    pm = next(one for one in body if one["series"].endswith("/pm2_5"))
    assert pm == {
        "series": "jingdezhen-stations-hourly/jingdezhen-shouyizhan/pm2_5",
        "from": "2020-03-26T09:00:00Z",
        "to": "2020-03-26T10:00:00Z",
        "value": 17.0,
        "key": "play/jingdezhen-stations-hourly/jingdezhen-shouyizhan/pm2_5/20200326T090000",
    }
    so2 = next(one for one in second if one["series"].endswith("/so2"))
    assert (so2["value"], so2["missing"]) == (None, "missing")


def test_through_sensorthings(small: Path, stub: Any) -> None:
    channel = HttpChannel("sensorthings", "127.0.0.1", stub.server_address[1], "secret")
    outcome = play(small, MAPPING, channel, limit=1)
    assert outcome.channel == {"sent": 8, "acknowledged": 8, "refused": 0}
    number = series_id("jingdezhen-stations-hourly/jingdezhen-shouyizhan/pm2_5")
    found = {path: body for path, _, body in stub.received}
    assert found[f"/sta/v1.1/Datastreams({number})/Observations"] == {
        "phenomenonTime": "2020-03-26T09:00:00Z/2020-03-26T10:00:00Z",
        "result": 17.0,
        "parameters": {"key": "play/jingdezhen-stations-hourly/jingdezhen-shouyizhan/pm2_5/20200326T090000"},
    }


@pytest.mark.parametrize(("status", "refused"), [(400, True), (401, False)])
def test_a_refusal_is_counted_and_a_closed_door_is_said(
    small: Path, stub: Any, status: int, refused: bool
) -> None:
    stub.answers = [status]
    channel = HttpChannel("rest", "127.0.0.1", stub.server_address[1], "wrong")
    if refused:
        assert play(small, MAPPING, channel, limit=2).channel == {"sent": 16, "acknowledged": 8, "refused": 8}
    else:
        with pytest.raises(ChannelError, match="does not admit this token"):
            play(small, MAPPING, channel, limit=2)


def test_nobody_at_the_other_end_is_said_in_words(monkeypatch: pytest.MonkeyPatch, small: Path) -> None:
    monkeypatch.setattr(Hj212Channel, "attempts", 2)
    monkeypatch.setenv("ECOCIV_HJ212_AIR_PW", PASSWORD)
    with (
        pytest.raises(ChannelError, match="No HJ 212 server answers"),
        open_channel("hj212", zone="jingdezhen", mapping=MAPPING, host="127.0.0.1", port=1) as channel,
    ):
        play(small, MAPPING, channel)
    with (
        pytest.raises(ChannelError, match="No broker answers"),
        open_channel("mqtt", zone="jingdezhen", mapping=MAPPING, host="127.0.0.1", port=1),
    ):
        pass


def test_a_mapping_without_topic_or_device_is_said_in_words() -> None:
    for through, words in (("mqtt", "No topic"), ("hj212", "No device")):
        with (
            pytest.raises(ChannelError, match=words),
            open_channel(through, zone="jingdezhen", mapping="annual-return", host="x", port=1),
        ):
            pass


@pytest.mark.django_db(transaction=True)
def test_a_file_played_twice_counts_once(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOCIV_HJ212_AIR_PW", PASSWORD)
    outlets = load_outlets("jingdezhen")
    register("jingdezhen", outlets)
    with running(outlets) as (_, port):
        for _ in range(2):
            with open_channel(
                "hj212", zone="jingdezhen", mapping=MAPPING, host="127.0.0.1", port=port
            ) as channel:
                assert play(small, MAPPING, channel).channel["acknowledged"] == 4
    assert InboxReading.objects.count() == 4 * 8
