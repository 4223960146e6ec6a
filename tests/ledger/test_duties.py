"""Whoever approved does not book: by the day of the booking, and only where the zone declares it."""

from __future__ import annotations

import datetime as dt

import pytest

from ecociv.core.text import Text
from ecociv.ledger import duties
from ecociv.ledger.duties import BookRules, same_person, separation_on
from ecociv.people.models import User

ZONE, KEEPER = "jingdezhen", "finance-bureau"
ITEM = Text(zh="2016年付款", en="The payment of 2016")


def officer(
    name: str, organisation: str = KEEPER, active: bool = True, role: str = "department_officer"
) -> User:
    return User.objects.create(
        username=name, display_name=name.title(), role=role, organisation=organisation, zone=ZONE, is_active=active
    )  # fmt: skip


def rules(*spans: tuple[str, str | None]) -> BookRules:
    source = {"document": {"zh": "规定", "en": "Rules"}, "clause": "第一条"}
    return BookRules.model_validate(
        {"separation": [{"duties": "approval-and-booking", "from": a, "to": b, "source": source} for a, b in spans]}
    )  # fmt: skip


def test_the_rule_holds_on_its_first_and_its_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    assert separation_on(ZONE, dt.date(2013, 12, 31)) is None
    assert separation_on(ZONE, dt.date(2014, 1, 1)) is not None
    for declared, held in ((rules(("2016-01-01", "2016-12-31")), True), (rules(), False), (None, False)):
        monkeypatch.setattr(duties, "zone_declaration_if_any", lambda *_, said=declared: said)
        days = [dt.date(2015, 12, 31), dt.date(2016, 1, 1), dt.date(2016, 12, 31), dt.date(2017, 1, 1)]
        assert [separation_on(ZONE, day) is not None for day in days] == [False, held, held, False]


@pytest.mark.django_db
def test_who_may_not_and_who_has_to(plan_in_database: None) -> None:
    one, day = officer("one"), dt.date(2017, 3, 1)
    fault = same_person(ZONE, KEEPER, one, one, day, ITEM)
    assert fault is not None and "ask an administrator" in fault.en
    assert "2016年付款由您批准" in fault.zh and "市财政局" in fault.zh and "第十二条" in fault.zh
    officer("gone", active=False)
    officer("elsewhere", "forestry-bureau")
    officer("leader", KEEPER, role="leader")
    officer("two")
    fault = same_person(ZONE, KEEPER, one, one, day, ITEM)
    assert (
        fault is not None
        and fault.en.endswith("has to do it: Two.")
        and fault.zh.endswith("其他经办人办理：Two。")
    )
    two = User.objects.get(username="two")
    assert same_person(ZONE, KEEPER, one, two, day, ITEM) is None
    # before the rule there was none; commands without an account are no person
    assert same_person(ZONE, KEEPER, one, one, dt.date(2013, 12, 31), ITEM) is None
    assert same_person(ZONE, KEEPER, None, one, day, ITEM) is None
    assert same_person(ZONE, KEEPER, None, "sample data", day, ITEM) is None
    assert same_person(ZONE, KEEPER, one, "sample data", day, ITEM) is None
