"""The bulletin of assessment results: what was signed off, to the digit; a trial says that it is one."""

from __future__ import annotations

from typing import Any

import pytest

from ecociv.assessment.actions import MoveRound, OpenRound, SignOff
from ecociv.assessment.models import Snapshot
from ecociv.assessment.stages import Stage
from ecociv.people.models import User
from ecociv.reporting.document import Paragraph
from ecociv.reporting.official.content import OfficialDocument
from ecociv.reporting.official.kinds import KINDS
from ecociv.reporting.official.results_facts import NoResults
from ecociv.reporting.official.write import Options, compose_document

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ZONE, RULES, YEAR = "jingdezhen", "county-2015", 2017


@pytest.fixture
def snapshot(db: None, settings: Any, tmp_path: Any) -> Snapshot:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence")
    office, leader = (
        User.objects.create(username=role, role=role, zone=ZONE, display_name=name)
        for role, name in (("leading_group_office", "办公室"), ("leader", "分管领导"))
    )
    round_ = OpenRound(ZONE, RULES, YEAR, office).execute()
    while round_.stage is not Stage.AUDIT:
        MoveRound(round_, round_.stage, office).execute()
    return SignOff(round_, leader).execute()


def bulletin(*, trial: bool = False, language: str = "zh", rules: str = RULES) -> OfficialDocument:
    options = Options(year=YEAR, rules=rules, trial=trial)
    return compose_document(KINDS["assessment-bulletin"], ZONE, options, language=language)


def words(document: OfficialDocument) -> str:
    return "\n".join(part.text for part in document.parts if isinstance(part, Paragraph))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tables_are_those_signed_off(snapshot: Snapshot, language: str) -> None:
    document = bulletin(language=language)
    results = snapshot.data["results"]
    shown = {
        row.cells[1].text: str(row.cells[2].value)
        for table in document.tables
        if table.key.startswith("results-")
        for row in table.data_rows
    }
    tongue = "zh" if language == "zh" else "en"
    assert shown == {each["name"][tongue]: str(each["score"]) for each in results.values()} and shown
    detail = document.tables[-1]
    assert len(detail.data_rows) == len(results)
    assert len(detail.columns) == 4 + len(snapshot.data["rules"]["categories"])
    assert snapshot.digest[:32] in words(document)
    assert set(document.marks_used()) == {entry.number for entry in document.entries}


def test_a_trial_is_marked_and_needs_no_sign_off(db: None, settings: Any, tmp_path: Any) -> None:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence")
    with pytest.raises(NoResults, match="signed off"):
        bulletin()
    document = bulletin(trial=True)
    assert "试算" in document.title and "未经签发" in words(document)


def test_a_signed_one_is_no_trial(snapshot: Snapshot) -> None:
    document = bulletin()
    assert "试算" not in document.title + words(document) and "由分管领导于" in words(document)


def test_an_unknown_rule_set_is_named(db: None) -> None:
    for trial in (True, False):
        with pytest.raises(NoResults, match="county-1999"):
            bulletin(trial=trial, rules="county-1999")
