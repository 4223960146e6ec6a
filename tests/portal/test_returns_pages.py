"""Departmental returns on pages: filling in, handing in, reviewing, restating, and who sees and may do what."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecociv.evidence import queries as evidence
from ecociv.evidence.models import ReturnDraft, ReturnRevision, ReturnStep
from ecociv.evidence.returns.actions import FileReturn
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.plan.queries import current_package, forget_packages
from ecociv.portal.returns_downstream import downstream

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

FORM = ["real", "sewage", "jingdezhen", "2015"]


@pytest.fixture(autouse=True)
def evidence_folder(settings: Any, tmp_path: Path) -> Any:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    forget_packages()
    yield
    forget_packages()


def holder(name: str) -> str:
    plan = current_package("jingdezhen")
    return plan.body_on(plan.resolve(name).key, timezone.localdate()).key


def client_of(role: Role, organisation: str = "", name: str = "") -> Client:
    user = User.objects.create_user(
        name or role.value, password="long enough 1", role=role, zone="jingdezhen", organisation=organisation
    )
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def officer() -> Client:
    return client_of(Role.DEPARTMENT_OFFICER, holder("市建设局"))


@pytest.fixture
def office() -> Client:
    return client_of(Role.LEADING_GROUP_OFFICE)


def at(name: str = "return", *more: str) -> str:
    return reverse(f"portal:{name}", args=[*FORM, *more])


def figures(treated: str = "800", discharged: str = "1000", **more: str) -> dict[str, str]:
    return {"v.sewage.treated": treated, "v.sewage.discharged": discharged, **more}


def handed_in(officer: Client, **more: str) -> None:
    officer.post(at("return-fill"), figures() | more)
    draft = ReturnDraft.objects.get()
    answer = officer.post(at("return-fill"), figures(action="submit", version=str(draft.version)) | more)
    assert answer.status_code == 302, answer.content.decode()


def accepted(officer: Client, office: Client) -> None:
    handed_in(officer)
    office.post(at("return-review"), {"action": "review"})
    office.post(at("return-review"), {"action": "accept"})


def test_the_whole_way_on_pages(officer: Client, office: Client, client: Client) -> None:
    assert client.get(at()).status_code == 404  # the public sees nothing that is not accepted
    handed_in(officer)
    assert client.get(at()).status_code == 404
    page = office.get(at("return-review")).content.decode()
    assert "Reviewed, in order" in page and "1,000" in page
    office.post(at("return-review"), {"action": "review"})
    office.post(at("return-review"), {"action": "accept"})
    found = evidence.observations(["sewage/jingdezhen/sewage.treated"])
    assert [each.value for each in found["sewage/jingdezhen/sewage.treated"]] == [800]
    page = officer.get(at()).content.decode()
    assert "accepted figures are evidence" in page and "Begin a restatement" in page
    public = client.get(at())
    assert public.status_code == 200
    assert "1,000" in public.content.decode() and "leading_group_office" not in public.content.decode()


def test_autosave_answers_with_the_checks_and_the_new_version(officer: Client) -> None:
    """Treated 1,200 of 1,000 discharged breaks the form's own rule."""
    answer = officer.post(at("return-fill"), figures("1200"), headers={"hx-request": "true"})
    text = answer.content.decode()
    assert 'id="return-version" value="1"' in text and "stops the return" in text
    assert "1200" in text and "1000" in text and "Saved as a draft" in text
    answer = officer.post(at("return-fill"), figures("abc", version="1"), headers={"hx-request": "true"})
    assert "is no number" in answer.content.decode()
    assert ReturnDraft.objects.get().cells["sewage.treated"] == {"text": "abc"}


def test_the_second_save_says_so_and_overwrites_nothing(officer: Client) -> None:
    colleague = client_of(Role.DEPARTMENT_OFFICER, holder("市建设局"), "colleague")
    officer.post(at("return-fill"), figures("800"))
    colleague.post(at("return-fill"), figures("801", version="1"))
    answer = officer.post(at("return-fill"), figures("802", version="1"))
    assert answer.status_code == 409
    assert "colleague has just saved" in answer.content.decode() and 'value="802"' in answer.content.decode()
    partial = officer.post(at("return-fill"), figures("802", version="1"), headers={"hx-request": "true"})
    assert partial.status_code == 200 and "colleague has just saved" in partial.content.decode()
    assert ReturnDraft.objects.get().cells["sewage.treated"] == {"text": "801"}


def test_faults_stop_the_hand_in_and_stay_on_the_page(officer: Client) -> None:
    answer = officer.post(at("return-fill"), figures("1200", action="submit"))
    assert answer.status_code == 422
    assert "nothing was handed in" in answer.content.decode() and 'value="1200"' in answer.content.decode()
    assert not ReturnRevision.objects.exists()


@pytest.mark.parametrize("name", ["return-fill", "return-upload", "return-review"])
def test_only_those_who_may(client: Client, name: str) -> None:
    answer = client.get(at(name))
    assert answer.status_code in {302, 403}
    for role in (Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR):
        assert client_of(role).get(at(name)).status_code == 403
    other = client_of(Role.DEPARTMENT_OFFICER, "forestry-bureau")
    assert other.get(at(name)).status_code == 403
    assert other.post(at("return-fill"), figures()).status_code == 403
    assert not ReturnStep.objects.exists()


def test_the_list_history_and_workbook_are_not_public(client: Client, officer: Client) -> None:
    for url in (reverse("portal:returns"), at("return-history"), at("return-workbook")):
        assert client.get(url).status_code in {302, 403}, url
        assert officer.get(url).status_code == 200, url


