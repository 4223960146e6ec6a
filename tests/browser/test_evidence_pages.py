"""Evidence pages as a reader meets them: they fit, draw their maps and charts, and ask no other server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.reader import DESKTOP, PHONE, Reader
from portal.evidence_for_pages import HEADER, day_of_air, load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MakeReader = Callable[..., Reader]
KEY = "jingdezhen-stations-hourly/jingdezhen-shouyizhan/pm2_5"
WATER = "section,month,ph,do,codmn,cod,bod5,nh3n,tp"


@pytest.fixture
def evidence(settings: Any, tmp_path: Path, server: str) -> None:
    from ecociv.evidence.mapping import load_mapping

    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    load(tmp_path, "jingdezhen-stations-hourly", HEADER, day_of_air("20170301"))
    mapping = load_mapping("water-zones-monthly")
    cells = {mapping.place.column: "示例断面16", mapping.time.date.column: "2017-03", "ph": "7", "do": "8", "nh3n": "1.25"}
    row = ",".join(cells.get(str(column), "") for column in mapping.columns)
    load(tmp_path, "water-zones-monthly", ",".join(mapping.columns), [row], name="water.csv")


@pytest.mark.usefixtures("evidence")
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_evidence_page_fits_and_breaks_no_rule(reader: MakeReader, size: dict[str, int]) -> None:
    one = reader(size, "en")
    for path in ("/stations/", f"/series/{KEY}/", "/air/", "/water/", "/water/section-16/", "/documents/"):
        one.open(path)
        assert one.overflow <= 0, path
    # Drawing maps without a graphics card makes the browser talk of the driver's speed; that is no fault of the page.
    assert [fault for fault in one.faults if "GL Driver Message" not in fault and "GPU" not in fault] == []
    assert one.foreign == []


@pytest.mark.usefixtures("evidence")
def test_the_chart_of_a_series_is_read_out_and_opens_revisions(reader: MakeReader) -> None:
    one = reader(DESKTOP, "en")
    one.open(f"/series/{KEY}/?window=day")
    chart = one.page.locator("[data-series-chart]")
    chart.locator("canvas").first.wait_for()
    chart.focus()
    one.page.keyboard.press("Home")
    assert "2017-03-01: 40" in one.page.locator("#announcer").inner_text()
    one.page.keyboard.press("Enter")
    expect(one.page.locator("#point")).to_contain_text("Revisions of 2017-03-01 00:00")
    expect(one.page.locator("#point")).to_contain_text("file.csv, row 2")


@pytest.mark.usefixtures("evidence")
def test_the_map_is_drawn_or_says_that_it_cannot_be(reader: MakeReader) -> None:
    one = reader(DESKTOP, "en")
    one.open("/water/")
    place = one.page.locator("[data-map]")
    expect(place).to_have_attribute("data-drawn", "")
    one.page.wait_for_function(
        "() => { const m = document.querySelector('[data-map]'); return 'ready' in m.dataset || m.classList.contains('map-failed'); }"
    )


@pytest.mark.usefixtures("evidence")
def test_as_of_stays_in_the_address_and_leads_back(reader: MakeReader) -> None:
    one = reader(DESKTOP, "en", scripts=False)
    one.open("/water/")
    one.page.fill("#as-of-day", "2017-01-31")
    one.page.click(".as-of button")
    expect(one.page.locator(".as-of-banner")).to_contain_text("2017-01-31 23:59")
    expect(one.page.locator("main")).to_contain_text("No monthly tests of water")
    one.page.click(".as-of-banner a")
    expect(one.page.locator("main")).to_contain_text("misses the target")
