"""Any sequence of batches, corrections, messages and compactions answers like a plain model, as of any moment."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecociv.core.missing import Missing
from ecociv.evidence import queries
from ecociv.evidence.actions import (
    AppendObservations,
    AppendRefused,
    CompactEvidence,
    CorrectionRefused,
    CorrectObservation,
    FlushInbox,
    InsideTransaction,
    ReasonRequired,
    ReceiveReadings,
)
from ecociv.evidence.latest import latest
from ecociv.evidence.models import EvidenceSeal, ImportRun, ObservedProperty, Place, Series
from ecociv.evidence.readings import Reading
from ecociv.evidence.schema import STAGED, series_id
from ecociv.evidence.seals.observations import verify_observations
from ecociv.evidence.store import EvidenceStore

pytestmark = pytest.mark.django_db

START = datetime(2015, 1, 29, tzinfo=UTC)  # days 0 to 5 lie in two months
KEYS = ("gauges/weir/level", "gauges/weir/flow")


@pytest.fixture(autouse=True)
def series() -> None:
    place = Place.objects.create(key="weir", kind="section", name_zh="堰", name_en="Weir")
    for key in (*KEYS, "sample/gauges/weir/level"):
        name = key.rsplit("/", 1)[1]
        observed, _ = ObservedProperty.objects.get_or_create(key=name, name_zh=name, name_en=name)
        Series(
            key=key,
            property=observed,
            place=place,
            network="gauges",
            unit="m",
            statistic="mean",
            averaging="P1D",
            sample=key.startswith("sample/"),
        ).save()


def table(*statements: tuple[str, int, Any], **changes: list[Any]) -> pa.Table:
    """Staged rows from (key, day, value or None)."""
    columns: dict[str, list[Any]] = {
        "series_id": [series_id(key) for key, _, _ in statements],
        "valid_from": [START + timedelta(days=day) for _, day, _ in statements],
        "valid_to": [START + timedelta(days=day + 1) for _, day, _ in statements],
        "value": [value for _, _, value in statements],
        "missing": ["missing" if value is None else None for _, _, value in statements],
        "quality": ["good"] * len(statements),
        "source_row": list(range(1, len(statements) + 1)),
        **changes,
    }
    nothing = [None] * len(statements)
    return pa.table([pa.array(columns.get(f.name, nothing), f.type) for f in STAGED], schema=STAGED)


def append(rows: Any, store: EvidenceStore | None = None, **changes: Any) -> Any:
    given: dict[str, Any] = {
        "author": "tester", "kind": "bulk", "source": "f" * 64, "sample": False, "reason": "more is known",
    }  # fmt: skip
    return AppendObservations(rows, store=store, **{**given, **changes}).execute()


# -- the model -----------------------------------------------------------------------------------------------

statement = st.tuples(
    st.sampled_from(KEYS), st.integers(0, 5), st.one_of(st.none(), st.sampled_from([1.0, 2.0]))
)
step = st.one_of(
    st.tuples(st.just("append"), st.lists(statement, min_size=1, max_size=6)),
    st.tuples(st.just("messages"), st.lists(statement, min_size=1, max_size=4)),
    st.tuples(st.just("correct"), statement),
    st.tuples(st.just("compact"), st.none()),
)


class Model:
    """Every statement that changed what is known, in a list for each period."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int], list[float | None]] = {}

    def say(self, key: str, day: int, value: float | None) -> None:
        said = self.known.setdefault((key, day), [])
        if not said or said[-1] != value:
            said.append(value)

    def answer(self) -> dict[tuple[str, int], tuple[float | None, int]]:
        return {place: (said[-1], len(said)) for place, said in self.known.items()}


def answer(
    store: EvidenceStore, as_of: datetime | None = None
) -> dict[tuple[str, int], tuple[float | None, int]]:
    found = queries.observations(KEYS, as_of=as_of, store=store)
    return {
        (key, (item.valid_from - START).days): (item.value, item.revision)
        for key, items in found.items()
        for item in items
    }


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(step, min_size=1, max_size=6), numbers=st.uuids())
def test_the_store_answers_like_a_plain_model(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]], numbers: Any
) -> None:
    around = transaction.atomic()
    around._from_testcase = True  # nothing is added inside a transaction, but a test's own does not count
    with around:
        _play(tmp_path_factory, steps, str(numbers))
        transaction.set_rollback(True)  # the examples share one database


