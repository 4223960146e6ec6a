"""What was borrowed is paid back in units of its vintage, and for expired rights nothing is given in any way."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from ecociv.exchange.actions import ChangeAccount, CommandRefused, Deposit, OpenAccount
from ecociv.exchange.models import AccountRow
from ecociv.exchange.queries import holdings_of, money_of
from ecociv.exchange.registry import Registry, Series, State
from ecociv.exchange.registry.rules import Applicant
from ecociv.exchange.rights.allocating import AllocateRound, GrantPaidPart
from ecociv.exchange.rights.base import RightsRefused, registry_read
from ecociv.exchange.rights.emissions import RecordVerifiedEmission
from ecociv.exchange.rights.holding import (
    BankUnits,
    BorrowUnits,
    BuyBackUnits,
    FreezeUnits,
    PledgeUnits,
    RepayUnits,
    ReplaceUnits,
    TransferUnits,
)
from exchange.rights_situations import (
    CEA,
    CERAMICS,
    DAY,
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
NEXT = Series("cea", 2023)
LAST, AFTER = dt.date(2022, 12, 31), dt.date(2023, 1, 1)
"""Rights of 2018 are valid for five years: 2018 to 2022."""


@pytest.fixture(autouse=True)
def exchange(plan_in_database: None, db: None) -> None:
    open_accounts()


def paper(on: dt.date = DAY, author: Any = "test") -> dict[str, Any]:
    return {"zone": ZONE, "author": author, "document": "景环〔2018〕9号", "on": on}


def read(what: Any) -> Any:
    def found(registry: Registry) -> Any:
        assert registry.verify() == []
        return what(registry)

    return registry_read(ZONE, found)


@pytest.fixture
def debtor() -> None:
    """POWER emitted 1000 t and held 800: of the gap of 200 it borrowed half, and was given 150 of the next year."""
    give(CEA, POWER, 800)
    RecordVerifiedEmission(
        zone=ZONE, author="test", account=POWER, instrument="cea", year=2022, quantity=1000, document="报告"
    ).execute()
    BorrowUnits(account=POWER, now=CEA, quantity=100, **paper(dt.date(2023, 12, 1))).execute()
    give(NEXT, POWER, 150)


def test_what_was_borrowed_is_repaid_in_parts_and_no_further(debtor: None) -> None:
    asked = {"account": POWER, "later": NEXT}
    RepayUnits(quantity=60, **asked, **paper()).execute()
    assert read(lambda one: (one.debt(POWER, NEXT), one.holding(POWER, "cea", 2023, state=State.FREE))) == (
        40,
        90,
    )
    with pytest.raises(CommandRefused) as caught:  # 40 are owed
        RepayUnits(quantity=41, **asked, **paper()).execute()
    assert caught.value.code == "debt"
    RepayUnits(quantity=40, **asked, **paper()).execute()
    # 150 - 60 - 40 stay; what was paid back is cancelled, and the borrowed 100 are of 2022
    assert read(lambda one: (one.debt(POWER, NEXT), one.holding(POWER, "cea", 2023, state=State.FREE))) == (
        0,
        50,
    )
    assert read(lambda one: one.holding(POWER, "cea", 2023, state=State.CANCELLED)) == 100
    assert read(lambda one: one.holding(POWER, "cea", 2022, state=State.FREE)) == 900
    with pytest.raises(CommandRefused) as caught:
        RepayUnits(quantity=1, **asked, **paper()).execute()
    assert caught.value.code == "debt"


def test_it_is_repaid_with_units_of_its_vintage_that_are_free(debtor: None) -> None:
    for later, quantity, code in (
        (CEA, 10, "debt"),
        (NEXT, 0, "quantity"),
        (Series("cea", 2024), 10, "short"),
    ):
        with pytest.raises(CommandRefused) as caught:
            RepayUnits(account=POWER, later=later, quantity=quantity, **paper()).execute()
        assert caught.value.code in (code, "debt"), later
    FreezeUnits(series=NEXT, account=POWER, quantity=145, claim="法院1号", **paper()).execute()
    with pytest.raises(CommandRefused) as caught:
        RepayUnits(account=POWER, later=NEXT, quantity=10, **paper()).execute()
    assert caught.value.code == "short"
    assert read(lambda one: one.debt(POWER, NEXT)) == 100


def test_the_holder_or_the_operator_repays_and_nobody_else(debtor: None) -> None:
    asked = {"account": POWER, "later": NEXT, "quantity": 10}
    with pytest.raises(PermissionDenied):
        RepayUnits(**asked, **paper(author=factory(KILN))).execute()
    RepayUnits(**asked, **paper(author=factory(POWER, "plant"))).execute()
    RepayUnits(**asked, **paper(author=officer())).execute()
    assert read(lambda one: one.debt(POWER, NEXT)) == 80


def _each_way(on: dt.date) -> list[Any]:
    return [
        ReplaceUnits(source=SO2, vintage=on.year, needed=10, quality_met=True, account=KILN, **paper(on)),
        BankUnits(source=SO2, vintage=on.year, quantity=10, account=KILN, **paper(on)),
        GrantPaidPart(series=SO2, quantity=10, account=CERAMICS, price=39, **paper(on)),
        BuyBackUnits(series=SO2, quantity=10, giver=KILN, price=39, **paper(on)),
        PledgeUnits(series=SO2, quantity=10, account=KILN, claim="合同1", **paper(on)),
        TransferUnits(series=SO2, quantity=10, giver=KILN, taker=CERAMICS, **paper(on)),
    ]


def test_nothing_is_given_for_rights_whose_validity_has_ended() -> None:
    give(SO2, KILN, 1000)
    AllocateRound(
        series=SO2, cap=100, applicants=[Applicant(CERAMICS, 100, paid=Fraction(1, 2))], **paper()
    ).execute()
    Deposit(zone=ZONE, author="test", account=RESERVE, amount=1_000_000, document="拨款").execute()
    Deposit(zone=ZONE, author="test", account=CERAMICS, amount=1_000_000, document="拨款").execute()
    before = (holdings_of(ZONE), money_of(ZONE, KILN), money_of(ZONE, CERAMICS))
    for action in _each_way(AFTER):
        with pytest.raises(RightsRefused) as caught:
            action.execute()
        assert "expired" in caught.value.verdict.codes, type(action).__name__
        assert "2022-12-31" in caught.value.text.zh
    assert (holdings_of(ZONE), money_of(ZONE, KILN), money_of(ZONE, CERAMICS)) == before


def test_on_their_last_day_it_is_not_validity_that_speaks_against_it() -> None:
    give(SO2, KILN, 1000)
    for action in _each_way(LAST):
        try:
            action.execute()
        except RightsRefused as refused:
            assert "expired" not in refused.verdict.codes, type(action).__name__
        except CommandRefused as refused:
            assert refused.code == "cash-short", type(action).__name__  # the reserve has no money here
    assert sum(one.quantity for one in holdings_of(ZONE, KILN) if one.state == "pledged") == 10


def test_an_expired_right_may_still_be_frozen_by_order() -> None:
    give(SO2, KILN, 1000)
    FreezeUnits(series=SO2, account=KILN, quantity=10, claim="法院2号", **paper(AFTER)).execute()
    assert sum(one.quantity for one in holdings_of(ZONE, KILN) if one.state == "frozen") == 10


def test_sector_and_regions_of_an_account_stand_in_the_journal_and_in_its_row() -> None:
    who = {"zone": ZONE, "author": "test", "document": "登记"}
    OpenAccount(
        account="new", name="new", sector="paper", regions=("jingdezhen", "changjiang-river"), **who
    ).execute()
    row = AccountRow.objects.get(account="new")
    assert (row.sector, row.regions) == ("paper", "changjiang-river,jingdezhen")
    ChangeAccount(account="new", sector="power", **who).execute()
    row.refresh_from_db()
    assert (row.sector, row.regions) == ("power", "")
    with pytest.raises(PermissionDenied):
        ChangeAccount(account="new", **{**who, "author": factory()}).execute()
