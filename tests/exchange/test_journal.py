"""The journal in the database: chain, idempotency, catching up, snapshots, failures, threads."""

from __future__ import annotations

import json
import threading
import zlib
from typing import Any

import pytest
from django.db import DatabaseError, DataError, connection, transaction

from ecociv.exchange.journal import commit, durability, replica
from ecociv.exchange.journal.commit import Journal
from ecociv.exchange.journal.lines import JournalBroken, NotPlain, digest, header_line
from ecociv.exchange.journal.models import JournalEntry, Snapshot
from ecociv.exchange.journal.replica import ReplicaDiverged, recover
from ecociv.exchange.journal.sending import JournalUnavailable, KeyReused, Receipt, Sending
from exchange.counting import Counting, Kept

pytestmark = pytest.mark.django_db


def journal(**more: Any) -> Journal:
    """A journal of counting machines, as another process would open it."""
    return Journal("test", Counting, Kept(), **more)


def add(by: int) -> dict[str, Any]:
    return {"kind": "add", "by": by}


def total(of: Journal) -> int:
    return of.look(lambda machine: int(machine.total))  # type: ignore[attr-defined]


def test_commands_are_chained_from_the_header_on() -> None:
    mine = journal(clock=iter([5, 3, 9]).__next__)
    receipts = [mine.submit(add(by), key=str(by), actor="someone") for by in (1, 2, 3)]
    assert [receipt.sequence for receipt in receipts] == [1, 2, 3]
    assert [receipt.at for receipt in receipts] == [5, 5, 9]  # a clock that goes back does not turn time
    assert receipts[-1].outcome == {"ok": True, "total": 6, "at": 9}
    previous = digest(header_line("test"))
    for row in JournalEntry.objects.order_by("sequence"):
        assert row.previous == previous
        previous = row.digest
        assert digest(row.as_entry().line) == row.digest and row.actor == "someone"


def test_sent_again_a_command_gives_its_first_outcome_and_does_nothing() -> None:
    mine = journal()
    first = mine.submit(add(5), key="k")
    again = journal().submit(add(5), key="k")
    assert (again.sequence, again.outcome, again.repeated) == (first.sequence, first.outcome, True)
    assert total(mine) == 5 and JournalEntry.objects.count() == 1
    both = mine.submit_all([Sending(add(7), "l"), Sending(add(7), "l")])
    assert [each.repeated for each in both] == [False, True] and total(mine) == 12


def test_a_refused_command_is_journalled_and_refused_again() -> None:
    mine = journal()
    assert mine.submit(add(-1), key="k").outcome["code"] == "negative"
    assert mine.submit(add(-1), key="k").repeated
    assert total(mine) == 0


def test_a_key_stands_for_one_command_of_one_sender() -> None:
    mine = journal()
    mine.submit(add(5), key="k", actor="kiln")
    with pytest.raises(KeyReused, match="'k'"):
        mine.submit(add(6), key="k", actor="kiln")
    with pytest.raises(KeyReused):
        mine.submit(add(5), key="k", actor="plant")
    with pytest.raises(KeyReused):
        mine.submit_all([Sending(add(1), "m"), Sending(add(2), "m")])
    assert total(mine) == 6  # the first of the two was done
    for key in ("", "x" * 121, "a\nb"):
        with pytest.raises(ValueError, match="idempotency key"):
            mine.submit(add(1), key=key)


def test_what_is_not_plain_is_refused_before_it_waits() -> None:
    mine = journal()
    for wrong in (1.5, {1: 2}, b"x", 2**63, "\0", "\ud800", {"a": {1}}):
        with pytest.raises(NotPlain):
            mine.submit({"kind": "add", "by": wrong}, key="k")
    assert JournalEntry.objects.count() == 0


def test_two_processes_follow_each_other() -> None:
    one, other = journal(), journal()
    assert [one.submit(add(1), key="a").outcome["total"], other.submit(add(2), key="b").outcome["total"]] == [1, 3]
    assert one.submit(add(3), key="c").outcome["total"] == 6
    assert (total(one), total(other)) == (6, 6)
    # each projected what it wrote, and nothing that the other did
    assert (one._projector.written, other._projector.written) == ([1, 3], [2])  # type: ignore[attr-defined]


def test_a_machine_that_fails_takes_nobody_with_it() -> None:
    mine = journal()
    mine.submit(add(1), key="a")
    sent = [Sending(add(2), "b"), Sending({"kind": "break"}, "c"), Sending(add(3), "d")]
    with pytest.raises(RuntimeError, match="broken as told"):
        mine.submit_all(sent)
    assert list(JournalEntry.objects.order_by("sequence").values_list("key", flat=True)) == ["a", "b", "d"]
    assert total(mine) == total(journal()) == 6
    assert mine._projector.written == [1, 2, 3]  # type: ignore[attr-defined]


