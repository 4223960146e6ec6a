"""Instruments as declared: dated terms, refusal of what is not in force, strict files."""

from __future__ import annotations

import datetime as dt
import os
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


BENCHMARKS = """
    benchmark_prices:
      - {valid_from: 2017-01-01, valid_to: 2017-12-31, price: 30, citation: {zh: 文, en: paper}}
      - {valid_from: 2018-01-01, price: 39, citation: {zh: 文, en: paper}}
"""


def with_benchmarks(text: str = BENCHMARKS) -> str:
    one = GOOD.rindex("  - {key: so2")
    return GOOD[:one] + (
        "  - key: so2\n    regions: [jingdezhen]\n    authority: bureau\n    reserve: reserve\n"
        "    citation: {zh: 文, en: paper}" + text
    )


def test_a_changed_file_is_read_again_without_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "exchange.yaml"
    file.write_text(GOOD, encoding="utf-8")
    first = zone_exchange(tmp_path)
    assert zone_exchange(tmp_path) == first and first.instruments[0].benchmark_prices == ()
    file.write_text(with_benchmarks(), encoding="utf-8")
    assert len(zone_exchange(tmp_path).instruments[0].benchmark_prices) == 2
    # a copy that keeps the time of its original is another file all the same
    state = file.stat()
    file.write_text(GOOD, encoding="utf-8")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert zone_exchange(tmp_path) == first


def test_the_benchmark_price_is_that_of_the_day(tmp_path: Path) -> None:
    (tmp_path / "exchange.yaml").write_text(with_benchmarks(), encoding="utf-8")
    so2 = zone_exchange(tmp_path).instruments[0]
    prices = {
        day: found.price if (found := so2.benchmark_on(dt.date.fromisoformat(day))) else None
        for day in ("2016-12-31", "2017-01-01", "2017-12-31", "2018-01-01", "2999-01-01")
    }
    assert list(prices.values()) == [None, 30, 30, 39, 39]


def test_benchmark_prices_of_one_day_are_refused(tmp_path: Path) -> None:
    (tmp_path / "exchange.yaml").write_text(
        with_benchmarks(BENCHMARKS.replace("valid_to: 2017-12-31, ", "")), encoding="utf-8"
    )
    with pytest.raises(DeclarationError, match="benchmark prices from 2017-01-01 and 2018-01-01 overlap"):
        zone_exchange(tmp_path)
