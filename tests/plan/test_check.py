"""The plan check: what it finds in the real plan, and that it is silent where nothing is wrong."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from ecociv.plan.check import RULES, Finding, Severity, check_plan
from ecociv.plan.check.identities import FormulaError, Interval, evaluate
from ecociv.plan.package import Indicator, Project, Task, ZonePackage, load_zone, package_from_items
from ecociv.plan.package.load import payload


@pytest.fixture(scope="module")
def jingdezhen() -> ZonePackage:
    return load_zone("jingdezhen")


@pytest.fixture(scope="module")
def findings(jingdezhen: ZonePackage) -> list[Finding]:
    return check_plan(jingdezhen)


def changed(package: ZonePackage, *items: Indicator | Task | Project) -> ZonePackage:
    """The package with some items in place of those of the same number."""
    new = {(type(item), item.number): item for item in items}
    parts = [
        [new.get((type(item), item.number), item) for item in part]
        for part in (package.indicators, package.tasks, package.projects)
    ]
    return package_from_items(package.zone, package.organisations, *parts)  # type: ignore[arg-type]


def edited(item: Any, **fields: Any) -> Any:
    """A copy of an item with some fields of its YAML form changed."""
    return type(item).model_validate({**payload(item), **fields})


def places(findings: list[Finding], code: str) -> list[tuple[str, ...]]:
    return [finding.places for finding in findings if finding.code == code]


def test_figures_that_differ_between_annex_1_and_the_tasks(findings: list[Finding]) -> None:
    conflicts = [
        (finding.places, [figure.value for figure in finding.figures])
        for finding in findings
        if finding.code == "figure-conflict"
    ]
    assert conflicts == [
        (("indicator:43", "task:111"), ["24", "30"]),
        (("indicator:43", "task:111"), ["26", "40"]),
        (("indicator:43", "task:111"), ["28", "50"]),
        (("indicator:46", "task:112"), ["15", "10"]),
        (("indicator:46", "task:112"), ["25", "20"]),
        (("indicator:46", "task:112"), ["45", "40"]),
    ]


def test_a_figure_that_only_rounding_sets_apart_is_a_note(findings: list[Finding]) -> None:
    (rounding,) = [finding for finding in findings if finding.code == "figure-rounding"]
    assert rounding.places == ("indicator:14", "task:56")
    assert rounding.severity is Severity.NOTE
    assert "0.5096" in rounding.message.zh and "0.51" in rounding.message.en


def test_findings_of_the_real_plan_by_rule(findings: list[Finding]) -> None:
    assert places(findings, "milestone-only-in-duty") == [("indicator:22", "task:58")]
    assert places(findings, "delegation-conflict") == [("indicator:15", "task:99")]
    assert places(findings, "against-direction") == [
        ("indicator:6",),
        ("indicator:9",),
        ("indicator:10",),
        ("indicator:17",),
        ("indicator:34",),
        ("indicator:34",),
    ]
    assert places(findings, "milestone-missing") == [("indicator:22",), ("indicator:22",), ("indicator:31",)]
    assert places(findings, "baseline-missing") == [("indicator:22",), ("indicator:35",), ("indicator:48",)]
    assert places(findings, "duty-without-date") == [("task:57",), ("task:170",)]
    assert places(findings, "due-before-issue") == [("task:14",), ("task:23",)]
    assert places(findings, "goal-shared") == [("task:52", f"task:{row}") for row in (53, 54, 55)] + [
        ("task:74", "task:75")
    ]
    assert places(findings, "body-misspelt") == [("task:135",), ("project:6", "project:15", "project:18")]
    assert places(findings, "unit-misprint") == [("indicator:7",), ("indicator:11",)]
    assert places(findings, "steep-step") == [("project:8",)]
    assert places(findings, "text-figure-without-duty") == [("text:三(四)1",)]
    assert places(findings, "workload")[0] == ("organisation:development-and-reform-commission",)
    assert not {"composition-sum", "sum-of-parts", "duty-without-lead"} & {
        finding.code for finding in findings
    }


def test_identities_across_indicators(findings: list[Finding]) -> None:
    found = {finding.places: finding for finding in findings if finding.code == "identity"}
    assert set(found) == {
        ("indicator:1", "indicator:6", "indicator:8", "indicator:14", "indicator:17"),
        ("indicator:6", "indicator:8", "indicator:14", "indicator:17"),
        ("indicator:9", "indicator:10"),
        ("indicator:14", "indicator:15"),
        ("indicator:14", "indicator:15", "indicator:16"),
        ("indicator:14", "indicator:18"),
        ("indicator:6", "indicator:7", "indicator:27", "indicator:28"),
        ("indicator:32",),
    }
    # 330.26 / 0.572 = 577.4 (10^8 yuan); / 3.92 = 147.3 (10^4 persons); 1.74 x 7.22 % x 5256 = 660.3; / 3.92 = 168.4
    population = found["indicator:1", "indicator:6", "indicator:8", "indicator:14", "indicator:17"].message.en
    assert "147.3" in population and "168.4" in population
    # 7.82 / 14.6 % = 53.56, 8.45 / 15.6 % = 54.17, 8.69 / 15.9 % = 54.65, 8.97 / 16.9 % = 53.08
    water = found["indicator:9", "indicator:10"].message.en
    assert all(figure in water for figure in ("53.56", "54.17", "54.65", "53.08"))
    # (35.23866 + 8.4294 + 7.5336) x 10^4 ha of 5256 km2 = 97.4 %, + 7.22 % = 104.6 %
    assert "104.6" in found["indicator:6", "indicator:7", "indicator:27", "indicator:28"].message.zh
    # 1.579 / 0.572 = 2.760
    assert "2.76" in found["indicator:14", "indicator:15"].message.en
    # 0.572 x 3.7 = 2.116 and 0.51 x 4.18 = 2.132 tce per tonne of resources, at least 0.5715 x 3.65 = 2.086 > 1.7143
    energy = found["indicator:14", "indicator:18"].message.en
    assert "2.12" in energy and "2.13" in energy


def test_every_finding_is_documented_complete_and_points_somewhere(
    jingdezhen: ZonePackage, findings: list[Finding]
) -> None:
    known = {f"indicator:{item.number}" for item in jingdezhen.indicators}
    known |= {duty.place for duty in jingdezhen.duties}
    known |= {f"organisation:{body.key}" for body in jingdezhen.organisations}
    for finding in findings:
        assert finding.code in RULES
        assert finding.places
        assert all(place in known or place.startswith("text:") for place in finding.places), finding
        assert finding.message.zh and finding.message.en
        assert not any(
            "\u4e00" <= letter <= "\u9fff" for letter in finding.message.en.replace("“", "")
        ) or finding.code in (
            "unit-misprint",
            "body-misspelt",
            "body-named-variously",
            "figure-conflict",
            "text-differs",
            "text-figure-without-duty",
            "steep-step",
        ), finding.message.en
    assert Counter(finding.severity for finding in findings)[Severity.ERROR] == 6
    ranks = [finding.severity.rank for finding in findings]
    assert ranks == sorted(ranks)


def test_a_repaired_plan_loses_its_finding(jingdezhen: ZonePackage) -> None:
    sorting = jingdezhen.task(112)
    series = jingdezhen.series("46")[1]
    targets = [{**target, "target": series.targets[target["year"]]} for target in payload(sorting)["targets"]]
    repaired = check_plan(changed(jingdezhen, edited(sorting, targets=targets)))
    assert ("indicator:46", "task:112") not in places(repaired, "figure-conflict")
    assert ("indicator:43", "task:111") in places(repaired, "figure-conflict")


def test_a_composition_that_misses_100_and_parts_that_miss_their_whole(jingdezhen: ZonePackage) -> None:
    composition = jingdezhen.indicator(3)
    series = payload(composition)["series"]
    series[0]["targets"]["2017"] = {"composition": {"primary": 6, "secondary": 58, "tertiary": 35}}
    timber = jingdezhen.project(40)
    targets = payload(timber)["targets"]
    targets[1]["target"] = {"at_least": 13}
    broken = check_plan(
        changed(jingdezhen, edited(composition, series=series), edited(timber, targets=targets))
    )
    (total,) = [finding for finding in broken if finding.code == "composition-sum"]
    assert "99" in total.message.zh  # 6 + 58 + 35
    (parts,) = [finding for finding in broken if finding.code == "sum-of-parts"]
    assert "37" in parts.message.en  # 13 + 6 + 18, where 36 is stated


def test_a_duty_without_a_lead_is_an_error(jingdezhen: ZonePackage) -> None:
    broken = check_plan(changed(jingdezhen, edited(jingdezhen.task(10), lead=[])))
    (finding,) = [finding for finding in broken if finding.code == "duty-without-lead"]
    assert (finding.places, finding.severity) == (("task:10",), Severity.ERROR)


def test_two_duties_with_different_figures_for_one_quantity(jingdezhen: ZonePackage) -> None:
    first, second = jingdezhen.project(1), jingdezhen.project(2)
    grain = payload(first)["targets"][0]
    other = {**grain, "target": {"hold": 140}}
    broken = check_plan(changed(jingdezhen, edited(second, targets=[other])))
    assert ("project:1", "project:2") in places(broken, "figure-conflict")


def test_rounded_figures_are_ranges_and_only_ranges_apart_contradict() -> None:
    # 8.45 stands for 8.445 to 8.455, 15.6 for 15.55 to 15.65: the quotient for 0.5396 to 0.5437
    quotient = Interval.of_printed(Decimal("8.45")) / Interval.of_printed(Decimal("15.6"))
    assert quotient.low.quantize(Decimal("0.0001")) == Decimal("0.5396")
    assert quotient.high.quantize(Decimal("0.0001")) == Decimal("0.5437")
    assert Interval.of_printed(Decimal("100")).low == Decimal("99.5")
    assert Interval.of_printed(Decimal("1.0")).touches(Interval.of_printed(Decimal("1.1")))
    assert not Interval.of_printed(Decimal("1.0")).touches(Interval.of_printed(Decimal("1.2")))


@pytest.mark.parametrize(
    "formula", ["__import__('os')", "[9] ** 2", "[9].real", "unknown + 1", "[9] +", "max([9], 1)"]
)
def test_a_formula_is_plain_arithmetic_or_refused(formula: str) -> None:
    with pytest.raises(FormulaError):
        evaluate(formula, {"9": Interval.exact(Decimal(1))}, {})
