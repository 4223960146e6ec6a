"""Cells from registers, emissions against permits, restoration that is due: with entries made for the test."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.situations import ZONE, figures, observation
from ecociv.accounts.declaration import CellSource, load_accounts
from ecociv.accounts.gather import owed as owed_module
from ecociv.accounts.gather import registers
from ecociv.accounts.gather.cells import Sources
from ecociv.accounts.gather.owed import owed
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.evidence.mapping import load_places
from ecociv.liabilities.queries import Due
from ecociv.registers.loading import kind_of

SOURCE = CellSource.model_validate(
    {"register": "mining-right", "cells": {"coal": "reserves"}, "where": {"coal": {"mineral": "coal"}}}
)
RECORDED = dt.datetime(2018, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class FakeEntry:
    key: str
    values: dict[str, Any]
    holder: str = ""
    sample: bool = False
    kind: Any = None
    revision: int = 1
    recorded_at: dt.datetime = RECORDED

    @property
    def title(self) -> str:
        return self.key


def mine(key: str, division: str, reserves: str | None, *, mineral: str = "coal", sample: bool = False) -> FakeEntry:
    values: dict[str, Any] = {"division": division, "mineral": mineral}
    if reserves is not None:
        values["reserves"] = Decimal(reserves)
    return FakeEntry(key, values, sample=sample, kind=kind_of(ZONE, "mining-right"))


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> list[FakeEntry]:
    found: list[FakeEntry] = []
    for module in (registers, owed_module):
        monkeypatch.setattr(module, "entries_on", lambda *_: tuple(found))
    return found


def reserves(area: str) -> Any:
    return registers.register_figure(ZONE, area, SOURCE, "closing", "coal", 2017, "tonne")


def test_reserves_are_added_up_by_county_and_mineral(register: list[FakeEntry]) -> None:
    register += [mine("m1", "360203", "860000"), mine("m2", "360203", "2260000"), mine("m3", "360222", "5"), mine("m4", "360222", "7", mineral="gold")]  # fmt: skip
    assert reserves("zhushan-district").figure == 3_120_000
    assert reserves("fuliang-county").figure == 5
    assert reserves("jingdezhen").figure == 3_120_005
    assert [one.source_id for one in reserves("zhushan-district").inputs] == [
        "register:mining-right/m1", "register:mining-right/m2"
    ]  # fmt: skip


def test_an_empty_register_is_unknown_and_nothing_in_the_area_does_not_arise(register: list[FakeEntry]) -> None:
    assert reserves("jingdezhen").figure is Missing.MISSING
    register.append(mine("m1", "360203", "1"))
    assert reserves("leping-city").figure is Missing.NOT_APPLICABLE


def test_an_entry_that_does_not_say_the_quantity_is_not_counted_as_zero(register: list[FakeEntry]) -> None:
    register += [mine("m1", "360203", "1"), mine("m2", "360203", None)]
    found = reserves("zhushan-district")
    assert found.figure is Missing.MISSING and "m2" in found.reason.en


def test_real_entries_go_before_generated_ones(register: list[FakeEntry]) -> None:
    register += [mine("m1", "360203", "100"), mine("m2", "360203", "9", sample=True)]
    assert reserves("zhushan-district").figure == 100
    assert not reserves("zhushan-district").sample


def liabilities_of(sources: Sources, area: str = "jingdezhen", year: int = 2017) -> dict[str, Any]:
    sources.sections.setdefault("function-zones", {})
    return {one.key: one for one in owed(sources, area, year)}


def emitted(**tonnes: float) -> Sources:
    seen = [observation(f"emission/{place.replace('_', '-')}/cod.enterprise", 2017, value) for place, value in tonnes.items()]
    return Sources(ZONE, load_accounts(ZONE), figures(*seen), None)


def permit(holder: str, kilograms: str) -> FakeEntry:
    return FakeEntry(f"p-{holder}", {"permitted": {"cod": Decimal(kilograms)}}, holder)


@pytest.fixture
def coded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two emitters name their credit codes."""
    places = load_places(ZONE)
    codes = {"emitter-food-1": "A", "emitter-pharma-1": "B"}
    by_key = {
        key: SimpleNamespace(
            name=place.name, parent=place.parent, kind=place.kind, code=place.code,
            details={**place.details, **({"credit_code": codes[key]} if key in codes else {})},
        )
        for key, place in places.by_key.items()
    }  # fmt: skip
    fake = SimpleNamespace(by_key=by_key, groups=places.groups, places=places.places)
    monkeypatch.setattr("accounts.situations.load_places", lambda _zone: fake)


def test_only_what_lies_above_an_emitters_own_permit_is_owed(
    register: list[FakeEntry], coded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owed_module, "due", lambda *_: [])
    register += [permit("A", "12000"), permit("B", "50000")]
    # A: 15.5 t of 12 t, 3.5 above; B: 20 t of 50 t, nothing: B's room does not pay for A.
    found = liabilities_of(emitted(emitter_food_1=15.5, emitter_pharma_1=20.0))["cod-above-permits"]
    assert found.amount == Decimal("3.5")
    assert "13 without" in found.trace.notes[0].en  # 15 emitters, 2 matched


def test_emitters_without_permits_cannot_be_told(register: list[FakeEntry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owed_module, "due", lambda *_: [])
    found = liabilities_of(emitted(emitter_food_1=15.5))["cod-above-permits"]
    assert found.amount is Missing.MISSING and "15 without" in found.reason.en


def test_a_limit_that_is_left_to_the_province_is_delegated(
    register: list[FakeEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owed_module, "due", lambda *_: [])
    assert liabilities_of(emitted())["cod-above-ceiling"].amount is Missing.DELEGATED
    assert liabilities_of(emitted(), year=2015)["cod-above-ceiling"].amount is Missing.MISSING  # nothing reported
    assert liabilities_of(emitted(), year=2013)["cod-above-ceiling"].amount is Missing.NOT_APPLICABLE


def due_of(kind: str, key: str, amount: Decimal | Missing) -> Due:
    name = Text(zh=key, en=key)
    return Due(kind, key, key, "", amount, Decimal(0), Trace(name, amount, "yuan", ""), sample=False)


def test_restoration_due_counts_what_is_known_and_names_what_is_not(
    register: list[FakeEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    register += [mine("m1", "360203", "1"), mine("m2", "360222", "1")]
    parts = [due_of("mine", "m1", Decimal("1000.50")), due_of("mine", "m2", Missing.MISSING), due_of("damage", "d1", Decimal(200))]  # fmt: skip
    monkeypatch.setattr(owed_module, "due", lambda *_: parts)
    city = liabilities_of(emitted())["restoration-due"]
    assert city.amount == city.value == Decimal("1200.50")  # 1000.50 + 200
    assert "m2" in city.trace.notes[0].en
    assert liabilities_of(emitted(), "zhushan-district")["restoration-due"].amount == Decimal("1000.50")
    assert liabilities_of(emitted(), "fuliang-county")["restoration-due"].amount is Missing.MISSING
    assert liabilities_of(emitted(), "leping-city")["restoration-due"].amount is Missing.NOT_APPLICABLE
