"""The append-only table."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecociv.evidence.schema import STAGED, series_id
from ecociv.evidence.store import Comparison, EvidenceStore, NaiveInstant, Stamp, connection

START = datetime(2015, 1, 1, tzinfo=UTC)


def staged(folder: Path, values: dict[tuple[int, int], float | None], name: str = "s.parquet") -> Path:
    """A staged file from {(series, day): value}; None is missing."""
    rows = [
        (
            series,
            START + timedelta(days=day),
            START + timedelta(days=day + 1),
            value,
            None if value is not None else "missing",
            None,
            None,
            "good",
            None,
            "x",
            None,
            number,
        )
        for number, ((series, day), value) in enumerate(sorted(values.items()))
    ]
    columns = zip(*rows, strict=True) if rows else [[] for _ in STAGED]
    path = folder / name
    pq.write_table(
        pa.table([pa.array(list(c), f.type) for c, f in zip(columns, STAGED, strict=True)], schema=STAGED),
        path,
    )
    return path


def say(store: EvidenceStore, path: Path, key: str, at: datetime) -> Comparison:
    with store.writing(), store.compare(path, key) as compared:
        if compared.new + compared.revised:
            store.append(compared.rows(Stamp(at, key * 8, key, "b", False)), {})
    return compared


def test_the_table_refuses_to_forget(tmp_path: Path, store: EvidenceStore) -> None:
    say(store, staged(tmp_path, {(1, 0): 1.0}), "k1", START)
    with pytest.raises(Exception, match=r"(?i)append"):
        DeltaTable(store.uri).delete()
    assert store.count() == 1


def test_months_are_read_by_need(tmp_path: Path, store: EvidenceStore) -> None:
    say(store, staged(tmp_path, {(1, day): float(day) for day in range(400)}), "k1", START)
    assert len(store.files(None, None)) == 14  # January 2015 to the 4th of February 2016
    assert len(store.files(START + timedelta(days=31), START + timedelta(days=58))) == 1
    got = store.observations([1], start=START + timedelta(days=31), end=START + timedelta(days=33))
    assert got.column("value").to_pylist() == [31.0, 32.0]


def test_two_openings_of_the_table_see_each_other(tmp_path: Path, store: EvidenceStore) -> None:
    reader = EvidenceStore()
    assert reader.observations([1]).num_rows == 0
    say(store, staged(tmp_path, {(1, 0): 1.0}), "k1", START)
    assert reader.observations([1]).num_rows == 1


def test_a_moment_without_time_zone_is_refused(tmp_path: Path, store: EvidenceStore) -> None:
    say(store, staged(tmp_path, {(1, 0): 1.0}), "k1", START)
    with pytest.raises(NaiveInstant):
        store.observations([1], start=datetime(2015, 1, 1))  # noqa: DTZ001 - that is the point


def test_a_series_number_is_stable_and_fits_64_bits() -> None:
    # the first 8 bytes of the SHA-256 of "a" are ca978112ca1bbdca, shifted right by one bit
    assert series_id("a") == 0xCA978112CA1BBDCA >> 1
    assert 0 <= series_id("景德镇") < 2**63


def test_each_cursor_belongs_to_one_database_of_the_process() -> None:
    connection().execute("CREATE OR REPLACE TABLE shared_by_cursors AS SELECT 1")
    assert connection().sql("SELECT count(*) FROM shared_by_cursors").fetchall() == [(1,)]
    connection().execute("DROP TABLE shared_by_cursors")


keys = st.tuples(st.integers(1, 2), st.integers(0, 40))
statement = st.dictionaries(keys, st.one_of(st.none(), st.integers(0, 3).map(float)), min_size=1, max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(statement, min_size=1, max_size=5))
def test_the_store_agrees_with_a_plain_dictionary(
    tmp_path_factory: pytest.TempPathFactory, statements: list[dict[tuple[int, int], float | None]]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    store = EvidenceStore(str(folder / "observations"))
    known: dict[tuple[int, int], list[float | None]] = {}
    states = []
    for number, said in enumerate(statements):
        at = START + timedelta(days=1000 + number)
        counts = say(store, staged(folder, said), f"k{number}", at)
        for key, value in said.items():
            if not known.get(key) or known[key][-1] != value:
                known.setdefault(key, []).append(value)
        states.append((at, {key: (values[-1], len(values)) for key, values in known.items()}))
        assert counts.new + counts.unchanged + counts.revised == len(said)
    for at, state in states:
        rows = store.observations([1, 2], as_of=at).to_pylist()
        got = {(r["series_id"], (r["valid_from"] - START).days): (r["value"], r["revision"]) for r in rows}
        assert got == state
    assert store.count() == sum(len(values) for values in known.values())


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from django.conf import settings
settings.configure(ECOCIV_EVIDENCE_URI=sys.argv[1])
from ecociv.evidence.store import EvidenceStore, Stamp
store = EvidenceStore()
for number in range(4):
    with store.writing(), store.compare(Path(sys.argv[2]), f"load{number}") as compared:
        if compared.new:
            store.append(compared.rows(Stamp(datetime.now(UTC), "s", f"load{number}", "b", False)), {})
"""


def test_several_processes_with_the_same_file_write_it_once(
    tmp_path: Path, store: EvidenceStore, write: Callable[..., Path]
) -> None:
    path = staged(tmp_path, {(series, day): float(day) for series in (1, 2) for day in range(100)})
    script = tmp_path / "writer.py"
    script.write_text(WRITER)
    running = [subprocess.Popen([sys.executable, str(script), store.uri, str(path)]) for _ in range(3)]
    assert [process.wait(120) for process in running] == [0, 0, 0]
    assert store.count() == 200
    assert store.observations([1, 2], all_revisions=True).num_rows == 200
