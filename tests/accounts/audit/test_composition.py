"""A dossier that was sent comes out again in its own composition; a city without peers is held against its own course."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from click.testing import CliRunner

from accounts.situations import ZONE
from accounts.terms import COUNTY, FIRST, LAST, magistrate, person, sample_returns
from ecociv.accounts.audit import kept
from ecociv.accounts.audit.actions import OpenAudit, SendDraft, dossier_of
from ecociv.accounts.audit.as_json import digest_of_dossier, dossier_json
from ecociv.accounts.audit.attribution import Comparison, Outcome
from ecociv.accounts.audit.composition import (
    NEWEST,
    UnknownComposition,
    composition,
    composition_of,
)
from ecociv.accounts.audit.dossier import Dossier, compile_dossier
from ecociv.accounts.audit.kept import composition_at, held_against_record, kept_dossiers
from ecociv.accounts.audit.methods import SeriesAt
from ecociv.accounts.audit.models import AuditStep, LeavingAudit
from ecociv.accounts.audit.readings import Months
from ecociv.accounts.audit.standing import standing_of
from ecociv.accounts.audit.term import posts_beside, term_of
from ecociv.cli.main import main
from ecociv.people.models import User
from ecociv.reporting.leaving_audit.content import report_data
from ecociv.supervision.responsibility.actions import PostDraft, RecordOfficial, RecordPost
from ecociv.supervision.responsibility.models import Official

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("evidence_folder", "plan_in_database", "returns"),
]
CITY_FIRST, CITY_LAST = dt.date(2016, 12, 31), dt.date(2019, 12, 31)


@pytest.fixture(scope="module")
def returns() -> Iterator[None]:
    with sample_returns():
        yield


@pytest.fixture
def office() -> User:
    return person("office", "leading_group_office")


@pytest.fixture
def audit(office: User) -> LeavingAudit:
    return OpenAudit(magistrate(office), COUNTY, FIRST, LAST, person("auditor", "auditor")).execute()


def held(name: str, office: User, *posts: tuple[str, dt.date, dt.date | None]) -> Official:
    """An official with posts of the city's bodies."""
    official = RecordOfficial(ZONE, name, "", office).execute()
    for body, starts, ends in posts:
        RecordPost(
            official, PostDraft(body, "局长", starts, ends, "任字", without_document="无"), office
        ).execute()
    return official


@pytest.fixture
def city(office: User) -> Dossier:
    official = held("钱七", office, ("city-government", CITY_FIRST, CITY_LAST))
    return compile_dossier(term_of(official, CITY_FIRST, CITY_LAST))


def sent(audit: LeavingAudit, number: int) -> AuditStep:
    """A draft as an engine of that composition would have sent it."""
    with mock.patch(
        "ecociv.accounts.audit.actions.dossier_of", lambda one: dossier_of(one, None, composition(number))
    ):
        return SendDraft(audit, audit.author).execute()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_draft_of_any_composition_has_the_same_digest_again(audit: LeavingAudit, number: int) -> None:
    step = sent(audit, number)
    dossier = step.data["dossier"]
    assert ("progress_reports" in dossier) is (number >= 2) and ("values" in dossier) is (number >= 3)
    assert composition_of(dossier).number == number
    found = held_against_record(audit, step)
    assert found.agrees and found.differs == () and found.why is None
    # Computed with what is new it would be another dossier.
    assert (digest_of_dossier(dossier_of(audit, step.recorded_at)) == found.digest) is (
        number == NEWEST.number
    )
    assert bool(found.adds) is (number < NEWEST.number)


def test_what_a_newer_composition_adds_is_named(audit: LeavingAudit) -> None:
    (found,) = kept_dossiers(audit, standing_of(audit)) or (held_against_record(audit, sent(audit, 2)),)
    assert [words.en for words in found.adds][-1] == "value of the position, split into volume and price"
    assert len(found.adds) == 3


def test_what_differs_or_was_tampered_with_is_told(audit: LeavingAudit) -> None:
    step = sent(audit, 3)
    changed = dict(step.data["dossier"], cases=[{"number": "x"}])
    step.data = {"dossier": changed}
    found = held_against_record(audit, step)
    assert not found.intact and not found.agrees and [part.en for part in found.differs] == ["cases"]
    with mock.patch.object(kept, "ARITHMETIC", 2):
        other = held_against_record(audit, step)
    assert other.again == "" and other.why is not None and "version 1 to 2" in other.why.en


def test_what_was_sent_is_shown_in_its_own_composition(audit: LeavingAudit) -> None:
    assert composition_at(standing_of(audit), None) is NEWEST
    step = sent(audit, 1)
    now = standing_of(audit)
    assert composition_at(now, step.recorded_at).number == 1  # the body sees the draft as it was
    assert composition_at(now, None) is NEWEST  # the auditor goes on with what is there today
    assert composition_at(standing_of(audit, audit.recorded_at), audit.recorded_at) is NEWEST
    with pytest.raises(UnknownComposition, match="1 to 3"):
        composition(4)


