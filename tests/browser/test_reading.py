"""Pages as a reader meets them: in two languages and widths, with and without scripts, by mouse and by keyboard."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.reader import DESKTOP, PHONE, Reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/",
    "/indicators/",
    "/indicators/3/",
    "/indicators/19/",
    "/tasks/",
    "/tasks/?view=timeline&system=culture",
    "/tasks/112/",
    "/projects/",
    "/projects/26/",
    "/departments/",
    "/departments/environmental-protection-bureau/",
    "/plan-check/",
    "/search/?q=slfgl",
    "/account/log-in/",
    "/nope/",
]

MakeReader = Callable[..., Reader]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_fits_its_window_and_breaks_no_rule(reader: MakeReader, size: dict[str, int], language: str) -> None:
    """No sideways scrolling, no script error, nothing refused by the security policy, nothing from another server."""
    one = reader(size, language)
    for path in PAGES:
        one.open(path)
        assert one.overflow <= 0, path
    one.faults = [fault for fault in one.faults if "404" not in fault]  # the page that is not there
    assert one.faults == [] and one.foreign == []


def test_a_chart_is_drawn_and_read_out_by_the_arrow_keys(reader: MakeReader) -> None:
    """Water use: baseline 7.82 in 2012, cap 8.45 in 2015."""
    one = reader(language="en")
    one.open("/indicators/9/")
    chart = one.page.locator("[data-chart]").first
    chart.scroll_into_view_if_needed()
    chart.locator("canvas").wait_for()
    drawn = chart.evaluate(
        "place => { const c = place.querySelector('canvas'); const d = c.getContext('2d')"
        ".getImageData(0, 0, c.width, c.height).data; let n = 0;"
        " for (let i = 3; i < d.length; i += 4) if (d[i]) n++; return n; }"
    )
    assert drawn > 1000
    chart.focus()
    one.page.keyboard.press("ArrowRight")
    assert one.page.locator("#announcer").inner_text().startswith("2012; ")
    assert "Baseline: 7.82" in one.page.locator("#announcer").inner_text()
    one.page.keyboard.press("End")
    assert "2020" in one.page.locator("#announcer").inner_text()
    assert "Target: 8.97" in one.page.locator("#announcer").inner_text()
    one.page.keyboard.press("ArrowRight")
    assert "2020" in one.page.locator("#announcer").inner_text()


def test_a_filter_works_while_typing_and_is_in_the_address(reader: MakeReader) -> None:
    one = reader(language="en")
    one.open("/tasks/")
    rows = one.page.locator("#results tbody tr")
    assert rows.count() == 50
    one.page.select_option("#filter-system", "culture")
    expect(rows).to_have_count(16)
    assert "system=culture" in one.page.url
    expect(one.page.locator("#announcer")).to_have_text("16 rows found")
    one.page.locator("#filter-q").press_sequentially("lj", delay=20)
    expect(rows).not_to_have_count(16)
    # The address alone shows the same rows to somebody else.
    left = rows.count()
    one.open(one.page.url.removeprefix(one.address))
    assert rows.count() == left


def test_going_back_undoes_a_filter(reader: MakeReader) -> None:
    one = reader()
    one.open("/projects/")
    one.page.select_option("#filter-programme", index=1)
    rows = one.page.locator("#results tbody tr:not(.group-row)")
    expect(rows).not_to_have_count(53)
    one.page.go_back()
    expect(rows).to_have_count(53)


def test_a_filter_that_fails_says_so_and_keeps_the_rows(reader: MakeReader) -> None:
    one = reader(language="en")
    one.open("/indicators/")
    one.page.route("**/indicators/?**", lambda route: route.abort())
    one.page.select_option("#filter-category", "economy")
    notice = one.page.locator("#load-failed")
    notice.wait_for(state="visible")
    assert "did not answer" in notice.inner_text()
    assert one.page.locator("#results tbody tr:not(.group-row)").count() == 57
    one.page.unroute("**/indicators/?**")
    one.page.select_option("#filter-category", "culture")
    expect(one.page.locator("#results tbody tr:not(.group-row)")).to_have_count(7)
    assert not notice.is_visible()


def test_without_scripts_everything_is_still_there(reader: MakeReader) -> None:
    one = reader(language="en", scripts=False)
    one.open("/tasks/")
    one.page.select_option("#filter-system", "space")
    one.page.locator("noscript button, form.filters button[type=submit]").first.click()
    one.page.wait_for_load_state()
    assert one.page.locator("#results tbody tr").count() == 23
    one.page.locator("thead a", has_text="Due").click()
    assert "sort=due" in one.page.url and "system=space" in one.page.url
    one.open("/indicators/9/")
    one.page.locator("details.chart-table summary").first.click()
    assert "8.45" in one.page.locator("details.chart-table table").first.inner_text()


def test_the_keyboard_reaches_the_content_first(reader: MakeReader) -> None:
    one = reader(language="en")
    one.open("/departments/")
    one.page.keyboard.press("Tab")
    link = one.page.locator(".skip-link")
    assert link.evaluate("e => e === document.activeElement") and link.bounding_box()["y"] >= 0
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "main"


def test_the_menu_of_a_phone_opens_and_leads_on(reader: MakeReader) -> None:
    one = reader(PHONE)
    one.open("/")
    menu = one.page.locator("#site-menu")
    assert not menu.is_visible()
    one.page.locator(".navbar-toggler").tap()
    one.page.locator("#site-menu .nav-link", has_text="任务").tap()
    one.page.wait_for_url("**/tasks/")


def test_the_language_switch_keeps_the_page(reader: MakeReader) -> None:
    one = reader()
    one.open("/tasks/?system=culture&sort=-due")
    one.page.locator(".language-switch button").click()
    one.page.wait_for_load_state()
    assert one.page.url.endswith("/tasks/?system=culture&sort=-due")
    assert one.page.locator("h1").inner_text() == "Tasks"


def test_logging_in_comes_back_to_the_page(reader: MakeReader) -> None:
    from ecociv.people.actions import SAMPLE_PASSWORD, create_sample_accounts

    create_sample_accounts("jingdezhen", department="environmental-protection-bureau", county="x")
    one = reader(language="en")
    one.open("/tasks/9/")
    one.page.locator(".site-tools a", has_text="Log in").click()
    one.page.fill("[name=username]", "auditor")
    one.page.fill("[name=password]", SAMPLE_PASSWORD)
    one.page.locator("main button[type=submit]").click()
    one.page.wait_for_url("**/tasks/9/")
    # The auditor reads the history of the row.
    assert one.page.get_by_text("Changes of this row").is_visible()
    one.page.locator(".site-tools .dropdown-toggle").click()
    one.page.get_by_text("Log out").click()
    one.page.wait_for_load_state()
    assert one.page.locator(".site-tools").get_by_text("Log in").is_visible()


def test_on_paper_there_are_no_controls(reader: MakeReader) -> None:
    one = reader()
    one.open("/tasks/?system=culture")
    one.page.emulate_media(media="print")
    for control in (".site-head", ".filters", ".exports"):
        assert not one.page.locator(control).first.is_visible(), control
    assert one.page.locator("#results table").is_visible()


def _picture(one: Reader, name: str) -> bytes:
    """The page as a picture; kept for the documentation when ``ECOCIV_PICTURES`` names a folder (make pictures)."""
    picture: bytes = one.page.screenshot(full_page=True)
    if folder := os.environ.get("ECOCIV_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, f"{name}.png").write_bytes(picture)
    return picture


def test_the_sample_zone_from_light_to_day(reader: MakeReader, tmp_path: Path, settings: Any) -> None:
    """The walk of a figure: overview, light, indicator, arithmetic, the days, one day's index."""
    from ecociv.indicators.models import IndicatorValue
    from ecociv.indicators.sample import load_sample

    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    load_sample("jingdezhen")
    one = reader(language="en")
    one.open("/?on=2016-12-31")
    assert "Sample data" in one.page.locator(".sample-banner").inner_text()
    assert one.page.locator(".light-list .light").count() > 3
    assert len(_picture(one, "overview-en")) > 50_000
    chinese = reader()
    chinese.open("/?on=2016-12-31")
    _picture(chinese, "overview-zh")
    chinese.open("/indicators/9/")
    chinese.page.locator("[data-chart] canvas").first.wait_for()
    _picture(chinese, "indicator-zh")
    one.open("/indicators/35/")
    good_days = IndicatorValue.objects.filter(series="35", place="jingdezhen", year=2016).newest().get()
    assert 90 < float(good_days.figure) < 100  # the sample's own anchor is about 95
    assert f"{good_days.figure} %" in one.page.locator(".tile-figure").first.inner_text()
    assert one.page.locator(".sample-mark").count() >= 1
    one.page.locator("[data-chart] canvas").first.wait_for()
    one.page.get_by_text("The days behind this value").click()
    one.page.wait_for_load_state()
    assert one.page.locator("tbody tr").count() == 62
    one.page.get_by_role("link", name="2016-01-01").click()
    one.page.wait_for_load_state()
    assert "IAQI" in one.page.locator(".trace").first.inner_text()
    for path in ("/", "/indicators/", "/indicators/35/", "/tasks/", "/plan-check/", "/indicators/35/days/"):
        one.open(path)
        assert one.page.locator(".sample-banner").is_visible(), path
    assert one.faults == []
