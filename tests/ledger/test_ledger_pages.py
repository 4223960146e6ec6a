"""The pages of the books: who sees them, what they show, posting, reversing, reconciling."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ecociv.ledger.actions import PostEntry
from ecociv.ledger.models import BankStatement, Book, Entry, LedgerAccount, Match
from ecociv.ledger.queries import balance
from ecociv.people.models import User


@pytest.fixture
def reader(db: None, plan_in_database: None) -> Callable[..., Client]:
    """A reader of English pages: ``reader("department_officer", "finance-bureau")``."""

    def make(role: str = "", organisation: str = "") -> Client:
        client = Client(headers={"accept-language": "en"})
        if role:
            client.force_login(
                User.objects.create(
                    username=f"{role}-{User.objects.count()}",
                    role=role,
                    organisation=organisation,
                    zone="jingdezhen",
                )
            )
        return client

    return make


@pytest.fixture
def keeper(reader: Callable[..., Client]) -> Client:
    return reader("department_officer", "finance-bureau")


@pytest.fixture
def paid(book: Book) -> Entry:
    PostEntry(
        book, dt.date(2016, 1, 4), [("province", -50000), ("city", 50000)], "1号", "拨付", "tests"
    ).execute()
    return PostEntry(
        book, dt.date(2016, 3, 31), [("city", -12050), ("fuliang", 12050)], "2号", "补偿", "tests"
    ).execute()


def at(name: str, *args: Any) -> str:
    return reverse(f"portal:{name}", args=args)


PAGES = [
    ("ledger",), ("ledger-book", "compensation"), ("ledger-entries", "compensation"), ("ledger-entry", "compensation", 2),
    ("ledger-account", "compensation", "city"), ("ledger-bank", "compensation", "city"),
]  # fmt: skip


def test_people_of_the_zone_read_the_books_and_nobody_else(
    paid: Entry, reader: Callable[..., Client]
) -> None:
    leader, visitor = reader("leader"), reader()
    for name, *args in PAGES:
        assert leader.get(at(name, *args)).status_code == 200, name
        assert visitor.get(at(name, *args)).status_code == 302, name
    for name, args in (
        ("ledger-book", ("none",)),
        ("ledger-entry", ("compensation", 99)),
        ("ledger-account", ("compensation", "none")),
    ):
        assert leader.get(at(name, *args)).status_code == 404
    for name in ("ledger-entry-new", "ledger-account-new"):
        assert leader.get(at(name, "compensation")).status_code == 403


def test_what_the_pages_show(paid: Entry, reader: Callable[..., Client]) -> None:
    leader = reader("leader")
    text = leader.get(at("ledger-book", "compensation")).content.decode()
    assert "379.50" in text and "120.50" in text and "-500.00" in text
    # at the end of January nothing had been paid to Fuliang
    text = leader.get(at("ledger-book", "compensation") + "?on=2016-01-31").content.decode()
    assert "120.50" not in text and "500.00" in text
    early = leader.get(at("ledger-account", "compensation", "city") + "?as_of=2016-01-01").content.decode()
    assert "Nothing passed through" in early
    csv = leader.get(at("ledger-entries", "compensation") + "?format=csv").content.decode("utf-8-sig")
    assert "120.50" in csv and "补偿" in csv
    assert "No entry" not in leader.get(at("ledger-entries", "compensation") + "?q=nothing").content.decode()
    assert leader.get(at("ledger-book", "compensation") + "?on=wrong&sort=-balance&page=x").status_code == 200


def test_posting_once_for_two_clicks_and_reversing(paid: Entry, keeper: Client, city: LedgerAccount) -> None:
    address = at("ledger-entry-new", "compensation")
    form = {
        "day": "2016-04-01", "kind": "transfer", "payer": "city", "receiver": "fuliang", "amount": "1,00.005", "document": "3号",
        "text": "补偿", "request_key": "page:1",
    }  # fmt: skip
    text = keeper.post(address, form).content.decode()
    assert "is no amount" in text
    assert "parts of a fen" in keeper.post(address, {**form, "amount": "0.005"}).content.decode()
    assert "below its floor" in keeper.post(address, {**form, "amount": "379.51"}).content.decode()
    assert Entry.objects.count() == 2
    form["amount"] = "379.50"
    for _ in range(2):
        assert keeper.post(address, form).status_code == 302
    assert Entry.objects.count() == 3 and balance(city) == 0
    back = at("ledger-entry-reverse", "compensation", 3)
    assert keeper.post(back, {"day": "2016-04-02", "reason": ""}).status_code == 200
    assert keeper.post(back, {"day": "2016-04-02", "reason": "有误"}).status_code == 302
    assert balance(city) == 37950
    assert "was taken back" in keeper.post(back, {"day": "2016-04-02", "reason": "再次"}).content.decode()
    assert "Taken back by" in keeper.get(at("ledger-entry", "compensation", 3)).content.decode()


def test_opening_an_account(book: Book, keeper: Client) -> None:
    form = {
        "key": "leping",
        "title_zh": "乐平",
        "title_en": "Leping",
        "body": "leping-city",
        "kind": "finance",
        "floor": "0",
        "opened_on": "2016-01-01",
    }
    assert keeper.post(at("ledger-account-new", "compensation"), form).status_code == 302
    assert (
        "choose another"
        in keeper.post(
            at("ledger-account-new", "compensation"), {**form, "title_en": "Other"}
        ).content.decode()
    )


def test_reconciling_from_the_page(paid: Entry, keeper: Client, reader: Callable[..., Client]) -> None:
    def file(rows: str) -> io.BytesIO:
        made = io.BytesIO(("日期,金额,流水号,用途,对方户名\n" + rows).encode("gb18030"))
        made.name = "bank.csv"
        return made

    address = at("ledger-bank-load", "compensation", "city")
    wrong = keeper.post(address, {"file": file("2016-01-05,abc,1,,\n2016-13-05,5,2,,\n"), "form": "signed"})
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert (
        "Nothing was loaded" in text
        and "abc" in text
        and "2016-13-05" in text
        and not BankStatement.objects.exists()
    )
    assert keeper.post(address, {"form": "signed"}).status_code == 422
    assert (
        keeper.post(
            address, {"file": file("2016-01-05,500.00,1,1号,省\n2016-05-20,-120.50,2,,\n"), "form": "signed"}
        ).status_code
        == 302
    )
    assert Match.objects.count() == 1, "what the rules tell apart is matched at once"
    page = at("ledger-bank", "compensation", "city")
    assert "1 row of the bank is open" in keeper.get(page).content.decode()
    row = BankStatement.objects.get().lines.get(number="2")
    line = paid.lines.get(account__key="city")
    chosen = {"row": [row.pk], "line": [line.pk], "reason": ""}
    match = at("ledger-bank-match", "compensation", "city")
    assert "Give the reason" in keeper.post(match, chosen, follow=True).content.decode()
    assert keeper.post(match, {**chosen, "row": ["x", "9" * 30]}).status_code == 302
    assert "Matched." in keeper.post(match, {**chosen, "reason": "迟到"}, follow=True).content.decode()
    made = Match.objects.get(how="by-hand")
    withdraw = at("ledger-bank-withdraw", "compensation", "city", made.pk)
    assert reader("leader").post(withdraw, {"reason": "x"}).status_code == 403
    assert "was withdrawn" in keeper.post(withdraw, {"reason": "误"}, follow=True).content.decode()
    assert keeper.post(at("ledger-bank-withdraw", "compensation", "city", 99)).status_code == 404


def test_before_there_is_a_book(keeper: Client) -> None:
    assert "No book yet" in keeper.get(at("ledger")).content.decode()