def test_a_city_is_held_against_its_own_course(city: Dossier) -> None:
    judged = {key: one for key, _, one in city.measures}
    assert {one.basis for one in judged.values()} <= {Comparison.TREND, Comparison.NOTHING}
    cultivated = judged["cultivated"]
    # The closings of 2012 to 2016: five years before the term, no invented peer.
    assert (
        cultivated.basis is Comparison.TREND
        and cultivated.peers == ()
        and cultivated.outcome is not Outcome.UNKNOWN
    )
    weaker = next(one for one in cultivated.reasons if one.code == "weaker-evidence")
    assert weaker.data["count"] == 5 and "One area alone is weaker evidence" in weaker.text.en
    # Sections have nothing on record here: no comparison is possible, and the reasons say why.
    assert judged["good-water"].basis is Comparison.NOTHING
    keys = [one.key for one in city.rules.classes]
    assert city.proposal.proposed is not None
    assert keys.index("fairly-good") <= keys.index(city.proposal.proposed.key) <= keys.index("average")
    assert any("weaker evidence" in note.en for note in city.notes) and any(
        "nothing" in note.en for note in city.notes
    )
    # In the composition before, nothing could be told and nothing was proposed.
    before = compile_dossier(city.term, composition=composition(2))
    assert before.proposal.proposed is None and all(
        one.outcome is Outcome.UNKNOWN for _, _, one in before.measures
    )


def test_the_air_of_a_city_has_the_cities_of_the_province_as_peers(office: User) -> None:
    # PM2.5 fell from 50 to 40 in the city and from 50 to 45 in each other: -10 against -5, and no peer spreads.
    def monthly(series: SeriesAt, areas: Iterable[str], **_: Any) -> dict[str, Months]:
        closing = {area: 40.0 if area == ZONE else 45.0 for area in areas}
        made = {
            area: {
                (year, month): 50.0 if year < 2019 else closing[area]
                for year in range(2015, 2020)
                for month in range(1, 13)
            }
            for area in closing
        }
        return {
            area: Months(means if series.property == "pm2_5" else {}, sample=False)
            for area, means in made.items()
        }

    official = held("周九", office, ("environmental-protection-bureau", CITY_FIRST, CITY_LAST))
    with mock.patch("ecociv.accounts.audit.readings.monthly", monthly):
        found = compile_dossier(term_of(official, CITY_FIRST, CITY_LAST))
    judged = {key: one for key, _, one in found.measures}
    air = judged["pm2_5"]
    assert (air.basis, air.outcome, air.attributed) == (Comparison.PEERS, Outcome.GAIN, Decimal(-5))
    assert len(air.peers) == 10 and "fuliang-county" not in {each.area for each in air.peers}
    assert (
        air.weather == "" and air.reasons[0].code == "no-drivers"
    )  # the zone has no weather on record, and says so
    # Nothing is on record for phosphorus: it is noted, and no part of what is judged. Timber is not the bureau's.
    assert (
        "phosphorus" not in judged
        and "timber" not in judged
        and any("phosphorus" in note.en for note in found.notes)
    )


def test_the_value_of_the_position_stands_apart(city: Dossier) -> None:
    worth = city.worth
    assert worth is not None and {one.column for one in worth.columns} >= {"natural", "planted"}
    natural = next(one for one in worth.columns if one.column == "natural")
    # The price rose to 345 on the last day of 2016, the opening of this term: no price effect.
    assert natural.prices == (345, 345) and natural.price == 0 and natural.volume == natural.change
    assert all(one.account != "land" for one in worth.columns) and any(
        one.account == "land" for one in worth.without
    )
    for language in ("zh", "en"):
        data = report_data(city, language)
        (section,) = [one for one in data["sections"] if one["head"] == data["words"]["values"]]
        assert len(section["rows"]) == len(worth.columns) + 1 and all(
            len(row) == len(section["heads"]) for row in section["rows"]
        )
    told = dossier_json(city)["values"]
    assert told["base_on"] == "2016-12-31" and not told["prices_verified"]


def test_another_post_in_the_same_days_is_told(office: User) -> None:
    official = held("孙八", office, ("water-affairs-bureau", dt.date(2014, 1, 1), dt.date(2016, 6, 30)), ("forestry-bureau", dt.date(2016, 7, 1), dt.date(2017, 6, 30)))  # fmt: skip
    both = posts_beside(term_of(official, dt.date(2014, 1, 1), dt.date(2017, 6, 30)))
    assert (
        both is not None and "局长 2016-07-01 to 2017-06-30" in both.en and "forestry-bureau" not in both.en
    )
    assert posts_beside(term_of(official, dt.date(2014, 1, 1), dt.date(2015, 6, 30))) is None


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        (("--from", "2017-01-01", "--to", "2013-01-15"), 3, "lies before the first"),
        (("--from", "2013-01-15", "--to", "2999-01-01"), 3, "has not come yet"),
        (("--from", "2001-01-01", "--to", "2005-01-01"), 3, "No post on record touches"),
        (("--from", "2013-1-15", "--to", "2017-06-30"), 2, "is no date"),
        (("--from", "2013-01-15", "--to", "2017-06-30", "--composition", "9"), 2, "there are 1 to 3"),
        (("--from", "2013-01-15", "--to", "2017-06-30", "--body", "水利"), 3, "no body"),
        (("--from", "2013-01-15", "--to", "2017-06-30", "--as-of", "2012-01-01"), 3, "posts: none"),
    ],
)
def test_wrong_input_is_a_sentence(
    office: User, tmp_path: Path, more: tuple[str, ...], code: int, words: str
) -> None:
    out = tmp_path / "a.json"
    asked = ["accounts", "audit", "--official", str(magistrate(office).pk), "--out", str(out), *more]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == code and words in result.output and "Traceback" not in result.output, (
        result.output
    )
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_said(office: User) -> None:
    asked = [
        "accounts",
        "audit",
        "--official",
        str(magistrate(office).pk),
        "--from",
        "2013-01-15",
        "--to",
        "2017-06-30",
    ]
    result = CliRunner().invoke(main, [*asked, "--out", "/nowhere/a.json"])
    assert result.exit_code == 3 and "/nowhere/a.json cannot be written" in result.output
