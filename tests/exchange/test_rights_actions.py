"""Allocation, surrender, pledge, freezing and the rest, through the journal and under a document."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from ecociv.core.trace import Trace
from ecociv.exchange.actions import CommandRefused, Deposit
from ecociv.exchange.models import AllocationRound, MovementRow, VerifiedEmission
from ecociv.exchange.queries import holdings_of, money_of
from ecociv.exchange.registry import Series, State
from ecociv.exchange.registry.rules import Applicant
from ecociv.exchange.rights.allocating import AllocateRound, GrantPaidPart, rounds
from ecociv.exchange.rights.applicants import FileRefused, applicants_of_file, applicants_of_permits
from ecociv.exchange.rights.base import RightsRefused, instrument_on, registry_read
from ecociv.exchange.rights.emissions import RecordVerifiedEmission, SurrenderUnits
from ecociv.exchange.rights.expiring import ExpireSeries
from ecociv.exchange.rights.holding import (
    BankUnits,
    BorrowUnits,
    BuyBackUnits,
    CancelUnits,
    FreezeUnits,
    PledgeUnits,
    ReclaimIdle,
    ReleasePledge,
    ReplaceUnits,
    TransferUnits,
    UnfreezeUnits,
)
from ecociv.exchange.rights.parties import party
from ecociv.people.models import AuditEntry
from ecociv.registers.sample import load_sample_registers
from exchange.rights_situations import (
    CEA,
    CEMENT,
    CERAMICS,
    DAY,
    KILN,
    POWER,
    POWER_TOO,
    RESERVE,
    SO2,
    ZONE,
    factory,
    give,
    officer,
    open_accounts,
)

pytestmark = pytest.mark.django_db
PAPER = {"zone": ZONE, "author": "test", "document": "景环〔2018〕9号", "on": DAY}


@pytest.fixture(scope="module")
def registers(plan_in_database: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The sample registers, taken back with the plan at the end of the module."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        load_sample_registers(ZONE)


@pytest.fixture(autouse=True)
def exchange(registers: None, db: None) -> None:
    open_accounts()


def held(account: str, state: str = "free", instrument: str = "so2") -> int:
    return sum(
        one.quantity for one in holdings_of(ZONE, account, instrument=instrument) if one.state == state
    )


def sound() -> None:
    assert registry_read(ZONE, lambda registry: registry.verify()) == []


# ------------------------------------------------------------------------------------------------ parties, allocation


def test_sector_and_basin_come_from_the_register() -> None:
    so2, cod = instrument_on(ZONE, "so2", DAY), instrument_on(ZONE, "cod", DAY)
    assert (party(ZONE, POWER, so2, DAY).sector, party(ZONE, POWER, so2, DAY).region) == (
        "power",
        "jingdezhen",
    )
    assert (party(ZONE, KILN, cod, DAY).sector, party(ZONE, KILN, cod, DAY).region) == (
        "industry",
        "changjiang-river",
    )
    assert party(ZONE, POWER, cod, DAY).region == "lean-river"
    assert party(ZONE, "unknown", so2, DAY).sector == ""


def test_a_round_from_permits_gives_each_his_amount_and_keeps_the_arithmetic() -> None:
    """SO2 permitted: KILN 1,700, CERAMICS 950, POWER 9,500, POWER_TOO 22, CEMENT 1,100 t; others have no account.

    1,700 + 950 + 9,500 + 22 + 1,100 = 13,272 t; a quarter is paid for: 3,318 t. Of a cap of 13,336 t 64 t have no ground.
    """
    found, left_out = applicants_of_permits(
        ZONE, instrument_on(ZONE, "so2", DAY), "jingdezhen", DAY, paid=Fraction(1, 4)
    )
    assert {one.account: one.permitted for one in found} == {
        KILN: 1_700_000,
        CERAMICS: 950_000,
        POWER: 9_500_000,
        POWER_TOO: 22_000,
        CEMENT: 1_100_000,
    }
    assert left_out and all(one.why.en == "no account on the exchange yet" for one in left_out)
    AllocateRound(series=SO2, cap=13_336_000, applicants=found, left_out=left_out, **PAPER).execute()
    assert held(KILN) == 1_275_000
    assert held(RESERVE) == 3_318_000 + 64_000
    (made,) = rounds(ZONE, SO2)
    part = next(one for one in made.parts if one["account"] == CERAMICS)
    assert (part["units"], part["free"], part["paid"]) == (950_000, 712_500, 237_500)
    assert Trace.from_json(part["trace"]).value == 950_000
    assert len(made.left_out) == len(left_out) and made.reserve == 64_000
    sound()
    with pytest.raises(RightsRefused) as caught:
        AllocateRound(series=SO2, cap=1, applicants=[Applicant(KILN, 1)], **PAPER).execute()
    assert caught.value.code == "allocated-before"
    AllocateRound(series=SO2, cap=10, applicants=[Applicant(KILN, 10)], supplement=True, **PAPER).execute()
    assert held(KILN) == 1_275_010 and [one.number for one in rounds(ZONE, SO2)] == [2, 1]


def test_the_paid_part_is_handed_over_once_against_its_price() -> None:
    """A quarter of 400 is 100: 100 kg x 39 fen x 5 years = 19,500 fen."""
    AllocateRound(
        series=SO2, cap=400, applicants=[Applicant(KILN, 400, paid=Fraction(1, 4))], **PAPER
    ).execute()
    asked = {"series": SO2, "account": KILN, "price": 39, **PAPER}
    with pytest.raises(CommandRefused) as refused:
        GrantPaidPart(quantity=60, **asked).execute()
    assert refused.value.code == "cash-short" and held(KILN) == 300
    Deposit(zone=ZONE, author="test", account=KILN, amount=20_000, document="缴款单").execute()
    GrantPaidPart(quantity=60, **asked).execute()
    with pytest.raises(RightsRefused) as caught:
        GrantPaidPart(quantity=41, **asked).execute()
    assert caught.value.code == "paid-part"
    GrantPaidPart(quantity=40, **asked).execute()
    assert (held(KILN), held(RESERVE), money_of(ZONE, RESERVE).free) == (400, 0, 19_500)
    sound()


@pytest.mark.parametrize(
    ("series", "applicants", "code"),
    [
        (Series("so2", 2018, "changjiang-river"), [Applicant(KILN, 1)], "region-unknown"),
        (Series("so2", 0, "jingdezhen"), [Applicant(KILN, 1)], "vintage"),
        (SO2, [Applicant("nobody", 1)], "account-unknown"),
        (SO2, [Applicant(KILN)], "allocation"),
    ],
)
def test_a_round_that_does_not_fit_changes_nothing(
    series: Series, applicants: list[Applicant], code: str
) -> None:
    with pytest.raises(RightsRefused) as caught:
        AllocateRound(series=series, cap=10, applicants=applicants, **PAPER).execute()
    assert caught.value.code == code
    assert not AllocationRound.objects.exists() and not holdings_of(ZONE)


def test_a_file_of_outputs_is_read_row_by_row_all_or_nothing() -> None:
    good = (
        "account,permitted,product,output,benchmark,corrections,paid_percent\n"
        f"{POWER},,electricity,1000,0.8,1.05;0.9,10\n{POWER},,heat,200,0.11,,10\n{KILN},500,,,,,0\n"
    )
    power, kiln = applicants_of_file(good.encode())
    # 1000 x 0.8 x 1.05 x 0.9 = 756; 200 x 0.11 = 22
    assert (power.wanted, power.paid, kiln.wanted) == (778, Fraction(1, 10), 500)
    bad = good + f"{KILN},-5,,,,,0\n,1,,,,,\n{KILN},many,,,,,0\n"
    with pytest.raises(FileRefused) as caught:
        applicants_of_file(bad.encode())
    assert [fault.row for fault in caught.value.faults] == [5, 6, 7]
    for content in (b"who,what\n1,2\n", b"account,permitted\n", "account\n\u6d4b".encode("utf-16")):
        with pytest.raises(FileRefused):
            applicants_of_file(content)


# ------------------------------------------------------------------------------------------------ surrender


def test_surrender_and_restatement_through_the_journal() -> None:
    year = {"zone": ZONE, "author": "test", "account": POWER, "instrument": "cea", "year": 2022}
    on = dt.date(2023, 12, 1)
    give(CEA, POWER, 1000)
    asked = {**PAPER, "on": on, "account": POWER, "instrument_key": "cea", "year": 2022}
    with pytest.raises(RightsRefused) as caught:
        SurrenderUnits(**asked).execute()
    assert caught.value.code == "not-assessed"
    RecordVerifiedEmission(**year, quantity=600, document="核查报告1").execute()
    SurrenderUnits(**asked).execute()
    assert (held(POWER, "free", "cea"), held(POWER, "surrendered", "cea")) == (400, 600)
    with pytest.raises(RightsRefused) as caught:
        SurrenderUnits(**asked).execute()
    assert caught.value.code == "nothing-due"
    with pytest.raises(RightsRefused) as caught:
        RecordVerifiedEmission(**year, quantity=650, document="核查报告2").execute()
    assert caught.value.code == "reason-missing"
    again = RecordVerifiedEmission(**year, quantity=650, document="核查报告2", reason="复核更正").execute()
    assert again.revision == 2
    SurrenderUnits(**asked).execute()
    assert held(POWER, "surrendered", "cea") == 650  # 50 more, not 650 more
    sound()


def test_what_two_people_saw_is_settled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    give(CEA, POWER, 1000)
    RecordVerifiedEmission(
        zone=ZONE, author="test", account=POWER, instrument="cea", year=2022, quantity=600, document="报告"
    ).execute()
    asked = {**PAPER, "on": dt.date(2023, 12, 1), "account": POWER, "instrument_key": "cea", "year": 2022}
    first, second = SurrenderUnits(**asked), SurrenderUnits(**asked)
    first.check()
    second.check()
    assert first.key == second.key
    first.execute()
    # the second had planned before the first was done: its command is sent as it was planned
    monkeypatch.setattr(SurrenderUnits, "check", lambda self: None)
    with pytest.raises(RightsRefused) as caught:
        second.execute()
    assert caught.value.code == "done-already"
    assert held(POWER, "surrendered", "cea") == 600


def test_what_is_missing_is_said_and_a_part_may_go() -> None:
    give(CEA, POWER, 100)
    RecordVerifiedEmission(
        zone=ZONE, author="test", account=POWER, instrument="cea", year=2022, quantity=600, document="报告"
    ).execute()
    asked = {**PAPER, "on": dt.date(2023, 12, 1), "account": POWER, "instrument_key": "cea", "year": 2022}
    with pytest.raises(RightsRefused) as caught:
        SurrenderUnits(**asked).execute()
    assert caught.value.code == "shortfall" and "500" in caught.value.text.zh
    SurrenderUnits(**asked, partial=True).execute()
    assert held(POWER, "surrendered", "cea") == 100


def test_an_enterprise_surrenders_its_own_and_nobody_elses() -> None:
    give(CEA, POWER, 1000)
    RecordVerifiedEmission(
        zone=ZONE, author="test", account=POWER, instrument="cea", year=2022, quantity=60, document="报告"
    ).execute()
    asked = {
        **PAPER,
        "on": dt.date(2023, 12, 1),
        "account": POWER,
        "instrument_key": "cea",
        "year": 2022,
    }
    with pytest.raises(PermissionDenied):
        SurrenderUnits(**{**asked, "author": factory(KILN)}).execute()
    SurrenderUnits(**{**asked, "author": factory(POWER, "own")}).execute()
    assert held(POWER, "surrendered", "cea") == 60


# ------------------------------------------------------------------------------------------------ holding


def test_power_plants_pass_air_rights_to_power_plants_only() -> None:
    give(SO2, POWER, 100)
    with pytest.raises(RightsRefused) as caught:
        TransferUnits(series=SO2, quantity=10, giver=POWER, taker=KILN, **PAPER).execute()
    assert caught.value.code == "sector"
    TransferUnits(series=SO2, quantity=10, giver=POWER, taker=POWER_TOO, **PAPER).execute()
    assert held(POWER_TOO) == 10
    TransferUnits(series=SO2, quantity=10, giver=POWER, taker=RESERVE, **PAPER).execute()
    with pytest.raises(RightsRefused) as caught:  # the rights have ended with 2022
        TransferUnits(
            series=SO2, quantity=1, giver=POWER, taker=POWER_TOO, **{**PAPER, "on": dt.date(2023, 1, 1)}
        ).execute()
    assert caught.value.code == "expired"


def test_pledge_and_freeze_and_back_with_their_documents() -> None:
    give(SO2, KILN, 100)
    where = {"series": SO2, "account": KILN, **PAPER}
    PledgeUnits(quantity=60, claim="质押合同1", **where).execute()
    FreezeUnits(quantity=30, claim="法院1号", **where).execute()
    assert (held(KILN), held(KILN, "pledged"), held(KILN, "frozen")) == (10, 60, 30)
    with pytest.raises(CommandRefused) as refused:
        ReleasePledge(quantity=61, claim="质押合同1", **where).execute()
    assert refused.value.code == "short"
    with pytest.raises(RightsRefused) as caught:
        PledgeUnits(quantity=1, claim=" ", **where).execute()
    assert caught.value.code == "claim-missing"
    ReleasePledge(quantity=60, claim="质押合同1", **where).execute()
    UnfreezeUnits(quantity=30, claim="法院1号", **where).execute()
    assert held(KILN) == 100
    documents = set(MovementRow.objects.filter(giver=KILN).values_list("document", flat=True))
    assert documents == {PAPER["document"]}
    assert AuditEntry.objects.filter(action="exchange.movement").count() >= 4
    with pytest.raises(CommandRefused) as refused:
        CancelUnits(series=SO2, quantity=1, account=KILN, **{**PAPER, "document": " "}).execute()
    assert refused.value.code == "document-missing"


def test_officers_of_other_bodies_may_not_touch_the_registry() -> None:
    give(SO2, KILN, 100)
    stranger = officer("stranger", "forestry-bureau")
    with pytest.raises(PermissionDenied):
        PledgeUnits(
            series=SO2, account=KILN, quantity=1, claim="1", **{**PAPER, "author": stranger}
        ).execute()
    PledgeUnits(series=SO2, account=KILN, quantity=1, claim="1", **{**PAPER, "author": officer()}).execute()


def test_replacement_banking_buy_back_reclaim_and_expiry() -> None:
    give(SO2, KILN, 1000)
    ReplaceUnits(source=SO2, vintage=2019, needed=100, quality_met=False, account=KILN, **PAPER).execute()
    assert (held(KILN), held(KILN, "cancelled")) == (900, 200)  # 1000 - 200 + 100
    Deposit(zone=ZONE, author="test", account=RESERVE, amount=1_000_000, document="拨款").execute()
    BuyBackUnits(series=SO2, quantity=100, giver=KILN, price=39, **PAPER).execute()
    assert money_of(ZONE, KILN).free == 39 * 100 * 5
    with pytest.raises(RightsRefused) as caught:
        ReclaimIdle(series=SO2, quantity=100, giver=KILN, last_used=dt.date(2015, 1, 1), **PAPER).execute()
    assert caught.value.code == "idle-not-yet"
    ReclaimIdle(series=SO2, quantity=100, giver=KILN, last_used=dt.date(2013, 6, 1), **PAPER).execute()
    assert held(RESERVE) == 200
    with pytest.raises(RightsRefused) as caught:
        ExpireSeries(series=SO2, **{**PAPER, "on": dt.date(2022, 12, 31)}).execute()
    assert caught.value.code == "not-expired"
    ExpireSeries(series=SO2, **{**PAPER, "on": dt.date(2023, 1, 1)}).execute()
    assert held(KILN) == 100  # those of 2019
    give(CEA, POWER, 20_000)
    with pytest.raises(RightsRefused) as caught:
        BankUnits(
            source=CEA, vintage=2025, quantity=10_001, account=POWER, **{**PAPER, "on": dt.date(2025, 6, 1)}
        ).execute()
    assert caught.value.code == "banking-limit"
    BankUnits(
        source=CEA, vintage=2025, quantity=9_000, account=POWER, **{**PAPER, "on": dt.date(2025, 6, 1)}
    ).execute()
    with pytest.raises(RightsRefused):  # 1,000 of the base are left
        BankUnits(
            source=CEA, vintage=2025, quantity=1_001, account=POWER, **{**PAPER, "on": dt.date(2025, 6, 1)}
        ).execute()
    assert registry_read(ZONE, lambda one: one.holding(POWER, "cea", 2025, state=State.FREE)) == 9_000
    sound()


def test_borrowing_up_to_half_of_the_gap() -> None:
    give(CEA, POWER, 800)
    RecordVerifiedEmission(
        zone=ZONE, author="test", account=POWER, instrument="cea", year=2022, quantity=1000, document="报告"
    ).execute()
    asked = {**PAPER, "on": dt.date(2023, 12, 1), "account": POWER, "now": CEA}
    with pytest.raises(RightsRefused) as caught:
        BorrowUnits(quantity=101, **asked).execute()
    assert caught.value.code == "borrowing-limit"
    BorrowUnits(quantity=60, **asked).execute()
    with pytest.raises(RightsRefused):  # the gap is still 200: 40 more, not 70
        BorrowUnits(quantity=41, **asked).execute()
    BorrowUnits(quantity=40, **asked).execute()
    assert registry_read(ZONE, lambda one: one.debt(POWER, Series("cea", 2023))) == 100
    sound()


def test_verified_emissions_are_only_ever_added() -> None:
    RecordVerifiedEmission(
        zone=ZONE, author="test", account=POWER, instrument="cea", year=2022, quantity=60, document="报告"
    ).execute()
    from ecociv.people.append_only import statements

    with connection.cursor() as cursor:
        for statement in statements(connection.vendor, "exchange_verifiedemission"):
            cursor.execute(statement)
    with pytest.raises(DatabaseError), transaction.atomic():
        VerifiedEmission.objects.update(quantity=1)
    for quantity, document, code in (
        (-1, "报告", "quantity"),
        (1, " ", "document-missing"),
        (60, "报告", "unchanged"),
    ):
        with pytest.raises(RightsRefused) as caught:
            RecordVerifiedEmission(
                zone=ZONE,
                author="test",
                account=POWER,
                instrument="cea",
                year=2022,
                quantity=quantity,
                document=document,
                reason="更正",
            ).execute()
        assert caught.value.code == code


def test_two_rounds_and_two_payments_that_saw_the_same_happen_once(monkeypatch: pytest.MonkeyPatch) -> None:
    part = [Applicant(KILN, 400, paid=Fraction(1, 4))]
    rounds_ = [AllocateRound(series=SO2, cap=400, applicants=part, **PAPER) for _ in range(2)]
    for each in rounds_:
        each.check()
    rounds_[0].execute()
    Deposit(zone=ZONE, author="test", account=KILN, amount=100_000, document="缴款单").execute()
    grants = [GrantPaidPart(series=SO2, account=KILN, quantity=100, price=39, **PAPER) for _ in range(2)]
    for each in grants:
        each.check()
    grants[0].execute()
    # what was planned before is sent now, as it was planned
    for made, late in ((AllocateRound, rounds_[1]), (GrantPaidPart, grants[1])):
        monkeypatch.setattr(made, "check", lambda self: None)
        with pytest.raises(RightsRefused) as caught:
            late.execute()
        assert caught.value.code == "done-already"
    assert held(KILN) == 400 and AllocationRound.objects.count() == 1
