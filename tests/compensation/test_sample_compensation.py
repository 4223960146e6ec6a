"""The sample of six years: it holds together, it is marked, and loading it again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ecociv.compensation.agreements.declaration import compensation
from ecociv.compensation.models import Settlement, SettlementCorrection
from ecociv.compensation.sample import load_sample_compensation
from ecociv.compensation.sample.declared import compensation_sample
from ecociv.compensation.sample.files import flows
from ecociv.compensation.settlements.queries import calendar_of
from ecociv.compensation.settlements.verify import verify_settlements
from ecociv.evidence.actions import LoadFile
from ecociv.evidence.sample.assumptions import load_assumptions
from ecociv.evidence.sample.monthly import write_sections
from ecociv.ledger.bank.queries import reconciliation
from ecociv.ledger.models import Book, LedgerAccount
from ecociv.ledger.queries import balances
from ecociv.ledger.verify import verify

ZONE = "jingdezhen"


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_sample_holds_together(evidence_folder: Any) -> None:
    tests = evidence_folder / "sections.csv"
    write_sections(ZONE, load_assumptions(ZONE), tests)
    LoadFile(tests, "water-zones-monthly", "tests", sample=True).execute()
    done = load_sample_compensation(ZONE, folder=evidence_folder)
    assert done["settlements"] == Settlement.objects.count() > 100
    assert load_sample_compensation(ZONE, folder=evidence_folder) == {"settlements": 0}
    assert not Settlement.objects.filter(sample=False).exists()
    book = Book.objects.get()
    assert book.sample and verify(book) is None and sum(balances(book).values()) == 0
    for agreement in compensation(ZONE).agreements:
        assert verify_settlements(ZONE, agreement.key) is None
    carried = SettlementCorrection.objects.filter(settlement__stage="final").get()
    assert (carried.corrects.period, carried.settlement.period) == ("2017-03", "2017-06")
    states = {str(each.period): each.state for each in calendar_of(ZONE, compensation(ZONE).agreements[0])}
    assert (
        states["2020-12"] == "objected" and states["2017-06"] == "paid" and "not-settled" in states.values()
    )
    found = reconciliation(LedgerAccount.objects.get(key="changjiang-district"), reader="tests")
    assert found.bank - found.open_bank == found.book - found.open_book and found.rows and found.lines
    assert found.unexplained == 0


def test_the_flows_come_from_the_seed() -> None:
    given = compensation_sample(ZONE)
    assert given is not None
    assert flows(given, "section-06") == flows(given, "section-06")
    assert flows(given, "section-06")["2016-02"][0] == "", "the gauge failed"
    # the mean of a year lies near the declared flow, give or take the spread of twelve months
    year = [float(flows(given, "section-06")[f"2018-{month:02d}"][0]) for month in range(1, 13)]
    assert 0.8 * 120 < sum(year) / 12 < 1.25 * 120
