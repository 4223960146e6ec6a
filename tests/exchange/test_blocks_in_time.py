"""Proposed blocks lapse when their time is over: for readers at once, in the journal by the schedule, by a button, by command."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecociv.cli.main import main
from ecociv.exchange import jobs
from ecociv.exchange.actions import (
    CommandRefused,
    ConfirmBlock,
    Deposit,
    LapseBlocks,
    OpenMarket,
    ProposeBlock,
    SendCommand,
)
from ecociv.exchange.market.rules import rules_of
from ecociv.exchange.models import JournalEntry, ProposalRow
from ecociv.exchange.queries import micros, money_of, over_time, proposal_state
from ecociv.exchange.verify import verify
from exchange.rights_situations import CERAMICS, KILN, SO2, ZONE, factory, give, officer, open_accounts

pytestmark = pytest.mark.django_db
MINUTE = 60_000_000
RULES = {
    "market": "so2",
    "instrument": "so2",
    "vintage": 2018,
    "region": "jingdezhen",
    "label_zh": "二氧化硫",
    "label_en": "SO2",
    "reference": 1000,
    "block_minimum": 100,
    "block_lasts": 10 * MINUTE,
}


def propose(at: int) -> int:
    """KILN wants to buy 100 units at 10.00 yuan from CERAMICS: 1,000 yuan are held."""
    said = {"market": "so2", "counterparty": CERAMICS, "side": "buy", "price": 1000, "quantity": 100}
    action = ProposeBlock(zone=ZONE, author="test", account=KILN, at=at, **said)
    return int(action.execute().outcome["proposal"])


@pytest.fixture
def over(plan_in_database: None, db: None) -> int:
    """A proposal made eleven minutes ago; it stood for ten."""
    begun = micros(timezone.now()) - 11 * MINUTE
    open_accounts(begun)
    give(SO2, CERAMICS, 500, begun)
    Deposit(zone=ZONE, author="test", account=KILN, amount=200_000, document="入金单", at=begun).execute()
    OpenMarket(zone=ZONE, author="test", rules=rules_of(RULES), document="公告", at=begun).execute()
    opened = {"kind": "open-session", "market": "so2", "day": timezone.localdate().isoformat()}
    SendCommand(zone=ZONE, author="test", said=opened, at=begun).execute()
    return propose(begun)


def test_the_state_follows_from_the_moment_asked_for(over: int) -> None:
    row = ProposalRow.objects.get(number=over)
    assert row.state == "open" and row.until == row.at + 10 * MINUTE
    assert proposal_state(row, row.until - 1) == "open"
    assert proposal_state(row, row.until) == "lapsed"
    assert list(over_time(ZONE, row.until - 1)) == [] and list(over_time(ZONE, row.until)) == [row]


def test_nobody_confirms_it_any_more_and_its_money_comes_back(
    over: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # the test needs its own
    with pytest.raises(CommandRefused) as caught:
        ConfirmBlock(zone=ZONE, author="test", account=CERAMICS, proposal=over).execute()
    assert caught.value.code == "lapsed"
    assert money_of(ZONE, KILN) == (100_000, 100_000)
    jobs.lapse_blocks.call_local()
    assert money_of(ZONE, KILN) == (200_000, 0)
    assert ProposalRow.objects.get(number=over).state == "lapsed"
    assert JournalEntry.objects.filter(kind="block-lapse").count() == 1
    jobs.lapse_blocks.call_local()  # nothing is due any more, and nothing is written
    assert JournalEntry.objects.filter(kind="block-lapse").count() == 1
    assert verify(ZONE).broken is None


def test_one_that_still_stands_is_left_alone(over: int) -> None:
    standing = propose(micros(timezone.now()) - 9 * MINUTE)
    assert LapseBlocks(zone=ZONE, author="test").execute() == [over]
    assert ProposalRow.objects.get(number=standing).state == "open"


def test_pages_show_it_as_lapsed_and_the_office_has_a_button(over: int) -> None:
    client = Client()
    client.force_login(factory(CERAMICS))
    address = reverse("portal:market-blocks")
    text = client.get(address).content.decode()
    answer = reverse("portal:market-block-answer", args=[over, "confirm"])
    assert answer not in text and "For the market office" not in text
    assert client.get(answer).content.decode().count('<button class="btn btn-primary"') == 0
    late = client.post(answer, {"key": "k"})
    assert late.status_code == 422 and ProposalRow.objects.get(number=over).state == "open"
    button = reverse("portal:market-blocks-lapse")
    assert button not in text and client.post(button).status_code == 403
    with pytest.raises(PermissionDenied):
        LapseBlocks(zone=ZONE, author=factory(KILN, "kiln")).execute()
    client.force_login(officer())
    assert button in client.get(address).content.decode()
    assert client.post(button).status_code == 302
    assert ProposalRow.objects.get(number=over).state == "lapsed"
    assert client.post(button).status_code == 302  # a second click does nothing


def test_the_command_says_how_many(over: int) -> None:
    officer()
    said = ["exchange", "blocks", "lapse", "--as", "officer", "--language", "en"]
    assert CliRunner().invoke(main, said).stdout == "1 lapsed\n"
    assert CliRunner().invoke(main, said).stdout == "0 lapsed\n"
