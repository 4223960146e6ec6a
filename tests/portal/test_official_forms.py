"""Officials and posts by plain forms: recorded, corrected with a reason, refused at the field."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ecociv.evidence.models import DocumentFiling
from ecociv.people.models import User
from ecociv.plan.queries import current_package
from ecociv.supervision.responsibility.models import Official, OfficialName, PostHolding

pytestmark = pytest.mark.usefixtures("plan_in_database")

NEW = "/responsibility/officials/new/"


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.create(username=role, role=role, zone="jingdezhen"))
    return client


@pytest.fixture
def office(db):
    return signed_in("leading_group_office")


def post(**other: object) -> dict[str, object]:
    body = current_package("jingdezhen").resolve("市环保局").key
    return {
        "body": body,
        "title": "局长",
        "starts": "2015-08-01",
        "ends": "",
        "source": "任字1号",
        "without_document": "档案未移交",
        **other,
    }


def test_a_person_and_a_post_and_its_end(office):
    first = office.post(NEW, {"name": "王五", "note": ""})
    person = Official.objects.get()
    assert first.url == f"/responsibility/official/{person.pk}/posts/new/"
    assert office.post(first.url, post()).status_code == 302
    page = f"/responsibility/official/{person.pk}/"
    assert f"{page}posts/1/correct/" in office.get(page).content.decode()
    shown = office.get(f"{page}posts/1/correct/").context["form"]
    assert shown["seen"].value() == 1 and shown["title"].value() == "局长"
    ended = post(ends="2017-03-31", reason="离任", seen=1)
    assert office.post(f"{page}posts/1/correct/", ended).status_code == 302
    assert "2017-03-31" in office.get(page).content.decode()
    assert PostHolding.objects.count() == 2
    # sent again from the old page: it corrects a revision that is no longer the newest
    late = office.post(f"{page}posts/1/correct/", ended)
    assert late.status_code == 422 and list(late.context["form"].errors) == ["__all__"]


def test_a_name_is_corrected_with_a_reason(office):
    office.post(NEW, {"name": "王五", "note": ""})
    address = f"/responsibility/official/{Official.objects.get().pk}/correct/"
    without = office.post(address, {"name": "王武", "note": "", "reason": "", "seen": 1})
    assert without.status_code == 422 and list(without.context["form"].errors) == ["reason"]
    assert office.post(address, {"name": "王武", "note": "", "reason": "错字", "seen": 1}).status_code == 302
    assert [row.name for row in OfficialName.objects.order_by("revision")] == ["王五", "王武"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts": "2017-02-30"}, "starts"),
        ({"starts": "1900-01-01"}, "starts"),
        ({"ends": "2014-01-01"}, "ends"),
        ({"ends": "2999-01-01"}, "ends"),
        ({"body": "no-such-body"}, "body"),
        ({"source": ""}, "source"),
    ],
)
def test_a_fault_stands_at_its_field(office, wrong, field):
    office.post(NEW, {"name": "王五", "note": ""})
    page = office.post(f"/responsibility/official/{Official.objects.get().pk}/posts/new/", post(**wrong))
    assert page.status_code == 422 and list(page.context["form"].errors) == [field]
    assert not PostHolding.objects.exists()


def test_the_same_name_asks_what_tells_them_apart(office):
    office.post(NEW, {"name": "王五", "note": ""})
    page = office.post(NEW, {"name": "王五", "note": ""})
    assert page.status_code == 422 and list(page.context["form"].errors) == ["note"]
    assert office.post(NEW, {"name": "王五", "note": "1971-03"}).status_code == 302


@pytest.mark.parametrize("role", ["department_officer", "leader", "auditor", "administrator"])
def test_only_the_office_records(office, role):
    office.post(NEW, {"name": "王五", "note": ""})
    person, pk = signed_in(role), Official.objects.get().pk
    assert person.get(NEW).status_code == 403
    assert person.post(f"/responsibility/official/{pk}/posts/new/", post()).status_code == 403
    assert "posts/new" not in person.get(f"/responsibility/official/{pk}/").content.decode()
    assert not PostHolding.objects.exists()


def test_a_new_post_has_its_document_or_says_why_not(office, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    office.post(NEW, {"name": "王五", "note": ""})
    page = f"/responsibility/official/{Official.objects.get().pk}/"
    without = office.post(f"{page}posts/new/", post(without_document=""))
    assert without.status_code == 422 and list(without.context["form"].errors) == ["file"]
    unknown = office.post(f"{page}posts/new/", post(without_document="", digest="0" * 64))
    assert unknown.status_code == 422 and list(unknown.context["form"].errors) == ["digest"]
    empty = office.post(f"{page}posts/new/", post(without_document="", file=paper(b"MZ")))
    assert empty.status_code == 422 and list(empty.context["form"].errors) == ["file"]
    # a post that is refused files nothing
    wrong = office.post(f"{page}posts/new/", post(without_document="", file=paper(), ends="2014-01-01"))
    assert wrong.status_code == 422 and not DocumentFiling.objects.exists()

    assert office.post(f"{page}posts/new/", post(without_document="", file=paper())).status_code == 302
    held, filing = PostHolding.objects.get(), DocumentFiling.objects.get()
    assert held.document_id == filing.document_id and held.without_document == ""
    assert (filing.type, filing.subject) == ("appointment", f"official:{held.official_id}")
    shown = office.get(page).content.decode()
    assert f"/documents/{filing.record}/" in shown and held.document_id[:12] in shown

    second = post(title="党组书记", without_document="", digest=held.document_id)
    assert office.post(f"{page}posts/new/", second).status_code == 302
    third = post(title="调研员", without_document="原件在省里")
    assert office.post(f"{page}posts/new/", third).status_code == 302
    assert "原件在省里" in office.get(page).content.decode()
    # a correction keeps the file that is there
    ended = post(ends="2017-03-31", reason="离任", seen=1, without_document="")
    assert office.post(f"{page}posts/1/correct/", ended).status_code == 302
    assert PostHolding.objects.get(number=1, revision=2).document_id == held.document_id


def paper(content: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile("appointment.pdf", content or b"%PDF-1.4\n%appointment\n%%EOF\n")
