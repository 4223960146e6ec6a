"""The map page over a layer of many parcels: frames, long tasks and waiting on a scripted walk, beside the walk over nothing.

    python benchmarks/territory_map.py [--polygons 200000] [--folder DIR] [--port 8137] [--repeat 1] [--graphics]

A server is started on a folder of its own with three public layers: ``parcels``, generated (``tessellation.py``, about 50
vertices each), ``sheet``, one parcel as large as all of them, and ``corner``, a single small parcel. Headless Chromium opens the map of layers, 1280 x 900, and walks: pans and zooms
from zoom 7 to 14 and back, each an animation of 0.7 s at an even pace, the next begun when the view is complete. The walks:

- ``corner``: the same page and walk with nothing to draw: what the page, MapLibre and the renderer take by themselves;
- ``sheet``: one rectangle that fills the view: what it costs the renderer to colour every pixel, whatever the number of parcels;
- ``ahead``: the parcels as a first reader meets them, with the tiles that the job beside the server makes ahead;
- ``kept``: the same walk by a second reader, whose browser has nothing and for whom the server has kept every tile;
- ``cold``: no tile kept at all.

Frames are the intervals between animation frames from the start of a movement to its end (``moving``) and to the complete view
(``all``); long tasks are those of the main thread above 50 ms; ``complete`` is the time from the end of a movement to the complete
view. Processor seconds are of the server, of the page's process, and of the process that draws (without a graphics card: WebGL
on the processor). ``--graphics`` lets Chromium use a graphics card, where there is one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

ZONE = "jingdezhen"
SECONDS = 0.7
WALK: tuple[tuple[float, float, float], ...] = (
    (115.4, 27.6, 7), (115.4, 27.6, 8), (116.6, 27.6, 8), (116.6, 27.6, 9), (116.0, 27.6, 9), (116.0, 27.2, 9), (116.0, 27.2, 10),
    (116.3, 27.2, 10), (116.3, 27.0, 10), (116.3, 27.0, 11), (116.15, 27.0, 11), (116.15, 27.0, 12), (116.2, 27.0, 12),
    (116.2, 27.0, 13), (116.2, 27.0, 14), (116.215, 27.0, 14), (116.215, 27.0, 12), (116.215, 27.0, 10), (115.9, 27.0, 10),
    (115.9, 27.0, 9), (115.9, 27.0, 8), (116.25, 27.25, 7),
)  # fmt: skip
"""Longitude, latitude and zoom to go to, one after the other: pans of some 300 to 450 pixels, zooms by one or two levels."""

START = "at=7.00/27.25000/116.25000"
_TICK = os.sysconf("SC_CLK_TCK")

_WATCH = """() => {
  const seen = window.ecocivSeen = { frames: [], long: [], drawn: 0 };
  document.getElementById("territory-map").territoryMap.on("render", () => { seen.drawn += 1; });
  const frame = (now) => { seen.frames.push(now); requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.long.push([one.startTime, one.duration]); })
    .observe({ type: "longtask" });
}"""

_STEP = """async ([longitude, latitude, zoom, duration]) => {
  const map = document.getElementById("territory-map").territoryMap;
  const easing = (share) => share;
  const begun = performance.now();
  let moved = begun;
  const ended = new Promise((done) => map.once("moveend", () => { moved = performance.now(); done(); }));
  map.easeTo({ center: [longitude, latitude], zoom, duration, easing });
  const idle = new Promise((done) => map.once("idle", done));
  await ended;
  await idle;
  return [begun, moved, performance.now()];
}"""


def main() -> None:
    """Prepare, walk, print."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--polygons", type=int, default=200_000)
    arguments.add_argument("--folder", type=Path, help="kept and used again; a temporary one, when not given")
    arguments.add_argument("--port", type=int, default=8137)
    arguments.add_argument(
        "--repeat", type=int, default=1, help="walks of each kind; frames are put together"
    )
    arguments.add_argument("--graphics", action="store_true", help="let Chromium use a graphics card")
    given = arguments.parse_args()
    made = Path(tempfile.mkdtemp(prefix="ecociv-map-")) if given.folder is None else given.folder.resolve()
    made.mkdir(parents=True, exist_ok=True)
    try:
        prepare(made, given.polygons)
        with server(made, given.port) as running:
            measure(made, given, running)
    finally:
        if given.folder is None:
            shutil.rmtree(made, ignore_errors=True)


