"""Difference in differences against peers: arithmetic, what stops it, what must hold for any figures."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ecociv.accounts.audit.attribution import Attribution, Ends, Outcome, attribute, normalised
from ecociv.core.text import Text

NAME = Text(zh="耕地", en="cultivated land")
D = Decimal


def ends(before: object, after: object, *driver: object) -> Ends:
    return Ends(*(None if one is None else D(str(one)) for one in (before, after, *driver)))


def found(own: Ends, peers: dict[str, Ends], **more: object) -> Attribution:
    given_ = {"better": "increase", "material": D("0.01"), "share": False, "unit": "hectare", "label": NAME}
    return attribute(own, peers, **(given_ | more))  # type: ignore[arg-type]


def test_a_loss_that_peers_did_not_have() -> None:
    # Peers: 190/200 - 1 = -5 %, 99/100 - 1 = -1 %; mean -3 %. Expected: 1000 x -3 % = -30. Moved: -100. Left: -70.
    # Ends: -100 - 1000 x -1 % = -90, and -100 - 1000 x -5 % = -50.
    one = found(ends(1000, 900), {"a": ends(200, 190), "b": ends(100, 99)})
    assert (one.change, one.expected, one.attributed, one.low, one.high) == (D(-100), D(-30), D(-70), D(-90), D(-50))
    assert one.outcome is Outcome.LOSS
    assert one.reasons[-1].code == "attributed-loss" and "-70" in one.reasons[-1].text.en
    assert one.trace.value == D(-70)


def test_a_decline_that_peers_had_as_well_is_not_attributed() -> None:
    # Mean of -8 % and -12 % is -10 %, which is the own change: nothing is left.
    assert found(ends(1000, 900), {"a": ends(100, 92), "b": ends(100, 88)}).outcome is Outcome.NONE


def test_a_difference_within_the_spread_of_the_peers_is_said_to_be_so() -> None:
    # Moved -50; peers +2 % and -10 %, mean -4 %: left -10 (1 %, not above the material 1 %) -> with -60: -20, from -80 to +40.
    assert found(ends(1000, 940), {"a": ends(100, 102), "b": ends(100, 90)}).outcome is Outcome.WITHIN


def test_emissions_are_better_when_they_fall() -> None:
    peers = {"a": ends(100, 98), "b": ends(100, 96)}
    assert found(ends(100, 80), peers, better="decrease").outcome is Outcome.GAIN
    assert found(ends(100, 80), peers, better="increase").outcome is Outcome.LOSS


def test_shares_change_by_points() -> None:
    # 80 % -> 90 %, peers +1 and +3 points: left 10 - 2 = 8 points, between 7 and 9. A share may start at zero.
    one = found(ends(80, 90), {"a": ends(0, 1), "b": ends(50, 53)}, share=True, material=D(1), unit="percent")
    assert (one.attributed, one.low, one.high, one.outcome) == (D(8), D(7), D(9), Outcome.GAIN)


def test_rain_is_taken_out_of_all() -> None:
    # Own: 1200 x 100/150 = 800 -> -200. Peers: 110 x 100/110 = 100 and 90 x 100/90 = 100 -> no change. Left: -200.
    peers = {"a": ends(100, 110, 100, 110), "b": ends(100, 90, 100, 90)}
    one = found(ends(1000, 1200, 100, 150), peers, exponent=D(1))
    assert (one.change, one.adjusted, one.attributed, one.outcome) == (D(200), D(800), D(-200), Outcome.LOSS)
    dry = found(ends(1000, 1200, 100, None), peers, exponent=D(1))
    assert dry.outcome is Outcome.UNKNOWN and dry.reasons[-1].code == "weather-missing"
    assert dry.change == D(200)  # what the accounts say is still shown
    assert normalised(ends(1, 8, 1, 4), D("0.5")) == D(4)  # 8 x (1/4)^0.5


def test_what_cannot_be_compared_says_why() -> None:
    pair = {"a": ends(100, 99), "b": ends(100, 98)}
    assert found(ends(None, 9), pair).reasons[-1].code == "end-missing"
    assert found(ends(0, 9), pair).reasons[-1].code == "opening-zero"
    alone = found(ends(10, 9), {"a": ends(100, 99), "b": ends(None, 98)})
    assert [one.code for one in alone.reasons] == ["peers-left-out", "too-few-peers"]
    assert alone.outcome is Outcome.UNKNOWN and alone.attributed is None and alone.change == D(-1)


def test_a_difference_from_before_the_term_is_told() -> None:
    pair = {"a": ends(100, 100), "b": ends(100, 100)}
    told = found(ends(100, 90), pair, earlier=(ends(110, 100), pair))
    assert told.placebo == D(-10) and "not-parallel-before" in {one.code for one in told.reasons}
    quiet = found(ends(100, 90), pair, earlier=(ends(100, 100), pair))
    assert quiet.placebo == 0 and "not-parallel-before" not in {one.code for one in quiet.reasons}


amounts = st.decimals(min_value=1, max_value=10**6, places=2)
pairs = st.builds(Ends, amounts, amounts)


@given(own=pairs, peers=st.dictionaries(st.sampled_from("abcde"), pairs, min_size=2))
def test_for_any_figures(own: Ends, peers: dict[str, Ends]) -> None:
    one = found(own, peers)
    assert one.attributed is not None and one.low is not None and one.high is not None and one.expected is not None
    assert one.low <= one.attributed <= one.high
    # Change = what the peers explain + what is left (ten decimals are kept of each).
    assert one.change is not None
    assert abs(one.change - one.expected - one.attributed) < D("1e-9")
    other = found(own, dict(reversed(list(peers.items()))))
    assert (other.attributed, other.outcome) == (one.attributed, one.outcome)


@given(own=pairs, twins=st.integers(2, 5))
def test_whoever_went_as_the_peers_did_answers_for_nothing(own: Ends, twins: int) -> None:
    one = found(own, {str(number): own for number in range(twins)})
    assert one.outcome is Outcome.NONE and one.attributed is not None and abs(one.attributed) < D("1e-6")
