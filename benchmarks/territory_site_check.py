"""Site check against a million polygons, and the same questions asked of PostGIS.

    python benchmarks/territory_site_check.py FOLDER [--polygons 1000000] [--repeat 300] [--database postgresql:///ecociv_site6]

For a point, 20 ha and 2,000 ha (irregular outlines at random places): the classes and exact areas of what lies on the site,
p50 and p99; several processes at once; peak memory. Both sides answer the same question, areas by class, and the answers are
compared. PostGIS measures twice: plane areas of the intersection (cheapest) and areas on the ellipsoid (what the check gives).
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyproj import Geod
from tessellation import EXTENT, Tessellation

from ecociv.territory.layers.features import areas_of
from ecociv.territory.layers.geopackage import LayerFile
from ecociv.territory.site_check.outline import survey_outline
from ecociv.territory.site_check.overlaps import overlap

SITES = {"point": 0.0, "20 ha": 20e4, "2,000 ha": 2000e4}


def layer(path: Path, polygons: int) -> LayerFile:
    """The tessellation in the form of a layer version; made once."""
    if not path.exists():
        columns = [
            ("geom", pa.binary()),
            ("identity", pa.string()),
            ("class", pa.string()),
            ("name", pa.string()),
        ]
        columns += [("area_m2", pa.float64()), ("attributes", pa.string())]
        schema = pa.schema([pa.field(name, kind) for name, kind in columns])

        def batches() -> Iterator[pa.RecordBatch]:
            for shapes, classes, numbers in Tessellation(polygons).strips():
                made = [
                    pa.array(shapely.to_wkb(shapes), pa.binary()),
                    pa.array([str(number) for number in numbers]),
                    pa.array(classes, pa.string()),
                    pa.array([""] * len(shapes)),
                    pa.array(areas_of(shapes)),
                    pa.array(["{}"] * len(shapes)),
                ]
                yield pa.RecordBatch.from_arrays(made, schema=schema)

        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, batches()),
            path,
            driver="GPKG",
            layer="features",
            geometry_name="geom",
            geometry_type="Polygon",
            crs="EPSG:4490",
        )
        with sqlite3.connect(path) as database:
            database.execute("CREATE INDEX features_identity ON features(identity)")
    return LayerFile(path)


def sites(area: float, count: int, seed: int) -> list[shapely.Geometry]:
    """Outlines of 24 corners around random places, of about the area wanted."""
    random = np.random.default_rng(seed)
    west, south, east, north = EXTENT
    places = np.column_stack(
        [random.uniform(west + 0.3, east - 0.3, count), random.uniform(south + 0.3, north - 0.3, count)]
    )
    if not area:
        return list(shapely.points(places))
    angles = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    radius = math.sqrt(area / math.pi)
    made = []
    for x, y in places:
        reach = radius * random.uniform(0.8, 1.2, len(angles))
        around = np.column_stack(
            [
                x + reach * np.cos(angles) / (111_320 * math.cos(math.radians(y))),
                y + reach * np.sin(angles) / 110_700,
            ]
        )
        made.append(shapely.Polygon(around))
    return made


def peak() -> int:
    """Most memory that this process has held, in KB (what it had before it became this program does not count)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


def percentiles(times: list[float]) -> str:
    """p50 and p99 in milliseconds."""
    return f"p50 {np.percentile(times, 50) * 1e3:8.2f} ms   p99 {np.percentile(times, 99) * 1e3:8.2f} ms"


Answers = list[dict[str, float]]


def ours(file: LayerFile, asked: list[shapely.Geometry], areas: list[float]) -> tuple[list[float], Answers]:
    """Seconds and areas by class for each site."""
    times, answers = [], []
    for site, area in zip(asked, areas, strict=True):
        started = time.perf_counter()
        found = overlap(file, survey_outline(site), area)
        times.append(time.perf_counter() - started)
        answers.append({key: one.area for key, one in found.classes.items()})
    return times, answers


def askers(
    file: LayerFile, asked: list[shapely.Geometry], sizes: list[float], postgis: PostGIS | None
) -> dict[str, Callable[[int], dict[str, float]]]:
    """Who is asked, each by the place of a site in the list."""
    binary = [shapely.to_wkb(site) for site in asked]

    def mine(place: int) -> dict[str, float]:
        found = overlap(file, survey_outline(asked[place]), sizes[place])
        return {key: one.area for key, one in found.classes.items()}

    if postgis is None:
        return {"ecociv": mine}
    return {
        "ecociv": mine,
        "PostGIS, plane": lambda place: postgis.ask(binary[place], "ST_Area({})"),
        "PostGIS, ellipsoid": lambda place: postgis.ask(binary[place], "ST_Area({}::geography)"),
    }


def in_turn(
    askers: dict[str, Callable[[int], dict[str, float]]], count: int, rounds: int, *, apart: bool
) -> dict[str, tuple[list[float], Answers]]:
    """Each site is asked of each, several times; the best time of a site counts, so that what else the machine does
    weighs on nobody. In turn each finds the processor's caches full of the other's work; apart, as a server works, a round
    of all sites is one's own."""
    best = {name: [math.inf] * count for name in askers}
    answers: dict[str, Answers] = {name: [{}] * count for name in askers}
    for _ in range(rounds):
        steps = [(name, place) for place in range(count) for name in askers]
        for name, place in sorted(steps, key=lambda step: list(askers).index(step[0])) if apart else steps:
            started = time.perf_counter()
            answers[name][place] = askers[name](place)
            best[name][place] = min(best[name][place], time.perf_counter() - started)
    return {name: (best[name], answers[name]) for name in askers}


