"""Server time of the page of each of the 49 indicators, on SQLite with the sample zone of six years.

    python benchmarks/indicator_page.py [--repeat 5] [--limit-ms 200] [--language zh-hans]

The zone is set up in a folder of its own and thrown away. Each page is asked for once to fill the caches of the process,
then ``--repeat`` times; the time is that of the whole request in the server, without network and browser. The exit code
is 1 when the slowest page (its median) is over the limit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

ZONE = "jingdezhen"


def set_up(folder: Path) -> None:
    """A database with the plan and the sample evidence in ``folder``."""
    os.environ["ECOCIV_VAR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "ecociv.server.settings"
    os.environ.pop("ECOCIV_DATABASE_URL", None)
    import django
    from django.conf import settings

    # Addresses of static files without the set-up that copies and hashes them.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    django.setup()
    from django.core.management import call_command

    from ecociv.indicators.sample import load_sample
    from ecociv.plan.actions import LoadZonePackage

    call_command("migrate", verbosity=0)
    LoadZonePackage(ZONE).execute()
    load_sample(ZONE)


def measure(repeat: int, language: str) -> tuple[dict[int, list[float]], list[float]]:
    """Milliseconds of each request by indicator, and the processor's milliseconds of all of them."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    client = Client(headers={"host": "localhost"})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    times: dict[int, list[float]] = {}
    busy: list[float] = []
    for number in range(1, 50):
        address = reverse("portal:indicator", args=[number])
        for turn in range(repeat + 1):
            start, worked = time.perf_counter(), time.process_time()
            response = client.get(address)
            taken = (time.perf_counter() - start) * 1000
            if response.status_code != 200:
                raise SystemExit(
                    f"{address} answered {response.status_code}; the page must open before it is measured."
                )
            if turn:
                times.setdefault(number, []).append(taken)
                busy.append((time.process_time() - worked) * 1000)
    return times, sorted(busy)


def main() -> int:
    """Set up, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--limit-ms", type=float, default=200)
    parser.add_argument("--language", default="zh-hans")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ecociv-benchmark-") as folder:
        start = time.perf_counter()
        set_up(Path(folder))
        print(f"set-up: {time.perf_counter() - start:.1f} s")
        times, busy = measure(given.repeat, given.language)
    every = sorted(one for of_page in times.values() for one in of_page)
    medians = {number: statistics.median(of_page) for number, of_page in times.items()}
    slowest = max(medians, key=lambda number: medians[number])
    p95 = every[min(len(every) - 1, int(0.95 * len(every)))]
    print(f"{len(every)} requests of {len(medians)} pages, language {given.language}")
    print(f"p50 {statistics.median(every):.1f} ms, p95 {p95:.1f} ms, max {every[-1]:.1f} ms")
    print(f"of which processor time: p50 {statistics.median(busy):.1f} ms, max {busy[-1]:.1f} ms")
    print(
        f"slowest page: indicator {slowest}, median {medians[slowest]:.1f} ms (limit {given.limit_ms:g} ms)"
    )
    return int(medians[slowest] > given.limit_ms)


if __name__ == "__main__":
    raise SystemExit(main())
