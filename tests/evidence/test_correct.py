"""Correcting one observation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ecociv.core.missing import Missing
from ecociv.evidence import queries
from ecociv.evidence.actions import CorrectionRefused, CorrectObservation, LoadFile
from ecociv.evidence.models import ImportRun
from ecociv.evidence.schema import Quality
from evidence.conftest import two_city_mapping

pytestmark = pytest.mark.django_db
PM = "two-cities/jingdezhen/pm2_5"
NEW_YEAR = datetime(2015, 1, 1, tzinfo=queries.LOCAL)


@pytest.fixture
def loaded(write: Callable[..., Path]) -> Path:
    path = write("景德镇,2015-01-01,30,10", "景德镇,2015-01-02,31,11")
    LoadFile(path, two_city_mapping(), "tester").execute()
    return path


def correct(value: float | Missing, **changes: Any) -> CorrectObservation:
    given: dict[str, Any] = {"valid_from": NEW_YEAR, "author": "tester", "reason": "抄录错误", **changes}
    return CorrectObservation(given.pop("series", PM), given.pop("valid_from"), value, **given)


def test_the_correction_is_the_next_revision_and_the_old_value_stays(loaded: Path) -> None:
    assert correct(29.5).execute() == 2
    assert correct(Missing.WITHHELD).execute() == 3
    found = queries.observations([PM], all_revisions=True)[PM]
    assert [(o.value, o.missing, o.revision) for o in found] == [
        (30.0, None, 1),
        (29.5, None, 2),
        (None, "withheld", 3),
        (31.0, None, 1),
    ]
    run = ImportRun.objects.filter(kind="correction").latest("started_at")
    assert (run.author_name, run.reason, str(run.pk)) == ("tester", "抄录错误", found[2].batch)


def test_the_file_sent_again_does_not_undo_it(loaded: Path) -> None:
    correct(29.5).execute()
    report = LoadFile(loaded, two_city_mapping(), "tester").execute()
    assert report.changed_nothing
    assert queries.observations([PM])[PM][0].value == 29.5


def test_a_value_can_be_taken_out_of_calculations(loaded: Path) -> None:
    correct(30.0, quality=Quality.SUSPECT).execute()
    first = queries.observations([PM])[PM][0]
    assert (first.value, first.usable, first.quality_reason) == (30.0, None, "corrected")


@pytest.mark.parametrize(
    ("value", "changes", "words"),
    [
        (29.5, {"reason": "  "}, "needs its reason"),
        (float("nan"), {}, "no value"),
        (29.5, {"series": "two-cities/jingdezhen/o3"}, "no series"),
        (29.5, {"valid_from": datetime(2015, 1, 3, tzinfo=queries.LOCAL)}, "no observation"),
        (30.0, {}, "already has this value"),
    ],
)
def test_what_makes_no_sense_is_refused(
    loaded: Path, value: float, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(CorrectionRefused, match=words):
        correct(value, **changes).execute()
    assert not ImportRun.objects.filter(kind="correction").exists()
