"""Reporting from one's work: drafts are kept for their author alone, recovered, and gone once handed in."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecociv.people.models import AuditEntry, User
from ecociv.people.roles import Role
from ecociv.supervision.draft_actions import LONGEST, DiscardDraft, SaveDraft, WorkDraftRefused, draft_for
from ecociv.supervision.models import ProgressReport, ReportEvidence, WorkDraft

ZONE, BODY, PLACE = "jingdezhen", "ecology-and-environment-bureau", "task:151"
NARRATIVE = "已完成前期工作，正在编制实施方案。"
PAGE = "/work/report/task/151/"
SENT = {"period": "2016", "state": "under-way", "percent": "40", "basis": "steps", "narrative": NARRATIVE}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]


def account(name: str, role: Role = Role.DEPARTMENT_OFFICER, body: str = BODY) -> User:
    return User.objects.create(username=name, role=role.value, organisation=body, zone=ZONE)


@pytest.fixture
def officer() -> User:
    return account("officer")


@pytest.fixture
def own(client: Client, officer: User) -> Client:
    client.cookies["ecociv_language"] = "en"
    client.force_login(officer)
    return client


def save(author: User, year: int = 2016, **more: Any) -> WorkDraft:
    content = {"narrative": NARRATIVE, "state": "under-way", "not_a_field": "x"}
    return SaveDraft(ZONE, PLACE, year, more.pop("content", content), author, **more).execute()


# -- actions ----------------------------------------------------------------------------------------------------


def test_a_draft_keeps_what_the_form_has_and_nothing_else(officer: User) -> None:
    draft = save(officer)
    assert draft.content == {"narrative": NARRATIVE, "state": "under-way"}
    again = save(officer, content={"narrative": "更正", "percent": "4x"})
    # Whatever stands in a field is kept as it stands: a draft is not judged.
    assert again.pk == draft.pk and again.content == {"narrative": "更正", "percent": "4x"}
    assert not ProgressReport.objects.exists()


def test_a_draft_moves_with_its_year_and_covers_no_other(officer: User) -> None:
    save(officer, 2016)
    save(officer, 2017, was=2016)
    assert list(WorkDraft.objects.values_list("year", flat=True)) == [2017]
    save(officer, 2016)
    with pytest.raises(WorkDraftRefused) as refused:
        save(officer, 2017, was=2016, content={"narrative": "别的"})
    assert refused.value.code == "another-draft"
    assert draft_for(officer, ZONE, PLACE, 2017).content["narrative"] == NARRATIVE  # type: ignore[union-attr]
    assert set(WorkDraft.objects.values_list("year", flat=True)) == {2016, 2017}


@pytest.mark.parametrize(
    ("year", "content", "code"),
    [(1999, {}, "year-not-open"), (2016, {"narrative": "长" * (LONGEST + 1)}, "too-long")],
)
def test_what_cannot_be_saved_is_refused_with_the_reason(
    officer: User, year: int, content: dict[str, str], code: str
) -> None:
    with pytest.raises(WorkDraftRefused) as refused:
        save(officer, year, content=content)
    assert refused.value.code == code and not WorkDraft.objects.exists()


def test_who_may_not_report_saves_no_draft() -> None:
    with pytest.raises(PermissionDenied):
        save(account("auditor", Role.AUDITOR, ""))


def test_a_saving_that_comes_in_after_the_report_brings_no_draft_back(own: Client, officer: User) -> None:
    opened = timezone.now()
    own.post(PAGE, SENT)
    with pytest.raises(WorkDraftRefused) as refused:
        save(officer, opened=opened)
    assert refused.value.code == "handed-in"
    assert save(officer, opened=timezone.now() + dt.timedelta(seconds=1)).pk


def test_discarding_is_the_authors_and_on_record(officer: User) -> None:
    draft = save(officer)
    with pytest.raises(PermissionDenied):
        DiscardDraft(draft, account("colleague")).execute()
    DiscardDraft(draft, officer).execute()
    assert not WorkDraft.objects.exists()
    assert AuditEntry.objects.filter(action="discard-draft", subject_key="151").count() == 1


# -- pages ------------------------------------------------------------------------------------------------------


def test_what_was_typed_is_there_again(own: Client, officer: User) -> None:
    answer = own.post(reverse("portal:work-draft", args=["task", 151]), {**SENT, "percent": "4x"})
    line = answer.content.decode()
    assert answer.status_code == 200 and "Draft saved at" in line
    assert 'name="draft_year" value="2016"' in line
    page = own.get(PAGE).content.decode()
    assert NARRATIVE in page and 'value="4x"' in page and "Your draft for 2016" in page
    assert re.search(r'value="under-way"[^>]* checked', page)
    assert "Drafts, not handed in" in own.get("/work/").content.decode()


def test_a_colleagues_draft_is_not_there(own: Client) -> None:
    draft = save(account("colleague"))
    assert NARRATIVE not in own.get(PAGE).content.decode()
    assert own.post(reverse("portal:work-discard", args=[draft.pk])).status_code == 404
    assert WorkDraft.objects.filter(pk=draft.pk).exists()


def test_handing_in_records_the_report_and_drops_the_draft(own: Client, officer: User) -> None:
    save(officer)
    other = save(officer, 2017)
    answer = own.post(PAGE, {**SENT, "draft_year": "2016"}, follow=True)
    assert answer.redirect_chain == [("/work/", 302)] and "is on record" in answer.content.decode()
    report = ProgressReport.objects.get()
    assert (report.place, report.period, str(report.percent)) == (PLACE, 2016, "40.0")
    assert list(WorkDraft.objects.all()) == [other]


def test_a_refused_report_keeps_the_draft_and_the_words(own: Client, officer: User) -> None:
    save(officer)
    page = own.post(PAGE, {**SENT, "percent": "140"}).content.decode()
    assert "field-error" in page and NARRATIVE in page and 'value="140"' in page
    assert WorkDraft.objects.count() == 1 and not ProgressReport.objects.exists()


def test_documents_are_handed_in_with_it_or_nothing_is(own: Client, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    bad = SimpleUploadedFile("run.exe", b"MZ\x90\x00" + b"\x00" * 60)
    refused = own.post(PAGE, {**SENT, "documents": bad})
    assert refused.status_code == 200 and NARRATIVE in refused.content.decode()
    assert not ProgressReport.objects.exists() and not ReportEvidence.objects.exists()
    good = SimpleUploadedFile("minutes.txt", "会议纪要：方案已讨论。".encode())
    assert own.post(PAGE, {**SENT, "documents": good}).status_code == 302
    assert ReportEvidence.objects.get().report == ProgressReport.objects.get()


def test_the_button_saves_without_scripts(own: Client, officer: User) -> None:
    answer = own.post(PAGE, {**SENT, "state": "", "action": "save"})
    assert answer.status_code == 302 and answer["Location"] == f"{PAGE}?year=2016"
    assert draft_for(officer, ZONE, PLACE).content["narrative"] == NARRATIVE  # type: ignore[union-attr]
    refused = own.post(PAGE, {**SENT, "narrative": "长" * (LONGEST + 1), "action": "save"})
    assert refused.status_code == 200 and "a draft holds" in refused.content.decode()


def test_a_supporting_body_reports_its_part(client: Client) -> None:
    from ecociv.plan.queries import current_package
    from ecociv.supervision.permissions import support_keys

    plan, today = current_package(ZONE), timezone.localdate()
    duty = next(each for each in plan.tasks if support_keys(each, plan, today))
    client.force_login(account("supports", body=sorted(support_keys(duty, plan, today))[0]))
    client.post(f"/work/report/task/{duty.number}/", {**SENT, "percent": "", "basis": ""})
    assert ProgressReport.objects.get().role == "support"


@pytest.mark.parametrize(
    ("path", "status"), [("/work/report/task/999/", 404), ("/work/report/indicator/1/", 404)]
)
def test_what_the_plan_does_not_have_is_not_found(own: Client, path: str, status: int) -> None:
    assert own.get(path).status_code == status


def test_another_body_is_refused_with_the_rule(client: Client) -> None:
    client.force_login(account("forestry", body="forestry-bureau"))
    assert client.get(PAGE).status_code == 403
    answer = client.post(reverse("portal:work-draft", args=["task", 151]), SENT)
    assert answer.status_code == 403 and not WorkDraft.objects.exists()
