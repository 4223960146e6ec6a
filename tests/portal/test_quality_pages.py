"""Pages on data quality: who sees what, deciding, exports, and what bad input comes to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.test import Client
from django.urls import reverse

from ecociv.evidence.actions.append import AppendObservations
from ecociv.evidence.models import FindingDecision, ObservedProperty, Place, QualityFinding, Series
from ecociv.evidence.quality.run import LOCAL, RunQualityControl
from ecociv.evidence.schema import STAGED
from ecociv.evidence.store import EvidenceStore
from ecociv.people.models import User
from ecociv.people.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

START = datetime(2017, 1, 2, tzinfo=LOCAL)
DAYS = 40
OWNER = "environmental-protection-bureau"


@pytest.fixture(autouse=True)
def zone(settings: Any, tmp_path: Path) -> None:
    """A zone with three stations of which the first has a flat line and an impossible value, looked at once."""
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    observed, _ = ObservedProperty.objects.get_or_create(
        key="pm2_5", defaults={"name_zh": "细颗粒物", "name_en": "Fine particles"}
    )
    random = np.random.default_rng(7)
    values = np.rint(60 * np.exp(0.3 * random.standard_normal((3, DAYS * 24)))) + np.arange(3)[:, None]
    values[0, 100], values[0, 200:212] = 1800.0, 77.0
    rows = []
    for name, line in zip(("one", "two", "three"), values, strict=True):
        place, _ = Place.objects.get_or_create(
            key=name, defaults={"kind": "station", "name_zh": f"站{name}", "name_en": name}
        )
        series = Series(
            key=f"jingdezhen-stations-hourly/{name}/pm2_5", property=observed, place=place, unit="ug / m3",
            network="jingdezhen-stations-hourly", statistic="mean", averaging="PT1H", organisation=OWNER,
        )  # fmt: skip
        series.save()
        for hour, value in enumerate(line):
            begin = (START + timedelta(hours=hour)).astimezone(UTC)
            rows.append(
                (
                    series.pk,
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
    AppendObservations(table, author="test", kind="bulk", source="0" * 64, sample=False).execute()
    RunQualityControl("jingdezhen", [], START, START + timedelta(days=DAYS), "test").execute()


def client(role: Role | None = None, organisation: str = "", language: str = "en") -> Client:
    made = Client(headers={"accept-language": language})
    if role is not None:
        made.force_login(
            User.objects.create_user(
                f"p-{role.value}-{organisation}",
                password="long enough 1",
                role=role,
                zone="jingdezhen",
                organisation=organisation,
            )
        )
    return made


def flat() -> QualityFinding:
    return QualityFinding.objects.get(rule="qc-flat")


def address(finding: QualityFinding) -> str:
    return reverse("portal:quality-finding", args=[finding.pk])


def test_the_public_sees_completeness_and_no_suspicion() -> None:
    public = client()
    page = public.get(reverse("portal:quality"), {"year": "2017"})
    assert page.status_code == 200
    text = page.content.decode()
    assert "Fine particles" in text and "2017-01" in text
    assert flat().sentence_en not in text
    assert public.get(reverse("portal:quality-findings")).status_code == 403
    assert public.get(address(flat())).status_code == 403


@pytest.mark.parametrize("role", [Role.LEADING_GROUP_OFFICE, Role.LEADER, Role.AUDITOR])
def test_who_oversees_sees_findings(role: Role) -> None:
    overseer = client(role)
    assert flat().sentence_en in overseer.get(reverse("portal:quality-findings")).content.decode()
    page = overseer.get(address(flat()))
    assert page.status_code == 200
    assert "rounds to a coarser step" in page.content.decode()  # an honest cause


def test_a_body_sees_its_own_findings_only() -> None:
    from ecociv.portal.quality_access import suppliers
    from ecociv.portal.zone import package

    owner = next(iter(suppliers(package(), flat().series, START.date())))
    assert client(Role.DEPARTMENT_OFFICER, owner).get(address(flat())).status_code == 200
    other = client(Role.DEPARTMENT_OFFICER, "water-affairs-bureau")
    assert other.get(address(flat())).status_code == 403
    assert flat().sentence_en not in other.get(reverse("portal:quality-findings")).content.decode()


def test_the_office_dismisses_and_takes_marks_back() -> None:
    office = client(Role.LEADING_GROUP_OFFICE)
    answer = office.post(
        address(flat()), {"decision": "dismiss", "reason": "calm night", "lift": "1"}, follow=True
    )
    assert "11 values are good again" in answer.content.decode()
    assert FindingDecision.objects.get().reason == "calm night"
    rows = EvidenceStore().observations([flat().series_id], start=flat().starts_at, end=flat().ends_at)
    assert set(rows.column("quality").to_pylist()) == {"good"}
    again = RunQualityControl("jingdezhen", [], START, START + timedelta(days=DAYS), "test").execute()
    assert again.marked == {} and again.restored == 11


def test_a_body_may_explain_and_not_dismiss() -> None:
    officer = client(Role.DEPARTMENT_OFFICER, OWNER)
    assert 'value="dismiss"' not in officer.get(address(flat())).content.decode()
    assert officer.post(address(flat()), {"decision": "dismiss", "reason": "x"}).status_code == 403
    assert officer.post(address(flat()), {"decision": "explain", "reason": "filter full"}).status_code == 302
    assert FindingDecision.objects.get().decision == "explain"


def test_leaders_and_auditors_read_and_do_not_decide() -> None:
    auditor = client(Role.AUDITOR)
    assert 'name="decision"' not in auditor.get(address(flat())).content.decode()
    assert auditor.post(address(flat()), {"decision": "confirm", "reason": "x"}).status_code == 403
    assert not FindingDecision.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"decision": "confirm"},
        {"decision": "confirm", "reason": "  "},
        {"decision": "burn", "reason": "x"},
    ],
)
def test_a_decision_without_reason_is_refused_on_the_page(data: dict[str, str]) -> None:
    answer = client(Role.LEADING_GROUP_OFFICE).post(address(flat()), data)
    assert answer.status_code == 422
    assert b'role="alert"' in answer.content
    assert not FindingDecision.objects.exists()


def test_a_day_before_the_finding_knows_nothing_of_it() -> None:
    office = client(Role.LEADING_GROUP_OFFICE)
    assert office.get(address(flat()), {"as_of": "2017-05-01"}).status_code == 404
    page = office.get(reverse("portal:quality-findings"), {"as_of": "2017-05-01"}).content.decode()
    assert "No findings" in page


def test_files_of_both_tables() -> None:
    office = client(Role.LEADING_GROUP_OFFICE)
    findings = office.get(reverse("portal:quality-findings"), {"format": "csv"}).content.decode("utf-8-sig")
    assert flat().sentence_en in findings
    board = office.get(reverse("portal:quality"), {"format": "csv", "year": "2017"}).content.decode(
        "utf-8-sig"
    )
    # January: 30 days of 24 readings are there of 31 days, less 1 and 11 in doubt: (720 - 12) / 744 = 95.2 %.
    one = next(line for line in board.splitlines() if line.startswith("one,"))
    assert one.split(",")[3] == "95.2"
    assert office.get(reverse("portal:quality"), {"format": "xlsx", "year": "2017"}).status_code == 200


def test_filters_and_words() -> None:
    office = client(Role.LEADING_GROUP_OFFICE)
    only = office.get(reverse("portal:quality-findings"), {"rule": "qc-range"}).content.decode()
    assert flat().sentence_en not in only
    assert "1800" in only
    nothing = office.get(reverse("portal:quality-findings"), {"q": "zzzz"}).content.decode()
    assert "Nothing matches these filters" in nothing


@pytest.mark.parametrize(
    "query", [{"year": "abc"}, {"year": "99999"}, {"as_of": "0001-01-01"}, {"page": "-5"}, {"sort": "-nothing"}, {"network": "'"}, {"q": "%00\x00"}]
)  # fmt: skip
def test_mangled_addresses_are_no_errors(query: dict[str, str]) -> None:
    office = client(Role.LEADING_GROUP_OFFICE)
    for name in ("portal:quality", "portal:quality-findings"):
        assert office.get(reverse(name), query).status_code == 200
    assert office.get(address(flat()), query).status_code in (200, 404)
    assert office.get(reverse("portal:quality-finding", args=[10**9])).status_code == 404


def test_every_kind_of_evidence_can_be_drawn() -> None:
    """Findings of every test that draws a picture of its own."""
    from ecociv.evidence import falsification as tests

    random = np.random.default_rng(3)
    near = np.rint(
        60 * np.exp(0.5 * random.standard_normal((3, 24 * 200)) + np.sin(np.arange(24 * 200) / 50))
    )
    own = near[0].copy()
    outcomes = [
        tests.terminal_digits(own), tests.bunching(own, 75.0), tests.repeated_days(own), tests.night_step(own, near),
        tests.weekday_effect(own, near, 0), tests.correlation_drop(own, near), tests.variance_drop(own, near),
        tests.level_shift(own, near), tests.variance_for_mean(own, near),
    ]  # fmt: skip
    assert all(each.statistic is not None for each in outcomes), [each.not_valid for each in outcomes]
    office = client(Role.LEADING_GROUP_OFFICE)
    pattern = flat()
    for outcome in outcomes:
        from ecociv.evidence.quality.record import storable

        made = QualityFinding.objects.create(
            run=pattern.run, identity=outcome.test, content="c", rule=outcome.test, severity="warning", series=pattern.series,
            starts_at=START, ends_at=START + timedelta(days=DAYS), sentence_zh=outcome.sentence.zh, sentence_en=outcome.sentence.en,
            causes=[cause.to_mapping() for cause in outcome.honest_causes], evidence=storable(dict(outcome.evidence)),
            score=outcome.score, recorded_at=pattern.recorded_at,
        )  # fmt: skip
        page = office.get(address(made))
        assert page.status_code == 200
        assert page.content.count(b"data-quality-chart=") == (1 if outcome.test == "variance-for-mean" else 2)
