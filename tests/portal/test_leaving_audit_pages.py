"""Pages of the leaving-office audit: who sees what, steps through forms, refusals with the reason beside what was typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from accounts.terms import COUNTY, FIRST, LAST, magistrate, person, sample_returns
from ecociv.accounts.audit.actions import OpenAudit
from ecociv.accounts.audit.models import LeavingAudit
from ecociv.accounts.audit.standing import standing_of
from ecociv.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database", "store")]


@pytest.fixture(scope="module")
def returns() -> Iterator[None]:
    with sample_returns():
        yield


@pytest.fixture
def store(settings, tmp_path, returns) -> None:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    settings.ECOCIV_VAR = str(tmp_path / "var")


@pytest.fixture
def people() -> dict[str, User]:
    return {
        "office": person("office", "leading_group_office"),
        "auditor": person("auditor", "auditor"),
        "second": person("second", "auditor"),
        "county": person("county", "county_officer", COUNTY),
        "other": person("other", "county_officer", "leping-city"),
    }


def at(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_walk_from_a_new_audit_to_its_conclusion(people):
    official = magistrate(people["office"])
    auditor, second, county = (at(people[name]) for name in ("auditor", "second", "county"))
    assert 'href="/leaving-audits/new/"' in auditor.get("/leaving-audits/").content.decode()
    wrong = auditor.post("/leaving-audits/new/", {"post": f"{official.pk}:1", "first": "2018-01-01", "last": "2018-12-31"})
    assert wrong.status_code == 422 and "没有任职记录" in wrong.content.decode()
    made = auditor.post("/leaving-audits/new/", {"post": f"{official.pk}:1"})
    audit = LeavingAudit.objects.get()
    page = f"/leaving-audits/{audit.pk}/"
    assert made.status_code == 302 and made.url == page and (audit.first, audit.last) == (FIRST, LAST)

    for tab in ("position", "changes", "attribution", "targets", "cases", "papers", "conclusion"):
        answer = auditor.get(f"{page}?tab={tab}", headers={"accept-language": "en"})
        assert answer.status_code == 200, tab
    assert "-3,150" in auditor.get(f"{page}?tab=changes").content.decode()  # the felling that was not reported

    empty = auditor.post(f"{page}step/", {"step": "publish", "seed": "", "size": "6"})
    assert empty.status_code == 422
    auditor.post(f"{page}step/", {"step": "publish", "seed": "种子", "size": "6"})
    auditor.post(f"{page}step/", {"step": "draw"})
    assert len(standing_of(audit).papers) == 6
    for number in range(1, 7):
        sent = {"step": "write", "title": f"底稿{number}", "procedure": "核对台账", "finding": "", "severity": "none", "hand_in": "on"}
        assert auditor.post(f"{page}papers/{number}/", sent).status_code == 302
        assert 'data-step="review"' not in auditor.get(f"{page}papers/{number}/").content.decode()
        assert second.post(f"{page}papers/{number}/", {"step": "review", "accept": "yes"}).status_code == 302

    assert county.get(page).status_code == 403
    auditor.post(f"{page}step/", {"step": "draft"})
    early = auditor.post(f"{page}step/", {"step": "conclude", "chosen": "average", "reason": "理由写在这里"})
    assert early.status_code == 422 and "理由写在这里" in early.content.decode()
    seen = county.get(f"{page}?tab=papers")
    assert seen.status_code == 200 and "data-step=\"comment\"" in seen.content.decode() and "底稿1" not in seen.content.decode()
    assert county.get(f"{page}papers/1/").status_code == 403 and at(people["other"]).get(page).status_code == 403
    county.post(f"{page}step/", {"step": "comment", "text": "无异议"})
    auditor.post(f"{page}step/", {"step": "conclude", "chosen": "average", "reason": "按规则"})
    assert standing_of(audit).state == "concluded"
    done = auditor.get(f"{page}?tab=conclusion").content.decode()
    assert "按规则" in done and 'data-step="conclude"' not in done


def test_readers_and_strangers(people):
    audit = OpenAudit(magistrate(people["office"]), COUNTY, FIRST, LAST, people["auditor"]).execute()
    page = f"/leaving-audits/{audit.pk}/"
    office = at(people["office"])
    assert office.get(page).status_code == 200 and audit.number in office.get("/leaving-audits/").content.decode()
    assert office.get("/leaving-audits/new/").status_code == 403
    assert office.post(f"{page}step/", {"step": "draft"}).status_code == 403
    assert office.get(f"{page}papers/new/").status_code == 403
    assert Client().get(page).status_code in {302, 403}
    assert audit.number not in at(people["county"]).get("/leaving-audits/").content.decode()
    assert office.get("/leaving-audits/?format=csv").content.startswith(b"\xef\xbb\xbf")
    assert office.get(f"{page}report.docx").status_code == 200
    assert office.get(f"{page}report.exe").status_code == 404
    assert office.get(f"{page}papers/9/").status_code == 404
    assert at(people["auditor"]).post(f"{page}step/", {"step": "burn"}).status_code == 404
    before = office.get(f"{page}?as_of=2016-01-01")
    assert before.status_code == 200  # the official was not on record then, and the page says so
    assert "没有任职记录" in before.content.decode()
