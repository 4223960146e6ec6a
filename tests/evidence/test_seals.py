"""The chain of seals: it holds over every kind of batch, and names the first break."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from ecociv.cli.evidence import group
from ecociv.evidence.actions import CompactEvidence, CorrectObservation, LoadFile
from ecociv.evidence.models import EvidenceSeal, ImportRun
from ecociv.evidence.schema import OBSERVATIONS
from ecociv.evidence.seals import chain
from ecociv.evidence.seals.breaks import Break
from ecociv.evidence.seals.digest import ContentDigest
from ecociv.evidence.seals.observations import verify_observations
from ecociv.evidence.store import EvidenceStore
from ecociv.people.append_only import removals, statements
from evidence.conftest import two_city_mapping

pytestmark = pytest.mark.django_db

PM = "two-cities/jingdezhen/pm2_5"
TABLE = "evidence_evidenceseal"


@pytest.fixture
def three_batches(write: Callable[..., Path], store: EvidenceStore) -> list[EvidenceSeal]:
    """A file over two months, its restatement, and a correction."""
    LoadFile(
        write("景德镇,2015-01-31,30,10", "景德镇,2015-02-01,31,—"), two_city_mapping(), "tester"
    ).execute()
    other = write("景德镇,2015-01-31,33,10", name="restated.csv")
    LoadFile(other, two_city_mapping(), "tester", reason="校准").execute()
    begin = datetime(2015, 1, 31, 16, tzinfo=UTC)  # 1 February in China
    CorrectObservation(PM, begin, 35.0, "tester", "read wrongly").execute()
    return list(EvidenceSeal.objects.all())


def opened(*sql: str) -> None:
    """What an administrator of the database could do: open the closed table, change it, close it again."""
    with connection.cursor() as cursor:
        for statement in [*removals(connection.vendor, TABLE), *sql, *statements(connection.vendor, TABLE)]:
            cursor.execute(statement)


def rewrite(store: EvidenceStore, month: str, change: Callable[[pa.Table], pa.Table], nth: int = 0) -> None:
    """Write a file of the table anew in its place, as someone with access to the disk could."""
    path = store.files(months=(month, month))[nth]
    pq.write_table(change(pq.read_table(path, partitioning=None)), path)


def found(store: EvidenceStore) -> tuple[str, int | None] | None:
    broken = verify_observations(EvidenceStore(store.uri))
    return None if broken is None else (broken.code, broken.order)


def file_of(store: EvidenceStore, month: str, seal: EvidenceSeal) -> int:
    """Which of a month's files holds the batch."""
    for number, path in enumerate(store.files(months=(month, month))):
        if str(seal.run_id) in pq.read_table(path, partitioning=None).column("batch").to_pylist():
            return number
    raise AssertionError("no file holds it")


