"""Damage from the clue to the last payment, as it stood on any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from ecociv.casework.actions import InputRefused
from ecociv.casework.models import Case
from ecociv.core.trace import Trace
from ecociv.ledger.actions import ReverseEntry
from ecociv.ledger.models import Book, LedgerAccount
from ecociv.ledger.queries import balance, trial_balance
from ecociv.ledger.verify import verify
from ecociv.liabilities.damage.actions import OpenDamage, RecordValuation, SettleDamage
from ecociv.liabilities.damage.payments import MoveDamageMoney
from ecociv.liabilities.damage.plan import Instalment
from ecociv.liabilities.damage.queries import may_read, position
from ecociv.liabilities.models import Damage, Movement
from ecociv.liabilities.money import LiabilityRefused, disagreements
from ecociv.liabilities.queries import due, total_due
from ecociv.liabilities.valuation.virtual_treatment import virtual_treatment_cost
from ecociv.people.models import User
from liabilities.conftest import FACTORY, MINE, ZONE

SIGNED = dt.date(2018, 9, 3)
FIRST, SECOND = dt.date(2018, 10, 1), dt.date(2019, 3, 1)


def cost() -> Trace:
    # 500 kg x 20 yuan x 5 = 50,000 yuan.
    return virtual_treatment_cost(
        Decimal(500), Decimal(20), "surface-water", "III", {"sensitivity": Decimal(5)}, dt.date(2018, 5, 1)
    )


def value(damage: Damage, author: object, **more: object) -> None:
    RecordValuation(damage=damage, author=author, document="评估报告", parts=[cost()], **more).execute()  # type: ignore[arg-type]


def settle(damage: Damage, author: object, plan: list[tuple[dt.date, int]], **more: object) -> None:
    SettleDamage(
        damage=damage,
        author=author,
        document="赔偿协议",
        kind="agreement",
        signed_on=SIGNED,
        instalments=[Instalment(day, fen) for day, fen in plan],
        **more,  # type: ignore[arg-type]
    ).execute()


def move(damage: Damage, author: object, kind: str, day: dt.date, fen: int, **more: object) -> Movement:
    return MoveDamageMoney(
        damage=damage,
        author=author,
        kind=kind,
        day=day,
        fen=fen,
        document="收据",
        **more,  # type: ignore[arg-type]
    ).execute()


@pytest.fixture
def agreed(consulted: Damage, bureau: User, step: Callable[..., Case]) -> Damage:
    """50,000 yuan, 20,000 by 1 October 2018 and 30,000 by 1 March 2019."""
    value(consulted, bureau)
    settle(consulted, bureau, [(FIRST, 2_000_000), (SECOND, 3_000_000)])
    step(consulted.case, "agree", bureau, ("agreement",), fields={"minutes": "达成一致"})
    consulted.refresh_from_db()
    return consulted


def test_the_enterprise_has_to_be_on_the_register(mine: str, bureau: User) -> None:
    with pytest.raises(InputRefused, match="enter it first"):
        OpenDamage(
            zone=ZONE,
            title="x",
            enterprise="91350100M000100Y43",
            clue="y",
            medium="air",
            happened_on=dt.date(2018, 1, 1),
            author=bureau,
        ).execute()
    assert not Damage.objects.exists() and not Case.objects.exists()


def test_who_reads_it(damage: Damage, user: Callable[..., User]) -> None:
    assert may_read(user("enterprise", FACTORY), damage)
    assert may_read(user("leader", ""), damage)
    assert not may_read(user("enterprise", "91350100M000100Y43"), damage)
    assert not may_read(None, damage)


def test_only_the_body_in_charge_values_and_settles(
    consulted: Damage, user: Callable[..., User], finance: User
) -> None:
    for author in (finance, user("enterprise", FACTORY), user("leader", "")):
        with pytest.raises(PermissionDenied):
            value(consulted, author)
    assert position(consulted).valuation is None


def test_nothing_is_settled_before_it_was_valued_and_consulted(damage: Damage, bureau: User) -> None:
    with pytest.raises(LiabilityRefused, match="consultation") as refused:
        settle(damage, bureau, [(FIRST, 100)])
    assert "Record the valuation first" in str(refused.value)


def test_another_amount_than_the_valuation_needs_a_reason(consulted: Damage, bureau: User) -> None:
    value(consulted, bureau)
    with pytest.raises(LiabilityRefused, match="say why"):
        settle(consulted, bureau, [(FIRST, 4_900_000)])
    settle(consulted, bureau, [(FIRST, 4_900_000)], reason="磋商减免")
    assert position(consulted).agreed == 4_900_000


def test_payments_fill_the_plan_and_what_is_late_is_shown(agreed: Damage, finance: User) -> None:
    move(agreed, finance, "paid", FIRST, 1_500_000)
    day_after = position(agreed, FIRST + dt.timedelta(1))
    # 5,000 of the first instalment are missing, one day late; the second is not due yet.
    assert [(one.state, one.left) for one in day_after.instalments] == [
        ("overdue", 500_000),
        ("due", 3_000_000),
    ]
    assert (day_after.overdue, day_after.late, day_after.outstanding) == (500_000, 1, 3_500_000)
    move(agreed, finance, "paid", dt.date(2018, 11, 1), 500_000)
    assert position(agreed, dt.date(2018, 11, 1)).overdue == 0
    # What was the case before stays so.
    assert position(agreed, dt.date(2018, 10, 31)).overdue == 500_000
    assert position(agreed, SIGNED - dt.timedelta(1)).settlement is None


def test_money_is_booked_twice_and_the_two_agree(agreed: Damage, finance: User) -> None:
    move(agreed, finance, "paid", FIRST, 2_000_000)
    move(agreed, finance, "works", dt.date(2018, 12, 1), 700_000)
    book = Book.objects.get(zone=ZONE, key="environmental-liabilities")
    accounts = {one.key: balance(one) for one in LedgerAccount.objects.filter(book=book)}
    assert accounts == {
        f"damage/{agreed.case.number}": 1_300_000,
        f"payer/{FACTORY}": -2_000_000,
        "works": 700_000,
    }
    assert sum(row.balance for row in trial_balance(book, reader="tests")) == 0
    assert verify(book) is None
    assert disagreements(ZONE) == []


def test_more_than_is_there_is_not_spent_and_more_than_is_owed_not_taken(
    agreed: Damage, finance: User
) -> None:
    with pytest.raises(LiabilityRefused, match="still to be paid"):
        move(agreed, finance, "paid", FIRST, 5_000_001)
    move(agreed, finance, "paid", FIRST, 100)
    with pytest.raises(LiabilityRefused, match="below its floor"):
        move(agreed, finance, "works", SECOND, 101)
    with pytest.raises(LiabilityRefused, match="once the case is closed"):
        move(agreed, finance, "refund", SECOND, 1)
    assert Movement.objects.count() == 1


@pytest.mark.parametrize(
    ("fen", "day", "document", "word"),
    [
        (0, FIRST, "x", "above zero"),
        (1, dt.date(2999, 1, 1), "x", "not come yet"),
        (1, FIRST, " ", "Name the document"),
        (1, SIGNED - dt.timedelta(1), "x", "before there is a settlement"),
    ],
)
def test_what_cannot_be_is_not_booked(
    agreed: Damage, finance: User, fen: int, day: dt.date, document: str, word: str
) -> None:
    with pytest.raises(LiabilityRefused, match=word):
        MoveDamageMoney(
            damage=agreed, author=finance, kind="paid", day=day, fen=fen, document=document
        ).execute()
    assert not Movement.objects.exists()


def test_only_who_keeps_the_book_books(agreed: Damage, bureau: User, user: Callable[..., User]) -> None:
    for author in (bureau, user("enterprise", FACTORY)):
        with pytest.raises(PermissionDenied):
            move(agreed, author, "paid", FIRST, 100)


def test_the_same_request_is_booked_once(agreed: Damage, finance: User) -> None:
    first = move(agreed, finance, "paid", FIRST, 5_000_000, request="r1")
    assert move(agreed, finance, "paid", FIRST, 5_000_000, request="r1").pk == first.pk
    with pytest.raises(LiabilityRefused, match="other content"):
        move(agreed, finance, "paid", FIRST, 4_000_000, request="r1")
    assert Movement.objects.count() == 1


def test_a_reversed_entry_counts_no_more_and_did_count_before(agreed: Damage, finance: User) -> None:
    paid = move(agreed, finance, "paid", FIRST, 2_000_000)
    known = timezone.now()
    ReverseEntry(paid.entry, "记错", finance).execute()
    assert position(agreed).sums.paid == 0
    assert position(agreed, as_of=known).sums.paid == 2_000_000
    assert disagreements(ZONE) == []


def test_a_supplement_replaces_the_plan_and_not_the_payments(
    agreed: Damage, bureau: User, finance: User
) -> None:
    move(agreed, finance, "paid", FIRST, 2_000_000)
    known = timezone.now()
    with pytest.raises(LiabilityRefused, match="less than what is paid"):
        settle(agreed, bureau, [(SECOND, 1_000_000)], reason="x")
    settle(agreed, bureau, [(FIRST, 2_000_000), (dt.date(2019, 9, 1), 3_000_000)], reason="延期")
    on = dt.date(2019, 4, 1)
    assert position(agreed, on).overdue == 0
    assert position(agreed, on, known).overdue == 3_000_000


def test_what_is_still_to_be_restored_is_a_liability(agreed: Damage, finance: User) -> None:
    def found(on: dt.date) -> dict[str, tuple[object, object]]:
        return {one.key: (one.amount, one.secured) for one in due(ZONE, on)}

    move(agreed, finance, "paid", FIRST, 2_000_000)
    move(agreed, finance, "works", dt.date(2018, 12, 1), 700_000)
    number = agreed.case.number
    assert number not in found(SIGNED - dt.timedelta(1))
    # Paying in restores nothing; accepted works do: 50,000 - 7,000.
    assert found(FIRST)[number] == (Decimal("50000.00"), Decimal("20000.00"))
    assert found(dt.date(2018, 12, 1))[number] == (Decimal("43000.00"), Decimal("13000.00"))
    # The mine: 40,000 x 12 x 1.2 = 576,000, nothing spent.
    assert found(dt.date(2018, 12, 1))[MINE] == (Decimal("576000.00"), Decimal("0.00"))
    added = total_due(ZONE, dt.date(2018, 12, 1))
    assert added.value == Decimal("619000.00")
    assert Trace.from_json(added.to_json()) == added


def test_a_closed_case_leaves_nothing_to_restore(
    agreed: Damage, bureau: User, user: Callable[..., User], step: Callable[..., Case]
) -> None:
    office = user("leading_group_office", "")
    step(agreed.case, "restore", bureau)
    step(agreed.case, "finish", bureau, fields={"restored": "已清淤"})
    step(agreed.case, "close", office, ("verification",), fields={"verified": "合格"}, outcome="restored")
    agreed.refresh_from_db()
    assert agreed.case.number not in {one.key for one in due(ZONE)}
    # The day before it was closed it was still due.
    assert agreed.case.number in {one.key for one in due(ZONE, timezone.localdate() - dt.timedelta(1))}
    with pytest.raises(LiabilityRefused, match="closed"):
        value(agreed, bureau, reason="再评")
