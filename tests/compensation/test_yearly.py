"""Yearly payments: computed, approved, booked; restated figures are corrected once, in the next year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compensation.conftest import day
from ecociv.compensation.agreements.declaration import compensation
from ecociv.compensation.allocation.declaration import Fund, Funds
from ecociv.compensation.areas.declaration import Scheme
from ecociv.compensation.models import YearlyPayment
from ecociv.compensation.payment import Payment
from ecociv.compensation.settlements.common import SettlementRefused
from ecociv.compensation.yearly import preparing, programmes
from ecociv.compensation.yearly.actions import ApproveYear, BookYear, ComputeYear
from ecociv.compensation.yearly.computing import compute
from ecociv.compensation.yearly.preparing import prepare_year, standing_years
from ecociv.compensation.yearly.programmes import Programme, kept_terms, read_terms
from ecociv.compensation.yearly.queries import standing_transfer, verify_years, year_states
from ecociv.core.text import Text
from ecociv.ledger.actions import LedgerRefused, ReverseEntry
from ecociv.ledger.models import Book, Entry
from ecociv.ledger.queries import balances
from ecociv.ledger.verify import verify
from ecociv.people import audit
from ecociv.people.recorded import AppendOnlyError
from ecociv.standards.declared import DeclarationError
from indicators.primary_records import file_cells

pytestmark = pytest.mark.django_db
ZONE, TITLE = "jingdezhen", Text(zh="资金", en="Fund")
FULIANG, LEPING, POOL, PAYER = "fuliang-county", "leping-city", "finance-bureau", "national-finance-ministry"
PAYMENT = Payment(office="finance-bureau", book="compensation", payer=PAYER, pool=POOL, since=2016)


def county(score: Any, **more: Any) -> dict[str, Any]:
    """A county with one score for all four factors, so that its weighted score is that score."""
    factors = ("water_quality", "water_treatment", "forest", "water_management")
    return {**dict.fromkeys(factors, score), **more}


def fund(year: int, amount: Any, counties: dict[str, Any], **more: Any) -> Fund:
    return Fund.model_validate(
        {
            "key": f"f-{year}",
            "title": {"zh": "资金", "en": "fund"},
            "year": year,
            "amount": amount,
            "source": {"document": "办法"},
            "counties": counties,
            **more,
        }
    )


def basin(*funds: Fund) -> Programme:
    return Programme("basin", TITLE, PAYMENT, False, funds)


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Callable[[Programme], Programme]:
    """Make a programme the only one of the zone, as if its files said so."""

    def put(programme: Programme) -> Programme:
        monkeypatch.setattr(preparing, "programmes", lambda zone: (programme,))
        return programme

    return put


def computed(programme: Programme, year: int, on: str = "", author: Any = "tests") -> YearlyPayment:
    when = day(on or f"{year + 1}-03-01")
    return ComputeYear(
        zone=ZONE, programme=programme, year=year, day=when, document="核〔1〕", author=author
    ).execute()


def approved(programme: Programme, year: int) -> YearlyPayment:
    first = computed(programme, year)
    return ApproveYear(
        computed=first, day=first.day + dt.timedelta(days=9), document="批〔1〕", author="tests"
    ).execute()


def booked(programme: Programme, year: int) -> YearlyPayment:
    payment = approved(programme, year)
    BookYear(payment=payment, day=payment.day, author="tests").execute()
    return payment


def held() -> dict[str, int]:
    """What is on each account, by body."""
    by_key = {account.key: body for body, account in compensation(ZONE).accounts.items()}
    return {by_key[account.key]: amount for account, amount in balances(Book.objects.get()).items() if amount}


def test_a_fund_from_scores_to_the_book(declare: Callable[[Programme], Programme]) -> None:
    # 60 and 40 of 100 points: 600 and 400 of 1000; Leping loses 30 %, 120, which stay in the pool. 10⁴ yuan are 10⁶ fen.
    penalty = {"share": "0.3", "document": "通报"}
    one = declare(basin(fund(2016, 1000, {FULIANG: county(60), LEPING: county(40, penalty=penalty)})))
    payment = approved(one, 2016)
    assert payment.own == {FULIANG: 600_000_000, LEPING: 280_000_000, POOL: 120_000_000}
    assert payment.totals == payment.own and payment.payer_gives == payment.whole == 1_000_000_000
    transfer = BookYear(payment=payment, day=payment.day, author="tests").execute()
    assert (transfer.entry.document, transfer.entry.key) == ("批〔1〕", "yearly:basin:2016:1")
    assert held() == {FULIANG: 600_000_000, LEPING: 280_000_000, POOL: 120_000_000, PAYER: -1_000_000_000}
    with pytest.raises(SettlementRefused, match="booked before"):
        BookYear(payment=payment, day=payment.day, author="tests").execute()
    assert payment.trace_of(LEPING) is not None and payment.trace.unit == "wan_yuan"
    assert verify(Book.objects.get()) is None and verify_years(ZONE, "basin") is None
    assert audit.verify() is None
    with pytest.raises(AppendOnlyError):
        payment.save()


def test_what_was_withheld_is_paid_in_a_later_year_and_never_twice(
    declare: Callable[[Programme], Programme],
) -> None:
    penalty = {"share": "0.3", "document": "通报"}
    first = fund(2016, 1000, {FULIANG: county(60), LEPING: county(40, penalty=penalty)})
    both = {FULIANG: county(50), LEPING: county(50)}
    booked(declare(basin(first, fund(2017, 500, both, from_pool=120))), 2016)
    booked(declare(basin(first, fund(2017, 500, both, from_pool=120))), 2017)
    # 120 of the 500 come from the pool, so that the payer gives 380 more.
    assert held() == {FULIANG: 850_000_000, LEPING: 530_000_000, PAYER: -1_380_000_000}
    more = declare(basin(first, fund(2017, 500, both, from_pool=120), fund(2018, 10, both, from_pool=10)))
    with pytest.raises(LedgerRefused) as refused:
        booked(more, 2018)
    assert refused.value.code == "below-floor", "the pool is empty"


def test_a_restated_score_is_corrected_once_and_both_stay(
    declare: Callable[[Programme], Programme],
) -> None:
    later = fund(2017, 100, {FULIANG: county(50), LEPING: county(50)})
    before = basin(fund(2016, 1000, {FULIANG: county(60), LEPING: county(40)}), later)
    first = booked(declare(before), 2016)
    moment = timezone.now()
    after = declare(basin(fund(2016, 1000, {FULIANG: county(50), LEPING: county(50)}), later))
    second = booked(after, 2017)
    # 2016 comes to 500 each now: 100 go from Fuliang to Leping, beside the 50 of 2017 each.
    assert second.totals == {FULIANG: -50_000_000, LEPING: 150_000_000, POOL: 0}
    row = second.corrections.get()
    assert (row.before, row.after) == (
        {FULIANG: 600_000_000, LEPING: 400_000_000, POOL: 0},
        {FULIANG: 500_000_000, LEPING: 500_000_000, POOL: 0},
    )
    assert {(each["county"], each["before"], each["after"]) for each in row.changes(frozenset({LEPING}))} == {
        (LEPING, "40", "50")
    }
    first.refresh_from_db()
    assert first.own[FULIANG] == 600_000_000, "the first figure stays"
    assert held() == {FULIANG: 550_000_000, LEPING: 550_000_000, PAYER: -1_100_000_000}
    third = declare(basin(*after.funds, fund(2018, 10, {FULIANG: county(1), LEPING: county(1)})))
    assert prepare_year(ZONE, third, 2018).corrections == (), "it is not paid twice"
    assert [each.amounts[FULIANG] for each in standing_years(ZONE, "basin")] == [500_000_000, 50_000_000]
    assert [each.amounts[FULIANG] for each in standing_years(ZONE, "basin", moment)] == [600_000_000]
    assert verify_years(ZONE, "basin") is None


SCORES = st.integers(min_value=1, max_value=1000)
AMOUNTS = st.integers(min_value=100, max_value=1_000_000).map(lambda hundredths: Decimal(hundredths) / 100)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    scores=st.tuples(*[SCORES] * 6),
    amounts=st.tuples(AMOUNTS, AMOUNTS, AMOUNTS),
    withheld=st.sampled_from([None, "0.3", "0.47", "0.5"]),
)
def test_bookings_sum_to_the_pot_and_a_correction_brings_the_books_to_a_fresh_computation(
    declare: Callable[[Programme], Programme],
    scores: tuple[int, ...],
    amounts: tuple[Decimal, ...],
    withheld: str | None,
) -> None:
    penalty = {"share": withheld, "document": "通报"} if withheld else None
    a, b, c, d, e, f = scores
    old = fund(2016, amounts[0], {FULIANG: county(a, penalty=penalty), LEPING: county(b)})
    new = fund(2016, amounts[1], {FULIANG: county(c), LEPING: county(d, penalty=penalty)})
    next_ = fund(2017, amounts[2], {FULIANG: county(e), LEPING: county(f)})
    with transaction.atomic():
        booked(declare(basin(old, next_)), 2016)
        entry = Entry.objects.get(key="yearly:basin:2016:1")
        lines = [line.amount for line in entry.lines.all()]
        assert sum(lines) == 0 and sum(line for line in lines if line > 0) == amounts[0] * 1_000_000
        booked(declare(basin(new, next_)), 2017)
        fresh: dict[str, int] = {}
        for each in (new, next_):
            for body, amount in compute(each, each.year, POOL).amounts.items():
                fresh[body] = fresh.get(body, 0) + (amount or 0)
        fresh[PAYER] = -sum(fresh.values())
        assert held() == {body: amount for body, amount in fresh.items() if amount}
        assert -fresh[PAYER] == (amounts[1] + amounts[2]) * 1_000_000
        transaction.set_rollback(True)


def farmland(since: int = 2016) -> Programme:
    """Cultivated land of two counties at 10 yuan a mu."""
    rate = {"yuan_per_mu": 10, "valid_from": "2012-01-01", "source": {"document": "办法"}}
    scheme = Scheme.model_validate(
        {
            "key": "farmland",
            "title": {"zh": "耕地", "en": "Farmland"},
            "kind": "farmland",
            "counties": [LEPING, FULIANG],
            "lands": {
                "cultivated": {
                    "name": {"zh": "耕地", "en": "Cultivated land"},
                    "area": {"network": "land", "properties": ["land.cultivated"]},
                    "rates": [rate],
                }
            },
        }
    )
    payment = Payment(office="finance-bureau", book="compensation", payer=PAYER, since=since)
    return Programme("farmland", scheme.title, payment, False, scheme=scheme)


def cultivated(year: int, **hectares: float) -> None:
    cells = {f"land/{name.replace('_', '-')}/land.cultivated": value for name, value in hectares.items()}
    file_cells(year, cells, source=f"return-{year}-{hectares}")


def test_areas_from_returns_to_the_book_and_restated(declare: Callable[[Programme], Programme]) -> None:
    one = declare(farmland())
    cultivated(2016, fuliang_county=100)
    first = booked(one, 2016)
    # 100 ha are 1500 mu, 15,000 yuan; Leping has not reported, which is missing and not zero.
    assert first.own == {FULIANG: 1_500_000, LEPING: None} and first.totals == {FULIANG: 1_500_000, LEPING: 0}
    assert [text.en for text in first.open_because] == [
        "leping-city: the area is not known for 2016: Cultivated land."
    ]
    known = timezone.now()
    cultivated(2016, fuliang_county=120, leping_city=10)
    cultivated(2017, fuliang_county=120, leping_city=10)
    assert prepare_year(ZONE, one, 2017, as_of=known).corrections == (), "as it was known then"
    second = booked(one, 2017)
    # 2016 now: 18,000 and 1,500; so 3,000 and 1,500 more, beside 18,000 and 1,500 of 2017.
    assert second.totals == {FULIANG: 1_800_000 + 300_000, LEPING: 150_000 + 150_000}
    row = second.corrections.get()
    assert (row.before, row.after) == (first.own, {FULIANG: 1_800_000, LEPING: 150_000})
    changed = {each["county"]: (each["before"], each["after"], each["revision"]) for each in row.changes()}
    assert changed == {FULIANG: ("100", "120", 2), LEPING: ("", "10", 1)}
    assert held() == {FULIANG: 3_600_000, LEPING: 300_000, PAYER: -3_900_000}
    assert verify_years(ZONE, "farmland") is None and verify(Book.objects.get()) is None
    assert [(each.year, each.state) for each in year_states(ZONE, one, day("2019-01-02"))] == [
        (2018, "to-compute"), (2017, "booked"), (2016, "booked"),
    ]  # fmt: skip
    assert [(each.year, each.state) for each in year_states(ZONE, one, day("2019-01-02"), known)] == [
        (2017, "to-compute"), (2016, "booked"),
    ]  # fmt: skip


def test_the_list_costs_two_queries_and_knows_the_day_of_its_moment(
    declare: Callable[[Programme], Programme], django_assert_num_queries: Any
) -> None:
    both = {FULIANG: county(50), LEPING: county(50)}
    one = declare(basin(*(fund(year, 10, both) for year in range(2016, 2020))))
    for year in (2016, 2017, 2018):
        booked(one, year)
    with django_assert_num_queries(2):  # however many years are booked
        states = year_states(ZONE, one, day("2026-01-01"))
    assert [(each.year, each.state) for each in states] == [
        (2019, "to-compute"), (2018, "booked"), (2017, "booked"), (2016, "booked"),
    ]  # fmt: skip
    assert states[1].transfer is not None and states[1].transfer.entry.key == "yearly:basin:2018:1"
    then = dt.datetime(2015, 12, 30, tzinfo=dt.UTC)
    assert year_states(ZONE, one, as_of=then) == [], "nothing was due then, whatever is due today"
    assert [each.year for each in year_states(ZONE, one, as_of=then + dt.timedelta(days=3))] == [2016]


def test_steps_are_taken_in_order_by_the_office(
    declare: Callable[[Programme], Programme], user: Callable[..., Any], plan_in_database: None
) -> None:
    both = {FULIANG: county(50), LEPING: county(50)}
    one = declare(basin(fund(2016, 10, both), fund(2018, 10, both)))
    finance = user("department_officer", "finance-bureau")
    for other in (user("county_officer", FULIANG), user("leader"), user("enterprise", "91360222MA0000001W")):
        with pytest.raises(PermissionDenied):
            computed(one, 2016, author=other)
    for year, on, code in ((2018, "2019-03-01", "out-of-order"), (2017, "2018-03-01", "no-terms"), (2016, "2015-12-31", "not-over")):  # fmt: skip
        with pytest.raises(SettlementRefused) as refused:
            computed(one, year, on, finance)
        assert refused.value.code == code
    first = computed(one, 2016, author=finance)
    with pytest.raises(SettlementRefused, match="unchanged"):
        computed(one, 2016)
    with pytest.raises(SettlementRefused, match="Only what is approved"):
        BookYear(payment=first, day=first.day, author=finance).execute()
    with pytest.raises(SettlementRefused, match="number of the document"):
        ApproveYear(computed=first, day=first.day, document=" ", author=finance).execute()
    with pytest.raises(SettlementRefused, match="cannot be approved before"):
        ApproveYear(computed=first, day=day("2017-02-28"), document="批", author=finance).execute()
    declare(basin(fund(2016, 11, both), fund(2018, 10, both)))
    with pytest.raises(SettlementRefused, match="restated since"):
        ApproveYear(computed=first, day=first.day, document="批", author=finance).execute()
    done = ApproveYear(
        computed=computed(basin(fund(2016, 11, both)), 2016), day=day("2017-03-02"), document="批", author=finance
    ).execute()  # fmt: skip
    for again in (first, done.made_of):
        with pytest.raises(SettlementRefused, match="approved already"):
            ApproveYear(computed=again, day=done.day, document="批", author=finance).execute()  # type: ignore[arg-type]
    with pytest.raises(SettlementRefused, match="before it was approved"):
        BookYear(payment=done, day=day("2017-03-01"), author=finance).execute()


def test_an_entry_that_was_reversed_is_booked_anew(declare: Callable[[Programme], Programme]) -> None:
    payment = booked(declare(basin(fund(2016, 10, {FULIANG: county(1)}))), 2016)
    entry = Entry.objects.get()
    before = timezone.now()
    ReverseEntry(entry, "记错日期", "tests").execute()
    assert standing_transfer(payment) is None and standing_transfer(payment, before) is not None
    assert held() == {}
    again = BookYear(payment=payment, day=payment.day, author="tests").execute()
    assert again.entry.key == "yearly:basin:2016:2" and held() == {FULIANG: 10_000_000, PAYER: -10_000_000}


def test_terms_are_read_back_as_they_were_kept_in_any_order() -> None:
    one = fund(2016, 1000, {LEPING: county(40), FULIANG: county(60)})
    kept = kept_terms(one)
    kept["said"]["counties"] = dict(reversed(kept["said"]["counties"].items()))
    assert compute(read_terms(kept), 2016, POOL).digest() == compute(one, 2016, POOL).digest()
    scheme = farmland().scheme
    assert scheme is not None and read_terms(kept_terms(scheme)) == scheme


def test_what_the_zone_declares_hangs_together(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {each.key: each for each in programmes.programmes(ZONE)}
    assert set(found) == {"basin", "farmland", "forest", "wetland", "mining"}
    assert [found["basin"].year_after(last) for last in (None, 2016, 2018)] == [2016, 2018, None]
    assert found["mining"].year_after(2018) == 2019 and found["mining"].terms(2015) is None
    penalty = {"share": "0.3", "document": "通报"}
    for title, funds, fault in (
        ({"payment": {"office": "o", "book": "none", "payer": PAYER, "since": 2016}}, [], "does not declare"),
        ({"payment": {"office": "o", "book": "compensation", "payer": "x", "since": 2016}}, [], "x has no account"),
        ({"payment": {"office": "o", "book": "compensation", "payer": FULIANG, "since": 2016}}, [fund(2016, 1, {FULIANG: county(1)})], "different bodies"),
        ({"payment": {"office": "o", "book": "compensation", "payer": PAYER, "since": 2016}}, [fund(2016, 1, {FULIANG: county(1, penalty=penalty)})], "no payment.pool"),
    ):  # fmt: skip
        said = Funds.model_validate(
            {"programmes": {"basin": {"title": {"zh": "资", "en": "f"}, **title}}, "funds": funds}
        )
        monkeypatch.setattr(programmes, "funds", lambda zone, said=said: said)
        with pytest.raises(DeclarationError, match=fault):
            programmes.programmes(ZONE)
    with pytest.raises(ValueError, match="same year"):
        Funds.model_validate(
            {"funds": [fund(2016, 1, {FULIANG: county(1)}), fund(2016, 1, {FULIANG: county(1)}, key="g")]}
        )
    with pytest.raises(ValueError, match="more than the amount"):
        fund(2016, 1, {FULIANG: county(1)}, from_pool=2)
