"""Below the benchmark price of the day the government sells nothing of its reserve."""

from __future__ import annotations

import dataclasses
import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ecociv.exchange.actions import CommandRefused, Deposit, OpenMarket, PlaceOffer, benchmark
from ecociv.exchange.instruments import Instrument, instruments, zone_exchange
from ecociv.exchange.instruments.declaration import ZoneExchange
from ecociv.exchange.market.rules import rules_of
from ecociv.exchange.models import OfferRow
from ecociv.exchange.queries import micros
from ecociv.exchange.registry.rules import Applicant
from ecociv.exchange.rights import base
from ecociv.exchange.rights.allocating import AllocateRound, GrantPaidPart
from ecociv.exchange.rights.base import RightsRefused
from exchange.rights_situations import KILN, RESERVE, SO2, ZONE, give, open_accounts

pytestmark = pytest.mark.django_db
DAY = dt.date(2018, 6, 1)
PAPER: dict[str, Any] = {"zone": ZONE, "author": "test", "document": "景环〔2018〕9号"}


def dearer(declared: ZoneExchange) -> ZoneExchange:
    """The zone's declaration with benchmarks of SO2: 39 fen a kilogram and year in 2018, 45 since."""
    paper = {"zh": "景发改价〔2018〕1号", "en": "price notice 1"}
    prices = [
        {"valid_from": "2018-01-01", "valid_to": "2018-12-31", "price": 39, "citation": paper},
        {"valid_from": "2019-01-01", "price": 45, "citation": paper},
    ]
    plain = declared.model_dump(mode="json")
    for one in plain["instruments"]:
        if one["key"] == "so2":
            one["benchmark_prices"] = prices
    return ZoneExchange.model_validate(plain)


@pytest.fixture(autouse=True)
def exchange(plan_in_database: None, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts, and a zone that declares benchmark prices of SO2."""

    def on(key: str, folder: Path, day: dt.date) -> Instrument:
        found = instruments(folder, day)[key]
        offered = next(each for each in dearer(zone_exchange(folder)).instruments if each.key == key)
        return dataclasses.replace(found, offered=offered)

    monkeypatch.setattr(base, "instrument", on)
    monkeypatch.setattr(benchmark, "zone_exchange", lambda folder: dearer(zone_exchange(folder)))
    open_accounts()


@pytest.mark.parametrize(
    ("year", "price", "code"), [(2018, 39, ""), (2018, 38, "price"), (2019, 44, "price"), (2019, 45, "")]
)
def test_a_paid_part_costs_the_benchmark_of_its_day_at_least(year: int, price: int, code: str) -> None:
    applicants = [Applicant(KILN, 400, paid=Fraction(1, 4))]
    AllocateRound(series=SO2, cap=400, applicants=applicants, on=DAY, **PAPER).execute()
    Deposit(zone=ZONE, author="test", account=KILN, amount=10**6, document="缴款单").execute()
    asked = GrantPaidPart(
        series=SO2, account=KILN, quantity=100, price=price, on=dt.date(year, 6, 1), **PAPER
    )
    if not code:
        assert asked.execute().outcome["ok"]
        return
    with pytest.raises(RightsRefused) as caught:
        asked.execute()
    assert caught.value.code == code and str(price) in caught.value.text.zh


@pytest.mark.parametrize(
    ("account", "price", "refused"),
    [(RESERVE, 44_999, True), (RESERVE, 45_000, False), (KILN, 44_999, False)],
)
def test_the_reserve_is_put_up_from_the_benchmark_of_today(account: str, price: int, refused: bool) -> None:
    """45 fen a kilogram are 45,000 fen a tonne, which is what the market quotes; others list at what they like."""
    rules = {
        "market": "so2",
        "instrument": "so2",
        "vintage": 2018,
        "region": "jingdezhen",
        "label_zh": "二氧化硫",
        "label_en": "SO2",
        "quote": 1000,
        "lot": 1000,
    }
    OpenMarket(zone=ZONE, author="test", rules=rules_of(rules), document="公告").execute()
    give(SO2, account, 5000)
    offer = PlaceOffer(
        account=account,
        market="so2",
        side="sell",
        price=price,
        quantity=1000,
        ends=micros(timezone.now()) + 3_600_000_000,
        mode="sealed" if account == RESERVE else "listed",
        **PAPER,
    )
    if refused:
        with pytest.raises(CommandRefused) as caught:
            offer.execute()
        assert caught.value.code == "below-benchmark" and "景发改价" in caught.value.text.zh
        assert not OfferRow.objects.exists()
    else:
        assert offer.execute().outcome["ok"]
