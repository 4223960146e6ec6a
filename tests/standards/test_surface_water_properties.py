"""Properties of the classification that hold for any readings."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecociv.standards import parameter
from ecociv.standards import surface_water as water
from ecociv.standards.surface_water import ladder as ladder_module

LIMITS = parameter("surface_water.limits", edition="GB 3838-2002").table
ITEMS = st.sampled_from([item for item in LIMITS["lake"] if item != "ph"])
BODIES = st.sampled_from(["river", "lake"])


def readings(of):
    """Readings around the limits of an item, gaps among them."""
    largest = max(LIMITS["lake"][of]) * 2
    exact = st.sampled_from([float(limit) for limit in LIMITS["lake"][of]])
    return st.one_of(st.floats(0, largest), exact, st.just(float("nan")))


UP_TO_TWELVE = st.integers(1, 12)


@st.composite
def samples(draw, rows=UP_TO_TWELVE):
    """Some items with a column each."""
    names = draw(st.lists(ITEMS, min_size=1, max_size=6, unique=True))
    size = draw(rows)
    return {name: np.array(draw(st.lists(readings(name), min_size=size, max_size=size))) for name in names}


@given(samples(), BODIES)
@settings(max_examples=120, deadline=None)
def test_each_row_is_the_worst_of_its_items(columns, body):
    columns["nh3n"] = columns.get("nh3n", np.full(len(next(iter(columns.values()))), 0.2))
    found = water.classify(**columns, water_body=body)
    evaluated = [item for item in columns if item in LIMITS[body]]
    for row in range(found.value.size):
        own = {}
        for item in evaluated:
            value = columns[item][row]
            if np.isnan(value):
                continue
            limits = LIMITS[body][item]
            met = [value >= limit if item == "do" else value <= limit for limit in limits]
            own[item] = met.index(True) + 1 if True in met else 6
        worst = max(own.values(), default=0)
        assert found.value[row] == worst
        expected = {item for item, number in own.items() if number == worst} if worst > 1 else set()
        assert set(found.limiting[row]) == expected
        assert found.validity.n[row] == len(own)


@given(samples(rows=st.just(1)), BODIES)
@settings(max_examples=80, deadline=None)
def test_a_scalar_is_an_array_of_one(columns, body):
    columns["codmn"] = columns.get("codmn", np.array([3.0]))
    many = water.classify(**columns, water_body=body)
    one = water.classify(**{item: float(column[0]) for item, column in columns.items()}, water_body=body)
    assert isinstance(one.value, int)
    assert one.value == many.value[0]
    assert one.limiting == many.limiting[0]
    for item in one.exceedance:
        assert np.array_equal(one.exceedance[item], many.exceedance[item][0], equal_nan=True)


@given(samples(rows=st.just(8)), st.permutations(range(8)))
@settings(max_examples=60, deadline=None)
def test_order_and_shape_do_not_matter(columns, order):
    columns["codmn"] = columns.get("codmn", np.full(8, 3.0))
    plain = water.classify(**columns)
    shuffled = water.classify(**{item: column[list(order)] for item, column in columns.items()})
    assert shuffled.value.tolist() == plain.value[list(order)].tolist()
    assert list(shuffled.limiting) == [plain.limiting[place] for place in order]
    square = water.classify(**{item: column.reshape(2, 2, 2) for item, column in columns.items()})
    assert square.value.reshape(-1).tolist() == plain.value.tolist()
    # items in another order
    reverse = water.classify(**dict(reversed(columns.items())))
    assert reverse.value.tolist() == plain.value.tolist()
    assert reverse.limiting == plain.limiting


@given(ITEMS, BODIES, st.floats(0, 100), st.floats(0, 100))
@settings(max_examples=150, deadline=None)
def test_more_of_a_pollutant_is_never_a_better_class(item, body, first, second):
    if item not in LIMITS[body]:
        return
    scale = max(LIMITS[body][item]) / 50
    low, high = sorted((first * scale, second * scale))
    better, worse = (high, low) if item == "do" else (low, high)
    assert (
        water.classify(**{item: better}, water_body=body).value
        <= water.classify(**{item: worse}, water_body=body).value
    )


@given(samples(), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_one_more_item_never_makes_a_class_better(columns, pick):
    columns["codmn"] = columns.get("codmn", np.full(len(next(iter(columns.values()))), 3.0))
    names = list(columns)
    without = {
        item: column for item, column in columns.items() if item != names[pick % len(names)]
    } or columns
    if not set(without) & set(LIMITS["river"]):
        return
    assert (water.classify(**without).value <= water.classify(**columns).value).all()


@given(hnp.arrays(np.float64, st.integers(1, 50), elements=st.floats(0, 3)), st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_the_size_of_the_blocks_does_not_show(nh3n, block):
    plain = water.classify(nh3n=nh3n, codmn=3.5, cr6=nh3n / 20, sulfide=nh3n)
    kept = ladder_module.ROWS_AT_A_TIME
    try:
        ladder_module.ROWS_AT_A_TIME = block
        small = water.classify(nh3n=nh3n, codmn=3.5, cr6=nh3n / 20, sulfide=nh3n)
    finally:
        ladder_module.ROWS_AT_A_TIME = kept
    assert small.value.tolist() == plain.value.tolist()
    assert small.limiting == plain.limiting


@given(st.lists(st.floats(2, 12), min_size=1, max_size=12))
def test_the_mean_ph_lies_among_its_values_and_is_no_higher_than_the_plain_mean(values):
    mean = water.ph_mean(values)
    assert min(values) - 1e-9 <= mean <= np.mean(values) + 1e-9


@given(st.lists(st.floats(0, 100, width=32), min_size=5, max_size=14, unique=True))
@settings(deadline=None)
def test_the_rank_correlation_turns_its_sign_with_time(values):
    forward, backward = water.spearman_trend(values), water.spearman_trend(values[::-1])
    assert forward.value == -backward.value or abs(forward.value + backward.value) < 1e-12
    assert -1 <= forward.value <= 1
    assert forward.significant == backward.significant


@given(
    st.floats(0.1, 100),
    st.floats(0.001, 1),
    st.floats(0.05, 8),
    st.floats(0.1, 10),
    st.floats(0.5, 20),
    st.floats(1.01, 3),
)
@settings(max_examples=60, deadline=None)
def test_more_of_a_nutrient_raises_the_trophic_level(chla, tp, tn, sd, codmn, factor):
    figures = {"chla": chla, "tp": tp, "tn": tn, "sd": sd, "codmn": codmn}
    plain = water.trophic_level_index(**figures).value
    for item in figures:
        more = water.trophic_level_index(**{**figures, item: figures[item] * factor}).value
        assert (more < plain) if item == "sd" else (more > plain)
