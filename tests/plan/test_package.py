"""The zone package of Jingdezhen, and what a broken package says."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from ecociv.core.missing import Missing
from ecociv.core.targets import Direction
from ecociv.plan.package import PackageError, UnknownOrganisation, ZonePackage, load_zone, zone_directory


@pytest.fixture(scope="module")
def jingdezhen() -> ZonePackage:
    return load_zone("jingdezhen")


def test_counts_are_those_that_the_plan_announces(jingdezhen: ZonePackage) -> None:
    summary = jingdezhen.summary()
    assert (summary["indicators"], summary["tasks"], summary["projects"], summary["programmes"]) == (
        49,
        176,
        53,
        10,
    )
    # 49 indicators; 19 counts 2 ores x 3 rates and 34 counts 4 pollutants: 47 + 6 + 4 = 57
    assert summary["series"] == 57
    assert sum(summary["tasks_by_lead"].values()) == 176  # type: ignore[attr-defined]


def test_targets_are_typed_and_carry_the_figures_of_annex_1(jingdezhen: ZonePackage) -> None:
    _, water_use = jingdezhen.series("9")
    assert water_use.baseline_value == Decimal("7.82")
    assert [water_use.target(year).to_mapping() for year in (2015, 2017, 2020)] == [  # type: ignore[union-attr]
        {"at_most": 8.45},
        {"at_most": 8.69},
        {"at_most": 8.97},
    ]
    indicator, composition = jingdezhen.series("3")
    assert sum(composition.baseline_value.values()) == 100  # type: ignore[union-attr]
    assert indicator.parts["tertiary"].direction is Direction.INCREASE
    assert jingdezhen.series("35")[1].baseline_value is Missing.MISSING
    assert jingdezhen.series("9")[1].target(2016) is None


def test_every_indicator_lies_in_its_category_and_every_task_in_its_system(jingdezhen: ZonePackage) -> None:
    for category in jingdezhen.zone.categories:
        first, last = category.indicators
        assert [item.number for item in jingdezhen.indicators if item.category == category.key] == list(
            range(first, last + 1)
        )
    for system in jingdezhen.zone.systems:
        first, last = system.tasks
        assert [task.number for task in jingdezhen.tasks if task.system == system.key] == list(
            range(first, last + 1)
        )


def test_a_duty_of_2015_resolves_to_the_body_that_holds_it_on_a_later_day(jingdezhen: ZonePackage) -> None:
    environment = jingdezhen.resolve("市环保局")
    assert jingdezhen.body_on(environment.key, dt.date(2015, 7, 24)) is environment
    later = jingdezhen.body_on(environment.key, dt.date(2026, 11, 1))
    assert "生态环境局" in later.name
    land, planning = jingdezhen.resolve("市国土资源局"), jingdezhen.resolve("市规划局")
    today = dt.date(2026, 11, 1)
    assert jingdezhen.body_on(land.key, today) is jingdezhen.body_on(planning.key, today)
    # what both led is now led by one body, each duty once for each of the two it came from
    held = jingdezhen.duties_held(jingdezhen.body_on(land.key, today).key, today, role="lead")
    came = [*jingdezhen.duties_of(land.key, role="lead"), *jingdezhen.duties_of(planning.key, role="lead")]
    assert {entry.duty.place for entry in came} <= {entry.duty.place for entry in held}


def test_on_the_day_before_a_succession_the_old_body_still_holds(jingdezhen: ZonePackage) -> None:
    environment = jingdezhen.resolve("市环保局")
    (step,) = [step for step in environment.successors if step.whole]
    assert jingdezhen.body_on(environment.key, step.from_ - dt.timedelta(days=1)) is environment
    assert jingdezhen.body_on(environment.key, step.from_).key == step.to


def test_misspelt_and_unknown_names(jingdezhen: ZonePackage) -> None:
    assert jingdezhen.resolve("市市场督管局") is jingdezhen.resolve("市市场监管局")
    with pytest.raises(UnknownOrganisation, match="市火星局.*organisations.yaml"):
        jingdezhen.resolve("市火星局")


def test_a_group_stands_for_its_members(jingdezhen: ZonePackage) -> None:
    counties = jingdezhen.members(jingdezhen.resolve("各县(市、区)政府"))
    assert {body.division_code for body in counties} == {"360202", "360203", "360222", "360281"}


@pytest.fixture
def copy_of_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(zone_directory("jingdezhen"), tmp_path / "jingdezhen")
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path))
    return tmp_path / "jingdezhen"


def _replace(file: Path, before: str, after: str) -> int:
    """Replace the first occurrence and return its line."""
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    return text[: text.index(before)].count("\n") + 1


def _problems() -> list[str]:
    with pytest.raises(PackageError) as refused:
        load_zone("jingdezhen")
    return [str(problem) for problem in refused.value.problems]


def test_an_unknown_key_is_named_with_its_line(copy_of_the_package: Path) -> None:
    line = _replace(
        copy_of_the_package / "indicators.yaml", "  kind: ratio", "  kind: ratio\n  colour: green"
    )
    (problem,) = _problems()
    assert f"indicators.yaml, line {line + 1}" in problem
    assert "'colour' is not known" in problem


def test_an_unknown_unit_is_named_with_its_line(copy_of_the_package: Path) -> None:
    line = _replace(copy_of_the_package / "indicators.yaml", "  unit: yi_m3", "  unit: buckets")
    (problem,) = _problems()
    assert f"line {line}" in problem
    assert "buckets" in problem


def test_an_unknown_body_is_named_with_task_and_line(copy_of_the_package: Path) -> None:
    file = next((copy_of_the_package / "tasks").glob("1-*.yaml"))
    _replace(file, "lead: [市财政局]", "lead: [市财政厅厅]")
    (problem,) = _problems()
    assert "task:1" in problem
    assert "市财政厅厅" in problem
    assert "organisations.yaml" in problem


def test_a_missing_task_and_a_bad_target_are_reported_together_by_file(copy_of_the_package: Path) -> None:
    file = copy_of_the_package / "projects.yaml"
    line = _replace(file, "target: {hold: 139}", "target: {at_leest: 139}")
    (problem,) = _problems()
    assert f"line {line}" in problem
    assert "at_leest" in problem


def test_a_key_that_stands_twice_is_refused(copy_of_the_package: Path) -> None:
    line = _replace(copy_of_the_package / "zone.yaml", "base_year: 2012", "base_year: 2012\nbase_year: 2013")
    (problem,) = _problems()
    assert f"line {line + 1}" in problem
    assert "stands twice" in problem


def test_a_file_that_is_not_utf8_or_not_yaml(copy_of_the_package: Path) -> None:
    (copy_of_the_package / "projects.yaml").write_bytes("景德镇".encode("gb18030"))
    (copy_of_the_package / "indicators.yaml").write_text("- {number: 1\n", encoding="utf-8")
    problems = " ".join(_problems())
    assert "not UTF-8" in problems
    assert "not valid YAML" in problems


def test_an_unknown_zone_names_those_there_are() -> None:
    with pytest.raises(PackageError, match="jingdezhen"):
        load_zone("atlantis")
    with pytest.raises(PackageError):
        load_zone("../jingdezhen")


def test_the_digest_follows_the_content(jingdezhen: ZonePackage, copy_of_the_package: Path) -> None:
    assert load_zone("jingdezhen").digest == jingdezhen.digest
    _replace(copy_of_the_package / "indicators.yaml", "baseline: 3.92", "baseline: 3.93")
    assert load_zone("jingdezhen").digest != jingdezhen.digest
