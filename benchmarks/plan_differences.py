"""Differences between two plans of many polygons: time and peak memory of a comparison, outlines kept as a run keeps them.

    python benchmarks/plan_differences.py [--polygons 200000] [--workers 1] [--folder DIR]

Two irregular tessellations (``tessellation.py``, about 50 vertices a polygon) over the same extent: permanent basic farmland
on all cells of the one, a city plan of twelve classes on the other, of which the matrix sets some against farmland. Each step is
measured in a process of its own: memory is that process's peak, above what it holds before it begins.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecociv.server.settings")
CITY = ("R", "A", "B", "M", "W", "S", "U", "G", "H", "E", "R", "M")
SAY = sys.stdout.write


def generate(folder: Path, polygons: int) -> tuple[Path, Path]:
    """Write both layers as layers are written, unless they are there."""
    from tessellation import Tessellation

    from ecociv.territory.layers.features import Features
    from ecociv.territory.layers.geopackage import write_features

    made = []
    for seed, name in ((1, "farmland"), (2, "city")):
        path = folder / f"{name}-{polygons}.gpkg"
        made.append(path)
        if path.exists():
            continue
        shapes, classes, numbers = Tessellation(polygons, seed).arrays()
        named = [CITY[int(one) - 1] for one in classes] if seed == 2 else ["basic-farmland"] * len(shapes)
        write_features(Features.of(shapes, [f"P{number}" for number in numbers], named), path)
    return made[0], made[1]


def in_child(work: object, *given: object) -> None:
    """Run in a process of its own."""
    child = os.fork()
    if child == 0:
        work(*given)  # type: ignore[operator]
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)


def peak() -> float:
    """Peak resident memory of this process in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def compared(farmland: Path, city: Path, folder: Path, workers: int) -> None:
    """Compare, digest, and write the outlines."""
    from ecociv.land_administration.differences.detection import Plan, compare
    from ecociv.land_administration.differences.rows import outline_blocks
    from ecociv.territory.layers.geopackage import LayerFile, write_blocks

    before, clock, processor = peak(), time.perf_counter(), time.process_time()
    found = compare(
        [
            Plan("farmland", "permanent-basic-farmland", LayerFile(farmland)),
            Plan("city", "urban-plan", LayerFile(city)),
        ],
        None,
        dt.date(2018, 6, 1),
        zone="jingdezhen",
        workers=workers,
    )
    counts = found.counts()
    SAY(
        f"compared: {time.perf_counter() - clock:.1f} s ({time.process_time() - processor:.1f} s of this process), "
    )
    SAY(f"{counts.patches:,} patches and {counts.slivers:,} slivers, peak {peak():.2f} GB\n")
    SAY(f"digest {found.digest()[:16]} at {time.perf_counter() - clock:.1f} s\n")
    write_blocks(outline_blocks(found), folder / "patches.gpkg")
    SAY(
        f"outlines written at {time.perf_counter() - clock:.1f} s; peak {peak():.2f} GB, {before:.2f} GB of it before\n"
    )


def overlaid_at_once(farmland: Path, city: Path) -> None:
    """The peer: geopandas.overlay of the same classes, in memory."""
    import geopandas

    before, clock = peak(), time.perf_counter()
    a = geopandas.read_file(farmland, columns=["class"])
    b = geopandas.read_file(city, columns=["class"])
    b = b[np.isin(b["class"], ["R", "A", "B", "M", "W", "S", "U"])]
    found = geopandas.overlay(a, b, how="intersection", keep_geom_type=True)
    SAY(f"geopandas.overlay alone: {time.perf_counter() - clock:.1f} s, {len(found):,} rows, ")
    SAY(f"peak {peak():.2f} GB, {before:.2f} GB of it before\n")


def main() -> None:
    """Generate, measure, print."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--polygons", type=int, default=200_000)
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--folder", type=Path)
    arguments.add_argument("--without-peer", action="store_true")
    given = arguments.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="ecociv-plans-"))
    folder.mkdir(parents=True, exist_ok=True)
    in_child(generate, folder, given.polygons)
    farmland, city = generate(folder, given.polygons)
    in_child(compared, farmland, city, folder, given.workers)
    if not given.without_peer:
        in_child(overlaid_at_once, farmland, city)


if __name__ == "__main__":
    import django

    django.setup()
    main()
