"""One page in the browser, with everything that went wrong on it."""

from __future__ import annotations

from typing import Any

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class Reader:
    """A page in the browser, with everything that went wrong on it."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.address = address
        self.faults: list[str] = []
        self.foreign: list[str] = []
        page.on("console", lambda m: self.faults.append(m.text) if m.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", self._note)

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self, path: str) -> Any:
        """Open an address of the server and wait until nothing is loading."""
        answer = self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")
        return answer

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