@pytest.mark.parametrize(
    "parts",
    [
        ["real", "nothing", "jingdezhen", "2015"],
        ["other", "sewage", "jingdezhen", "2015"],
        ["real", "sewage", "nanchang", "2015"],
        ["real", "sewage", "jingdezhen", "2015-Q1"],
        ["real", "sewage", "jingdezhen", "hello"],
        ["real", "sewage", "jingdezhen", "1800"],
        ["real", "sewage", "jingdezhen", "0000"],
    ],
)
def test_addresses_of_nothing_are_not_found(officer: Client, parts: list[str]) -> None:
    for name in ("return", "return-fill", "return-history", "return-workbook"):
        assert officer.get(reverse(f"portal:{name}", args=parts)).status_code == 404


def test_sent_back_with_the_reason_on_the_page(officer: Client, office: Client) -> None:
    handed_in(officer)
    assert office.post(at("return-review"), {"action": "send-back", "reason": ""}).status_code == 422
    office.post(at("return-review"), {"action": "send-back", "reason": "请核对排放量"})
    page = officer.get(at("return-fill")).content.decode()
    assert "请核对排放量" in page and 'value="800"' in page


def test_a_restatement_shows_what_it_moves(officer: Client, office: Client) -> None:
    """Indicator 38 is treated over discharged (zones/jingdezhen/derivations.yaml)."""
    accepted(officer, office)
    assert officer.post(at("return-restate"), {"reason": ""}).status_code == 302
    assert not ReturnDraft.objects.exists()
    officer.post(at("return-restate"), {"reason": "漏计一厂"})
    version = str(ReturnDraft.objects.get().version)
    answer = officer.post(
        at("return-fill"), figures("900", action="submit", version=version, reason="漏计一厂")
    )
    assert answer.status_code == 302
    page = office.get(at("return-review")).content.decode()
    assert "漏计一厂" in page and "What this moves downstream" in page
    assert reverse("portal:indicator", args=[38]) in page
    office.post(at("return-review"), {"action": "review"})
    office.post(at("return-review"), {"action": "accept"})
    page = officer.get(at("return-history")).content.decode()
    assert "r1" in page and "r2" in page and "changed" in page
    before = (timezone.localdate() - dt.timedelta(days=1)).isoformat()
    assert "No revision yet" in officer.get(at("return-history") + f"?as_of={before}").content.decode()


def test_downstream_by_the_declared_derivations() -> None:
    plan = current_package("jingdezhen")
    found = downstream(plan, ["sample/sewage/jingdezhen/sewage.treated"], 2015)
    assert [indicator.number for indicator, _ in found] == [38]
    assert downstream(plan, [], 2015) == []
    assert downstream(plan, ["real/nothing/of.it"], 2015) == []


def test_a_workbook_goes_out_and_comes_back_through_the_pages(officer: Client) -> None:
    data = officer.get(at("return-workbook")).content
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    sheet["F6"], sheet["F7"] = "８００", "1,000.0"
    out = io.BytesIO()
    book.save(out)
    answer = officer.post(at("return-upload"), {"workbook": SimpleUploadedFile("报表.xlsx", out.getvalue())})
    assert answer.status_code == 302
    page = officer.get(answer.url).content.decode()
    assert "Make it the draft" in page and "1,000.0" in page
    assert not ReturnDraft.objects.exists()  # nothing is written before it is confirmed
    confirmed = officer.post(answer.url, {"version": ""})
    assert confirmed.status_code == 302
    assert {key: each["text"] for key, each in ReturnDraft.objects.get().cells.items()} == {
        "sewage.treated": "８００",
        "sewage.discharged": "1,000.0",
    }
    again = officer.post(answer.url, {"version": ""})  # the draft has been saved since the page was made
    assert again.status_code == 422


def test_a_wrong_workbook_is_refused_with_its_cells(officer: Client) -> None:
    data = officer.get(
        reverse("portal:return-workbook", args=["real", "sewage", "jingdezhen", "2014"])
    ).content
    answer = officer.post(at("return-upload"), {"workbook": SimpleUploadedFile("x.xlsx", data)})
    page = officer.get(answer.url).content.decode()
    assert "asked for here is" in page and "Make it the draft" not in page
    answer = officer.post(at("return-upload"), {"workbook": SimpleUploadedFile("x.xlsx", b"nonsense")})
    assert answer.status_code == 422 and "no workbook" in answer.content.decode()
    assert officer.post(at("return-upload")).status_code == 422


def test_the_list_filters_searches_sorts_and_exports(officer: Client, office: Client) -> None:
    page = officer.get(reverse("portal:returns") + "?year=2015").content.decode()
    assert "Sewage" in page or "sewage" in page
    assert "Water" not in page.split("<tbody>")[1]  # an officer first sees what is theirs
    everything = office.get(reverse("portal:returns") + "?year=2015&format=csv").content.decode("utf-8-sig")
    rows = everything.splitlines()
    assert rows[0].startswith("Return,Place,Period,Filled by,Due")
    assert len(rows) > 50 and "overdue" in rows[1]
    none = office.get(reverse("portal:returns") + "?q=zzzz").content.decode()
    assert "Nothing matches these filters" in none


def test_sample_returns_are_marked_and_apart(officer: Client, client: Client) -> None:
    values = {"sewage.treated": 700, "sewage.discharged": 1000}
    FileReturn("jingdezhen", "sewage", "jingdezhen", "2015", values, "loader", sample=True).execute()
    page = client.get(reverse("portal:return", args=["sample", *FORM[1:]])).content.decode()
    assert "sample-mark" in page and "700" in page
    assert client.get(at()).status_code == 404
    assert "sample-mark" in officer.get(reverse("portal:returns") + "?year=2015").content.decode()
