"""One page in the browser, with everything that went wrong on it."""

from __future__ import annotations

import time
from typing import Any

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class Reader:
    """A page in the browser, with everything that went wrong on it."""

    def __init__(self, page: Any, address: str, scripts: bool = True) -> None:
        self.page = page
        self.address = address
        self.scripts = scripts
        self.faults: list[str] = []
        self.foreign: list[str] = []
        page.on("console", lambda m: self.faults.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        self._loading: set[Any] = set()
        page.on("request", self._note)
        page.on("requestfinished", lambda request: self._loading.discard(request))
        page.on("requestfailed", lambda request: self._loading.discard(request))

    def _note(self, request: Any) -> None:
        if request.resource_type != "eventsource":  # which stays open as long as the page
            self._loading.add(request)
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self, path: str) -> Any:
        """Open an address of the server and wait until nothing is loading."""
        self._loading.clear()
        answer = self.page.goto(self.address + path)
        self.settle()
        return answer

    def settle(self) -> None:
        """Wait until nothing is loading and the scripts have nothing left to do, twice within a tenth of a second.

        The browser's own measure of an idle network waits for half a second on every page; it is asked where something
        goes on for long.
        """
        self.page.wait_for_load_state()
        end, calm = time.monotonic() + 10, 0
        while calm < 2:
            if self.scripts:  # without them nothing would ever answer
                self.page.evaluate(
                    "() => new Promise(done => requestIdleCallback(() => done(), {timeout: 1000}))"
                )
            self.page.wait_for_timeout(50)
            calm = 0 if self._loading else calm + 1
            if time.monotonic() > end:
                self.page.wait_for_load_state("networkidle")
                return

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
