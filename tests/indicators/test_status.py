"""Lights and their reasons. Each trap of such systems is a test, with the arithmetic beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ecociv.core.decimals import NotANumber
from ecociv.core.missing import Missing
from ecociv.core.periods import OutsideValidity, Validity
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
    TargetValue,
    Unset,
    Vector,
    Zero,
)
from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.indicators.status import (
    STATUS_RULES,
    Light,
    Shape,
    Status,
    StatusRule,
    TrajectoryError,
    paths_of,
    status_of,
    status_rule_on,
    worst_of,
)

INCREASE, DECREASE, KEEP = Direction.INCREASE, Direction.DECREASE, Direction.KEEP
D = Decimal


def light_of(
    value: TargetValue,
    year: int,
    targets: Mapping[int, Target],
    baseline: Any = None,
    direction: Direction = INCREASE,
    **more: Any,
) -> Status:
    """The status as judged in March of the year after."""
    start = None if baseline is None else (2012, baseline)
    more.setdefault("evaluated_on", date(year + 1, 3, 1))
    return status_of(direction=direction, baseline=start, targets=targets, year=year, value=value, **more)


def near(value: Decimal | None, expected: str) -> bool:
    return value is not None and abs(value - D(expected)) < D("0.01")


class TestTrap1AWorseningIndicatorKeepsItsLight:
    def test_worse_than_the_start_is_the_worst_light(self) -> None:
        # baseline 80, goal 90, actual 75: progress is (75 - 80) / (90 - 80) = -50 %
        for year in (2013, 2014, 2015, 2016):
            status = light_of(75, year, {2015: AtLeast(D(90))}, 80)
            assert status.light is Light.WORSENING
            assert status.codes[0] == "worse-than-baseline"
        assert Light.WORSENING.severity == max(light.severity for light in Light)

    def test_at_the_baseline_it_is_off_track_and_just_below_it_worsening(self) -> None:
        assert light_of(80, 2014, {2015: AtLeast(D(90))}, 80).light is Light.OFF_TRACK
        assert light_of(D("79.99"), 2014, {2015: AtLeast(D(90))}, 80).light is Light.WORSENING

    def test_the_same_downwards(self) -> None:
        # 77 tonnes per 10,000 yuan, to fall to 70: 80 is a rise
        assert light_of(80, 2014, {2015: AtMost(D(70))}, 77, DECREASE).light is Light.WORSENING

    def test_without_a_baseline_nothing_is_called_worsening_and_that_is_said(self) -> None:
        status = light_of(1, 2020, {2020: AtLeast(D(50))}, Missing.MISSING)
        assert status.light is Light.OFF_TRACK
        assert "baseline-missing" in status.codes


class TestTrap2AHoldTargetIsNotPunished:
    @pytest.mark.parametrize("target", [Hold(D(90), INCREASE), AtLeast(D(90))])
    @pytest.mark.parametrize("year", [2013, 2014])
    def test_above_the_level_is_on_track_before_it_is_due(self, target: Target, year: int) -> None:
        # keep >= 90 from 95, actual 92: inferring the direction from 90 - 95 gives "60 %, late"
        status = light_of(92, year, {2015: target}, 95)
        assert status.light is Light.ON_TRACK
        assert status.expected == D(90)  # the bound itself, not a decline towards it
        assert status.codes[0] == "within-bound"

    def test_and_achieved_when_it_is_due(self) -> None:
        assert light_of(92, 2015, {2015: Hold(D(90), INCREASE)}, 95).light is Light.ACHIEVED
        assert light_of(90, 2015, {2015: Hold(D(90), INCREASE)}, 95).light is Light.ACHIEVED

    def test_below_the_level_is_the_worst_light(self) -> None:
        assert light_of(D("89.9"), 2014, {2015: Hold(D(90), INCREASE)}, 95).light is Light.WORSENING

    def test_a_target_equal_to_the_baseline_is_not_skipped(self) -> None:
        # 90 -> 90 with actual 70
        for year in (2013, 2015, 2018):
            assert light_of(70, year, {2015: Hold(D(90), INCREASE)}, 90).light is Light.WORSENING
            assert light_of(70, year, {2015: AtLeast(D(90))}, 90).light is Light.WORSENING
        assert light_of(90, 2014, {2015: AtLeast(D(90))}, 90).light is Light.ON_TRACK
        assert light_of(90, 2015, {2015: AtLeast(D(90))}, 90).light is Light.ACHIEVED

    def test_where_neither_side_is_better_both_are_judged(self) -> None:
        held = {2015: Hold(D("6.5"), KEEP, D("0.1"))}
        assert light_of(D("6.6"), 2015, held, D("6.5"), KEEP).light is Light.ACHIEVED
        assert light_of(D("6.61"), 2015, held, D("6.5"), KEEP).light is Light.WORSENING
        assert light_of(D("6.39"), 2014, held, D("6.5"), KEEP).light is Light.WORSENING
        assert light_of(D("6.4"), 2014, held, D("6.5"), KEEP).light is Light.ON_TRACK

    def test_a_level_to_be_reached_first_has_a_path(self) -> None:
        # forest 65.07 -> hold 65.73 from 2015: in 2014 65.07 + 0.66 * 2/3 = 65.51 is expected
        status = light_of(D("65.51"), 2014, {2015: Hold(D("65.73"), INCREASE)}, D("65.07"))
        assert (status.light, status.expected) == (Light.ON_TRACK, D("65.51"))

    def test_a_level_reached_and_lost_is_off_track_even_by_little(self) -> None:
        # 65.73 was due in 2015 and stays due: 65.72 in 2016 is 98 % of the progress, and still not what is owed
        held = {2015: Hold(D("65.73"), INCREASE), 2017: Hold(D("65.73"), INCREASE)}
        status = light_of(D("65.72"), 2016, held, D("65.07"))
        assert (status.light, status.codes[0]) == (Light.OFF_TRACK, "milestone-overdue")
        assert light_of(D("65.73"), 2016, held, D("65.07")).light is Light.ON_TRACK


class TestTrap3StepTargetsHaveAStatedPath:
    MINES = {2015: AtLeast(D(10)), 2017: AtLeast(D(17))}

    def test_between_milestones_the_path_is_stated(self) -> None:
        # halfway from 10 (2015) to 17 (2017)
        status = light_of(D("13.5"), 2016, self.MINES, 8)
        assert (status.light, status.expected, status.gap) == (Light.ON_TRACK, D("13.5"), D(0))
        stated = status.reasons[-1]
        assert stated.code == "path-stated"
        assert stated.text.zh == "2016年路径值13.5：节点之间的推算值；节点之间逐年等量变化"

    def test_a_declared_step_expects_nothing_before_its_year(self) -> None:
        assert light_of(10, 2016, self.MINES, 8, shape=Shape.STEP).light is Light.ON_TRACK
        assert light_of(10, 2017, self.MINES, 8, shape=Shape.STEP).light is Light.OFF_TRACK
        assert light_of(10, 2016, self.MINES, 8).light is Light.OFF_TRACK  # 2 of 5.5 is 36 %

    def test_a_compound_path(self) -> None:
        # 100 -> 121 in 2014 at 10 % a year: 110 in 2013
        grown = {2014: AtLeast(D(121))}
        assert light_of(110, 2013, grown, 100, shape=Shape.COMPOUND).expected == D(110)
        with pytest.raises(TrajectoryError, match="equal rates"):
            light_of(1, 2013, grown, 0, shape=Shape.COMPOUND)

    def test_after_the_last_milestone_it_stays_due(self) -> None:
        status = light_of(16, 2019, self.MINES, 8)
        assert (status.light, status.milestone) == (Light.OFF_TRACK, 2017)
        assert "after the last milestone" in status.reasons[1].text.en
        assert light_of(17, 2019, self.MINES, 8).light is Light.ACHIEVED

    def test_without_a_baseline_there_is_no_path_before_the_first(self) -> None:
        # indicator 22: only 50 in 2020 is set
        green = {2015: Unset("blank"), 2017: Unset("blank"), 2020: AtLeast(D(50))}
        status = light_of(20, 2016, green, Missing.MISSING)
        assert status.light is Light.NOT_DUE
        assert status.codes[:2] == ("no-path-before-first-milestone", "path-stated")
        assert "the value does not meet it yet" in status.reasons[0].text.en
        assert "the value already meets it" in light_of(55, 2016, green, Missing.MISSING).reasons[0].text.en

    def test_without_a_baseline_the_path_starts_at_the_first_milestone(self) -> None:
        # 20 (2015) -> 50 (2020): 32 in 2017; 29 is 9 of 12 = 75 %
        set_ = {2015: AtLeast(D(20)), 2020: AtLeast(D(50))}
        assert light_of(32, 2017, set_).light is Light.ON_TRACK
        status = light_of(29, 2017, set_)
        assert (status.light, status.share) == (Light.AT_RISK, D("0.75"))
        assert light_of(19, 2017, set_).codes[0] == "milestone-overdue"


class TestTrap4ZeroNeedsNoTrick:
    GONE = {2020: Zero()}

    def test_far_ahead_on_the_way_to_zero(self) -> None:
        # 10 (2012) -> 0 (2020): 5 in 2016; 1 is 9 of the 5 expected = 180 %
        status = light_of(1, 2016, self.GONE, 10, DECREASE)
        assert (status.light, status.gap, status.share) == (Light.ON_TRACK, D(4), D("1.8"))

    def test_zero_is_a_figure(self) -> None:
        assert light_of(0, 2020, self.GONE, 10, DECREASE).light is Light.ACHIEVED
        assert light_of(0, 2016, self.GONE, 10, DECREASE).light is Light.ON_TRACK
        assert light_of(D("0.001"), 2020, self.GONE, 10, DECREASE).light is Light.OFF_TRACK

    def test_a_baseline_of_zero(self) -> None:
        # indicator 46: 0 -> 15 in 2015; 10 expected in 2014, 6 is 60 %
        sorted_waste = {2015: AtLeast(D(15))}
        assert light_of(6, 2014, sorted_waste, 0).light is Light.AT_RISK
        assert light_of(0, 2014, sorted_waste, 0).light is Light.OFF_TRACK

    def test_from_zero_to_zero(self) -> None:
        assert light_of(0, 2016, self.GONE, 0, DECREASE).light is Light.ON_TRACK
        assert light_of(1, 2016, self.GONE, 0, DECREASE).light is Light.WORSENING


class TestTrap5NothingIsAveraged:
    RATES = {
        2015: Vector({"mining": AtLeast(D("82.5")), "beneficiation": AtLeast(D(84)), "utilisation": AtLeast(D("70.5"))})
    }
    START = {"mining": D(82), "beneficiation": D(84), "utilisation": D(70)}

    def test_one_excellent_part_does_not_hide_a_failing_one(self) -> None:
        # the mean of 99, 99 and 69 is 89, far above the mean goal of 79
        status = light_of({"mining": 99, "beneficiation": 99, "utilisation": 69}, 2015, self.RATES, self.START)
        assert status.light is Light.WORSENING  # 69 < 70
        assert {part: s.light for part, s in status.parts.items()} == {
            "mining": Light.ACHIEVED,
            "beneficiation": Light.ACHIEVED,
            "utilisation": Light.WORSENING,
        }
        assert status.reasons[0].data == {"part": "utilisation", "light": "worsening"}
        assert (status.year, status.milestone) == (2015, 2015)

    def test_the_reasons_of_a_part_carry_its_name(self) -> None:
        names = {"utilisation": Text(zh="综合利用率", en="Utilisation rate")}
        value = {"mining": 99, "beneficiation": 99, "utilisation": 69}
        status = light_of(value, 2014, self.RATES, self.START, context=Context(part_names=names))
        assert status.reasons[0].text == Text(zh="综合利用率：恶化", en="Utilisation rate: Worsening")
        assert status.reasons[1].code == "worse-than-baseline"
        assert status.reasons[1].text.en.startswith("Utilisation rate: The value 69 is worse than the 70")
        assert status.reasons[1].data["part"] == "utilisation"

    def test_a_missing_part_is_not_hidden_by_good_ones(self) -> None:
        status = light_of({"mining": 99, "beneficiation": 99}, 2015, self.RATES, self.START)
        assert status.light is Light.NO_DATA
        assert status.reasons[0].data["part"] == "utilisation"

    def test_series_of_an_indicator_are_joined_the_same_way(self) -> None:
        lights = [Light.ACHIEVED, Light.OFF_TRACK, Light.NO_DATA]
        joined = worst_of({str(n): Status(light, ()) for n, light in enumerate(lights)})
        assert joined.light is Light.OFF_TRACK
        assert worst_of({"a": Status(Light.ACHIEVED, ()), "b": Status(Light.NO_DATA, ())}).light is Light.NO_DATA
        assert worst_of({"a": Status(Light.ACHIEVED, ()), "b": Status(Light.NOT_DUE, ())}).light is Light.NOT_DUE
        assert worst_of({"a": Status(Light.ACHIEVED, ())}).light is Light.ACHIEVED
        named = worst_of({"1": Status(Light.AT_RISK, ())}, {"1": Text(zh="铜", en="Copper")})
        assert named.reasons[0].text.zh == "铜：存在风险"
        assert worst_of({}).codes == ("no-series",)

    def test_the_base_year_does_not_move(self) -> None:
        fall = {2015: RelativeToBase(D(-20), 2010, DECREASE)}
        status = light_of(79, 2015, fall, 90, DECREASE)  # 2012 is known, 2010 is not
        assert (status.light, status.codes[0]) == (Light.NO_DATA, "base-value-needed")
        known = light_of(80, 2015, fall, 90, DECREASE, context=Context(base_values={2010: D(100)}))
        assert known.light is Light.ACHIEVED

    def test_the_baseline_is_the_value_of_its_own_year(self) -> None:
        # 20 % below 100 is 80; in 2014, two thirds of the way, 100 - 20 * 2/3 = 86.67
        fall = {2015: RelativeToBase(D(-20), 2012, DECREASE)}
        assert light_of(80, 2015, fall, 100, DECREASE).light is Light.ACHIEVED
        assert near(light_of(88, 2014, fall, 100, DECREASE).expected, "86.67")


class TestTrap6FiguresAreNotText:
    def test_a_value_as_text_is_refused(self) -> None:
        with pytest.raises(NotANumber, match="'75' is text"):
            light_of("75", 2014, {2015: AtLeast(D(90))}, 80)  # type: ignore[arg-type]

    def test_a_baseline_as_text_is_refused(self) -> None:
        with pytest.raises(NotANumber, match="'80' is text"):
            light_of(75, 2014, {2015: AtLeast(D(90))}, "80")

    def test_shapes_that_do_not_fit_are_refused(self) -> None:
        with pytest.raises(TargetError, match="one number"):
            light_of({"a": 1}, 2014, {2015: AtLeast(D(90))}, 80)
        with pytest.raises(TargetError, match="a figure for each part"):
            light_of(1, 2014, {2015: Vector({"a": AtLeast(D(1))})})


class TestTrap7SumsStocksAndRatios:
    PLANTED = {2017: Cumulative(AtLeast(D(6)), 2014, 2017), 2020: Cumulative(AtLeast(D(15)), 2014, 2020)}

    def test_a_sum_starts_from_nothing_whatever_the_baseline(self) -> None:
        # 6 by the end of 2017 from 0 at the end of 2013: 1.5 a year, 3 by 2015
        status = light_of({2014: 1, 2015: 2}, 2015, self.PLANTED, 40)
        assert (status.light, status.expected) == (Light.ON_TRACK, D(3))
        assert light_of({2014: 1, 2015: D("0.8")}, 2015, self.PLANTED, 40).share == D("0.6")

    def test_a_late_restatement_of_one_year_changes_the_sum_by_just_that_much(self) -> None:
        flows = {2014: D(1), 2015: D(2), 2016: D(2), 2017: D(1)}
        before = light_of(flows, 2017, self.PLANTED)
        after = light_of({**flows, 2014: D("0.9")}, 2017, self.PLANTED)
        assert (before.light, before.gap) == (Light.ACHIEVED, D(0))
        assert (after.light, after.gap) == (Light.OFF_TRACK, D("-0.1"))

    def test_a_year_without_a_figure_is_not_zero(self) -> None:
        status = light_of({2014: 1, 2015: Missing.MISSING}, 2015, self.PLANTED)
        assert (status.light, status.codes) == (Light.NO_DATA, ("years-missing",))

    def test_before_the_sum_begins(self) -> None:
        assert light_of({}, 2013, self.PLANTED).codes == ("sum-not-begun",)

    def test_a_budget(self) -> None:
        budget = {2020: Cumulative(AtMost(D(70)), 2014, 2020)}
        assert light_of(20, 2015, budget, direction=DECREASE).light is Light.ON_TRACK  # 20 of 20
        assert light_of(21, 2015, budget, direction=DECREASE).light is Light.AT_RISK  # faster than 10 a year
        assert light_of(71, 2019, budget, direction=DECREASE).light is Light.WORSENING  # spent

    def test_the_path_of_a_sum_for_a_chart(self) -> None:
        (path,) = paths_of((2012, D(40)), self.PLANTED)
        assert path.trajectory.knots == ((2013, D(0)), (2017, D(6)), (2020, D(15)))


class TestTrap11Thresholds:
    """0 (2012) -> 100 (2016): 50 expected in 2014. Each threshold from both sides."""

    RISE = {2016: AtLeast(D(100))}

    @pytest.mark.parametrize(
        ("value", "light", "code"),
        [
            ("50", Light.ON_TRACK, "on-path"),
            ("49.99", Light.ON_TRACK, "slightly-behind-path"),
            ("47.5", Light.ON_TRACK, "slightly-behind-path"),  # 95 %
            ("47.49", Light.AT_RISK, "behind-path"),
            ("30", Light.AT_RISK, "behind-path"),  # 60 %
            ("29.99", Light.OFF_TRACK, "far-behind-path"),
            ("0", Light.OFF_TRACK, "far-behind-path"),  # 0 %
            ("-0.01", Light.WORSENING, "worse-than-baseline"),
        ],
    )
    def test_between_milestones(self, value: str, light: Light, code: str) -> None:
        status = light_of(D(value), 2014, self.RISE, 0)
        assert (status.light, status.codes[0]) == (light, code)

    @pytest.mark.parametrize(
        ("value", "light"),
        [("100", Light.ACHIEVED), ("99.99", Light.OFF_TRACK), ("0", Light.OFF_TRACK), ("-0.01", Light.WORSENING)],
    )
    def test_in_the_milestones_year_there_is_no_slack(self, value: str, light: Light) -> None:
        assert light_of(D(value), 2016, self.RISE, 0).light is light

    def test_the_milestone_of_the_year_itself_is_used_and_not_the_one_before(self) -> None:
        rise = {2015: AtLeast(D(57)), 2017: AtLeast(D(61))}
        assert light_of(57, 2015, rise, 54).milestone == 2015
        assert light_of(57, 2016, rise, 54).milestone == 2017
        assert light_of(60, 2017, rise, 54).light is Light.OFF_TRACK  # 60 meets the 57 of 2015, not the 61 of 2017

    def test_the_share_is_said(self) -> None:
        (reason, *_) = light_of(40, 2014, self.RISE, 0).reasons
        assert reason.text.zh == "实际值40落后于路径要求50，相差10；已完成应有进度的80%"
        assert reason.data == {"value": D(40), "expected": D(50), "behind": D(10), "share": D("0.8")}


class TestTrap15UnknownPlannedAndZero:
    RISE = {2015: AtLeast(D(90))}

    @pytest.mark.parametrize(
        ("value", "light", "code"),
        [
            (Missing.MISSING, Light.NO_DATA, "value-missing"),
            (None, Light.NO_DATA, "value-missing"),
            (float("nan"), Light.NO_DATA, "value-missing"),
            (Missing.PLANNED, Light.NOT_DUE, "value-planned"),
            (Missing.NOT_APPLICABLE, Light.NOT_DUE, "value-not-applicable"),
            (Missing.WITHHELD, Light.NO_DATA, "value-withheld"),
            (Missing.DELEGATED, Light.AWAITING_UPPER_LEVEL, "value-delegated"),
            (0, Light.WORSENING, "worse-than-baseline"),
        ],
    )
    def test_are_three_different_things(self, value: TargetValue, light: Light, code: str) -> None:
        status = light_of(value, 2014, self.RISE, 80)
        assert (status.light, status.codes[0]) == (light, code)

    @pytest.mark.parametrize(("year", "light"), [(2014, Light.NOT_DUE), (2015, Light.NO_DATA), (2016, Light.NO_DATA)])
    def test_what_does_not_apply_leaves_the_milestone_of_its_year_unjudged(self, year: int, light: Light) -> None:
        # before the milestone nothing is asked; in its year and after it the plan asks for a figure
        status = light_of(Missing.NOT_APPLICABLE, year, self.RISE, 80)
        assert (status.light, status.codes) == (light, ("value-not-applicable",))

    def test_a_missing_figure_is_late_only_when_it_is(self) -> None:
        on_time = light_of(None, 2014, self.RISE, 80, evaluated_on=date(2014, 12, 31))
        assert (on_time.light, on_time.codes[0]) == (Light.NOT_DUE, "year-not-over")
        late = light_of(None, 2014, self.RISE, 80, evaluated_on=date(2015, 1, 1))
        assert (late.light, late.codes) == (Light.NO_DATA, ("value-missing", "value-overdue"))
        granted = light_of(None, 2014, self.RISE, 80, evaluated_on=date(2015, 3, 31), data_due=date(2015, 3, 31))
        assert granted.light is Light.NOT_DUE

    def test_a_figure_of_a_running_year_is_provisional(self) -> None:
        status = light_of(89, 2014, self.RISE, 80, evaluated_on=date(2014, 10, 1))
        assert "year-running" in status.codes
        assert "year-running" not in light_of(89, 2014, self.RISE, 80, evaluated_on=date(2014, 12, 31)).codes

    def test_a_missing_composition(self) -> None:
        assert light_of(Missing.WITHHELD, 2015, TestTrap5NothingIsAveraged.RATES).codes[0] == "value-withheld"


class TestCeilingsThatRise:
    """Indicator 9: 7.82 in 2012, caps of 8.45 (2015), 8.69 (2017), 8.97 (2020)."""

    CAPS = {2015: AtMost(D("8.45")), 2017: AtMost(D("8.69")), 2020: AtMost(D("8.97"))}

    def light(self, value: str, year: int) -> Status:
        return light_of(D(value), year, self.CAPS, D("7.82"), DECREASE)

    @pytest.mark.parametrize(
        ("value", "year"), [("7.5", 2013), ("7.82", 2014), ("8.2", 2013), ("8.45", 2014), ("8.57", 2016), ("8.0", 2019)]
    )
    def test_a_rise_within_the_cap_is_on_track(self, value: str, year: int) -> None:
        assert self.light(value, year).light is Light.ON_TRACK

    def test_staying_lower_achieves_the_cap(self) -> None:
        assert self.light("7.9", 2015).light is Light.ACHIEVED
        assert self.light("8.45", 2015).light is Light.ACHIEVED

    def test_above_the_path_but_within_the_next_cap_is_at_risk(self) -> None:
        # the ceiling of 2016 is (8.45 + 8.69) / 2 = 8.57
        assert self.light("8.58", 2016).light is Light.AT_RISK
        assert self.light("8.58", 2016).codes[0] == "room-used-too-fast"
        assert self.light("8.69", 2016).light is Light.AT_RISK

    def test_above_the_next_cap_is_off_track(self) -> None:
        assert self.light("8.70", 2016).light is Light.OFF_TRACK
        assert self.light("8.46", 2014).codes[0] == "beyond-next-milestone"
        assert self.light("8.46", 2015).codes[0] == "milestone-missed"

    def test_above_all_that_the_plan_still_permits_is_worsening(self) -> None:
        assert self.light("8.97", 2016).light is Light.OFF_TRACK
        assert self.light("8.98", 2016).light is Light.WORSENING
        assert self.light("8.97", 2020).light is Light.ACHIEVED
        assert self.light("8.98", 2020).light is Light.WORSENING

    def test_a_cap_above_today_with_nothing_after_it(self) -> None:
        # indicator 34: sulphur dioxide 2.603, cap 3.382 in 2015
        cap = {2015: AtMost(D("3.382"))}
        assert light_of(D("3.0"), 2014, cap, D("2.603"), DECREASE).light is Light.ON_TRACK
        assert light_of(D("3.0"), 2015, cap, D("2.603"), DECREASE).light is Light.ACHIEVED
        assert light_of(D("3.4"), 2015, cap, D("2.603"), DECREASE).light is Light.WORSENING

    def test_a_cap_that_first_tightens(self) -> None:
        # 10 -> 8 (2015) -> 9 (2020): in 2017 8.4 is expected
        caps = {2015: AtMost(D(8)), 2020: AtMost(D(9))}
        assert light_of(D("8.4"), 2017, caps, 10, DECREASE).light is Light.ON_TRACK
        assert light_of(D("8.6"), 2017, caps, 10, DECREASE).light is Light.AT_RISK  # 1.4 of 1.6 is 87.5 %
        assert light_of(D("9.5"), 2017, caps, 10, DECREASE).light is Light.OFF_TRACK
        assert light_of(D("10.1"), 2017, caps, 10, DECREASE).light is Light.WORSENING


    def test_a_cap_above_today_that_tightens_later(self) -> None:
        # 7 in 2012, at most 9 in 2015, at most 8 in 2020: 8.6 in 2017
        caps = {2015: AtMost(D(9)), 2020: AtMost(D(8))}
        assert light_of(D("8.6"), 2017, caps, 7, DECREASE).light is Light.ON_TRACK
        assert light_of(D("8.61"), 2017, caps, 7, DECREASE).light is Light.OFF_TRACK
        assert light_of(D("9.01"), 2017, caps, 7, DECREASE).light is Light.WORSENING
        # in 2020 the 9 of 2015 is history, and 8.5 is worse than both 7 and 8
        assert light_of(D("8.5"), 2020, caps, 7, DECREASE).light is Light.WORSENING


class TestUpperLevel:
    ENERGY = {
        2015: AtMost(D("0.51")),
        2017: Delegated("province", "省下达的控制目标", DECREASE),
        2020: Delegated("province", "省下达的控制目标", DECREASE),
    }

    def light(self, value: Any, year: int, **more: Any) -> Status:
        return light_of(value, year, self.ENERGY, D("0.572"), DECREASE, **more)

    def test_before_the_delegated_milestone_the_plan_decides(self) -> None:
        assert self.light(D("0.51"), 2015).light is Light.ACHIEVED

    def test_then_it_waits_and_says_for_what(self) -> None:
        status = self.light(D("0.50"), 2016)
        assert (status.light, status.codes) == (Light.AWAITING_UPPER_LEVEL, ("awaiting-upper-level",))
        assert "省下达的控制目标" in status.reasons[0].text.zh

    def test_while_waiting_a_failed_last_target_is_still_said(self) -> None:
        assert self.light(D("0.52"), 2016).codes == ("awaiting-upper-level", "last-set-target-not-met")
        assert self.light(None, 2016).codes == ("awaiting-upper-level", "value-missing")

    def test_a_figure_handed_down_takes_its_place(self) -> None:
        # 0.51 (2015) -> 0.47 (2017): 0.49 in 2016
        given = {2017: AtMost(D("0.47"))}
        status = self.light(D("0.49"), 2016, handed_down=given)
        assert (status.light, status.expected) == (Light.ON_TRACK, D("0.49"))
        assert status.codes[-1] == "handed-down"
        assert self.light(D("0.48"), 2017, handed_down=given).light is Light.OFF_TRACK
        assert self.light(D("0.46"), 2018, handed_down=given).light is Light.AWAITING_UPPER_LEVEL

    def test_handed_down_through_the_context(self) -> None:
        assert self.light(D("0.47"), 2017, context=Context(handed_down=AtMost(D("0.47")))).light is Light.ACHIEVED

    def test_a_milestone_without_a_figure_is_left_out_of_the_path_and_said(self) -> None:
        targets = {2015: AtMost(D(10)), 2017: self.ENERGY[2017], 2020: AtMost(D(5))}
        status = light_of(8, 2018, targets, 12, DECREASE)  # 10 - 5 * 3/5 = 7; from 12: 4 of 5 is 80 %
        assert (status.light, status.expected) == (Light.AT_RISK, D(7))
        assert "milestones-left-out" in status.codes

    def test_a_figure_that_was_not_delegated_cannot_be_handed_down(self) -> None:
        assert self.light(D("0.51"), 2015, handed_down={2015: AtMost(D("0.1"))}).light is Light.ACHIEVED


class TestPeers:
    AIR = {2015: RelativeToPeers("province-advanced-level", INCREASE), 2020: RelativeToPeers("province-advanced-level", INCREASE)}

    def light(self, value: Any, year: int, baseline: Any = None, threshold: str | None = "88.5") -> Status:
        peers = PeerStanding("province-advanced-level", D(threshold), 4, 11) if threshold else None
        return light_of(value, year, self.AIR, baseline, context=Context(peers=peers))

    def test_without_the_peers_it_cannot_be_told(self) -> None:
        status = self.light(90, 2015, threshold=None)
        assert (status.light, status.codes[0]) == (Light.NO_DATA, "peers-needed")

    def test_each_year_is_judged_by_its_own_level(self) -> None:
        assert self.light(D("88.5"), 2015).light is Light.ACHIEVED
        assert self.light(D("88.4"), 2015).light is Light.OFF_TRACK
        assert self.light(D("88.5"), 2016).light is Light.ON_TRACK
        assert self.light(D("88.4"), 2016).light is Light.AT_RISK
        assert self.light(D("88.5"), 2016).reasons[1].text.en == "Rank 4 of 11 among the peers"

    def test_behind_the_peers_and_worse_than_at_the_start(self) -> None:
        assert self.light(80, 2016, 85).light is Light.WORSENING
        assert self.light(86, 2016, 85).light is Light.AT_RISK
        assert self.light(D("88.5"), 2016, 90).light is Light.ON_TRACK  # worse than before, and still good enough


class TestQualitative:
    ISSUED = {2016: Qualitative(Text(zh="办法已印发", en="The measures are issued"))}

    @pytest.mark.parametrize(
        ("value", "year", "light"),
        [
            (None, 2015, Light.QUALITATIVE),
            (None, 2016, Light.QUALITATIVE),
            (False, 2015, Light.QUALITATIVE),
            (False, 2016, Light.OFF_TRACK),
            (True, 2015, Light.ACHIEVED),
            (True, 2017, Light.ACHIEVED),
        ],
    )
    def test_accepted_or_not(self, value: bool | None, year: int, light: Light) -> None:
        assert light_of(value, year, self.ISSUED, direction=KEEP).light is light


class TestNoTargetAndBeforeThePlan:
    def test_no_target_is_not_due(self) -> None:
        for targets in ({}, {2015: Unset("dash")}, {2015: Unset("blank"), 2020: Unset("dash")}):
            status = light_of(5, 2015, targets, 4)
            assert (status.light, status.codes) == (Light.NOT_DUE, ("no-target-set",))

    def test_a_dash_is_no_milestone(self) -> None:
        # indicator 31: 0 in 2012, "-" in 2015, 70 in 2017: 42 in 2015
        ions = {2015: Unset("dash"), 2017: AtLeast(D(70)), 2020: AtLeast(D(85))}
        status = light_of(42, 2015, ions, 0)
        assert (status.light, status.milestone, status.expected) == (Light.ON_TRACK, 2017, D(42))

    def test_the_base_year_itself_is_before_the_plan(self) -> None:
        assert light_of(80, 2012, {2015: AtLeast(D(90))}, 80).codes == ("plan-not-started",)
        assert light_of(80, 2013, {2015: AtLeast(D(90))}, 80).light is not Light.NOT_DUE


class TestRangesAndCompositions:
    def test_a_range_is_judged_on_both_sides(self) -> None:
        # 5 (2012) into 10..12 (2016): the floor is 7.5 in 2014; the ceiling is 12 from the start
        parks = {2016: Between(D(10), D(12))}
        assert light_of(8, 2014, parks, 5, KEEP).light is Light.ON_TRACK
        assert light_of(7, 2014, parks, 5, KEEP).light is Light.AT_RISK  # 2 of 2.5 is 80 %
        assert light_of(D("12.1"), 2014, parks, 5, KEEP).light is Light.WORSENING
        assert light_of(11, 2016, parks, 5, KEEP).light is Light.ACHIEVED
        assert light_of(9, 2016, parks, 5, KEEP).light is Light.OFF_TRACK
        assert {path.sense.name for path in paths_of((2012, D(5)), parks)} == {"FLOOR", "CEILING"}

    def test_a_composition_part_by_part(self) -> None:
        # indicator 3, in 2014: tertiary 32.7 + (34.5 - 32.7) * 2/3 = 33.9, secondary 59.5 - 1.2 * 2/3 = 58.7
        ways = {"primary": DECREASE, "secondary": DECREASE, "tertiary": INCREASE}
        sectors = {2015: Composition({"primary": D("7.2"), "secondary": D("58.3"), "tertiary": D("34.5")}, ways)}
        start = {"primary": D("7.8"), "secondary": D("59.5"), "tertiary": D("32.7")}
        good = light_of({"primary": D("7.4"), "secondary": D("58.7"), "tertiary": D("33.9")}, 2014, sectors, start, KEEP)
        assert good.light is Light.ON_TRACK
        assert good.parts["tertiary"].expected == D("33.9")
        bad = light_of({"primary": D("7.0"), "secondary": D("60.0"), "tertiary": D("33.0")}, 2014, sectors, start, KEEP)
        assert {part: s.light for part, s in bad.parts.items()} == {
            "primary": Light.ON_TRACK,
            "secondary": Light.WORSENING,  # 60.0 > 59.5
            "tertiary": Light.OFF_TRACK,  # 0.3 of 1.2 is 25 %
        }
        assert bad.light is Light.WORSENING

    def test_a_composition_without_directions_says_what_it_needs(self) -> None:
        bare = {2015: Composition({"a": D(40), "b": D(60)})}
        assert light_of({"a": 40, "b": 60}, 2015, bare, direction=KEEP).codes == (
            "part-status",
            "part-status",
            "part-direction-needed",
            "part-direction-needed",
        )
        given = Context(part_directions={"a": DECREASE, "b": INCREASE})
        assert light_of({"a": 40, "b": 60}, 2015, bare, direction=KEEP, context=given).light is Light.ACHIEVED

    def test_parts_that_are_delegated_later_wait_together(self) -> None:
        # indicator 34 as a vector: limits in 2015, then the province's
        loads = {
            2015: Vector({"cod": AtMost(D("2.863")), "nh3n": AtMost(D("0.362"))}),
            2017: Delegated("province", "完成省下达的目标任务", DECREASE),
        }
        assert light_of({"cod": D("2.8"), "nh3n": D("0.36")}, 2016, loads, direction=DECREASE).light is Light.AWAITING_UPPER_LEVEL


class TestTheRule:
    def test_thresholds_are_dated_data_with_a_source(self) -> None:
        rule = status_rule_on(date(2017, 3, 1))
        assert (rule.on_track_share, rule.at_risk_share) == (D("0.95"), D("0.60"))
        assert rule in STATUS_RULES
        assert rule.source.standard.startswith("Eurostat")
        assert not rule.source.verified

    def test_a_day_without_a_rule_is_an_error(self) -> None:
        with pytest.raises(OutsideValidity, match="No rule for the lights was in force on 2011-12-31"):
            status_rule_on(date(2011, 12, 31))
        assert status_rule_on(date(2012, 1, 1))

    def test_another_rule_can_be_given_and_is_named(self) -> None:
        strict = StatusRule("strict", Validity(), D(1), D("0.9"), Citation("house rule"))
        rise = {2016: AtLeast(D(100))}
        status = light_of(49, 2014, rise, 0, rule=strict)
        assert (status.light, status.rule) == (Light.AT_RISK, "strict")
        assert light_of(49, 2014, rise, 0).rule == "share-of-path-1"

    def test_a_rule_upside_down_is_refused(self) -> None:
        with pytest.raises(ValueError, match="the one for at risk first"):
            StatusRule("x", Validity(), D("0.6"), D("0.95"), Citation("x"))

    def test_a_target_against_the_declared_direction_is_judged_and_said(self) -> None:
        status = light_of(5, 2015, {2015: AtMost(D(10))}, 12, INCREASE)
        assert status.light is Light.ACHIEVED
        assert "target-against-direction" in status.codes
        assert "target-against-direction" not in light_of(5, 2015, {2015: AtMost(D(10))}, 12, DECREASE).codes

    def test_every_light_has_both_labels_and_every_reason_both_languages(self) -> None:
        assert len({light.label.zh for light in Light}) == len({light.label.en for light in Light}) == 9

    def test_a_status_can_be_written_as_json(self) -> None:
        status = light_of({"mining": 99, "beneficiation": 84, "utilisation": 60}, 2014, TestTrap5NothingIsAveraged.RATES, TestTrap5NothingIsAveraged.START)
        written = json.loads(json.dumps(status.to_json(), ensure_ascii=False))
        assert written["light"] == "worsening"
        assert written["parts"]["mining"]["expected"] == status.parts["mining"].to_json()["expected"]
        assert written["reasons"][0]["zh"]
