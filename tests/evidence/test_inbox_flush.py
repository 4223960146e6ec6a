"""From the inbox to the table: exactly once, in the order of acknowledgement."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from ecociv.core.missing import Missing
from ecociv.evidence import queries
from ecociv.evidence.actions import CorrectObservation, FlushInbox, PurgeInbox, ReceiveReadings
from ecociv.evidence.models import EvidenceSeal, ImportRun, InboxReading, ObservedProperty, Place, Series
from ecociv.evidence.readings import Censored, Reading
from ecociv.evidence.seals import chain
from ecociv.evidence.store import EvidenceStore

pytestmark = pytest.mark.django_db

START = datetime(2017, 1, 1, tzinfo=UTC)
KEY = "gauges/weir/level"


@pytest.fixture(autouse=True)
def series() -> None:
    place = Place.objects.create(key="weir", kind="section", name_zh="堰", name_en="Weir")
    observed = ObservedProperty.objects.create(key="level", name_zh="水位", name_en="Water level")
    for key, sample in ((KEY, False), (f"sample/{KEY}", True)):
        Series(
            key=key,
            property=observed,
            place=place,
            network="gauges",
            unit="m",
            statistic="reading",
            averaging="PT1H",
            sample=sample,
        ).save()


def receive(*values: Any, hour: int = 0, key: str = KEY, first: int = 0) -> None:
    """One message after the other, all for the same hour."""
    start = START + timedelta(hours=hour)
    for number, value in enumerate(values, start=first):
        receipt = ReceiveReadings(
            [Reading(key, start, start + timedelta(hours=1), value, f"{key}-{hour}-{number}")],
            "rest",
            "tester",
        ).execute()
        assert not receipt.refused


def history(key: str = KEY, **query: Any) -> list[tuple[float | None, int]]:
    found = queries.observations([key], all_revisions=True, **query).get(key, [])
    return [(item.value, item.revision) for item in found]


def test_readings_go_to_the_table_once() -> None:
    receive(1.5)
    receive(2.5, hour=1)
    done = FlushInbox().execute()
    assert (done.readings, done.new, done.revised) == (2, 2, 0)
    assert FlushInbox().execute().readings == 0
    assert history() == [(1.5, 1), (2.5, 1)]
    assert not InboxReading.objects.filter(flushed_at=None).exists()


def test_two_messages_for_one_period_in_one_flush_are_two_revisions() -> None:
    receive(1.0, 2.0, 2.0, 1.0)
    done = FlushInbox().execute()
    # 1 is new, 2 revises it, the second 2 says the same, the last 1 revises again: 1 + 1 + 2 = 4
    assert (done.new, done.unchanged, done.revised) == (1, 1, 2)
    assert history() == [(1.0, 1), (2.0, 2), (1.0, 3)]
    run = ImportRun.objects.get()
    assert (run.kind, run.author_name) == ("messages", "inbox")
    assert "later message" in run.reason


def test_a_late_message_revises_what_the_table_holds() -> None:
    receive(1.0)
    FlushInbox().execute()
    between = datetime.now(UTC)
    receive(1.0, 3.0, first=1)
    FlushInbox().execute()
    assert history() == [(1.0, 1), (3.0, 2)]
    assert history(as_of=between) == [(1.0, 1)]


def test_messages_out_of_order_find_their_place() -> None:
    receive(5.0, hour=5)
    receive(2.0, hour=2)
    FlushInbox().execute()
    assert history() == [(2.0, 1), (5.0, 1)]


def test_a_correction_between_two_flushes_is_followed_by_the_later_message() -> None:
    receive(1.0)
    FlushInbox().execute()
    CorrectObservation(KEY, START, 9.0, "tester", "instrument moved").execute()
    receive(1.0, first=1)
    FlushInbox().execute()
    assert history() == [(1.0, 1), (9.0, 2), (1.0, 3)]


def test_absence_and_limit_keep_their_kind() -> None:
    receive(Missing.MISSING)
    receive(Censored("<", 0.02), hour=1)
    FlushInbox().execute()
    first, second = queries.observations([KEY])[KEY]
    assert (first.value, first.missing) == (None, Missing.MISSING)
    assert (second.value, second.censored, second.censor_limit) == (None, "<", 0.02)


def test_sample_and_real_readings_never_share_a_batch() -> None:
    receive(1.0)
    receive(1.0, key=f"sample/{KEY}")
    FlushInbox().execute()
    assert sorted(ImportRun.objects.values_list("sample", flat=True)) == [False, True]
    assert [item.sample for item in queries.observations([f"sample/{KEY}"])[f"sample/{KEY}"]] == [True]


def test_many_readings_take_several_commits() -> None:
    for hour in range(5):
        receive(float(hour), hour=hour)
    done = FlushInbox(limit=2).execute()
    assert (done.readings, len(done.batches)) == (5, 3)
    assert [seal.rows for seal in EvidenceSeal.objects.all()] == [2, 2, 1]


@pytest.mark.parametrize("place", ["before the commit", "after the commit"])
def test_a_flush_that_is_cut_off_is_finished_or_done_again(
    monkeypatch: pytest.MonkeyPatch, place: str, store: EvidenceStore
) -> None:
    receive(1.0, 2.0)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        if place == "before the commit":
            patch.setattr(EvidenceStore, "append", die)
        else:
            patch.setattr(chain, "seal", die)
        FlushInbox().execute()
    FlushInbox().execute()
    assert history() == [(1.0, 1), (2.0, 2)]
    assert EvidenceSeal.objects.count() == 1
    assert not InboxReading.objects.filter(flushed_at=None).exists()
    assert store.count() == 2


def test_flushed_readings_stay_for_the_declared_time() -> None:
    receive(1.0)
    FlushInbox().execute()
    receive(4.0, hour=4)
    assert PurgeInbox().execute() == 0
    InboxReading.objects.exclude(flushed_at=None).update(flushed_at=datetime.now(UTC) - timedelta(days=8))
    assert PurgeInbox().execute() == 1
    assert InboxReading.objects.get().value == 4.0  # what is not in the table is never purged


def _reading(value: float, key: str, hour: int = 0) -> Reading:
    start = START + timedelta(hours=hour)
    return Reading(KEY, start, start + timedelta(hours=1), value, key)


def test_a_call_tells_new_repeated_and_reused_keys_apart() -> None:
    call = [_reading(1.0, "a"), _reading(2.0, "b"), _reading(1.0, "a"), _reading(3.0, "b")]
    receipt = ReceiveReadings(call, "rest", "tester").execute()
    assert (receipt.accepted, receipt.repeated) == (2, 1)
    assert [(each.position, each.code) for each in receipt.refused] == [(3, "key-reused")]
    again = ReceiveReadings([*call[:2], _reading(9.0, "a"), _reading(4.0, "c")], "rest", "tester").execute()
    # a and b are known, c is new, and a with 9 has the key of another message of the same call
    assert (again.accepted, again.repeated) == (1, 2)
    assert [each.position for each in again.refused] == [2]
    other = ReceiveReadings([_reading(2.5, "b")], "rest", "tester").execute()
    assert (other.accepted, other.repeated, other.refused[0].code) == (0, 0, "key-reused")
    assert InboxReading.objects.count() == 3


def test_the_inbox_keeps_the_order_of_a_call_and_the_fields_of_a_reading() -> None:
    # more than one statement's worth, with keys that sort against their order
    count = 1_203
    call = [_reading(float(number), f"{count - number:06d}", hour=number) for number in range(count)]
    start = START - timedelta(hours=1)
    call.append(
        Reading(
            KEY, start, START, Censored("<", 1), "limit", supplier="供方", note="说明", quality_reason="code"
        )
    )
    call.append(Reading(KEY, start - timedelta(hours=1), start, Missing.PLANNED, "planned"))
    assert ReceiveReadings(call, "mqtt", "tester").execute().accepted == count + 2
    held = list(InboxReading.objects.order_by("pk"))
    assert [each.value for each in held[:count]] == [float(number) for number in range(count)]
    limit, planned = held[count:]
    assert (limit.key, limit.channel, limit.value, limit.censored, limit.censor_limit) == (
        "mqtt:limit", "mqtt", None, "<", 1.0
    )  # fmt: skip
    assert (limit.supplier, limit.note, limit.quality, limit.quality_reason) == (
        "供方",
        "说明",
        "good",
        "code",
    )
    assert (limit.valid_from, limit.valid_to) == (start, START)
    assert (planned.missing, planned.value, planned.censored, planned.batch, planned.flushed_at) == (
        "planned", None, "", None, None
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_two_senders_of_the_same_keys_at_once_have_one_outcome() -> None:
    """Both send the same messages in opposite order: each is accepted once in all, and nobody waits for ever."""
    count = 1_000
    call = [_reading(float(number), f"m{number}", hour=number) for number in range(count)]
    meet, receipts = threading.Barrier(2), []

    def send(readings: list[Reading]) -> None:
        try:
            meet.wait(20)
            receipts.append(ReceiveReadings(readings, "rest", "tester").execute())
        finally:
            connection.close()

    senders = [threading.Thread(target=send, args=(part,)) for part in (call, call[::-1])]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(60)
    assert len(receipts) == 2 and not any(each.refused for each in receipts)
    assert sum(each.accepted for each in receipts) == count == sum(each.repeated for each in receipts)
    assert InboxReading.objects.count() == count
