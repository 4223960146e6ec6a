"""What is declared: the zone's own file holds, and whatever cannot stand is refused with file, line and key."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from compensation.situations import agreement, index, item, version
from ecociv.compensation.agreements.declaration import (
    Compensation,
    OutOfForce,
    Version,
    compensation,
    patterns,
)
from ecociv.compensation.allocation.declaration import Fund, allocations
from ecociv.compensation.allocation.funds import allocated
from ecociv.compensation.areas.declaration import schemes
from ecociv.compensation.sample.declared import compensation_sample
from ecociv.compensation.simulations.comparing import simulate
from ecociv.compensation.simulations.terms import TermRefused, changed
from ecociv.evidence.declared import DeclarationError, read_declaration, zone_folder
from ecociv.standards.compensation import AllocationError


def test_the_zone_declares_what_holds_together() -> None:
    declared = compensation("jingdezhen")
    assert declared.agreement_keys() == ("zhushan-changjiang", "fuliang-zhushan")
    assert all(
        each.sample and not version.source.verified
        for each in declared.agreements
        for version in each.versions
    )
    for key, other in declared.alternatives.items():
        for name in other.agreements:
            for terms in declared.agreement(name).versions:
                assert changed(terms, other.terms) != terms, key
    assert compensation_sample("jingdezhen") is not None
    assert {scheme.kind for scheme in schemes("jingdezhen")} == {"farmland", "forest", "wetland", "mining"}
    assert all(not each.source.verified for each in patterns().values())


def test_a_version_is_read_back_as_it_was_written() -> None:
    for terms in (version(), index()):
        assert Version.model_validate(terms.content()) == terms


def test_the_order_in_which_a_database_keeps_items_decides_nothing() -> None:
    formula = {
        "kind": "exceedance",
        "flow": "flow",
        "items": {"tp": item(1, 1), "codmn": item(1, 1), "nh3n": item(1, 1)},
    }
    terms = version(formula=formula)
    assert list(terms.formula.items) == ["codmn", "nh3n", "tp"]
    content = terms.content()
    content["formula"]["items"] = dict(reversed(content["formula"]["items"].items()))
    assert list(Version.model_validate(content).formula.items) == list(terms.formula.items)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"valid_to": "2014-01-01"}, "before valid_from"),
        ({"downstream": "up"}, "the same body"),
        ({"sections": []}, "at least 1"),
        ({"sections": [{"place": "a", "share": 0.6}, {"place": "b", "share": 0.6}]}, "add up to 1"),
        ({"readings": {"flow": "design"}}, "design flow is wanted"),
        ({"readings": {"concentration": "design"}}, "design concentrations are wanted"),
        ({"clauses": {"price": "第一条"}}, "no part of an agreement"),
        ({"formula": {"pattern": "none"}}, "there is no pattern"),
        ({"formula": {"kind": "exceedance", "flow": "flow", "items": {}}}, "at least 1"),
        ({"formula": {"kind": "exceedance", "flow": "flow", "items": {"a": item(0, 1)}}}, "greater than 0"),
        ({"formula": {"kind": "exceedance", "flow": "f", "items": {"a": item(1, 1, steps=[{"above": 1, "price": 1}, {"above": 1, "price": 2}])}}}, "have to rise"),
        ({"formula": {"kind": "gift"}}, "does not match"),
        ({"colour": 1}, "Extra inputs"),
    ],
)  # fmt: skip
def test_what_cannot_stand(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        version(**changes)


def test_the_p_index_is_settled_by_the_year_on_four_items() -> None:
    with pytest.raises(ValidationError, match="settled by the year"):
        Version.model_validate({**index().content(), "calendar": {"period": "month"}})
    content = index().content()
    del content["formula"]["items"]["tn"]
    with pytest.raises(ValidationError, match="codmn, nh3n, tn and tp"):
        Version.model_validate(content)


def test_versions_do_not_overlap_and_outside_them_is_an_error() -> None:
    early, late = version(valid_to="2016-12-31"), version(valid_from="2017-01-01")
    both = agreement(early, late)
    assert both.version_on(dt.date(2017, 5, 1), dt.date(2017, 5, 31)) == late
    for first, last in (
        (dt.date(2014, 5, 1), dt.date(2014, 5, 31)),
        (dt.date(2016, 12, 1), dt.date(2017, 1, 31)),
    ):
        with pytest.raises(OutOfForce, match="No version"):
            both.version_on(first, last)
    with pytest.raises(ValidationError, match="begins before"):
        agreement(version(), late)


def test_a_fault_names_file_line_and_key(tmp_path: Path) -> None:
    text = (zone_folder("jingdezhen") / "compensation.yaml").read_text(encoding="utf-8")
    path = tmp_path / "compensation.yaml"
    for old, new, message in (
        (
            "office: finance-bureau",
            "offices: finance-bureau",
            r"compensation\.yaml:\d+: agreements\.0\.office",
        ),
        ("book: compensation", "book: other", "which is not declared"),
        ("key: fuliang-zhushan", "key: zhushan-changjiang", "the same key"),
        ("upstream: fuliang-county", "upstream: poyang", "poyang has no account"),
    ):
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(DeclarationError, match=message):
            read_declaration(path, Compensation)


def fund(**counties: Any) -> Fund:
    return Fund.model_validate(
        {
            "key": "f",
            "title": {"zh": "资金", "en": "fund"},
            "year": 2016,
            "amount": 3000,
            "source": {"document": "办法"},
            "counties": counties,
        }
    )


A = {
    "water_quality": 92,
    "water_treatment": 95,
    "forest": "71.2",
    "water_management": 88,
    "coefficient": "1.2",
}
B = {"water_quality": 85, "water_treatment": 80, "forest": 64, "water_management": 90}
C = {"water_quality": 78, "water_treatment": 88, "forest": 55, "water_management": 75}


def test_the_published_allocation() -> None:
    # A: 1.2 * (.5 * 92 + .2 * 95 + .2 * 71.2 + .1 * 88) = 105.648; B 80.30; C 75.10; of 3000 in whole hundredths
    found = allocated(fund(a=A, b=B, c=C))
    assert {key: str(value) for key, value in found.value.items()} == {
        "a": "1214.12",
        "b": "922.82",
        "c": "863.06",
    }
    assert sum(found.value.values()) == 3000


def test_a_penalty_is_carried_over_and_bases_come_first() -> None:
    found = allocated(
        fund(a=A, b={**B, "penalty": {"share": "0.3", "document": "通报"}}, c={**C, "base": 900})
    )
    # B loses 30 % of what it was allocated, in whole hundredths; nothing of the fund is lost
    assert found.withheld["b"] == (found.allocated["b"] * Decimal("0.3")).quantize(
        Decimal("0.01"), rounding="ROUND_DOWN"
    )
    assert sum(found.value.values()) + found.carried_over == 3000
    assert found.value["c"] > 900
    with pytest.raises(AllocationError, match="more than the fund"):
        allocated(fund(a={**A, "base": 3001}))
    with pytest.raises(AllocationError, match="withheld share"):
        allocated(fund(a={**A, "penalty": {"share": "0.2", "document": "通报"}}))
    for each in allocations("jingdezhen"):
        done = allocated(each)
        assert sum(done.value.values()) + done.carried_over == each.amount


def test_other_terms_pass_through_the_strict_loader() -> None:
    terms = version()
    assert changed(terms, {"formula.items.nh3n.price": 9000}).formula.items["nh3n"].price == 9000  # type: ignore[union-attr]
    assert changed(terms, {"sections.0.design_flow": 7}).sections[0].design_flow == 7
    for path, value, message in (
        ("formula.items.lead.price", 1, "has no"),
        ("sections.3.place", "x", "has no"),
        ("sections.3", "x", "has no"),
        ("colour", 1, "has no"),
        ("formula.items.nh3n.price", -1, "greater than or equal"),
        ("formula.items.nh3n.price", "much", "formula"),
    ):
        with pytest.raises(TermRefused, match=message):
            changed(terms, {path: value})


def test_a_simulation_is_of_few_years_in_order() -> None:
    with pytest.raises(TermRefused, match="comes after"):
        simulate(agreement(), {}, 2017, 2016, {})
    with pytest.raises(OutOfForce):
        simulate(agreement(), {}, 2020, 2021, {})
