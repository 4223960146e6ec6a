"""Outlook, derivations, days, tasks and projects as known on an earlier day: what was restated later still reads as it did."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ecociv.indicators.models import DailyDetail, IndicatorValue
from ecociv.people.models import User
from ecociv.plan.models import ItemKind, PlanItemRevision
from ecociv.plan.queries import forget_packages
from ecociv.supervision.models import ProgressReport, ReportReview

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

ZONE = "jingdezhen"
ENGLISH = {"accept-language": "en"}
FIRST, SECOND = "当时报送的进展情况说明。", "更正以后的进展情况说明。"


def ago(days: int) -> str:
    return (timezone.localdate() - dt.timedelta(days=days)).isoformat()


def moment(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def value(series: str, year: int, days: int, **more: Any) -> IndicatorValue:
    fields = {
        "zone": ZONE, "series": series, "place": ZONE, "year": year, "revision": 1, "unit": "percent",
        "evidence_digest": "", "content_digest": "", "computed_at": moment(days), **more,
    }  # fmt: skip
    return IndicatorValue.objects.create(**fields)


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == 200, address
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def restated_share() -> None:
    """Indicator 22: 14, 20 and 28 % recorded ten days ago; five days ago 2017 became 32 %."""
    for year, figure in ((2015, "14"), (2016, "20"), (2017, "28")):
        value("22", year, 10, figure=figure)
    value("22", 2017, 5, figure="32", revision=2)


@pytest.fixture
def restated_days() -> None:
    """One day of indicator 35: 80 µg/m³ of PM2.5 recorded ten days ago, 30 five days ago."""
    columns = ["day", "so2", "no2", "co", "o3", "pm10", "pm2_5", "aqi", "primary", "verdict", "row", "source"]
    for days, revision, fine, index, verdict in ((10, 1, 80, 107, "exceeding"), (5, 2, 30, 43, "good")):
        year = value("35", 2015, days, figure=f"{revision}0", revision=revision)
        cells = ["2015-07-01", 10, 20, 0.5, 60, 40, fine, index, "", verdict, 2, None]
        DailyDetail.objects.create(value=year, columns=columns, rows=[cells], sources={})


@pytest.fixture
def corrected_report() -> ProgressReport:
    """Task 94: under way at 40 % ten days ago, corrected to 60 % five days ago."""
    author = User.objects.create(
        username="author", role="department_officer", organisation="ecology-and-environment-bureau", zone=ZONE
    )
    common = {
        "zone": ZONE, "place": "task:94", "number": 1, "period": 2016, "state": "under-way",
        "percent_basis": "steps", "organisation": "ecology-and-environment-bureau", "author": author,
        "reported_at": moment(10),
    }  # fmt: skip
    ProgressReport(**common, revision=1, percent=40, narrative=FIRST, recorded_at=moment(10)).save()
    later = ProgressReport(
        **common,
        revision=2,
        percent=60,
        narrative=SECOND,
        recorded_at=moment(5),
        correction_reason="漏报一项",
    )
    later.save()
    return later


@pytest.fixture
def auditor() -> User:
    return User.objects.create(username="auditor", role="auditor", zone=ZONE)


# -- outlook ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("restated_share")
def test_the_outlook_of_the_day_between_rests_on_the_figures_of_then(client: Client) -> None:
    page = "/outlook/?on=2017-12-31&q=22"
    # (50 - 28) / 3 = 7.333 before the restatement, (50 - 32) / 3 = 6 after it
    (then, note), (now,) = (
        [
            row
            for row in rows_of(client, f"{page}&format=csv{asked}")
            if "22" in row["No."] or "As known" in row["No."]
        ]
        for asked in (f"&as_of={ago(7)}", "")
    )
    assert (then["Last value"], then["Needed a year"]) == ("28", "+7.333")
    assert (now["Last value"], now["Needed a year"]) == ("32", "+6")
    assert note["No."].startswith(f"As known on {ago(7)}")
    shown = client.get(f"{page}&as_of={ago(7)}", headers=ENGLISH).content.decode()
    assert "as-of-banner" in shown and f'/indicators/22/outlook/?as_of={ago(7)}"' in shown
    assert f'<input type="hidden" name="as_of" value="{ago(7)}">' in shown
    assert f"?prospect=met&amp;as_of={ago(7)}" in shown or f"?prospect=met&as_of={ago(7)}" in shown
    before = client.get(f"{page}&as_of={ago(12)}", headers=ENGLISH).content.decode()
    assert "There are 0 yearly figures" in before and "No figure was on record by then" in before


@pytest.mark.usefixtures("restated_share")
def test_the_chart_and_its_table_are_those_of_then(client: Client) -> None:
    page = "/indicators/22/outlook/?on=2017-12-31"

    def measured(address: str) -> tuple[Any, str]:
        ((_item, _name, (row, *_more), (chart,)),) = client.get(address, headers=ENGLISH).context["cards"]
        at = chart.payload["years"].index(2017)
        return chart.payload["series"][0]["values"][at], row.last

    assert measured(f"{page}&as_of={ago(7)}") == (28.0, "28")
    assert measured(page) == (32.0, "32")
    links = client.get(f"{page}&as_of={ago(7)}").content.decode()
    assert f'/indicators/22/?as_of={ago(7)}"' in links and f'/outlook/?as_of={ago(7)}"' in links


# -- derivations and lineage ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("restated_share")
def test_the_years_of_the_derivations_are_those_on_record_then(client: Client) -> None:
    value("22", 2018, 5, figure="", missing_kind="missing")

    def years(asked: str) -> list[str]:
        context = client.get(f"/derivations/?q=22{asked}", headers=ENGLISH).context
        (row,) = [row for row in context["table"].page_rows if row.indicator.number == 22]
        return [f"{each.year} {each.state}" for each in row.years]

    there = ["2012 none", "2015 value", "2016 value", "2017 value"]
    assert years(f"&as_of={ago(7)}") == there
    assert years("") == [*there, "2018 missing"]
    assert years(f"&as_of={ago(12)}") == ["2012 none"]
    shown = client.get(f"/derivations/?as_of={ago(7)}", headers=ENGLISH).content.decode()
    assert "declarations belong to the software" in shown
    assert f'/indicators/22/lineage/?as_of={ago(7)}"' in shown
    assert (
        "declarations belong to the software"
        not in client.get("/derivations/", headers=ENGLISH).content.decode()
    )


@pytest.fixture
def renamed() -> None:
    """Indicator 22 and task 94 renamed ten days ago, and again five days ago; their histories stay."""
    for days, revision, word in ((10, 2, "Former"), (5, 3, "Present")):
        for kind, key, name in ((ItemKind.INDICATOR, "22", "name"), (ItemKind.TASK, "94", "title")):
            row = PlanItemRevision.objects.filter(zone=ZONE, kind=kind, key=key).order_by("-revision")[0]
            text = {"zh": f"{word}称", "en": f"{word} words"}
            PlanItemRevision.objects.create(
                zone=ZONE, kind=kind, key=key, revision=revision, payload={**row.payload, name: text},
                source="page", recorded_at=moment(days), reason=f"{word} reason",
            )  # fmt: skip
    forget_packages()


@pytest.mark.usefixtures("renamed")
def test_the_lineage_names_what_the_plan_named_then(client: Client) -> None:
    page = "/indicators/22/lineage/"
    then, now = (
        client.get(f"{page}{asked}", headers=ENGLISH).content.decode() for asked in (f"?as_of={ago(7)}", "")
    )
    assert "Former words" in then and "Present words" not in then
    assert "Present words" in now and "Former words" not in now
    assert "declarations belong to the software" in then and "declarations belong to the software" not in now
    assert f'href="/indicators/22/?as_of={ago(7)}"' in then
    assert f'href="/indicators/23/lineage/?as_of={ago(7)}"' in then
    forget_packages()


# -- days -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("restated_days")
def test_the_days_are_those_behind_the_figure_of_then(client: Client) -> None:
    page = "/indicators/35/days/?year=2015"
    (then, note), (now,) = (
        rows_of(client, f"{page}&format=csv{asked}") for asked in (f"&as_of={ago(7)}", "")
    )
    assert (then["AQI"], then["PM₂.₅"], now["AQI"], now["PM₂.₅"]) == ("107", "80", "43", "30")
    assert note["Day"].startswith(f"As known on {ago(7)}")
    shown = client.get(f"{page}&as_of={ago(7)}").content.decode()
    assert f'/indicators/35/days/2015-07-01/?as_of={ago(7)}"' in shown and ">107<" in shown
    assert '<input type="hidden" name="year" value="2015">' in shown


@pytest.mark.usefixtures("restated_days")
def test_the_arithmetic_of_a_day_is_that_of_then(client: Client) -> None:
    page = "/indicators/35/days/2015-07-01/"
    # HJ 633-2012: 75 µg/m³ is index 100 and 115 is 150: 50 / 40 * (80 - 75) + 100 = 106.25, rounded up
    # 35 µg/m³ is index 50: 50 / 35 * 30 = 42.9, rounded up
    then, now = (client.get(f"{page}{asked}", headers=ENGLISH) for asked in (f"?as_of={ago(7)}", ""))
    assert (int(then.context["trace"].value), int(now.context["trace"].value)) == (107, 43)
    assert "not a good day" in then.content.decode() and "not a good day" not in now.content.decode()
    assert f"?year=2015&amp;as_of={ago(7)}" in then.content.decode().replace("&as_of", "&amp;as_of")


@pytest.mark.usefixtures("restated_days")
def test_days_before_the_first_figure_say_so(client: Client) -> None:
    early = client.get(f"/indicators/35/days/?year=2015&as_of={ago(12)}", headers=ENGLISH)
    assert early.status_code == 200
    assert "No figure was on record on that day" in early.content.decode()
    assert 'href="?year=2015"' in early.content.decode()
    assert client.get(f"/indicators/35/days/2015-07-01/?as_of={ago(12)}").status_code == 404
    assert client.get(f"/indicators/35/days/?year=2014&as_of={ago(7)}").status_code == 404


# -- tasks and projects -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("renamed", "corrected_report")
def test_lists_of_duties_are_those_of_then(client: Client) -> None:
    page = "/tasks/?on=2017-12-31&q=94"
    before, then, now = (
        [row for row in rows_of(client, f"{page}&format=csv{asked}") if row["No."] == "94"][0]
        for asked in (f"&as_of={ago(12)}", f"&as_of={ago(7)}", "")
    )
    assert (then["What is to be done"], now["What is to be done"]) == ("Former words", "Present words")
    assert before["Status"] != then["Status"]  # nothing had been reported by then
    shown = client.get(f"{page}&as_of={ago(7)}", headers=ENGLISH).content.decode()
    assert "as-of-banner" in shown and f'/tasks/94/?as_of={ago(7)}"' in shown
    timeline = client.get(f"{page}&view=timeline&as_of={ago(7)}", headers=ENGLISH).content.decode()
    assert f'/tasks/94/?as_of={ago(7)}"' in timeline and "Former words" in timeline
    projects = client.get(f"/projects/?as_of={ago(7)}", headers=ENGLISH).content.decode()
    assert "as-of-banner" in projects and f'/projects/1/?as_of={ago(7)}"' in projects
    assert client.get(f"/projects/1/?as_of={ago(7)}").context["as_of"].day == ago(7)
    forget_packages()


@pytest.mark.usefixtures("renamed", "corrected_report")
def test_a_corrected_report_reads_as_it_did_for_those_who_read_the_history(
    client: Client, auditor: User
) -> None:
    client.force_login(auditor)
    then, now, before = (
        client.get(f"/tasks/94/{asked}", headers=ENGLISH).content.decode()
        for asked in (f"?as_of={ago(7)}", "", f"?as_of={ago(12)}")
    )
    assert FIRST in then and "40 %" in then and SECOND not in then and "60 %" not in then
    assert SECOND in now and "60 %" in now
    assert FIRST not in before and "No report yet." in before
    assert "Former reason" in then and "Present reason" not in then and "Present reason" in now
    forget_packages()


@pytest.mark.usefixtures("corrected_report")
def test_without_the_right_to_the_history_a_corrected_report_is_only_said_to_have_been(
    client: Client,
) -> None:
    for user in (
        None,
        User.objects.create(
            username="f", role="department_officer", organisation="finance-bureau", zone=ZONE
        ),
    ):
        if user:
            client.force_login(user)
        then = client.get(f"/tasks/94/?as_of={ago(7)}", headers=ENGLISH).content.decode()
        assert "Corrected later." in then
        assert "40 %" not in then and FIRST not in then and SECOND not in then
        # from the correction on, what stands today stood then
        since = client.get(f"/tasks/94/?as_of={ago(3)}", headers=ENGLISH).content.decode()
        assert "60 %" in since and "Corrected later." not in since


@pytest.mark.usefixtures("renamed", "corrected_report")
def test_the_page_of_the_progress_reads_as_it_did(client: Client, auditor: User) -> None:
    client.force_login(auditor)
    page = "/progress/task/94/"
    then, now, before = (
        client.get(f"{page}{asked}", headers=ENGLISH).content.decode()
        for asked in (f"?as_of={ago(7)}", "", f"?as_of={ago(12)}")
    )
    assert "as-of-banner" in then and "as-of-banner" not in now
    assert FIRST in then and SECOND not in then and SECOND in now and "No report yet." in before
    assert "Former words" in then and "Present words" in now
    assert f'href="/tasks/94/?as_of={ago(7)}"' in then and f'href="/tasks/?as_of={ago(7)}"' in then
    author = User.objects.get(username="author")
    client.force_login(author)
    for address in (page, f"{page}report/", f"{page}reports/1/correct/"):
        shown = client.get(f"{address}?as_of={ago(3)}", headers=ENGLISH).content.decode()
        assert "nothing is reported there" in shown and '<form class="progress-form"' not in shown
        part = client.get(f"{address}?as_of={ago(3)}", headers={**ENGLISH, "hx-request": "true"})
        assert "<html" not in part.content.decode() and "nothing is reported there" in part.content.decode()
    assert '<form class="progress-form"' in client.get(f"{page}?as_of=nonsense").content.decode()
    forget_packages()


@pytest.mark.usefixtures("corrected_report")
def test_nothing_is_reported_on_an_earlier_day(client: Client) -> None:
    client.force_login(User.objects.get(username="author"))
    assert '<form class="progress-form"' in client.get("/tasks/94/").content.decode()
    then = client.get(f"/tasks/94/?as_of={ago(3)}", headers=ENGLISH).content.decode()
    assert '<form class="progress-form"' not in then and "nothing is reported there" in then
    assert "/correct/" not in then


def test_a_review_made_later_is_not_known_then(
    client: Client, corrected_report: ProgressReport, auditor: User
) -> None:
    ReportReview.objects.create(
        report=corrected_report, outcome="accepted", reason="", reviewer=auditor, reviewed_at=moment(2)
    )
    known = [corrected_report.as_report(at).review is not None for at in (moment(3), moment(1), None)]
    assert known == [False, True, True]
