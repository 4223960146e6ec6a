"""Declaring maintenance: who may, what is said of late declarations, and where the windows are seen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecociv.evidence.models import Maintenance, ObservedProperty, Place, QualityFinding, QualityRun, Series
from ecociv.evidence.quality.decide import AlreadyDeclared, DecisionRefused, DeclareMaintenance
from ecociv.evidence.quality.run import LOCAL
from ecociv.people.models import AuditEntry, User
from ecociv.people.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
OWNER, OTHER = "environmental-protection-bureau", "water-bureau"
LIST, FORM = "portal:quality-maintenance", "portal:quality-maintenance-declare"


@pytest.fixture(autouse=True)
def stations() -> None:
    """One station of each of two bodies, and the first one's sample series."""
    observed = [
        ObservedProperty.objects.get_or_create(key=key, defaults={"name_zh": key, "name_en": key})[0]
        for key in ("pm2_5", "no2")
    ]
    for name, owner in (("one", OWNER), ("two", OTHER)):
        place = Place.objects.create(key=name, kind="station", name_zh=f"站{name}", name_en=f"Station {name}")
        for each in observed:
            for prefix in ("", "sample/") if name == "one" else ("",):
                Series(
                    key=f"{prefix}jingdezhen-stations-hourly/{name}/{each.key}", property=each, place=place,
                    network="jingdezhen-stations-hourly", unit="ug / m3", statistic="mean", averaging="PT1H",
                    organisation=owner, sample=bool(prefix),
                ).save()  # fmt: skip


def client(role: Role | None = None, organisation: str = "") -> Client:
    made = Client(headers={"accept-language": "en"})
    if role is not None:
        made.force_login(
            User.objects.create_user(
                f"m-{role.value}-{organisation}", password="long enough 1", role=role, zone="jingdezhen",
                organisation=organisation,
            )
        )  # fmt: skip
    return made


def form(
    instrument: str = "one", start: str = "2017-03-06T08:00", end: str = "2017-03-10T18:00"
) -> dict[str, str]:
    return {"instrument": instrument, "start": start, "end": end, "reason": "yearly calibration"}


def text(made: Client, name: str, **query: str) -> str:
    page = made.get(reverse(name), query)
    assert page.status_code == 200
    return page.content.decode()


def test_the_body_of_the_station_declares_for_its_own_and_the_office_for_all() -> None:
    own = client(Role.DEPARTMENT_OFFICER, OWNER)
    shown = text(own, FORM)
    assert "Station one" in shown and "Station two" not in shown
    assert own.post(reverse(FORM), form("two")).status_code == 422
    assert own.post(reverse(FORM), form("one")).status_code == 302
    office = client(Role.LEADING_GROUP_OFFICE)
    assert "Station two" in text(office, FORM)
    assert office.post(reverse(FORM), form("two")).status_code == 302
    assert [each.place.key for each in Maintenance.objects.order_by("pk")] == ["one", "two"]
    assert AuditEntry.objects.filter(action="evidence.declare-maintenance").count() == 2


@pytest.mark.parametrize("role", [None, Role.LEADER, Role.AUDITOR])
def test_others_read_and_do_not_declare(role: Role | None) -> None:
    other = client(role)
    assert "Declare maintenance" not in text(other, LIST)
    assert other.get(reverse(FORM)).status_code in (302, 403)
    assert other.post(reverse(FORM), form()).status_code in (302, 403)
    assert not Maintenance.objects.exists()


