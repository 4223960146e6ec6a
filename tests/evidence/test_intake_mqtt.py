"""Intake by MQTT: payloads as pure functions, and a real broker (skipped, saying so, where none answers)."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion

from ecociv.evidence.actions.receive import ReceiveReadings
from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.intake.batching import Parcel
from ecociv.evidence.intake.mqtt import Broker, MqttIntake
from ecociv.evidence.intake.topics import Subscription, Topic, load_subscriptions, read_payload
from ecociv.evidence.models import InboxReading, RejectedMessage
from evidence.intake_support import broker, forget_session, until

TOPIC = "ecociv/jingdezhen/air/taida"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = {"id": "m1", "time": "2020-03-26T18:00:00+08:00", "pm2_5": 17, "co": 0.7, "so2": None}


@pytest.fixture(scope="module")
def subscriptions() -> list[Subscription]:
    return load_subscriptions("jingdezhen")


def read(content: Any, subscriptions: list[Subscription], topic: str = TOPIC) -> Parcel:
    payload = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_payload(topic, payload, subscriptions, now=NOW)


def codes(parcel: Parcel) -> list[str]:
    return [reject.code for reject in parcel.rejects]


# -- payloads ------------------------------------------------------------------------------------------------


def test_an_object_becomes_readings(subscriptions: list[Subscription]) -> None:
    parcel = read(GOOD, subscriptions)
    assert codes(parcel) == []
    found = {one.series: one for one in parcel.readings}
    assert sorted(found) == [
        f"jingdezhen-stations-hourly/jingdezhen-taida/{x}" for x in ("co", "pm2_5", "so2")
    ]
    pm = found["jingdezhen-stations-hourly/jingdezhen-taida/pm2_5"]
    # The label names the end: 18:00 in Shanghai is 10:00 UTC, and the hour began at 9:00.
    assert (pm.valid_from, pm.valid_to) == (
        datetime(2020, 3, 26, 9, tzinfo=UTC),
        datetime(2020, 3, 26, 10, tzinfo=UTC),
    )
    assert (pm.value, pm.quality.value, pm.supplier) == (17.0, "good", "中国环境监测总站")
    assert str(found["jingdezhen-stations-hourly/jingdezhen-taida/so2"].value) == "missing"


def test_a_list_and_seconds_since_1970(subscriptions: list[Subscription]) -> None:
    second = {**GOOD, "id": "m2", "time": datetime(2020, 3, 26, 11, tzinfo=UTC).timestamp()}
    parcel = read([GOOD, second], subscriptions)
    assert codes(parcel) == []
    assert len(parcel.readings) == 6
    assert {one.valid_to.hour for one in parcel.readings} == {10, 11}


def test_the_same_message_has_the_same_keys_and_another_has_others(subscriptions: list[Subscription]) -> None:
    keys = [one.key for one in read(GOOD, subscriptions).readings]
    assert keys == [one.key for one in read(GOOD, subscriptions).readings]
    assert not set(keys) & {one.key for one in read({**GOOD, "id": "m2"}, subscriptions).readings}
    long = [one.key for one in read({**GOOD, "id": "x" * 200}, subscriptions).readings]
    assert max(map(len, long)) <= 160


def test_values_are_judged_as_in_a_file(subscriptions: list[Subscription]) -> None:
    parcel = read({**GOOD, "pm2_5": 0, "co": 101}, subscriptions)
    found = {one.series.rpartition("/")[2]: one for one in parcel.readings}
    assert (found["pm2_5"].value, found["pm2_5"].quality_reason) == (0.0, "implausible-zero")
    assert (found["co"].value, found["co"].quality_reason) == (101.0, "outside-plausible-range")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "payload", "no JSON"),
        (b"\xff\xfe", "payload", "no UTF-8"),
        (b"[" * 100_000, "payload", ""),
        (b"[]", "payload", "1 to 2000 objects"),
        (b"7", "payload", "an object"),
        ({"id": "m1", "pm2_5": 17}, "payload", "field time"),
        ({**GOOD, "time": "2020-03-26T18:00:00"}, "payload", "no time zone"),
        ({**GOOD, "time": "2999-01-01T00:00:00Z"}, "payload", "lies ahead"),
        ({**GOOD, "time": True}, "payload", "no moment"),
        ({**GOOD, "time": 1e30}, "payload", "no number of seconds"),
        ({**GOOD, "id": None}, "payload", "key of the message"),
        ({**GOOD, "pm2_5": "17"}, "not-a-number", "no number"),
        ({**GOOD, "pm2_5": [17]}, "not-a-number", "no number"),
        (b'{"id": "m", "time": "2020-03-26T18:00:00+08:00", "pm2_5": NaN}', "not-a-number", "NaN"),
        (b'{"id": "m", "time": "2020-03-26T18:00:00+08:00", "pm2_5": 1e999}', "not-a-number", "1e999"),
        ({**GOOD, "pm25": 17}, "field-not-declared", "pm25"),
    ],
)
def test_a_bad_payload_is_rejected_with_its_reason(
    subscriptions: list[Subscription], content: Any, code: str, words: str
) -> None:
    parcel = read(content, subscriptions)
    assert codes(parcel) == [code]
    assert words in parcel.rejects[0].detail
    assert parcel.rejects[0].source == TOPIC


def test_a_topic_or_a_place_that_is_not_declared(subscriptions: list[Subscription]) -> None:
    assert codes(read(GOOD, subscriptions, "other/topic")) == ["topic-unknown"]
    assert codes(read(GOOD, subscriptions, "ecociv/jingdezhen/air/nowhere")) == ["place-unknown"]
    assert codes(read(GOOD, subscriptions, "ecociv/jingdezhen/air/taida/more")) == ["topic-unknown"]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "x"]), inner, max_size=5)
    ),
    max_leaves=10,
)


@given(st.binary(max_size=100) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_payload_raises(payload: bytes) -> None:
    parcel = read_payload(TOPIC, payload, load_subscriptions("jingdezhen"), now=NOW)
    assert parcel.readings or parcel.rejects or payload.strip().startswith((b"{", b"["))


def test_a_declared_topic_has_one_place_and_no_wildcard() -> None:
    whole = load_subscriptions("jingdezhen")[0].topic.model_dump(exclude={"mapping", "values", "supplier"})
    for wrong in ("a/b", "a/{place}/{place}", "a/#/{place}", "a/+/{place}"):
        with pytest.raises(ValueError, match="one level"):
            Topic.model_validate({**whole, "mapping": "jingdezhen-stations-hourly", "topic": wrong})


# -- a real broker -------------------------------------------------------------------------------------------


@pytest.fixture
def own(
    subscriptions: list[Subscription], transactional_db: None
) -> Iterator[tuple[str, list[Subscription], Broker]]:
    """A topic and a session of this test's own on the shared broker; the session is removed at the end."""
    host, port = broker()
    name = f"ecociv-test-{uuid.uuid4().hex[:12]}"
    (whole,) = subscriptions
    mine = [Subscription(whole.topic.model_copy(update={"topic": f"{name}/{{place}}"}), whole.feed)]
    mine[0].register("jingdezhen")
    yield name, mine, Broker(host, port, client=name)
    forget_session(host, port, name)


