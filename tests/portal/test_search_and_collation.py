"""Finding by words, numbers and pinyin; names in the order of pinyin."""

from __future__ import annotations

import random

import pytest

from ecociv.plan.package import ZonePackage, load_zone
from ecociv.portal.checks import findings_of
from ecociv.portal.collation import collation_key, full_pinyin, initials
from ecociv.portal.filters import matches
from ecociv.portal.search import Document, documents_of, find


@pytest.fixture(scope="module")
def plan() -> ZonePackage:
    return load_zone("jingdezhen")


@pytest.fixture(scope="module")
def documents(plan: ZonePackage) -> tuple[Document, ...]:
    return documents_of(plan, findings_of(plan))


def found(documents: tuple[Document, ...], query: str) -> list[tuple[str, str]]:
    return [(hit.document.kind, hit.document.number) for hit in find(documents, query)]


def test_everything_is_in_the_index(plan: ZonePackage, documents: tuple[Document, ...]) -> None:
    kinds = [document.kind for document in documents]
    assert (kinds.count("indicator"), kinds.count("task"), kinds.count("project")) == (49, 176, 53)
    assert kinds.count("department") == len(plan.organisations)
    assert kinds.count("finding") == len(findings_of(plan)) > 0


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("森林覆盖率", ("indicator", "25")),
        ("forest cover", ("indicator", "25")),
        ("slfgl", ("indicator", "25")),
        ("senlinfugailv", ("indicator", "25")),
        ("25", ("indicator", "25")),
        ("task:112", ("task", "112")),
        ("市环保局", ("department", "environmental-protection-bureau")),
        ("shbj", ("department", "environmental-protection-bureau")),
    ],
)
def test_the_best_hit_stands_first(
    documents: tuple[Document, ...], query: str, first: tuple[str, str]
) -> None:
    assert found(documents, query)[0] == first


def test_a_misspelt_body_leads_to_the_right_one(plan: ZonePackage, documents: tuple[Document, ...]) -> None:
    """市市场督管局 stands in the plan for 市市场监管局."""
    assert ("department", plan.resolve("市市场监管局").key) in found(documents, "市市场督管局")


def test_every_word_must_occur(documents: tuple[Document, ...]) -> None:
    both = set(found(documents, "森林 覆盖率"))
    assert both and both <= set(found(documents, "森林"))
    assert found(documents, "森林 瓷器博览会之外的词") == []


@pytest.mark.parametrize("query", ["", "   ", "，", "zzzzqq", "'; DROP TABLE", "a" * 100])
def test_nothing_is_found_for_nothing(documents: tuple[Document, ...], query: str) -> None:
    assert found(documents, query) == []


def test_one_latin_letter_is_not_read_as_pinyin() -> None:
    """Otherwise a single letter would find almost everything."""
    assert not matches("s", "森林") and matches("sl", "森林")


def test_names_stand_in_the_order_of_pinyin() -> None:
    """cai < fa < gong < huan < lin < nong < shui, whatever the code points are."""
    order = ["市财政局", "市发改委", "市工信委", "市环保局", "市林业局", "市农业局", "市水务局"]
    shuffled = order.copy()
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=collation_key) == order
    assert sorted(shuffled) != order


def test_numbers_count_by_value_and_readings_by_word() -> None:
    assert sorted(["任务10", "任务9", "任务100"], key=collation_key) == ["任务9", "任务10", "任务100"]
    # 乐 is lè in 乐平, yuè in 音乐; 重 is zhòng in 重金属.
    assert full_pinyin("乐平市") == "lepingshi" and full_pinyin("重金属") == "zhongjinshu"
    assert initials("PM2.5浓度") == "pm2.5nd"


def test_every_name_of_the_plan_has_a_key_that_compares(plan: ZonePackage) -> None:
    names = [text for body in plan.organisations for text in (*body.names, body.name_en)]
    names += [indicator.name.zh for indicator in plan.indicators]
    assert len(sorted(names, key=collation_key)) == len(names)
