"""The exchange in the database: projections and their verification, actions and who may take them, sample, settlement."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from ecociv.exchange import queries
from ecociv.exchange.actions import (
    CancelOrder,
    CommandRefused,
    ConfirmBlock,
    FreezeAccount,
    HaltMarket,
    OpenSession,
    PlaceOffer,
    ProposeBlock,
    SendCommand,
    SubmitOrder,
)
from ecociv.exchange.journal.models import JournalEntry
from ecociv.exchange.journal.sending import KeyReused
from ecociv.exchange.models import AccountRow, DayRow, HoldingRow, MoneyRow, MovementRow, OrderRow, TradeRow
from ecociv.exchange.replay import database_lines, replay_lines
from ecociv.exchange.sample import load_sample_market
from ecociv.exchange.settlement import settlement, settlement_csv
from ecociv.exchange.venue import journal_of
from ecociv.exchange.verify import verify
from ecociv.exchange.zone import declared, market_rules, operator
from ecociv.people.models import AuditEntry, User

pytestmark = pytest.mark.django_db

ZONE = "jingdezhen"
KILN, TILES = "91360222MA0000001W", "91360202MA00000021"


@pytest.fixture
def sample(plan_in_database: None) -> None:
    """The sample market, loaded for one test."""
    journal_of.cache_clear()
    assert load_sample_market(ZONE) > 500
    assert load_sample_market(ZONE) == 0  # once is enough


def enterprise(key: str = KILN) -> User:
    return User.objects.create_user(f"e{key}", password="x" * 12, role="enterprise", zone=ZONE, organisation=key)


def officer() -> User:
    body = operator(ZONE, timezone.localdate())
    return User.objects.create_user("officer", password="x" * 12, role="department_officer", zone=ZONE, organisation=body)


def test_the_sample_holds_in_every_respect_and_is_marked(sample: None) -> None:
    found = verify(ZONE)
    assert found.broken is None, found.broken
    assert found.trades > 200 and found.entries == JournalEntry.objects.count()
    assert all(each.row.sample for each in queries.markets(ZONE))
    made = replay_lines(database_lines(ZONE))
    assert made.engine.digest() == found.digest
    refused = [json.loads(row.outcome)["code"] for row in JournalEntry.objects.all() if '"ok":false' in row.outcome]
    assert set(refused) <= {"self-trade", "short", "same-day", "cash-short"}


def test_what_is_open_today_is_valid_today_and_history_is_closed(sample: None) -> None:
    today = timezone.localdate()
    for each in queries.markets(ZONE):
        receiving = each.rules.receiving
        if each.row.market.endswith("-today"):
            assert each.row.phase == "continuous" and each.row.vintage >= today.year - 1 and each.row.sample
            assert receiving is None or receiving.last_day is None or receiving.last_day > today
            orders = queries.orders_of(ZONE, market_key=each.row.market)
            assert orders.count() == 12 and orders.filter(state="open").exists()
        else:
            assert each.row.phase == "closed" and each.row.day == "2017-06-23"
    kiln = queries.account(ZONE, KILN)
    assert kiln is not None and (kiln.sector, kiln.regions) == ("industry", "changjiang-river,jingdezhen")


def test_the_same_seed_gives_the_same_days(sample: None) -> None:
    days = {day.day: (day.close, day.volume, day.trades) for day in queries.daily(ZONE, "so2") if day.day < "2018"}
    assert len(days) == 5 and days["2017-06-19"] == (38_883, 29_500, 8)
    so2 = queries.market(ZONE, "so2")
    assert so2 is not None and so2.row.reference == days["2017-06-23"][0]


def test_balances_are_what_the_movements_add_up_to(sample: None) -> None:
    now = timezone.now() + dt.timedelta(days=1)
    assert queries.holdings_of(ZONE) == queries.holdings_of(ZONE, as_of=now)
    for row in AccountRow.objects.all():
        assert queries.money_of(ZONE, row.account) == queries.money_of(ZONE, row.account, as_of=now)
    # before the first trading day there is what was allotted and paid in
    before = dt.datetime(2017, 6, 19, 9, 0, tzinfo=timezone.get_fixed_timezone(480))
    assert queries.money_of(ZONE, KILN, as_of=before) == (1_000_000_000, 0)
    held = {each.instrument: each.quantity for each in queries.holdings_of(ZONE, KILN, as_of=before)}
    # of discharge rights what its permit allows
    assert held == {"so2": 1_700_000, "nox": 720_000, "cod": 80_000, "cea": 250_000}


def test_a_statement_leads_from_its_opening_to_its_closing(sample: None) -> None:
    china = timezone.get_fixed_timezone(480)
    since, until = dt.datetime(2017, 6, 20, tzinfo=china), dt.datetime(2017, 6, 21, tzinfo=china)
    told = queries.statement(ZONE, KILN, since, until)
    assert {trade.day for trade in told.trades} == {"2017-06-20"}
    # what was free and reserved at the opening, and each trade with its fee, give what is there at the end
    gained = sum(
        (trade.amount if trade.seller == KILN else -trade.amount)
        - (trade.sell_fee if trade.seller == KILN else trade.buy_fee)
        for trade in told.trades
    )
    assert gained and sum(told.opening_money) + gained == sum(told.closing_money)
    units = sum(trade.quantity * (1 if trade.buyer == KILN else -1) for trade in told.trades if trade.market == "so2")
    held = [sum(each.quantity for each in side if each.instrument == "so2") for side in (told.opening_holdings, told.closing_holdings)]
    assert held[0] + units == held[1]
    assert all(line.document for line in told.movements)


def test_the_book_of_the_pages_is_the_book_of_the_engine(sample: None) -> None:
    books = journal_of(ZONE).look(lambda engine: {key: m.book.snapshot() for key, m in engine.state.markets.items()})  # type: ignore[attr-defined]
    for key, book in books.items():
        found = queries.depth(ZONE, key, levels=None)
        assert {side: [tuple(level) for level in levels] for side, levels in found.items()} == book
        assert len(queries.depth(ZONE, key, levels=1)["bids"]) <= 1


def test_a_settlement_adds_up_to_nothing(sample: None) -> None:
    day = "2017-06-20"
    lines = settlement(ZONE, day)
    trades = list(queries.trades(ZONE, day=day))
    assert sum(line.bought for line in lines) == sum(line.sold for line in lines) == sum(t.quantity for t in trades)
    assert sum(line.net for line in lines) == 0
    fees = sum(line.net for line in lines if line.account == "EXCHANGE-FEES")
    assert fees == sum(trade.buy_fee + trade.sell_fee for trade in trades) > 0
    rows = list(csv.DictReader(io.StringIO(settlement_csv(ZONE, day))))
    assert rows[-1]["account"] == "TOTAL" and rows[-1]["net_fen"] == rows[-1]["units"] == "0"


def damage(model: Any, where: dict[str, Any], **changed: Any) -> None:
    assert model.objects.filter(venue=ZONE, **where).update(**changed) == 1


def test_each_damage_is_found_and_named(sample: None) -> None:
    order = OrderRow.objects.filter(state="open").order_by("number").first()
    filled = OrderRow.objects.filter(state="filled").order_by("number").first()
    assert order is not None and filled is not None
    damages: list[tuple[Any, dict[str, Any], dict[str, Any], str]] = [
        (OrderRow, {"number": order.number}, {"open": order.open + 100}, f"OrderRow {order.number}"),
        (OrderRow, {"number": filled.number}, {"fee": filled.fee + 1}, f"OrderRow {filled.number}"),
        (TradeRow, {"number": 7}, {"price": 1}, "TradeRow 7"),
        (MovementRow, {"movement": 40, "place": 0}, {"document": "another"}, "MovementRow 40 0"),
        (MoneyRow, {"account": KILN}, {"free": 1}, f"MoneyRow {KILN}"),
        (DayRow, {"market": "so2", "day": "2017-06-20"}, {"close": 1}, "DayRow so2 2017-06-20"),
        (AccountRow, {"account": KILN}, {"frozen": True}, f"AccountRow {KILN}"),
    ]
    for model, where, changed, place in damages:
        before = model.objects.filter(venue=ZONE, **where).values(*changed).get()
        damage(model, where, **changed)
        found = verify(ZONE).broken
        assert found is not None and (found.check, found.place) == ("projection", place), found
        damage(model, where, **before)
    assert verify(ZONE).broken is None


def test_rows_too_many_and_too_few_are_found(sample: None) -> None:
    row = HoldingRow.objects.create(
        venue=ZONE, account="ghost", instrument="so2", vintage=2016, region="jingdezhen", state="free", quantity=5
    )
    found = verify(ZONE).broken
    assert found is not None and (found.check, found.place) == ("projection", "HoldingRow")
    row.delete()
    TradeRow.objects.filter(number=3).delete()
    found = verify(ZONE).broken
    assert found is not None and found.place == "TradeRow 3"


def test_an_entry_taken_out_is_found_at_its_line(sample: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER IF EXISTS exchange_journalentry_no_change ON exchange_journalentry")
    JournalEntry.objects.filter(sequence=20).delete()
    found = verify(ZONE).broken
    assert found is not None and (found.check, found.place) == ("journal", "line 22")


def test_an_enterprise_trades_for_itself_alone(sample: None) -> None:
    kiln = enterprise()
    said = {"zone": ZONE, "market": "so2-today", "side": "buy", "quantity": 100, "price": 38_000}
    receipt = SubmitOrder(account=KILN, author=kiln, **said).execute()
    number = receipt.outcome["order"]
    assert OrderRow.objects.get(number=number).account == KILN
    assert JournalEntry.objects.get(sequence=receipt.sequence).actor == kiln.username
    with pytest.raises(PermissionDenied):
        SubmitOrder(account=TILES, author=kiln, **said).execute()
    with pytest.raises(PermissionDenied):
        CancelOrder(account=KILN, order=number, zone=ZONE, author=enterprise(TILES)).execute()
    with pytest.raises(PermissionDenied):
        HaltMarket(market="so2-today", document="x", zone=ZONE, author=kiln).execute()
    with pytest.raises(PermissionDenied):
        PlaceOffer(
            account=KILN, market="so2-today", side="sell", mode="sealed", price=1, quantity=1, ends=1, document="x", zone=ZONE, author=kiln
        ).execute()
    with pytest.raises(CommandRefused) as refused:
        SubmitOrder(account=KILN, author=kiln, **{**said, "price": 1_000}).execute()
    assert refused.value.code == "band"
    CancelOrder(account=KILN, order=number, zone=ZONE, author=kiln).execute()
    assert not queries.orders_of(ZONE, KILN, open_only=True).filter(number=number).exists()


def test_a_form_sent_twice_places_one_order(sample: None) -> None:
    kiln = enterprise()
    said = {"zone": ZONE, "account": KILN, "market": "so2-today", "side": "buy", "price": 38_000, "author": kiln}
    first = SubmitOrder(quantity=100, key="form-1", **said).execute()
    again = SubmitOrder(quantity=100, key="form-1", **said).execute()
    assert again.repeated and again.outcome == first.outcome
    with pytest.raises(KeyReused):
        SubmitOrder(quantity=200, key="form-1", **said).execute()


def test_two_sides_agree_on_a_block(sample: None) -> None:
    kiln, tiles = enterprise(), enterprise(TILES)
    said = {"market": "cea-today", "counterparty": TILES, "side": "sell", "price": 6_000, "quantity": 100_000}
    number = ProposeBlock(zone=ZONE, author=kiln, account=KILN, **said).execute().outcome["proposal"]
    assert [each.number for each in queries.proposals(ZONE, TILES)] == [number]
    ConfirmBlock(zone=ZONE, author=tiles, account=TILES, proposal=number).execute()
    # 100,000 t x 60.00 yuan
    last = queries.trades(ZONE).first()
    assert last is not None and (last.way, last.amount) == ("block", 600_000_000)


def test_what_the_operator_does_stands_in_the_record_of_changes(sample: None) -> None:
    author = officer()
    before = AuditEntry.objects.count()
    receipt = FreezeAccount(account=KILN, document="court order 3", zone=ZONE, author=author).execute()
    entry = AuditEntry.objects.order_by("-pk").first()
    assert entry is not None and AuditEntry.objects.count() == before + 1
    assert (entry.action, entry.subject_key, entry.reason) == ("exchange.freeze-account", str(receipt.sequence), "court order 3")
    row = queries.account(ZONE, KILN)
    assert row is not None and row.frozen
    with pytest.raises(CommandRefused, match="frozen"):
        FreezeAccount(account=KILN, document="again", zone=ZONE, author=author).execute()
    assert AuditEntry.objects.count() == before + 1
    assert verify(ZONE).broken is None


def test_sessions_open_on_trading_days(sample: None) -> None:
    author = officer()
    with pytest.raises(CommandRefused) as refused:
        OpenSession(market="so2", day=dt.date(2017, 6, 24), zone=ZONE, author=author).execute()
    assert refused.value.code == "no-trading-day" and "2017-06-26" in refused.value.text.en
    with pytest.raises(CommandRefused) as again:
        OpenSession(market="so2-today", day=dt.date(2017, 6, 26), zone=ZONE, author=author).execute()
    assert again.value.code == "session-open"
    with pytest.raises(CommandRefused) as dead:
        OpenSession(market="so2", day=dt.date(2017, 6, 26), zone=ZONE, author=author).execute()
    assert dead.value.code == "expired" and "2020-12-31" in dead.value.text.en
    with pytest.raises(CommandRefused):
        SendCommand(said={"kind": "dance"}, zone=ZONE, author=author).execute()
    with pytest.raises(ValueError, match="author"):
        SendCommand(said={"kind": "dance"}, zone=ZONE, author=" ").execute()


def test_what_is_declared_of_markets_is_dated_and_cited() -> None:
    assert {each.market for each in market_rules(ZONE, dt.date(2017, 1, 1))} == {"so2", "nox", "cod", "cea"}
    assert market_rules(ZONE, dt.date(2014, 12, 31)) == []
    assert all(each.citation.zh and not each.verified for each in declared(ZONE).markets)


def test_a_quote_says_what_would_be_held() -> None:
    so2 = next(each for each in market_rules(ZONE, dt.date(2017, 1, 1)) if each.market == "so2")
    # 389 x 1 t x 5 = 1,945.00 and 0.1 % of it
    assert queries.quote(so2, "buy", 38_900, 1_000) == (194_500, 194, 194_694, 0)
    assert queries.quote(so2, "sell", 38_900, 1_000) == (194_500, 194, 0, 1_000)
