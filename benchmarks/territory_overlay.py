"""Overlay of two irregular tessellations in one run: ecociv against geopandas, PostGIS and DuckDB spatial; and areas.

    python benchmarks/territory_overlay.py [--polygons 200000] [--contenders table,ecociv,geopandas,postgis,duckdb]
        [--workers 2] [--folder FOLDER] [--engine local|spark] [--real] [--areas]

Every contender reads two GeoPackages, makes the pieces, measures them on the ellipsoid and adds them up by pair of classes;
ecociv also checks validity and self-overlap, numbers the patches and (``ecociv``, not ``table``) writes
them to a GeoPackage, which the others do not.
Processor time is that of all processes together (for PostGIS of its one backend); memory is the peak of private memory of all
processes together. The sums by pair of classes are compared between contenders.

``--real``: the water polygons and counties under ``shared/data/overlay`` instead of generated layers.
``--areas``: ellipsoidal areas of the polygons against ``pyproj.Geod``.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pyogrio
import shapely

SHARED = Path(os.environ.get("ECOCIV_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
POSTGRES = "postgresql://postgres@127.0.0.1:5432/"
CLOCK = os.sysconf("SC_CLK_TCK")

GEOPANDAS = """
import sys, json, time, geopandas, numpy, shapely
from ecociv.standards.land import ellipsoidal_area
a, b = (geopandas.read_file(path, use_arrow=True) for path in sys.argv[1:3])
field_a, field_b = sys.argv[3:5]
a, b = a[[field_a, "geometry"]].rename(columns={field_a: "ca"}), b[[field_b, "geometry"]].rename(columns={field_b: "cb"})
found = geopandas.overlay(a, b, how="intersection", keep_geom_type=True)
many = numpy.array([p if p.geom_type == "MultiPolygon" else shapely.multipolygons([p]) for p in found.geometry], dtype=object)
_, places, offsets = shapely.to_ragged_array(many)
found["area"] = ellipsoidal_area(places, offsets).value
sums = found.groupby(["ca", "cb"])["area"].sum()
print(json.dumps([[one, other, area] for (one, other), area in sums.items()]))
"""


def tree_usage(root: int) -> tuple[float, float]:
    """Processor seconds (with ended children) and private MB of a process and its descendants now."""
    parents: dict[int, list[int]] = {}
    seconds: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
            seconds[int(entry.name)] = sum(map(int, fields[11:15])) / CLOCK
    waiting, total, memory = [root], 0.0, 0.0
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        total += seconds.get(pid, 0.0)
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        memory += sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024
    return total, memory


def watched(command: list[str]) -> tuple[str, float, float, float]:
    """Output, wall seconds, processor seconds and peak private MB of a command with its children."""
    before = os.times()
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = 0.0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.2):
            peak = max(peak, tree_usage(process.pid)[1])

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - started
    ended.set()
    watcher.join()
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return output, wall, spent, peak


Sums = dict[tuple[str, str], float]


def ecociv(
    a: Path, b: Path, fields: tuple[str, str], options: argparse.Namespace, patches: bool = True
) -> tuple[Sums, float, float, float]:
    """The command, with its output files."""
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        sums_file = Path(folder) / "summary.csv"
        command = [
            sys.executable,
            "-c",
            "from ecociv.cli.main import main; main()",
            "overlay",
            str(a),
            str(b),
        ]
        command += ["--class-a", fields[0], "--class-b", fields[1]]
        command += ["--out", f"{folder}/patches.gpkg"] if patches else []
        command += [
            "--summary",
            str(sums_file),
            "--workers",
            str(options.workers),
            "--engine",
            options.engine,
        ]
        output, *spent = watched(command)
        sys.stderr.write(output)
        with sums_file.open(encoding="utf-8-sig") as file:
            rows = [row for row in csv.DictReader(file) if row["class_a"] != "total"]
    sums = {
        (row["class_a"], row["class_b"]): float(row["area_m2"]) + float(row["sliver_area_m2"]) for row in rows
    }
    return sums, *spent  # type: ignore[return-value]


def table(
    a: Path, b: Path, fields: tuple[str, str], options: argparse.Namespace
) -> tuple[Sums, float, float, float]:
    """The command without patches: what the others do."""
    return ecociv(a, b, fields, options, patches=False)


def geopandas(
    a: Path, b: Path, fields: tuple[str, str], options: argparse.Namespace
) -> tuple[Sums, float, float, float]:
    """``geopandas.overlay``, areas by `ecociv.standards.land`."""
    output, *spent = watched([sys.executable, "-c", GEOPANDAS, str(a), str(b), *fields])
    return {(str(one), str(other)): area for one, other, area in json.loads(output)}, *spent  # type: ignore[return-value]


def postgis(
    a: Path, b: Path, fields: tuple[str, str], options: argparse.Namespace
) -> tuple[Sums, float, float, float]:
    """``ST_Intersection`` over a GiST index; areas after ``ST_Transform`` to a cylindrical equal-area system. Loading the
    tables is not counted."""
    import psycopg

    name = f"ecociv_overlay_{os.getpid()}"
    with psycopg.connect(f"{POSTGRES}postgres", autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        with psycopg.connect(f"{POSTGRES}{name}", autocommit=True) as base:
            base.execute("CREATE EXTENSION postgis")
            for table, path, field in (("a", a, fields[0]), ("b", b, fields[1])):
                base.execute(f"CREATE TABLE {table} (class text, shape geometry)")
                _, _, blobs, columns = pyogrio.raw.read(path, columns=[field])
                with base.cursor().copy(f"COPY {table} (class, shape) FROM STDIN") as copy:
                    for value, blob in zip(columns[0], blobs, strict=True):
                        copy.write_row((str(value), blob.hex()))
                base.execute(f"UPDATE {table} SET shape = ST_SetSRID(shape, 4326)")
                base.execute(f"CREATE INDEX ON {table} USING gist (shape)")
                base.execute(f"VACUUM ANALYZE {table}")
            base.execute("SET max_parallel_workers_per_gather = 0")
            pid = base.execute("SELECT pg_backend_pid()").fetchone()[0]  # type: ignore[index]
            before, started = tree_usage(pid)[0], time.perf_counter()
            rows = base.execute(
                "SELECT a.class, b.class, sum(ST_Area(ST_Transform(ST_Intersection(a.shape, b.shape), 6933))) "
                "FROM a JOIN b ON ST_Intersects(a.shape, b.shape) GROUP BY 1, 2"
            ).fetchall()
            wall, (after, memory) = time.perf_counter() - started, tree_usage(pid)
    finally:
        with psycopg.connect(f"{POSTGRES}postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE {name}")
    return {(one, other): area for one, other, area in rows}, wall, after - before, memory


def duckdb(
    a: Path, b: Path, fields: tuple[str, str], options: argparse.Namespace
) -> tuple[Sums, float, float, float]:
    """Says only whether the extension can be installed here."""
    import duckdb as engine

    try:
        engine.connect().execute("INSTALL spatial; LOAD spatial")
    except engine.Error as error:
        raise RuntimeError(
            f"the extension spatial cannot be installed: {str(error).splitlines()[0]}"
        ) from error
    raise RuntimeError("the extension is there; write its query to compare")


def real_layers(folder: Path) -> tuple[Path, Path, tuple[str, str]]:
    """The water polygons and the counties as GeoPackages."""
    water, counties = folder / "water.gpkg", folder / "counties.gpkg"
    if not water.exists():
        with gzip.open(
            SHARED / "overlay" / "osm_water_china_bbox_10m.ndjson.gz", "rt", encoding="utf-8"
        ) as file:
            rows = [json.loads(line) for line in file]
        shapes = [shapely.Polygon(row["c"][0], row["c"][1:]) for row in rows]
        pyogrio.raw.write(
            water, shapely.to_wkb(shapes), [np.array([row["k"] for row in rows], dtype=object)], ["kind"],
            geometry_type="Polygon", crs="EPSG:4326", driver="GPKG",
        )  # fmt: skip
    if not counties.exists():
        about, _, blobs, columns = pyogrio.raw.read(
            SHARED / "overlay" / "china_counties_ctamap_wgs84.geojson"
        )
        pyogrio.raw.write(
            counties, blobs, [column.astype(object) if column.dtype == object else column for column in columns],
            list(about["fields"]), geometry_type="Unknown", crs="EPSG:4326", driver="GPKG",
        )  # fmt: skip
    return water, counties, ("kind", "adcode")


def measure_areas(path: Path) -> None:
    """`land.ellipsoidal_area` and the plane of the overlay against ``pyproj.Geod``."""
    import pyproj

    from ecociv.standards import land
    from ecociv.territory.overlay.plane import areas, to_plane

    _, _, blobs, _ = pyogrio.raw.read(path, max_features=50_000, columns=[])
    shapes = shapely.from_wkb(blobs)
    geod = pyproj.Geod(a=6378137.0, rf=298.257222101)
    _, places, offsets = shapely.to_ragged_array(shapes)
    part = 5_000
    timed: dict[str, float] = {}
    for name, run in (
        ("Geod", lambda: [geod.geometry_area_perimeter(shape)[0] for shape in shapes[:part]]),
        ("survey", lambda: land.ellipsoidal_area(places, offsets).value),
        ("geodesic", lambda: land.ellipsoidal_area(places, offsets, edges="geodesic").value),
        ("plane", lambda: areas(to_plane(shapes))),
    ):
        best = float("inf")
        for _ in range(3):
            before = time.process_time()
            found = np.abs(np.asarray(run()))
            best = min(best, time.process_time() - before)
        timed[name] = best / len(found)
        if name == "Geod":
            truth = found
        else:
            off = np.abs(found[:part] / truth - 1)
            print(
                f"  {name:10s} {timed['Geod'] / timed[name]:6.1f} x Geod, largest relative difference {off.max():.1e}"
            )


def main() -> None:
    """Read the sizes and run the contenders in turn."""
    from tessellation import Tessellation, write

    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--polygons", type=int, default=200_000)
    arguments.add_argument("--contenders", default="table,ecociv,geopandas,postgis,duckdb")
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--engine", default="local")
    arguments.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    arguments.add_argument("--real", action="store_true")
    arguments.add_argument("--areas", action="store_true")
    options = arguments.parse_args()
    if options.real:
        *paths, fields = real_layers(options.folder)
    else:
        paths, fields = (
            [options.folder / f"t{options.polygons}-{seed}.gpkg" for seed in (1, 2)],
            ("class", "class"),
        )
        for seed, path in enumerate(paths, 1):
            if not path.exists():
                write(path, Tessellation(options.polygons, seed))
    if options.areas:
        measure_areas(paths[0])
        return
    counts = [pyogrio.read_info(path)["features"] for path in paths]
    print(f"{counts[0]:,} x {counts[1]:,} polygons, load {os.getloadavg()[0]:.1f}", flush=True)
    reference: Sums | None = None
    base = 0.0
    for name in options.contenders.split(","):
        try:
            sums, wall, spent, memory = globals()[name](*paths, fields, options)
        except RuntimeError as error:
            print(f"  {name:10s} not measured: {error}")
            continue
        if reference is None:
            reference, base = sums, spent
        total, known = sum(sums.values()), sum(reference.values())
        worst = max(abs(sums.get(pair, 0.0) - area) / max(area, 1.0) for pair, area in reference.items())
        print(
            f"  {name:10s} wall {wall:7.1f} s  processor {spent:7.1f} s ({spent / base:4.2f} x first)  private memory "
            f"{memory:7.0f} MB  total {total:.2f} m2 ({total / known - 1:+.1e}), pair of classes at most {worst:.1e}",
            flush=True,
        )


if __name__ == "__main__":
    main()
