"""Instruments as declared: dated terms, refusal of what is not in force, strict files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ecociv.evidence.declared import DeclarationError, zone_folder
from ecociv.exchange.instruments import InstrumentNotInForce, instrument, instruments, regions, zone_exchange
from ecociv.exchange.instruments.declaration import National, SectorBan, Terms, national
from ecociv.plan.package.load import load_zone

ZONE = zone_folder("jingdezhen")


def test_terms_change_with_the_day() -> None:
    """Carbon allowances: no terms before the market opened, borrowing until 2024, banking since 2025."""
    with pytest.raises(InstrumentNotInForce) as caught:
        instrument("cea", ZONE, dt.date(2021, 7, 15))
    assert "2021-07-15" in caught.value.text.zh
    first = instrument("cea", ZONE, dt.date(2021, 7, 16)).terms
    last = instrument("cea", ZONE, dt.date(2024, 12, 31)).terms
    after = instrument("cea", ZONE, dt.date(2025, 1, 1)).terms
    assert first is last
    assert first.borrowing and not first.banking
    assert after.banking and not after.borrowing


def test_what_the_issue_names_is_there_in_2017() -> None:
    there = instruments(ZONE, dt.date(2017, 6, 1))
    assert set(there) == {"cod", "nh3-n", "so2", "nox", "ccer", "water-right", "mining-right"}
    assert {key for key, one in there.items() if one.kind == "discharge-right"} == {
        "cod",
        "nh3-n",
        "so2",
        "nox",
    }
    assert there["cod"].medium == "water" and there["so2"].medium == "air"
    assert not there["mining-right"].declared.divisible


def test_bodies_and_regions_of_the_zone_are_known() -> None:
    bodies = {one.key for one in load_zone("jingdezhen").organisations}
    assert {one.authority for one in zone_exchange(ZONE).instruments} <= bodies
    assert set(regions(ZONE)) == {"jingdezhen", "changjiang-river", "lean-river", "yongshan-mine"}


def test_power_plants_trade_air_among_themselves_only() -> None:
    (ban,) = instrument("so2", ZONE, dt.date(2017, 6, 1)).terms.sector_bans
    assert ban.forbids("power", "ceramics") and ban.forbids("ceramics", "power")
    assert not ban.forbids("power", "power")
    assert not ban.forbids("ceramics", "chemicals")
    pair = SectorBan(one="industry", other="agriculture", citation={"zh": "某", "en": "some"})
    assert pair.forbids("agriculture", "industry") and not pair.forbids("industry", "power")


GOOD = """
regions:
  - {key: jingdezhen, kind: division, label: {zh: 市, en: City}}
instruments:
  - {key: so2, regions: [jingdezhen], authority: bureau, reserve: reserve, citation: {zh: 文, en: paper}}
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("reserve: reserve,", "reserve: reserve, colour: red,", "colour"),
        ("regions: [jingdezhen]", "regions: [atlantis]", "atlantis"),
        ("key: so2", "key: gold", "gold"),
        ("kind: division", "kind: planet", "kind"),
        ("authority: bureau, ", "", "authority"),
    ],
)
def test_a_slip_in_the_file_of_a_zone_is_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    (tmp_path / "exchange.yaml").write_text(GOOD, encoding="utf-8")
    assert zone_exchange(tmp_path).instruments[0].key == "so2"
    zone_exchange.cache_clear()
    (tmp_path / "exchange.yaml").write_text(GOOD.replace(before, after), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        zone_exchange(tmp_path)
    assert "exchange.yaml" in str(caught.value) and said in str(caught.value)


def test_terms_that_overlap_are_refused() -> None:
    one = national().instruments[0]
    terms = Terms(valid_from=dt.date(2020, 1, 1), lot=1, tick=1, citation={"zh": "文", "en": "paper"})
    data = one.model_dump(by_alias=True)
    data["terms"] = [*data["terms"], terms.model_dump()]
    with pytest.raises(ValueError, match="overlap"):
        type(one).model_validate(data)
    with pytest.raises(ValueError, match="twice"):
        National(instruments=(one, one))
