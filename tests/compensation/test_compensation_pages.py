"""The pages of compensation: who sees them, a settlement from its page, the simulator, funds, areas, the statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ecociv.compensation.models import Objection, Settlement
from ecociv.compensation.settlements.actions import agreement_of, book_of
from ecociv.ledger.actions import PostEntry

pytestmark = pytest.mark.django_db
KEY = "zhushan-changjiang"


def at(name: str, *args: Any) -> str:
    return reverse(f"portal:{name}", args=args)


@pytest.fixture
def reader(user: Callable[..., Any], plan_in_database: None) -> Callable[..., Client]:
    def make(role: str = "", organisation: str = "") -> Client:
        client = Client(headers={"accept-language": "en"})
        if role:
            client.force_login(user(role, organisation))
        return client

    return make


PAGES = [
    ("compensation",), ("compensation-calendar",), ("compensation-simulator",), ("compensation-funds",), ("compensation-areas",),
    ("agreement", KEY), ("agreement", "fuliang-zhushan"), ("settlement", KEY, "2017-03"), ("settlement", "fuliang-zhushan", "2017-03"),
]  # fmt: skip


def test_people_of_the_zone_read_and_nobody_else(reader: Callable[..., Client]) -> None:
    leader, visitor = reader("leader"), reader()
    for name, *args in PAGES:
        assert leader.get(at(name, *args)).status_code == 200, (name, args)
        assert visitor.get(at(name, *args)).status_code == 302, (name, args)
    for address in (
        at("agreement", "none"), at("settlement", KEY, "2014-03"), at("settlement", KEY, "2017"), at("settlement", KEY, "soon"),
        at("settlement-statement", KEY, "2017-03", "odt"),
    ):  # fmt: skip
        assert leader.get(address).status_code == 404, address
    for query in (
        "?sort=-own&page=9&as_of=x",
        "?agreement=none&is=none&year=1",
        "?format=csv",
        "?format=xlsx",
    ):
        assert leader.get(at("compensation-calendar") + query).status_code == 200, query


def test_a_settlement_from_its_page(load: Callable[..., None], reader: Callable[..., Client]) -> None:
    load({"2017-03": 1.5})
    finance, county = (
        reader("department_officer", "finance-bureau"),
        reader("county_officer", "zhushan-district"),
    )
    office, page, step = (
        reader("leading_group_office"),
        at("settlement", KEY, "2017-03"),
        at("settlement-step", KEY, "2017-03"),
    )
    text = finance.get(page).content.decode()
    assert (
        "Nothing is on record yet" in text and "53,568.00" in text and "Record the preliminary figure" in text
    )
    assert "Record the preliminary" not in county.get(page).content.decode()

    said = {"step": "preliminary", "preliminary-day": "2017-04-14", "preliminary-document": "初1"}
    assert county.post(step, said).status_code == 403
    assert finance.post(step, {**said, "preliminary-document": ""}).status_code == 422
    assert (
        "ends on 2017-03-31" in finance.post(step, {**said, "preliminary-day": "2017-03-30"}).content.decode()
    )
    assert finance.post(step, said).status_code == 302
    early = finance.post(step, {"step": "final", "final-day": "2017-04-20", "final-document": "终1"})
    # the days of objection are over by today, so the step is offered, but its day lies in them
    assert early.status_code == 422 and "may object until 2017-04-28" in early.content.decode()

    objection = {
        "step": "object",
        "object-body": "zhushan-district",
        "object-day": "2017-04-18",
        "object-document": "函1",
        "object-reason": "流量",
    }
    assert finance.post(step, objection).status_code == 403
    assert county.post(step, objection).status_code == 302
    assert "Objection to decide" in office.get(page).content.decode()
    decide = {
        "step": "decide",
        "decide-day": "2017-04-20",
        "decide-upheld": "no",
        "decide-reason": "实测为准",
    }
    assert finance.post(step, decide).status_code == 403
    assert office.post(step, {**decide, "decide-upheld": ""}).status_code == 422
    assert office.post(step, decide).status_code == 302 and Objection.objects.get().answer.upheld is False  # type: ignore[union-attr]

    assert (
        finance.post(step, {"step": "final", "final-day": "2017-05-02", "final-document": "终1"}).status_code
        == 302
    )
    book_step = {"step": "book", "book-day": "2017-05-05"}
    alone = finance.post(step, book_step)
    assert alone.status_code == 422 and "was approved by you" in alone.content.decode()
    bookkeeper = reader("department_officer", "finance-bureau")
    poor = bookkeeper.post(step, book_step)
    assert poor.status_code == 422 and "below its floor" in poor.content.decode()
    book = book_of("jingdezhen", agreement_of("jingdezhen", KEY), "tests")
    PostEntry(
        book,
        timezone.localdate().replace(2016),
        [("outside", -9_000_000), ("zhushan-district", 9_000_000)],
        "1号",
        "拨付",
        "tests",
    ).execute()
    text = bookkeeper.post(step, {"step": "book", "book-day": "2017-05-08"}, follow=True).content.decode()
    assert "Paid on 2017-05-08" in text or "below its floor" in text
    assert finance.post(step, {"step": "none"}).status_code == 404
    assert "Nothing is on record yet" in finance.get(page + "?as_of=2017-01-01").content.decode()


def test_a_restated_reading_is_explained_on_both_pages(
    load: Callable[..., None], reader: Callable[..., Client]
) -> None:
    load({"2017-03": 1.5, "2017-04": 1.5})
    finance = reader("department_officer", "finance-bureau")

    def settle(period: str, first: str, last: str) -> None:
        for name, day in (("preliminary", first), ("final", last)):
            form = {"step": name, f"{name}-day": day, f"{name}-document": "号"}
            assert finance.post(at("settlement-step", KEY, period), form).status_code == 302

    settle("2017-03", "2017-04-15", "2017-05-10")
    load({"2017-03": 1.2}, flow=None, reason="复核")
    settle("2017-04", "2017-05-15", "2017-06-10")
    march, april = (
        finance.get(at("settlement", KEY, each)).content.decode() for each in ("2017-03", "2017-04")
    )
    assert "corrects this one from 53,568.00 to 16,070.40 yuan" in march
    assert "Correction of 2017-03" in april and "1.5 → 1.2" in april and "14,342.40" in april
    # 51840.00 + 16070.40 - 53568.00 = 14342.40
    assert Settlement.objects.get(period="2017-04", stage="final").total == 1_434_240


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_the_statement_as_a_file(load: Callable[..., None], reader: Callable[..., Client], form: str) -> None:
    from ecociv.reporting.problems import NoChineseFont
    from ecociv.reporting.render.fonts import choose_fonts

    try:
        choose_fonts()
    except NoChineseFont:
        pytest.skip("no font with Chinese characters on this machine")
    load({"2017-03": 1.5})
    finance = reader("department_officer", "finance-bureau")
    address = at("settlement-statement", KEY, "2017-03", form)
    assert "Nothing is on record yet" in finance.get(address, follow=True).content.decode()
    finance.post(
        at("settlement-step", KEY, "2017-03"),
        {"step": "preliminary", "preliminary-day": "2017-04-15", "preliminary-document": "初1"},
    )
    made = finance.get(address)
    assert made.status_code == 200 and made.content[:4] == {"docx": b"PK\x03\x04", "pdf": b"%PDF"}[form]


def test_what_the_statement_says(load: Callable[..., None], reader: Callable[..., Client]) -> None:
    from ecociv.reporting.settlement_statement.content import statement_data

    load({"2017-03": 1.5})
    reader("department_officer", "finance-bureau").post(
        at("settlement-step", KEY, "2017-03"),
        {"step": "preliminary", "preliminary-day": "2017-04-15", "preliminary-document": "初1"},
    )
    found = statement_data(Settlement.objects.get(), None, "en")
    assert found["stamp"] == "SAMPLE" and len(found["notices"]) == 2
    assert found["money"]["rows"][0] == ["Own amount of the period", "53,568.00"]
    assert found["money"]["rows"][-1][1] == "53,568.00" and "pays" in found["money"]["rows"][-1][0]
    assert {row[1] for row in found["readings"]["rows"]} == {"codmn", "nh3n", "tp", "flow"}
    assert any("concentration C = 1.5" in line for line in found["trace"])


def test_the_simulator_answers_in_its_address(
    load: Callable[..., None], reader: Callable[..., Client]
) -> None:
    load({"2017-03": 1.5})
    leader, page = reader("leader"), at("compensation-simulator")
    base = {"agreement": KEY, "first": "2017", "last": "2017"}
    no_steps = {"a.formula.items.nh3n.steps.0": "out", "a.formula.items.nh3n.steps.1": "out"}
    text = leader.get(page, base | no_steps).content.decode()
    # 13.392 t at 4000 yuan in force, at the first step's 3000 without steps
    assert "53,568.00" in text and "40,176.00" in text and "-13,392.00" in text
    for more, message in (
        ({"a.more": "no term"}, "is no term"),
        ({"a.more": "formula.x = 1"}, "has no"),
        ({"a.more": "cap = {a: 1"}, "cannot be read"),
        ({"a.least": "-1"}, "lies outside"),
        ({"a.formula.items.nh3n.price": "many"}, "is no number"),
        ({"first": "1999"}, "No version"),
        ({"first": "0000"}, "is no year"),
        ({"first": "2017", "last": "2016"}, "comes after"),
        ({"first": "1900", "last": "2998"}, "at most 30"),
    ):
        found = leader.get(page, base | more)
        assert found.status_code == 200 and message in found.content.decode(), more
    assert Settlement.objects.count() == 0


def test_three_variants_beside_what_is_in_force(load: Callable[..., None], reader: Callable[..., Client]) -> None:
    load({"2017-03": 1.5})
    leader, page = reader("leader"), at("compensation-simulator")
    base = {"agreement": KEY, "first": "2017", "last": "2017", "edit": "c"}
    three = {
        "a.title": "Twice", "a.formula.items.nh3n.price": "12000", "a.formula.items.nh3n.steps.0": "out",
        "a.formula.items.nh3n.steps.1": "out", "b.formula.items.nh3n.limit": "2", "b.formula.items.nh3n.reward": "1000",
        "c.cap.upstream.settlement": "none", "c.least": "60000",
    }  # fmt: skip
    found = leader.get(page, base | three)
    text = found.content.decode()
    # a: 13.392 t at 12000; b: as much below 2 mg/L, rewarded at 1000; c: 53568 is below the least amount
    assert "160,704.00" in text and "13,392.00" in text and "A Twice" in text and "another direction" in text
    assert [str(cell.net) for cell in found.context["whole"].cells] == ["53568.00", "160704.00", "-13392.00", "0.00"]
    assert "is missing in 2017-01" in text and 'aria-label="What upstream pays' in text
    assert leader.get(page + found.context["permalink"]).context["digest"] == found.context["digest"]
    for form in ("csv", "xlsx"):
        for rows in ("", "periods"):
            assert leader.get(page, base | three | {"format": form, "rows": rows}).status_code == 200
    lines = leader.get(page, base | three | {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("2017,") and "160704.00" in lines[1] and lines[2].startswith("All years")
    months = leader.get(page, base | three | {"format": "csv", "rows": "periods"}).content.decode("utf-8-sig")
    assert months.count("2017-03,") == 1 and "is missing in 2017-01" in months
    without_b = leader.get(page, base | three | {"drop": "b"}, follow=True)
    assert [each.letter for each in without_b.context["variants"]][:2] == ["a", "b"]
    assert "b.cap.upstream.settlement=none" in without_b.redirect_chain[0][0]


def test_buttons_of_the_simulator_work_without_scripts(reader: Callable[..., Client]) -> None:
    leader, page = reader("leader"), at("compensation-simulator")
    base = {"agreement": KEY, "first": "2016", "last": "2019"}
    taken = leader.get(page, base | {"take": "a", "start.a": "declared:class-two"}, follow=True)
    assert "a.formula.items.nh3n.limit=0.5" in taken.redirect_chain[0][0]
    old = leader.get(page, base | {"alternative": "no-cap", "terms": "least = 1"}, follow=True)
    assert "a.cap.upstream.year=none" in old.redirect_chain[0][0] and "a.least=1" in old.redirect_chain[0][0]
    assert "has no" in leader.get(page, base | {"terms": "x = 1"}).content.decode()
    step = leader.get(page, base | {"add": "a.formula.items.nh3n.steps"}).content.decode()
    assert 'name="a.formula.items.nh3n.steps.2.above"' in step and "still to be written" in step
    load = leader.get(page, base | {"a.formula.kind": "load", "a.shape": "in-force"}).content.decode()
    assert 'name="a.formula.items.nh3n.allowed" value="315.4"' in load
    back = leader.get(page, base | {"a.formula.kind": "in-force", "a.shape": "load", "a.formula.items.nh3n.price": "7"})
    assert not back.context["editing"].draft.typed
    swapped = leader.get(page, base | {"a.least": "", "b.least": "9", "edit": "b"}, headers={"HX-Request": "true"})
    assert swapped["HX-Push-Url"] == f"{page}?agreement={KEY}&first=2016&last=2019&a.least=9&edit=a"
    for odd in ({"edit": "z"}, {"add": "q"}, {"add": "a."}, {"take": "a", "start.a": "kept:99999999999"}, {"take": "b"}, {"drop": "a"},
                {"a.formula.items..price": "1"}, {"a.formula.items.nh3n.steps.99.price": "1"}, {"a.": "x"}, {"a.formula.kind": "none"}):  # fmt: skip
        assert leader.get(page, base | odd, follow=True).status_code == 200, odd


def test_an_item_that_is_measured_can_be_added(load: Callable[..., None], reader: Callable[..., Client]) -> None:
    load({"2017-03": 1.5})
    leader, page = reader("leader"), at("compensation-simulator")
    base = {"agreement": KEY, "first": "2017", "last": "2017"}
    asked = leader.get(page, base | {"add": "a.formula.items", "a.item": "bod5"})
    assert 'name="a.formula.items.bod5.limit"' in asked.content.decode()
    offered = {key for key, _name in asked.context["editing"].addable}
    assert "total_nitrogen" in offered and not offered & {"do", "ph", "flow", "nh3n", "bod5"}
    added = {"a.formula.items.bod5.property": "bod5", "a.formula.items.bod5.limit": "1", "a.formula.items.bod5.price": "100"}
    made = leader.get(page, base | added).context["made"]
    # 53568 in force, and 1 mg/L above 1 at 10 m3/s in March: 26.784 t at 100 yuan
    assert str(made.others[0].total.net) == "56246.40"


def test_funds_and_areas(reader: Callable[..., Client]) -> None:
    leader = reader("leader")
    text = leader.get(at("compensation-funds") + "?fund=basin-2016").content.decode()
    assert "1,958.33" in text and "together the fund of 5,200" in text
    for year in ("0000", "9999", "2998", "x", "1900"):
        assert leader.get(at("compensation-areas") + f"?year={year}").status_code == 200, year
    assert "area missing" in leader.get(at("compensation-areas")).content.decode(), "no return is on record"
    assert (
        "No rate" in leader.get(at("compensation-areas") + "?year=2001").content.decode()
        or "area missing" in leader.get(at("compensation-areas") + "?year=2001").content.decode()
    )
