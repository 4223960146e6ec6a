"""A run of quality control: marks as revisions, nothing twice, decisions of people that stand, as_of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from ecociv.evidence.actions.append import AppendObservations
from ecociv.evidence.models import (
    ImportRun,
    ObservedProperty,
    Place,
    QualityFinding,
    QualityRun,
    Sensor,
    Series,
)
from ecociv.evidence.quality.decide import DecideFinding, DecisionRefused, DeclareMaintenance, LiftMarks
from ecociv.evidence.quality.queries import completeness, standing_findings
from ecociv.evidence.quality.run import LOCAL, QualityRefused, RunQualityControl
from ecociv.evidence.schema import STAGED
from ecociv.evidence.store import EvidenceStore
from ecociv.people.models import AuditEntry, User
from ecociv.people.roles import Role

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2017, 1, 2, tzinfo=LOCAL)
DAYS = 40
STATIONS = ("one", "two", "three")


def key(station: str) -> str:
    return f"jingdezhen-stations-hourly/{station}/pm2_5"


def weather() -> np.ndarray:
    """Hourly values of three stations under one weather, whole numbers between about 20 and 150."""
    random = np.random.default_rng(7)
    common = np.convolve(random.standard_normal(DAYS * 24 + 24), np.ones(24) / 5, mode="valid")[: DAYS * 24]
    return np.rint(60 * np.exp(0.3 * common + 0.1 * random.standard_normal((3, DAYS * 24))))


def register() -> None:
    observed, _ = ObservedProperty.objects.get_or_create(
        key="pm2_5", defaults={"name_zh": "细颗粒物", "name_en": "PM2.5"}
    )
    for station in STATIONS:
        place, _ = Place.objects.get_or_create(
            key=station, defaults={"kind": "station", "name_zh": station, "name_en": station}
        )
        Series(
            key=key(station), property=observed, place=place, network="jingdezhen-stations-hourly", unit="ug / m3",
            statistic="mean", averaging="PT1H", organisation="environment-bureau",
        ).save()  # fmt: skip


def append(values: np.ndarray, reason: str = "") -> None:
    rows = []
    for station, line in zip(STATIONS, values, strict=True):
        number = Series.objects.get(key=key(station)).pk
        for hour, value in enumerate(line):
            if np.isnan(value):
                continue
            begin = (START + timedelta(hours=hour)).astimezone(UTC)
            rows.append(
                (
                    number,
                    begin,
                    begin + timedelta(hours=1),
                    float(value),
                    None,
                    None,
                    None,
                    "good",
                    None,
                    None,
                    None,
                    len(rows),
                )
            )
    table = pa.table(
        [pa.array([row[at] for row in rows], each.type) for at, each in enumerate(STAGED)], schema=STAGED
    )
    AppendObservations(
        table, author="test", kind="bulk", source="0" * 64, sample=False, reason=reason
    ).execute()


def run(**changes: Any) -> RunQualityControl:
    asked: dict[str, Any] = {"zone": "jingdezhen", "networks": ["jingdezhen-stations-hourly"], "start": START}
    asked |= {"end": START + timedelta(days=DAYS), "author": "test", **changes}
    return RunQualityControl(**asked)


def state(station: str, hour: int) -> tuple[float, str, str | None, int]:
    moment = START + timedelta(hours=hour)
    table = EvidenceStore().observations(
        [Series.objects.get(key=key(station)).pk], start=moment, end=moment + timedelta(hours=1)
    )
    (row,) = table.to_pylist()
    return row["value"], row["quality"], row["quality_reason"], row["revision"]


@pytest.fixture
def three() -> np.ndarray:
    """Three stations; the first has a value out of range, a flat line, a gap and a day copied from another."""
    register()
    values = weather()
    values[0, 100] = 1800.0
    values[0, 200:212] = 77.0
    values[0, 300:310] = np.nan
    values[0, 24 * 30 : 24 * 31] = values[0, 24 * 20 : 24 * 21]
    append(values)
    return values


def test_marks_are_revisions_with_the_same_value(three: np.ndarray) -> None:
    outcome = run().execute()
    assert state("one", 100) == (1800.0, "suspect", "qc-range", 2)
    assert state("one", 200) == (77.0, "good", None, 1)  # the first reading of a flat line stands
    assert state("one", 205) == (77.0, "suspect", "qc-flat", 2)
    assert state("one", 24 * 30 + 3)[1:3] == ("suspect", "qc-copied-day")
    assert state("two", 100)[1] == "good"
    assert outcome.marked == {"qc-range": 1, "qc-flat": 11, "qc-copied-day": 24}
    assert ImportRun.objects.filter(kind="quality").count() == 1
    rules = set(QualityFinding.objects.values_list("rule", flat=True))
    assert {"qc-range", "qc-flat", "qc-gap", "qc-copied-day"} <= rules
    gap = QualityFinding.objects.get(rule="qc-gap")
    assert (gap.starts_at, gap.ends_at) == (START + timedelta(hours=300), START + timedelta(hours=310))
    assert AuditEntry.objects.filter(action="evidence.quality").count() == 1


def test_second_run_adds_nothing(three: np.ndarray) -> None:
    run().execute()
    rows, findings = EvidenceStore().count(), QualityFinding.objects.count()
    again = run().execute()
    assert (EvidenceStore().count(), QualityFinding.objects.count()) == (rows, findings)
    assert (again.new_findings, again.gone, sum(again.marked.values())) == (0, 0, 0)
    assert QualityRun.objects.count() == 2


def test_trial_and_as_of_write_nothing(three: np.ndarray) -> None:
    rows = EvidenceStore().count()
    trial = run().check()
    assert trial.marked["qc-range"] == 1
    before = run(as_of=START).check()  # nothing was recorded in 2017
    assert before.readings == 0
    with pytest.raises(QualityRefused, match="only reports"):
        run(as_of=START).execute()
    assert (EvidenceStore().count(), QualityFinding.objects.count()) == (rows, 0)


def test_a_person_takes_a_mark_back_and_the_next_run_leaves_it(three: np.ndarray) -> None:
    run().execute()
    lifted = LiftMarks(
        key("one"), "qc-range", START, START + timedelta(days=DAYS), "test", "dust storm, seen by satellite"
    )
    assert lifted.execute() == 1
    assert state("one", 100) == (1800.0, "good", None, 3)
    outcome = run().execute()
    assert state("one", 100) == (1800.0, "good", None, 3)
    assert outcome.restored == 1
    with pytest.raises(DecisionRefused, match="nothing to take back"):
        LiftMarks(key("one"), "qc-range", START, START + timedelta(days=DAYS), "test", "again").check()
    # Another value is another matter: the decision was about 1800.
    changed = np.full((3, 101), np.nan)
    changed[0, 100] = 1900.0
    append(changed, reason="corrected by the station")
    run().execute()
    assert state("one", 100)[:3] == (1900.0, "suspect", "qc-range")


def test_a_finding_that_is_mended_is_gone_and_stays_on_record(three: np.ndarray) -> None:
    run().execute()
    mended = np.full((3, 101), np.nan)
    mended[0, 100] = 60.0
    append(mended, reason="read off the strip chart")
    outcome = run().execute()
    assert outcome.gone >= 1
    ranges = [each for each in standing_findings("jingdezhen") if each.finding.rule == "qc-range"]
    assert [each.state for each in ranges] == ["gone"]
    assert QualityFinding.objects.filter(rule="qc-range").count() == 2
    first = QualityRun.objects.order_by("recorded_at").first()
    assert first is not None
    then = [
        e for e in standing_findings("jingdezhen", as_of=first.recorded_at) if e.finding.rule == "qc-range"
    ]
    assert [each.state for each in then] == ["open"]


def test_maintenance_marks_and_late_declaration_is_said(three: np.ndarray) -> None:
    begin = START + timedelta(hours=400)
    DeclareMaintenance("two", begin, begin + timedelta(hours=4), "换滤膜", "test").execute()
    run().execute()
    assert [state("two", hour)[2] for hour in (399, 400, 403, 404)] == [
        None,
        "qc-maintenance",
        "qc-maintenance",
        None,
    ]
    late = QualityFinding.objects.get(rule="qc-maintenance-late")
    assert late.severity == "warning"  # declared years after 2017
    assert "test" in late.sentence_zh and "换滤膜" in late.sentence_zh


def test_what_an_instrument_can_show(three: np.ndarray) -> None:
    series = Series.objects.get(key=key("one"))
    series.sensor = Sensor.objects.create(key="beta", name_zh="β射线", name_en="Beta", highest=1000.0)
    series.save()
    run().execute()
    assert state("one", 100)[2] == "qc-instrument"


def test_decisions_need_a_reason_and_the_newest_stands(three: np.ndarray) -> None:
    run().execute()
    finding = QualityFinding.objects.get(rule="qc-flat")
    with pytest.raises(DecisionRefused, match="reason"):
        DecideFinding(finding.pk, "dismiss", " ", "test").execute()
    with pytest.raises(DecisionRefused, match="no decision"):
        DecideFinding(finding.pk, "forget", "x", "test").execute()
    DecideFinding(finding.pk, "confirm", "logger stuck", "test").execute()
    DecideFinding(finding.pk, "explain", "valve closed for calibration", "test").execute()
    (standing,) = [each for each in standing_findings("jingdezhen") if each.finding.rule == "qc-flat"]
    assert standing.state == "explain"
    run().execute()
    (standing,) = [each for each in standing_findings("jingdezhen") if each.finding.rule == "qc-flat"]
    assert standing.state == "explain"


def test_an_officer_decides_for_their_own_body_only(three: np.ndarray) -> None:
    run().execute()
    finding = QualityFinding.objects.get(rule="qc-flat")
    officer = User.objects.create_user(
        "officer", password="long enough 1", role=Role.DEPARTMENT_OFFICER, zone="jingdezhen", organisation="a"
    )
    with pytest.raises(PermissionDenied):
        DecideFinding(finding.pk, "explain", "x", officer, lead=["b"]).execute()
    with pytest.raises(PermissionDenied):  # who supplies the series does not clear it
        DecideFinding(finding.pk, "dismiss", "x", officer, lead=["a"]).execute()
    with pytest.raises(PermissionDenied):
        LiftMarks(key("one"), "qc-flat", START, START + timedelta(days=DAYS), officer, "x").execute()
    assert DecideFinding(finding.pk, "explain", "x", officer, lead=["a"]).execute().author == officer


def test_completeness_by_month(three: np.ndarray) -> None:
    run().execute()
    series = list(Series.objects.filter(key=key("one")))
    (one,) = completeness(series, START, START + timedelta(days=DAYS), 1)
    # 2 January to 10 February 2017: 30 days and 10 days of 24 readings.
    assert one.expected == {"2017-01": 720, "2017-02": 240}
    # January: 720 less 10 missing less 1 out of range less 11 flat = 698; the copied day is 1 February.
    assert one.usable == {"2017-01": 698, "2017-02": 216}
    assert one.suspect == {"2017-01": 12, "2017-02": 24}
    assert one.reasons == {"qc-range": 1, "qc-flat": 11, "qc-copied-day": 24}


def test_nothing_on_record_can_be_changed(three: np.ndarray) -> None:
    from django.db import connection

    from ecociv.people.append_only import statements

    run().execute()
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor, "evidence_qualityfinding"):
            cursor.execute(statement)
    with pytest.raises(DatabaseError), transaction.atomic():
        QualityFinding.objects.update(severity="note")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER evidence_qualityfinding_no_delete")
        # On PostgreSQL the test database empties tables with TRUNCATE, which the trigger lets pass.


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"networks": ["nowhere"]}, "no rules for nowhere"),
        ({"end": START}, "no whole day"),
        ({"start": datetime(2017, 1, 2)}, "time zone"),  # noqa: DTZ001
    ],
)
def test_runs_that_cannot_be(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(QualityRefused, match=says):
        run(**changes).check()


def test_the_same_values_coming_in_again_are_no_decision(three: np.ndarray) -> None:
    run().execute()
    append(three, reason="the same hours from another channel")
    assert state("one", 100)[1] == "good"
    again = run().execute()
    assert again.restored == 0
    assert state("one", 100) == (1800.0, "suspect", "qc-range", 4)
