"""Pages: reading, reporting, correcting, being refused; as a page and as a part of one; in both languages."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from ecociv.people.models import User
from ecociv.plan.queries import current_package
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.panel import progress_panel

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

DUTY = {"kind": "task", "number": 94}
NARRATIVE = "已完成前期工作，正在编制实施方案。"
SENT = {"period": "2016", "state": "under-way", "percent": "40", "basis": "steps", "narrative": NARRATIVE}


@pytest.fixture(params=["zh-hans", "en"])
def language(request: pytest.FixtureRequest, client: Client) -> str:
    client.cookies["ecociv_language"] = request.param
    return str(request.param)


def url(name: str, **more: int) -> str:
    return reverse(f"supervision:{name}", kwargs={**DUTY, **more})


def text_of(response: Any) -> str:
    return unescape(re.sub(r"\s+", " ", response.content.decode()))


# -- reading ----------------------------------------------------------------------------------------------------


def test_anyone_reads_the_status_and_is_told_who_reports(client: Client, language: str) -> None:
    page = client.get(url("progress"))
    assert page.status_code == 200
    text = text_of(page)
    assert {"zh-hans": "请先登录。", "en": "Log in first."}[language] in text
    assert {
        "zh-hans": "市生态环境局；以及领导小组办公室。",
        "en": "Ecology and Environment Bureau; and the office",
    }[language] in text
    assert f"?next={url('report')}" in text
    assert '<form class="progress-form"' not in text


def test_visitors_see_neither_narratives_nor_names(client: Client, officer: User) -> None:
    client.force_login(officer)
    client.post(url("report"), {**SENT, "output_0": "2.1"})
    client.logout()
    public = text_of(client.get(url("progress")))
    assert "40 %" in public and "市生态环境局" in public
    assert NARRATIVE not in public and officer.display_name not in public and "2.1 万吨" not in public


def test_people_of_the_zone_see_narrative_name_and_figures(client: Client, officer: User, user: Any) -> None:
    client.force_login(officer)
    client.post(url("report"), {**SENT, "output_0": "2.1"})
    client.force_login(user("auditor"))
    page = text_of(client.get(url("progress")))
    assert NARRATIVE in page and officer.display_name in page
    # a figure of 2016 works towards the target of 2017 or later, whichever is next
    assert "2.1 万吨" in page
    assert 'data-may-report="no"' in page and "“审计人员”只能查看，不能填报。" in page


@pytest.mark.parametrize("address", ["/progress/task/177/", "/progress/indicator/1/", "/progress/task/0/"])
def test_what_the_plan_does_not_have_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


# -- reporting --------------------------------------------------------------------------------------------------


def test_the_form_is_there_for_the_lead(client: Client, officer: User, language: str) -> None:
    client.force_login(officer)
    page = text_of(client.get(url("report")))
    assert f'action="{url("report")}"' in page and f'hx-post="{url("report")}"' in page
    assert "csrfmiddlewaretoken" in page
    assert {"zh-hans": "提交填报", "en": "Send the report"}[language] in page
    # the labels of the fields are tied to them
    for field in ("period", "percent", "basis", "done_on", "narrative", "output_0"):
        assert f'for="progress-{field}"' in page and f'id="progress-{field}"' in page


def test_reporting_goes_back_to_where_the_reader_came_from(
    client: Client, officer: User, language: str
) -> None:
    client.force_login(officer)
    sent = client.post(url("report"), {**SENT, "back": "/tasks/94/"})
    assert (sent.status_code, sent["Location"]) == (302, "/tasks/94/#progress")
    said = {"zh-hans": "2016年的填报已记录。", "en": "The report for 2016 is on record."}[language]
    assert said in text_of(client.get(url("progress")))
    assert ProgressReport.objects.get().narrative == NARRATIVE


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""]
)
def test_never_back_to_another_site(client: Client, officer: User, back: str) -> None:
    client.force_login(officer)
    sent = client.post(url("report"), {**SENT, "back": back})
    assert sent["Location"] == f"{url('progress')}#progress"


def test_a_script_gets_the_part_of_the_page(client: Client, officer: User) -> None:
    client.force_login(officer)
    part = client.post(url("report"), {**SENT, "back": "/tasks/94/"}, headers={"HX-Request": "true"})
    text = text_of(part)
    assert part.status_code == 200 and text.strip().startswith("<section") and "<html" not in text
    assert 'role="status"' in text and "2016年的填报已记录。" in text and NARRATIVE in text
    assert 'value="/tasks/94/"' in text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "part"])
def test_what_was_typed_is_kept_when_something_is_wrong(
    client: Client, officer: User, language: str, headers: dict[str, str]
) -> None:
    client.force_login(officer)
    wrong = {
        **SENT,
        "state": "done",
        "percent": "90",
        "basis": "money",
        "output_0": "2.1",
        "back": "/tasks/94/",
    }
    page = client.post(url("report"), wrong, headers=headers)
    text = text_of(page)
    assert page.status_code == 200
    assert (
        NARRATIVE in text and 'value="90"' in text and 'value="2.1"' in text and 'value="/tasks/94/"' in text
    )
    assert 'value="money" selected' in text and re.search(r'value="done"[^>]*checked', text)
    assert {"zh-hans": "请填写完成日期。", "en": "Give the day on which it was done."}[language] in text
    assert 'aria-describedby="progress-done_on_error"' in text and 'id="progress-done_on_error"' in text
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"percent": "viel"}, "percent"),
        ({"percent": "101"}, "percent"),
        ({"period": "1999"}, "period"),
        ({"period": "2016 or 1=1"}, "period"),
        ({"state": "finished"}, "state"),
        ({"state": ""}, "state"),
        ({"basis": "guess"}, "basis"),
        ({"done_on": "31.12.2016"}, "done_on"),
        ({"narrative": "好"}, "narrative"),
        ({"output_0": "NaN"}, "output_0"),
        ({"output_0": "about ten"}, "output_0"),
    ],
)
def test_nonsense_is_said_beside_its_field(
    client: Client, officer: User, wrong: dict[str, str], field: str
) -> None:
    client.force_login(officer)
    page = client.post(url("report"), {**SENT, **wrong})
    assert page.status_code == 200 and f'id="progress-{field}_error"' in text_of(page)
    assert not ProgressReport.objects.exists()


def test_a_figure_of_zero_is_a_figure_and_an_empty_one_is_none(client: Client, officer: User) -> None:
    client.force_login(officer)
    client.post(url("report"), {**SENT, "output_0": "0"})
    (figure,) = ProgressReport.objects.get().outputs.values()
    assert figure["value"] == "0"
    client.post(url("report"), {**SENT, "percent": "50", "output_0": ""})
    assert ProgressReport.objects.latest("id").outputs == {}


def test_markup_in_a_narrative_is_text(client: Client, officer: User) -> None:
    client.force_login(officer)
    client.post(url("report"), {**SENT, "narrative": "<script>alert(1)</script> 第一行\n第二行"})
    raw = client.get(url("progress")).content.decode()
    assert "<script>alert" not in raw and "&lt;script&gt;alert(1)&lt;/script&gt; 第一行<br>第二行" in raw


def test_clicking_twice_is_one_report(client: Client, officer: User) -> None:
    client.force_login(officer)
    assert [client.post(url("report"), SENT).status_code for _ in range(2)] == [302, 302]
    assert ProgressReport.objects.count() == 1


def test_a_forged_form_is_refused(officer: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(officer)
    assert strict.post(url("report"), SENT).status_code == 403
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_only_get_and_post(client: Client, officer: User, method: str) -> None:
    client.force_login(officer)
    assert getattr(client, method)(url("report")).status_code == 405
    assert getattr(client, method)(url("progress")).status_code == 405
    assert client.post(url("progress"), SENT).status_code == 405


# -- being refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_report_gets_a_page_that_says_why(
    client: Client, user: Any, language: str, method: str
) -> None:
    client.force_login(user("department_officer", "finance-bureau"))
    page = getattr(client, method)(url("report"), SENT)
    assert page.status_code == 403
    assert {"zh-hans": "您代表市财政局", "en": "You act for Finance Bureau"}[language] in text_of(page)
    assert not ProgressReport.objects.exists()


def test_nobody_reports_without_logging_in(client: Client) -> None:
    for page in (client.get(url("report")), client.post(url("report"), SENT)):
        assert page.status_code == 403 and reverse("people:login") in text_of(page)


# -- correcting -----------------------------------------------------------------------------------------------------


def test_correcting_starts_from_what_was_reported(client: Client, officer: User) -> None:
    client.force_login(officer)
    client.post(url("report"), {**SENT, "output_0": "2.10"})
    page = text_of(client.get(url("correct", report=1), {"back": "/tasks/94/"}))
    assert NARRATIVE in page and 'value="40.0"' in page and 'value="2.10"' in page
    assert 'name="seen" value="1"' in page and 'value="/tasks/94/"' in page
    wrong = client.post(url("correct", report=1), {**SENT, "percent": "45", "seen": "1"})
    assert 'id="progress-correction_reason_error"' in text_of(wrong)
    done = {**SENT, "percent": "45", "seen": "1", "correction_reason": "数字抄错", "back": "/tasks/94/"}
    sent = client.post(url("correct", report=1), done)
    assert sent["Location"] == "/tasks/94/#progress"
    page = text_of(client.get(url("progress")))
    assert "更正: 数字抄错" in page.replace("：", ": ") and "45 %" in page and "此前1个版本" in page


def test_a_correction_on_top_of_another_is_refused_with_what_was_typed(client: Client, officer: User) -> None:
    client.force_login(officer)
    client.post(url("report"), SENT)
    first = {**SENT, "percent": "45", "seen": "1", "correction_reason": "数字抄错"}
    client.post(url("correct", report=1), first)
    page = text_of(client.post(url("correct", report=1), {**first, "percent": "55"}))
    assert "已被更正为第2版" in page and 'value="55"' in page
    assert ProgressReport.objects.count() == 2


def test_a_report_that_is_not_there_cannot_be_corrected(client: Client, officer: User) -> None:
    client.force_login(officer)
    assert client.get(url("correct", report=9)).status_code == 404
    assert client.post(url("correct", report=9), SENT).status_code == 404


def test_another_bodys_report_cannot_be_corrected(client: Client, officer: User, user: Any) -> None:
    client.force_login(user("leading_group_office"))
    client.post(url("report"), SENT)
    client.force_login(officer)
    assert client.get(url("correct", report=1)).status_code == 403
    assert "reports/1/correct" not in text_of(client.get(url("progress")))


# -- as a part of another page ------------------------------------------------------------------------------------------


def rendered(user: Any, day: dt.date | None = None) -> str:
    request = RequestFactory().get("/tasks/94/")
    request.user = user
    package = current_package("jingdezhen")
    template = Template('{% include "supervision/_task_progress.html" %}')
    return template.render(
        Context({"request": request, "duty": package.task(94), "day": day, "csrf_token": "x" * 64})
    )


def test_the_fragment_needs_the_duty_and_the_request(officer: User) -> None:
    part = rendered(officer)
    assert 'id="progress"' in part and 'value="/tasks/94/"' in part and "csrfmiddlewaretoken" in part
    assert 'id="progress"' in rendered(AnonymousUser())


def test_the_fragment_shows_the_day_that_the_page_looks_at(officer: User) -> None:
    part = rendered(officer, dt.date(2016, 6, 30))
    assert "2016-06-30" in part and part.count("data-state=") == 2
    assert rendered(officer, None).count("data-state=") == 1


def test_the_panel_takes_one_query(officer: User, django_assert_num_queries: Any) -> None:
    package = current_package("jingdezhen")
    client = Client()
    client.force_login(officer)
    for year in (2015, 2016, 2017):
        client.post(url("report"), {**SENT, "period": str(year)})
    with django_assert_num_queries(1):
        panel = progress_panel(officer, package, package.task(94))
    assert len(panel.entries) == 3


def test_a_suggested_year_is_one_that_is_owed(officer: User) -> None:
    package = current_package("jingdezhen")
    # due 2020, nothing reported: the year that the last passed date fell in
    panel = progress_panel(officer, package, package.task(94))
    assert panel.form is not None and panel.form.initial["period"] == 2020


def test_every_text_has_chinese() -> None:
    import polib

    from ecociv import supervision

    catalogue = polib.pofile(f"{supervision.__path__[0]}/locale/zh_Hans/LC_MESSAGES/django.po")
    assert [entry.msgid for entry in catalogue if not entry.translated()] == []
    with translation.override("zh-hans"):
        assert translation.gettext("Send the report") == "提交填报", "compile the translations: make setup"
