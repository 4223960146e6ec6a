"""Exports: opened by a person, and read back to the same observations."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ecociv.cli.evidence import group
from ecociv.evidence import queries
from ecociv.evidence.actions import AppendObservations, AppendRefused, LoadFile
from ecociv.evidence.export import read_export
from ecociv.evidence.models import Series
from ecociv.evidence.store import EvidenceStore
from evidence.conftest import two_city_mapping

pytestmark = pytest.mark.django_db

PM, SO2 = "two-cities/jingdezhen/pm2_5", "two-cities/jingdezhen/so2"


@pytest.fixture
def loaded(write: Callable[..., Path]) -> datetime:
    """Two days with a missing, a censored and a suspect value, then a restatement; the moment between the two."""
    path = write("景德镇,2015-01-01,30.5,<3", "景德镇,2015-01-02,0,—")
    LoadFile(path, two_city_mapping(), "tester").execute()
    between = datetime.now(UTC)
    LoadFile(
        write("景德镇,2015-01-01,33,<3", name="restated.csv"), two_city_mapping(), "tester", reason="校准"
    ).execute()
    return between


def run(*arguments: str) -> Any:
    return CliRunner().invoke(group, ["export", *arguments])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_person_can_read_it(loaded: datetime) -> None:
    found = rows(run("--series", PM, "--series", SO2).stdout)
    by_place = {(row["series"], row["valid_from"]): row for row in found}
    first, second = "2015-01-01T00:00:00+08:00", "2015-01-02T00:00:00+08:00"
    assert by_place[PM, first]["value"] == "33.0"
    assert by_place[PM, first]["revision"] == "2"
    assert by_place[PM, second]["quality_reason"] == "implausible-zero"
    assert by_place[SO2, first]["limit"] == "<3.0"
    assert by_place[SO2, second]["absence"] == "missing"
    assert {row["supplier"] for row in found} == {"市环保局"}
    assert {row["sample"] for row in found} == {""}


def test_as_of_and_all_revisions(loaded: datetime) -> None:
    assert [row["value"] for row in rows(run("--series", PM, "--as-of", loaded.isoformat()).stdout)] == [
        "30.5",
        "0.0",
    ]
    found = rows(run("--series", PM, "--all-revisions", "--to", "2015-01-02").stdout)
    assert [(row["value"], row["revision"]) for row in found] == [("30.5", "1"), ("33.0", "2")]
    assert rows(run("--series", PM, "--from", "2015-01-03").stdout) == []
    assert rows(run("--series", PM, "--as-of", "2014-12-31").stdout) == []


def test_what_cannot_be_used_is_said(loaded: datetime) -> None:
    assert run("--series", "a/b/c").exit_code == 3
    assert run("--series", PM, "--from", "yesterday").exit_code == 2
    assert run("--series", PM, "--format", "parquet").exit_code == 2


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_an_export_read_back_gives_the_same_observations(loaded: datetime, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"out.{form}"
    done = run("--series", PM, "--series", SO2, "--all-revisions", "--format", form, "--out", str(out))
    assert done.exit_code == 0, done.output
    other = EvidenceStore(str(tmp_path / "other" / "observations"))
    AppendObservations(
        read_export(out),
        author="tester",
        kind="bulk",
        source="0" * 64,
        sample=False,
        reason="moved",
        store=other,
    ).execute()

    def content(store: EvidenceStore) -> list[tuple[Any, ...]]:
        found = queries.observations([PM, SO2], all_revisions=True, store=store)
        return [
            (i.series, i.valid_from, i.valid_to, i.value, i.missing, i.censored, i.censor_limit, i.quality,
             i.quality_reason, i.revision, i.supplier, i.note)
            for items in found.values() for i in items
        ]  # fmt: skip

    assert len(content(other)) == 5  # two days of two series, one of them revised
    assert content(other) == content(EvidenceStore())


def test_sample_data_is_marked_in_every_row(write: Callable[..., Path]) -> None:
    LoadFile(write("景德镇,2015-01-01,30,10"), two_city_mapping(), "tester", sample=True).execute()
    keys = list(Series.objects.values_list("key", flat=True))
    found = rows(run(*(part for key in keys for part in ("--series", key))).stdout)
    assert [row["sample"] for row in found] == ["sample 示例"] * 2


def test_another_file_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(AppendRefused, match="is no export"):
        read_export(tmp_path / "x.csv")
