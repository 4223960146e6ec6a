"""Recomputing indicators: after one changed cell, a whole zone, and many generated zones.

    python benchmarks/indicators.py [--zones 1,10,100] [--years 9]

Each run uses a folder of its own and throws it away. The sample zone is loaded and computed whole; then one cell of one
return is restated and the year is computed again. Generated zones are copies of the Jingdezhen package under other keys
with every place renamed, and the sample's yearly cells times a random factor of 0.95 to 1.05; the hours of stations, the
daily feed of the province and the monthly readings are left out of them, so that their figures are those of returns alone.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ZONE = "jingdezhen"


def set_up(folder: Path) -> None:
    """A database with the plan and the sample evidence in ``folder``."""
    os.environ["ECOCIV_VAR"] = str(folder / "var")
    os.environ["DJANGO_SETTINGS_MODULE"] = "ecociv.server.settings"
    os.environ.pop("ECOCIV_DATABASE_URL", None)
    (folder / "var").mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    from django.core.management import call_command

    from ecociv.evidence import sample
    from ecociv.plan.actions import LoadZonePackage

    call_command("migrate", verbosity=0)
    LoadZonePackage(ZONE).execute()
    sample.load(ZONE, author="benchmark")


def megabytes() -> str:
    """Memory of the process now, and the largest so far."""
    now = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1_048_576
    return f"{now} MB now, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most"


def one_zone(years: list[int]) -> None:
    """Full computation of the sample zone, and one year after one changed cell."""
    from ecociv.evidence.models import Series
    from ecociv.indicators.compute import compute

    print(f"loaded: {megabytes()}")
    started = time.perf_counter()
    derived = sum(compute(ZONE, year).derived for year in years)
    whole = time.perf_counter() - started
    print(f"sample zone, {len(years)} years, {derived} figures: {whole:.1f} s, {megabytes()}")
    started = time.perf_counter()
    print(
        f"nothing changed: {compute(ZONE, years[4]).derived} derived, {time.perf_counter() - started:.2f} s"
    )
    key = f"sample/procurement/{ZONE}/procurement.green"
    assert Series.objects.filter(key=key).exists()
    for factor in (1.01, 1.02, 1.03):
        append([(key, years[4], restated(key, years[4]) * factor)])
        started = time.perf_counter()
        done = compute(ZONE, years[4])
        print(f"one changed cell: {done.derived} derived, {time.perf_counter() - started:.2f} s")
    one_day_of_hours(years[4])


def one_day_of_hours(year: int) -> None:
    """A year after the hours of one day of one station became others, each day worse than the one before."""
    from datetime import UTC, datetime, timedelta

    from ecociv.evidence.models import Series
    from ecociv.evidence.queries import LOCAL
    from ecociv.indicators.compute import compute

    hours = Series.objects.filter(network="jingdezhen-stations-hourly", sample=True, property__key="pm2_5")
    for number, count in enumerate((1, 1, 24, 24)):
        first = datetime(year, 7, 1 + number, tzinfo=LOCAL).astimezone(UTC)
        spans = [(first + timedelta(hours=h), first + timedelta(hours=h + 1)) for h in range(count)]
        stations = hours.values_list("key", flat=True)[: 1 if count == 1 else 5]
        append_spans([(key, start, end, 900.0) for key in stations for start, end in spans])
        started = time.perf_counter()
        done = compute(ZONE, year)
        print(
            f"{count * len(stations)} changed hours: {done.derived} derived, {done.written} revisions, "
            f"{time.perf_counter() - started:.2f} s"
        )


def restated(key: str, year: int) -> float:
    """What is known of a yearly cell."""
    from ecociv.evidence import queries

    start, end = queries.year_bounds(year)
    (item,) = queries.observations([key], start=start, end=end)[key]
    return float(item.value or 0)


def append(rows: list[tuple[str, int, float]]) -> None:
    """Append yearly cells by stored key, all of them generated."""
    from datetime import UTC, datetime

    from ecociv.evidence.queries import LOCAL

    begins = {
        year: datetime(year, 1, 1, tzinfo=LOCAL).astimezone(UTC)
        for _, known, _ in rows
        for year in (known, known + 1)
    }
    append_spans([(key, begins[year], begins[year + 1], value) for key, year, value in rows])


def append_spans(rows: list[tuple[str, Any, Any, float]]) -> None:
    """Append figures of periods by stored key, all of them generated."""
    import pyarrow as pa

    from ecociv.evidence.actions import AppendObservations
    from ecociv.evidence.schema import STAGED, series_id

    count = len(rows)
    absent: list[Any] = [None] * count
    AppendObservations(
        pa.table(
            {
                "series_id": [series_id(key) for key, *_ in rows],
                "valid_from": [start for _, start, _, _ in rows],
                "valid_to": [end for _, _, end, _ in rows],
                "value": [value for *_, value in rows],
                "missing": absent,
                "censored": absent,
                "censor_limit": absent,
                "quality": ["good"] * count,
                "quality_reason": absent,
                "supplier": absent,
                "note": absent,
                "source_row": list(range(1, count + 1)),
            },
            schema=STAGED,
        ),
        author="benchmark",
        reason="another figure",
        kind="return",
        source="0" * 64,
        sample=True,
    ).execute()


def cells_of_the_sample(years: list[int]) -> list[tuple[str, int, float]]:
    """Every yearly cell of the sample zone that has a value."""
    from ecociv.evidence import queries
    from ecociv.evidence.models import Series
    from ecociv.indicators.forms import form_cells

    keys = list(
        Series.objects.filter(sample=True, network__in=form_cells(ZONE)).values_list("key", flat=True)
    )
    start, end = queries.year_bounds(years[0], years[-1])
    found = queries.observations(keys, start=start, end=end)
    return [
        (key, item.day.year, item.value)
        for key, items in found.items()
        for item in items
        if item.usable is not None and item.value is not None
    ]


def generate(folder: Path, count: int, cells: list[tuple[str, int, float]]) -> list[str]:
    """Zone packages with renamed places, their series and their cells."""
    import yaml

    from ecociv.evidence.declared import zone_folder
    from ecociv.evidence.models import ObservedProperty, Place, Series
    from ecociv.evidence.store import EvidenceStore
    from ecociv.evidence.store.compaction import compact

    source = zone_folder(ZONE)
    zones = folder / "zones"
    shutil.copytree(source, zones / ZONE)
    places = yaml.safe_load((source / "mappings/_places.yaml").read_text(encoding="utf-8"))
    properties = {item.key: item for item in ObservedProperty.objects.all()}
    names = []
    filed: list[tuple[str, int, float]] = []
    for number in range(count):
        name = f"zone-{number:03d}"
        target = zones / name
        shutil.copytree(source, target)
        for path in (target / "mappings").glob("[!_]*.yaml"):
            path.unlink()

        def other(key: str, name: str = name) -> str:
            return f"{name}-{key}"

        renamed = {
            "places": [
                {
                    **item,
                    "key": other(item["key"]),
                    **({"parent": other(item["parent"])} if item.get("parent") else {}),
                }
                for item in places["places"]
            ],
            "groups": {group: [other(key) for key in members] for group, members in places["groups"].items()},
        }
        (target / "mappings/_places.yaml").write_text(
            yaml.safe_dump(renamed, allow_unicode=True), encoding="utf-8"
        )
        derivations = (target / "derivations.yaml").read_text(encoding="utf-8")
        (target / "derivations.yaml").write_text(
            derivations.replace(f"place: {ZONE}\n", f"place: {other(ZONE)}\n", 1), encoding="utf-8"
        )
        peers = yaml.safe_load((target / "peers.yaml").read_text(encoding="utf-8"))
        for group in peers["groups"]:
            group["members"] = [other(key) for key in group["members"]]
        (target / "peers.yaml").write_text(yaml.safe_dump(peers, allow_unicode=True), encoding="utf-8")
        zone = (target / "zone.yaml").read_text(encoding="utf-8")
        (target / "zone.yaml").write_text(
            zone.replace(f"key: {ZONE}\n", f"key: {name}\n", 1), encoding="utf-8"
        )
        dice = random.Random(number)
        rows = []
        wanted: dict[str, tuple[str, str, str]] = {}
        for key, year, value in cells:
            _, form, place, cell = key.split("/")
            mine = f"sample/{form}/{other(place)}/{cell}"
            wanted[mine] = (form, other(place), cell)
            rows.append((mine, year, value * dice.uniform(0.95, 1.05)))
        known = {
            key: Place.objects.create(key=key, kind="city", name_zh=key, name_en=key)
            for key in sorted({place for _, place, _ in wanted.values()})
        }
        units = dict(Series.objects.filter(sample=True).values_list("key", "unit"))
        back = {
            f"sample/{form}/{place.removeprefix(name + '-')}/{cell}": key
            for key, (form, place, cell) in wanted.items()
        }
        made = []
        for old, key in back.items():
            form, place, cell = wanted[key]
            series = Series(
                key=key,
                property=properties[cell],
                place=known[place],
                network=form,
                unit=units[old],
                statistic="figure",
                averaging="P1Y",
                sample=True,
            )
            from ecociv.evidence.schema import series_id

            series.id = series_id(key)
            made.append(series)
        Series.objects.bulk_create(made, batch_size=500)
        filed += rows
        if number == count - 1 or len(filed) > 200_000:
            append(filed)
            filed = []
        names.append(name)
    compact(EvidenceStore())  # as the scheduled job does
    os.environ["ECOCIV_ZONES"] = str(zones)
    return names


def many_zones(names: list[str], years: list[int], steps: list[int]) -> Iterator[str]:
    """Full computation of more and more zones."""
    from ecociv.indicators.compute import compute

    done, spent, busy, derived = 0, 0.0, 0.0, 0
    for step in steps:
        started, worked = time.perf_counter(), time.process_time()
        for name in names[done:step]:
            for year in years:
                derived += compute(name, year).derived
        done, spent = step, spent + time.perf_counter() - started
        busy += time.process_time() - worked
        yield (
            f"{step} zones, {len(years)} years, {derived} figures: {spent:.1f} s, {busy:.1f} s of the processor, "
            f"{busy / step / len(years):.2f} s of it a zone and year, {megabytes()}"
        )


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--zones", default="1,10,100", help="numbers of generated zones, rising")
    parser.add_argument("--years", type=int, default=9)
    options = parser.parse_args()
    steps = [int(part) for part in options.zones.split(",") if part]
    years = list(range(2012, 2012 + options.years))
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder))
        one_zone(years)
        if steps:
            started = time.perf_counter()
            names = generate(Path(folder), max(steps), cells_of_the_sample(years))
            print(f"generated {max(steps)} zones in {time.perf_counter() - started:.1f} s")
            for line in many_zones(names, years, steps):
                print(line, flush=True)


if __name__ == "__main__":
    main()