def _play(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any]], numbers: str) -> None:
    store = EvidenceStore(str(tmp_path_factory.mktemp("history") / "observations"))
    model, moments = Model(), []
    for number, (kind, given_) in enumerate(steps):
        if kind == "append":
            append(table(*given_), store)
            said = given_
        elif kind == "messages":
            for place, (key, day, value) in enumerate(given_):
                begin = START + timedelta(days=day)
                ReceiveReadings(
                    [
                        Reading(
                            key,
                            begin,
                            begin + timedelta(days=1),
                            Missing.MISSING if value is None else value,
                            f"{numbers}-{number}-{place}",
                        )
                    ],
                    "rest",
                    "tester",
                ).execute()
            FlushInbox(store=store).execute()
            said = given_
        elif kind == "correct":
            said = list(_corrected(store, *given_))
        else:
            CompactEvidence(store=store, retention=None).execute()
            said = []
        for key, day, value in said:
            model.say(key, day, value)
        moments.append((datetime.now(UTC), model.answer()))
    for moment, known in moments:
        assert answer(store, moment) == known
    assert answer(store) == model.answer()
    assert store.count() == sum(len(said) for said in model.known.values())
    assert verify_observations(store) is None


def _corrected(
    store: EvidenceStore, key: str, day: int, value: float | None
) -> Iterator[tuple[str, int, float | None]]:
    try:
        CorrectObservation(
            key,
            START + timedelta(days=day),
            Missing.MISSING if value is None else value,
            "tester",
            "read wrongly",
            store=store,
        ).execute()
    except CorrectionRefused:
        return  # nothing on record for the day, or the same value
    yield key, day, value


# -- batches -------------------------------------------------------------------------------------------------


def test_a_batch_tells_what_is_new_unchanged_and_revised(store: EvidenceStore) -> None:
    first = append(table((KEYS[0], 0, 1.0), (KEYS[0], 1, 2.0)))
    again = append(table((KEYS[0], 0, 1.0), (KEYS[0], 1, 3.0), (KEYS[0], 5, 4.0)))
    assert (first.new, first.unchanged, first.revised) == (2, 0, 0)
    assert (again.new, again.unchanged, again.revised) == (1, 1, 1)
    assert [run.values_revised for run in ImportRun.objects.order_by("started_at")] == [0, 1]


def test_a_batch_that_says_what_is_known_writes_nothing(store: EvidenceStore) -> None:
    append(table((KEYS[0], 0, 1.0)))
    version = store.version()
    done = append(table((KEYS[0], 0, 1.0)))
    assert (done.unchanged, store.version()) == (1, version)
    assert (done.run.state, EvidenceSeal.objects.count()) == ("finished", 1)


def test_a_revision_needs_its_reason() -> None:
    append(table((KEYS[0], 0, 1.0)))
    with pytest.raises(ReasonRequired, match="changes 1 values"):
        append(table((KEYS[0], 0, 2.0)), reason=" ")
    assert ImportRun.objects.count() == 1


def test_what_was_said_before_can_be_said_again_later() -> None:
    for value in (1.0, 2.0, 1.0):  # the same return, restated and taken back: three revisions
        append(table((KEYS[0], 0, value)))
    assert answer(EvidenceStore()) == {(KEYS[0], 0): (1.0, 3)}


def test_a_quality_mark_is_a_revision_of_the_same_value() -> None:
    append(table((KEYS[0], 0, 1.0)))
    append(table((KEYS[0], 0, 1.0), quality=["suspect"], quality_reason=["flat-line"]), kind="quality")
    (item,) = queries.observations([KEYS[0]])[KEYS[0]]
    assert (item.value, item.usable, item.quality_reason, item.revision) == (1.0, None, "flat-line", 2)


def test_record_batches_and_parquet_files_are_taken_too(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    append(table((KEYS[0], 0, 1.0)).to_reader())
    pq.write_table(table((KEYS[0], 1, 2.0)), tmp_path / "staged.parquet")
    append(tmp_path / "staged.parquet")
    assert answer(EvidenceStore()) == {(KEYS[0], 0): (1.0, 1), (KEYS[0], 1): (2.0, 1)}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"value": [float("nan")]}, "value-not-finite"),
        ({"value": [float("inf")]}, "value-not-finite"),
        ({"value": [None]}, "one-statement"),
        ({"missing": ["missing"]}, "one-statement"),
        ({"missing": ["lost"], "value": [None]}, "missing"),
        ({"valid_to": [START]}, "period-empty"),
        ({"quality": ["fine"]}, "quality"),
        ({"censored": ["<"], "value": [None]}, "limit"),
        ({"series_id": [7]}, "series-unknown"),
        ({"series_id": [series_id("sample/gauges/weir/level")]}, "sample-mixed"),
    ],
)
def test_rows_that_are_no_observations_are_refused(
    store: EvidenceStore, changes: dict[str, list[Any]], code: str
) -> None:
    with pytest.raises(AppendRefused, match="Nothing was written") as refusal:
        append(table((KEYS[0], 0, 1.0), **changes))
    assert refusal.value.code == code
    assert not store.exists()
    assert not ImportRun.objects.exists()


