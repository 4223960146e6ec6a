"""The typed targets: met or not, by how much, in words, as a mapping and back."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.decimals import NotANumber
from ecociv.core.missing import Missing
from ecociv.core.targets import (
    AtLeast,
    AtMost,
    Between,
    Composition,
    Context,
    Cumulative,
    Delegated,
    Direction,
    Hold,
    PeerStanding,
    Qualitative,
    RelativeToBase,
    RelativeToPeers,
    Target,
    TargetError,
    Unset,
    Vector,
    Zero,
)
from ecociv.core.text import Text

INCREASE, DECREASE, KEEP = Direction.INCREASE, Direction.DECREASE, Direction.KEEP
D = Decimal

SECTORS = Composition(
    {"primary": D("7.2"), "secondary": D("58.3"), "tertiary": D("34.5")},
    {"primary": DECREASE, "secondary": DECREASE, "tertiary": INCREASE},
)
TRANSPORT = Vector({"walking": AtLeast(D(17)), "transit": AtLeast(D(30))})
ISSUED = Qualitative(Text(zh="办法已印发", en="The measures are issued"))

ONE_OF_EACH: list[Target] = [
    AtLeast(D(1895)),
    AtMost(D("8.45")),
    Between(D(1), D(2)),
    Hold(D("65.73"), INCREASE),
    Hold(D("8.4294"), KEEP, D("0.01")),
    Zero(),
    Zero(KEEP, D("0.5")),
    SECTORS,
    TRANSPORT,
    Cumulative(AtLeast(D(15)), 2014, 2020),
    RelativeToBase(D(-20), 2012, DECREASE),
    RelativeToPeers("province-advanced-level", INCREASE),
    Delegated("province", "省下达的控制目标", DECREASE),
    ISSUED,
    Unset("dash"),
    Unset("blank"),
]


class TestOneNumber:
    """Each boundary from both sides."""

    @pytest.mark.parametrize(
        ("target", "value", "met", "distance"),
        [
            (AtLeast(D(1895)), "1894.99", False, "-0.01"),
            (AtLeast(D(1895)), "1895", True, "0"),
            (AtLeast(D(1895)), "1900", True, "5"),
            (AtMost(D("8.45")), "8.46", False, "-0.01"),
            (AtMost(D("8.45")), "8.45", True, "0"),
            (AtMost(D("8.45")), "8", True, "0.45"),
            (Between(D(1), D(2)), "0.9", False, "-0.1"),
            (Between(D(1), D(2)), "1", True, "0"),
            (Between(D(1), D(2)), "1.4", True, "0.4"),  # the nearer end is 0.4 away
            (Between(D(1), D(2)), "2", True, "0"),
            (Between(D(1), D(2)), "2.1", False, "-0.1"),
            # a level to be kept where more is better: 92 keeps 90, whatever it was before
            (Hold(D(90), INCREASE), "92", True, "2"),
            (Hold(D(90), INCREASE), "90", True, "0"),
            (Hold(D(90), INCREASE), "89.9", False, "-0.1"),
            (Hold(D(90), DECREASE), "92", False, "-2"),
            (Hold(D(90), DECREASE), "88", True, "2"),
            # where neither side is better, both are judged
            (Hold(D(90), KEEP), "90", True, "0"),
            (Hold(D(90), KEEP), "90.1", False, "-0.1"),
            (Hold(D(90), KEEP, D(1)), "91", True, "0"),
            (Hold(D(90), KEEP, D(1)), "91.1", False, "-0.1"),
            (Hold(D(90), KEEP, D(1)), "89", True, "0"),
            (Hold(D(90), KEEP, D(1)), "88.9", False, "-0.1"),
            (Zero(), "0", True, "0"),
            (Zero(), "0.001", False, "-0.001"),  # nothing small stands in for zero
            (Zero(), "1", False, "-1"),
            (Zero(INCREASE), "-1", False, "-1"),  # a deficit to be closed
            (Zero(KEEP), "-1", False, "-1"),
            (Zero(KEEP, D(1)), "-1", True, "0"),
            (AtLeast(D(0)), "0", True, "0"),  # a goal of zero is a goal
        ],
    )
    def test_met_and_distance(self, target: Target, value: str, met: bool, distance: str) -> None:
        judged = target.judge(D(value))
        assert (judged.met, judged.distance) == (met, D(distance))
        assert judged.codes == (("met",) if met else ("not-met",)) or isinstance(target, Between | Hold | Zero)
        assert set(judged.codes) == {"met" if met else "not-met"}

    def test_a_float_is_judged_by_its_shortest_form(self) -> None:
        # The float 8.45 lies below 8.45 in binary; its reader sees the bound met exactly.
        assert AtMost(D("8.45")).judge(8.45).distance == 0
        assert AtMost(D("0.3")).judge(np.float32(0.3)).distance == 0
        assert AtLeast(D(5)).judge(np.int64(5)).met

    def test_the_reason_carries_the_figures(self) -> None:
        (reason,) = AtMost(D("8.45")).judge(D("8.6")).reasons
        assert reason.text.zh == "实际值8.6超过8.45，相差0.15"
        assert reason.text.en == "The value 8.6 is 0.15 above 8.45"
        assert reason.data == {"value": D("8.6"), "bound": D("8.45"), "short": D("0.15")}

    def test_the_context_gives_a_tolerance_where_the_target_has_none(self) -> None:
        loose = Context(tolerance=D(2))
        assert Hold(D(90), KEEP).judge(92, loose).met
        assert not Hold(D(90), KEEP, D(1)).judge(92, loose).met  # its own goes first
        with pytest.raises(TargetError, match="negative"):
            Context(tolerance=D(-1))


class TestMissingValues:
    @pytest.mark.parametrize("target", ONE_OF_EACH, ids=lambda target: next(iter(target.to_mapping())))
    @pytest.mark.parametrize("absent", [*Missing, None])
    def test_no_target_crashes_or_decides_on_a_missing_value(self, target: Target, absent: Missing | None) -> None:
        judged = target.judge(absent)
        assert judged.met is None
        assert judged.distance is None
        assert judged.reasons

    def test_unknown_planned_and_zero_are_three_different_things(self) -> None:
        ceiling = AtMost(D(0))
        assert ceiling.judge(Missing.MISSING).codes == ("value-missing",)
        assert ceiling.judge(Missing.PLANNED).codes == ("value-planned",)
        assert ceiling.judge(0).met is True

    @pytest.mark.parametrize("nan", [float("nan"), np.float32("nan"), D("NaN")])
    def test_nan_is_how_arrays_write_a_missing_figure(self, nan: object) -> None:
        assert AtLeast(D(1)).judge(nan).codes == ("value-missing",)  # type: ignore[arg-type]


class TestTextIsRefused:
    @pytest.mark.parametrize(
        "make",
        [
            lambda: AtLeast("1895"),  # type: ignore[arg-type]
            lambda: AtMost("8.45"),  # type: ignore[arg-type]
            lambda: Between("1", 2),  # type: ignore[arg-type]
            lambda: Hold("65.73", INCREASE),  # type: ignore[arg-type]
            lambda: RelativeToBase("-20", 2012, DECREASE),  # type: ignore[arg-type]
            lambda: Composition({"a": "1", "b": 2}),  # type: ignore[dict-item]
            lambda: AtLeast(D(1)).judge("1"),  # type: ignore[arg-type]
            lambda: AtLeast(D(1)).judge(True),
        ],
    )
    def test_a_figure_as_text_or_as_yes_is_an_error(self, make: object) -> None:
        with pytest.raises(NotANumber):
            make()  # type: ignore[operator]


class TestComposition:
    def test_each_part_is_judged_on_its_own_side(self) -> None:
        # 7.0 <= 7.2 by 0.2; 60.0 > 58.3 by 1.7; 33.0 < 34.5 by 1.5
        judged = SECTORS.judge({"primary": D("7.0"), "secondary": D("60.0"), "tertiary": D("33.0")})
        assert {part: j.distance for part, j in judged.parts.items()} == {
            "primary": D("0.2"),
            "secondary": D("-1.7"),
            "tertiary": D("-1.5"),
        }
        assert judged.met is False
        assert judged.distance == D("-1.7")  # the worst part, never the mean
        assert [r.data["part"] for r in judged.reasons] == ["secondary", "tertiary"]

    def test_met_when_each_part_is(self) -> None:
        judged = SECTORS.judge({"primary": 7, "secondary": 58, "tertiary": 35})
        assert judged.met is True
        assert judged.codes == ("parts-met",)

    def test_a_missing_part_makes_it_unknown_but_a_failing_one_decides(self) -> None:
        assert SECTORS.judge({"primary": 7, "secondary": 58}).met is None
        assert SECTORS.judge({"primary": 7, "secondary": 58}).codes == ("part-missing",)
        assert SECTORS.judge({"primary": 8, "secondary": Missing.PLANNED}).met is False

    def test_a_part_without_a_declared_side_cannot_be_judged(self) -> None:
        bare = Composition({"a": D(40), "b": D(60)})
        assert bare.judge({"a": 40, "b": 60}).codes == ("part-direction-needed", "part-direction-needed")
        declared = Context(part_directions={"a": DECREASE, "b": INCREASE})
        assert bare.judge({"a": 40, "b": 60}, declared).met is True

    def test_a_part_to_be_kept_uses_its_tolerance(self) -> None:
        mix = Composition({"a": D(40), "b": D(60)}, {"a": KEEP, "b": KEEP})
        near = {"a": D("40.4"), "b": D("59.6")}
        assert mix.judge(near).met is False
        assert mix.judge(near, Context(part_tolerances={"a": D("0.4"), "b": D("0.4")})).met is True
        assert mix.judge(near, Context(part_tolerances={"a": D("0.4"), "b": D("0.3")})).met is False

    def test_parts_that_do_not_make_the_whole_are_said(self) -> None:
        # 7.0 + 58.0 + 35.2 = 100.2; three parts of one decimal explain at most 3 * 0.05 = 0.15
        judged = SECTORS.judge({"primary": D("7.0"), "secondary": D("58.0"), "tertiary": D("35.2")})
        assert judged.met is True
        assert judged.codes == ("parts-met", "parts-do-not-sum")
        # 7.0 + 58.0 + 35.1 = 100.1 is within it
        assert SECTORS.judge({"primary": D("7.0"), "secondary": D("58.0"), "tertiary": D("35.1")}).codes == ("parts-met",)

    def test_reasons_call_the_parts_by_their_names(self) -> None:
        named = Context(part_names={"secondary": Text(zh="第二产业", en="Secondary sector")})
        (reason,) = SECTORS.judge({"primary": 7, "secondary": 60, "tertiary": 35}, named).reasons[:1]
        assert reason.text.zh == "分项“第二产业”未达到目标"
        assert reason.text.en == "The part Secondary sector does not meet its target"

    def test_a_part_too_many_is_said(self) -> None:
        judged = SECTORS.judge({"primary": 7, "secondary": 58, "tertiary": 35, "fourth": 0})
        assert "part-not-in-target" in judged.codes

    def test_one_number_is_no_composition(self) -> None:
        with pytest.raises(TargetError, match="has the parts"):
            SECTORS.judge(7)
        with pytest.raises(TargetError, match="two parts or more"):
            Composition({"a": D(100)})
        with pytest.raises(TargetError, match="not parts of"):
            Composition({"a": D(40), "b": D(60)}, {"c": KEEP})

    def test_shares_that_are_not_100_are_for_the_plan_check_to_report(self) -> None:
        assert Composition({"a": D(40), "b": D(50)}).show("en") == "40:50"


class TestVector:
    def test_one_excellent_part_does_not_hide_a_failing_one(self) -> None:
        # mean of 99 and 28 is 63.5, far above the mean goal of 23.5; still not met
        judged = TRANSPORT.judge({"walking": 99, "transit": 28})
        assert judged.met is False
        assert judged.distance == D(-2)
        assert judged.parts["walking"].met is True
        assert judged.codes == ("part-not-met",)

    def test_parts_may_be_of_different_kinds(self) -> None:
        mixed = Vector({"cod": AtMost(D("2.863")), "plan": ISSUED, "so2": Delegated("province", "完成省下达的目标任务", DECREASE)})
        judged = mixed.judge({"cod": D("2.8"), "plan": True, "so2": D("3.3")})
        assert judged.met is None
        assert judged.codes == ("awaiting-upper-level",)
        assert mixed.judge({"cod": D("2.9"), "plan": True, "so2": 3}).met is False

    def test_parts_do_not_nest(self) -> None:
        with pytest.raises(TargetError, match="has parts itself"):
            Vector({"a": TRANSPORT})
        with pytest.raises(TargetError, match="one part or more"):
            Vector({})


class TestCumulative:
    PLANTED = Cumulative(AtLeast(D(15)), 2014, 2016)

    def test_flows_are_added_over_the_span_only(self) -> None:
        # 4 + 5 + 7 = 16; 2013 and 2017 are outside the span
        judged = self.PLANTED.judge({2013: 100, 2014: 4, 2015: 5, 2016: 7, 2017: 100})
        assert (judged.met, judged.distance) == (True, D(1))
        assert judged.codes == ("met", "summed")

    def test_a_late_restatement_changes_the_sum_by_just_that_much(self) -> None:
        flows = {2014: D(4), 2015: D(5), 2016: D(7)}
        before = self.PLANTED.judge(flows).distance
        after = self.PLANTED.judge({**flows, 2014: D("2.5")}).distance
        assert before is not None
        assert after == before - D("1.5")

    def test_a_missing_year_is_not_zero(self) -> None:
        judged = self.PLANTED.judge({2014: 14, 2016: Missing.PLANNED})
        assert judged.met is None
        assert judged.reasons[0].data == {"years": (2015, 2016), "known_sum": D(14), "shown": "2015, 2016"}

    def test_one_number_is_the_sum(self) -> None:
        assert self.PLANTED.judge(15).met is True

    def test_a_budget_is_a_ceiling(self) -> None:
        assert Cumulative(AtMost(D(15)), 2014, 2016).judge({2014: 5, 2015: 5, 2016: D("5.1")}).distance == D("-0.1")

    def test_the_span_runs_forward(self) -> None:
        with pytest.raises(TargetError, match="earlier year first"):
            Cumulative(AtLeast(D(15)), 2020, 2014)


class TestRelative:
    FALL = RelativeToBase(D(-20), 2012, DECREASE)

    def test_the_level_follows_from_the_base_year(self) -> None:
        context = Context(base_values={2012: D(50), 2010: D(100)})
        assert self.FALL.bound(context) == D(40)  # 50 * (100 - 20) / 100
        assert self.FALL.judge(D("40.1"), context).distance == D("-0.1")
        assert self.FALL.judge(40, context).met is True

    def test_no_other_year_stands_in_for_the_base(self) -> None:
        judged = self.FALL.judge(40, Context(base_values={2010: D(100), 2012: Missing.MISSING}))
        assert judged.met is None
        assert judged.reasons[0].code == "base-value-needed"
        assert judged.reasons[0].data["known_years"] == (2010,)

    def test_a_base_of_zero_needs_no_trick_and_a_negative_one_is_not_guessed(self) -> None:
        assert self.FALL.judge(0, Context(base_values={2012: D(0)})).met is True  # 0 * 0.8 = 0
        assert self.FALL.judge(1, Context(base_values={2012: D(0)})).distance == D(-1)
        assert self.FALL.judge(1, Context(base_values={2012: D(-5)})).codes == ("base-below-zero",)

    def test_growth_and_standstill(self) -> None:
        base = Context(base_values={2012: D(50)}, tolerance=D(1))
        assert RelativeToBase(D(10), 2012, INCREASE).judge(55, base).distance == 0  # 50 * 1.1
        assert RelativeToBase(D(0), 2012, KEEP).judge(51, base).met is True
        assert RelativeToBase(D(0), 2012, KEEP).judge(D("51.1"), base).met is False

    def test_more_than_everything_cannot_be_lost(self) -> None:
        with pytest.raises(TargetError, match="more than everything"):
            RelativeToBase(D(-101), 2012, DECREASE)

    def test_peers_need_their_figures(self) -> None:
        air = RelativeToPeers("province-advanced-level", INCREASE)
        assert air.judge(90).codes == ("peers-needed",)
        other = Context(peers=PeerStanding("province-average-level", D(80)))
        assert air.judge(90, other).codes == ("peers-needed",)

    def test_peers_at_the_level_and_just_below(self) -> None:
        air = RelativeToPeers("province-advanced-level", INCREASE)
        peers = Context(peers=PeerStanding("province-advanced-level", D("88.5"), 4, 11))
        assert air.judge(D("88.5"), peers).met is True
        assert air.judge(D("88.4"), peers).distance == D("-0.1")
        assert air.judge(D("88.4"), peers).reasons[-1].text.zh == "在11个同类地区中列第4位"
        lower = RelativeToPeers("province-advanced-level", DECREASE)
        assert lower.judge(D("88.4"), peers).met is True

    def test_peers_need_a_better_side(self) -> None:
        with pytest.raises(TargetError, match="better side"):
            RelativeToPeers("province-advanced-level", KEEP)


class TestDeferred:
    WAITING = Delegated("province", "省下达的控制目标", DECREASE)

    def test_a_delegated_figure_is_awaited_and_then_judged(self) -> None:
        assert self.WAITING.judge(370).codes == ("awaiting-upper-level",)
        given = Context(handed_down=AtMost(D(380)))
        assert self.WAITING.judge(370, given).met is True
        assert self.WAITING.judge(381, given).codes == ("not-met", "handed-down")
        assert self.WAITING.bound(given) == D(380)

    def test_a_promise_to_hand_down_is_not_a_figure(self) -> None:
        assert self.WAITING.judge(370, Context(handed_down=self.WAITING)).met is None

    def test_acceptance(self) -> None:
        assert ISSUED.judge(True).met is True
        assert ISSUED.judge(False).codes == ("not-accepted",)
        assert ISSUED.judge(Missing.PLANNED).codes == ("acceptance-pending",)
        with pytest.raises(TargetError, match="accepted or not"):
            ISSUED.judge(1)

    def test_a_dash_and_a_blank_stay_apart(self) -> None:
        dash, blank = Unset("dash"), Unset("blank")
        assert dash != blank
        assert dash.judge(5).met is blank.judge(5).met is None
        assert dash.judge(5).reasons[0].text != blank.judge(5).reasons[0].text


class TestShowing:
    @pytest.mark.parametrize(
        ("target", "unit_zh", "unit_en", "zh", "en"),
        [
            (AtLeast(D(1895)), "万立方米", "10⁴ m³", "不低于1895万立方米", "at least 1895 × 10⁴ m³"),
            (AtMost(D("8.45")), "亿立方米", "10⁸ m³", "不超过8.45亿立方米", "at most 8.45 × 10⁸ m³"),
            (AtMost(D("2.29")), ":1", ":1", "不超过2.29:1", "at most 2.29:1"),
            (Between(D(1), D(2)), "个", "items", "1至2个", "1 to 2 items"),
            (Hold(D("65.73"), INCREASE), "%", "%", "稳定在65.73%（不降低）", "hold 65.73%, no lower"),
            (Hold(D("6.5"), KEEP, D("0.1")), "%", "%", "稳定在6.5% ±0.1%", "hold 6.5% ±0.1%"),
            (Zero(), "吨", "t", "为零", "zero"),
            (SECTORS, "%", "%", "7.2:58.3:34.5（%）", "7.2:58.3:34.5 (%)"),
            (TRANSPORT, "%", "%", "walking 不低于17%、transit 不低于30%", "walking at least 17%; transit at least 30%"),
            (
                Cumulative(AtLeast(D(15)), 2014, 2020),
                "万亩",
                "10⁴ mu",
                "2014—2020年累计不低于15万亩",
                "at least 15 × 10⁴ mu in total over 2014–2020",
            ),
            (RelativeToBase(D(-20), 2012, DECREASE), "", "", "比2012年下降20%", "20% below 2012"),
            (RelativeToBase(D("1.5"), 2012, INCREASE), "", "", "比2012年上升1.5%", "1.5% above 2012"),
            (RelativeToPeers("province-advanced-level", INCREASE), "%", "%", "达到省内先进水平", "at the province's advanced level"),
            (RelativeToPeers("basin-median", INCREASE), "", "", "达到同类地区水平（规则basin-median）", "at the peers' level (rule basin-median)"),
            (Delegated("province", "省下达的控制目标", DECREASE), "", "", "省下达的控制目标", "as set by the province"),
            (ISSUED, "", "", "办法已印发", "The measures are issued"),
            (Unset("dash"), "%", "%", "未设目标", "no target set"),
        ],
    )
    def test_in_both_languages_with_the_unit(self, target: Target, unit_zh: str, unit_en: str, zh: str, en: str) -> None:
        unit = Text(zh=unit_zh, en=unit_en) if unit_zh else ""
        assert target.show("zh-hans", unit) == zh
        assert target.show("en", unit) == en


class TestAsValues:
    @pytest.mark.parametrize("target", ONE_OF_EACH, ids=lambda target: next(iter(target.to_mapping())))
    def test_targets_compare_hash_copy_and_pickle(self, target: Target) -> None:
        assert copy.deepcopy(target) == target
        assert pickle.loads(pickle.dumps(target)) == target
        assert hash(copy.deepcopy(target)) == hash(target)
        with pytest.raises(AttributeError):
            target.direction = KEEP

    def test_a_judgement_can_be_written_as_json(self) -> None:
        judged = SECTORS.judge({"primary": 7, "secondary": 60, "tertiary": 33})
        assert json.dumps([reason.to_json() for reason in judged.reasons])


figures = st.decimals(min_value=-10_000, max_value=10_000, places=3, allow_nan=False)
factors = st.sampled_from([D("0.0001"), D("0.01"), D("0.3"), D(7), D(10_000)])


@st.composite
def one_number_targets(draw: st.DrawFn) -> Target:
    """Any target to one number that has a better side."""
    goal = draw(figures)
    direction = draw(st.sampled_from([INCREASE, DECREASE]))
    return draw(
        st.sampled_from([AtLeast(goal, INCREASE), AtMost(goal, DECREASE), Hold(goal, direction), Zero(direction)])
    )


class TestInvariants:
    @given(one_number_targets(), figures, st.decimals(min_value=0, max_value=1000, places=3))
    def test_a_better_value_is_never_judged_worse(self, target: Target, value: Decimal, better_by: Decimal) -> None:
        sign = 1 if target.direction is INCREASE else -1
        first, second = target.judge(value), target.judge(value + sign * better_by)
        assert first.distance is not None
        assert second.distance == first.distance + better_by
        assert second.met or not first.met

    @given(one_number_targets(), figures, factors)
    def test_the_unit_does_not_matter(self, target: Target, value: Decimal, factor: Decimal) -> None:
        here, there = target.judge(value), target.scaled(factor).judge(value * factor)
        assert here.distance is not None
        assert there.distance == here.distance * factor
        assert there.met == here.met

    @given(one_number_targets(), figures)
    def test_met_is_a_distance_of_zero_or_more(self, target: Target, value: Decimal) -> None:
        judged = target.judge(value)
        assert judged.distance is not None
        assert judged.met == (judged.distance >= 0)

    @given(figures, figures, factors)
    def test_the_unit_does_not_matter_to_targets_with_parts(self, a: Decimal, b: Decimal, factor: Decimal) -> None:
        value = {"walking": a, "transit": b}
        scaled = {part: figure * factor for part, figure in value.items()}
        assert TRANSPORT.judge(value).met == TRANSPORT.scaled(factor).judge(scaled).met

    def test_a_negative_factor_is_no_unit_change(self) -> None:
        with pytest.raises(TargetError, match="turn the direction round"):
            AtLeast(D(1)).scaled(D(-1))