def test_a_commit_that_fails_acknowledges_nothing_and_rebuilds_the_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = journal()
    mine.submit(add(1), key="a")
    with monkeypatch.context() as broken:
        broken.setattr(commit, "write_rows", _full)
        with pytest.raises(JournalUnavailable, match="disk is full"):
            mine.submit(add(2), key="b")
    assert total(mine) == 1
    assert mine.submit(add(2), key="b").outcome["total"] == 3


def _full(*_: Any) -> None:
    raise DatabaseError("the disk is full")


def test_a_machine_that_fails_on_everything_writes_nothing() -> None:
    mine = journal()
    with pytest.raises(RuntimeError, match="broken as told"):
        mine.submit({"kind": "break"}, key="a")
    assert total(mine) == 0 and JournalEntry.objects.count() == 0


def test_a_snapshot_that_fails_is_no_matter_of_whoever_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = journal(snapshot_every=2)
    monkeypatch.setattr(commit, "write_snapshot", _full)
    for number in range(5):
        assert mine.submit(add(1), key=str(number)).outcome["total"] == number + 1
    assert Snapshot.objects.count() == 0


def test_a_thread_that_stops_waiting_is_not_made_the_leader(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = journal()

    class Stopped(BaseException):
        pass

    def stop() -> None:
        raise Stopped

    mine._led = True  # as if another thread were writing
    request = commit._Request([commit._Item(Sending(add(1), "a"), "{}")])
    monkeypatch.setattr(request.woken, "wait", stop)
    with pytest.raises(Stopped):
        mine._wait(request)
    mine._pass_on()  # the other thread is done: nobody waits any more
    assert mine.submit(add(2), key="b").outcome["total"] == 2


def test_a_row_that_the_database_refuses_fails_its_own_request_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = journal()
    mine.submit(add(1), key="a")
    true = commit.write_rows

    def picky(venue: str, table: Any, rows: Any) -> None:
        if any('"by":13' in row[4] for row in rows):
            raise DataError("13 does not fit")
        true(venue, table, rows)

    monkeypatch.setattr(commit, "write_rows", picky)
    requests = [commit._Request([commit._Item(Sending(add(by), str(by)), json.dumps(add(by), separators=(",", ":"), sort_keys=True))]) for by in (2, 13, 3)]
    mine._write_apart(requests)
    assert [isinstance(each.error, DataError) for each in requests] == [False, True, False]
    assert [each.items[0].receipt is not None for each in requests] == [True, False, True]
    assert total(mine) == 6 and JournalEntry.objects.count() == 3


def test_what_is_written_beside_is_written_with_the_command_or_not_at_all() -> None:
    mine = journal()
    seen: list[Receipt] = []
    mine.submit(add(1), key="a", also=seen.append)
    mine.submit(add(1), key="a", also=seen.append)
    assert [each.sequence for each in seen] == [1]

    def fail(receipt: Receipt) -> None:
        raise DatabaseError("no")

    with pytest.raises(JournalUnavailable):
        mine.submit(add(2), key="b", also=fail)
    assert JournalEntry.objects.count() == 1 and total(mine) == 1


def test_snapshots_shorten_recovery_and_give_the_same_state() -> None:
    mine = journal(snapshot_every=4)
    for number in range(10):
        mine.submit(add(number), key=str(number))
    assert list(Snapshot.objects.order_by("sequence").values_list("sequence", flat=True)) == [4, 8]
    made: list[int] = []

    class Watched(Counting):
        def apply(self, command: Any, at: int) -> dict[str, Any]:
            made.append(command["by"])
            return super().apply(command, at)

    replica = recover("test", Watched)
    assert made == [8, 9] and replica.sequence == 10
    assert replica.machine.digest() == recover("test", Counting).machine.digest()
    for _ in range(3):
        mine.submit(add(1), key=f"more {_}")
        mine.snapshot()
    assert Snapshot.objects.count() == 3  # older ones go, the journal stays
    assert JournalEntry.objects.count() == 13


@pytest.mark.parametrize(
    "damage",
    [
        {"state": b"no"},
        {"state": zlib.compress(b'{"total":7}')},
        {"state": zlib.compress(b"[]")},
        {"entry_digest": "0" * 64},
        {"state_digest": "0" * 64},
    ],
)
def test_a_snapshot_that_does_not_hold_is_passed_over(damage: dict[str, Any]) -> None:
    mine = journal(snapshot_every=3)
    for number in range(7):
        mine.submit(add(number), key=str(number))
    Snapshot.objects.filter(sequence=6).update(**damage)
    assert recover("test", Counting).machine.dump() == {"total": 21}


def test_an_altered_entry_stops_recovery_at_its_place() -> None:
    mine = journal()
    for number in range(4):
        mine.submit(add(number), key=str(number))
    _alter(3, command=json.dumps(add(50), separators=(",", ":")))
    with pytest.raises(JournalBroken) as broken:
        total(journal())
    assert broken.value.line == 4  # the header is line 1
    with pytest.raises(JournalBroken):
        journal().submit(add(1), key="new")


def test_an_outcome_that_is_not_given_again_is_named() -> None:
    mine = journal()
    mine.submit(add(1), key="a")
    row = JournalEntry.objects.get()
    row.outcome = '{"ok":true,"total":2,"at":0}'
    _alter(1, outcome=row.outcome, digest=digest(row.as_entry().line))
    with pytest.raises(ReplicaDiverged):
        total(journal())


def test_a_hole_is_found_however_many_entries_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replica, "_CHUNK", 2)
    mine = journal()
    for number in range(9):
        mine.submit(add(number), key=str(number))
    assert total(journal()) == 36
    # Read two at a time, entries 3 to 6 are two windows without any.
    for sequence in range(3, 7):
        _alter(sequence, venue="elsewhere")
    with pytest.raises(JournalBroken) as broken:
        total(journal())
    assert broken.value.line == 8  # entry 7, the header is line 1


