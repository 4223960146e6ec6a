"""A workbook comes back as it went out, whatever the plan holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ecociv.plan.exchange import content_of, export_workbook, read_plan_content, workbook_difference
from ecociv.plan.package import Indicator, Project, Task, ZonePackage, load_zone, package_from_items
from ecociv.plan.package.load import payload

ZONE = load_zone("jingdezhen").zone

# Words that office software or the workbook's own signs could trip over.
AWKWARD = [
    "=SUM(A1)",
    "a|b // c",
    "市统计局、市农业局",
    "json:{}",
    "- ",
    " 前后空格 ",
    "一行\n两行",
    "\\n",
    "_x0041_",
    "\x07",
    "2015",
    "2016-06",
    "①",
    "３６．５",
    "是",
]
WORDS = st.one_of(
    st.sampled_from([*AWKWARD, "耕地保有量", "Forest land"]),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=4),
).filter(lambda words: bool(words.strip()))
LOCAL = st.fixed_dictionaries({"zh": WORDS, "en": WORDS})
NUMBER = st.one_of(
    st.integers(-(10**6), 10**6),
    st.decimals(-10_000, 10_000, places=4, allow_nan=False).map(float),
    st.floats(-1e9, 1e9, allow_nan=False),
).map(lambda value: int(value) if value == int(value) else value)
YEAR = st.integers(2000, 2100)
DATE = st.one_of(
    YEAR,
    st.builds(lambda year, month: f"{year}-{month:02d}", YEAR, st.integers(1, 12)),
    st.dates().filter(lambda day: 2000 <= day.year <= 2100).map(str),
)
UNIT = st.sampled_from(["percent", "wan_hectare", "tce / wan_yuan", "person"])
DIRECTION = st.sampled_from(["increase", "decrease", "keep"])
SIMPLE = st.one_of(
    st.builds(lambda value: {"at_least": value}, NUMBER),
    st.builds(lambda value: {"at_most": value}, NUMBER),
    st.builds(lambda one, other: {"between": sorted((one, other))}, NUMBER, NUMBER),
)
TARGET = st.one_of(
    SIMPLE,
    st.builds(lambda value: {"hold": value}, NUMBER),
    st.builds(lambda value: {"hold": {"value": value, "tolerance": 0.5}}, NUMBER),
    st.just({"zero": True}),
    st.builds(lambda target, year: {"cumulative": {**target, "from": year, "to": year + 3}}, SIMPLE, YEAR),
    st.builds(
        lambda change, year: {"relative_to_base": {"change_percent": change, "base": year}},
        st.integers(-99, 200),
        YEAR,
    ),
    st.sampled_from(["province-advanced-level", "nation-average-level", "own rule"]).map(
        lambda rule: {"relative_to_peers": {"rule": rule}}
    ),
    st.builds(
        lambda to, cell: {"delegated": {"to": to, "cell": cell}},
        st.sampled_from(["province", "nation"]),
        st.one_of(st.just("省下达的控制目标"), WORDS),
    ),
    st.builds(lambda text: {"qualitative": {"acceptance": text}}, LOCAL),
    st.sampled_from([{"unset": "dash"}, {"unset": "blank"}]),
    st.builds(lambda one, other: {"vector": {"walking": one, "transit": other}}, SIMPLE, SIMPLE),
)
UNCERTAIN = st.lists(
    st.fixed_dictionaries({"field": st.sampled_from(["lead", "due"]), "note": LOCAL}), max_size=2
)
QUANTIFIED = st.fixed_dictionaries(
    {"quantity": LOCAL, "year": st.none() | YEAR, "unit": UNIT, "unit_label": WORDS, "target": TARGET},
    optional={"series": st.just("7"), "scope": LOCAL, "direction": DIRECTION},
).map(lambda item: {**item, "direction": "increase"} if "relative_to_peers" in item["target"] else item)
NAMES = st.lists(st.one_of(st.sampled_from(["市统计局", "各县(市、区)政府", "市发改委"]), WORDS), max_size=3)


def _duty(extra: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "title": LOCAL,
            "summary": LOCAL,
            "lead": NAMES,
            "support": NAMES,
            "support_open": st.booleans(),
            "start": st.none() | DATE,
            "due": st.none() | DATE,
            "milestones": st.lists(
                st.fixed_dictionaries(
                    {"by": DATE, "outcome": st.sampled_from(["started", "completed", "built"])},
                    optional={"text": LOCAL},
                ),
                max_size=2,
            ),
            "targets": st.lists(QUANTIFIED, max_size=2),
            "uncertain": UNCERTAIN,
            **extra,
        },
        optional={
            "cell_shared_with": st.integers(1, 3),
            "recurring": st.fixed_dictionaries(
                {"every": st.sampled_from(["year", "need"]), "from": DATE, "duty": LOCAL},
                optional={"by": st.just("12-31")},
            ),
        },
    )


TASK = _duty(
    {
        "system": st.sampled_from([item.key for item in ZONE.systems]),
        "topic": st.sampled_from([item.key for item in ZONE.topics] or ["topic"]),
    }
)
PROJECT = _duty({"programme": st.sampled_from([item.key for item in ZONE.programmes] or ["programme"])})
BASELINE = st.one_of(NUMBER, st.sampled_from([{"missing": "missing"}, {"missing": "withheld"}]))
TERM = st.fixed_dictionaries({"name": LOCAL, "unit": UNIT})


@st.composite
def indicators(draw: st.DrawFn) -> dict[str, Any]:
    """An indicator with one to three series."""
    item = draw(
        st.fixed_dictionaries(
            {
                "key": st.just("an-indicator"),
                "category": st.sampled_from([item.key for item in ZONE.categories]),
                "name": LOCAL,
                "unit": UNIT,
                "unit_label": st.fixed_dictionaries(
                    {"zh": WORDS | st.just(""), "en": WORDS}, optional={"printed": WORDS}
                ),
                "direction": DIRECTION,
                "direction_basis": LOCAL,
                "kind": st.sampled_from(["stock", "flow", "ratio", "index"]),
                "obligation": st.sampled_from(["binding", "expected"]),
                "supplier": st.fixed_dictionaries({"body": WORDS, "sure": st.booleans()}),
                "uncertain": UNCERTAIN,
            },
            optional={"obligation_basis": LOCAL},
        )
    )
    if draw(st.booleans()):
        item |= {"numerator": draw(TERM), "denominator": draw(TERM)}
    item["series"] = [
        {
            "key": f"s.{place}",
            "baseline": draw(BASELINE),
            "targets": draw(st.fixed_dictionaries({2015: TARGET, 2020: TARGET})),
            **({"name": draw(LOCAL)} if draw(st.booleans()) else {}),
        }
        for place in range(draw(st.integers(1, 2)))
    ]
    if any(
        "relative_to_peers" in target for series in item["series"] for target in series["targets"].values()
    ):
        # A level of the peers needs a better side.
        item["direction"] = "increase"
    return item


@st.composite
def packages(draw: st.DrawFn) -> ZonePackage:
    """A package of a few items that have everything an item can have."""

    def listed(strategy: st.SearchStrategy[dict[str, Any]], model: Any) -> list[Any]:
        found = draw(st.lists(strategy, max_size=2))
        items = []
        for number, item in enumerate(found, start=1):
            for place, series in enumerate(item.get("series", ())):
                series["key"] = f"{number}.{place}"
            items.append(model.model_validate({"number": number, **item}))
        return items

    return package_from_items(
        ZONE, [], listed(indicators(), Indicator), listed(TASK, Task), listed(PROJECT, Project)
    )


@given(packages())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    # Each example writes and reads a whole workbook: to shrink one takes minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
def test_any_plan_comes_back_without_a_difference(package: ZonePackage) -> None:
    data = export_workbook(package)
    difference = workbook_difference(data, package)
    assert [problem.text.en for problem in difference.problems] == []
    assert [(change.key, change.field, change.before, change.after) for change in difference.changes] == []
    assert not difference.outdated
    # Read without knowing the plan, every item is the same again.
    alone = read_plan_content(content_of(data))
    assert [problem.text.en for problem in alone.errors] == []
    for kind, items in (
        ("indicator", package.indicators),
        ("task", package.tasks),
        ("project", package.projects),
    ):
        assert [alone.items[kind][item.number] for item in items] == [payload(item) for item in items]


def test_the_plan_of_jingdezhen_comes_back_without_a_difference() -> None:
    package = load_zone("jingdezhen")
    data = export_workbook(package)
    difference = workbook_difference(data, package)
    assert difference.changes == ()
    assert difference.problems == ()
    assert difference.exported_digest == package.digest
    alone = read_plan_content(content_of(data))
    assert (alone.kind, alone.errors) == ("workbook", ())
    assert (len(alone.indicators), len(alone.tasks), len(alone.projects)) == (49, 176, 53)
    assert [alone.items["task"][task.number] for task in package.tasks] == [
        payload(task) for task in package.tasks
    ]


def test_no_cell_of_the_real_plan_needs_its_exact_form() -> None:
    """The words for officers are enough: no cell falls back to json."""
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(export_workbook(load_zone("jingdezhen"))))
    exact = [
        f"{sheet.title} {cell.coordinate}"
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
        and cell.value.startswith("json:")
        # The sheet 说明 tells what json: means.
        and sheet.title != "说明"
    ]
    assert exact == []


@pytest.mark.parametrize("words", AWKWARD)
def test_awkward_words_survive_as_title(words: str) -> None:
    package = load_zone("jingdezhen")
    task = Task.model_validate({**payload(package.task(1)), "title": {"zh": words, "en": words}})
    small = package_from_items(ZONE, package.organisations, package.indicators, [task], [])
    difference = workbook_difference(export_workbook(small), small)
    assert difference.changes == ()