def test_a_late_declaration_is_taken_and_said() -> None:
    office = client(Role.LEADING_GROUP_OFFICE)
    page = office.post(reverse(FORM), form(), follow=True).content.decode()
    window = Maintenance.objects.get()
    # the clock of China is eight hours ahead of UTC
    assert window.starts_at == datetime(2017, 3, 6, 8, tzinfo=LOCAL)
    days = (window.declared_at - window.starts_at).days
    assert days > 3000 and f"{days} days after it began" in page
    soon = timezone.now().astimezone(LOCAL) + timedelta(days=3)
    office.post(
        reverse(FORM),
        form("two", f"{soon:%Y-%m-%dT%H:%M}", f"{soon + timedelta(hours=4):%Y-%m-%dT%H:%M}"),
    )
    assert "before it began" in text(office, LIST)
    assert "Station one" not in text(office, LIST, late="no").split("<tbody>")[1]
    assert "Station two" not in text(office, LIST, late="yes").split("<tbody>")[1]
    # nothing of it was known the day before
    before = f"{timezone.localdate() - timedelta(days=1):%Y-%m-%d}"
    assert "No maintenance was declared" in text(office, LIST, as_of=before)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"end": "2017-03-06T08:00"}, "ends after it begins"),
        ({"end": "2018-03-06T08:00"}, "At most 92 days"),
        ({"start": "yesterday"}, "valid date/time"),
        ({"reason": "  "}, "required"),
        ({"instrument": "nowhere"}, "valid choice"),
        ({"start": "9999-12-31T23:59", "end": "9999-12-31T23:59"}, "ends after it begins"),
    ],
)
def test_bad_input_is_explained(given: dict[str, str], said: str) -> None:
    page = client(Role.LEADING_GROUP_OFFICE).post(reverse(FORM), form() | given)
    assert page.status_code == 422 and said in page.content.decode()
    assert not Maintenance.objects.exists()


def test_the_same_window_is_declared_once() -> None:
    office = client(Role.LEADING_GROUP_OFFICE)
    office.post(reverse(FORM), form())
    again = office.post(reverse(FORM), form())
    assert again.status_code == 422 and "on record already" in again.content.decode()
    assert Maintenance.objects.count() == 1
    with pytest.raises(AlreadyDeclared):
        window = Maintenance.objects.get()
        DeclareMaintenance("one", window.starts_at, window.ends_at, "x", "command").execute()


def test_sample_and_real_stand_apart_and_so_do_instruments() -> None:
    office = client(Role.LEADING_GROUP_OFFICE)
    office.post(reverse(FORM), form("sample/one"))
    office.post(reverse(FORM), form("jingdezhen-stations-hourly/one/no2"))
    sample, real = Maintenance.objects.order_by("pk")
    assert (sample.sample, sample.series) == (True, None)
    assert (real.sample, real.series_id) == (
        False,
        Series.objects.get(key="jingdezhen-stations-hourly/one/no2").pk,
    )
    assert "sample-mark" in text(office, LIST)
    rows = office.get(reverse(LIST), {"format": "csv"}).content.decode("utf-8-sig")
    assert "yearly calibration" in rows and "all instruments" in rows


def test_an_account_cannot_date_its_declaration_back() -> None:
    user = User.objects.create_user(
        "dated", password="long enough 1", role=Role.LEADING_GROUP_OFFICE, zone="jingdezhen"
    )
    start = datetime(2017, 3, 6, tzinfo=LOCAL)
    with pytest.raises(DecisionRefused, match="not given"):
        DeclareMaintenance("one", start, start + timedelta(days=1), "x", user, declared_at=start).execute()


def test_the_finding_shows_the_windows_that_concern_it() -> None:
    start = datetime(2017, 3, 6, tzinfo=LOCAL)
    run = QualityRun.objects.create(
        zone="jingdezhen", networks=[], starts_at=start, ends_at=start + timedelta(days=30), author_name="test",
        recorded_at=timezone.now(), counts={},
    )  # fmt: skip
    finding = QualityFinding.objects.create(
        run=run, identity="i", content="c", rule="qc-gap", severity="note",
        series=Series.objects.get(key="jingdezhen-stations-hourly/one/pm2_5"), starts_at=start,
        ends_at=start + timedelta(days=5), sentence_zh="缺", sentence_en="Missing", recorded_at=timezone.now(),
    )  # fmt: skip
    for place, series, reason, sample, later in (
        ("one", "", "calibrated here", False, 1),
        ("one", "jingdezhen-stations-hourly/one/no2", "another instrument", False, 1),
        ("one", "", "of the sample", True, 1),
        ("two", "", "another station", False, 1),
        ("one", "", "another month", False, 60),
    ):
        begin = start + timedelta(days=later)
        DeclareMaintenance(
            place, begin, begin + timedelta(days=1), reason, "command", series=series, sample=sample
        ).execute()
    page = (
        client(Role.LEADING_GROUP_OFFICE)
        .get(reverse("portal:quality-finding", args=[finding.pk]))
        .content.decode()
    )
    assert "calibrated here" in page and "days after it began" in page
    for other in ("another instrument", "of the sample", "another station", "another month"):
        assert other not in page
    assert reverse(LIST) in text(client(), "portal:quality")
