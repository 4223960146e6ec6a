"""Terms of the simulator: what a form reads, what the loader says to it, several variants on the same readings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from compensation.situations import agreement, given, index, item, months, reading, version
from ecociv.compensation.agreements.declaration import Agreement, Version, compensation
from ecociv.compensation.simulations.catalogue import MOST_MEASURED
from ecociv.compensation.simulations.comparing import changed_versions, simulate, versions_of
from ecociv.compensation.simulations.drafts import Draft, read_draft
from ecociv.compensation.simulations.layout import Layout
from ecociv.compensation.simulations.starting import tonnes_of_one_milligram
from ecociv.compensation.simulations.terms import NoTerm, TermRefused, changed, lines_of, terms_in
from ecociv.compensation.simulations.typed import typed_of
from ecociv.core.text import Text

MEASURED = {
    "nh3n": Text(zh="氨氮", en="ammonia"),
    "codmn": Text(zh="高锰酸盐指数", en="permanganate index"),
    "tp": Text(zh="总磷", en="total phosphorus"),
    "total_nitrogen": Text(zh="总氮", en="total nitrogen"),
}
STEPS = [{"above": "0.2", "price": "4000"}, {"above": "0.5", "price": "6000"}]


def stepped(**changes: Any) -> Version:
    return version(
        formula={"kind": "exceedance", "flow": "flow", "items": {"nh3n": item(1, 3000, steps=STEPS)}},
        **changes,
    )


def two_versions() -> Agreement:
    """3000 yuan a tonne until 2016, 4000 from 2017 on."""
    later = {"kind": "exceedance", "flow": "flow", "items": {"nh3n": item(1, 4000)}}
    return agreement(
        version(valid_to="2016-12-31"), version(valid_from="2017-01-01", valid_to="2018-12-31", formula=later)
    )


def draft(terms: Agreement, typed: dict[str, str], first: int = 2016, last: int = 2016, **more: Any) -> Draft:
    return read_draft(versions_of(terms, first, last), typed, MEASURED, **more)


def test_an_empty_form_changes_nothing_and_shows_every_term() -> None:
    found = draft(agreement(stepped()), {})
    assert not found.terms and not found.ready and not found.faults
    paths = {field.path for group in found.groups for field in group.all_fields()}
    assert {
        "formula.method", "formula.items.nh3n.limit", "formula.items.nh3n.price", "formula.items.nh3n.steps.1.above",
        "sections.0.design_flow", "readings.flow", "cap.downstream.year", "least", "calendar.period",
    } <= paths  # fmt: skip


def test_years_with_other_terms_are_told_apart() -> None:
    found = draft(two_versions(), {}, 2015, 2018)
    price = next(f for g in found.groups for f in g.all_fields() if f.path == "formula.items.nh3n.price")
    assert [(each.years, each.value) for each in price.in_force] == [
        ("2015–2016", "3000"),
        ("2017–2018", "4000"),
    ]


def test_a_term_as_in_force_is_no_change_unless_some_year_has_another() -> None:
    path = "formula.items.nh3n.price"
    assert draft(agreement(), {path: "3000"}).terms == {}
    assert draft(two_versions(), {path: "3,000"}, 2015, 2018).terms == {path: "3000"}


@pytest.mark.parametrize(
    ("typed", "path", "words"),
    [
        ({"formula.items.nh3n.price": "much"}, "formula.items.nh3n.price", "no number"),
        ({"formula.items.nh3n.price": "NaN"}, "formula.items.nh3n.price", "no number"),
        ({"formula.items.nh3n.price": "1e-999999"}, "formula.items.nh3n.price", "decimals"),
        ({"formula.items.nh3n.price": "1e999999"}, "formula.items.nh3n.price", "outside"),
        ({"formula.items.nh3n.limit": "0"}, "formula.items.nh3n.limit", "> 0"),
        ({"readings.months": "13"}, "readings.months", "≤ 12"),
        ({"readings.minimum": "1.5"}, "readings.minimum", "whole number"),
        ({"readings.flow": "guess"}, "readings.flow", "choose"),
        ({"formula.items.nh3n.steps.0.above": "0.6"}, "formula.items.nh3n", "rise"),
        ({"readings.flow": "design"}, "", "design flow"),
        ({"formula.items.tp.property": "tp"}, "formula.items.tp.limit", "Write"),
    ],
)
def test_a_fault_stands_at_its_field(typed: dict[str, str], path: str, words: str) -> None:
    found = draft(agreement(stepped()), typed)
    assert not found.ready
    assert any(words in text.en for text in found.faults[path]), found.faults


def test_items_are_added_and_left_out() -> None:
    typed = {
        "formula.items.nh3n": "out",
        "formula.items.tp.property": "tp",
        "formula.items.tp.limit": "0.2",
        "formula.items.tp.price": "10000",
    }
    found = draft(agreement(), typed)
    assert found.terms["formula.items.nh3n"] is None and found.ready
    (only,) = changed(version(), found.terms).formula.items.values()
    assert (only.name.en, only.limit) == ("total phosphorus", Decimal("0.2"))  # type: ignore[union-attr]
    nothing_left = draft(agreement(), {"formula.items.nh3n": "out"})
    assert any("At least one" in text.en for texts in nothing_left.faults.values() for text in texts)


def test_steps_are_added_and_taken_away() -> None:
    at = "formula.items.nh3n.steps"
    more = draft(agreement(stepped()), {f"{at}.0": "out", f"{at}.2.above": "1", f"{at}.2.price": "9000"})
    assert more.ready
    steps = changed(stepped(), more.terms).formula.items["nh3n"].steps  # type: ignore[union-attr]
    assert [(step.above, step.price) for step in steps] == [(Decimal("0.5"), 6000), (1, 9000)]


def test_a_step_just_begun_waits_and_one_forgotten_is_a_fault() -> None:
    at = "formula.items.nh3n.steps.2"
    begun = draft(agreement(stepped()), {}, begun=[at])
    assert begun.waiting == (f"{at}.above", f"{at}.price") and not begun.faults and not begun.ready
    forgotten = draft(agreement(stepped()), {f"{at}.above": "1"})
    assert list(forgotten.faults) == [f"{at}.price"]


def test_added_steps_close_the_gap_of_one_taken_away() -> None:
    at = "formula.items.nh3n.steps"
    typed = {f"{at}.2": "out", f"{at}.2.above": "1", f"{at}.3.above": "2", f"{at}.3.price": "8000"}
    found = draft(agreement(stepped()), typed)
    assert found.ready
    again = draft(agreement(stepped()), dict(found.typed))
    assert again.typed == found.typed == {f"{at}.2.above": "2", f"{at}.2.price": "8000"}
    assert again.terms == found.terms


def test_another_kind_of_formula_brings_its_own_terms() -> None:
    terms = agreement(version(sections=[{"place": "s1", "design_flow": 12}]))
    found = draft(terms, {"formula.kind": "load"})
    # 1 mg/L x 12 m3/s x 365/12 days x 86400 s / 10^6 g = 31.536 t in a mean month
    assert tonnes_of_one_milligram(terms.versions[0]) == Decimal("31.536")
    assert found.typed["formula.items.nh3n.allowed"] == "31.5" and found.ready
    assert changed(terms.versions[0], found.terms).formula.kind == "load"
    without_flow = draft(agreement(), {"formula.kind": "load"})
    assert without_flow.waiting == ("formula.items.nh3n.allowed",)


def test_the_p_index_asks_for_what_the_agreement_does_not_say() -> None:
    found = draft(agreement(), {"formula.kind": "p-index"})
    assert found.typed["calendar.period"] == "year" and found.typed["formula.items.nh3n.baseline"] == "1"
    assert found.waiting == (
        "formula.items.codmn.baseline", "formula.items.tn.baseline", "formula.items.tp.baseline",
    )  # fmt: skip
    typed = dict(found.typed) | dict.fromkeys(found.waiting, "1")
    done = draft(agreement(), typed)
    assert done.ready and changed(version(), done.terms).formula.kind == "p-index"
    short = draft(agreement(), typed | {"formula.items.tn.baseline": ""})
    assert list(short.faults) == ["formula.items.tn.baseline"]


def test_declared_alternatives_can_be_taken_over_into_the_form() -> None:
    declared = compensation("jingdezhen")
    seen = 0
    for other in declared.alternatives.values():
        for key in other.agreements:
            versions = versions_of(declared.agreement(key), 2016, 2019)
            typed, more = typed_of(versions, other.terms, MEASURED)
            assert typed and not more, other.title.en
            assert read_draft(versions, typed, MEASURED).ready
            seen += 1
    assert seen >= 4


def test_terms_that_no_field_shows_stay_terms() -> None:
    versions = versions_of(agreement(), 2016, 2016)
    odd = {"formula.flow": "discharge"}
    assert typed_of(versions, odd, MEASURED) == ({}, odd)
    assert read_draft(versions, {"least": "5"}, MEASURED, odd).terms == {
        "formula.flow": "discharge",
        "least": "5",
    }


def test_terms_are_written_as_they_are_read() -> None:
    terms = {
        "cap": {"upstream": None},
        "formula.items.nh3n.price": "9000",
        "formula.items.tp": None,
        "least": 5,
    }
    assert terms_in("\n".join(lines_of(terms))) == terms
    with pytest.raises(NoTerm, match="is no term"):
        terms_in("formula")
    with pytest.raises(NoTerm, match="cannot be read"):
        terms_in(["least = {a: 1"])


def test_the_order_in_which_terms_are_given_does_not_matter() -> None:
    at = "formula.items.nh3n.steps"
    terms = {
        f"{at}.2": {"above": 1, "price": 7000},
        f"{at}.0": None,
        f"{at}.1.price": 6500,
        "cap.upstream.year": 5,
    }
    made = [changed(stepped(), dict(pairs)) for pairs in (list(terms.items()), list(terms.items())[::-1])]
    assert made[0] == made[1]
    assert [step.price for step in made[0].formula.items["nh3n"].steps] == [6500, 7000]  # type: ignore[union-attr]
    assert made[0].cap["upstream"].year == 5
    assert changed(made[0], {"cap.upstream": None}).cap == {}


@pytest.mark.parametrize(
    "terms",
    [
        {"formula.items.zn": None},
        {"formula.items.nh3n.steps.2": None},
        {"formula.items.nh3n.steps.9": {}},
        {"cap.nobody.year": 1},
        {"upstream.name": 1},
    ],
)
def test_paths_that_lead_nowhere(terms: dict[str, Any]) -> None:
    with pytest.raises(TermRefused) as refused:
        changed(stepped(), terms)
    assert refused.value.faults


NUMBERS = st.decimals(min_value=-1, max_value=MOST_MEASURED * 2, places=3, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given_by(st.sampled_from(["exceedance", "load", "p-index"]), NUMBERS, st.data())
def test_what_the_form_takes_the_loader_takes(kind: str, number: Decimal, data: Any) -> None:
    """The bounds that fields say are at least as narrow as those of the loader."""
    terms = (
        agreement(index())
        if kind == "p-index"
        else agreement(stepped(sections=[{"place": "s1", "design_flow": 10}]))
    )
    versions = versions_of(terms, 2016, 2016)
    begun = dict(read_draft(versions, {"formula.kind": kind}, MEASURED).typed)
    layout = Layout(versions, versions[2016].content(), False, MEASURED)
    fields = [
        f for g in layout.groups() for f in g.all_fields() if not f.term.choices and ".steps." not in f.path
    ]
    path = data.draw(st.sampled_from([field.path for field in fields]))
    draft_ = read_draft(versions, begun | {path: str(number)}, MEASURED)
    field_faults = draft_.faults.get(path, ())
    assert not any("Input should be" in text.en for text in field_faults), field_faults


def test_three_variants_on_the_same_readings() -> None:
    # 0.5 mg/L above 1 at 10 m3/s in May 2016: 0.5 x 10 x 31 x 86400 / 10^6 = 13.392 t, at 3000 yuan a tonne
    readings = given(reading("nh3n", (2016, 5), 1.5), reading("flow", (2016, 5), 10))
    made = simulate(
        agreement(),
        readings,
        2016,
        2016,
        {"formula.items.nh3n.price": 6000},
        {"formula.items.nh3n.limit": 2, "formula.items.nh3n.reward": 1000},
        {"cap.upstream.year": 10_000},
    )
    assert made.base.total.net == Decimal("40176.00") and len(made.base.missing) == 11
    dearer, looser, capped = made.others
    assert made.change(dearer) == Decimal("40176.00")
    assert looser.total.net == Decimal("-13392.00") and capped.total.net == Decimal("10000.00")
    assert [len(made.turned(each) or ()) for each in made.others] == [0, 1, 0]
    assert all("missing in 2016-01" in each.missing[0].open[0].en for each in (made.base, *made.others))
    assert (
        made.digest()
        == simulate(agreement(), readings, 2016, 2016, *(each.terms for each in made.others)).digest()
    )
    assert made.digest() != simulate(agreement(), readings, 2016, 2016, dearer.terms).digest()


def test_another_calendar_is_compared_by_the_year() -> None:
    readings = given(*months({"nh3n": 1.5, "flow": 10}))
    made = simulate(agreement(), readings, 2016, 2016, {"calendar.period": "year"})
    assert made.turned(made.others[0]) is None and len(made.others[0].found) == 1
    # the year has 366 days whichever way it is settled
    assert made.change(made.others[0]) == 0


def test_more_than_three_variants_cannot_be_compared() -> None:
    with pytest.raises(TermRefused, match="At most 3"):
        simulate(agreement(), {}, 2016, 2016, *({"least": n} for n in range(1, 5)))


def test_the_same_version_is_changed_once() -> None:
    versions = versions_of(agreement(), 2015, 2018)
    assert len({id(each) for each in changed_versions(versions, {"least": 1}).values()}) == 1


def test_a_year_without_a_settled_period_is_not_a_year_without_payment() -> None:
    made = simulate(agreement(), given(reading("nh3n", (2016, 5), 0.5), reading("flow", (2016, 5), 10)), 2015, 2016)
    assert (made.base.year(2015).settled, made.base.year(2015).open) == (0, 12)
    assert (made.base.year(2016).settled, made.base.year(2016).net) == (1, 0)
