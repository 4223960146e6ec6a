"""Fees of treatment contracts on their way to the bank: approved, booked as payable, paid by a row, corrected once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecociv.cli.main import main
from ecociv.evidence.models import Series
from ecociv.green_economy.actions import GreenRefused, SettlePerformance
from ecociv.green_economy.fees.actions import ApproveFee, BookFee
from ecociv.green_economy.fees.books import FeeAccounts
from ecociv.green_economy.fees.matching import Owed, Row, paid_by
from ecociv.green_economy.fees.paying import PayByRules, PayFees
from ecociv.green_economy.fees.queries import fee_states
from ecociv.green_economy.fees.sample import load_sample_fees
from ecociv.green_economy.models import FeeApproval, FeeCorrection, PerformanceSettlement
from ecociv.ledger.actions import ReverseEntry
from ecociv.ledger.bank.actions import ImportStatement
from ecociv.ledger.bank.queries import reconciliation
from ecociv.ledger.models import BankLine
from ecociv.ledger.queries import balances
from ecociv.ledger.verify import verify
from ecociv.people import audit
from ecociv.people.recorded import AppendOnlyError
from green_economy.situations import SERIES, ZONE, append, contract, obligation, parties, series

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence")]
FULL, REDUCED = 10_000_000, 9_500_000  # fen: 100,000 yuan, and 95 % of it where up to a point is missing


@pytest.fixture
def readings() -> Series:
    """May 2016 with 700 of 740 hours within the limit (94.59 % of the 95 promised), June with all of them."""
    parties()
    contract()
    obligation(SERIES)
    to = series()
    append(to, "2016-05-01", [50.0] * 700 + [50.1] * 40 + [10.0] * 4, ["good"] * 740 + ["suspect"] * 4)
    append(to, "2016-06-01", [40.0] * 720)
    return to


def settle(month: str, reason: str = "") -> None:
    SettlePerformance(zone=ZONE, contract="C1", month=month, author="test", reason=reason).execute()


def approve(month: str, on: str = "2016-09-01", document: str = "", author: Any = "test") -> FeeApproval:
    return ApproveFee(
        zone=ZONE,
        contract="C1",
        month=month,
        day=dt.date.fromisoformat(on),
        document=document or f"环治付〔{month}〕",
        author=author,
    ).execute()


def booked(month: str) -> FeeApproval:
    made = approve(month)
    BookFee(approval=made, day=made.day, author="test").execute()
    return made


def bank(folder: Path, *rows: tuple[str, str, str]) -> list[BankLine]:
    """Rows that the bank paid: day, yuan, reference."""
    path = folder / f"bank-{BankLine.objects.count()}.csv"
    lines = [f"{day},{-float(yuan):.2f},B{yuan}{day},{said}," for day, yuan, said in rows]
    path.write_text("日期,金额,流水号,用途,对方户名\n" + "\n".join(lines) + "\n", encoding="utf-8")
    account = FeeAccounts.known(ZONE).bank
    return list(
        ImportStatement(account=account, path=path, form="signed", author="test").execute().lines.all()
    )


def held() -> dict[str, int]:
    return {account.key: fen for account, fen in balances(FeeAccounts.known(ZONE).book).items() if fen}


def test_a_month_from_readings_to_the_bank(readings: Series, tmp_path: Path) -> None:
    settle("2016-05")
    made = booked("2016-05")
    assert (made.own, made.corrections_sum, made.total) == (REDUCED, 0, REDUCED)
    assert held() == {"payable-C1": -REDUCED, "cost": REDUCED}
    assert [each.state for each in fee_states(ZONE)] == ["to-pay"]
    bank(tmp_path, ("2016-09-05", "95000", "付环治付〔2016-05〕服务费"), ("2016-09-06", "12.5", "手续费"))
    before = timezone.now()
    (paid,) = PayByRules(zone=ZONE, author="test").execute()
    assert (paid.day, paid.entry.day) == (dt.date(2016, 9, 5), dt.date(2016, 9, 5))
    assert held() == {"bank": -REDUCED, "cost": REDUCED}, "nothing is owed any more"
    assert PayByRules(zone=ZONE, author="test").execute() == []
    found = reconciliation(FeeAccounts.known(ZONE).bank, reader="tests")
    assert [row.amount for row in found.rows] == [-1250] and not found.lines
    assert [each.state for each in fee_states(ZONE, as_of=before)] == ["to-pay"], "as it was known then"
    assert verify(FeeAccounts.known(ZONE).book) is None and audit.verify() is None
    with pytest.raises(AppendOnlyError):
        made.save()


def test_a_restated_reading_is_corrected_once_in_the_next_month(readings: Series, tmp_path: Path) -> None:
    settle("2016-05")
    may = booked("2016-05")
    append(readings, "2016-05-30T04:00", [40.0] * 40)  # the 40 beyond the limit were wrong
    settle("2016-06")
    with pytest.raises(GreenRefused, match="2016-05 were restated"):
        approve("2016-06")
    settle("2016-05", "仪器校准")
    assert [(each.settlement.month, each.restated) for each in fee_states(ZONE)] == [
        ("2016-06", False), ("2016-05", True),
    ]  # fmt: skip
    june = booked("2016-06")
    # 100,000 of June, and the 5,000 that were taken off May
    assert (june.own, june.corrections_sum, june.total) == (FULL, FULL - REDUCED, FULL + 500_000)
    row = FeeCorrection.objects.get()
    assert (row.corrects, row.before, row.after, row.settlement.revision) == (may, REDUCED, FULL, 2)
    may.refresh_from_db()
    assert may.total == REDUCED, "the first figure stays"
    assert not any(each.restated for each in fee_states(ZONE)), "and it is not carried twice"
    # what is booked is what a fresh judgment of both months gives
    assert held()["cost"] == FULL + FULL
    (line,) = bank(tmp_path, ("2016-09-09", "200000", "合同C1"))
    PayFees(bank_line=line, approvals=[may, june], author="test").execute()
    assert held() == {"bank": -2 * FULL, "cost": 2 * FULL} and reconciliation(line.account, reader="tests").settled


def test_what_cannot_be(
    readings: Series, tmp_path: Path, user: Callable[..., Any], plan_in_database: None
) -> None:
    with pytest.raises(GreenRefused, match="is not settled"):
        approve("2016-05")
    settle("2016-05")
    for role, body in (("department_officer", "environmental-protection-bureau"), ("county_officer", "fuliang-county"), ("enterprise", "91360222MA0000001W")):  # fmt: skip
        with pytest.raises(PermissionDenied):
            approve("2016-05", author=user(role, body))
    for on, document, said in (("2016-05-31", "", "at the earliest"), ("2999-01-01", "", "in the future"), ("2016-09-01", " ", "number of the document")):  # fmt: skip
        with pytest.raises(GreenRefused, match=said):
            approve("2016-05", on, document)
    made = approve("2016-05", author=user("department_officer", "finance-bureau"))
    with pytest.raises(GreenRefused, match="approved before"):
        approve("2016-05")
    with pytest.raises(GreenRefused, match="No fee was booked yet"):
        PayByRules(zone=ZONE, author="test").execute()
    with pytest.raises(GreenRefused, match="before it was approved"):
        BookFee(approval=made, day=dt.date(2016, 8, 31), author="test").execute()
    done = BookFee(approval=made, day=made.day, author="test").execute()
    with pytest.raises(GreenRefused, match="booked before"):
        BookFee(approval=made, day=made.day, author="test").execute()
    early, other, right = bank(
        tmp_path, ("2016-08-31", "95000", "x"), ("2016-09-02", "94000", "y"), ("2016-09-03", "95000", "z")
    )
    for line, fees, said in ((right, [made, made], "each fee once"), (early, [made], "after 2016-08-31"), (other, [made], "have to be the same"), (right, [], "Choose the fees")):  # fmt: skip
        with pytest.raises(GreenRefused, match=said):
            PayFees(bank_line=line, approvals=fees, author="test").execute()
    assert PayByRules(zone=ZONE, author="test").execute() == [], "two rows of the amount, and none names it"
    PayFees(bank_line=right, approvals=[made], author="test").execute()
    with pytest.raises(GreenRefused, match="no open row.*was paid"):
        PayFees(bank_line=right, approvals=[made], author="test").execute()
    ReverseEntry(done.entry, "记错", "test").execute()
    assert [each.state for each in fee_states(ZONE)] == ["to-book"]


def test_a_month_that_cannot_be_judged_is_owed_nothing_and_corrected_when_its_readings_come(
    readings: Series,
) -> None:
    settle("2016-07")
    assert [each.state for each in fee_states(ZONE)] == ["not-judged"]
    july = approve("2016-07")
    assert (july.own, july.total) == (None, 0)
    with pytest.raises(GreenRefused, match="nothing to pay"):
        BookFee(approval=july, day=july.day, author="test").execute()
    append(readings, "2016-07-01", [40.0] * 744)
    settle("2016-07", "补报")
    settle("2016-06")
    june = approve("2016-06")
    assert (june.own, june.corrections_sum) == (FULL, FULL) and june.corrections.get().before is None


def test_the_sample_pays_some_months(readings: Series, django_assert_num_queries: Any) -> None:
    for month in ("2016-05", "2016-06"):
        SettlePerformance(zone=ZONE, contract="C1", month=month, author="test", sample=True).execute()
    assert load_sample_fees(ZONE, "sample data") == 2
    # Settlements, approvals, corrections, bookings, payments: five queries, however many months.
    with django_assert_num_queries(5):
        states = fee_states(ZONE)
        said = [(each.state, each.payment and each.payment.entry.book.key) for each in states]
    assert said == [("paid", "treatment-fees"), ("paid", "treatment-fees")]
    assert [row.amount for row in reconciliation(FeeAccounts.known(ZONE).bank, reader="tests").rows] == [-1250], (
        "what the bank took"
    )
    assert FeeAccounts.known(ZONE).book.sample and all(each.sample for each in FeeApproval.objects.all())


def test_rows_pay_only_what_they_name() -> None:
    owed = [Owed(1, "C1", "付3号", 950), Owed(2, "C1", "付4号", 950), Owed(3, "C12", "付5号", 950)]
    assert paid_by([Row(1, -950, "付４号"), Row(2, -950, "付3号")], owed) == [(1, (2,)), (2, (1,))]
    assert paid_by([Row(1, -950, "付3号"), Row(2, -950, "付3号")], owed) == [], (
        "one of them is something else"
    )
    assert paid_by([Row(1, -950, "合同C12")], owed) == [(1, (3,))], "C1 is not named by C12"
    assert paid_by([Row(1, -1900, "C1、C12")], owed) == [(1, (1, 2))], "C12 alone does not come to it"
    assert paid_by([Row(1, 950, "付3号")], owed) == [], "money that came in pays nobody"


def test_on_the_pages_and_by_command(
    readings: Series, tmp_path: Path, user: Callable[..., Any], plan_in_database: None
) -> None:
    settle("2016-05")
    finance, bookkeeper = user("department_officer", "finance-bureau"), user("department_officer", "finance-bureau")
    clients = {
        "bookkeeper": Client(headers={"accept-language": "en"}),
        "finance": Client(headers={"accept-language": "en"}),
        "county": Client(),
        "enterprise": Client(),
    }
    clients["finance"].force_login(finance)
    clients["bookkeeper"].force_login(bookkeeper)
    clients["county"].force_login(user("county_officer", "fuliang-county"))
    clients["enterprise"].force_login(user("enterprise", "91360222MA0000001W"))
    at, step = reverse("portal:treatment-fee", args=["C1", "2016-05"]), reverse("portal:treatment-fee-step", args=["C1", "2016-05"])  # fmt: skip
    listed = reverse("portal:treatment-fees")
    assert [clients[who].get(listed).status_code for who in clients] == [200, 200, 200, 403]
    assert "approve what is owed" in clients["finance"].get(listed).content.decode()
    # One month waits, settled at 95,000 yuan; the page says so above the list, and nothing waits once it is paid.
    (waits,) = clients["finance"].get(listed).context["waiting"]
    assert (waits[0], waits[2:]) == ("to-approve", (1, Decimal(95000)))
    said = {"step": "approve", "approve-day": "2016-09-01", "approve-document": "环治付〔9〕"}
    seen = PerformanceSettlement.objects.get()
    assert f'name="approve-seen" value="{seen.pk}"' in clients["finance"].get(at).content.decode()
    unseen = clients["finance"].post(step, {**said, "approve-seen": str(seen.pk - 1)})
    assert unseen.status_code == 422 and "settled again in the meantime" in unseen.content.decode()
    said["approve-seen"] = str(seen.pk)
    assert [clients[who].post(step, said).status_code for who in ("county", "enterprise")] == [403, 403]
    assert clients["finance"].post(step, {**said, "approve-document": ""}).status_code == 422
    assert clients["finance"].post(step, {**said, "approve-day": "2016-05-02"}).status_code == 422
    assert clients["finance"].post(step, {"step": "pay"}).status_code == 404
    assert clients["finance"].post(step, said).status_code == 302
    book = {"step": "book", "book-day": "2016-09-02"}
    alone = clients["finance"].post(step, book)
    assert alone.status_code == 422 and "was approved by you" in alone.content.decode()
    assert clients["bookkeeper"].post(step, book).status_code == 302
    (line,) = bank(tmp_path, ("2016-09-05", "95000", "服务费"))
    text = clients["finance"].get(at).content.decode()
    assert "2016-09-05 · 95,000.00 · 服务费" in text
    assert clients["finance"].post(reverse("portal:treatment-fees-pay")).status_code == 302
    pay = {"step": "pay", "pay-row": line.pk}
    alone = clients["finance"].post(step, pay)
    assert alone.status_code == 422 and bookkeeper.name_shown in alone.content.decode(), "who has to pay it"
    assert clients["bookkeeper"].post(step, pay).status_code == 302
    text = clients["finance"].get(at).content.decode()
    assert "Paid" in text and "treatment-fees/2" in text
    assert clients["finance"].get(listed).context["waiting"] == []
    assert clients["finance"].get(f"{at}?as_of=2016-01-01").status_code == 404
    assert clients["finance"].get(reverse("portal:treatment-fee", args=["C1", "2016-08"])).status_code == 404
    assert "95000.00" in clients["finance"].get(listed + "?format=csv&is=paid&q=C1").content.decode(
        "utf-8-sig"
    )

    settle("2016-06")
    run = CliRunner()
    paper = ["--as", finance.username, "--day", "2016-09-10", "--document", "环治付〔10〕"]
    asked = ["green", "fees", "C1", "--month", "2016-06", "--format", "json"]
    assert run.invoke(main, [*asked, "--approve"]).exit_code == 2
    assert run.invoke(main, ["green", "fees", "--approve", *paper]).exit_code == 2
    other = ["--as", bookkeeper.username, *paper[2:]]
    alone = run.invoke(main, [*asked, "--approve", "--book", *paper, "--language", "en"])
    assert alone.exit_code == 3 and "was approved by you" in alone.output
    done = run.invoke(main, [*asked, "--book", *other])
    assert done.exit_code == 1, "it waits for its payment"
    (row,) = json.loads(done.stdout)
    assert (row["state"], row["owed"], row["booked"]) == ("to-pay", "100000.00", "treatment-fees/3")
    bank(tmp_path, ("2016-09-12", "100000", "环治付〔10〕"))
    alone = run.invoke(main, [*asked, "--pay", *paper, "--language", "en"])
    assert alone.exit_code == 3 and "was approved by you" in alone.output
    done = run.invoke(main, [*asked, "--pay", *other])
    assert done.exit_code == 0 and json.loads(done.stdout)[0]["paid"] == "treatment-fees/4"