def _alter(sequence: int, **changed: str) -> None:
    """Change an entry as somebody could who has the right to drop the trigger."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE exchange_journalentry DISABLE TRIGGER USER")
            cursor.execute("DROP TRIGGER IF EXISTS exchange_journalentry_no_change ON exchange_journalentry")
    else:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS exchange_journalentry_no_update")
    JournalEntry.objects.filter(sequence=sequence).update(**changed)


def test_entries_cannot_be_changed() -> None:
    journal().submit(add(1), key="a")
    with pytest.raises(DatabaseError), transaction.atomic():
        JournalEntry.objects.update(actor="nobody")


def test_a_database_restored_from_a_copy_is_noticed() -> None:
    mine, other = journal(), journal()
    point = transaction.savepoint()
    mine.submit(add(1), key="a")
    transaction.savepoint_rollback(point)
    other.submit(add(5), key="b")
    assert mine.submit(add(1), key="a").outcome["total"] == 6


def test_moments_of_a_load_never_go_back() -> None:
    mine = journal()
    mine.submit(add(1), key="a", at=1_000)
    assert mine.submit(add(1), key="b", at=500).at == 1_000


class TestAcrossThreads:
    """With transactions of their own."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_the_commit_is_synchronised_to_the_disk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[Any] = []
        true = commit.write_rows

        def look(*given: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute(
                    "PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit"
                )
                seen.append(cursor.fetchone()[0])
            true(*given)

        monkeypatch.setattr(commit, "write_rows", look)
        journal().submit(add(1), key="a")
        assert seen == ([2] if connection.vendor == "sqlite" else ["on"])  # 2 is FULL
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous")
                assert cursor.fetchone()[0] == 1  # NORMAL again for everything else

    def test_a_transaction_of_somebody_else_is_refused(self) -> None:
        with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
            journal().submit(add(1), key="a")

    def test_threads_share_commits_and_each_is_answered_for_its_own(self) -> None:
        mine, other = journal(snapshot_every=25), journal()
        commits: list[int] = []
        true = mine._in_transaction

        def counted(batch: Any, faulty: Any) -> Any:
            commits.append(sum(len(each.items) for each in batch))
            return true(batch, faulty)

        mine._in_transaction = counted  # type: ignore[method-assign]
        answers: dict[int, Receipt] = {}
        errors: list[BaseException] = []

        def work(number: int) -> None:
            try:
                for step in range(10):
                    of = other if number == 0 else mine
                    if step == 5:
                        total(of)
                    key = number * 10 + step
                    answers[key] = of.submit(add(key), key=str(key))
            except BaseException as error:  # noqa: BLE001 - told to the test
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not errors and len(answers) == 120
        assert sorted(receipt.sequence for receipt in answers.values()) == list(range(1, 121))
        # 110 commands of one process in fewer transactions; none was left out
        assert sum(commits) == 110 and len(commits) < 110
        # each was given the outcome of its own command
        for key, receipt in answers.items():
            row = JournalEntry.objects.get(sequence=receipt.sequence)
            assert json.loads(row.command) == add(key) and json.loads(row.outcome) == receipt.outcome
        assert total(mine) == total(other) == sum(range(120))

    def test_a_leader_that_is_stopped_answers_all_who_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        mine = journal()
        mine.submit(add(1), key="a")

        class Stopped(BaseException):
            pass

        def stop(*_: Any) -> None:
            raise Stopped

        with monkeypatch.context() as broken:
            broken.setattr(durability, "_pragma", lambda level: None)
            broken.setattr(commit, "write_rows", stop)
            with pytest.raises(Stopped):
                mine.submit(add(2), key="b")
        assert mine.submit(add(2), key="b").outcome["total"] == 3
