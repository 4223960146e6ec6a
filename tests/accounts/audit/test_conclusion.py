"""The proposed class: every class is reached, worse facts never give a better one, unknown is neither good nor bad."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.accounts.audit.conclusion import propose
from ecociv.accounts.audit.declaration import AuditRules, rules_on
from ecociv.core.periods import OutsideValidity
from ecociv.evidence.declared import DeclarationError, read_declaration

RULES = rules_on(dt.date(2026, 1, 1))
CLEAN: dict[str, Decimal | None] = {
    "losses": Decimal(0), "gains": Decimal(3), "determinable": Decimal(1), "targets_met": Decimal(1),
    "targets_worsened": Decimal(0), "overdue": Decimal(0), "accountability": Decimal(0), "serious_findings": Decimal(0),
    "grave_findings": Decimal(0),
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "good"),
        # Each boundary from both sides: 0.9 is met, 0.89 is not; one loss is still fairly good, two are not.
        ({"targets_met": "0.9"}, "good"),
        ({"targets_met": "0.89"}, "fairly-good"),
        ({"losses": "1"}, "fairly-good"),
        ({"losses": "2"}, "average"),
        ({"losses": "3"}, "fairly-poor"),
        ({"losses": "4"}, "fairly-poor"),
        ({"losses": "5"}, "poor"),
        ({"grave_findings": "1"}, "fairly-poor"),
        ({"grave_findings": "2"}, "poor"),
        ({"accountability": "1"}, "fairly-poor"),
        ({"targets_met": "0.69"}, "average"),
    ],
)
def test_classes_at_their_boundaries(changed: dict[str, str], expected: str) -> None:
    found = propose(RULES, CLEAN | {key: Decimal(value) for key, value in changed.items()})
    assert found.proposed is not None and found.proposed.key == expected
    assert (expected == "good") is (not found.against)


def test_a_proposal_says_why_and_why_not_better() -> None:
    found = propose(RULES, CLEAN | {"losses": Decimal(1), "targets_met": Decimal("0.8")})
    assert {one.code for one in found.against} == {"not-no-losses", "not-targets-met"}
    assert "0.8 < 0.9" in next(one for one in found.against if one.code == "not-targets-met").text.en
    worse = propose(RULES, CLEAN | {"grave_findings": Decimal(1)})
    assert [one.code for one in worse.reasons] == ["grave-finding"]


def test_what_is_not_known_neither_helps_nor_harms() -> None:
    found = propose(RULES, CLEAN | {"targets_met": None})
    assert found.proposed is not None and found.proposed.key == "average"
    assert "unknown-targets-met" in {one.code for one in found.against}
    nothing = propose(RULES, CLEAN | {"determinable": Decimal("0.29")})
    assert nothing.proposed is None and [one.code for one in nothing.reasons] == ["not-too-little-determinable"]
    assert propose(RULES, CLEAN | {"determinable": Decimal("0.3")}).proposed is not None


def test_every_fact_has_to_be_given() -> None:
    with pytest.raises(KeyError):
        propose(RULES, {key: value for key, value in CLEAN.items() if key != "overdue"})


def test_rules_hold_between_their_dates_only() -> None:
    with pytest.raises(OutsideValidity, match="2015-11-01"):
        rules_on(dt.date(2015, 10, 31))
    assert rules_on(dt.date(2015, 11, 1)).key == RULES.key
    assert RULES.basis.verified is False


COUNTS = st.one_of(st.none(), st.integers(0, 7).map(Decimal))
SHARES = st.one_of(st.none(), st.integers(0, 100).map(lambda n: Decimal(n) / 100))
FACTS = st.fixed_dictionaries({key: SHARES if key in {"determinable", "targets_met"} else COUNTS for key in RULES.facts})


@given(facts=FACTS, key=st.sampled_from(sorted(RULES.facts)), by=st.integers(1, 5))
def test_a_worse_fact_never_gives_a_better_class(facts: dict[str, Decimal | None], key: str, by: int) -> None:
    value = facts[key]
    if value is None:
        return
    worse = value + by if RULES.facts[key].worse == "more" else value - by
    one, other = propose(RULES, facts), propose(RULES, facts | {key: worse})
    if one.proposed is None or other.proposed is None:
        return
    keys = [each.key for each in RULES.classes]
    assert keys.index(other.proposed.key) >= keys.index(one.proposed.key)


SOUND = (Path(__file__).resolve().parents[3] / "src/ecociv/accounts/audit/rules.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{fact: losses, at_most: 0, code: no-losses}", "{fact: losses, at_least: 0, code: no-losses}", "wrong side"),
        ("{fact: losses, at_least: 5, code: many-losses}", "{fact: loses, at_least: 5, code: many-losses}", "no fact 'loses'"),
        ("columns: [cultivated]", "columns: [tilled]", "no column tilled"),
        ("weather: rain}", "weather: snow}", "no method 'snow'"),
        ("least_peers: 2", "least_peers: 2\n    most_peers: 9", "most_peers"),
        ("[natural_addition, natural_reduction,", "[felling, natural_addition, natural_reduction,", "named twice: felling"),
    ],
)
def test_a_faulty_declaration_names_what_is_wrong(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in SOUND
    path = tmp_path / "rules.yaml"
    path.write_text(SOUND.replace(old, new), encoding="utf-8")
    with pytest.raises(DeclarationError, match="rules.yaml") as refused:
        read_declaration(path, AuditRules)
    assert says in str(refused.value)