def test_a_large_batch_is_taken_in_parts(monkeypatch: pytest.MonkeyPatch, store: EvidenceStore) -> None:
    from ecociv.evidence.store import compare

    monkeypatch.setattr(compare, "AT_A_TIME", 10)
    rows = [(KEYS[0], day, float(day)) for day in range(100)]  # January to May
    append(table(*rows))
    done = append(table(*rows[:50], *((KEYS[0], day, -1.0) for day in range(50, 120))))
    assert (done.new, done.unchanged, done.revised) == (20, 50, 50)
    assert store.count() == 170
    assert verify_observations(store) is None


# -- reading -------------------------------------------------------------------------------------------------


def test_the_newest_valid_value_of_each_series() -> None:
    append(table((KEYS[0], 0, 1.0), (KEYS[0], 1, 2.0), (KEYS[0], 2, None), (KEYS[1], 0, 9.0)))
    before = datetime.now(UTC)
    append(table((KEYS[0], 1, 2.0), quality=["suspect"], quality_reason=["range"]), kind="quality")
    ids = [series_id(key) for key in KEYS]

    def newest(as_of: datetime | None = None) -> dict[int, tuple[float, int]]:
        found = latest(ids, as_of=as_of, valid=True)
        return {number: (each.value, (each.valid_from - START).days) for number, each in found.items()}

    # the third day is missing, the second was marked: the first is the newest that is valid
    assert newest() == {ids[0]: (1.0, 0), ids[1]: (9.0, 0)}
    assert newest(before) == {ids[0]: (2.0, 1), ids[1]: (9.0, 0)}
    assert latest([5]) == {}


def test_the_newest_value_is_found_months_back() -> None:
    append(table((KEYS[0], 0, 1.0), (KEYS[1], 200, 5.0)))
    found = latest([series_id(key) for key in KEYS])
    assert sorted((each.valid_from - START).days for each in found.values()) == [0, 200]


def test_the_newest_value_follows_the_table() -> None:
    """What is kept of a month answers for its files only: another batch, a mark, an earlier moment."""
    (number,) = ids = [series_id(KEYS[0])]
    append(table((KEYS[0], 0, 1.0)))
    assert latest(ids)[number].value == 1.0
    before = datetime.now(UTC)
    append(table((KEYS[0], 0, 2.0)), reason="recalibrated")
    assert latest(ids)[number].value == 2.0
    assert latest(ids, as_of=before)[number].value == 1.0
    append(table((KEYS[0], 3, None)))
    assert latest(ids)[number].missing is not None
    assert latest(ids, valid=True)[number].value == 2.0


@pytest.mark.django_db(transaction=True)
def test_nothing_is_added_inside_a_transaction_of_the_caller(store: EvidenceStore) -> None:
    with transaction.atomic(), pytest.raises(InsideTransaction, match=r"transaction\.atomic"):
        append(table((KEYS[0], 0, 1.0)))
    assert not store.exists()
    assert not ImportRun.objects.exists()


def test_a_batch_that_cannot_be_announced_leaves_no_file(
    store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(table((KEYS[0], 0, 1.0)))

    def fail(*_: Any, **__: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(ImportRun, "save", fail)
    with pytest.raises(DatabaseError):
        append(table((KEYS[0], 1, 1.0)))
    assert len(list(Path(store.uri).rglob("*.parquet"))) == len(store.files()) == 1


def test_a_table_that_was_put_back_from_a_copy_is_opened_anew(store: EvidenceStore, tmp_path: Path) -> None:
    append(table((KEYS[0], 0, 1.0)))
    copy = tmp_path / "copy"
    shutil.copytree(store.uri, copy)
    append(table((KEYS[0], 1, 2.0)))
    append(table((KEYS[0], 2, 3.0)))
    assert store.count() == 3
    shutil.rmtree(store.uri)
    assert store.count() == 0
    shutil.copytree(copy, store.uri)
    assert store.count() == 1
    assert latest([series_id(KEYS[0])])[series_id(KEYS[0])].value == 1.0


def test_files_are_passed_over_by_their_statistics(store: EvidenceStore) -> None:
    append(table((KEYS[0], 0, 1.0)))
    append(table((KEYS[1], 1, 1.0)))
    ids = [series_id(key) for key in KEYS]
    assert len(store.files()) == 2
    assert len(store.files(series=(ids[0], ids[0]))) == 1
    assert len(store.files(START + timedelta(hours=1))) == 1


def test_a_reader_survives_files_that_go_while_it_reads(
    store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(table((KEYS[0], 0, 1.0)))
    append(table((KEYS[0], 1, 2.0)))
    reader = EvidenceStore()
    held = reader.files()
    CompactEvidence(store=store, retention=None).execute()
    for path in held:  # what a vacuum does after the retention
        Path(path).unlink()
    true, calls = EvidenceStore.files, []

    def stale(self: EvidenceStore, *given_: Any, **named: Any) -> list[str]:
        calls.append(1)
        return held if len(calls) == 1 else true(self, *given_, **named)

    monkeypatch.setattr(EvidenceStore, "files", stale)
    assert reader.observations([series_id(KEYS[0])]).column("value").to_pylist() == [1.0, 2.0]
