"""Standing among peers: order, ties, level, dates."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.periods import OutsideValidity
from ecociv.core.targets import Direction
from ecociv.indicators.peers import PeerRule, Peers, Standing, load_peers, stand

MEMBERS = tuple("abcdefghijk")


def rule(**changes: object) -> PeerRule:
    declared: dict[str, object] = {
        "key": "level",
        "name": {"zh": "水平", "en": "level"},
        "group": "g",
        "series": ["35"],
        "from": "2015-01-01",
        "to": None,
        "method": "best-share",
        "share": [1, 3],
        "least_ranked": 8,
        "basis": {"zh": "约定", "en": "declared"},
        "verified": False,
    }
    return PeerRule.model_validate({**declared, **changes})


def standing(*figures: float | None, home: str = "a", direction: Direction = Direction.INCREASE) -> Standing:
    named = {
        place: None if figure is None else Decimal(str(figure))
        for place, figure in zip(MEMBERS, figures, strict=True)
    }
    return stand(rule(), MEMBERS, named, home, direction)


ELEVEN = (90, 99, 98, 97, 96, 95, 94, 93, 92, 91, 89)


def test_the_best_third_of_eleven_is_three() -> None:
    found = standing(*ELEVEN)
    assert found.threshold == 97  # 99, 98, 97
    assert found.home is not None
    assert found.home.rank == 10
    assert found.context is not None
    assert (found.context.rank, found.context.of) == (10, 11)


@pytest.mark.parametrize(("home", "reached"), [("d", True), ("e", False)])
def test_the_level_from_both_sides(home: str, reached: bool) -> None:
    found = standing(*ELEVEN, home=home)  # d has 97, e has 96
    assert found.home is not None
    assert found.threshold is not None
    assert (found.home.value >= found.threshold) is reached


def test_equal_figures_share_a_rank_and_the_next_is_skipped() -> None:
    found = standing(95, 99, 95, 95, 90, 90, 80, 80, 80, 80, 80)
    assert [(entry.place, entry.rank) for entry in found.ranked[:6]] == [
        ("b", 1),
        ("a", 2),
        ("c", 2),
        ("d", 2),
        ("e", 5),
        ("f", 5),
    ]
    assert found.threshold == 95  # the third of the order


def test_where_less_is_better_the_least_lead() -> None:
    found = standing(*ELEVEN, direction=Direction.DECREASE)
    assert [entry.place for entry in found.ranked[:3]] == ["k", "a", "j"]
    assert found.threshold == 91


@pytest.mark.parametrize(("absent", "level"), [(3, True), (4, False)])
def test_with_too_few_peers_there_is_no_level(absent: int, level: bool) -> None:
    figures = [None] * absent + list(ELEVEN[absent:])
    found = standing(*figures, home="k")
    assert (found.threshold is not None) is level
    assert found.without == MEMBERS[:absent]
    if not level:
        assert found.reason is not None
        assert found.reason.code == "too-few-peers"
        assert found.context is None


def test_a_home_without_a_figure_has_no_rank_but_the_level_stands() -> None:
    found = standing(None, *ELEVEN[1:])
    assert found.home is None
    assert found.threshold == 97  # 10 ranked, 10/3 = 3.33: 3
    assert found.context is not None
    assert found.context.rank is None


def test_there_is_no_order_where_neither_side_is_better() -> None:
    with pytest.raises(ValueError, match="neither side"):
        standing(*ELEVEN, direction=Direction.KEEP)


@given(st.lists(st.integers(0, 20), min_size=11, max_size=11), st.randoms())
def test_the_order_of_asking_changes_no_rank_and_no_level(figures: list[int], chance: object) -> None:
    named = {place: Decimal(figure) for place, figure in zip(MEMBERS, figures, strict=True)}
    mixed = list(MEMBERS)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one = stand(rule(), MEMBERS, named, "a", Direction.INCREASE)
    other = stand(rule(), tuple(mixed), named, "a", Direction.INCREASE)
    assert one.threshold == other.threshold
    assert {(e.place, e.rank) for e in one.ranked} == {(e.place, e.rank) for e in other.ranked}


@given(st.lists(st.integers(0, 20), min_size=11, max_size=11), st.integers(0, 10))
def test_a_better_figure_never_loses_a_place(figures: list[int], more: int) -> None:
    named = {place: Decimal(figure) for place, figure in zip(MEMBERS, figures, strict=True)}
    before = stand(rule(), MEMBERS, named, "a", Direction.INCREASE)
    after = stand(rule(), MEMBERS, {**named, "a": named["a"] + more}, "a", Direction.INCREASE)
    assert before.home is not None
    assert after.home is not None
    assert after.home.rank <= before.home.rank


def test_a_rule_holds_between_its_dates_only() -> None:
    peers = load_peers("jingdezhen")
    assert peers.rule("province-advanced-level", "35", 2015).share == (1, 3)
    with pytest.raises(OutsideValidity, match="holds on 2014-12-31"):
        peers.rule("province-advanced-level", "35", 2014)
    with pytest.raises(OutsideValidity, match="declared: none"):
        peers.rule("province-advanced-level", "36", 2016)


def test_two_rules_may_not_hold_at_once() -> None:
    group = {"key": "g", "name": {"zh": "组", "en": "group"}, "members": ["a", "b"]}
    first = rule(to="2017-12-31").model_dump(by_alias=True)
    later = rule(**{"from": "2018-01-01"}).model_dump(by_alias=True)
    assert Peers.model_validate({"groups": [group], "rules": [first, later]})
    with pytest.raises(ValueError, match="hold at once"):
        Peers.model_validate({"groups": [group], "rules": [first, rule().model_dump(by_alias=True)]})


def test_the_province_has_eleven_cities_and_our_reading_is_marked() -> None:
    peers = load_peers("jingdezhen")
    assert len(peers.group("jiangxi-cities").members) == 11
    assert all(not rule.verified for rule in peers.rules)
