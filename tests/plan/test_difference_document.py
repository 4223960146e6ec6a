"""A document against the plan as data: what agrees, and that each slip of a transcriber is found."""

from __future__ import annotations

from typing import Any

import pytest

import second_city
from ecociv.plan.exchange import (
    ImportedPlan,
    compare,
    comparison_report,
    comparison_text,
    content_of,
    export_workbook,
    read_plan_content,
)
from ecociv.plan.package import Indicator, Project, Task, ZonePackage, package_from_items
from ecociv.plan.package.load import payload


@pytest.fixture(scope="module")
def package() -> ZonePackage:
    return second_city.package()


@pytest.fixture(scope="module")
def document(package: ZonePackage) -> ImportedPlan:
    return read_plan_content(content_of(second_city.TEXT.encode()), package)


def with_slip(package: ZonePackage, place: str, number: int, **fields: Any) -> ZonePackage:
    """The plan with fields of one item mistyped."""

    def items(kind: str, listed: Any, model: Any) -> list[Any]:
        return [
            model.model_validate(payload(item) | fields) if (kind, item.number) == (place, number) else item
            for item in listed
        ]

    return package_from_items(
        package.zone,
        package.organisations,
        items("indicator", package.indicators, Indicator),
        items("task", package.tasks, Task),
        items("project", package.projects, Project),
    )


def found(document: ImportedPlan, package: ZonePackage) -> list[tuple[str, int, str, bool]]:
    return [(item.place, item.number, item.field, item.doubtful) for item in compare(document, package)]


def test_a_right_transcription_agrees(document: ImportedPlan, package: ZonePackage) -> None:
    assert found(document, package) == []
    assert comparison_text([], "zh") == "文件与规划一致。"


def test_the_word_document_agrees_too(package: ZonePackage) -> None:
    plan = read_plan_content(content_of(second_city.word_document()), package)
    # In the Word file task 5 has a goal and shares it with task 6; the web text lost it from 5.
    assert found(plan, package) == [
        ("task", 5, "start", False),
        ("task", 5, "recurring", False),
        ("task", 6, "start", False),
        ("task", 6, "goal_shared_with", False),
    ]


@pytest.mark.parametrize(
    ("place", "number", "fields", "expected"),
    [
        ("task", 1, {"lead": ["市林业局"]}, ("lead", False)),
        ("task", 1, {"support": ["市住建局", "市林业局", "各乡镇政府"]}, ("support", False)),
        ("task", 1, {"support_open": False}, ("support_open", False)),
        ("task", 2, {"start": 2021}, ("start", False)),
        ("task", 2, {"due": 2023}, ("due", False)),
        # The border between lead and support is lost in row 4: the slip is found, and marked as doubtful.
        ("task", 4, {"lead": ["市城管局"], "support": ["市住建局", "市商务局"]}, ("lead", True)),
        ("task", 4, {"targets": []}, ("targets", False)),
        ("task", 4, {"system": "clean"}, ("system", False)),
        ("task", 4, {"cell_shared_with": 3}, ("goal_shared_with", False)),
        ("project", 3, {"due": "2023-07"}, ("due", False)),
        ("project", 3, {"programme": "water"}, ("programme", False)),
        ("indicator", 2, {"category": "life"}, ("category", False)),
        ("indicator", 2, {"unit_label": {"zh": "亩", "en": "mu"}}, ("unit", False)),
        ("indicator", 2, {"name": {"zh": "农田面积", "en": "Farmland"}}, ("name", False)),
    ],
)
def test_each_slip_is_found_at_its_place(
    document: ImportedPlan,
    package: ZonePackage,
    place: str,
    number: int,
    fields: dict[str, Any],
    expected: tuple[str, bool],
) -> None:
    assert (place, number, *expected) in found(document, with_slip(package, place, number, **fields))


@pytest.mark.parametrize("year", [2023, 2025])
def test_a_wrong_figure_of_an_indicator_is_found_in_its_year(
    document: ImportedPlan, package: ZonePackage, year: int
) -> None:
    series = payload(package.indicator(1))["series"]
    series[0]["targets"][str(year)] = {"at_least": 86}
    (difference,) = compare(document, with_slip(package, "indicator", 1, series=series))
    assert (difference.field, difference.plan) == ("values", f"{year}: 86")


def test_a_figure_with_the_digits_turned_round_is_found(document: ImportedPlan, package: ZonePackage) -> None:
    targets = payload(package.task(4))["targets"]
    targets[0]["target"] = {"at_least": 7}
    (difference,) = compare(document, with_slip(package, "task", 4, targets=targets))
    assert (difference.imported, difference.plan) == ("2023: 70", "2023: 7")


def test_a_row_left_out_of_the_data_is_found(document: ImportedPlan, package: ZonePackage) -> None:
    shorter = package_from_items(
        package.zone, package.organisations, package.indicators, package.tasks[:5], package.projects
    )
    assert found(document, shorter) == [("task", 6, "number", False)]


def test_a_workbook_is_compared_in_all_of_its_fields(package: ZonePackage) -> None:
    plan = read_plan_content(content_of(export_workbook(package)))
    assert (plan.errors, len(plan.indicators), len(plan.tasks), len(plan.projects)) == ((), 5, 6, 4)
    assert found(plan, package) == []
    slip = with_slip(package, "task", 2, title={"zh": "别的", "en": "other"})
    assert found(plan, slip) == [("task", 2, "title", False)]


def test_the_report_counts_what_no_doubt_excuses(document: ImportedPlan, package: ZonePackage) -> None:
    slips = with_slip(
        with_slip(package, "task", 2, due=2023),
        "task",
        4,
        lead=["市城管局"],
        support=["市住建局", "市商务局"],
    )
    differences = compare(document, slips)
    report = comparison_report(differences)
    # Lead and support of row 4 are doubtful, the due date of row 2 is not: 3 differences, 1 without a doubt.
    assert (report["count"], report["without_doubt"]) == (3, 1)
    zh, en = comparison_text(differences, "zh"), comparison_text(differences, "en")
    assert zh.split("\n")[1] == "任务2 完成时间：文件“2024”，规划“2023”"
    assert en.split("\n")[1] == "task 2 due: the document has '2024', the plan '2023'"
