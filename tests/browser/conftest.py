"""A headless Chromium and a server with the plan, for tests that look at pages as a reader does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from browser.reader import DESKTOP, Reader

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, or a skip with the reason."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine: install it to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def server(live_server: Any, transactional_db: None, settings: Any) -> Iterator[str]:
    """Address of a server that holds the plan of Jingdezhen."""
    from ecociv.plan.actions import LoadZonePackage
    from ecociv.plan.queries import forget_packages

    settings.ALLOWED_HOSTS = ["*"]
    forget_packages()
    LoadZonePackage("jingdezhen").execute()
    yield live_server.url
    forget_packages()


@pytest.fixture
def reader(chromium: Any, server: str) -> Iterator[Callable[..., Reader]]:
    """Make a reader with a window of some size, a language, and scripts on or off."""
    contexts = []

    def make(size: dict[str, int] | None = None, language: str = "zh-hans", scripts: bool = True) -> Reader:
        window = size or DESKTOP
        context = chromium.new_context(
            viewport=window,
            is_mobile=window["width"] < 500,
            has_touch=window["width"] < 500,
            java_script_enabled=scripts,
            locale="en-GB" if language == "en" else "zh-CN",
        )
        context.add_cookies([{"name": "ecociv_language", "value": language, "url": server}])
        contexts.append(context)
        return Reader(context.new_page(), server, scripts)

    yield make
    for context in contexts:
        context.close()
