"""Volume to carbon by both methods, stock and change, coverage, carbon sink: worked vectors and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.trace import Citation
from ecociv.standards import MeasurementError, forest, parameter

METHOD = Citation("methodology of the project", "risk reserve", 2023)


def test_golden_chinese_fir_by_expansion_factors() -> None:
    # 120 * 0.307 * 1.634 = 60.197; * 1.246 = 75.005; * 0.520 = 39.003; * 44/12 = 143.009
    stand = forest.stand_carbon(120, "杉木")
    assert [round(figure, 2) for figure in (stand.above, stand.biomass, stand.carbon, stand.value)] == [
        60.20,
        75.00,
        39.00,
        143.01,
    ]
    assert "生物量扩展因子法" in stand.explain("zh") and "未经原文核对" in stand.explain("zh")


def test_golden_chinese_fir_by_the_continuous_form() -> None:
    # 0.3999 * 120 + 22.5410 = 70.529; * 0.5 = 35.2645; a tenth below the other method
    stand = forest.continuous(120, "杉木")
    assert (round(stand.biomass, 2), round(stand.carbon, 2)) == (70.53, 35.26)
    assert stand.carbon / forest.stand_carbon(120, "杉木").carbon - 1 == pytest.approx(-0.10, abs=0.01)
    assert "method: continuous" in stand.explain("en")
    # 0.5101 * 100 + 1.0451 = 52.0551
    assert forest.continuous(100, "马尾松").biomass == pytest.approx(52.0551)
    # the other set: 0.5034 * 100 + 20.547 = 70.887
    assert forest.continuous(100, "马尾松", coefficients="Zhejiang 2016").biomass == pytest.approx(70.887)


def test_every_species_of_the_table() -> None:
    table = parameter("forest.species").table
    assert len(table) == 15
    found = forest.stand_carbon(100, list(table))
    for place, row in enumerate(table.values()):
        expected = 100 * row["density"] * row["bef"] * (1 + row["root"]) * row["carbon"] * 44 / 12
        assert found.value[place] == pytest.approx(expected)
        assert 0.3 <= row["density"] <= 0.7 and 1 < row["bef"] < 2 and 0.15 < row["root"] < 0.4
        assert 0.45 < row["carbon"] < 0.53


def test_figures_of_the_caller_replace_the_table_and_take_the_mark_away() -> None:
    share = parameter("forest.carbon_fraction.ipcc").number
    stand = forest.stand_carbon(100, density=0.55, bef=1.4, root=0.25, carbon=share)
    # 100 * 0.55 * 1.4 * 1.25 * 0.47 * 44 / 12 = 165.87
    assert stand.value == pytest.approx(165.8708, abs=1e-3)
    assert (stand.marks, stand.edition) == ((), "figures of the caller")
    assert forest.continuous(100, a=0.5, b=10, carbon=0.47).carbon == pytest.approx(28.2)
    with pytest.raises(MeasurementError, match="Give a species"):
        forest.stand_carbon(100, density=0.5)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("杉木林", "chinese_fir"),
        ("樟林", "camphor"),
        ("木荷林", "schima"),
        ("栎类林", "oak"),
        ("柏木林", "cypress"),
        ("其他松类林", "other_pines"),
        ("针叶混交林", "mixed_conifer"),
        ("阔叶混交林", "mixed_broadleaf"),
        ("针阔叶混交林", "mixed"),
        ("Masson pine", "masson_pine"),
    ],
)
def test_names_of_forests_are_understood(name: str, key: str) -> None:
    assert forest.species_of(name) == key


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: forest.stand_carbon(1, "竹林"), "no species"),
        (lambda: forest.continuous(1, "桉树"), "not in Fang 2001"),
        (lambda: forest.stand_carbon(1, "柳杉"), "not in AR-CM-001"),
        (lambda: forest.continuous(1, "杉木", coefficients="Fang 2007"), "no set"),
        (lambda: forest.continuous(1, a=0.4), "both a and b"),
        (lambda: forest.stand_carbon(-1, "杉木"), "volume is -1"),
        (lambda: forest.stand_carbon(120_000, "杉木"), "cannot exceed 5000"),
        (lambda: forest.stand_carbon(1, "杉木", carbon=52), "cannot exceed 1"),
        (lambda: forest.carbon_stock([1], {}), "No layer"),
        (lambda: forest.stock_difference(1, 2, years=0), "more than 0"),
        (lambda: forest.coverage_rate(land=0, arbor=0), "land is 0"),
        (lambda: forest.coverage_rate(land=10, arbor=11), "larger than the land"),
        (lambda: forest.counts_as_forest(20), "share from 0 to 1"),
        (
            lambda: forest.carbon_sink(1, baseline=0, leakage=0, reserve_share=10, source=METHOD),
            "10 % is 0.1",
        ),
    ],
)
def test_impossible_input_is_refused(call: object, says: str) -> None:
    with pytest.raises(MeasurementError, match=says):
        call()  # type: ignore[operator]


def test_a_stem_of_bamboo() -> None:
    # 0.148 * 2 / 2.028 = 0.145957; ^5.555 = 2.275e-5; 9^2.771 = 440.9; 747.787 * 440.9 * 2.275e-5 + 3.772 = 11.28
    stem = forest.bamboo_stem([9, 9, np.nan], [2, 3, 1])
    assert round(stem.value[0], 2) == 11.28
    assert stem.value[1] > stem.value[0]
    assert np.isnan(stem.value[2])
    assert stem.marks


def test_stock_by_layer_and_type() -> None:
    stock = forest.carbon_stock([100, 50], {"trees": [20, 30], "soil": [80, 90]})
    assert stock.value == 16_000  # 100 * 100 + 50 * 120
    assert stock.density == pytest.approx(16_000 / 150)
    gap = forest.carbon_stock([[100, 50], [100, np.nan]], {"trees": [20, 30]})
    assert gap.value[0] == 3500 and np.isnan(gap.value[1])
    assert gap.validity.n.tolist() == [2, 1]
    assert gap.validity.enough.tolist() == [True, False]


def test_stock_difference_and_gain_loss_agree_on_one_forest() -> None:
    # 100 hm2 growing by 5 m3/hm2 a year for 5 years, 200 m3 felled a year: 500 - 200 = 300 m3 a year
    figures = {"density": 0.4, "bef": 1.5, "root": 0.25, "carbon": 0.5}
    yearly = forest.gain_loss(area=100, increment=5, removals=200, **figures)
    before = forest.stand_carbon(80, **figures).carbon * 100
    after = forest.stand_carbon(80 + 5 * 3, **figures).carbon * 100
    assert forest.stock_difference(before, after, years=5).value == pytest.approx(yearly.value)
    assert yearly.co2 == pytest.approx(112.5 * 44 / 12)
    # fire takes 300 t of dry matter: 300 * 0.5 = 150 tC, so the forest becomes a source
    burnt = forest.gain_loss(area=100, increment=5, removals=200, disturbed=300, **figures)
    assert burnt.value == pytest.approx(-37.5)
    assert burnt.co2 < 0


def test_the_form_of_the_provincial_guideline() -> None:
    found = forest.growth_and_consumption(
        [1e6, 1e6], growth_rate=0.06, consumption_rate=[0.04, 0.07], density=0.45, bef=1.8, carbon=0.5
    )
    # 1e6 * 0.45 * 1.8 * 0.5 = 405 000; * 0.02 = 8100; * -0.01 = -4050
    assert found.value == pytest.approx([8100, -4050])
    with pytest.raises(MeasurementError, match="6 % is 0.06"):
        forest.growth_and_consumption(1, growth_rate=6, consumption_rate=0, density=0.4, bef=1, carbon=0.5)


def test_coverage_with_special_shrubs() -> None:
    # (3100 + 150 + 120 + 0 + 40) / 5256 = 64.88 %
    assert forest.coverage_rate(
        land=5256, arbor=3100, bamboo=150, special_shrubs=120, scattered=40
    ).value == pytest.approx(64.878, abs=1e-3)
    assert forest.coverage_rate(land=10, arbor=10).value == 100
    assert np.isnan(forest.coverage_rate(land=10, arbor=1, special_shrubs=np.nan).value)
    assert forest.counts_as_forest([0.2, np.nextafter(0.2, 0), np.nan]).tolist() == [True, False, False]


def test_carbon_sink_after_leakage_and_reserve() -> None:
    # 12000 - 100 - 2000 - 500 = 9400; a tenth put by: 940; issued 8460
    sink = forest.carbon_sink(
        12_000, baseline=2_000, leakage=500, reserve_share=0.1, project_emissions=100, source=METHOD
    )
    assert (sink.net, sink.reserve, sink.value) == pytest.approx((9400, 940, 8460))
    loss = forest.carbon_sink([-300, 0], baseline=0, leakage=0, reserve_share=0.1, source=METHOD)
    assert loss.value.tolist() == [-300, 0] and loss.reserve.tolist() == [0, 0]
    assert "risk reserve" in sink.explain("en")


volumes = st.lists(st.floats(0, 2000), min_size=1, max_size=12)
keys = st.sampled_from(["杉木", "马尾松"])


@given(volumes, keys)
def test_scalars_and_arrays_agree_and_more_wood_is_more_carbon(values: list[float], species: str) -> None:
    column = np.sort(values)
    for method in (forest.stand_carbon, forest.continuous):
        together = method(column, species).value
        assert together.tolist() == [method(value, species).value for value in column]
        assert (np.diff(together) >= 0).all()


@given(volumes)
def test_shape_order_and_gaps(values: list[float]) -> None:
    column = np.array([*values, np.nan])
    found = forest.stand_carbon(column, "oak").value
    assert np.isnan(found[-1]) and not np.isnan(found[:-1]).any()
    back = forest.stand_carbon(column[::-1].reshape(1, -1), "oak").value
    assert back.shape == (1, column.size)
    assert back[0, ::-1][:-1].tolist() == found[:-1].tolist()


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 400), st.floats(0, 400)), min_size=1, max_size=10))
def test_layers_and_types_add_up_to_the_stock(rows: list[tuple[float, float, float]]) -> None:
    area, trees, soil = (np.array(column) for column in zip(*rows, strict=True))
    stock = forest.carbon_stock(area, {"trees": trees, "soil": soil})
    assert sum(stock.by_layer.values()) == pytest.approx(stock.value)
    assert stock.by_type.sum() == pytest.approx(stock.value)
    assert forest.carbon_stock(area[::-1], {"soil": soil[::-1], "trees": trees[::-1]}).value == pytest.approx(
        stock.value
    )


@given(st.floats(-1e6, 1e6), st.floats(0, 1), st.floats(0, 1e5))
def test_a_larger_reserve_or_leakage_never_issues_more(project: float, share: float, leakage: float) -> None:
    def issued(part: float, leak: float) -> float:
        return forest.carbon_sink(project, baseline=0, leakage=leak, reserve_share=part, source=METHOD).value

    assert issued(share, leakage) <= issued(0, leakage) <= issued(0, 0)


def test_traces_go_through_json() -> None:
    for found in (
        forest.stand_carbon([1, 2], "杉木"),
        forest.continuous([1, 2], "oak", coefficients="Zhejiang 2016"),
        forest.carbon_stock([[1, 2], [3, 4]], {"trees": [5, 6]}),
        forest.coverage_rate(land=[10, 20], arbor=3),
        forest.bamboo_stem([9, 10], 2),
    ):
        trace = found.trace(1)
        assert type(trace).from_json(trace.to_json()) == trace
        assert found.explain("zh", at=0) and found.explain("en", at=0)


def test_the_trace_of_a_stock_leads_down_to_areas_and_densities() -> None:
    stock = forest.carbon_stock([[100, 50], [10, 5]], {"trees": [20, 30], "soil": [80, 90]})
    trace = stock.trace(1)
    assert [leaf.value for leaf in trace.leaves()] == [10, 20, 5, 30, 10, 80, 5, 90]
    assert [layer.value for layer in trace.inputs] == [350, 1250]
    assert trace.value == 1600
