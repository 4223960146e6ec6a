"""Differences, conflicts and counties as a reader meets them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.reader import DESKTOP, PHONE, Reader
from portal.indicator_records import REASON, file_and_compute, restate, use_folder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/differences/",
    "/differences/?from=2015-01-01&to=2015-02-01",
    "/conflicts/",
    "/conflicts/?show=all",
    "/counties/",
    "/indicators/9/?counties=2015",
    "/indicators/9/?as_of=2016-03-01",
    "/indicators/?as_of=2016-03-01",
    "/?as_of=2016-03-01",
]

MakeReader = Callable[..., Reader]


@pytest.fixture
def records(settings: Any, tmp_path: Path, server: str) -> None:
    """Counties that disagree with the city, and a return that was restated."""
    use_folder(settings, tmp_path)
    file_and_compute()
    restate()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.usefixtures("records")
def test_every_page_fits_its_window_and_breaks_no_rule(
    reader: MakeReader, size: dict[str, int], language: str
) -> None:
    one = reader(size, language)
    for path in PAGES:
        answer = one.open(path)
        assert answer.status == 200, path
        assert one.overflow <= 0, path
    assert one.faults == []
    assert one.foreign == []


@pytest.mark.usefixtures("records")
def test_from_the_restatement_to_the_series(reader: MakeReader) -> None:
    one = reader(language="en")
    one.open("/differences/")
    page = one.page
    expect(page.locator("#results").get_by_text(REASON).first).to_be_visible()
    row = page.locator("tbody tr").filter(has_text="GDP per person")
    expect(row).to_contain_text("4.74")
    expect(row).to_contain_text("4.85")
    row.locator("a[href*='/series/']").first.click()
    expect(page).to_have_url(f"{one.address}/series/economy/jingdezhen/gdp.current/")
    assert one.faults == []


@pytest.mark.usefixtures("records")
def test_filters_narrow_the_rows_in_place_and_keep_the_days(reader: MakeReader) -> None:
    one = reader(language="en")
    one.open("/differences/")
    page = one.page
    expect(page.locator("#results tbody tr").first).to_be_visible()
    page.locator("#filter-level").select_option("county")
    expect(page.locator("#results")).to_contain_text("Nothing matches")
    assert "run=" in page.url  # the restatement stays in the address
    assert "level=county" in page.url


@pytest.mark.usefixtures("records")
def test_the_bars_of_the_counties_are_drawn(reader: MakeReader) -> None:
    one = reader(language="en")
    one.open("/indicators/9/?counties=2015")
    chart = one.page.locator("#counties [data-chart]")
    chart.scroll_into_view_if_needed()
    chart.locator("canvas").wait_for()
    expect(one.page.locator("#counties table").last).to_contain_text("25.6 %")


@pytest.mark.usefixtures("records")
def test_the_day_of_the_knowledge_goes_along_and_back(reader: MakeReader) -> None:
    one = reader(language="en")
    one.open("/indicators/9/")
    page = one.page
    page.get_by_label("As known on").fill("2016-03-01")
    page.get_by_role("button", name="Look", exact=True).click()
    expect(page.locator(".as-of-banner")).to_contain_text("2016-03-01")
    page.locator("a[rel=next]").click()
    expect(page).to_have_url(f"{one.address}/indicators/10/?as_of=2016-03-01")
    page.get_by_role("link", name="Back to today").click()
    expect(page.locator(".as-of-banner")).to_have_count(0)
    assert "as_of" not in page.url


@pytest.mark.usefixtures("records")
def test_without_scripts_everything_is_there(reader: MakeReader) -> None:
    one = reader(language="en", scripts=False)
    one.open("/conflicts/")
    expect(one.page.locator("#results")).to_contain_text("82000")
    one.open("/counties/?year=2015")
    expect(one.page.locator("#results")).to_contain_text("GDP per person")
