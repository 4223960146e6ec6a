"""Two tariffs on the same households, files of consumption, the national guidance, and what a declaration refuses."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ecociv.evidence.declared import DeclarationError, read_declaration
from ecociv.tariffs.checking import check_version
from ecociv.tariffs.comparison import compare, percent, year_bills
from ecociv.tariffs.consumption import ConsumptionRefused, generate, read_consumption
from ecociv.tariffs.declaration import Elasticity, Tariffs, require_tariffs
from ecociv.tariffs.schedule import schedule_of, version_with
from tariffs.situations import CITED, households, version

OLD, NEW = version((), ("2.2",)), version()
ELASTICITY = Elasticity(central=Decimal("-0.2"), weak=Decimal(0), strong=Decimal("-0.5"), citation=CITED)  # type: ignore[arg-type]


def test_who_pays_what_before_and_after() -> None:
    # a month: 10, 18, 30 m3; before 22, 39.6, 66 yuan; after 20, 39, 99
    use = households([120, 216, 360], weights=[800, 150, 50])
    found = compare(schedule_of(OLD), schedule_of(NEW), use)
    assert found.whole.households == 1000
    # 12 x (800 x 22 + 150 x 39.6 + 50 x 66) = 12 x 26,840
    assert found.whole.fen_before == 12 * 26_840_00
    # 12 x (800 x 20 + 150 x 39 + 50 x 99) = 12 x 26,800
    assert found.whole.fen_after == 12 * 26_800_00
    assert (found.whole.paying_more, found.whole.paying_less) == (50, 950)
    assert found.whole.largest_rise == 12 * 33_00
    assert found.whole.largest_fall == 12 * 2_00
    assert found.whole.mean_change == Decimal("-0.48")  # -480 yuan over 1000
    # tiers, m3 a month: 800 x 10 + 150 x 15 + 50 x 15 = 11,000; 150 x 3 + 50 x 7 = 800; 50 x 8 = 400
    assert found.tiers_after == (12 * 11_000_000, 12 * 800_000, 12 * 400_000)


def test_tenths_of_the_households_by_use() -> None:
    use = households(list(range(20, 0, -1)))
    found = compare(schedule_of(OLD), schedule_of(NEW), use)
    assert [group.households for group in found.deciles] == [2] * 10
    assert [group.litres for group in found.deciles] == [
        (4 * at - 1) * 1000 for at in range(1, 11)
    ]  # 1+2, 3+4
    assert sum(group.fen_after for group in found.deciles) == found.whole.fen_after


def test_groups_by_size_keep_their_empty_ones() -> None:
    found = compare(schedule_of(OLD), schedule_of(NEW), households([100, 200, 300], persons=[1, 3, 9]))
    assert [group.households for group in found.sizes] == [1, 0, 1, 0, 0, 0, 1]
    assert found.sizes[1].mean_use is None
    assert found.sizes[1].change_percent is None


def test_the_answer_to_prices_is_stated_with_its_range() -> None:
    # 360 m3: 792 yuan before, 1188 after: 1.5 times; 1.5 ** -0.2 = 0.922108, 1.5 ** -0.5 = 0.81650
    found = compare(schedule_of(OLD), schedule_of(NEW), households([360]), ELASTICITY)
    assert [one.litres for one in found.responses] == [360_000, 331_959, 293_939]
    assert found.responses[0].fen == found.whole.fen_after
    # 331.959 m3 in months of 27.663 m3: 51 + 5.663 x 6 = 84.978 -> about 1019.75 a year
    assert abs(found.responses[1].fen - 101_975) <= 12


def test_whoever_pays_nothing_does_not_answer() -> None:
    found = compare(schedule_of(OLD), schedule_of(NEW), households([0, 120]), ELASTICITY)
    assert found.responses[1].litres > 120_000  # cheaper for the second: 22 to 20 yuan a month
    assert found.whole.paying_less == 1


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(1, 8), st.integers(1, 50)), min_size=1, max_size=40)
)
def test_groups_add_up_to_the_whole(rows: list[tuple[int, int, int]]) -> None:
    use = households([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    found = compare(schedule_of(OLD), schedule_of(version(extra="2")), use)
    for groups in (found.deciles, found.sizes, found.exemptions):
        for name in ("households", "litres", "fen_before", "fen_after", "paying_more", "paying_less"):
            assert sum(getattr(one, name) for one in groups) == getattr(found.whole, name), name
    assert sum(found.tiers_after) == found.whole.litres
    means = [group.mean_use for group in found.deciles if group.mean_use is not None]
    assert means == sorted(means)


def test_months_of_a_season_add_up_to_the_year() -> None:
    use = generate(require_tariffs("jingdezhen").distributions["water"], 500)
    assert (sum(use.period(month, 1) for month in range(12)) == use.annual).all()
    assert (sum(use.period(3 * at, 3) for at in range(4)) == use.annual).all()


def test_generated_households_keep_what_is_declared() -> None:
    declared = require_tariffs("jingdezhen").distributions["water"]
    use = generate(declared, 100_000)
    assert use.generated
    # 0.97 x (4.6 + 2.5 x 2.08 further persons) = 9.5 m3 a month; 2.08 = mean size 3.08 less one
    further = sum(size * share for size, share in declared.sizes.items()) - 1
    expected = Decimal("0.97") * (Decimal("4.6") + Decimal("2.5") * further)
    assert abs(use.annual.mean() / 12_000 - float(expected)) < 0.05
    assert generate(declared, 100, seed=5).digest != generate(declared, 100, seed=6).digest


# -- files ---------------------------------------------------------------------------------------------------------


def read(text: str) -> object:
    return read_consumption(text.encode("utf-8-sig"), (1,) * 12, ("poor",))


def test_a_file_of_years() -> None:
    found = read_consumption(
        "account,persons,use_m3,exemption,households\nA1,3,120.5,,2\nA2,5,0,poor,1\n\n".encode("gb18030"),
        (1,) * 12,
        ("poor",),
    )
    assert found.annual.tolist() == [120_500, 0]
    assert found.exemption.tolist() == [0, 1]
    assert found.households == 3
    assert not found.generated


def test_a_file_of_months_is_billed_month_by_month() -> None:
    head = "persons," + ",".join(f"m{month:02d}" for month in range(1, 13))
    found = read_consumption(f"{head}\n3,30{',0' * 11}\n".encode(), (1,) * 12, ())
    # 30 m3 in January alone: 30 + 21 + 48 = 99 yuan; spread over the year it would be 60
    assert year_bills(schedule_of(NEW), found).fen.tolist() == [99_00]


def test_a_faulty_file_is_refused_row_by_row() -> None:
    with pytest.raises(ConsumptionRefused) as refused:
        read("persons,use_m3,exemption\n3,120,\n0,abc,rich\n3,,\n3,-1,\n")
    faults = refused.value.faults
    assert [(one.line, one.column) for one in faults] == [
        (3, "use_m3"),
        (3, "persons"),
        (3, "exemption"),
        (4, "use_m3"),
        (5, "use_m3"),
    ]
    assert "do not write 0" in faults[3].text.en
    assert "3 rows are wrong" in refused.value.text.en


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "lacks persons"),
        ("persons\n3\n", "use_m3"),
        ("persons,use_m3\n", "no rows"),
        ("persons,persons,use_m3\n3,3,1\n", "given twice"),
        ('persons,use_m3\n3,"' + "x" * 200_000, "no CSV"),
        ("persons,use_m3,households\n3,1,9999999\n" * 1 + "3,1,9999999\n" * 11, "more than 100,000,000"),
    ],
)
def test_files_that_are_no_consumption(text: str, words: str) -> None:
    with pytest.raises(ConsumptionRefused, match=words):
        read(text)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 9),
            st.decimals(0, 900, places=3),
            st.sampled_from(["", "poor"]),
            st.integers(1, 50),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_a_clean_file_is_read_by_columns_as_it_is_by_rows(rows: list[tuple[int, Decimal, str, int]]) -> None:
    lines = [f"{persons},{use},{key},{count}" for persons, use, key, count in rows]
    clean = "\n".join(["persons,use_m3,exemption,households", *lines])
    # a quoted cell sends the same file the other way
    first = lines[0].replace(",", '","')
    quoted = "\n".join(["persons,use_m3,exemption,households", f'"{first}"', *lines[1:]])
    one, other = (read_consumption(text.encode(), (1,) * 12, ("poor",)) for text in (clean, quoted))
    for name in ("annual", "persons", "exemption", "weights"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist(), name


def test_a_file_in_no_known_encoding() -> None:
    with pytest.raises(ConsumptionRefused, match="neither"):
        read_consumption(b"\xff\xff\x00\x81", (1,) * 12, ())


# -- the national guidance ----------------------------------------------------------------------------------------

TEN = [72, 96, 108, 120, 132, 144, 156, 180, 216, 312]
"""m3 a year of ten households: 6, 8, 9, 10, 11, 12, 13, 15, 18, 26 a month; 80 % use 15 or less, 95 % need the 26."""


def test_tiers_that_cover_80_and_95_per_cent() -> None:
    found = check_version("water", version(("15", "26")), households(TEN))
    assert found.verdict.ok
    assert [(one.needed, one.covered_share) for one in found.coverage] == [(15.0, 80.0), (26.0, 100.0)]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (version(("14.999", "26")), "covers-too-few"),
        (version(("15", "25.999")), "covers-too-few"),
        (version(("15", "26"), ("2", "2.99", "6")), "ratio-too-low"),
        (version(("15", "26"), ("2", "3", "5.99")), "ratio-too-low"),
        (version(("15",), ("2", "3")), "too-few-tiers"),
        (version(("15", "26"), ("0", "3", "6")), "first-tier-free"),
    ],
)
def test_what_the_guidance_refuses(given: object, code: str) -> None:
    found = check_version("water", given, households(TEN))  # type: ignore[arg-type]
    assert found.verdict.ok is False
    assert found.verdict.codes == (code,)


def test_a_yearly_tariff_is_put_into_months() -> None:
    assert check_version("water", version(("180", "312"), accumulation="year"), households(TEN)).verdict.ok


def test_large_households_are_judged_by_their_own_tiers() -> None:
    # the largest user has 8 persons: 26 less 4 x 2 = 18, so a second tier of 18 covers everybody
    use = households(TEN, persons=[3] * 9 + [8])
    assert check_version("water", version(("15", "18"), extra="2"), use).verdict.ok
    assert check_version("water", version(("15", "18"), extra="1.9"), use).verdict.ok is False


def test_without_consumption_coverage_is_unknown() -> None:
    found = check_version("water", version())
    assert found.verdict.ok is None
    assert found.verdict.codes == ("no-consumption",)


def test_gas_ratios_are_only_about() -> None:
    found = check_version("gas", version(("15", "26"), ("3", "3.6", "4.6")), households(TEN))
    assert (found.verdict.ok, found.verdict.codes) == (None, ("ratio-differs",))


# -- declarations ---------------------------------------------------------------------------------------------------


def test_the_declared_tariffs_of_the_zone_are_samples() -> None:
    declared = require_tariffs("jingdezhen")
    assert all(one.sample and not version.verified for one in declared.tariffs for version in one.versions)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"bounds": ("22", "15")}, "ends .* above the one before"),
        ({"prices": ("3", "2", "6")}, "not below the one before"),
        ({"prices": ("2.00001", "3", "6")}, "four decimals"),
        ({"bounds": ("15.0001", "22")}, "three decimals"),
        ({"household": {"persons": 4}}, "extra_per_person"),
        ({"until": "2015-01-01"}, "lies before"),
        (
            {"surcharges": [{"key": "a", "name": CITED, "price": "1", "exempt": ["nobody"]}]},
            "no exemption nobody",
        ),
        ({"unknown": 1}, "Extra inputs"),
    ],
)
def test_versions_that_cannot_stand(said: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        version(**said)  # type: ignore[arg-type]


def test_a_fault_in_the_file_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "tariffs.yaml"
    path.write_text("tariffs: []\nelasticities: {}\ndistributions: {}\nspeed: 1\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"tariffs\.yaml:4: speed"):
        read_declaration(path, Tariffs)


def test_a_proposal_keeps_what_it_does_not_name() -> None:
    base = version(extra="3")
    made = version_with(base, bounds=[Decimal(180)], prices=[Decimal(2), Decimal(4)], accumulation="year")
    assert made.accumulation == "year"
    assert made.tiers[0].extra_per_person == Decimal(36)  # 3 a month
    assert np.array(schedule_of(made).borders).tolist() == [180_000]


def test_percent_of_nothing_is_nothing() -> None:
    assert percent(1, 0) is None


def test_an_elasticity_of_ones_own_stands_beside_the_range() -> None:
    stated = ELASTICITY.model_copy(update={"stated": Decimal("-0.3"), "stated_source": "a study"})
    before, after = schedule_of(version(prices=("2", "2", "2"))), schedule_of(version(prices=("4", "4", "4")))
    found = compare(before, after, households([120]), stated).responses
    assert [(each.kind, each.elasticity) for each in found][-1] == ("stated", Decimal("-0.3")) and len(found) == 4
    # 120 m3 at twice the price: 120000 litres x 2 ** -0.3 = 97470
    assert found[-1].litres == 97_470
    assert stated.answers[:3] == ELASTICITY.answers
