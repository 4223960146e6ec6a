"""Files of a bank: reading them row by row, matching them with the book, what stays open."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ecociv.evidence.declared import DeclarationError, read_declaration
from ecociv.ledger.actions import LedgerRefused, PostEntry, ReverseEntry
from ecociv.ledger.bank.actions import (
    ImportStatement,
    MatchByHand,
    MatchByRules,
    StatementRefused,
    WithdrawMatch,
)
from ecociv.ledger.bank.forms import Columns, StatementForm, statement_forms
from ecociv.ledger.bank.matching import Found, Item, matches
from ecociv.ledger.bank.queries import reconciliation
from ecociv.ledger.bank.reading import FileRefused, read_statement
from ecociv.ledger.models import BankLine, BankStatement, Book, LedgerAccount, Match

TODAY = dt.date(2020, 1, 1)
HEAD = "交易日期,流水号,摘要,对方户名,借方发生额,贷方发生额,余额\n"
STANDARD = statement_forms("jingdezhen")["standard"]


def written(
    folder: Path, rows: str, *, head: str = HEAD, encoding: str = "utf-8", name: str = "a.csv"
) -> Path:
    path = folder / name
    path.write_text(head + rows, encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_with_what_banks_write_around_it(tmp_path: Path, encoding: str) -> None:
    path = written(
        tmp_path,
        '2016-03-31,T1,付款,昌江区,"1,200.50",,8799.50\n2016/04/05,T2,收款,省财政厅,,0.29,8799.79\n合计,,,,1200.50,0.29,\n,,,,,,\n',
        head="户名：景德镇市财政局,,,,,,\n" + HEAD,
        encoding=encoding,
    )
    found = read_statement(path, STANDARD, TODAY)
    assert not found.faults
    assert [(row.row, str(row.day), row.amount, row.number) for row in found.rows] == [
        (3, "2016-03-31", -120050, "T1"), (4, "2016-04-05", 29, "T2"),
    ]  # fmt: skip
    assert found.closing == 879979


def test_newest_first_is_turned_round(tmp_path: Path) -> None:
    path = written(tmp_path, "20160405,T2,,,,1.00,4.00\n20160331,T1,,,,3.00,3.00\n")
    found = read_statement(path, STANDARD, TODAY)
    assert [row.number for row in found.rows] == ["T1", "T2"] and found.closing == 400


def test_every_row_that_cannot_be_taken_is_named(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "2016-02-30,A,,,1.00,,\n2016-03-01,B,,,1.00,2.00,\n2016-03-01,C,,,,,\n2016-03-01,D,,,1.005,,\n"
        "2031-03-01,E,,,1.00,,\n2016-03-01,F,,,1.00,,\n2016-03-02,F,,,1.00,,\n2016-03-02\n2016-03-02,G,,,abc,,\n",
    )
    found = read_statement(path, STANDARD, TODAY)
    assert [(fault.row, fault.field) for fault in found.faults] == [
        (2, "交易日期"), (3, "贷方发生额"), (4, "贷方发生额"), (5, "借方发生额"), (6, "交易日期"),
        (8, "number"), (9, ""), (10, "借方发生额"),
    ]  # fmt: skip
    assert "parts of a fen" in found.faults[3].text.en


def test_a_row_that_is_missing_shows_in_the_balances(tmp_path: Path) -> None:
    # 100.00 - 30.00 = 70.00, yet the bank has 60.00: ten went without a row
    path = written(tmp_path, "2016-03-01,A,,,,100.00,100.00\n2016-03-02,B,,,30.00,,60.00\n")
    (fault,) = read_statement(path, STANDARD, TODAY).faults
    assert fault.row == 3 and "make 70.00" in fault.text.en


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "columns"),
        (b"a,b\n1,2\n", "columns"),
        (b"PK\x03\x04", "workbook"),
        (b"\xff\xff\xff", "encoding"),
        (HEAD.encode(), "empty"),
        (HEAD.encode() + b'2016-03-01,"A', "table"),
        (("摘要," + HEAD).encode(), "columns"),
    ],
)
def test_a_file_that_is_no_statement(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "b.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        read_statement(path, STANDARD, TODAY)
    assert refused.value.code == code
    with pytest.raises(FileRefused, match="no file"):
        read_statement(tmp_path / "none.csv", STANDARD, TODAY)


def test_a_form_says_one_way_of_amounts(tmp_path: Path) -> None:
    signed = statement_forms("jingdezhen")["signed"]
    path = written(
        tmp_path, "2016-03-01,-5.00,1,,\n2016-03-01,0,2,,\n", head="日期,金额,流水号,用途,对方户名\n"
    )
    found = read_statement(path, signed, TODAY)
    assert [row.amount for row in found.rows] == [-500] and [fault.row for fault in found.faults] == [3]
    for columns in (
        {"day": "a"},
        {"day": "a", "in": "b"},
        {"day": "a", "in": "b", "out": "c", "amount": "d"},
        {"day": "a", "amount": "a"},
    ):
        with pytest.raises(ValueError, match="give either|same name"):
            Columns.model_validate(columns)
    wrong = tmp_path / "forms.yaml"
    wrong.write_text(
        "key: a\ntitle: {zh: 甲, en: a}\ncolumns: {day: d, amount: m, colour: c}\ndays: ['%Y']\n",
        encoding="utf-8",
    )
    with pytest.raises(DeclarationError, match=r"forms\.yaml:3: columns\.colour"):
        read_declaration(wrong, StatementForm)


DAY = dt.date(2016, 3, 31)


def item(number: int, amount: int, reference: str = "", days: int = 0, undoes: int = 0) -> Item:
    return Item(DAY + dt.timedelta(days=days), number, amount, reference, undoes)


@pytest.mark.parametrize(
    ("bank", "book", "expected"),
    [
        pytest.param([item(1, 5, days=7)], [item(7, 5)], [("amount", (1,), (7,))], id="within the window"),
        pytest.param([item(1, 5, days=8)], [item(7, 5)], [], id="a day too late"),
        pytest.param([item(1, 5)], [item(7, 5), item(8, 5)], [], id="two lines could be it"),
        pytest.param(
            [item(1, 5, "付12号")], [item(7, 5, "12号"), item(8, 5, "13号")], [("reference", (1,), (7,))],
            id="the reference tells them apart",
        ),
        pytest.param(
            [item(1, 5, "12号"), item(2, 5)], [item(7, 5, "12号"), item(8, 5)],
            [("reference", (1,), (7,)), ("amount", (2,), (8,))], id="what is left is unique then",
        ),
        pytest.param(
            [item(1, 9)], [item(7, 4, "12号"), item(8, 5, "12号"), item(9, 3, "13号"), item(10, 6, "14号")],
            [("split", (1,), (7, 8))], id="one row, the lines of one document",
        ),
        pytest.param([item(1, 9)], [item(7, 4), item(8, 5), item(9, 3), item(10, 6)], [], id="two groups add up"),
        pytest.param([item(1, 4), item(2, 6)], [item(7, 10)], [("joined", (1, 2), (7,))], id="two rows, one line"),
        pytest.param(
            [item(1, 7)], [item(7, 7, undoes=3), item(8, -7, undoes=3), item(9, 7)],
            [("reversed", (), (7, 8)), ("amount", (1,), (9,))], id="the bank never saw the reversal",
        ),
        pytest.param([item(1, -5)], [item(7, 5)], [], id="in is not out"),
    ],
)  # fmt: skip
def test_what_is_the_same_money(bank: list[Item], book: list[Item], expected: list[Any]) -> None:
    assert matches(bank, book) == [Found(*each) for each in expected]


ITEMS = st.lists(st.tuples(st.integers(-6, 6).filter(bool), st.integers(0, 12), st.sampled_from(["", "1号", "2号"])), max_size=9)  # fmt: skip


@given(ITEMS, ITEMS, st.integers(0, 99))
def test_no_item_is_matched_twice_sums_agree_and_order_decides_nothing(
    bank: Any, book: Any, seed: int
) -> None:
    rows = [item(n, *each[:1], each[2], each[1]) for n, each in enumerate(bank)]
    lines = [item(100 + n, *each[:1], each[2], each[1]) for n, each in enumerate(book)]
    found = matches(rows, lines)
    for side, used in (
        (rows, [x for f in found for x in f.rows]),
        (lines, [x for f in found for x in f.lines]),
    ):
        assert len(used) == len(set(used)) <= len(side)
    amount = {each.number: each.amount for each in (*rows, *lines)}
    for each in found:
        assert sum(amount[x] for x in each.rows) == sum(amount[x] for x in each.lines)
    mixed = random.Random(seed)
    mixed.shuffle(rows)
    mixed.shuffle(lines)
    assert matches(rows, lines) == found


@pytest.fixture
def posted(book: Book) -> Book:
    """In January 10,000.00 from the province, in March 1,200.50 to Fuliang, a slip that was taken back."""

    def post(day: dt.date, city: int, other: str, document: str) -> Any:
        return PostEntry(book, day, [("city", city), (other, -city)], document, "补偿", "tests").execute()

    post(dt.date(2016, 1, 4), 1000000, "province", "赣财建〔2016〕1号")
    post(dt.date(2016, 3, 30), -120050, "fuliang", "景财建〔2016〕12号")
    ReverseEntry(post(dt.date(2016, 3, 30), -77, "fuliang", "景财建〔2016〕13号"), "记错", "tests").execute()
    post(dt.date(2016, 4, 1), -300, "fuliang", "景财建〔2016〕14号")
    return book


FILE = (
    "2016-01-05,T1,省厅拨付,省财政厅,,10000.00,10000.00\n"
    "2016-03-31,T2,景财建[2016]12号,浮梁县,1200.50,,8799.50\n"
    "2016-04-02,T3,手续费,银行,0.50,,8799.00\n"
)


def load(account: LedgerAccount, path: Path, **more: Any) -> BankStatement:
    return ImportStatement(
        **{"account": account, "path": path, "form": "standard", "author": "tests", **more}
    ).execute()


def test_bank_and_book_are_reconciled(posted: Book, city: LedgerAccount, tmp_path: Path) -> None:
    made = load(city, written(tmp_path, FILE, encoding="gb18030"))
    assert (made.rows, made.closing, str(made.first_day), str(made.last_day)) == (
        3,
        879900,
        "2016-01-05",
        "2016-04-02",
    )
    done = MatchByRules(account=city, author="tests").execute()
    assert sorted(each.how for each in done) == ["amount", "reference", "reversed"]
    found = reconciliation(city, reader="tests")
    # book 10000.00 - 1200.50 - 3.00 = 8796.50; bank 8799.00; open: book -3.00, bank -0.50; both agree on 8799.50
    assert (found.book, found.open_book, found.bank, found.open_bank) == (879650, -300, 879900, -50)
    assert found.adjusted == found.bank - found.open_bank == 879950
    assert found.unexplained == 0 and not found.settled
    assert MatchByRules(account=city, author="tests").execute() == [], "a second run finds nothing more"

    with pytest.raises(LedgerRefused, match="add up to the same") as refused:
        MatchByHand(
            account=city, rows=[found.rows[0].pk], lines=[found.lines[0].pk], reason="同一笔", author="tests"
        ).execute()
    assert refused.value.code == "sums-differ"


def test_by_hand_with_a_reason_and_back(posted: Book, city: LedgerAccount, tmp_path: Path) -> None:
    load(city, written(tmp_path, "2016-05-20,T9,补偿金,浮梁县,3.00,,\n"))
    row, line = BankLine.objects.get(), reconciliation(city, reader="tests").lines[-1]
    by_hand = {"account": city, "rows": [row.pk], "lines": [line.pk], "author": "tests"}
    with pytest.raises(LedgerRefused, match="reason"):
        MatchByHand(**by_hand, reason=" ").execute()
    with pytest.raises(LedgerRefused, match="Choose"):
        MatchByHand(account=city, rows=[], lines=[], reason="x", author="tests").execute()
    match = MatchByHand(**by_hand, reason="跨行到账慢").execute()
    before = timezone.now()
    assert line not in reconciliation(city, reader="tests").lines
    with pytest.raises(LedgerRefused, match="matched already"):
        MatchByHand(**by_hand, reason="再次").execute()
    WithdrawMatch(match=match, reason="不是这一笔", author="tests").execute()
    assert line in reconciliation(city, reader="tests").lines
    assert line not in reconciliation(city, before, reader="tests").lines, "as known before the withdrawal"
    with pytest.raises(LedgerRefused, match="before"):
        WithdrawMatch(match=match, reason="再次", author="tests").execute()


def test_money_is_loaded_once(posted: Book, city: LedgerAccount, tmp_path: Path) -> None:
    path = written(tmp_path, FILE)
    load(city, path)
    with pytest.raises(LedgerRefused) as again:
        load(city, path)
    assert again.value.code == "loaded-before"
    # the next file overlaps by one day: nothing of it is taken, the row is named
    later = written(
        tmp_path, "2016-04-02,T3,手续费,银行,0.50,,8799.00\n2016-04-03,T4,,,1.00,,8798.00\n", name="b.csv"
    )
    with pytest.raises(StatementRefused) as refused:
        load(city, later)
    assert [(fault.row, fault.found) for fault in refused.value.faults] == [(2, "T3")]
    assert BankStatement.objects.count() == 1 and BankLine.objects.count() == 3
    for wrong, code in (({"form": "none"}, "form-unknown"), ({"path": tmp_path / "x"}, "absent")):
        with pytest.raises(LedgerRefused) as unknown:
            load(city, **{"path": later, **wrong})
        assert unknown.value.code == code


def test_only_the_keeper_reconciles(
    posted: Book, city: LedgerAccount, tmp_path: Path, django_user_model: Any
) -> None:
    other = django_user_model.objects.create(username="x", role="department_officer", organisation="forestry-bureau", zone="jingdezhen")  # fmt: skip
    match = Match(account=city, how="by-hand", recorded_at=timezone.now(), author_name="x")
    for action in (
        ImportStatement(account=city, path=written(tmp_path, FILE), form="standard", author=other),
        MatchByRules(account=city, author=other),
        MatchByHand(account=city, rows=[], lines=[], reason="x", author=other),
        WithdrawMatch(match=match, reason="x", author=other),
    ):
        with pytest.raises(PermissionDenied):
            action.execute()  # type: ignore[attr-defined]
