"""`ecociv registers`, `ecociv damage` and `ecociv deposit` as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ecociv.cli.main import main
from ecociv.liabilities.models import Damage, Movement
from ecociv.liabilities.sample import load_sample_liabilities
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.registers.models import EntryRevision
from ecociv.registers.sample import load_sample_registers

ZONE, FACTORY = "jingdezhen", "91360222MA0000001W"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), standalone_mode=False, catch_exceptions=False)


def said(*arguments: str) -> Any:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.fixture
def sample(plan_in_database: None, db: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    for name, role, body in (
        ("department", Role.DEPARTMENT_OFFICER, "ecology-and-environment-bureau"),
        ("office", Role.LEADING_GROUP_OFFICE, ""),
        ("finance", Role.DEPARTMENT_OFFICER, "finance-bureau"),
    ):
        User.objects.create(username=name, role=role.value, organisation=body, zone=ZONE)
    load_sample_registers(ZONE)
    load_sample_liabilities(ZONE)


def test_a_register_goes_out_and_comes_back(sample: None, tmp_path: Path) -> None:
    file = tmp_path / "permits.xlsx"
    assert run("registers", "export", "discharge-permit", "--out", str(file)).exit_code == 0
    before = EntryRevision.objects.count()
    back = said("registers", "import", "discharge-permit", str(file), "--as", "department")
    assert len(back["same"]) == 24 and not back["entered"] and not back["revised"]
    assert EntryRevision.objects.count() == before


def test_a_register_is_read_on_a_day(sample: None) -> None:
    assert said("registers", "list", "discharge-permit", "--on", "2017-01-01") == []
    shown = said("registers", "show", "enterprise", FACTORY)
    assert shown["state"] == "operating" and len(shown["history"]) == 1 and shown["sample"]
    assert {one["key"] for one in said("registers", "kinds")} >= {
        "enterprise",
        "discharge-permit",
        "mining-right",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("registers", "list", "unicorn"), 3, "no register"),
        (("registers", "show", "enterprise", "1"), 3, "was not on the register"),
        (("registers", "export", "enterprise", "--out", "x.pdf"), 2, "end the name"),
        (("damage", "show", "1"), 3, "There is no damage"),
        (("deposit", "show", "1"), 3, "no mining right"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(
    sample: None, arguments: tuple[str, ...], code: int, word: str
) -> None:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code
    assert word in result.output and "Traceback" not in result.output


def test_a_file_with_faults_names_its_rows(sample: None, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("key,name,division\n91360222MA0000001X,乙,360222\n", encoding="utf-8")
    result = CliRunner().invoke(
        main, ["registers", "import", "enterprise", str(file), "--as", "department", "--language", "en"]
    )
    assert result.exit_code == 3 and "row 2" in result.output and "should be W" in result.output


def test_damage_is_valued_without_a_database() -> None:
    arguments = [
        "--amount",
        "500",
        "--unit-cost",
        "20",
        "--medium",
        "surface-water",
        "--class",
        "III",
        "--on",
        "2017-06-01",
    ]
    # 500 x 20 x 5 = 50,000 yuan.
    assert (
        said("damage", "value", *arguments, "--factor", "sensitivity=5")["value"] == {"decimal": "50000.00"}
        or said("damage", "value", *arguments, "--factor", "sensitivity=5")["value"] == "50000.00"
    )
    for more, code in (("sensitivity=9", 3), ("sensitivity", 2), ("sensitivity=x", 2)):
        assert CliRunner().invoke(main, ["damage", "value", *arguments, "--factor", more]).exit_code == code


def test_payments_are_booked_and_the_books_agree(sample: None) -> None:
    damage = Damage.objects.get(case__title__contains="倾倒")
    number = damage.case.number
    before = said("damage", "show", number)
    assert before["overdue"] == "272626.56" and before["instalments"][1]["state"] == "overdue"
    booked = ["--amount", "1000.00", "--day", "2020-05-01", "--document", "收据", "--request", "r1"]
    for _again in (1, 2):
        assert run("damage", "pay", number, "--as", "finance", *booked).exit_code == 0
    assert said("damage", "show", number)["overdue"] == "271626.56"
    refused = CliRunner().invoke(main, ["damage", "pay", number, "--as", "department", *booked[:-2]])
    assert refused.exit_code == 3
    assert run("damage", "verify").exit_code == 0


def test_what_is_due_is_the_sum_of_damage_and_mines(sample: None) -> None:
    found = said("damage", "due", "--on", "2019-12-31")
    assert len(found["due"]) == 1 + len(said("deposit", "list", "--on", "2019-12-31"))
    mine = said("deposit", "list", "--short")[0]
    booked = ["--kind", "paid", "--amount", "10", "--day", "2020-05-01", "--document", "x"]
    count = Movement.objects.count()
    assert run("deposit", "move", mine["right"], "--as", "finance", *booked).exit_code == 0
    assert Movement.objects.count() == count + 1
    assert said("deposit", "show", mine["right"])["movements"][-1]["amount"] == "10.00"
