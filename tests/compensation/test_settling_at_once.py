"""Two officers settle and pay the same period at the same moment; real transactions on the database in use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from at_once import at_once
from compensation.conftest import day
from ecociv.compensation.agreements.periods import period_of
from ecociv.compensation.models import Settlement, SettlementTransfer
from ecociv.compensation.settlements.actions import (
    BookSettlement,
    SettleFinal,
    SettlementRefused,
    SettlePreliminary,
    agreement_of,
    book_of,
)
from ecociv.ledger.actions import PostEntry
from ecociv.ledger.models import Entry
from ecociv.ledger.verify import verify


@pytest.mark.django_db(transaction=True)
def test_a_period_is_settled_and_paid_once(load: Callable[..., None]) -> None:
    load({"2017-05": 1.5})
    agreement = agreement_of("jingdezhen", "zhushan-changjiang")
    book = book_of("jingdezhen", agreement, "tests")
    PostEntry(
        book,
        day("2015-01-05"),
        [("outside", -9_000_000), ("zhushan-district", 9_000_000)],
        "文",
        "拨付",
        "tests",
    ).execute()
    first = SettlePreliminary(
        zone="jingdezhen", agreement=agreement, period=period_of("2017-05"), day=day("2017-06-15"), document="初", author="tests"
    ).execute()  # fmt: skip
    settle = SettleFinal(preliminary=first, day=day("2017-07-20"), document="终", author="tests").execute
    finals = at_once([settle] * 3, SettlementRefused)
    assert sum(isinstance(one, Settlement) for one in finals) == 1
    done = Settlement.objects.get(stage="final")
    book_it = BookSettlement(settlement=done, day=day("2017-07-25"), author="tests").execute
    paid = at_once([book_it] * 3, SettlementRefused)
    assert sum(isinstance(one, SettlementTransfer) for one in paid) == 1
    assert Entry.objects.count() == 2 and verify(book) is None
