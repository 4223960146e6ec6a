"""From readings to money: preliminary, objection, final, correction in the next settlement, transfer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from compensation.conftest import day
from ecociv.compensation.agreements.declaration import Agreement
from ecociv.compensation.agreements.periods import period_of
from ecociv.compensation.models import Objection, Settlement, SettlementCorrection
from ecociv.compensation.settlements.actions import (
    BookSettlement,
    DecideObjection,
    Object,
    SettleFinal,
    SettlementRefused,
    SettlePreliminary,
    agreement_of,
    book_of,
    last_day_to_object,
    last_day_to_pay,
)
from ecociv.compensation.settlements.preparing import standings
from ecociv.compensation.settlements.queries import calendar_of, newest
from ecociv.compensation.settlements.verify import verify_settlements
from ecociv.ledger.actions import LedgerRefused, PostEntry
from ecociv.ledger.models import Entry
from ecociv.ledger.queries import balances
from ecociv.ledger.verify import verify
from ecociv.people import audit
from ecociv.people.recorded import AppendOnlyError

pytestmark = pytest.mark.django_db
ZONE, KEY = "jingdezhen", "zhushan-changjiang"
FINANCE = ("department_officer", "finance-bureau")
# Ammonia 1.5 against 1 mg/L: 0.5 times, so 4000 yuan a tonne; March 2017: 0.5 * 10 * 31 * 86400 / 10^6 = 13.392 t
MARCH = 5_356_800
# April has 30 days: 12.96 t * 4000 = 51840.00
APRIL = 5_184_000


@pytest.fixture
def agreement() -> Agreement:
    return agreement_of(ZONE, KEY)


def preliminary(agreement: Agreement, period: str, on: str, author: Any = "tests") -> Settlement:
    return SettlePreliminary(
        zone=ZONE,
        agreement=agreement,
        period=period_of(period),
        day=day(on),
        document="初〔1〕",
        author=author,
    ).execute()


def final(first: Settlement, on: dt.date | None = None, author: Any = "tests") -> Settlement:
    after = last_day_to_object(first) + dt.timedelta(days=1)
    return SettleFinal(preliminary=first, day=on or after, document="终〔1〕", author=author).execute()


def settled(agreement: Agreement, period: str, on: str) -> Settlement:
    return final(preliminary(agreement, period, on))


def test_a_month_from_readings_to_money(agreement: Agreement, load: Callable[..., None]) -> None:
    load({"2017-03": 1.5})
    first = preliminary(agreement, "2017-03", "2017-04-15")
    assert (first.own, first.total, first.payer, first.receiver) == (
        MARCH,
        MARCH,
        "zhushan-district",
        "changjiang-district",
    )
    assert first.trace is not None and {leaf.source_id for leaf in first.trace.leaves() if leaf.source_id} >= {
        "sample/water-zones-monthly/section-06/nh3n", "sample/border-sections-monthly/section-06/flow",
    }  # fmt: skip
    assert first.sample and first.terms == agreement.versions[0]
    done = final(first)
    assert (done.stage, done.made_of, done.digest) == ("final", first, first.digest)
    with pytest.raises(LedgerRefused) as poor:
        BookSettlement(settlement=done, day=done.day, author="tests").execute()
    assert poor.value.code == "below-floor" and not Entry.objects.exists()
    book = book_of(ZONE, agreement, "tests")
    PostEntry(
        book, day("2015-01-05"), [("outside", -MARCH), ("zhushan-district", MARCH)], "1号", "拨付", "tests"
    ).execute()
    paid = BookSettlement(settlement=done, day=done.day, author="tests").execute()
    assert paid.entry.document == "终〔1〕"
    assert {each.key: amount for each, amount in balances(book).items() if amount} == {
        "outside": -MARCH, "changjiang-district": MARCH,
    }  # fmt: skip
    with pytest.raises(SettlementRefused, match="paid before"):
        BookSettlement(settlement=done, day=done.day, author="tests").execute()
    assert verify(book) is None and verify_settlements(ZONE, KEY) is None and audit.verify() is None


def test_a_restated_reading_counts_once_in_the_next_settlement(
    agreement: Agreement, load: Callable[..., None]
) -> None:
    load({"2017-03": 1.5, "2017-04": 1.5, "2017-05": 1})
    march = settled(agreement, "2017-03", "2017-04-15")
    before = timezone.now()
    load({"2017-03": 1.2}, flow=None, reason="复核")
    # March again: 0.2 times is the first step still, 3000 yuan a tonne; 0.2 * 26.784 t * 3000 = 16070.40
    april = settled(agreement, "2017-04", "2017-05-15")
    assert (april.own, april.corrections_sum, april.total) == (
        APRIL,
        1_607_040 - MARCH,
        APRIL + 1_607_040 - MARCH,
    )
    (row,) = april.corrections.all()
    assert (row.corrects, row.before, row.after) == (march, MARCH, 1_607_040)
    assert row.changes == [
        {
            "place": "section-06", "item": "nh3n", "series": "sample/water-zones-monthly/section-06/nh3n", "month": "2017-03",
            "before": ["1.5"], "after": ["1.2"], "revision": 2,
        }
    ]  # fmt: skip
    march.refresh_from_db()
    assert march.own == MARCH, "the first figure stays"
    may = settled(agreement, "2017-05", "2017-06-15")
    assert may.corrections_sum == 0, "and the difference is not paid twice"
    assert [each.amount for each in standings(ZONE, KEY)] == [1_607_040, APRIL, may.own]
    assert [each.amount for each in standings(ZONE, KEY, before)] == [MARCH]
    # back to what it was: the next settlement gives the difference back
    load({"2017-03": 1.5, "2017-06": 1}, flow=None, reason="再复核")
    june = preliminary(agreement, "2017-06", "2017-07-15")
    assert june.corrections_sum == MARCH - 1_607_040
    assert verify_settlements(ZONE, KEY) is None, "each as it was known then, bit for bit"


def test_a_month_without_readings_is_settled_when_they_come(
    agreement: Agreement, load: Callable[..., None]
) -> None:
    load({"2017-04": 1.5})
    march = settled(agreement, "2017-03", "2017-04-15")
    assert (march.own, march.total, march.payer) == (None, 0, "") and len(march.open_because) == 3
    load({"2017-03": 1.5})
    april = settled(agreement, "2017-04", "2017-05-15")
    (row,) = april.corrections.all()
    assert (row.before, row.after, april.total) == (None, MARCH, MARCH + APRIL)


def test_the_order_of_things(agreement: Agreement, load: Callable[..., None]) -> None:
    load({"2017-03": 1.5, "2017-04": 1.5, "2017-05": 1.5})

    def refused(action: Any) -> str:
        with pytest.raises(SettlementRefused) as error:
            action()
        return error.value.code

    assert refused(lambda: preliminary(agreement, "2017-03", "2017-03-31")) == "not-over"
    assert refused(lambda: preliminary(agreement, "2014-03", "2017-03-31")) == "out-of-force"
    assert refused(lambda: preliminary(agreement, "2017-03", "2999-03-31")) == "day-to-come"
    assert (
        refused(
            lambda: SettlePreliminary(
                zone=ZONE,
                agreement=agreement,
                period=period_of("2017-03"),
                day=day("2017-04-15"),
                document=" ",
                author="tests",
            ).execute()
        )
        == "no-document"
    )
    first = preliminary(agreement, "2017-03", "2017-04-14")
    assert refused(lambda: preliminary(agreement, "2017-03", "2017-04-15")) == "nothing-new"
    # Friday 14 April; ten working days: 17 to 21, 24 to 28 April
    assert last_day_to_object(first) == day("2017-04-28")
    assert refused(lambda: final(first, day("2017-04-28"))) == "too-early"
    done = final(first, day("2017-05-02"))
    # twenty working days after 2 May: 29 and 30 May are the Dragon Boat festival, 27 May is worked
    assert last_day_to_pay(done) == day("2017-05-31")
    assert refused(lambda: final(first)) == "settled"
    assert refused(lambda: preliminary(agreement, "2017-03", "2017-05-15")) == "settled"
    assert refused(lambda: preliminary(agreement, "2017-05", "2017-06-15")) == "out-of-order"
    assert (
        refused(lambda: BookSettlement(settlement=first, day=day("2017-05-15"), author="tests").execute())
        == "not-final"
    )
    assert (
        refused(lambda: BookSettlement(settlement=done, day=day("2017-05-01"), author="tests").execute())
        == "before-final"
    )
    assert refused(lambda: agreement_of(ZONE, "none")) == "unknown"
    april = preliminary(agreement, "2017-04", "2017-05-15")
    load({"2017-04": 1.4}, flow=None, reason="复核")
    assert refused(lambda: final(april)) == "restated"
    again = preliminary(agreement, "2017-04", "2017-06-01")
    assert refused(lambda: final(april)) == "not-latest"
    assert final(again).made_of == again


def test_objections_are_decided_before_it_becomes_final(
    agreement: Agreement, load: Callable[..., None], user: Callable[..., Any], plan_in_database: None
) -> None:
    load({"2017-03": 1.5})
    first = preliminary(agreement, "2017-03", "2017-04-15", user(*FINANCE))
    party, office = (
        user("county_officer", "zhushan-district"),
        user("leading_group_office", "development-and-reform-commission"),
    )

    def objection(**changes: Any) -> Objection:
        said = {
            "settlement": first,
            "body": "zhushan-district",
            "reason": "流量有误",
            "document": "函〔1〕",
            "day": day("2017-04-18"),
            "author": party,
        }
        return Object(**{**said, **changes}).execute()

    for changes, code in (
        ({"body": "leping-city"}, "not-a-party"), ({"reason": ""}, "no-reason"), ({"document": ""}, "no-document"),
        ({"day": day("2017-04-14")}, "too-late"), ({"day": last_day_to_object(first) + dt.timedelta(days=1)}, "too-late"),
    ):  # fmt: skip
        with pytest.raises(SettlementRefused) as refused:
            objection(**changes)
        assert refused.value.code == code
    for author in (user("county_officer", "leping-city"), user("leader"), user(*FINANCE), None):
        with pytest.raises(PermissionDenied):
            objection(author=author)
    made = objection(day=last_day_to_object(first))
    with pytest.raises(SettlementRefused, match="not decided"):
        final(first)
    decision = {
        "objection": made,
        "upheld": True,
        "reason": "水位流量关系有误",
        "day": day("2017-05-10"),
        "author": office,
    }
    for author in (user(*FINANCE), party, user("administrator")):
        with pytest.raises(PermissionDenied):
            DecideObjection(**{**decision, "author": author}).execute()
    with pytest.raises(SettlementRefused, match="before the objection"):
        DecideObjection(**{**decision, "day": day("2017-04-16")}).execute()
    DecideObjection(**decision).execute()
    with pytest.raises(SettlementRefused, match="decided on before"):
        DecideObjection(**decision).execute()
    with pytest.raises(SettlementRefused, match="upheld"):
        final(first)
    # upheld: it is computed again, even where the readings stay, and becomes final from there
    again = preliminary(agreement, "2017-03", "2017-05-15")
    assert final(again).own == MARCH
    with pytest.raises(SettlementRefused) as late:
        objection(day=day("2017-04-18"))
    assert late.value.code == "not-open"


def test_only_the_office_settles(
    agreement: Agreement, load: Callable[..., None], user: Callable[..., Any], plan_in_database: None
) -> None:
    load({"2017-03": 1.5})
    first = preliminary(agreement, "2017-03", "2017-04-15")
    done = final(first)
    for author in (user("county_officer", "zhushan-district"), user("leading_group_office"), user("auditor"), user("department_officer", "finance-bureau", "elsewhere"), None):  # fmt: skip
        with pytest.raises(PermissionDenied):
            preliminary(agreement, "2017-04", "2017-05-15", author)
        with pytest.raises(PermissionDenied):
            final(first, author=author)
        with pytest.raises(PermissionDenied):
            BookSettlement(settlement=done, day=done.day, author=author).execute()


def test_the_calendar_says_where_each_period_stands(agreement: Agreement, load: Callable[..., None]) -> None:
    load({"2015-01": 1.5, "2015-02": 1})
    before = timezone.now()

    def state(on: str, as_of: dt.datetime | None = None) -> list[tuple[str, str]]:
        return [(str(each.period), each.state) for each in calendar_of(ZONE, agreement, day(on), as_of)]

    assert state("2015-02-15") == [("2015-01", "to-compute")]
    assert state("2015-02-16") == [("2015-01", "late")]
    first = preliminary(agreement, "2015-01", "2015-02-15")
    assert state("2015-02-16") == [("2015-01", "objection-days")]
    assert state("2015-02-16", before) == [("2015-01", "late")]
    assert state("2015-03-20")[-1] == ("2015-01", "to-finalise")
    done = final(first)
    assert state(str(last_day_to_pay(done)))[-1] == ("2015-01", "to-pay")
    assert state(str(last_day_to_pay(done) + dt.timedelta(days=1)))[-1] == ("2015-01", "overdue")
    settled(agreement, "2015-02", "2015-03-15")
    assert state("2015-06-01")[-2] == ("2015-02", "nothing-to-pay")
    assert newest(ZONE, KEY, "2015-01") == done and newest(ZONE, KEY, "2015-01", before) is None
    then = dt.datetime(2015, 2, 15, 4, tzinfo=dt.UTC)
    assert [(str(each.period), each.state) for each in calendar_of(ZONE, agreement, as_of=then)] == [
        ("2015-01", "to-compute")
    ], "on the day of the moment, on which nothing was late yet"


def test_what_is_settled_stays(agreement: Agreement, load: Callable[..., None]) -> None:
    load({"2017-03": 1.5, "2017-04": 1.5})
    done = settled(agreement, "2017-03", "2017-04-15")
    load({"2017-03": 1.2}, flow=None, reason="复核")
    settled(agreement, "2017-04", "2017-05-15")
    for row in (done, SettlementCorrection.objects.first()):
        assert row is not None
        with pytest.raises(AppendOnlyError):
            row.save()
        with pytest.raises(AppendOnlyError):
            row.delete()
