"""``ecociv layer``: layers of space and their versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    say,
    say_json,
    with_django,
)
from ecociv.cli.layer_area import area

if TYPE_CHECKING:
    from ecociv.territory.models import LayerVersion
from ecociv.cli.layer_add import add, described

_ZONE = click.option("--zone", default="jingdezhen", show_default=True, help="Key of the zone.")


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Layers of space: add versions from files, list, compare, hand out, verify."""


group.add_command(add)
group.add_command(area)


@group.command("kinds")
@language_option
def kinds(language: str) -> None:
    """Kinds of layers with their classes."""
    from ecociv.territory.layers.kinds import layer_kinds

    for each in layer_kinds().values():
        names = each.class_names()
        listed = f"{len(names)} {each.scheme}" if each.scheme else ", ".join(names) or "*"
        say(f"{each.key:<26} {each.name.in_language(language)}: {listed}")


@group.command("list")
@_ZONE
@format_option("text", "json")
@language_option
@with_django
def listing(zone: str, form: str, language: str) -> None:
    """Layers of a zone with their newest versions."""
    from ecociv.territory.models import Layer

    found = [
        version
        for layer in Layer.objects.filter(zone=zone)
        if (version := layer.versions.select_related("layer").order_by("-number").first())
    ]
    if form == "json":
        say_json([described(version) for version in found])
        return
    for each in found:
        mark = " *" if each.with_defects else ""
        say(
            f"{each.layer.key:<24} v{each.number:<4} {each.valid_from}  {each.count:>8}  {each.area:>18}  {each.confidentiality:<10} "
            f"{each.layer.title.in_language(language)}{mark}"
        )


@group.command("show")
@click.argument("name")
@_ZONE
@click.option("--number", type=click.IntRange(1), help="One version with its topology and repairs.")
@format_option("text", "json")
@language_option
@with_django
def show(name: str, zone: str, number: int | None, form: str, language: str) -> None:
    """The versions of a layer; with --number one of them in full."""
    if number is not None:
        version = _version(zone, name, number)
        if form == "json":
            say_json(
                {
                    **described(version),
                    "topology": version.topology,
                    "repairs": version.repairs,
                    "warnings": version.warnings,
                }
            )
            return
        versions = [version]
    else:
        versions = list(_layer(zone, name).versions.select_related("layer").order_by("number"))
    if form == "json":
        say_json([described(version) for version in versions])
        return
    for each in versions:
        say(
            f"v{each.number:<4} {each.get_change_display():<12} {each.valid_from} – {each.valid_to or ''}  {each.count:>8}  {each.area:>18} m2  "
            f"{each.source_crs:<10} {each.sha256[:12]}  {each.author_name}  {each.reason}"
        )
        if number is not None:
            for key, count in each.topology.get("counts", {}).items():
                say(f"      {key:<16} {count:>8}  {each.topology['areas_m2'][key]:>16} m2")
            for warning in each.warnings:
                say(f"      {warning}")


@group.command("diff")
@click.argument("name")
@click.argument("old", type=int)
@click.argument("new", type=int)
@_ZONE
@format_option("text", "json")
@language_option
@with_django
def diff(name: str, old: int, new: int, zone: str, form: str, language: str) -> None:
    """What changed from version OLD to version NEW (exit code 1 when something did)."""
    from ecociv.territory.downloads import compared

    found = compared(_version(zone, name, old), _version(zone, name, new))
    if form == "json":
        say_json(found.to_json())
    else:
        for kind, count in found.counts.items():
            say(f"{kind.label.in_language(language):<20} {count:>8}")
        for (before, after), area in found.areas.items():
            say(f"{before or '—'} -> {after or '—'}  {area:.2f} m2")
        for each in found.changed:
            say(
                f"{each.identity}  {each.kind.label.in_language(language)}  {each.class_old or '—'} -> {each.class_new or '—'}  "
                f"{each.area_old:.2f} -> {each.area_new:.2f} m2"
            )
    if found.changed:
        raise SystemExit(int(Exit.FOUND))


@group.command("export")
@click.argument("name")
@_ZONE
@click.option("--number", type=click.IntRange(1), help="Version; the newest when not given.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .gpkg, .parquet or .geojson.",
)
@click.option("--bbox", default="", help="Only what meets west,south,east,north in degrees.")
@click.option("--county", default="", help="Only what meets the county with this code, such as 360222.")
@with_django
def export(name: str, zone: str, number: int | None, out: Path, bbox: str, county: str) -> None:
    """A version as GeoPackage, GeoParquet or GeoJSON, by the ending of --out."""
    from ecociv.territory.downloads import FORMS, Part, PartRefused, write_download

    form = out.suffix.casefold().removeprefix(".")
    if form not in FORMS:
        fail(
            f"--out ends in {out.suffix!r}; it ends in {', '.join(f'.{each}' for each in FORMS)}.", Exit.USAGE
        )
    version = _version(zone, name, number)
    _intact(version)
    try:
        part = Part.of(bbox, county)
        write_download(version, form, out, part)
    except PartRefused as refusal:
        fail(refusal.text.en)
    what = f"{version.count} features" if part is None else "A part"
    say(f"{what} of {name} version {version.number} in {out}")


@group.command("verify")
@click.argument("name", required=False)
@_ZONE
@with_django
def verify(name: str | None, zone: str) -> None:
    """Prove that every layer file still has the bytes that its digest names (exit code 1 when one has not)."""
    from ecociv.territory.models import LayerVersion
    from ecociv.territory.store import intact

    asked = LayerVersion.objects.filter(layer__zone=zone).select_related("layer")
    if name is not None:
        asked = asked.filter(layer=_layer(zone, name))
    checked: dict[str, bool] = {}
    broken = 0
    for version in asked:
        if version.sha256 not in checked:
            checked[version.sha256] = intact(version.sha256)
        if not checked[version.sha256]:
            broken += 1
            say(
                f"{version.layer.key} v{version.number}: the file {version.sha256[:12]} is missing or changed"
            )
    say(f"{len(checked)} files, {broken} versions broken")
    if broken:
        raise SystemExit(int(Exit.FOUND))


def _layer(zone: str, name: str) -> Any:
    from ecociv.territory.queries import UnknownLayer, layer_of

    try:
        return layer_of(zone, name)
    except UnknownLayer as error:
        fail(str(error.args[0]))


def _version(zone: str, name: str, number: int | None) -> LayerVersion:
    versions = _layer(zone, name).versions.select_related("layer").order_by("-number")
    found = versions.first() if number is None else versions.filter(number=number).first()
    if found is None:
        listed = ", ".join(str(each) for each in versions.values_list("number", flat=True))
        fail(f"The layer {name!r} has no version {number}; versions: {listed}.")
    result: LayerVersion = found
    _intact(result)
    return result


def _intact(version: LayerVersion) -> None:
    from ecociv.territory.layers.geopackage import LayerFileUnreadable
    from ecociv.territory.queries import layer_file

    try:
        layer_file(version)
    except LayerFileUnreadable as error:
        fail(error.text.en, Exit.MISSING)


