"""The map of layers as a reader walks it: open, switch, ask, draw, measure, take back, compare, print, list."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from browser.reader import PHONE, Reader

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LAYERS = {"administrative-boundary", "ecological-red-line", "function-zone", "protected-area"}


@pytest.fixture
def layers(server: str) -> None:
    """Four small sample layers on the server."""
    from ecociv.territory.sample import record_sample_versions, sample_territory, sample_versions

    given = sample_territory("jingdezhen")
    assert given is not None
    some = [one for one in sample_versions(given, 120) if one.layer.key in LAYERS]
    record_sample_versions("jingdezhen", some, given, "0" * 64)


def opened(one: Reader, path: str) -> Any:
    """The page when its map is drawn."""
    one.open(path)
    one.page.locator("#territory-map[data-ready]").wait_for(state="attached", timeout=60_000)
    return one.page


def middle(page: Any) -> tuple[float, float]:
    box = page.locator("#territory-map canvas").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_walk_over_the_map(reader: Callable[..., Reader], layers: None) -> None:
    one = reader({"width": 1280, "height": 900}, "en")
    page = opened(
        one, "/territory/map?layers=ecological-red-line:70,administrative-boundary:80&on=2019-01-01"
    )
    # Switching a layer off is in the address, and in what is drawn.
    page.uncheck("#show-ecological-red-line")
    page.check("#show-function-zone")
    expect(page).to_have_url(re.compile(r"layers=function-zone:70,administrative-boundary:80&"))
    drawn = (
        "key => document.getElementById('territory-map').territoryMap.getLayoutProperty(key, 'visibility')"
    )
    assert page.evaluate(drawn, "ecological-red-line:2 fill") == "none"
    page.wait_for_function(
        "() => document.getElementById('territory-map').territoryMap"
        ".queryRenderedFeatures({layers: ['function-zone:1 fill']}).length > 0"
    )
    # What lies here: by click, then by the keyboard for the place under the cross.
    page.evaluate("window.scrollTo(0, 0)")
    x, y = middle(page)
    page.mouse.click(x, y)
    expect(page.locator("#map-found article")).to_have_count(2)
    said = page.locator("#map-found").inner_text()
    assert "m²" in said and "sample" in said
    page.locator("#map-found").evaluate("place => place.replaceChildren()")
    page.keyboard.press("i")
    expect(page.locator("#map-found article")).to_have_count(2)
    # Drawing by typed coordinates: a cell of a hundredth of a degree, 1079920 m2 by the server's formula.
    page.fill("#map-coordinates", "117.0, 29.0\n117.01, 29.0\n117.01, 29.01\n117.0, 29.01")
    page.click("#map-apply")
    expect(page.locator("#map-measured")).to_contain_text("Area of ground 1079920.4")
    sent = json.loads(page.locator("#map-site [name=geometry]").input_value())
    assert sent["type"] == "Polygon" and len(sent["coordinates"][0]) == 5
    expect(page.locator("#map-site")).to_be_visible()
    # Drawing by pointer and keyboard; taking back.
    page.click("[data-draw=line]")
    x, y = middle(page)
    page.mouse.click(x - 80, y)
    page.wait_for_timeout(320)
    page.mouse.click(x + 60, y + 20)
    expect(page.locator("#map-measured")).to_contain_text("Length")
    page.keyboard.press("Enter")
    expect(page.locator("#map-coordinates")).to_have_value(re.compile(r"^(.+\n){2}.+$"))
    page.keyboard.press("u")
    expect(page.locator("#map-coordinates")).to_have_value(re.compile(r"^.+\n.+$"))
    page.keyboard.press("f")
    expect(page.locator("[data-drawing]")).to_have_attribute("data-drawing", "done")
    page.keyboard.press("Escape")
    expect(page.locator("[data-drawing]")).to_have_attribute("data-drawing", "none")
    # Two versions side by side; the border moves by the arrow keys.
    page.locator("#map-swipe summary").click()
    page.select_option("#map-swipe-left", "ecological-red-line:1")
    page.select_option("#map-swipe-right", "ecological-red-line:2")
    page.click("#map-swipe-open")
    page.locator("#map-right[data-ready]").wait_for(state="attached", timeout=60_000)
    assert (
        min(page.locator(f"#map-{side} canvas").bounding_box()["height"] for side in ("left", "right")) > 300
    )
    page.locator("#map-swipe-place").focus()
    page.keyboard.press("End")
    assert (
        page.locator("#map-left").evaluate("pane => pane.style.clipPath").startswith("inset(0px 0% 0px 0px")
    )
    expect(page).to_have_url(re.compile("swipe=ecological-red-line:1~ecological-red-line:2"))
    # Another day keeps what is seen.
    page.fill("#map-on", "2017-01-01")
    page.locator(".map-days form").first.locator("button").click()
    page.locator("#territory-map[data-ready]").wait_for(state="attached", timeout=60_000)
    expect(page).to_have_url(
        re.compile(r"layers=function-zone:70,administrative-boundary:80&on=2017-01-01&at=")
    )
    # The sheet: 1 to 100,000 means that 100 m are one millimetre at its middle.
    link = page.locator("a[data-keeps-map=all]").get_attribute("href")
    one.page.goto(one.address + link.split(one.address)[-1] + "&scale=100000")
    page.locator("#sheet-map[data-ready]").wait_for(state="attached", timeout=60_000)
    assert page.locator("#sheet-scale").inner_text() == "1 : 100,000"
    metres = page.evaluate(
        """() => { const map = document.getElementById('sheet-map').territoryMap; const c = map.getCenter();
        const a = map.project(c); const b = map.unproject([a.x + 96 / 25.4 * 10, a.y]); return c.distanceTo(b); }"""
    )
    # Ten millimetres on paper; the library's sphere differs from the projection's by a tenth of a per cent.
    assert metres == pytest.approx(1000, rel=2e-3)
    expect(page.locator("section[data-legend=function-zone]")).to_be_visible()
    expect(page.locator("section[data-legend=ecological-red-line]")).to_be_hidden()
    # Reading the picture back for print is slow on a processor that plays the graphics card, and Chromium says so.
    assert [fault for fault in one.faults if "GPU stall" not in fault] == [] and one.foreign == []


def test_the_map_fits_a_phone_and_its_table_needs_no_script(
    reader: Callable[..., Reader], layers: None
) -> None:
    one = reader(PHONE)
    opened(one, "/territory/map?layers=protected-area:80")
    assert one.overflow <= 0 and one.faults == [] and one.foreign == []
    plain = reader(PHONE, "en", scripts=False)
    plain.open("/territory/map/table?layers=protected-area")
    assert plain.overflow <= 0
    assert plain.page.locator("tbody tr").count() == 10
