"""The pages of the registers: what each reader sees, and what the forms do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.registers.queries import entry, history
from ecociv.registers.sample import load_sample_registers

ZONE, FACTORY = "jingdezhen", "91360222MA0000001W"
NEW = "91350100M000100Y43"


@pytest.fixture
def logged_in(db: None) -> Callable[..., Client]:
    def make(role: str, organisation: str = "") -> Client:
        user = User.objects.create(
            username=f"{role}-{organisation}", role=Role(role).value, organisation=organisation, zone=ZONE
        )
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def sample(db: None) -> None:
    load_sample_registers(ZONE)


@pytest.fixture
def bureau(logged_in: Callable[..., Client]) -> Client:
    return logged_in("department_officer", "environmental-protection-bureau")


def test_visitors_see_the_open_fields(sample: None, client: Client) -> None:
    for address in (
        "/registers/",
        "/registers/enterprise/",
        f"/registers/enterprise/entries/{FACTORY}/",
        "/registers/enterprise/?format=csv",
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "0798-8000000" not in page.content.decode(), address
        assert "样例联系人" not in page.content.decode(), address
    assert "联系电话" not in client.get("/registers/enterprise/?format=csv").content.decode()


def test_people_of_the_zone_and_the_enterprise_itself_see_all_of_it(
    sample: None, bureau: Client, logged_in: Callable[..., Client]
) -> None:
    own = logged_in("enterprise", FACTORY)
    for reader in (bureau, own):
        page = reader.get(f"/registers/enterprise/entries/{FACTORY}/").content.decode()
        assert "0798-8000000" in page
    listed = own.get("/registers/enterprise/?q=0798").content.decode()
    assert FACTORY in listed
    assert "91360202MA00000021" not in listed


def test_the_list_searches_filters_sorts_and_hands_out(sample: None, client: Client) -> None:
    found = client.get("/registers/discharge-permit/?state=suspended").content.decode()
    assert found.count("/registers/discharge-permit/entries/") == 1
    assert "火力发电" in client.get("/registers/enterprise/?q=fadian&sort=-title").content.decode()
    before = client.get("/registers/discharge-permit/?on=2017-01-01").content.decode()
    assert "/entries/" not in before
    assert client.get("/registers/enterprise/?format=xlsx").content[:2] == b"PK"


def test_an_entry_is_made_revised_and_moved(bureau: Client) -> None:
    page = bureau.post(
        "/registers/enterprise/new/",
        {"number": NEW, "name": "乙公司", "division": "36022", "on": "2016-01-01"},
    )
    assert page.status_code == 200
    assert "36022" in page.content.decode() and "field-error" in page.content.decode()
    assert entry(ZONE, "enterprise", NEW) is None
    done = bureau.post(
        "/registers/enterprise/new/",
        {"number": NEW, "name": "乙公司", "division": "360222", "on": "2016-01-01", "key-unit": "yes"},
    )
    assert done.status_code == 302
    assert bureau.get(f"/registers/enterprise/entries/{NEW}/revise/").status_code == 200
    revised = bureau.post(
        f"/registers/enterprise/entries/{NEW}/revise/",
        {
            "name": "乙公司",
            "division": "360281",
            "on": "2017-01-01",
            "key-unit": "yes",
            "reason": "迁址",
            "seen": "1",
        },
    )
    assert revised.status_code == 302
    moved = f"/registers/enterprise/entries/{NEW}/move/suspended/"
    assert bureau.post(moved, {"on": "2018-01-01", "seen": "2"}).status_code == 200
    assert bureau.post(moved, {"on": "2018-01-01", "seen": "2", "document": "停产令"}).status_code == 302
    found = entry(ZONE, "enterprise", NEW)
    assert found is not None
    assert (found.state, found.values["division"], found.values["key-unit"]) == ("suspended", "360281", True)
    assert len(history(ZONE, "enterprise", NEW)) == 3


def test_amounts_have_an_input_for_each_pollutant(sample: None, bureau: Client) -> None:
    number = NEW + "001P"
    bureau.post(
        "/registers/enterprise/new/", {"number": NEW, "name": "乙", "division": "360222", "on": "2016-01-01"}
    )
    said = {
        "number": number,
        "site": "一厂",
        "holder": NEW,
        "management": "key",
        "permitted.cod": "1,200.5",
        "permitted.sulphur-dioxide": "0",
        "valid-from-day": "2018-01-01",
        "valid-to-day": "2020-12-31",
        "on": "2018-01-01",
    }
    assert bureau.post("/registers/discharge-permit/new/", said).status_code == 302
    found = entry(ZONE, "discharge-permit", number)
    assert found is not None
    # Zero is an amount; what was left empty has none.
    assert found.content["permitted"] == {"amounts": {"cod": "1200.5", "sulphur-dioxide": "0"}}


def test_a_file_is_taken_or_its_rows_are_named(bureau: Client) -> None:
    def send(text: str) -> str:
        file = SimpleUploadedFile("企业.csv", text.encode())
        answer = bureau.post(
            "/registers/enterprise/import/", {"file": file, "reason": "年度更新"}, follow=True
        )
        return answer.content.decode()

    head = "统一社会信用代码,名称,所在县（市、区）代码\n"
    assert "第2行" in send(head + f"{NEW},,360222\n")
    assert entry(ZONE, "enterprise", NEW) is None
    assert "乙公司" in send(head + f"{NEW},乙公司,360222\n")
    assert bureau.get("/registers/enterprise/import/").status_code == 200


@pytest.mark.parametrize(
    ("role", "body"),
    [("enterprise", FACTORY), ("department_officer", "forestry-bureau"), ("leader", ""), ("visitor", "")],
)
def test_who_does_not_keep_it_gets_no_form(
    sample: None, logged_in: Callable[..., Client], role: str, body: str
) -> None:
    reader = logged_in(role, body)
    for path in ("new/", "import/", f"entries/{FACTORY}/revise/", f"entries/{FACTORY}/move/closed/"):
        assert reader.get(f"/registers/enterprise/{path}").status_code == 403, path
        assert reader.post(f"/registers/enterprise/{path}", {}).status_code == 403, path


def test_what_is_not_there_is_said_to_be_not_there(sample: None, bureau: Client) -> None:
    for path in ("unicorns/", "enterprise/entries/1/", f"enterprise/entries/{FACTORY}/move/operating/"):
        assert bureau.get(f"/registers/{path}").status_code == 404, path
