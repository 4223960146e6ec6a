"""Rules of quality control: each with a case that it must find and one that it must leave alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.evidence.quality import rules
from ecociv.evidence.quality.declaration import Flat, Neighbours, load_rules

NAN = float("nan")


def series(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


def test_range_marks_each_run_with_its_worst_value() -> None:
    faults = rules.outside(series(5, -1, -3, 10, 11, NAN), 0, 10)
    # -1 and -3 are one run (worst -3); 10 is inside, for the bounds belong to the range; 11 is a run of its own.
    assert [(f.first, f.last, f.evidence["worst"]) for f in faults] == [(1, 2, -3.0), (4, 4, 11.0)]
    assert faults[0].severity == "error"
    assert "-3" in faults[0].sentence.en and "-3" in faults[0].sentence.zh


def test_an_instrument_known_on_one_side_only() -> None:
    (fault,) = rules.outside(series(5, 2000), -np.inf, 1000, "qc-instrument")
    assert fault.rule == "qc-instrument"
    assert fault.marks == (1,)
    assert "≤ 1000" in fault.sentence.en


def test_a_spike_is_in_doubt_and_a_jump_is_only_listed() -> None:
    faults = rules.spikes(series(10, 500, 12, 13, 400, 410, 405), 200)
    spike = [f for f in faults if f.rule == "qc-step"]
    jump = [f for f in faults if f.rule == "qc-jump"]
    assert [f.marks for f in spike] == [(1,)]  # 10 -> 500 -> 12: both sides
    assert [(f.first, f.marks) for f in jump] == [(3, ())]  # 13 -> 400 stays up: weather may do that


def test_a_change_across_a_gap_is_no_rate_of_change() -> None:
    assert rules.spikes(series(10, NAN, 900, NAN, 10), 200) == []


def test_flat_line_knows_low_levels() -> None:
    flat = Flat(readings=3, low=10, low_factor=2)
    assert rules.flat_lines(series(50, 50, 50, 51), flat) == []  # three are allowed
    (fault,) = rules.flat_lines(series(50, 50, 50, 50, 51), flat)
    assert fault.marks == (1, 2, 3)  # the first reading of the run stands
    assert rules.flat_lines(series(*[5] * 6), flat) == []  # at 10 and below twice as many
    assert rules.flat_lines(series(*[5] * 7), flat)[0].evidence["allowed"] == 6


def test_a_missing_value_breaks_a_flat_line() -> None:
    assert rules.flat_lines(series(50, 50, NAN, 50, 50), Flat(readings=3)) == []


def test_gaps_longer_than_allowed_are_listed_and_mark_nothing() -> None:
    present = np.array([True, False, False, True, False, False, False])
    (fault,) = rules.gaps(present, 2)
    assert (fault.first, fault.last, fault.marks, fault.severity) == (4, 6, (), "note")


def test_copied_day_marks_the_later_day() -> None:
    day = np.arange(24.0)
    other = np.arange(24.0) * 2
    (fault,) = rules.copied_days(np.concatenate([day, other, day]), 24)
    assert fault.marks == tuple(range(48, 72))
    assert fault.evidence["days_before"] == 2
    changed = day.copy()
    changed[5] += 1
    assert rules.copied_days(np.concatenate([day, other, changed]), 24) == []


def test_days_with_few_distinct_values_may_agree() -> None:
    calm = np.tile([2.0, 3.0, 2.0, 3.0], 6)
    assert rules.copied_days(np.concatenate([calm, calm]), 24) == []


def test_off_neighbours_allows_for_a_station_that_always_reads_more() -> None:
    random = np.random.default_rng(1)
    weather = np.exp(4 + 0.5 * np.sin(np.arange(400) / 20))
    near = weather * np.exp(0.1 * random.standard_normal((3, 400)))
    own = 2 * weather * np.exp(0.1 * random.standard_normal(400))
    rule = Neighbours(z=8, least=2, difference=20)
    assert rules.off_neighbours(own, near, rule) == []
    own[100] = 2000.0
    (fault,) = rules.off_neighbours(own, near, rule)
    assert fault.marks == (100,)
    alone = near.copy()
    alone[:2, 100] = NAN  # one neighbour is fewer than two
    assert rules.off_neighbours(own, alone, rule) == []


@given(st.lists(st.one_of(st.just(NAN), st.floats(-100, 100)), max_size=80))
def test_marks_are_values_that_are_there(values: list[float]) -> None:
    given_values = np.array(values, dtype=float)
    faults = [
        *rules.outside(given_values, -50, 50),
        *rules.spikes(given_values, 30),
        *rules.flat_lines(given_values, Flat(readings=2)),
        *rules.copied_days(given_values, 8, least_distinct=2),
    ]
    marks = rules.first_marks(faults)
    assert all(np.isfinite(given_values[slot]) for slot in marks)


def test_first_rule_names_the_mark() -> None:
    faults = [*rules.outside(series(900), 0, 500), *rules.outside(series(900), 0, 800, "qc-instrument")]
    assert rules.first_marks(faults) == {0: "qc-range"}


def test_rules_of_jingdezhen_are_readable_and_dated() -> None:
    from datetime import date

    declared = load_rules("jingdezhen")
    hourly = declared.of("jingdezhen-stations-hourly", date(2017, 5, 1))
    assert hourly is not None and hourly.per_day == 24
    assert declared.of("jingdezhen-stations-hourly", date(2011, 5, 1)) is None
    assert set(hourly.properties) == {"pm2_5", "pm10", "so2", "no2", "co", "o3"}


@pytest.mark.parametrize("bad", ["range: [5, 1]", "flat: {readings: 1}", "step: -3", "colour: red"])
def test_a_wrong_rule_names_its_line(bad: str, tmp_path: pytest.TempPathFactory) -> None:
    from ecociv.evidence.declared import DeclarationError, read_declaration
    from ecociv.evidence.quality.declaration import QualityRules

    path = tmp_path / "quality.yaml"  # type: ignore[operator]
    path.write_text(
        "networks:\n  - network: a\n    valid: {from: 2015-01-01}\n    reason: {zh: 因, en: why}\n"
        f"    every_hours: 1\n    gap: 6\n    properties:\n      x:\n        {bad}\n",
        encoding="utf-8",
    )
    with pytest.raises(DeclarationError, match=r"quality\.yaml:(8|9):"):
        read_declaration(path, QualityRules)