def environment(folder: Path) -> dict[str, str]:
    """The environment of the server and of what prepares it."""
    known = {key: value for key, value in os.environ.items() if key != "ECOCIV_DATABASE_URL"}
    return {**known, "ECOCIV_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "ecociv.server.settings"}


def prepare(folder: Path, polygons: int) -> None:
    """Database, scripts of the pages and the layers, unless they are there."""
    done = folder / f"layers-{polygons}.done"
    if done.exists():
        return
    installed = Path(os.environ.get("ECOCIV_VAR") or Path(__file__).resolve().parents[1] / "var")
    for name in ("static-vendor", "fonts"):
        if (installed / name).is_dir() and not (folder / name).exists():
            (folder / name).symlink_to((installed / name).resolve())
    start = [sys.executable, "-m", "ecociv.server.start", "--no-sample", "--prepare-only"]
    subprocess.run(start, env=environment(folder), check=True, stdout=subprocess.DEVNULL)
    layers = f"import django; django.setup(); import territory_map; territory_map.add_layers({polygons})"
    place = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])}
    subprocess.run([sys.executable, "-c", layers], env=environment(folder) | place, check=True)
    done.touch()


def add_layers(polygons: int) -> None:
    """Record the layers (in a process of its own, with Django set up)."""
    import datetime as dt

    import shapely
    from tessellation import EXTENT, Tessellation

    from ecociv.core.text import Text
    from ecociv.territory.actions import AddLayerVersion
    from ecociv.territory.layers.features import Features
    from ecociv.territory.layers.kinds import layer_kind

    keys = np.asarray(sorted(layer_kind("land-survey").class_names()), dtype=object)
    shapes, classes, numbers = Tessellation(polygons).arrays()
    corner = np.asarray([shapely.box(114.0, 25.0, 114.01, 25.01)], dtype=object)
    sheet = np.asarray([shapely.box(*EXTENT)], dtype=object)
    for key, geometries, of_class, identities in (
        ("parcels", shapes, keys[[int(one) for one in classes]], [f"P{number}" for number in numbers]),
        ("sheet", sheet, keys[:1], ["S1"]),
        ("corner", corner, keys[:1], ["C1"]),
    ):
        AddLayerVersion(
            Features.of(geometries, identities, of_class),
            ZONE,
            key,
            "land-survey",
            f"{len(geometries)} generated parcels",
            "benchmark",
            dt.date(2000, 1, 1),
            layer_title=Text(zh=key, en=key),
            confidentiality="public",
            sample=True,
        ).execute()


def make_ahead(folder: Path) -> str:
    """Let the job's work be done; what it took."""
    code = (
        "import django, time; django.setup(); from ecociv.territory.tiles.cache import prepare_large; "
        "prepare_large(3600); print(f'{time.process_time():.1f}')"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment(folder), check=True, capture_output=True, text=True
    )
    return ran.stdout.strip()


def forget_tiles(folder: Path) -> None:
    """Remove kept tiles, not the overviews, and not the note that says that tiles were made ahead."""
    for path in (folder / "tiles").rglob("*.mvt.gz"):
        path.unlink()


def tiles_of(folder: Path) -> list[int]:
    """Sizes of the kept tiles."""
    return [path.stat().st_size for path in (folder / "tiles").rglob("*.mvt.gz")]


@contextmanager
def server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server on the folder, ended with its jobs."""
    command = [sys.executable, "-m", "ecociv.server.start", "--no-sample", "--port", str(port)]
    log = (folder / "server.log").open("wb")
    running = subprocess.Popen(
        command, env=environment(folder), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        for _ in range(240):
            if running.poll() is not None:
                raise SystemExit((folder / "server.log").read_text())
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/territory/map", timeout=5).close()
                break
            except OSError:
                time.sleep(0.5)
        yield running
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(20)
        log.close()


def measure(folder: Path, given: argparse.Namespace, running: subprocess.Popen[bytes]) -> None:
    """Walk over each state, print it beside the walk over nothing."""
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--no-first-run", "--disable-background-networking"]
    flags += (
        ["--enable-gpu", "--ignore-gpu-blocklist"]
        if given.graphics
        else ["--disable-gpu", "--enable-unsafe-swiftshader"]
    )
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    address = f"http://127.0.0.1:{given.port}/territory/map?{START}&layers="
    ahead = make_ahead(folder)
    sizes = tiles_of(folder)
    say(
        f"{given.polygons:,} parcels; made ahead: {len(sizes)} tiles, {sum(sizes) / 1024**2:.1f} MB, {ahead} s of the processor"
    )
    nothing: dict[str, Any] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        for name, layer in (
            ("corner", "corner"),
            ("sheet", "sheet"),
            ("ahead", "parcels"),
            ("kept", "parcels"),
            ("cold", "parcels"),
        ):
            walks = []
            for turn in range(given.repeat):
                if name == "cold":
                    forget_tiles(folder)
                elif name == "ahead" and turn:
                    forget_tiles(folder)
                    for note in (folder / "tiles").rglob("ahead"):
                        note.unlink()
                    make_ahead(folder)
                before = len(tiles_of(folder))
                walks.append(walk(browser, address + f"{layer}:70", running.pid))
                walks[-1]["made"] = len(tiles_of(folder)) - before
            found = told(name, walks, nothing)
            if name == "corner":
                nothing = found
        browser.close()


def walk(browser: Any, address: str, server_pid: int) -> dict[str, Any]:
    """One walk in a browser that has kept nothing: steps, frames, long tasks, processor seconds."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    opened = time.perf_counter()
    page.goto(address)
    page.locator("#territory-map[data-ready]").wait_for(state="attached", timeout=120_000)
    first = time.perf_counter() - opened
    page.evaluate(_WATCH)
    page.wait_for_timeout(300)
    used = processor(server_pid)
    steps = [page.evaluate(_STEP, [*step, SECONDS * 1000]) for step in WALK]
    seen = page.evaluate("() => window.ecocivSeen")
    after = processor(server_pid)
    context.close()
    spent = {kind: after[kind] - used[kind] for kind in after}
    # The machine may be shared: what a drawing of the map costs, whatever waiting lies between two.
    for kind in ("page", "drawing"):
        spent[f"ms of {kind} a drawing"] = spent[kind] * 1000 / max(1, seen["drawn"])
    return {"steps": steps, "frames": seen["frames"], "long": seen["long"], "spent": spent, "first": first}


