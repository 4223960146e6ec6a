"""The audit's tables lead to cells that exist; empty rows go by a switch; the chart is in percent of the opening."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client

from accounts.situations import account
from accounts.terms import COUNTY, FIRST, LAST, magistrate, person, sample_returns
from ecociv.accounts.audit.actions import OpenAudit
from ecociv.accounts.audit.declaration import rules_on
from ecociv.accounts.audit.dossier import compile_dossier
from ecociv.accounts.audit.movements import movements
from ecociv.accounts.audit.term import term_of
from ecociv.core.missing import Missing
from ecociv.portal.leaving_audit_chart import attribution_chart
from ecociv.portal.leaving_audit_rows import Cells, position_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database", "store")]


@pytest.fixture(scope="module")
def returns() -> Iterator[None]:
    with sample_returns():
        yield


@pytest.fixture
def store(settings, tmp_path, returns) -> None:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    settings.ECOCIV_VAR = str(tmp_path / "var")


def test_the_links_of_an_audit_lead_to_cells() -> None:
    official, auditor = magistrate(person("office", "leading_group_office")), person("auditor", "auditor")
    audit = OpenAudit(official, COUNTY, FIRST, LAST, auditor).execute()
    client = Client()
    client.force_login(auditor)
    for tab in ("position", "changes"):
        text = unescape(client.get(f"/leaving-audits/{audit.pk}/?tab={tab}").content.decode())
        links = re.findall(r'href="(/[^"]*resource-accounts/[^"]+/[^"]+/[^"]+/\?year=[^"]+)"', text)
        assert len(links) > 20, tab
        assert all(f"area={COUNTY}" in each for each in links)
        for link in links[:: max(1, len(links) // 6)]:
            assert client.get(link).status_code == 200, link


def test_the_chart_and_the_switch() -> None:
    dossier = compile_dossier(term_of(magistrate(person("office", "leading_group_office")), FIRST, LAST))
    cells = Cells(COUNTY, "")
    (few, empty), (every, same) = (position_rows(dossier, cells, "en", everything=one) for one in (False, True))
    assert empty == same == sum(one.empty for one in dossier.movements) and len(every) - len(few) == empty
    chart = attribution_chart(dossier, "en")
    assert chart is not None and len(chart.payload["lines"]) == len(chart.table_rows) == len(chart.payload["texts"])
    at = next(place for place, row in enumerate(chart.table_rows) if row[0] == "Stock of timber")
    # (13,916,000 - 12,900,800) / 12,900,800 = 7.87 %
    assert chart.payload["lines"][at]["change"] == pytest.approx(7.87)


def test_zero_is_empty_and_missing_is_not() -> None:
    rules = rules_on(LAST.replace(year=2026))
    zero = account("forest", {"opening": {"planted": 0}, "closing": {"planted": 0}}, year=2014)
    nothing = account("forest", {"opening": {"planted": 0}, "closing": {"planted": 0}}, year=2015)
    moved = account("forest", {"opening": {"planted": 0}, "planting": {"planted": 5}, "felling": {"planted": 5}, "closing": {"planted": 0}}, year=2015)  # fmt: skip
    (still,), (through,) = movements(rules, zero, [nothing], 2015), movements(rules, zero, [moved], 2015)
    unknown = account("forest", {"opening": {"planted": 0}, "closing": {"planted": Missing.MISSING}}, year=2015)
    (missing,) = movements(rules, zero, [unknown], 2015)
    assert still.empty and not through.empty and not missing.empty
    assert through.places["planting"] == (2015,) and through.places["closing"] == (2014, 2015)
