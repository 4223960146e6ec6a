"""The sample zone tells one story: emitters, permits, verified emissions and holdings are of the same enterprises."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest

from ecociv.evidence.declared import read_declaration
from ecociv.exchange.rights.sample import SampleRights
from ecociv.exchange.sample import SampleMarket
from ecociv.people.credit_code import credit_code
from ecociv.plan.package import zone_directory
from evidence.sample_zone import PLACES, cell

FOLDER = zone_directory("jingdezhen")
REGISTERS = FOLDER / "sample" / "registers"
MARKET = read_declaration(FOLDER / "exchange_sample.yaml", SampleMarket)
RIGHTS = read_declaration(FOLDER / "exchange_rights_sample.yaml", SampleRights)
NAMES = {"so2": "二氧化硫", "nox": "氮氧化物", "cod": "化学需氧量", "nh3n": "氨氮"}
CODES = {PLACES.by_key[key].details["credit_code"]: key for key in PLACES.groups["emitters"]}


def rows(name: str) -> Iterator[dict[str, str]]:
    with (REGISTERS / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


ENTERPRISES = {row["统一社会信用代码"]: row for row in rows("enterprise.csv")}


def permitted() -> dict[str, dict[str, int]]:
    """Kilograms a year by holder and pollutant."""
    return {
        row["持证单位"]: {
            name: int(amount)
            for name, amount in (part.split("=") for part in row["年许可排放量"].split("; "))
        }
        for row in rows("discharge-permit.csv")
    }


PERMITS = permitted()


def test_each_emitter_is_an_enterprise_of_the_register_where_it_lies() -> None:
    assert len(CODES) == len(PLACES.groups["emitters"]) == 15
    for code, key in CODES.items():
        place, entry = PLACES.by_key[key], ENTERPRISES[credit_code(code)]
        assert place.name.zh == entry["名称"]
        assert PLACES.by_key[place.parent].code == entry["所在县（市、区）代码"], key
        assert place.details["sample"] is True


def test_each_has_a_permit_for_what_it_emits() -> None:
    for code, key in CODES.items():
        for item, name in NAMES.items():
            if cell("emission", 2018, f"{item}.enterprise", key):
                assert PERMITS[code].get(name), (key, item)


def test_some_emit_above_their_permits_and_most_do_not() -> None:
    above = {
        code
        for code, key in CODES.items()
        if (cell("emission", 2018, "cod.enterprise", key) or 0) * 1000 > PERMITS[code].get(NAMES["cod"], 0)
    }
    # chemicals 1: 305.88 t of 290 t; pharmaceuticals: 550.58 of 520; daily ceramics 2 of Leping: 98.32 of 95
    assert above == {"91360203MA0000003J", "91360222MA00000046", "91360281MA0000013J"}


def test_holdings_of_discharge_rights_are_the_permitted_amounts() -> None:
    for market in ("so2", "nox", "cod"):
        for account, units in MARKET.allotted[market].items():
            assert units == PERMITS[account][NAMES[market]], (market, account)
    assert set(MARKET.keeps["so2"]) == {
        account for account in MARKET.allotted["so2"] if ENTERPRISES[account]["行业代码"].startswith("D44")
    }


def test_rights_to_water_stay_in_their_basin() -> None:
    leping = {
        account
        for account in MARKET.allotted["cod"]
        if ENTERPRISES[account]["所在县（市、区）代码"] == "360281"
    }
    assert leping == set()


def test_participants_are_described_as_on_the_register() -> None:
    for each in MARKET.participants:
        entry = ENTERPRISES[each.account]
        assert (each.name, each.industry, each.division) == (entry["名称"], entry["行业代码"], entry["所在县（市、区）代码"])


def test_the_session_of_today_is_of_rights_that_are_valid_today() -> None:
    assert {each.like for each in MARKET.today} == set(MARKET.markets)
    assert not {each.market for each in MARKET.today} & set(MARKET.markets)
    for each in MARKET.today:
        # of five years' validity at the most four are over when the sample is loaded
        assert each.years_ago <= 4 and (each.like != "cea" or each.years_ago >= 1)


def test_verified_discharges_are_those_of_the_returns() -> None:
    seen = [one for one in RIGHTS.emissions if one.instrument in NAMES]
    assert len(seen) >= 9
    for one in seen:
        tonnes = cell("emission", one.year, f"{one.instrument}.enterprise", CODES[one.account])
        assert tonnes is not None and round(tonnes * 1000) == one.quantity, one
        assert one.account in MARKET.allotted[one.instrument]


@pytest.mark.parametrize(
    ("account", "instrument", "covered"),
    [
        ("91360222MA0000001W", "so2", False),  # 1,810,290 of 1,700,000
        ("91360202MA00000021", "so2", True),  # 905,140 of 950,000
        ("91360203MA0000003J", "cod", False),  # 310,000 of 290,000
        ("91360222MA0000001W", "cod", True),  # 79,710 of 80,000
    ],
)
def test_both_outcomes_of_coverage_can_be_seen(account: str, instrument: str, covered: bool) -> None:
    (one,) = [
        each
        for each in RIGHTS.emissions
        if (each.account, each.instrument, each.year) == (account, instrument, 2017)
    ]
    assert (one.quantity <= MARKET.allotted[instrument][account]) is covered


def test_one_carbon_account_is_settled_and_one_falls_short() -> None:
    last = {one.account: one.quantity for one in RIGHTS.emissions if one.instrument == "cea"}
    held = MARKET.allotted["cea"]
    assert last == {"91360281MA0000005P": 264_150, "91360202MA0000010U": 331_000}
    assert last["91360281MA0000005P"] < held["91360281MA0000005P"]
    assert last["91360202MA0000010U"] > held["91360202MA0000010U"]
    assert [one.account for one in RIGHTS.surrenders] == ["91360281MA0000005P"]
