"""Without peers: the own course before the term, a wider series, or nothing; and how far that may carry a class."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.accounts.audit.attribution import Attribution, Comparison, Ends, Outcome, attribute
from ecociv.accounts.audit.conclusion import propose, propose_within
from ecociv.accounts.audit.declaration import ZoneAudit, rules_on
from ecociv.accounts.audit.methods import every_method, methods_on, refuse_overlap
from ecociv.accounts.audit.reference import against_course
from ecociv.core.text import Text
from ecociv.indicators.forecast import forecast

DAY = dt.date(2026, 1, 1)
RULES, METHODS = rules_on(DAY), methods_on(DAY)
NAME, PROVINCE = Text(zh="耕地", en="cultivated land"), Text(zh="全省", en="the province")
D = Decimal
STEADY = {2012: D(1000), 2013: D(1010), 2014: D(1000), 2015: D(1010), 2016: D(1000)}


def found(
    own: Ends, history: dict[int, Decimal], *, share: bool = False, wider: dict[int, Decimal] | None = None
) -> Attribution:
    alone = attribute(own, {}, better="increase", material=D("0.01"), share=share, unit="hectare", label=NAME)
    assert alone.outcome is Outcome.UNKNOWN
    return against_course(
        alone, own, history, 2019, rule=METHODS.trend, better="increase", material=D("0.01"), share=share, label=NAME,
        wider=None if wider is None else (PROVINCE, wider),
    )  # fmt: skip


def test_a_fall_out_of_a_steady_course_is_a_loss_on_weaker_evidence() -> None:
    one = found(Ends(D(1000), D(800)), STEADY)
    made = forecast({year: float(value) for year, value in STEADY.items()}, (2019,))
    low, high = made.interval[0.8][2019]
    # closing - median, and closing less the ends of the forecast's interval, turned round.
    assert one.attributed is not None and one.low is not None and one.high is not None
    assert float(one.attributed) == pytest.approx(800 - made.median[2019], abs=0.01)
    assert (float(one.low), float(one.high)) == (
        pytest.approx(800 - high, abs=0.01),
        pytest.approx(800 - low, abs=0.01),
    )
    assert (one.basis, one.outcome) == (Comparison.TREND, Outcome.LOSS) and one.basis.weaker
    assert {"too-few-peers", "weaker-evidence", "attributed-loss"} == {each.code for each in one.reasons}
    # Change = what the course would have brought + what is attributed.
    assert one.change is not None and one.expected is not None
    assert abs(one.change - one.expected - one.attributed) < D("1e-5")
    assert one.trace.standard is not None and not one.trace.standard.verified


def test_a_course_that_goes_on_is_nobodys_doing() -> None:
    falling = {2012: D(1100), 2013: D(1080), 2014: D(1060), 2015: D(1040), 2016: D(1020)}
    one = found(Ends(D(1020), D(965)), falling)
    assert one.basis is Comparison.TREND and one.outcome in (Outcome.NONE, Outcome.WITHIN)


def test_what_moved_the_whole_province_is_taken_out() -> None:
    # The area has always been 1/100 of the province; both fell by a fifth: nothing is left, where the own trend saw a loss.
    province = {year: value * 100 for year, value in STEADY.items()} | {2019: D(80000)}
    own = Ends(D(1000), D(800))
    one = found(own, STEADY, wider=province)
    assert (one.basis, one.outcome) == (Comparison.WIDER, Outcome.NONE)
    assert one.attributed is not None and abs(one.attributed) < 1  # 800 - 80000 x 0.01
    # Without the closing of the province the own trend stands in, and the reason is told.
    cut = found(own, STEADY, wider={year: value for year, value in province.items() if year != 2019})
    assert cut.basis is Comparison.TREND and "wider-missing" in {each.code for each in cut.reasons}


def test_with_two_closings_no_comparison_is_possible() -> None:
    one = found(Ends(D(1000), D(800)), {2015: D(1010), 2016: D(1000)})
    assert (one.basis, one.outcome, one.attributed) == (Comparison.NOTHING, Outcome.UNKNOWN, None)
    assert [each.code for each in one.reasons] == ["too-few-peers", "too-few-years", "no-comparison"]
    assert "has only 2 closings" in one.reasons[1].text.en and one.change == D(-200)
    end = found(Ends(D(1000), None), STEADY)
    assert (end.basis, end.outcome) == (Comparison.NOTHING, Outcome.UNKNOWN)


def test_a_share_is_never_expected_above_the_whole() -> None:
    one = found(
        Ends(D(98), D(97)), {2012: D(80), 2013: D(86), 2014: D(91), 2015: D(95), 2016: D(98)}, share=True
    )
    assert one.expected is not None and one.expected <= 2 and one.low is not None and one.low >= -3


@settings(max_examples=15)
@given(st.lists(st.decimals(100, 1000, places=2), min_size=3, max_size=6), st.decimals(100, 1000, places=2))
def test_the_interval_holds_the_attributed_part_for_any_figures(
    course: list[Decimal], closing: Decimal
) -> None:
    history = {2016 - place: value for place, value in enumerate(course)}
    one = found(Ends(history[2016], closing), history)
    assert one.low is not None and one.attributed is not None and one.high is not None
    assert one.low <= one.attributed <= one.high


READING = {
    "name": {"zh": "总磷", "en": "phosphorus"}, "network": "n", "property": "tp", "unit": "mg / L", "areas": ["jingdezhen"],
    "better": "decrease", "material": "0.05", "least_months": 9, "weather": "flow",
}  # fmt: skip
FACTS = dict.fromkeys(RULES.facts, D(0)) | {"determinable": D(1), "targets_met": D(1), "gains": D(4)}


def test_weaker_evidence_proposes_no_better_than_fairly_good() -> None:
    assert propose(RULES, FACTS).proposed.key == "good"  # type: ignore[union-attr]
    capped = propose_within(RULES, FACTS, FACTS, D("0.29"), METHODS.weaker)
    assert capped.proposed is not None and capped.proposed.key == "fairly-good"
    assert [one.code for one in capped.against] == ["capped-weaker-evidence"] and "29 %" in capped.against[
        0
    ].text.en
    # From 30 % judged by peers on nothing is limited.
    assert propose_within(RULES, FACTS, FACTS, D("0.3"), METHODS.weaker) == propose(RULES, FACTS)


def test_losses_against_the_own_trend_alone_do_not_make_a_term_poor() -> None:
    bad = FACTS | {"losses": D(5), "gains": D(0)}
    assert propose(RULES, bad).proposed.key == "poor"  # type: ignore[union-attr]
    held = propose_within(RULES, bad, bad | {"losses": D(0)}, D(0), METHODS.weaker)
    assert (
        held.proposed is not None
        and held.proposed.key == "average"
        and held.reasons[-1].code == "held-weaker-evidence"
    )
    # Three of the five shown by peers: fairly poor. A grave finding rests on papers and is not held.
    some = propose_within(RULES, bad, bad | {"losses": D(3)}, D("0.2"), METHODS.weaker)
    assert some.proposed is not None and some.proposed.key == "fairly-poor"
    grave = propose_within(
        RULES,
        bad | {"grave_findings": D(2)},
        bad | {"losses": D(0), "grave_findings": D(2)},
        D(0),
        METHODS.weaker,
    )
    assert grave.proposed is not None and grave.proposed.key == "poor"


@given(
    losses=st.integers(0, 6), by_peers=st.integers(0, 6), gains=st.integers(0, 4), grave=st.integers(0, 3),
    share=st.decimals(0, 1, places=2),
)  # fmt: skip
def test_weaker_evidence_only_ever_moves_a_class_towards_the_middle(
    losses: int, by_peers: int, gains: int, grave: int, share: Decimal
) -> None:
    facts = FACTS | {"losses": D(losses), "gains": D(gains), "grave_findings": D(grave)}
    strict = facts | {"losses": D(min(losses, by_peers))}
    keys = [one.key for one in RULES.classes]
    free, held = propose(RULES, facts), propose_within(RULES, facts, strict, share, METHODS.weaker)
    assert free.proposed is not None and held.proposed is not None
    before, after = keys.index(free.proposed.key), keys.index(held.proposed.key)
    best, worst = keys.index("fairly-good"), keys.index("average")
    assert after == before or (before < after == best) or (before > after >= worst)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"scopes": {"forestry-bureau": ["timbre"]}}, "no measure timbre"),
        ({"wider": {"x": {"name": {"zh": "全省", "en": "p"}, "network": "n", "place": "p", "property": "q", "unit": "tonne", "basis": {"standard": "s"}}}}, "no measure x"),
        ({"readings": {"tp": {**READING, "weather": "wether"}}}, "no method 'wether'"),
        ({"readings": {"tp": {**READING, "drivers": {"rain": {"network": "n", "property": "rain"}}}}}, "no driver rain"),
    ],
)  # fmt: skip
def test_a_zone_that_names_what_is_not_there_is_refused(declared: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ZoneAudit.model_validate({"zone": "jingdezhen", **declared})
    assert (
        ZoneAudit.model_validate({"zone": "jingdezhen", "readings": {"tp": READING}}).readings["tp"].share
        is False
    )


def test_two_versions_never_hold_on_one_day() -> None:
    refuse_overlap(every_method())
    one = methods_on(dt.date(2026, 1, 1))
    with pytest.raises(ValueError, match=f"versions {one.key} and {one.key} hold at once"):
        refuse_overlap((one, one))
