"""``ecociv overlay``: two layers of polygons into patches and a table by pair of classes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecociv.cli.console import EXIT_CODES, Exit, fail, format_option, progress, say, say_json

if TYPE_CHECKING:
    from ecociv.territory.overlay.files import Outcome
    from ecociv.territory.overlay.result import Side

_SHOWN = 5
"""Features that a line names."""


@click.command("overlay", epilog=EXIT_CODES)
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--class-a", default=None, help="Field with the class of A; without it A is one class.")
@click.option("--class-b", default=None, help="Field with the class of B.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="Patches, a GeoPackage; without it only the table.",
)
@click.option(
    "--summary", type=click.Path(path_type=Path), default=None, help="Table by pair of classes, CSV."
)
@click.option(
    "--how",
    type=click.Choice(["intersection", "identity", "union"]),
    default="intersection",
    show_default=True,
    help="What both cover; and what A alone covers; and what B alone covers.",
)
@click.option("--id-a", default=None, help="Field with the ids of A; the file's feature numbers otherwise.")
@click.option("--id-b", default=None, help="Field with the ids of B.")
@click.option("--layer-a", default=None, help="Layer of A, where the file has several.")
@click.option("--layer-b", default=None, help="Layer of B.")
@click.option("--crs-a", default=None, help="Reference system of A, where the file does not say (EPSG:4547).")
@click.option("--crs-b", default=None, help="Reference system of B.")
@click.option(
    "--encoding-a", default=None, help="Encoding of A's texts, where a shapefile does not say (GB18030)."
)
@click.option("--encoding-b", default=None, help="Encoding of B's texts.")
@click.option(
    "--repair",
    type=click.Choice(["structure", "linework", "refuse"]),
    default="structure",
    show_default=True,
    help="Rule for invalid polygons.",
)
@click.option(
    "--double-cover",
    type=click.Choice(["report", "first", "refuse"]),
    default="report",
    show_default=True,
    help="Where a layer overlaps itself: report it, give the area to the earlier feature, or stop.",
)
@click.option("--least-area", type=click.FloatRange(min=0), default=None, help="Slivers are smaller, m2.")
@click.option("--least-width", type=click.FloatRange(min=0), default=None, help="Slivers are narrower, m.")
@click.option("--drop-slivers", is_flag=True, help="Leave slivers out of the patches; the table shows them.")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes.")
@click.option(
    "--tile-vertices",
    type=click.IntRange(min=1000),
    default=400_000,
    show_default=True,
    help="Vertices that a tile reads at most; fewer need less memory.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="What runs the tiles; spark needs PySpark and Java. The result is the same.",
)
@format_option("text", "json")
def overlay(
    a: Path,
    b: Path,
    class_a: str | None,
    class_b: str | None,
    out: Path | None,
    summary: Path | None,
    how: str,
    id_a: str | None,
    id_b: str | None,
    layer_a: str | None,
    layer_b: str | None,
    crs_a: str | None,
    crs_b: str | None,
    encoding_a: str | None,
    encoding_b: str | None,
    repair: str,
    double_cover: str,
    least_area: float | None,
    least_width: float | None,
    drop_slivers: bool,
    workers: int,
    tile_vertices: int,
    engine: str,
    form: str,
) -> None:
    """Overlay the polygon layers A and B: patches by pair of classes with areas on the CGCS2000 ellipsoid that add up."""
    from ecociv.territory.overlay.cleaning import RepairRule
    from ecociv.territory.overlay.engines import EngineMissing, Watch, WorkerLost
    from ecociv.territory.overlay.files import overlay_files
    from ecociv.territory.overlay.options import DoubleCover, How, Options, OverlayRefused
    from ecociv.territory.overlay.sources import Source

    options = Options(
        How(how), RepairRule(repair), DoubleCover(double_cover), least_area, least_width, tile_vertices
    )
    sources = (
        Source(a, class_a, id_a, layer_a, crs_a, encoding_a),
        Source(b, class_b, id_b, layer_b, crs_b, encoding_b),
    )
    with progress(f"{a.name} x {b.name}") as report:
        try:
            outcome = overlay_files(
                *sources,
                out,
                summary,
                options=options,
                workers=workers,
                engine_name=engine,
                drop_slivers=drop_slivers,
                watch=Watch(report),
            )
        except OverlayRefused as error:
            fail(str(error))
        except (EngineMissing, WorkerLost) as error:
            fail(str(error), Exit.MISSING)
    if form == "json":
        say_json(_as_json(outcome))
    else:
        say(_as_text(outcome))
    if outcome.table.report.double_counted or outcome.table.a.left_out or outcome.table.b.left_out:
        raise SystemExit(int(Exit.FOUND))


def _as_json(outcome: Outcome) -> dict[str, Any]:
    table, summary = outcome.table, outcome.summary
    return {
        "patches": len(table),
        "area_m2": str(summary.total),
        "slivers": int(table.sliver.sum()),
        "sliver_area_m2": str(summary.sliver_total),
        "a": _side_as_json(table.a, table.report.overlaps_a),
        "b": _side_as_json(table.b, table.report.overlaps_b),
        "double_counted": table.report.double_counted,
        "only_touching_pairs": table.report.contacts,
        "points_and_lines_dropped": table.report.dropped,
        "rounding_m2": table.report.rounding,
        "digest": outcome.digest,
    }


def _side_as_json(side: Side, overlaps: Any) -> dict[str, Any]:
    return {
        "features": len(side.ids),
        "repaired": side.repaired,
        "left_out": side.left_out,
        "remarks": {
            str(remark): count for remark, count in Counter(note.remark for note in side.notes).items()
        },
        "overlapping_pairs": len(overlaps.first),
        "overlapping_m2": float(overlaps.area.sum()),
    }


def _as_text(outcome: Outcome) -> str:
    found = _as_json(outcome)
    lines = [
        f"patches         {found['patches']} with {found['area_m2']} m2 in {len(outcome.summary.rows)} pairs of classes",
        f"slivers         {found['slivers']} with {found['sliver_area_m2']} m2 (part of the patches)",
    ]
    for name in ("a", "b"):
        side = found[name]
        lines.append(
            f"layer {name.upper()}         {side['features']} features, {side['repaired']} repaired, {side['left_out']} left out, "
            f"{side['overlapping_pairs']} pairs overlap within the layer ({side['overlapping_m2']:.2f} m2)"
        )
        lines += _remarks(outcome.table.a if name == "a" else outcome.table.b)
    lines.append(f"only touching   {found['only_touching_pairs']} pairs")
    if not found["patches"]:
        lines.append(
            "There is no patch: the layers do not meet. Do both lie where their reference systems say?"
        )
    if found["digest"]:
        lines.append(f"digest          {found['digest']}")
    if found["double_counted"]:
        lines.append(
            "A layer overlaps itself, so some area is in more than one patch. --double-cover first counts every place once."
        )
    return "\n".join(lines)


def _remarks(side: Side) -> list[str]:
    """A line for each reason for which features were changed or left out, with the first of them."""
    from ecociv.territory.overlay.cleaning import Remark

    features: dict[Remark, list[int]] = {}
    for note in side.notes:
        features.setdefault(note.remark, []).append(note.feature)
    lines = []
    for remark, places in features.items():
        more = ", …" if len(places) > _SHOWN else ""
        hint = (
            " (swapped axes, or metres under a system of degrees?)" if remark is Remark.OFF_THE_GLOBE else ""
        )
        ids = ", ".join(str(side.ids[place]) for place in places[:_SHOWN])
        lines.append(f"                {len(places)} {remark}{hint}: id {ids}{more}")
    return lines


group = overlay
