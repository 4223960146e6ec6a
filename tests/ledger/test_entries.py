"""Posting, reversing, reading and proving a book."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as property_tests
from hypothesis import strategies as st

from ecociv.core.text import Text
from ecociv.ledger.actions import LedgerRefused, OpenAccount, OpenBook, PostEntry, ReverseEntry
from ecociv.ledger.models import Book, Entry, EntryLine, LedgerAccount
from ecociv.ledger.money import NotMoney, fen
from ecociv.ledger.queries import balance, balances, statement, trial_balance
from ecociv.ledger.verify import verify
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.recorded import AppendOnlyError
from ledger.conftest import open_book

MARCH = dt.date(2016, 3, 31)


def post(book: Book, day: dt.date, *lines: tuple[str, int], **more: Any) -> Entry:
    said = {"document": "景财建〔2016〕12号", "text": "生态补偿", "author": "tests", **more}
    return PostEntry(book, day, lines, **said).execute()


def test_money_moves_and_nothing_is_made(book: Book, city: LedgerAccount) -> None:
    post(book, dt.date(2016, 1, 4), ("province", -500_00), ("city", 500_00))
    paid = post(book, MARCH, ("city", -120_50), ("fuliang", 120_50))
    assert (paid.number, paid.kind, len(paid.seal)) == (2, "transfer", 64)
    # 500.00 - 120.50 = 379.50
    assert balance(city) == 379_50
    assert balance(city, dt.date(2016, 3, 30)) == 500_00
    assert {each.key: amount for each, amount in balances(book).items()} == {
        "city": 379_50, "fuliang": 120_50, "province": -500_00,
    }  # fmt: skip
    assert verify(book) is None and audit.verify() is None


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([("province", -100), ("city", 99)], "unbalanced"),
        ([("province", -100), ("city", 0), ("fuliang", 100)], "unbalanced"),
        ([], "unbalanced"),
        ([("province", -100), ("leping", 100)], "account-unknown"),
        ([("city", -1), ("fuliang", 1)], "below-floor"),
        ([("province", -100), ("province", 100)], "moves-nothing"),
        ([("province", -(10**16)), ("city", 10**16)], "amount-too-large"),
    ],
)
def test_an_entry_that_cannot_stand_leaves_nothing(
    book: Book, lines: list[tuple[str, int]], code: str
) -> None:
    with pytest.raises(LedgerRefused) as refused:
        post(book, MARCH, *lines)
    assert refused.value.code == code
    assert not Entry.objects.exists() and not EntryLine.objects.exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"document": "  "}, "no-document"),
        ({"text": ""}, "no-text"),
        ({"day": dt.date(2999, 1, 1)}, "day-to-come"),
        ({"day": dt.date(2014, 12, 31)}, "not-open-yet"),
        ({"kind": "reversal"}, "kind-unknown"),
        ({"kind": "gift"}, "kind-unknown"),
    ],
)
def test_what_an_entry_has_to_say(book: Book, more: dict[str, Any], code: str) -> None:
    day = more.pop("day", MARCH)
    with pytest.raises(LedgerRefused) as refused:
        post(book, day, ("province", -100), ("city", 100), **more)
    assert code in refused.value.codes


def test_a_float_is_no_money(book: Book) -> None:
    with pytest.raises(TypeError, match="whole number of fen"):
        PostEntry(book, MARCH, [("province", -0.29), ("city", 0.29)], "d", "t", "tests").check()  # type: ignore[list-item]


def test_an_entry_of_an_earlier_day_may_not_empty_an_account_in_between(
    book: Book, city: LedgerAccount
) -> None:
    # 1 January +100, 1 March -100; on 1 February nothing can be spent, although 100 were there then.
    post(book, dt.date(2016, 1, 1), ("province", -100), ("city", 100))
    post(book, dt.date(2016, 3, 1), ("city", -100), ("fuliang", 100))
    with pytest.raises(LedgerRefused, match="on 2016-03-01") as refused:
        post(book, dt.date(2016, 2, 1), ("city", -1), ("fuliang", 1))
    assert refused.value.code == "below-floor"


def test_the_floor_itself_may_be_reached_and_not_passed(book: Book) -> None:
    OpenAccount(
        book=book, key="credit", title=Text(zh="透支", en="Credit"), body="city", kind="fund", floor=-50_00,
        opened_on=dt.date(2015, 1, 1), author="tests",
    ).execute()  # fmt: skip
    post(book, MARCH, ("credit", -50_00), ("city", 50_00))
    with pytest.raises(LedgerRefused, match=r"-50\.00"):
        post(book, MARCH, ("credit", -1), ("city", 1))


def test_the_same_request_twice_is_one_entry(book: Book) -> None:
    first = post(book, MARCH, ("province", -100), ("city", 100), key="settlement-2016-03")
    again = post(book, MARCH, ("province", -100), ("city", 100), key="settlement-2016-03")
    assert again == first and Entry.objects.count() == 1
    with pytest.raises(LedgerRefused, match="other content") as refused:
        post(book, MARCH, ("province", -200), ("city", 200), key="settlement-2016-03")
    assert refused.value.code == "key-used"


def test_a_reversal_takes_back_once_and_both_stay(book: Book, city: LedgerAccount) -> None:
    wrong = post(book, MARCH, ("province", -700), ("city", 700))
    before = timezone.now()
    back = ReverseEntry(wrong, "金额有误", "tests", day=dt.date(2016, 4, 5)).execute()
    assert (back.kind, back.number, back.reverses) == ("reversal", 2, wrong)
    assert [line.amount for line in back.lines.all()] == [700, -700]
    assert balance(city) == 0
    assert balance(city, MARCH) == 700, "the day keeps what was true then"
    assert balance(city, as_of=before) == 700, "and the moment what was known then"
    for again, code in ((wrong, "reversed-before"), (back, "is-a-reversal")):
        with pytest.raises(LedgerRefused) as refused:
            ReverseEntry(again, "再次", "tests").execute()
        assert refused.value.code == code
    with pytest.raises(LedgerRefused, match="Say why"):
        ReverseEntry(wrong, " ", "tests").execute()
    assert verify(book) is None


def test_what_was_spent_on_cannot_be_taken_back(book: Book) -> None:
    given_ = post(book, MARCH, ("province", -700), ("city", 700))
    post(book, MARCH, ("city", -700), ("fuliang", 700))
    with pytest.raises(LedgerRefused) as refused:
        ReverseEntry(given_, "退回", "tests").execute()
    assert refused.value.code == "below-floor"


def test_a_statement_adds_up(book: Book, city: LedgerAccount) -> None:
    post(book, dt.date(2016, 1, 4), ("province", -500), ("city", 500))
    post(book, dt.date(2016, 3, 1), ("city", -200), ("fuliang", 150), ("province", 50))
    post(book, dt.date(2016, 2, 1), ("province", -30), ("city", 30))
    found = statement(city, dt.date(2016, 2, 1), dt.date(2016, 12, 31), reader="tests")
    # 500 + 30 - 200 = 330
    assert (found.opening, found.paid_in, found.paid_out, found.closing) == (500, 30, 200, 330)
    assert [row.balance for row in found.rows] == [530, 330]
    assert [each.key for each in found.rows[1].others] == ["fuliang", "province"]
    trial = trial_balance(book, reader="tests")
    assert [(row.account.key, row.paid_in, row.paid_out, row.balance) for row in trial] == [
        ("city", 530, 200, 330), ("fuliang", 150, 0, 150), ("province", 50, 530, -480),
    ]  # fmt: skip
    assert sum(row.balance for row in trial) == 0


def test_only_the_keeper_writes(book: Book, plan_in_database: None) -> None:
    def officer(role: str, body: str, zone: str = "jingdezhen") -> User:
        return User.objects.create(username=f"{role}-{body}-{zone}", role=role, organisation=body, zone=zone)

    lines = (("province", -100), ("city", 100))
    keeper = officer("department_officer", "finance-bureau")
    assert post(book, MARCH, *lines, author=keeper).author == keeper
    for other in (
        officer("department_officer", "forestry-bureau"),
        officer("department_officer", "finance-bureau", "elsewhere"),
        officer("administrator", ""),
        officer("leader", ""),
        officer("auditor", ""),
        " ",
        None,
    ):
        with pytest.raises(PermissionDenied):
            post(book, MARCH, *lines, author=other)
        with pytest.raises(PermissionDenied):
            OpenBook(zone="jingdezhen", key="x", title=Text(zh="账", en="b"), keeper="finance-bureau", author=other).execute()  # fmt: skip
    assert Entry.objects.count() == 1


def test_keys_are_used_once(book: Book) -> None:
    assert open_book() == book
    with pytest.raises(LedgerRefused, match="choose another"):
        OpenBook(zone="jingdezhen", key="compensation", title=Text(zh="另一本", en="Another"), keeper="finance-bureau", author="tests").execute()  # fmt: skip
    with pytest.raises(LedgerRefused) as refused:
        OpenAccount(book=book, key="city", title=Text(zh="别的", en="Other"), body="", kind="gold", floor=5, author="tests").execute()  # fmt: skip
    assert set(refused.value.codes) == {"no-key", "kind-unknown", "floor-above-zero", "key-taken"}


def test_what_is_posted_stays(book: Book) -> None:
    entry = post(book, MARCH, ("province", -100), ("city", 100))
    for row in (book, book.accounts.get(key="city"), entry, entry.lines.get(place=1)):
        with pytest.raises(AppendOnlyError):
            row.save()
        with pytest.raises(AppendOnlyError):
            row.delete()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda: Entry.objects.filter(number=2).update(number=9), "gap"),
        (lambda: EntryLine.objects.filter(entry__number=2, place=1).update(amount=-201), "unbalanced"),
        (lambda: Entry.objects.filter(number=2).update(text="别的"), "seal"),
        (lambda: Entry.objects.filter(number=2).update(seal="0" * 64), "seal"),
        (lambda: EntryLine.objects.filter(entry__number=2, place=1).update(day=dt.date(2016, 1, 1)), "line"),
        (lambda: EntryLine.objects.filter(entry__number=3).update(amount=-1) and EntryLine.objects.filter(entry__number=3, place=1).update(amount=1), "reversal"),
        (lambda: LedgerAccount.objects.filter(key="city").update(floor=1), "below-floor"),
    ],
)  # fmt: skip
def test_the_first_break_is_named(book: Book, damage: Any, code: str) -> None:
    from django.db import connection

    post(book, MARCH, ("province", -100), ("city", 100))
    wrong = post(book, MARCH, ("province", -200), ("city", 200))
    ReverseEntry(wrong, "有误", "tests").execute()
    post(book, MARCH, ("city", -100), ("fuliang", 100))
    assert verify(book) is None
    with connection.cursor() as cursor:
        for table in ("ledger_entry", "ledger_entryline", "ledger_ledgeraccount"):
            cursor.execute(
                f"DROP TRIGGER IF EXISTS {table}_no_update"
                if connection.vendor == "sqlite"
                else f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}"
            )
    damage()
    found = verify(book)
    assert found is not None and found.code == code


@pytest.mark.parametrize(
    "written", ["1.005", "abc", "", "1e3", "1,23", 0.29, True, None, "NaN", Decimal("NaN"), "1" * 20]
)
def test_what_is_no_money(written: Any) -> None:
    with pytest.raises(NotMoney):
        fen(written)


def test_the_trap_of_truncation() -> None:
    # int(0.29 * 100) is 28: a fen is lost where money is a float
    assert fen("0.29") == 29
    assert fen("617030.60") == 61703060


STEP = st.tuples(
    st.sampled_from(["post", "post", "reverse"]),
    st.integers(0, 400),
    st.lists(st.tuples(st.sampled_from(["city", "fuliang", "province"]), st.integers(-300, 300)), min_size=1, max_size=3),
    st.integers(0, 6),
)  # fmt: skip


@pytest.mark.django_db
@property_tests(max_examples=20)
@given(st.lists(STEP, max_size=8))
def test_whatever_is_asked_the_sum_stays_zero_and_no_floor_is_passed(steps: list[Any]) -> None:
    with transaction.atomic():
        book = open_book("property")
        for what, days, lines, place in steps:
            day = dt.date(2016, 1, 1) + dt.timedelta(days=days)
            try:
                if what == "reverse" and book.entries.count() > place:
                    ReverseEntry(book.entries.order_by("number")[place], "有误", "tests").execute()
                elif what == "post":
                    # half of them are made to balance, the others are as they come
                    rest = -sum(amount for _, amount in lines) if days % 2 else 0
                    post(book, day, *lines, *([("province", rest)] if rest else []))
            except LedgerRefused:
                continue
        for day in [*book.entries.values_list("day", flat=True).distinct(), None]:
            held = balances(book, day)
            assert sum(held.values()) == 0
            assert all(amount >= each.floor for each, amount in held.items() if each.floor is not None)
        assert [each.number for each in book.entries.all()] == list(range(1, book.entries.count() + 1))
        assert verify(book) is None
        transaction.set_rollback(True)
