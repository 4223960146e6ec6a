"""Sample data of the room beside the registers' own: settled months, fees on their way to the bank, one request for issuance."""

from __future__ import annotations

from ecociv.evidence.models import Series
from ecociv.green_economy.actions import GreenRefused, RequestIssuance, SettlePerformance
from ecociv.green_economy.contracts import contract_months, contracts
from ecociv.green_economy.declaration import bodies
from ecociv.green_economy.fees.sample import load_sample_fees
from ecociv.green_economy.models import FeeApproval, IssuanceRequest, PerformanceSettlement
from ecociv.green_economy.projects import periods, projects, surveys
from ecociv.plan.queries import current_package

AUTHOR = "sample data"
MONTHS = 12
"""Months that are settled of each sample contract, the first of its term."""


def load_sample_green(zone: str) -> dict[str, int]:
    """Settle months and ask for issuance where nothing was yet; how many of each were added."""
    found = {"settlements": 0, "requests": 0, "fees": 0}
    if (
        not PerformanceSettlement.objects.filter(zone=zone).exists()
        and Series.objects.filter(sample=True).exists()
    ):
        found["settlements"] = _settle(zone)
    if not FeeApproval.objects.filter(zone=zone).exists() and bodies(zone).book is not None:
        found["fees"] = load_sample_fees(zone, AUTHOR)
    if not IssuanceRequest.objects.filter(zone=zone).exists():
        found["requests"] = _ask(zone)
    return found


def _settle(zone: str) -> int:
    made = 0
    until = current_package(zone).zone.milestones[-1]
    for contract in contracts(zone):
        if not contract.sample:
            continue
        months = [month for month in contract_months(contract, contract.on)[::-1] if month.year <= until]
        for month in months[:MONTHS]:
            try:
                SettlePerformance(
                    zone=zone, contract=contract.key, month=str(month), author=AUTHOR, sample=True
                ).execute()
            except GreenRefused:
                # The sample evidence may have no series of the contract; the page says so.
                break
            made += 1
    return made


def _ask(zone: str) -> int:
    for project in projects(zone):
        years = periods(surveys(zone, project.key))
        if project.sample and project.state == "registered" and years:
            try:
                RequestIssuance(
                    zone=zone, project=project.key, years=years[0], author=AUTHOR, sample=True
                ).execute()
            except GreenRefused:
                continue
            return 1
    return 0