class Sender:
    """Publishes and waits for the broker's answers."""

    def __init__(self, to: Broker) -> None:
        self.client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self.client.connect(to.host, to.port)
        self.client.loop_start()

    def send(self, name: str, *contents: Any) -> None:
        sent = [
            self.client.publish(
                f"{name}/taida", one if isinstance(one, bytes) else json.dumps(one).encode(), qos=1
            )
            for one in contents
        ]
        for one in sent:
            one.wait_for_publish(30)
            assert one.is_published()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def numbered(number: int) -> dict[str, Any]:
    day, hour = divmod(number, 24)
    moment = datetime(2020, 1, 1 + day % 28, hour, tzinfo=UTC)
    return {"id": f"n{number}", "time": moment.isoformat(), "pm2_5": 1 + number % 500}


def test_messages_are_stored_and_bad_ones_do_not_block(own: tuple[str, list[Subscription], Broker]) -> None:
    name, mine, where = own
    intake = MqttIntake(mine, where)
    intake.start()
    assert intake.subscribed.wait(10)
    sender = Sender(where)
    sender.send(name, numbered(1), b"{broken", numbered(2), [numbered(3), numbered(4)], numbered(1))
    assert until(lambda: intake.batcher.counts.messages == 5)
    intake.stop()
    # A session that is taken over before the broker has read the last answers gets those messages again. The broker
    # answers this only after it has read what came before.
    sender.send(f"{name}-elsewhere", b"{}")
    sender.close()
    assert InboxReading.objects.count() == 4
    reject = RejectedMessage.objects.get()
    assert (reject.source, reject.code, reject.content) == (f"{name}/taida", "payload", "{broken")
    # All five were acknowledged: a new intake of the same session gets nothing.
    again = MqttIntake(mine, where)
    again.start()
    assert again.subscribed.wait(10)
    assert not until(lambda: again.batcher.counts.messages > 0, seconds=0.7)
    again.stop()


def test_messages_wait_in_the_broker_while_no_intake_runs(
    own: tuple[str, list[Subscription], Broker],
) -> None:
    name, mine, where = own
    first = MqttIntake(mine, where)
    first.start()
    assert first.subscribed.wait(10)
    sender = Sender(where)
    sender.send(name, numbered(0))
    assert until(lambda: first.batcher.counts.messages == 1)
    first.stop()
    sender.send(name, *(numbered(number) for number in range(1, 200)))
    second = MqttIntake(mine, where)
    second.start()
    assert until(lambda: second.batcher.counts.messages == 199)
    second.stop()
    sender.close()
    assert InboxReading.objects.count() == 200


def test_a_slow_database_leaves_messages_in_the_broker_and_loses_none(
    own: tuple[str, list[Subscription], Broker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender is not slowed: the broker answers it. What waits here is bounded by the depth."""
    name, mine, where = own
    original, gate = ReceiveReadings.execute, threading.Event()

    def execute(self: ReceiveReadings) -> Any:
        gate.wait(60)
        return original(self)

    monkeypatch.setattr(ReceiveReadings, "execute", execute)
    intake = MqttIntake(mine, where, depth=10, batch=4)
    intake.start()
    assert intake.subscribed.wait(10)
    sender = Sender(where)
    sender.send(name, *(numbered(number) for number in range(400)))  # returns: the broker has them all
    assert until(lambda: intake.batcher.waiting > 0)
    assert not until(lambda: intake.batcher.counts.deepest > 11, seconds=0.5)
    assert InboxReading.objects.count() == 0
    gate.set()
    assert until(lambda: intake.batcher.counts.accepted == 400)
    assert intake.batcher.counts.deepest <= 11  # the queue holds one more than the depth, for the end mark
    intake.stop()
    sender.close()
    assert InboxReading.objects.count() == 400


def test_a_broker_that_is_away_is_tried_again(subscriptions: list[Subscription]) -> None:
    """Nothing answers at the port: the intake starts, waits, and stops when told."""
    intake = MqttIntake(subscriptions, Broker("127.0.0.1", 1, client="x"))
    intake.start()
    assert not intake.subscribed.wait(0.3)
    intake.stop()


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(DeclarationError, match="no zone 'atlantis'"):
        load_subscriptions("atlantis")
