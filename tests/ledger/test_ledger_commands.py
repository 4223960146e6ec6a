"""`ecociv ledger`, as others call it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ecociv.cli.main import main
from ecociv.ledger.actions import PostEntry
from ecociv.ledger.models import Book
from ecociv.people.models import User


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["ledger", *map(str, arguments)])


@pytest.fixture
def paid(book: Book) -> Book:
    PostEntry(
        book, dt.date(2016, 1, 4), [("province", -50000), ("city", 50000)], "1号", "拨付", "tests"
    ).execute()
    PostEntry(
        book, dt.date(2016, 3, 31), [("city", -12050), ("fuliang", 12050)], "2号", "补偿", "tests"
    ).execute()
    return book


def test_balances_of_a_book_and_statement_of_an_account(paid: Book) -> None:
    (found,) = json.loads(run("balance", "--format", "json").output)
    assert {each["account"]: each["balance"] for each in found["accounts"]} == {
        "city": "379.50", "fuliang": "120.50", "province": "-500.00",
    }  # fmt: skip
    said = json.loads(run("balance", "compensation/city", "--from", "2016-02-01", "--format", "json").output)
    assert (said["opening"], said["paid_out"], said["closing"]) == ("500.00", "120.50", "379.50")
    assert "compensation/city" in run("balance", "--on", "2016-01-31").output
    assert run("balance", "none").exit_code == 3 and "Books: compensation" in run("balance", "none").output
    assert run("balance", "compensation/none").exit_code == 3


def test_a_book_is_proved(paid: Book) -> None:
    done = run("verify", "--format", "json")
    assert done.exit_code == 0
    assert json.loads(done.output) == [{"book": "compensation", "entries": 2, "holds": True, "break": None}]


def test_reconciling(paid: Book, tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    path.write_text(
        "日期,金额,流水号,用途,对方户名\n2016-01-05,500.00,1,1号,省\n2016-04-01,-120.50,2,2号,浮梁\n",
        encoding="gb18030",
    )
    keeper = User.objects.create(username="keeper", role="department_officer", organisation="finance-bureau", zone="jingdezhen")  # fmt: skip
    opened = run("reconcile", "compensation/city", "--format", "json")
    assert opened.exit_code == 1 and len(json.loads(opened.stdout)["lines"]) == 2
    assert run("reconcile", "compensation/city", "--match").exit_code == 2
    done = run("reconcile", "compensation/city", "--load", path, "--statement-form", "signed", "--match", "--as", keeper.username, "--format", "json")  # fmt: skip
    assert done.exit_code == 0
    assert json.loads(done.stdout)["agreed"] == "379.50"
    again = run("reconcile", "compensation/city", "--load", path, "--statement-form", "signed", "--as", keeper.username, "--language", "en")  # fmt: skip
    assert again.exit_code == 3 and "was loaded on" in again.output
    path.write_text("日期,金额,流水号,用途,对方户名\n2016-01-05,0,3,,\n", encoding="utf-8")
    bad = run("reconcile", "compensation/city", "--load", path, "--statement-form", "signed", "--as", keeper.username, "--language", "en")  # fmt: skip
    assert bad.exit_code == 3 and "row 2 金额 '0'" in bad.output and "Nothing was loaded" in bad.output
