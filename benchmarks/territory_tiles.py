"""Vector tiles of a layer of irregular parcels: time of a tile made and kept, sizes, hits of a reader's walk, memory.

    python benchmarks/territory_tiles.py [--polygons 1000000] [--tiles 120] [--folder DIR]

The layer is generated (``tessellation.py``, about 50 vertices a polygon), written as layers are, and asked for tiles of every
zoom at places drawn with a fixed seed. The walk is scripted: from the whole to a parcel and back, with pans at each zoom, as
a window of 1280 x 800 pixels needs them. Times are of the processor of this process, since the machine may be shared; the
wall clock stands beside them.
"""

from __future__ import annotations

import argparse
import gzip
import math
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecociv.server.settings")


PACKED = 1
"""Level of gzip, as tiles are kept."""


def tile_at(longitude: float, latitude: float, zoom: int) -> tuple[int, int, int]:
    """The tile of a point."""
    side = 2**zoom
    south = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return zoom, min(side - 1, int((longitude + 180) / 360 * side)), min(side - 1, int(south * side))


def walk(
    bounds: tuple[float, float, float, float], random: np.random.Generator
) -> Iterator[tuple[int, int, int]]:
    """Tiles that a window asks for, in order: three descents with pans, each back to the whole."""
    west, south, east, north = bounds
    for _ in range(3):
        x, y = random.uniform(west + 1, east - 1), random.uniform(south + 1, north - 1)
        zooms = [*range(6, 15), *range(13, 5, -1)]
        for zoom in zooms:
            for _step in range(4):
                width = 360 / 2**zoom
                for column in (-1, 0, 1):
                    for row in (-1, 0, 1):
                        yield tile_at(x + column * width, max(-80, min(80, y + row * width * 0.87)), zoom)
                x, y = x + random.uniform(-0.5, 0.5) * width, y + random.uniform(-0.5, 0.5) * width * 0.87
        x, y = min(max(x, west), east), min(max(y, south), north)


def quantiles(times: list[float]) -> str:
    """Median, 99th percentile and most, in milliseconds."""
    sorted_ = np.sort(np.asarray(times) * 1000)
    return f"p50 {np.quantile(sorted_, 0.5):.1f} ms, p99 {np.quantile(sorted_, 0.99):.0f} ms, most {sorted_[-1]:.0f} ms"


def peak() -> float:
    """Peak resident memory of this process in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def resident() -> str:
    """Memory of this process's own, and of files that it shares with others (the layer file and the overview are mapped)."""
    state = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    own, shared = (int(state[name].split()[0]) / 1024**2 for name in ("RssAnon", "RssFile"))
    return f"{own:.2f} GB its own and {shared:.2f} GB of mapped files"


def main() -> None:
    """Generate, measure, print."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--polygons", type=int, default=1_000_000)
    arguments.add_argument("--tiles", type=int, default=120)
    arguments.add_argument("--folder", type=Path)
    given = arguments.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="ecociv-tiles-"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"parcels-{given.polygons}.gpkg"
    if not path.exists():
        # In a process of its own, so that its memory does not count for the tiles.
        child = os.fork()
        if child == 0:
            generate(path, given.polygons)
            os._exit(0)
        os.waitpid(child, 0)
    measure(path, folder, given.tiles)


def generate(path: Path, polygons: int) -> None:
    """Write the layer."""
    from tessellation import Tessellation

    from ecociv.territory.layers.features import Features
    from ecociv.territory.layers.geopackage import write_features

    shapes, classes, numbers = Tessellation(polygons).arrays()
    write_features(Features.of(shapes, [f"P{number}" for number in numbers], classes), path)


def measure(path: Path, folder: Path, tiles: int) -> None:
    """Time the overview, tiles made, tiles kept, and a walk."""
    import mapbox_vector_tile
    import shapely

    from ecociv.territory.layers.geopackage import LayerFile
    from ecociv.territory.tiles import Tile, tile_of
    from ecociv.territory.tiles.grid import EXTENT
    from ecociv.territory.tiles.index import overview_of

    say = sys.stdout.write
    kept = folder / f"tiles-{path.stem}"
    shutil.rmtree(kept, ignore_errors=True)
    file = LayerFile(path)
    bounds = file.bounds()
    assert bounds is not None
    before = peak()
    clock, processor = time.perf_counter(), time.process_time()
    overview_of(file, kept)
    say(f"{file.count:,} polygons, {path.stat().st_size / 1e9:.2f} GB\n")
    say(
        f"overview: {time.perf_counter() - clock:.1f} s ({time.process_time() - processor:.1f} s of the processor)\n"
    )
    random = np.random.default_rng(1)
    west, south, east, north = bounds
    made, wall, sizes = [], [], []
    by_zoom: dict[int, list[float]] = {}
    for number in range(tiles):
        zoom = 5 + number % 10
        at = tile_at(random.uniform(west, east), random.uniform(south, north), zoom)
        clock, processor = time.perf_counter(), time.process_time()
        content = gzip.compress(tile_of(file, Tile(*at), kept), PACKED, mtime=0)
        made.append(time.process_time() - processor)
        wall.append(time.perf_counter() - clock)
        by_zoom.setdefault(zoom, []).append(made[-1])
        sizes.append(len(content))
    say(f"made: {quantiles(made)} of the processor; wall {quantiles(wall)}\n")
    say(
        f"size, packed: p50 {np.median(sizes) / 1024:.0f} kB, p99 {np.quantile(sizes, 0.99) / 1024:.0f} kB, "
        f"most {max(sizes) / 1024:.0f} kB\n"
    )
    say(
        "median by zoom: "
        + ", ".join(f"{z}: {np.median(t) * 1000:.0f} ms" for z, t in sorted(by_zoom.items()))
        + "\n"
    )
    known: dict[tuple[int, int, int], Path] = {}
    hits, reads, asked = 0, [], 0
    for at in walk(bounds, random):
        asked += 1
        if at in known:
            clock = time.perf_counter()
            known[at].read_bytes()
            reads.append(time.perf_counter() - clock)
            hits += 1
        else:
            place = kept / f"{at[0]}-{at[1]}-{at[2]}.gz"
            place.write_bytes(gzip.compress(tile_of(file, Tile(*at), kept), PACKED, mtime=0))
            known[at] = place
    say(
        f"walk: {asked} tiles asked for, {len(known)} made, kept ones {100 * hits / asked:.1f} %; kept: {quantiles(reads)}\n"
    )
    say(f"peak memory: {peak():.2f} GB, {before:.2f} GB of it before the first tile; now {resident()}\n")
    # The encoder against the library, on what one tile of zoom 11 holds.
    tile = Tile(*tile_at((west + east) / 2, (south + north) / 2, 11))
    features = list(file.in_box(*tile.bounds))
    clock = time.process_time()
    tile_of(file, tile, kept)
    ours = time.process_time() - clock
    scaled = [
        {"geometry": shapely.clip_by_rect(shapely.transform(one.geometry, tile.units), -64, -64, EXTENT + 64, EXTENT + 64), "properties": {"class": one.class_key}}
        for one in features
    ]  # fmt: skip
    clock = time.process_time()
    mapbox_vector_tile.encode(
        {"name": "features", "features": scaled}, default_options={"y_coord_down": True}
    )
    theirs = time.process_time() - clock
    say(
        f"{len(features)} polygons: our whole tile {ours * 1000:.0f} ms, mapbox_vector_tile.encode alone {theirs * 1000:.0f} ms "
        f"({theirs / ours:.1f} times)\n"
    )


if __name__ == "__main__":
    import django

    django.setup()
    main()
