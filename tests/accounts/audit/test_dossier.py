"""What an audit gathers: the post decides the days, lines lead from opening to closing, peers are the other counties."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner

from accounts.situations import ZONE, account
from accounts.terms import COUNTY, FIRST, LAST, magistrate, person, sample_returns
from ecociv.accounts.audit.attribution import Outcome
from ecociv.accounts.audit.declaration import rules_on
from ecociv.accounts.audit.dossier import Dossier, compile_dossier
from ecociv.accounts.audit.movements import figure_of, movements
from ecociv.accounts.audit.term import AuditRefused, term_of
from ecociv.cli.main import main
from ecociv.core.missing import Missing
from ecociv.supervision.responsibility.models import Official

RULES = rules_on(dt.date(2026, 1, 1))
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder", "plan_in_database")]


@pytest.fixture
def official() -> Official:
    return magistrate(person("office", "leading_group_office"))


@pytest.fixture(scope="module")
def returns() -> Iterator[None]:
    with sample_returns():
        yield


@pytest.fixture
def dossier(official: Official, returns: None) -> Dossier:
    return compile_dossier(term_of(official, FIRST, LAST))


def test_lines_lead_from_the_opening_to_the_closing() -> None:
    # 100 + 10 planted + 6 grown - 4 felled = 112; recorded 110, so -2 unexplained. Next year opens at 111: a break of +1;
    # 111 + 5 grown - 20 burnt = 96 = recorded. In all: 100 + (10 - 4) + (6 + 5 - 20) - 2 + 1 = 96.
    opening = account("forest", {"opening": {"planted": 100}, "closing": {"planted": 100}}, year=2014)
    first = account("forest", {"opening": {"planted": 100}, "planting": {"planted": 10}, "growth": {"planted": 6}, "felling": {"planted": 4}, "closing": {"planted": 110}}, year=2015)  # fmt: skip
    second = account("forest", {"opening": {"planted": 111}, "growth": {"planted": 5}, "disaster": {"planted": 20}, "closing": {"planted": 96}}, year=2016)  # fmt: skip
    (one,) = movements(RULES, opening, [first, second], 2015)
    assert dict(one.causes) == {"human": Decimal(6), "nature": Decimal(-9), "records": Decimal(0)}
    assert (one.change, one.residual, one.breaks, one.closes) == (Decimal(-4), Decimal(-2), Decimal(1), True)


def test_what_is_missing_stays_missing() -> None:
    opening = account("forest", {"opening": {"planted": 100}, "closing": {"planted": 100}}, year=2014)
    gap = account("forest", {"opening": {"planted": 100}, "felling": {"planted": Missing.MISSING}, "closing": {"planted": 90}}, year=2015)  # fmt: skip
    (one,) = movements(RULES, opening, [gap], 2015)
    assert (one.change, one.causes["human"], one.residual, one.gaps, one.closes) == (Decimal(-10), None, None, (2015,), None)


def test_measures_are_sums_and_shares() -> None:
    water = account("water_quality", {"opening": {"two": 60, "four": 20}, "closing": {"two": 60, "four": 20, "worse": Missing.NOT_APPLICABLE}})  # fmt: skip
    assert figure_of(RULES.measures["good-water"], water) == Decimal(75)  # 60 / (60 + 20) in percent
    air = account("air_emissions", {"enterprises": {"so2": 7}, "domestic": {"so2": 3}, "agriculture": {"so2": Missing.NOT_APPLICABLE}})  # fmt: skip
    assert figure_of(RULES.measures["so2"], air) == Decimal(10)


def test_the_post_decides_the_days(official: Official) -> None:
    term = term_of(official, dt.date(2012, 12, 31), dt.date(2019, 1, 1))
    assert (term.first, term.last, term.cut) == (FIRST, LAST, True)
    assert (term.area, set(term.peers)) == (COUNTY, {"changjiang-district", "zhushan-district", "leping-city"})
    with pytest.raises(AuditRefused, match="2013-01-15 to 2017-06-30"):
        term_of(official, dt.date(2018, 1, 1), dt.date(2019, 1, 1))
    with pytest.raises(AuditRefused, match="before the first"):
        term_of(official, LAST, FIRST)


def test_a_dossier_of_the_sample_county(dossier: Dossier) -> None:
    assert (dossier.opening_on, dossier.closing_on) == (dt.date(2012, 12, 31), dt.date(2016, 12, 31))
    moved = {(one.account, one.column): one for one in dossier.movements}
    # The felling that was not reported (sample.yaml) is an unexplained residual, not a cause.
    assert moved["forest", "planted"].residual == Decimal(-3150)
    assert all(one.closes in (True, None) for one in dossier.movements)
    assert sum(one.closes is True for one in dossier.movements) > 20
    timber = next(one for key, _, one in dossier.measures if key == "timber")
    assert timber.outcome is Outcome.NONE and len(timber.peers) == 3 and timber.change == 13916000 - 12900800
    # Water by classes rests on sections, of which nothing is on record here.
    assert next(one for key, _, one in dossier.measures if key == "good-water").outcome is Outcome.UNKNOWN
    assert dossier.sample and dossier.papers is None
    assert {"unknown-grave-findings"} <= {one.code for one in dossier.proposal.against}
    assert any("31 December" in note.en for note in dossier.notes)


def test_the_command_writes_by_suffix(official: Official, returns: None, tmp_path: Path) -> None:
    def run(*more: str) -> object:
        asked = ["accounts", "audit", "--official", str(official.pk), "--from", "2013-01-15", "--to", "2017-06-30"]
        return CliRunner().invoke(main, [*asked, *more])

    made = run("--out", str(tmp_path / "a.json"))
    assert made.exit_code == 0, made.output  # type: ignore[attr-defined]
    told = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert told["body"]["key"] == COUNTY and told["proposal"]["class"] and told["sample"] is True
    assert run("--out", str(tmp_path / "a.docx"), "--language", "en").exit_code == 0  # type: ignore[attr-defined]
    words = "\n".join(each.text for each in docx.Document(str(tmp_path / "a.docx")).paragraphs)
    assert told["digest"] in words and "The auditor decides" in words and "Sample data" in words
    refused = run("--out", str(tmp_path / "a.txt"))
    assert refused.exit_code == 2 and ".docx" in refused.output  # type: ignore[attr-defined]
    nobody = CliRunner().invoke(main, ["accounts", "audit", "--official", "99999", "--from", "2013-01-15", "--to", "2017-06-30", "--out", "x.pdf"])  # fmt: skip
    assert nobody.exit_code == 3 and str(official.pk) in nobody.output and "Traceback" not in nobody.output
    assert not Path("x.pdf").exists()


def test_a_term_before_the_first_closing_is_refused(returns: None) -> None:
    from ecociv.supervision.responsibility.actions import PostDraft, RecordOfficial, RecordPost

    office = person("o2", "leading_group_office")
    early = RecordOfficial(ZONE, "赵六", "", office).execute()
    RecordPost(early, PostDraft(COUNTY, "县长", dt.date(2010, 1, 1), dt.date(2014, 1, 1), "任字", without_document="无"), office).execute()
    with pytest.raises(AuditRefused, match="2012-12-31"):
        compile_dossier(term_of(early, dt.date(2011, 1, 1), dt.date(2013, 1, 1)))