def told(name: str, walks: list[dict[str, Any]], nothing: dict[str, Any]) -> dict[str, Any]:
    """Print the figures of walks of one kind; ratios to the walk over nothing stand in brackets."""
    moving, whole, complete, long = [], [], [], []
    for one in walks:
        frames = np.asarray(one["frames"])
        intervals, ends = np.diff(frames), frames[1:]
        for begun, moved, done in one["steps"]:
            moving.append(intervals[(ends > begun) & (ends <= moved)])
            whole.append(intervals[(ends > begun) & (ends <= done)])
            complete.append(done - moved)
        long += [duration for _start, duration in one["long"]]
    figures: dict[str, Any] = {
        "moving": quantiles(np.concatenate(moving)),
        "all": quantiles(np.concatenate(whole)),
        "spent": {kind: sum(one["spent"][kind] for one in walks) / len(walks) for kind in walks[0]["spent"]},
    }
    say(f"\n{name}: {sum(map(len, moving)):,} frames moving, page complete after {walks[0]['first']:.1f} s")
    for what in ("moving", "all"):
        say(f"  frames, {what}: " + ", ".join(told_quantiles(figures[what], nothing.get(what))) + " ms")
    late = np.asarray(complete)
    say(
        f"  complete after a movement: p50 {np.median(late):.0f}, p95 {np.quantile(late, 0.95):.0f}, most {late.max():.0f} ms"
    )
    say(f"  long tasks: {len(long)}, longest {max(long, default=0):.0f} ms, together {sum(long):.0f} ms")
    say(
        "  processor, s from the first view on: "
        + ", ".join(told_quantiles(figures["spent"], nothing.get("spent"), 1))
    )
    say(f"  tiles made: {', '.join(str(one['made']) for one in walks)}")
    return figures


def quantiles(intervals: Any) -> dict[str, float]:
    """Median and upper quantiles."""
    return {f"p{share}": float(np.quantile(intervals, share / 100)) for share in (50, 95, 99)} | {
        "most": float(intervals.max())
    }


def told_quantiles(figures: dict[str, float], nothing: dict[str, float] | None, digits: int = 0) -> list[str]:
    """Figures with their ratio to those of the walk over nothing."""
    return [
        f"{name} {value:.{digits}f}"
        + (f" ({value / nothing[name]:.1f})" if nothing and nothing[name] else "")
        for name, value in figures.items()
    ]


def processor(server_pid: int) -> dict[str, float]:
    """Processor seconds so far of the server, and of the browser's processes by kind."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            seconds[int(entry.name)] = (int(fields[11]) + int(fields[12])) / _TICK
    found = {"server": 0.0, "page": 0.0, "drawing": 0.0, "rest of the browser": 0.0}
    for pid, used in seconds.items():
        above = pid
        while above in parents and above not in {server_pid, os.getpid()}:
            above = parents[above]
        if above == server_pid:
            found["server"] += used
        elif above == os.getpid() and pid != above:
            found[kind_of(pid)] += used
    return found


def kind_of(pid: int) -> str:
    """What a process of the browser does."""
    try:
        said = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        said = b""
    if b"--type=gpu-process" in said:
        return "drawing"
    return "page" if b"--type=renderer" in said else "rest of the browser"


def say(line: str) -> None:
    """A line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
