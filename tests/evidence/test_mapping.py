"""Declared mappings: errors name file and line; what the zone declares fits the plan."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ecociv.core.quantities import convert
from ecociv.evidence.declared import DeclarationError, zone_folder
from ecociv.evidence.mapping import load_mapping, load_places, mapping_keys
from evidence.conftest import two_city_mapping

GOOD = (zone_folder("jingdezhen") / "mappings" / "jiangxi-cities-daily.yaml").read_text(encoding="utf-8")


def broken(tmp_path: Path, old: str, new: str) -> str:
    assert old in GOOD, "the fixture must really be broken"
    path = tmp_path / "broken.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DeclarationError) as caught:
        load_mapping(path)
    return str(caught.value)


def line_of(text: str) -> int:
    return GOOD[: GOOD.index(text)].count("\n") + 1


@pytest.mark.parametrize("name", mapping_keys("jingdezhen"))
def test_every_mapping_of_the_zone_loads(name: str) -> None:
    assert load_mapping(name).key == name


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ("layout: wide", "layout: tall", "layout: wide", "'wide' or 'long'"),
        ("zone: Asia/Shanghai", "zone: Asia/Shanghia", "zone: Asia/Shanghai", "no time zone"),
        ("plausible: [1, 1000]", "plausible: [1000, 1]", "  pm2_5:\n", "low below high"),
        ("unit: mg / m3", "unit: mg / cubit", "unit: mg / m3", "not known"),
        ("statistic: unknown", "statistics: unknown", "statistic: unknown", "Extra inputs"),
        ('"9999": missing', '"9999": gone', "missing: {", "missing"),
        (
            "    萍乡: pingxiang",
            "    萍乡: pingxiang\n    萍乡: pingxiang",
            "    九江: jiujiang",
            "occurs twice",
        ),
    ],
)
def test_a_fault_is_reported_with_its_line(tmp_path: Path, old: str, new: str, at: str, words: str) -> None:
    message = broken(tmp_path, old, new)
    at_line = f"broken.yaml:{line_of(at)}:"
    assert any(line.startswith(at_line) and words in line for line in message.splitlines()), message


def test_a_place_that_is_not_declared_is_named(tmp_path: Path) -> None:
    assert "pingxaing not declared in _places.yaml" in broken(tmp_path, "萍乡: pingxiang", "萍乡: pingxaing")


def test_an_unknown_mapping_lists_those_there_are() -> None:
    with pytest.raises(DeclarationError, match=r"there are: annual-return, .*jiangxi-cities-daily, "):
        load_mapping("no-such-file")


def test_a_column_cannot_be_declared_twice() -> None:
    with pytest.raises(ValueError, match="declared twice: so2"):
        two_city_mapping(ignore={"so2": {"zh": "不读", "en": "not read"}})


def test_the_digest_follows_the_meaning_and_not_the_wording() -> None:
    plain = two_city_mapping()
    assert two_city_mapping(title={"zh": "另一标题", "en": "Another title"}).digest == plain.digest
    assert two_city_mapping(missing={"": "missing"}).digest != plain.digest


def test_the_province_has_eleven_cities() -> None:
    cities = [p for p in load_places("jingdezhen").places if p.kind == "city"]
    assert len(cities) == 11
    assert sorted(p.code for p in cities) == [f"36{n:02d}00" for n in range(1, 12)]


def test_the_annual_return_covers_all_series_of_the_plan_in_their_units() -> None:
    from ecociv.plan.package import load_zone

    declared = load_mapping("annual-return").values
    wanted = {}
    for indicator in load_zone("jingdezhen").indicators:
        for series in indicator.series:
            for part in indicator.parts or [None]:
                wanted[f"{series.key}.{part}" if part else series.key] = indicator.unit
    del wanted["35"]  # measured, not reported
    assert set(declared) == set(wanted)
    for key, unit in wanted.items():
        # the same size, so that a figure means the same in the return and in the plan
        assert convert(Decimal(1), declared[key].unit, unit) == 1
