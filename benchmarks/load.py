"""Fifty people at once: what pages and steps take while everybody works, and whether anything fails.

Run a prepared server (``make run``), then ``python benchmarks/load.py --address http://127.0.0.1:8000``. Each of the
``--people`` logs in with a sample account and, for ``--seconds``, reads pages and now and then takes a step of a case,
with a pause for reading between two clicks. Prints count, errors, median, 99th percentile and longest time of each kind.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from http.cookiejar import CookieJar

ACCOUNTS = ("department", "county", "office", "leader", "auditor")
PAGES = (
    "/",
    "/indicators/",
    "/tasks/",
    "/tasks/112/",
    "/departments/",
    "/cases/",
    "/cases/inbox/",
    "/cases/overdue/",
    "/notices/",
    "/supervision/",
    "/board/",
)


SPREAD = 30.0
"""Seconds over which people arrive: a password takes a core a third of a second, on purpose."""


class Person:
    """Somebody at a browser."""

    def __init__(self, address: str, account: str, seed: int, password: str) -> None:
        self.address = address
        self.account = account
        self.password = password
        self.chance = random.Random(seed)
        self.cookies = CookieJar()
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.took: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def ask(self, kind: str, path: str, data: dict[str, str] | None = None) -> str:
        """One request, timed; a status of 400 or more is an error."""
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(self.address + path, data=body)  # noqa: S310 - an address of our own
        request.add_header("Referer", self.address + path)
        started = time.perf_counter()
        try:
            with self.browser.open(request, timeout=60) as answer:
                text = str(answer.read().decode())
        except (urllib.error.URLError, OSError) as error:
            self.errors.append(f"{self.account} {path}: {error}")
            text = ""
        self.took[kind].append(time.perf_counter() - started)
        return text

    def token(self, page: str) -> str:
        """The token of the form on a page."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        return found.group(1) if found else ""

    def work(self, until: float, pause: float) -> None:
        """Log in, then read and act until the time is over."""
        time.sleep(self.chance.uniform(0, SPREAD))
        page = self.ask("log-in page", "/account/log-in/")
        self.ask(
            "log in",
            "/account/log-in/",
            {"username": self.account, "password": self.password, "csrfmiddlewaretoken": self.token(page)},
        )
        while time.perf_counter() < until:
            if self.account == "office" and self.chance.random() < 0.25:
                self.note()
            else:
                path = self.chance.choice(PAGES)
                self.ask("page", path)
            time.sleep(self.chance.uniform(0, 2 * pause))

    def note(self) -> None:
        """A note on some case of the list."""
        cases = re.findall(r'href="(/cases/[a-z-]+/[^"/]+/)"', self.ask("page", "/cases/"))
        cases = [path for path in cases if not path.startswith(("/cases/new/", "/cases/types/"))]
        if not cases:
            return
        path = self.chance.choice(cases)
        page = self.ask("case page", path)
        forms = re.findall(r'<form[^>]*action="([^"]*note[^"]*)"', page)
        if forms:
            self.ask(
                "note",
                forms[0],
                {"reason": f"已联系（{time.time():.0f}）", "csrfmiddlewaretoken": self.token(page)},
            )


def main() -> None:
    """Let everybody work, then print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=3.0, help="mean seconds between two clicks of one person")
    parser.add_argument("--password", default="ecociv-sample")
    options = parser.parse_args()
    people = [
        Person(options.address, ACCOUNTS[number % len(ACCOUNTS)], number, options.password)
        for number in range(options.people)
    ]
    until = time.perf_counter() + SPREAD + options.seconds
    threads = [threading.Thread(target=person.work, args=(until, options.pause)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took: dict[str, list[float]] = defaultdict(list)
    for person in people:
        for kind, times in person.took.items():
            took[kind] += times
    rows = []
    for kind, times in sorted(took.items()):
        times.sort()
        rows.append(
            {
                "kind": kind,
                "count": len(times),
                "p50_ms": round(statistics.median(times) * 1000),
                "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))] * 1000),
                "longest_ms": round(times[-1] * 1000),
            }
        )
    errors = [line for person in people for line in person.errors]
    print(json.dumps({"people": len(people), "rows": rows, "errors": len(errors), "first": errors[:5]}, indent=1))


if __name__ == "__main__":
    main()
