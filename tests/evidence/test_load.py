"""Loading files: what is added, what is not, and what is said about the rest."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from ecociv.evidence import queries
from ecociv.evidence.actions import LoadFile, ReasonRequired
from ecociv.evidence.mapping import Mapping
from ecociv.evidence.models import Document, EvidenceSeal, ImportRun, Series
from ecociv.evidence.reading import FileRefused
from ecociv.evidence.registry import SeriesConflict
from ecociv.evidence.report import ImportReport
from ecociv.evidence.seals import chain
from ecociv.evidence.store import EvidenceStore
from ecociv.people.models import AuditEntry
from evidence.conftest import two_city_mapping

pytestmark = pytest.mark.django_db

Write = Callable[..., Path]
PM = "two-cities/jingdezhen/pm2_5"


def load(path: Path, mapping: Mapping | None = None, **changes: Any) -> ImportReport:
    return LoadFile(path, mapping or two_city_mapping(), "tester", **changes).execute()


def history(key: str = PM, **query: Any) -> list[tuple[float | None, int]]:
    return [(item.value, item.revision) for item in queries.observations([key], **query).get(key, [])]


def values(report: ImportReport) -> tuple[int, int, int]:
    return report.values_new, report.values_unchanged, report.values_revised


def test_the_same_file_adds_nothing_the_second_time(write: Write, store: EvidenceStore) -> None:
    path = write("景德镇,2015-01-01,30,10", "南昌,2015-01-01,50,—", "合肥,2015-01-01,50,1")
    first = load(path)
    assert values(first) == (4, 0, 0)
    version = store.version()
    again = load(path)
    assert (values(again), again.state, again.run) == ((0, 4, 0), "already-loaded", first.run)
    assert again.issues == first.issues  # the report of the first time is given again
    assert store.version() == version  # not even an empty commit
    assert ImportRun.objects.count() == 1


def test_a_store_that_was_lost_is_filled_again(write: Write, evidence_folder: Path) -> None:
    path = write("景德镇,2015-01-01,30,10")
    load(path)
    shutil.rmtree(evidence_folder / "evidence")
    assert values(load(path)) == (2, 0, 0)
    assert history() == [(30.0, 1)]


def test_a_file_that_agrees_adds_only_what_is_new(write: Write) -> None:
    load(write("景德镇,2015-01-01,30,10"))
    report = load(write("景德镇,2015-01-01,30,10", "景德镇,2015-01-02,31,11", name="more.csv"))
    assert values(report) == (2, 2, 0)
    assert history() == [(30.0, 1), (31.0, 1)]


def test_a_file_that_disagrees_needs_a_reason_and_makes_a_revision(write: Write) -> None:
    load(write("景德镇,2015-01-01,30,10"))
    other = write("景德镇,2015-01-01,33,10", name="restated.csv")
    with pytest.raises(ReasonRequired, match="changes 1 values"):
        load(other)
    assert history() == [(30.0, 1)]
    assert values(load(other, reason="仪器校准后更正")) == (0, 1, 1)
    assert history() == [(33.0, 2)]
    assert history(all_revisions=True) == [(30.0, 1), (33.0, 2)]
    (item,) = queries.observations([PM])[PM]
    run = queries.runs([item.batch])[item.batch]
    assert (run.author_name, run.reason) == ("tester", "仪器校准后更正")


def test_an_old_file_sent_again_does_not_bring_its_values_back(write: Write) -> None:
    old = write("景德镇,2015-01-01,30,10")
    load(old)
    load(write("景德镇,2015-01-01,33,10", name="restated.csv"), reason="更正")
    assert values(load(old)) == (0, 2, 0)
    assert history() == [(33.0, 2)]


def test_an_unchanged_value_of_an_old_file_does_not_come_back_either(write: Write) -> None:
    first, second = write("景德镇,2015-01-01,30,10"), write("景德镇,2015-01-01,30,10", "", name="same.csv")
    second.write_bytes(second.read_bytes() + b"\n")
    load(first)
    load(second)  # agrees: writes nothing of its own
    load(write("景德镇,2015-01-01,33,10", name="restated.csv"), reason="更正")
    assert values(load(second)) == (0, 2, 0)
    assert history() == [(33.0, 2)]


def test_as_of_a_moment_the_store_says_what_was_known_then(write: Write) -> None:
    before = datetime.now(UTC)
    load(write("景德镇,2015-01-01,30,10"))
    between = datetime.now(UTC)
    load(write("景德镇,2015-01-01,—,10", name="withdrawn.csv"), reason="数据作废")
    assert history(as_of=before) == []
    assert history(as_of=between) == [(30.0, 1)]
    assert history() == [(None, 2)]


def test_check_reports_and_writes_nothing(write: Write, store: EvidenceStore) -> None:
    report = LoadFile(write("景德镇,2015-01-01,30,10"), two_city_mapping(), "tester").check()
    assert (values(report), report.state, report.run) == ((2, 0, 0), "checked", "")
    assert not store.exists()
    assert not ImportRun.objects.exists()


def test_good_rows_are_taken_and_the_others_listed_row_by_row(write: Write) -> None:
    report = load(
        write(
            "景德镇,2015-01-01,30,10",
            "合肥,2015-01-01,30,10",
            "景德镇,2015-01-02,abc,10",
            "景德镇,2015-01-03,0,10",
            "黄山,2015-01-03,30,10",
        )
    )
    assert (report.rows_read, report.rows_taken, report.rows_rejected) == (5, 2, 2)
    assert report.rows_skipped == {"黄山": 1}
    run = ImportRun.objects.get()
    assert [(i.row, i.field, i.found, i.code, i.severity) for i in run.issues.all()] == [
        (3, "city", "合肥", "place-unknown", "rejected"),
        (4, "pm2_5", "abc", "not-a-number", "rejected"),
        (5, "pm2_5", "0", "implausible-zero", "flagged"),
    ]
    assert all(i.rule_zh and i.rule_en and i.remedy_zh and i.remedy_en for i in run.issues.all())
    assert report.to_json()["rows"] == {
        "read": 5,
        "taken": 2,
        "rejected": 2,
        "repeated": 0,
        "skipped": {"黄山": 1},
    }
    assert "place.names" in report.as_text("en")


def test_repetitions_in_a_file_are_listed_and_contradictions_sent_back(write: Write) -> None:
    report = load(
        write(
            "景德镇,2015-01-01,30,10",
            "景德镇,2015-01-01,30,10",
            "景德镇,2015-01-01,31,10",
            "南昌,2015-01-01,5,5",
        )
    )
    assert [(i.row, i.code) for i in report.issues] == [(3, "repeated-in-file"), (4, "conflict-in-file")]
    assert (report.rows_taken, report.rows_repeated, report.rows_rejected) == (2, 1, 1)
    assert history() == [(30.0, 1)]


def test_a_mapping_may_take_all_or_nothing(write: Write, store: EvidenceStore) -> None:
    strict = two_city_mapping(on_rejected_rows="refuse-file")
    with pytest.raises(FileRefused, match="all or nothing; 1 rows"):
        load(write("景德镇,2015-01-01,30,10", "合肥,2015-01-01,30,10"), strict)
    assert not store.exists()
    run = ImportRun.objects.get()
    assert (run.state, run.document) == ("refused", None)
    assert "整件采用" in run.refusal_zh


@pytest.mark.parametrize("lines", [[], ["合肥,2015-01-01,30,10"]])
def test_a_file_without_a_usable_row_is_refused_whole(
    write: Write, store: EvidenceStore, lines: list[str]
) -> None:
    with pytest.raises(FileRefused):
        load(write(*lines))
    assert not store.exists()
    assert not Series.objects.exists()


def test_sample_data_feeds_series_of_its_own(write: Write) -> None:
    path = write("景德镇,2015-01-01,30,10")
    load(path)
    load(path, sample=True)
    assert history() == [(30.0, 1)]
    (item,) = queries.observations([f"sample/{PM}"])[f"sample/{PM}"]
    assert (item.value, item.revision, item.sample) == (30.0, 1, True)
    assert sorted(Series.objects.values_list("key", "sample").filter(property__key="pm2_5")) == [
        (f"sample/{PM}", True),
        (PM, False),
    ]


def test_a_series_never_changes_its_unit(write: Write) -> None:
    load(write("景德镇,2015-01-01,30,10"))
    values_in_mg = {
        name: {**declared.model_dump(), "unit": "mg / m3"}
        for name, declared in two_city_mapping().values.items()
    }
    with pytest.raises(SeriesConflict, match="series of its own"):
        load(write("景德镇,2015-01-02,30,10", name="mg.csv"), two_city_mapping(values=values_in_mg))


def test_the_file_is_kept_under_its_digest_and_the_change_is_on_record(write: Write) -> None:
    path = write("景德镇,2015-01-01,30,10")
    report = load(path)
    document = Document.objects.get()
    assert (document.sha256, document.name) == (report.sha256, "air.csv")
    with default_storage.open(document.stored_as) as kept:
        assert kept.read() == path.read_bytes()
    entry = AuditEntry.objects.get(action="evidence.load")
    assert (entry.subject_key, entry.actor_name) == (report.sha256, "tester")


def test_a_run_that_died_after_writing_is_taken_up_without_doubling(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("景德镇,2015-01-01,30,10")

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(chain, "seal", die)
        load(path)
    assert values(load(path)) == (0, 2, 0)
    assert history(all_revisions=True) == [(30.0, 1)]
    run = ImportRun.objects.get()
    assert (run.state, run.values_new, run.rows_read) == ("finished", 2, 1)
    assert EvidenceSeal.objects.get().run == run


def test_a_run_that_died_before_writing_loses_nothing(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("景德镇,2015-01-01,30,10")

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(EvidenceStore, "append", die)
        load(path)
    assert history() == []
    assert values(load(path)) == (2, 0, 0)


def test_a_changed_mapping_reads_the_same_file_anew(write: Write) -> None:
    path = write("景德镇,2015-01-01,涉密,10")
    load(path)
    without = two_city_mapping(missing={"": "missing", "涉密": "not-applicable"})
    assert values(load(path, without, reason="缺测标记更正")) == (0, 1, 1)
    (item,) = queries.observations([PM])[PM]
    assert (item.missing, item.revision) == ("not-applicable", 2)


def test_progress_tells_the_rows_and_the_stage(write: Write) -> None:
    told: list[tuple[int, str]] = []
    load(write("景德镇,2015-01-01,30,10"), progress=lambda rows, stage: told.append((rows, stage)))
    assert told == [(1, "reading"), (1, "comparing"), (1, "writing")]


def test_nothing_is_loaded_without_an_author(write: Write, store: EvidenceStore) -> None:
    with pytest.raises(ValueError, match="author is needed"):
        LoadFile(write("景德镇,2015-01-01,30,10"), two_city_mapping(), "").execute()
    assert not store.exists()


def test_a_year_is_cut_at_local_midnight(write: Write) -> None:
    load(
        write(
            "景德镇,2014-12-31,1,1", "景德镇,2015-01-01,2,2", "景德镇,2015-12-31,3,3", "景德镇,2016-01-01,4,4"
        )
    )
    start, end = queries.year_bounds(2015)
    assert [value for value, _ in history(start=start, end=end)] == [2.0, 3.0]
    assert [value for value, _ in history(start=start, end=end - timedelta(days=1))] == [2.0]
