"""Pages of the registry of rights and of the regulator's console."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from ecociv.exchange.actions import Deposit, OpenMarket
from ecociv.exchange.market.rules import rules_of
from ecociv.exchange.models import (
    AccountRow,
    AllocationRound,
    MarketRow,
    SurveillanceAlert,
    VerifiedEmission,
)
from ecociv.exchange.queries import holdings_of
from ecociv.exchange.rights.emissions import RecordVerifiedEmission
from ecociv.exchange.rights.watching import LookForAlerts
from ecociv.registers.sample import load_sample_registers
from exchange.rights_situations import (
    CEA,
    KILN,
    POWER,
    RESERVE,
    SO2,
    ZONE,
    factory,
    give,
    officer,
    open_accounts,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def registers(plan_in_database: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The sample registers, taken back with the plan at the end of the module."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        load_sample_registers(ZONE)


@pytest.fixture(autouse=True)
def exchange(registers: None, db: None) -> None:
    """Two holders: SO2 rights of KILN and POWER, allowances of POWER."""
    open_accounts()
    give(SO2, KILN, 1000)
    give(SO2, POWER, 3000)
    give(CEA, POWER, 500)


@pytest.fixture
def operator() -> Client:
    """An officer of the body that operates the exchange."""
    client = Client()
    client.force_login(officer())
    return client


@pytest.fixture
def enterprise() -> Client:
    """The account of KILN."""
    client = Client()
    client.force_login(factory(KILN))
    return client


def page(client: Client, name: str, *args: Any, expect: int = 200, **query: str) -> str:
    """The text of a page."""
    response = client.get(reverse(f"portal:{name}", args=args), query)
    assert response.status_code == expect, (name, response.status_code)
    return response.content.decode()


def test_lists_show_accounts_holdings_and_movements_and_are_files_too(operator: Client) -> None:
    assert "样例浮梁日用陶瓷一" in page(operator, "exchange-registry")
    assert "样例浮梁日用陶瓷一" not in page(operator, "exchange-registry", q=POWER)
    text = page(operator, "exchange-holdings")
    assert "1–1000" in text and "1001–4000" in text
    assert "1001–4000" not in page(operator, "exchange-holdings", q=KILN)
    assert "许可证" in page(operator, "exchange-movements")
    assert "开户协议" not in page(operator, "exchange-movements", kind="issue")
    for name in ("exchange-registry", "exchange-holdings", "exchange-movements"):
        response = operator.get(reverse(f"portal:{name}"), {"format": "xlsx"})
        assert load_workbook(io.BytesIO(response.content)).active.max_row > 2
    csv = operator.get(reverse("portal:exchange-holdings"), {"format": "csv"}).content.decode("utf-8-sig")
    assert f"{KILN}" in csv and "1–1000" in csv


def test_an_account_shows_its_units_and_gives_its_statement(operator: Client) -> None:
    text = page(operator, "exchange-account", KILN)
    assert "1–1000" in text and "许可证" in text
    earlier = page(operator, "exchange-account", KILN, as_of="2020-01-01")
    assert "1–1000" not in earlier
    held = operator.get(reverse("portal:exchange-statement", args=[KILN]), {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(held.content)).active
    assert [cell.value for cell in sheet[2]][6] == 1000
    moves = operator.get(
        reverse("portal:exchange-statement", args=[KILN]), {"format": "csv", "what": "movements"}
    )
    assert "许可证" in moves.content.decode("utf-8-sig")
    assert operator.get(reverse("portal:exchange-statement", args=[KILN])).status_code == 404
    page(operator, "exchange-account", "nobody", expect=404)


def test_an_enterprise_sees_its_own_account_and_nothing_else(enterprise: Client) -> None:
    assert enterprise.get(reverse("portal:exchange-registry")).headers["Location"] == reverse(
        "portal:exchange-account", args=[KILN]
    )
    assert "1–1000" in page(enterprise, "exchange-account", KILN)
    page(enterprise, "exchange-account", POWER, expect=404)
    assert (
        enterprise.get(reverse("portal:exchange-statement", args=[POWER]), {"format": "csv"}).status_code
        == 404
    )
    for name in (
        "exchange-holdings",
        "exchange-movements",
        "exchange-operate",
        "exchange-emissions",
        "exchange-allocations",
        "exchange-supervision",
        "exchange-extract",
    ):
        page(enterprise, name, expect=403)
    assert Client().get(reverse("portal:exchange-account", args=[KILN])).status_code == 302
    stranger = Client()
    stranger.force_login(factory("91360222MA00000046", "without"))
    assert "统一社会信用代码" in page(stranger, "exchange-registry") or "credit code" in page(
        stranger, "exchange-registry"
    )


def test_units_are_pledged_on_the_page_and_what_is_wrong_is_said(
    operator: Client, enterprise: Client
) -> None:
    address = reverse("portal:exchange-operate")
    this_year = timezone.localdate().year
    give(SO2._replace(vintage=this_year), KILN, 1000)
    said = {
        "operation": "pledge",
        "account": KILN,
        "instrument": "so2",
        "vintage": str(this_year),
        "region": "jingdezhen",
        "quantity": "400",
        "claim": "质押合同1",
        "document": "景环〔2018〕9号",
    }
    assert enterprise.post(address, said).status_code == 403
    assert operator.post(address, {**said, "claim": ""}).status_code == 422
    too_much = operator.post(address, {**said, "quantity": "1001"})
    assert too_much.status_code == 422 and "只有 1000" in too_much.content.decode()
    dead = operator.post(address, {**said, "vintage": "2018"})
    assert dead.status_code == 422 and "2022-12-31" in dead.content.decode()
    assert operator.post(address, said).status_code == 302
    assert [one.quantity for one in holdings_of(ZONE, KILN) if one.state == "pledged"] == [400]
    assert "质押合同1" in page(operator, "exchange-account", KILN)
    banned = operator.post(
        address, {**said, "operation": "transfer", "account": POWER, "taker": KILN, "vintage": "2022"}
    )
    assert banned.status_code == 422 and "power" in banned.content.decode()
    strange = operator.post(address, {**said, "quantity": "a lot", "vintage": "9" * 40, "instrument": "gold"})
    assert strange.status_code == 422


def test_each_kind_of_operation_is_reached_from_the_form(operator: Client) -> None:
    """2026 terms: allowances are carried over, not borrowed; SO2 rights are of 2026 so that they are valid today."""
    this_year = timezone.localdate().year
    now = SO2._replace(vintage=this_year)
    give(now, KILN, 1000)
    Deposit(zone=ZONE, author="test", account=RESERVE, amount=1_000_000, document="拨款").execute()
    address = reverse("portal:exchange-operate")
    so2 = {"instrument": "so2", "vintage": str(this_year), "region": "jingdezhen", "account": KILN}
    cea = {"instrument": "cea", "vintage": "2022", "region": "", "account": POWER}
    for said, status in (
        ({**so2, "operation": "buy-back", "quantity": "10", "price": "39"}, 302),
        ({**so2, "operation": "buy-back", "quantity": "10"}, 422),
        ({**so2, "operation": "replace", "quantity": "100", "target": str(this_year + 1)}, 422),  # not known
        (
            {
                **so2,
                "operation": "replace",
                "quantity": "100",
                "target": str(this_year + 1),
                "quality": "missed",
            },
            302,
        ),
        ({**so2, "operation": "reclaim", "quantity": "10", "last_used": "2015-01-01"}, 302),
        ({**so2, "operation": "reclaim", "quantity": "10"}, 422),
        ({**so2, "operation": "cancel", "quantity": "10"}, 302),
        ({**so2, "operation": "grant", "quantity": "10", "price": "39"}, 422),  # no paid part
        ({**cea, "operation": "bank", "quantity": "100", "target": "2025"}, 302),
        ({**cea, "operation": "bank", "quantity": "100"}, 422),
        ({**cea, "operation": "borrow", "quantity": "10"}, 422),
    ):
        assert operator.post(address, {**said, "document": "文1号"}).status_code == status, said
    # 1000 - 10 bought back - 200 given up - 10 reclaimed - 10 cancelled
    free = {one.vintage: one.quantity for one in holdings_of(ZONE, KILN) if one.state == "free"}
    assert free == {2018: 1000, this_year: 770, this_year + 1: 100}
    assert {
        one.vintage: one.quantity for one in holdings_of(ZONE, POWER, instrument="cea") if one.state == "free"
    } == {
        2022: 400,
        2025: 100,
    }


def test_surrender_shows_the_count_and_settles_it(operator: Client) -> None:
    assert operator.get(reverse("portal:exchange-surrender", args=[POWER, "cea", 2022])).status_code == 404
    address = reverse("portal:exchange-emission-new")
    said = {"account": POWER, "instrument": "cea", "vintage": "2022", "quantity": "450", "document": "报告1"}
    assert operator.post(address, {**said, "quantity": "-1"}).status_code == 422
    assert operator.post(address, said).status_code == 302
    again = operator.post(address, {**said, "quantity": "460"})
    assert again.status_code == 422 and "更正理由" in again.content.decode()
    assert operator.post(address, {**said, "quantity": "460", "reason": "复核"}).status_code == 302
    assert VerifiedEmission.objects.count() == 2
    text = page(operator, "exchange-surrender", POWER, "cea", 2022)
    assert "460" in text
    count = reverse("portal:exchange-surrender", args=[POWER, "cea", 2022])
    assert operator.post(count, {"credits": "", "document": ""}).status_code == 422
    looked = operator.post(count, {"credits": "0", "document": "通知", "look": "1"})
    assert looked.status_code == 200 and not [
        one for one in holdings_of(ZONE, POWER) if one.state == "surrendered"
    ]
    assert operator.post(count, {"credits": "", "document": "清缴通知"}).status_code == 302
    assert [one.quantity for one in holdings_of(ZONE, POWER) if one.state == "surrendered"] == [460]
    twice = operator.post(count, {"credits": "", "document": "清缴通知"})
    assert twice.status_code == 422
    assert "报告1" in page(operator, "exchange-emissions")
    assert "已清缴" in page(operator, "exchange-account", POWER)


def test_coverage_is_shown_where_nothing_is_surrendered(operator: Client) -> None:
    for quantity in (1000, 1001):
        RecordVerifiedEmission(
            zone=ZONE,
            author="test",
            account=KILN,
            instrument="so2",
            region="jingdezhen",
            year=2018,
            quantity=quantity,
            document="报告",
            reason="更正",
        ).execute()
        text = page(operator, "exchange-surrender", KILN, "so2", 2018, region="jingdezhen")
        assert ("超出 1" in text) == (quantity == 1001)


def test_a_round_is_looked_at_and_then_made(operator: Client) -> None:
    address = reverse("portal:exchange-allocation-new")
    assert operator.get(address).status_code == 200
    said = {
        "instrument": "nox",
        "vintage": "2018",
        "region": "jingdezhen",
        "cap": "20000000",
        "paid_percent": "25",
        "source": "permits",
        "on": "2018-06-01",
        "document": "景环〔2018〕10号",
    }
    looked = operator.post(address, said)
    # NOx of KILN's permit: 720,000; a quarter is 180,000
    assert (
        looked.status_code == 200
        and "720,000" in looked.content.decode()
        and "180,000" in looked.content.decode()
    )
    assert not AllocationRound.objects.exists()
    assert operator.post(address, {**said, "make": "1"}).status_code == 302
    made = AllocationRound.objects.get()
    assert [one.quantity for one in holdings_of(ZONE, KILN, instrument="nox")] == [720_000 - 180_000]
    assert "720,000" in page(operator, "exchange-allocation", made.pk)
    assert "景环〔2018〕10号" in page(operator, "exchange-allocations")
    again = operator.post(address, {**said, "make": "1"})
    assert again.status_code == 422 and AllocationRound.objects.count() == 1
    file = SimpleUploadedFile("parts.csv", b"account,permitted\nnobody,5\n,6\n")
    refused = operator.post(address, {**said, "source": "file", "file": file})
    assert refused.status_code == 422 and "3" in refused.content.decode()
    assert operator.post(address, {**said, "source": "file"}).status_code == 422
    assert operator.post(address, {**said, "instrument": "cea", "region": ""}).status_code == 422
    page(operator, "exchange-allocation", 10**6, expect=404)


def test_the_console_finds_decides_freezes_and_halts(operator: Client) -> None:
    OpenMarket(
        zone=ZONE,
        author="test",
        document="公告",
        rules=rules_of(
            {
                "market": "so2",
                "instrument": "so2",
                "vintage": 2018,
                "region": "jingdezhen",
                "label_zh": "二氧化硫",
                "label_en": "SO2",
                "reference": 1000,
            }
        ),
    ).execute()
    assert "75.00%" not in page(operator, "exchange-supervision")
    today = timezone.localdate()
    assert operator.post(reverse("portal:exchange-look"), {"day": "2018-06-04"}).status_code == 302
    assert not SurveillanceAlert.objects.exists()  # nobody held anything then
    assert operator.post(reverse("portal:exchange-look"), {"day": today.isoformat()}).status_code == 302
    text = page(operator, "exchange-supervision")
    assert "75.00%" in text and "样例乐平火力发电一" in text  # 3,000 of 4,000
    alert = LookForAlerts(zone=ZONE, author="test", day=today).execute()
    assert alert == []
    found = SurveillanceAlert.objects.first()
    assert found is not None
    address = reverse("portal:exchange-alert", args=[found.pk])
    assert operator.post(address, {"decision": "acted", "note": "已处理"}).status_code == 422
    assert operator.post(address, {"decision": "inquiry", "note": "询问函甲字一号"}).status_code == 302
    assert "甲字一号" in page(operator, "exchange-alert", found.pk)
    assert address not in page(operator, "exchange-supervision", standing="open")
    freeze = reverse("portal:exchange-order", args=["freeze"])
    assert operator.post(freeze, {"account": KILN, "document": ""}).status_code == 422
    assert operator.post(freeze, {"account": KILN, "document": "冻结令1号"}).status_code == 302
    assert AccountRow.objects.get(account=KILN).frozen
    assert "样例浮梁日用陶瓷一" in page(operator, "exchange-supervision", q="nothing-like-that")
    assert operator.post(freeze, {"account": KILN, "document": "再冻"}).status_code == 422
    unfreeze = reverse("portal:exchange-order", args=["unfreeze"])
    assert operator.post(unfreeze, {"account": KILN, "document": "解冻令"}).status_code == 302
    for what, halted in (("halt", True), ("resume", False)):
        assert (
            operator.post(
                reverse("portal:exchange-order", args=[what]), {"market": "so2", "document": "公告2"}
            ).status_code
            == 302
        )
        assert bool(MarketRow.objects.get(market="so2").halted) == halted
    page(operator, "exchange-order", "explode", expect=404)


def test_the_extract_is_taken_as_a_file(operator: Client) -> None:
    today = timezone.localdate().isoformat()
    response = operator.get(
        reverse("portal:exchange-extract"), {"since": today, "until": today, "form": "jsonl", "account": ""}
    )
    rows = [json.loads(line) for line in b"".join(response.streaming_content).decode().splitlines()]
    assert {"journal", "movement"} <= {row["record"] for row in rows}
    assert operator.get(reverse("portal:exchange-extract"), {"since": "x"}).status_code == 302
    assert (
        operator.get(
            reverse("portal:exchange-extract"), {"since": "2020-01-02", "until": "2020-01-01", "form": "csv"}
        ).status_code
        == 302
    )


def test_another_body_reads_and_changes_nothing(client: Client) -> None:
    client.force_login(officer("forester", "forestry-bureau"))
    text = page(client, "exchange-registry")
    assert reverse("portal:exchange-operate") not in text
    page(client, "exchange-operate", expect=403)
    page(client, "exchange-allocation-new", expect=403)
    page(client, "exchange-emission-new", expect=403)
    page(client, "exchange-order", "freeze", expect=403)
    assert client.post(reverse("portal:exchange-look"), {"day": "2018-06-04"}).status_code == 403
    for name in ("exchange-holdings", "exchange-movements", "exchange-emissions", "exchange-allocations"):
        page(client, name)
    assert "排污权储备" in text  # accounts without units are listed too
