"""Who reads what of a book: the whole of it, or what touches the account of the own body; on every door to it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ecociv.cli.main import main
from ecociv.core.text import Text
from ecociv.ledger.actions import OpenAccount, OpenBook, PostEntry
from ecociv.ledger.bank.queries import reconciliation
from ecociv.ledger.models import Book, Entry, EntryLine, LedgerAccount
from ecociv.ledger.queries import entries, statement, trial_balance
from ecociv.ledger.reading import Reach, books_read, entries_read, moved, reach_of, seen_lines
from ecociv.people.models import User
from ecociv.people.policy import Action, Actor, OrganisationPolicy, Subject
from ecociv.people.roles import Role

ZONE, COMPANY = "jingdezhen", "91360222MA0000001W"
COUNTY, OTHER = "fuliang-county", "leping-city"


@pytest.fixture
def yearly(db: None, plan_in_database: None) -> Book:
    """A book with three entries: one to both counties, one to Leping alone, one to a company.

    1: the province gives 900.00, of which Fuliang gets 300.01 and Leping 599.99. 2: the province gives Leping 55.55.
    3: the city pays a company 77.77.
    """
    book = OpenBook(
        zone=ZONE, key="compensation", title=Text(zh="生态补偿专账", en="Compensation"), keeper="finance-bureau", author="tests"
    ).execute()  # fmt: skip
    for key, body in (
        ("province", "outside"),
        ("city", "finance-bureau"),
        ("fuliang", COUNTY),
        ("leping", OTHER),
        ("owed", COMPANY),
    ):
        OpenAccount(
            book=book, key=key, title=Text(zh=f"账户{key}", en=f"Account {key}"), body=body, kind="party", floor=None,
            opened_on=dt.date(2015, 1, 1), author="tests",
        ).execute()  # fmt: skip
    for day, lines, document in (
        (1, [("province", -90000), ("fuliang", 30001), ("leping", 59999)], "年度一号"),
        (2, [("province", -5555), ("leping", 5555)], "乐平二号"),
        (3, [("city", -7777), ("owed", 7777)], "服务三号"),
    ):
        PostEntry(book, dt.date(2016, 1, day), lines, document, "说明", "tests").execute()
    return book


def someone(role: Role, organisation: str = "", zone: str = ZONE) -> User:
    return User.objects.create(
        username=f"{role.value}-{organisation or 'none'}-{zone}", role=role.value, organisation=organisation, zone=zone
    )  # fmt: skip


WHOLE = [
    (Role.DEPARTMENT_OFFICER, "finance-bureau"), (Role.LEADING_GROUP_OFFICE, ""), (Role.LEADER, ""), (Role.AUDITOR, ""),
    (Role.ADMINISTRATOR, ""),
]  # fmt: skip
"""Who reads all of the book: the body that keeps it, the office, leaders, auditors, administrators."""


@pytest.mark.parametrize(("role", "organisation"), [*WHOLE, (Role.COUNTY_OFFICER, COUNTY)])
def test_the_policy_opens_a_book(role: Role, organisation: str) -> None:
    decide = OrganisationPolicy().decide
    actor = Actor(role, ZONE, organisation)
    keeper = decide(actor, Action.READ_BOOK, Subject(ZONE, frozenset({"finance-bureau"}), public=False))
    assert keeper.ok is (role is not Role.COUNTY_OFFICER)
    own = decide(actor, Action.READ_BOOK, Subject(ZONE, frozenset({COUNTY}), public=False))
    assert own.ok is ((role, organisation) != WHOLE[0])
    assert not decide(
        Actor(role, ZONE, organisation, active=False), Action.READ_BOOK, Subject(ZONE, public=False)
    ).ok


def test_how_far_everybody_reads(yearly: Book) -> None:
    for role, organisation in WHOLE:
        assert reach_of(someone(role, organisation), yearly).whole, role
    keys = {each.pk: each.key for each in yearly.accounts.all()}
    for reader, read in (
        (someone(Role.COUNTY_OFFICER, COUNTY), {"fuliang"}),
        (someone(Role.DEPARTMENT_OFFICER, OTHER), {"leping"}),
        (someone(Role.ENTERPRISE, COMPANY), {"owed"}),
        (someone(Role.DEPARTMENT_OFFICER, "forestry-bureau"), set()),
        (someone(Role.ENTERPRISE, "91360202MA00000021"), set()),
        (someone(Role.ENTERPRISE), set()),
        (someone(Role.LEADER, "", "another"), set()),
        (None, set()),
        ("", set()),
    ):
        reach = reach_of(reader, yearly)
        assert not reach.whole and {keys[pk] for pk in reach.own or ()} == read
        assert reach.nothing is (not read) and [each.book for each in books_read(reader, ZONE)] == [
            yearly
        ] * bool(read)
    assert reach_of("ecociv", yearly).whole, "a command without an account"


def test_a_county_sees_its_own_lines_and_its_part_of_the_other_side(yearly: Book) -> None:
    county = someone(Role.COUNTY_OFFICER, COUNTY)
    (entry,) = entries(yearly, reader=county)
    seen = seen_lines(list(entry.lines.all()), reach_of(county, yearly))
    # of the 900.00 that the province gave, what stands against Fuliang's 300.01
    assert [(line.account.key, line.amount) for line in seen if line.account] == [
        ("fuliang", 30001),
        ("province", -30001),
    ]
    assert moved(seen) == 30001
    rows = trial_balance(yearly, reader=county)
    assert [(row.account.key, row.balance) for row in rows] == [("fuliang", 30001)]
    account = yearly.accounts.get(key="fuliang")
    (row,) = statement(account, reader=county).rows
    assert [each.key for each in row.others if each] == ["province"]
    # who reads the whole book sees the other county in the same statement
    (row,) = statement(account, reader=someone(Role.LEADER)).rows
    assert {each.key for each in row.others if each} == {"province", "leping"}
    for query in (statement, reconciliation):
        with pytest.raises(PermissionDenied):
            query(yearly.accounts.get(key="leping"), reader=county)
    assert reconciliation(account, reader=county).book == 30001
    every = list(yearly.entries.select_related("book"))
    assert entries_read(county, every) == {every[0].pk} and len(entries_read("tests", every)) == 3


def test_an_entry_of_which_the_other_side_has_several_accounts_names_none(yearly: Book) -> None:
    entry = PostEntry(
        yearly, dt.date(2016, 2, 1), [("province", -10000), ("leping", -2000), ("fuliang", 9000), ("city", 3000)], "调整四号", "说明", "tests"
    ).execute()  # fmt: skip
    reach = reach_of(someone(Role.COUNTY_OFFICER, COUNTY), yearly)
    assert [
        (line.account.key if line.account else None, line.amount)
        for line in seen_lines(list(entry.lines.all()), reach)
    ] == [("fuliang", 9000), (None, -9000)]
    # who gave all of it sees where it went
    giver = PostEntry(
        yearly,
        dt.date(2016, 2, 2),
        [("fuliang", -500), ("leping", 200), ("city", 300)],
        "五号",
        "说明",
        "tests",
    ).execute()
    assert [line.amount for line in seen_lines(list(giver.lines.all()), reach)] == [-500, 200, 300]


@given(
    amounts=st.lists(st.integers(-(10**12), 10**12).filter(bool), min_size=1, max_size=7),
    own=st.sets(st.integers(0, 7)),
)
def test_what_is_seen_adds_up_to_zero_and_is_never_more_than_the_own_part(
    amounts: list[int], own: set[int]
) -> None:
    if sum(amounts):
        amounts = [*amounts, -sum(amounts)]
    book = Book(zone=ZONE, key="any")
    lines = [
        EntryLine(account=LedgerAccount(pk=place, key=str(place), book=book), amount=amount, place=place)
        for place, amount in enumerate(amounts)
    ]
    seen = seen_lines(lines, Reach(book, frozenset(own)))
    assert sum(line.amount for line in seen) == 0
    mine = [line.amount for line in lines if line.account_id in own]
    shown = [line.amount for line in seen if line.account is not None and line.account.pk in own]
    assert shown == mine, "every own line, as it is"
    across = sum(line.amount for line in seen) - sum(shown)
    assert across == -sum(mine) and bool(seen) == bool(mine)


PAGES = [
    ("ledger",), ("ledger-book", "compensation"), ("ledger-entries", "compensation"), ("ledger-entry", "compensation", 1),
    ("ledger-account", "compensation", "fuliang"), ("ledger-bank", "compensation", "fuliang"),
]  # fmt: skip
CLOSED = [
    ("ledger-entry", "compensation", 2), ("ledger-entry", "compensation", 3), ("ledger-account", "compensation", "leping"),
    ("ledger-account", "compensation", "province"), ("ledger-bank", "compensation", "leping"),
]  # fmt: skip
SECRET = ["599.99", "55.55", "655.54", "900.00", "955.55", "77.77", "leping", "乐平二号", "服务三号"]
"""What concerns others: amounts and sums of others, their accounts, their documents."""


def at(name: str, *args: Any) -> str:
    return reverse(f"portal:{name}", args=args)


@pytest.fixture
def client(yearly: Book) -> Callable[..., Client]:
    def make(role: Role, organisation: str = "") -> Client:
        made = Client(headers={"accept-language": "en"})
        made.force_login(someone(role, organisation))
        return made

    return make


def test_pages_and_exports_of_a_county_have_nothing_of_others(client: Callable[..., Client]) -> None:
    county = client(Role.COUNTY_OFFICER, COUNTY)
    for name, *args in PAGES:
        text = county.get(at(name, *args)).content.decode()
        assert not [word for word in SECRET if word in text], name
        assert "300.01" in text or name == "ledger", name
    for name, args, query in (
        ("ledger-book", ("compensation",), ""),
        ("ledger-entries", ("compensation",), ""),
        ("ledger-entries", ("compensation",), "&q=二号"),
        ("ledger-entries", ("compensation",), "&account=leping"),
        ("ledger-account", ("compensation", "fuliang"), ""),
    ):
        found = county.get(at(name, *args) + f"?format=csv{query}")
        assert found.status_code == 200 and found["Content-Type"].startswith("text/csv")
        assert not [word for word in SECRET if word in found.content.decode("utf-8-sig")], (name, query)
    for name, *args in CLOSED:
        assert county.get(at(name, *args)).status_code == 404, (name, args)
    for name in ("match", "load"):
        assert county.post(at(f"ledger-bank-{name}", "compensation", "leping")).status_code == 404
        assert (
            county.post(at(f"ledger-bank-{name}", "compensation", "fuliang"), {"row": "1"}).status_code == 403
        )
    assert county.get(at("ledger-entry-new", "compensation")).status_code == 403
    assert "1 row found" in county.get(at("ledger-entries", "compensation")).content.decode()


@pytest.mark.parametrize(("role", "organisation"), WHOLE)
def test_pages_of_who_reads_the_whole(client: Callable[..., Client], role: Role, organisation: str) -> None:
    reader = client(role, organisation)
    for name, *args in [*PAGES, *CLOSED]:
        assert reader.get(at(name, *args)).status_code == 200, (name, args)
    csv = reader.get(at("ledger-entries", "compensation") + "?format=csv").content.decode("utf-8-sig")
    assert all(amount in csv for amount in ("900.00", "55.55", "77.77"))
    assert "your own part" not in reader.get(at("ledger-entry", "compensation", 1)).content.decode()


def test_an_enterprise_reads_its_own_account_and_nobody_else_who_has_none(
    client: Callable[..., Client],
) -> None:
    own = client(Role.ENTERPRISE, COMPANY)
    text = own.get(at("ledger-entries", "compensation")).content.decode()
    assert "77.77" in text and "Account city" in text and "300.01" not in text and "leping" not in text
    assert (
        own.get(at("ledger")).status_code == own.get(at("ledger-entry", "compensation", 3)).status_code == 200
    )
    assert own.get(at("ledger-entry", "compensation", 1)).status_code == 404
    assert own.get(at("ledger-account", "compensation", "city")).status_code == 404
    other = client(Role.ENTERPRISE, "91360202MA00000021")
    department = client(Role.DEPARTMENT_OFFICER, "forestry-bureau")
    for name, *args in [*PAGES, *CLOSED]:
        assert other.get(at(name, *args)).status_code == 403, "an enterprise without an account"
        assert Client().get(at(name, *args)).status_code == 302, "a visitor"
        assert department.get(at(name, *args)).status_code == (200 if name == "ledger" else 404)
    assert "No book" in department.get(at("ledger")).content.decode()


def test_commands_read_as_an_account(yearly: Book) -> None:
    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["ledger", *arguments, "--format", "json"])

    county, leader = someone(Role.COUNTY_OFFICER, COUNTY).username, someone(Role.LEADER).username
    (found,) = json.loads(run("balance", "--as", county).stdout)
    assert {each["account"]: each["balance"] for each in found["accounts"]} == {"fuliang": "300.01"}
    assert len(json.loads(run("balance", "--as", leader).stdout)[0]["accounts"]) == 5
    said = json.loads(run("balance", "compensation/fuliang", "--as", county).stdout)
    assert [row["others"] for row in said["rows"]] == [["province"]]
    closed = run("balance", "compensation/leping", "--as", county)
    assert closed.exit_code == 3 and "Accounts: fuliang." in closed.output and "province" not in closed.output
    assert run("reconcile", "compensation/leping", "--as", county).exit_code == 3
    assert json.loads(run("reconcile", "compensation/fuliang", "--as", county).stdout)["book"] == "300.01"
    proof = run("verify", "--as", county)
    assert proof.exit_code == 3 and "only its own part of compensation" in proof.output
    assert run("verify", "--as", leader).exit_code == 0
    nobody = someone(Role.ENTERPRISE, "91360202MA00000021").username
    assert json.loads(run("balance", "--as", nobody).stdout) == []
    assert Entry.objects.count() == 3
