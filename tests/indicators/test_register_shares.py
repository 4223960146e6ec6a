"""Indicator 47 from purchases on record: complete and incomplete years, the list of the day, as of any day, disagreement."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.core.missing import Missing
from ecociv.core.trace import Trace
from ecociv.indicators.compute import compute, plan_of
from ecociv.indicators.declarations import RegisterShare
from ecociv.indicators.derivations import _register_faults, load_derivations
from ecociv.indicators.derive.register_shares import on_record
from ecociv.indicators.differences import differences
from ecociv.indicators.freshness import is_current
from ecociv.indicators.graph import graph_of
from ecociv.indicators.identities import comparisons
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import load_zone
from ecociv.registers.actions import ChangeState, RegisterEntry, ReviseEntry
from ecociv.registers.entries import Entry
from ecociv.registers.loading import kind_of
from ecociv.registers.models import EntryRevision
from ecociv.registers.references import Judged
from indicators.primary_records import file_cells

ZONE = "jingdezhen"
database = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_folder")]


def enter(kind: str, key: str, on: str, *, sample: bool = False, **values: str) -> EntryRevision:
    return RegisterEntry(
        zone=ZONE,
        kind=kind,
        key=key,
        author="财政局经办人",
        on=dt.date.fromisoformat(on),
        values={name.replace("_", "-"): value for name, value in values.items()},
        sample=sample,
    ).execute()


def product(key: str = "LAMP", first: str = "2014-01-01", last: str = "2016-12-31") -> None:
    enter(
        "green-product", key, first, product="灯", category="lighting", mark="energy-saving",
        valid_from_day=first, valid_to_day=last,
    )  # fmt: skip


def buy(key: str, amount: str, day: str = "2015-05-01", product: str = "", **more: Any) -> None:
    named = {"product": product} if product else {}
    enter(
        "green-purchase", key, day, item=f"灯具{key}", body="市财政局", day=day, category="lighting",
        amount=amount, **named, **more,
    )  # fmt: skip


def returned(green: float, whole: float, year: int = 2015) -> None:
    """Ten thousand yuan, as the yearly return has them."""
    file_cells(
        year, {f"procurement/{ZONE}/procurement.green": green, f"procurement/{ZONE}/procurement.all": whole}
    )


def value_of(year: int = 2015, as_of: dt.datetime | None = None) -> IndicatorValue:
    found = compute(ZONE, year, as_of=as_of, **({"only": {f"47@{ZONE}"}} if as_of else {}))
    return next(value for value in found.values if (value.series, value.place) == ("47", ZONE))


def text_of(value: IndicatorValue) -> str:
    return Trace.from_json(value.trace).as_text("en")


class TestAYear:
    pytestmark = database

    def test_a_complete_year_is_derived_from_its_contracts(self) -> None:
        product()
        buy("C1", "3000000.00", product="LAMP")
        buy("C2", "6500000.00")
        buy("C3", "8000000.00", day="2016-05-01", product="LAMP")  # another year
        returned(360, 1000)  # 36 %
        value = value_of()
        # 300 of 300 + 650 ten thousand yuan = 31.578...; on record: 950 of 1000 = 95 %, and 90 % make a complete year
        assert value.value == Decimal("31.6")
        text = text_of(value)
        assert "register:green-purchase/C1" in text and "register:green-purchase/C2" in text
        assert "register:green-purchase/C3" not in text
        assert "95.0 % of the whole in the return" in text
        assert "By the entries on record 31.6 %, by the return 36.0 %: -4.4" in text
        assert "naming no listed entry" in text
        register = value.extras["register"]
        assert (register["complete"], register["held"], register["returned"]) == (True, "95.0", "36.0")

    def test_an_incomplete_year_keeps_the_return_and_says_so(self) -> None:
        product()
        buy("C1", "3000000.00", product="LAMP")
        buy("C2", "5999999.99")
        returned(360, 1000)
        value = value_of()
        # 899.999999 of 1000 is less than 90 %
        assert value.value == Decimal("36.0")
        text = text_of(value)
        assert "Incomplete: the entries on record" in text and "at least 90 %" in text
        assert "By the entries on record 33.3 %, by the return 36.0 %: -2.7" in text
        assert "register:green-purchase/C1" in text
        assert any("Incomplete" in caveat["en"] for caveat in value.extras["caveats"])
        # one fen more, and the year is complete: 300 / 900 = 33.3
        buy("C4", "0.01")
        assert value_of().value == Decimal("33.3")

    def test_without_entries_the_return_stands_alone(self) -> None:
        returned(300, 1000)
        value = value_of()
        assert value.value == Decimal("30.0")
        assert "holds no entry of this year" in text_of(value)
        assert "register" not in value.extras

    def test_without_a_return_the_figure_says_that_nobody_can_tell(self) -> None:
        buy("C1", "100.00")
        value = value_of()
        assert value.value == Decimal("0.0")
        assert "whether it is complete is not known" in value.extras["caveats"][0]["en"]

    def test_a_year_that_has_not_ended_says_so(self) -> None:
        today = timezone.localdate()
        buy("C1", "100.00", day=today.isoformat())
        notes = [caveat["en"] for caveat in value_of(today.year).extras["caveats"]]
        assert any("not ended" in note for note in notes)
        assert not any("not ended" in note for note in value_of(2015).extras["caveats"])

    def test_amounts_of_nothing_have_no_share(self) -> None:
        buy("C1", "0.00")
        assert value_of().missing is Missing.NOT_APPLICABLE

    def test_a_purchase_withdrawn_later_no_longer_counts(self) -> None:
        product()
        buy("C1", "100.00", product="LAMP")
        buy("C2", "100.00")
        ChangeState(
            zone=ZONE, kind="green-purchase", key="C2", author="t", on=dt.date(2015, 9, 1), to="withdrawn",
            document="撤销函",
        ).execute()  # fmt: skip
        assert value_of().value == Decimal("100.0")

    def test_real_entries_and_generated_ones_never_mix(self) -> None:
        buy("S1", "900.00", sample=True)
        assert value_of().sample
        product()
        buy("C1", "100.00", product="LAMP")
        value = value_of()
        assert (value.value, value.sample) == (Decimal("100.0"), False)  # S1 would make it 10
        assert "S1" not in text_of(value)


class TestTheRecord:
    pytestmark = database

    def test_as_of_an_earlier_day_the_contract_was_not_there(self) -> None:
        product()
        buy("C1", "100.00", product="LAMP")
        before = timezone.now()
        assert not is_current(ZONE, 2015)
        assert value_of().value == Decimal("100.0")
        assert is_current(ZONE, 2015)
        buy("C2", "300.00")
        assert not is_current(ZONE, 2015)
        assert value_of().value == Decimal("25.0")
        assert value_of(as_of=before).value == Decimal("100.0")
        again = compute(ZONE, 2015)
        assert (again.derived, again.written) == (0, 0)

    def test_what_moved_the_figure_is_named(self) -> None:
        product()
        buy("C1", "100.00", product="LAMP")
        buy("C2", "100.00")
        since = timezone.now()
        ReviseEntry(
            zone=ZONE, kind="green-purchase", key="C2", author="复核人", on=dt.date(2015, 5, 1),
            changes={"amount": "300.00"}, reason="合同金额录入有误", document="更正函",
        ).execute()  # fmt: skip
        (found,) = differences(ZONE, 2015, since, timezone.now())
        assert (found.before.figure, found.after.figure) == ("50.0", "25.0")  # type: ignore[union-attr]
        (change,) = found.inputs
        assert change.series == "register:green-purchase/C2"
        assert (change.before, change.after) == ("recorded 100.00", "recorded 300.00")
        assert (change.author, change.reason, found.why) == ("复核人", "合同金额录入有误", "evidence")

    def test_a_product_taken_off_the_list_of_the_day_moves_the_figure(self) -> None:
        product()
        buy("C1", "100.00", product="LAMP")
        since = timezone.now()
        assert value_of().value == Decimal("100.0")
        ReviseEntry(
            zone=ZONE, kind="green-product", key="LAMP", author="t", on=dt.date(2014, 1, 1),
            changes={"valid-to-day": "2015-04-30"}, reason="公告更正", document="公告",
        ).execute()  # fmt: skip
        assert value_of().value == Decimal("0.0")
        (found,) = differences(ZONE, 2015, since, timezone.now())
        assert [item.series for item in found.inputs] == ["register:green-product/LAMP"]

    def test_the_disagreement_is_a_conflict_with_its_size(self) -> None:
        product()
        buy("C1", "3000000.00", product="LAMP")
        buy("C2", "6500000.00")
        returned(360, 1000)

        def found(year: int) -> Any:
            return next((one for one in comparisons(ZONE, year) if one.key == "green-procurement"), None)

        # 31.578... against 36: 4.42 points, and 2 are allowed
        assert not found(2015).holds
        assert round(found(2015).difference, 2) == Decimal("-4.42")
        assert len(list(found(2015).left.trace.leaves())) == 2
        assert found(2016) is None  # nothing on record


# -- pure, and declarations ----------------------------------------------------------------------------------------


def rule() -> RegisterShare:
    declared = load_derivations(load_zone(ZONE)).by_series["47"]
    assert isinstance(declared, RegisterShare)
    return declared


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(["", "none", "out", "differs"])), max_size=12)
)
def test_both_parts_make_the_whole_and_every_entry_is_a_leaf(rows: list[tuple[int, str]]) -> None:
    kind, day = kind_of(ZONE, "green-purchase"), dt.date(2015, 5, 1)
    now = dt.datetime(2016, 1, 1, tzinfo=dt.UTC)
    entries = [
        Judged(
            Entry(
                ZONE, kind, f"C{number}", "recorded", {"amount": Decimal(fen).scaleb(-2), "item": "灯"}, {},
                day, 1, now, "t", "", "", False, day,
            ),
            day,
            why_not,
        )
        for number, (fen, why_not) in enumerate(rows)
    ]  # fmt: skip
    found = on_record(rule(), kind, entries)
    counted, other = (part.value for part in found.parts)
    assert counted + other == found.total == sum((Decimal(fen) for fen, _ in rows), Decimal(0)) / 100
    assert sum(1 for part in found.parts for _ in part.leaves()) == len(rows)
    assert found.share is None or 0 <= found.share <= 100


def test_an_entry_without_amount_is_counted_as_lacking() -> None:
    kind, day = kind_of(ZONE, "green-purchase"), dt.date(2015, 5, 1)
    now = dt.datetime(2016, 1, 1, tzinfo=dt.UTC)
    bare = Entry(
        ZONE, kind, "C1", "recorded", {"amount": Missing.WITHHELD, "item": "灯"}, {}, day, 1, now, "t", "", "",
        False, day,
    )  # fmt: skip
    found = on_record(rule(), kind, [Judged(bare, day, "")])
    assert (found.lacking, found.total, found.share) == (1, Decimal(0), None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"register": "green-purchases"}, "there is no register 'green-purchases'"),
        ({"register": "green-loan", "names": "borrower", "amount": "balance", "day": "from-day", "same": []}, "not public"),
        ({"amount": "price"}, "has no field 'price' of type decimal; there are: amount"),
        ({"day": "item"}, "has no field 'item' of type date"),
        ({"names": "supplier"}, "has no field 'supplier' of type reference"),
        ({"same": ["supplier"]}, "register green-product has no field 'supplier' to be the same"),
    ],
)  # fmt: skip
def test_what_is_declared_wrongly_is_said(change: dict[str, Any], said: str) -> None:
    content = {**rule().model_dump(by_alias=True, mode="json"), **change}
    declared = RegisterShare.model_validate(content)
    assert any(said in fault for fault in _register_faults(ZONE, "47", declared))


@pytest.mark.django_db
def test_the_drawing_has_both_registers() -> None:
    assert plan_of(ZONE).indicator(47)
    drawn = graph_of(ZONE, 47)
    registers = {node["register"] for node in drawn["nodes"] if node["kind"] == "register"}
    assert registers == {"green-purchase", "green-product"}
    assert {"from": "register:green-purchase", "to": "derived:47"} in drawn["edges"]