def _worker(given: tuple[str, float, int, int]) -> tuple[list[float], int]:
    path, area, count, seed = given
    file = LayerFile(Path(path))
    asked = sites(area, count, seed)
    sizes = [0.0] * count if not area else [float(one) for one in areas_of(np.asarray(asked, dtype=object))]
    times, _ = ours(file, asked, sizes)
    return times, peak()


def _connection(given: tuple[str, float, int, int]) -> tuple[list[float], int]:
    """One connection of PostGIS, asked about as many sites as one of our processes; the memory is our end's."""
    address, area, count, seed = given
    asked = [shapely.to_wkb(site) for site in sites(area, count, seed)]
    postgis = PostGIS(address, 0)
    times = []
    for wkb in asked:
        started = time.perf_counter()
        postgis.ask(wkb, "ST_Area({}::geography)")
        times.append(time.perf_counter() - started)
    return times, peak()


def together(
    work: Callable[[tuple[str, float, int, int]], tuple[list[float], int]],
    address: str,
    wanted: float,
    count: int,
    processes: int,
) -> str:
    """Several at once: percentiles of a site, sites a second of all of them, memory of the largest."""
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        done = pool.map(work, [(address, wanted, count, 100 + number) for number in range(processes)])
    times = [each for part, _ in done for each in part]
    pace = len(times) / sum(sum(part) / processes for part, _ in done)
    return f"{percentiles(times)}   {pace:,.0f} a second, peak {max(memory for _, memory in done) / 1024:,.0f} MB each"


class PostGIS:
    """The same layer in PostGIS."""

    def __init__(self, address: str, polygons: int) -> None:
        import psycopg

        self.connection: Any = psycopg.connect(address, autocommit=True)
        with self.connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")
            cursor.execute("SELECT to_regclass('parcels')")
            if cursor.fetchone()[0] is None:
                cursor.execute(
                    "CREATE TABLE parcels (fid bigserial PRIMARY KEY, class text, geom geometry(Polygon, 4490))"
                )
                for shapes, classes, _numbers in Tessellation(polygons).strips():
                    with cursor.copy("COPY parcels (class, geom) FROM STDIN") as copy:
                        for one, wkb in zip(
                            classes,
                            shapely.to_wkb(shapely.set_srid(shapes, 4490), hex=True, include_srid=True),
                            strict=True,
                        ):
                            copy.write_row((one, wkb))
                cursor.execute("CREATE INDEX ON parcels USING gist (geom)")
                cursor.execute("VACUUM ANALYZE parcels")

    def ask(self, wkb: bytes, measure: str) -> dict[str, float]:
        """Areas by class; an inner polygon needs no intersection, as with us."""
        question = (
            f"SELECT class, sum({measure.format('CASE WHEN ST_CoveredBy(geom, s.g) THEN geom ELSE ST_Intersection(geom, s.g) END')}) "
            "FROM parcels, (SELECT ST_GeomFromWKB(%s, 4490) AS g) AS s WHERE ST_Intersects(geom, s.g) GROUP BY class"
        )
        with self.connection.cursor() as cursor:
            cursor.execute(question, (wkb,), prepare=True)
            return {key: float(area) for key, area in cursor.fetchall()}


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--polygons", type=int, default=1_000_000)
    arguments.add_argument("--repeat", type=int, default=300)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--apart", action="store_true", help="a round of all sites of one, then of the other")
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--database", default="")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    path = given.folder / f"site-check-{given.polygons}.gpkg"
    file = layer(path, given.polygons)
    say = sys.stdout.write
    say(f"{file.count:,} polygons, {path.stat().st_size / 1e6:,.0f} MB\n")
    postgis = PostGIS(given.database, given.polygons) if given.database else None
    geod = Geod(a=6378137.0, rf=298.257222101)
    for name, wanted in SITES.items():
        asked = sites(wanted, given.repeat, 7)
        sizes = (
            [0.0] * len(asked)
            if not wanted
            else [float(one) for one in areas_of(np.asarray(asked, dtype=object))]
        )
        found = in_turn(askers(file, asked, sizes, postgis), len(asked), given.rounds, apart=given.apart)
        for label, (times, _) in found.items():
            say(f"{name:10} {label:20} {percentiles(times)}\n")
        answers = found["ecociv"][1]
        if postgis is not None and wanted:
            worst = max(
                abs(answer[key] - other[key]) / size
                for answer, other, size in zip(answers, found["PostGIS, ellipsoid"][1], sizes, strict=True)
                for key in answer
            )
            say(f"{name:10} largest difference of a class from PostGIS {worst:.1e} of the site\n")
        if wanted:
            whole = [
                abs(sum(answer.values()) / size - 1) for answer, size in zip(answers, sizes, strict=True)
            ]
            exact = abs(
                abs(geod.geometry_area_perimeter(shapely.segmentize(asked[0], 1e-4))[0]) / sizes[0] - 1
            )
            say(f"{name:10} classes add up to the site to {max(whole):.1e}; area against Geod {exact:.1e}\n")
    say(f"peak memory of this process {peak() / 1024:,.0f} MB\n")
    for name, wanted in SITES.items():
        for label, work, address in (
            ("ecociv", _worker, str(path)),
            *([("PostGIS", _connection, given.database)] if given.database else []),
        ):
            said = together(work, address, wanted, given.repeat, given.processes)
            say(f"{name:10} {given.processes} at once, {label:10} {said}\n")


if __name__ == "__main__":
    main()
