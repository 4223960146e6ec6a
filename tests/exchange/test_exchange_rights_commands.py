"""`ecociv exchange holdings|allocate|emissions|surrender|freeze|surveillance|extract`, as others call them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone

from ecociv.cli.main import main
from ecociv.exchange.actions import OpenMarket
from ecociv.exchange.market.rules import rules_of
from ecociv.exchange.models import AccountRow, AllocationRound, SurveillanceAlert
from exchange.rights_situations import CEA, KILN, POWER, SO2, ZONE, give, officer, open_accounts

pytestmark = pytest.mark.django_db
BY = ("--as", "officer")


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["exchange", *map(str, arguments)])


@pytest.fixture(autouse=True)
def exchange(plan_in_database: None, db: None) -> None:
    open_accounts()
    officer()
    give(SO2, KILN, 1000)
    give(CEA, POWER, 500)


def test_holdings_with_their_serial_numbers() -> None:
    rows = json.loads(run("holdings", "--format", "json", "--account", KILN).stdout)
    assert rows == [
        {
            "account": KILN,
            "instrument": "so2",
            "vintage": 2018,
            "region": "jingdezhen",
            "state": "free",
            "quantity": 1000,
            "claim": "",
            "blocks": [[1, 1000]],
        }
    ]
    assert "1-1000" in run("holdings", "--instrument", "so2").stdout
    assert json.loads(run("holdings", "--as-of", "2020-01-01", "--format", "json").stdout) == []
    assert "Nothing is held" in run("holdings", "--account", "nobody", "--language", "en").stdout


def test_a_file_is_allocated_after_a_dry_run(tmp_path: Path) -> None:
    file = tmp_path / "parts.csv"
    file.write_text(f"account,permitted,paid_percent\n{KILN},300,10\n{POWER},100,0\n", encoding="utf-8")
    asked = (
        *("allocate", "--instrument", "nox", "--vintage", 2018, "--region", "jingdezhen", "--cap", 500),
        *("--from", file, "--on", "2018-06-01", "--document", "景环〔2018〕1号", "--format", "json", *BY),
    )
    dry = json.loads(run(*asked, "--dry-run").stdout)
    assert dry["entry"] is None and not AllocationRound.objects.exists()
    made = json.loads(run(*asked).stdout)
    assert made["reserve"] == 100 and made["entry"] > 0
    assert {part["account"]: (part["free"], part["paid"]) for part in made["parts"]} == {
        KILN: (270, 30),
        POWER: (100, 0),
    }
    again = run(*asked)
    assert again.exit_code == 3 and "1" in again.stderr
    file.write_text("account,permitted\n,5\n", encoding="utf-8")
    assert run(*asked).exit_code == 3
    assert run(*asked[:-2], "--as", "nobody").exit_code == 3


def test_the_count_is_shown_and_settled() -> None:
    assert run("surrender", POWER, "cea", 2022).exit_code == 3
    said = ("emissions", POWER, "cea", 2022)
    assert run(*said, 450, "--document", "报告", *BY).stdout == "revision 1\n"
    assert run(*said, 460, "--document", "报告", *BY).exit_code == 3
    assert run(*said, 460, "--document", "报告", "--reason", "更正", *BY).stdout == "revision 2\n"
    count = run("surrender", POWER, "cea", 2022, "--format", "json")
    assert count.exit_code == 1
    assert (json.loads(count.stdout)["due"], json.loads(count.stdout)["entry"]) == (460, None)
    assert run("surrender", POWER, "cea", 2022, "--document", "通知").exit_code == 2
    done = run("surrender", POWER, "cea", 2022, "--document", "通知", "--format", "json", *BY)
    assert done.exit_code == 0 and json.loads(done.stdout)["entry"] > 0
    settled = run("surrender", POWER, "cea", 2022, "--format", "json")
    assert settled.exit_code == 0 and json.loads(settled.stdout)["due"] == 0


def test_an_account_is_frozen_and_released_by_order() -> None:
    assert run("freeze", KILN, "冻结令1号", *BY).exit_code == 0
    assert AccountRow.objects.get(account=KILN).frozen
    assert run("freeze", KILN, "冻结令2号", *BY).exit_code == 3
    assert run("freeze", KILN, "解冻令1号", "--release", *BY).exit_code == 0
    assert not AccountRow.objects.get(account=KILN).frozen


def test_supervision_shows_and_keeps() -> None:
    rules = {
        "market": "so2",
        "instrument": "so2",
        "vintage": 2018,
        "region": "jingdezhen",
        "label_zh": "二氧化硫",
        "label_en": "SO2",
        "reference": 1000,
    }
    OpenMarket(zone=ZONE, author="test", rules=rules_of(rules), document="公告").execute()
    today = timezone.localdate().isoformat()
    assert run("surveillance", "2018-06-04").exit_code == 0  # nobody held anything then
    shown = run("surveillance", today, "--format", "json")
    assert shown.exit_code == 1 and json.loads(shown.stdout)["alerts"][0]["kind"] == "large-position"
    assert not SurveillanceAlert.objects.exists()
    assert "1 found, 1 new" in run("surveillance", today, *BY).stdout
    assert "1 found, 0 new" in run("surveillance", today, *BY).stdout
    assert run("surveillance", "2010-01-04").exit_code == 3


def test_the_extract_is_written(tmp_path: Path) -> None:
    today = timezone.localdate().isoformat()
    file = tmp_path / "extract.jsonl"
    assert run("extract", file, "--since", today, "--until", today).exit_code == 0
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert rows[0]["record"] == "extract" and {"journal", "movement"} <= {row["record"] for row in rows}
    text = run("extract", "-", "--since", today, "--until", today, "--format", "csv", "--account", KILN).stdout
    assert KILN in text and POWER not in text
    assert run("extract", "-", "--since", "2018-02-01", "--until", "2018-01-01").exit_code == 2
