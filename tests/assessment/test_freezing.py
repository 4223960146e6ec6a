"""What is frozen stays: after a later restatement, and after a change of the rule file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecociv.assessment.actions import MoveRound, OpenRound, SignOff
from ecociv.assessment.models import AssessmentRound, Snapshot
from ecociv.assessment.rules import Figure
from ecociv.assessment.rules import load as rules_load
from ecociv.assessment.stages import Stage
from ecociv.assessment.standing import standing_of
from ecociv.assessment.verify import recompute, restatement_impact
from ecociv.people.models import User

ZONE, UNIT = "jingdezhen", "fuliang-county"


def audited() -> tuple[AssessmentRound, User]:
    office = User.objects.create(username="f-office", role="leading_group_office", zone=ZONE)
    leader = User.objects.create(username="f-leader", role="leader", zone=ZONE)
    round_ = OpenRound(ZONE, "county-2015", 2017, office).execute()
    while round_.stage is not Stage.AUDIT:
        MoveRound(round_, round_.stage, office).execute()
    return round_, leader


@pytest.mark.django_db
@pytest.mark.usefixtures("plan_in_database")
def test_a_changed_rule_file_changes_nothing_signed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    round_, leader = audited()
    snapshot = SignOff(round_, leader).execute()
    before = standing_of(round_).results[UNIT].to_json()
    folder = tmp_path / rules_load.FOLDER
    folder.mkdir()
    real = rules_load.zone_folder(ZONE) / rules_load.FOLDER
    for path in real.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(text.replace('version: "2015"', 'version: "other"'), encoding="utf-8")
    monkeypatch.setattr(rules_load, "zone_folder", lambda _zone: tmp_path)
    assert rules_load.load_rule_set("county-2015", ZONE).version == "other"
    assert standing_of(round_).results[UNIT].to_json() == before
    assert recompute(Snapshot.objects.get(pk=snapshot.pk)).ok


@pytest.mark.django_db
@pytest.mark.usefixtures("plan_in_database")
def test_a_restatement_shows_as_impact_and_leaves_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today's record is put in place of the old one: a figure that was missing is there now."""
    from ecociv.assessment import verify

    round_, leader = audited()
    snapshot = SignOff(round_, leader).execute()
    digest, real = snapshot.digest, verify.gather

    def restated(zone: str, rules: Any, year: int, *, as_of: Any = None) -> Any:
        found = real(zone, rules, year, as_of=as_of)
        if as_of is None:
            found.inputs[UNIT]["income-ratio"] = Figure(Decimal("2.1"), source="indicator:2@2017")
        return found

    monkeypatch.setattr(verify, "gather", restated)
    impact = restatement_impact(snapshot)
    assert impact.figures[UNIT]["income-ratio"][1] == "2.1"
    assert set(impact.figures) == {UNIT}
    kept = Snapshot.objects.get(pk=snapshot.pk)
    assert kept.digest == digest
    assert recompute(kept).ok