def test_each_batch_is_a_link(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    # first file: 2 rows x 2 values = 4 (the "—" is a value that is missing); restatement: 1; correction: 1
    assert [(s.order, s.rows) for s in three_batches] == [(1, 4), (2, 1), (3, 1)]
    assert sorted(three_batches[0].months) == ["2015-01", "2015-02"]
    assert [s.previous for s in three_batches[1:]] == [s.hash for s in three_batches[:-1]]
    assert three_batches[0].previous == ""
    assert verify_observations(store) is None


def test_compaction_changes_no_digest(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    files = len(store.files())
    done = CompactEvidence().execute()
    assert (files, done.merged.files_after, len(store.files())) == (4, 2, 2)
    assert verify_observations(store) is None


def test_a_changed_value_is_found(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    def nicer(table: pa.Table) -> pa.Table:
        values = [None if v is None else v - 5 for v in table.column("value").to_pylist()]
        return table.set_column(
            table.schema.get_field_index("value"), "value", pa.array(values, pa.float64())
        )

    rewrite(store, "2015-01", nicer, file_of(store, "2015-01", three_batches[1]))
    assert found(store) == ("row-changed", 2)


@pytest.mark.parametrize("column", sorted(set(OBSERVATIONS.names) - {"month", "batch"}))
def test_no_column_can_be_changed_unseen(
    three_batches: list[EvidenceSeal], store: EvidenceStore, column: str
) -> None:
    def other(table: pa.Table) -> pa.Table:
        field = table.schema.field(column)
        values = table.column(column).to_pylist()
        changed = {
            "double": lambda v: 1.0 if v is None else v + 1,
            "string": lambda v: "x" if v is None else v + "x",
            "large_string": lambda v: "x" if v is None else v + "x",
            "bool": lambda v: not v,
        }.get(str(field.type), lambda v: v + timedelta(microseconds=1) if isinstance(v, datetime) else v + 1)
        values[-1] = changed(values[-1])
        return table.set_column(table.schema.get_field_index(column), field, pa.array(values, field.type))

    rewrite(store, "2015-02", other, file_of(store, "2015-02", three_batches[0]))
    assert found(store) == ("row-changed", 1)


def test_a_removed_row_is_found(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    rewrite(store, "2015-01", lambda table: table.slice(1), file_of(store, "2015-01", three_batches[0]))
    assert found(store) == ("row-removed", 1)


def test_a_doubled_row_is_found(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    nth = file_of(store, "2015-01", three_batches[0])
    rewrite(store, "2015-01", lambda table: pa.concat_tables([table, table.slice(0, 1)]), nth)
    assert found(store) == ("row-added", 1)


def test_a_batch_whose_rows_are_all_gone_is_missing(
    three_batches: list[EvidenceSeal], store: EvidenceStore
) -> None:
    rewrite(store, "2015-02", lambda table: table.slice(0, 0), file_of(store, "2015-02", three_batches[2]))
    assert found(store) == ("batch-missing", 3)


def test_a_missing_file_is_named(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    gone = Path(store.files(months=("2015-02", "2015-02"))[0])
    gone.unlink()
    broken = verify_observations(EvidenceStore(store.uri))
    assert broken is not None
    assert broken.code == "file-missing"
    assert gone.name in broken.text.en
    assert gone.name in broken.text.zh


def test_a_lost_table_is_a_missing_batch(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    shutil.rmtree(store.uri)
    assert found(store) == ("batch-missing", 1)


def test_rows_under_no_seal_are_found(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    path = store.files(months=("2015-01", "2015-01"))[0]
    smuggled = pq.read_table(path, partitioning=None).slice(0, 1)
    index = smuggled.schema.get_field_index("batch")
    smuggled = smuggled.set_column(index, "batch", pa.array(["not-a-run"]))
    smuggled = smuggled.append_column("month", pa.array(["2015-01"])).select(OBSERVATIONS.names)
    store.append(iter(smuggled.cast(OBSERVATIONS).to_batches()), {})
    assert found(store) == ("batch-unsealed", None)


def test_an_altered_seal_is_found(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    opened(f"UPDATE {TABLE} SET rows = 99 WHERE {connection.ops.quote_name('order')} = 2")
    assert found(store) == ("seal-altered", 2)


def test_a_removed_seal_breaks_the_order(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    opened(f"DELETE FROM {TABLE} WHERE {connection.ops.quote_name('order')} = 2")
    assert found(store) == ("order-broken", 2)


def test_a_seal_that_was_made_anew_does_not_fit_the_next(
    three_batches: list[EvidenceSeal], store: EvidenceStore
) -> None:
    forged = three_batches[0]
    forged.recorded_at -= timedelta(days=400)  # back-dated, with a hash that fits itself
    value = chain.hash_of(forged)
    with connection.cursor() as cursor:
        for statement in removals(connection.vendor, TABLE):
            cursor.execute(statement)
    EvidenceSeal.objects.filter(pk=1).update(recorded_at=forged.recorded_at, hash=value)
    assert found(store) == ("order-broken", 2)


def test_another_author_or_reason_is_found(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    ImportRun.objects.filter(seal=2).update(reason="something harmless")
    assert found(store) == ("statement-altered", 2)


def test_the_first_of_two_breaks_is_named(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    ImportRun.objects.filter(seal=2).update(author_name="somebody else")
    rewrite(store, "2015-01", lambda table: table.slice(1), file_of(store, "2015-01", three_batches[0]))
    assert found(store) == ("row-removed", 1)


def test_the_database_refuses_to_change_a_seal(three_batches: list[EvidenceSeal]) -> None:
    opened()  # closed at the end: the tests' own set-up leaves the table open for removal
    with pytest.raises(DatabaseError), transaction.atomic():
        EvidenceSeal.objects.filter(pk=1).update(rows=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        EvidenceSeal.objects.filter(pk=3).delete()


def test_a_batch_that_is_not_what_was_announced_stays_unsealed(
    write: Callable[..., Path], store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(chain, "seal", die)
        LoadFile(write("景德镇,2015-01-31,30,10"), two_city_mapping(), "tester").execute()
    rewrite(store, "2015-01", lambda table: table.slice(1))
    assert found(store) == ("batch-unsealed", None)
    assert not EvidenceSeal.objects.exists()


def test_what_was_there_before_seals_is_taken_into_the_chain(
    three_batches: list[EvidenceSeal], store: EvidenceStore
) -> None:
    opened(f"DELETE FROM {TABLE}")
    ImportRun.objects.update(intent=None)
    assert verify_observations(store) is None
    assert [(s.order, s.rows) for s in EvidenceSeal.objects.all()] == [(1, 4), (2, 1), (3, 1)]


def test_the_digest_does_not_depend_on_how_rows_arrive() -> None:
    now = timezone.now()
    rows = [
        {
            "series_id": number, "valid_from": now, "valid_to": now, "recorded_at": now,
            "value": None if number % 3 == 0 else number / 7, "missing": "missing" if number % 3 == 0 else None,
            "censored": None, "censor_limit": None, "quality": "good" if number % 2 else "suspect",
            "quality_reason": None if number % 2 else f"code{number % 5}", "supplier": "市环保局", "note": None,
            "revision": 1, "source": "s", "source_row": number, "load_key": "k", "batch": "b", "sample": False,
            "month": "2015-01" if number < 60 else "2015-02",
        }
        for number in range(100)
    ]  # fmt: skip
    whole = pa.RecordBatch.from_pylist(rows, schema=OBSERVATIONS)
    digests = set()
    for size in (1, 7, 64, 100):
        digest = ContentDigest()
        for start in range(0, 100, size):
            digest.update_all(whole.slice(start, size))
        digests.add(digest.finish())
    assert len(digests) == 1
    assert digests.pop()[0] == 100


def test_the_command_proves_and_names(three_batches: list[EvidenceSeal], store: EvidenceStore) -> None:
    run = CliRunner()
    whole = run.invoke(group, ["verify", "--format", "json"])
    assert whole.exit_code == 0, whole.output
    told = json.loads(whole.stdout)
    assert told["holds"] is True
    assert told["head"]["hash"] == three_batches[-1].hash
    witness = f"3:{three_batches[-1].hash[:16]}"
    assert run.invoke(group, ["verify", "--witness", witness]).exit_code == 0
    assert run.invoke(group, ["verify", "--witness", "3:0123456789abcdef"]).exit_code == 1
    rewrite(store, "2015-01", lambda table: table.slice(1), file_of(store, "2015-01", three_batches[0]))
    broken = run.invoke(group, ["verify", "--format", "json"])
    assert broken.exit_code == 1
    told = json.loads(broken.stdout)
    assert (told["holds"], told["break"]["code"], told["break"]["order"]) == (False, "row-removed", 1)
    assert str(three_batches[0].run_id) in run.invoke(group, ["verify", "--language", "zh"]).stdout


def test_another_chain_is_proven_too(
    three_batches: list[EvidenceSeal], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecociv.core.text import Text
    from ecociv.evidence.seals import verifiers

    broken = Break("other", "seal-altered", 4, "", Text(zh="断", en="broken"))
    monkeypatch.setitem(verifiers.CHAINS, "other", "no_such_part.chain.verify")
    assert "other" not in verifiers.verifiers()  # a part that is not there is left out
    monkeypatch.setattr(verifiers, "verifiers", lambda: {"other": lambda: broken})
    result = CliRunner().invoke(group, ["verify", "--language", "en"])
    assert result.exit_code == 1
    assert "other seal-altered: broken" in result.stdout
