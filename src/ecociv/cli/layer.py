"""``ecociv layer``: layers of space and their versions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    format_option,
    language_option,
    progress,
    say,
    say_json,
    with_django,
)
from ecociv.cli.layer_area import area

if TYPE_CHECKING:
    from ecociv.territory.models import LayerVersion

_ZONE = click.option("--zone", default="jingdezhen", show_default=True, help="Key of the zone.")


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Layers of space: add versions from files, list, compare, hand out, verify."""


@group.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@_ZONE
@click.option("--name", required=True, help="Key of the layer, such as red-line: letters, digits, hyphens.")
@click.option("--kind", required=True, help="Kind of the layer; see `ecociv layer kinds`.")
@click.option("--crs", default="", help="Reference system where the file has none, such as EPSG:4547.")
@click.option("--axis-order", type=click.Choice(["xy", "yx"]), help="yx where the file has north first.")
@click.option("--encoding", default="", help="Encoding of the texts where the file does not say it.")
@click.option("--layer", "layer", default="", help="Which layer of the file, where it has several.")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML file that says which field is identity, class and name.",
)
@click.option("--identity", default="", help="Field of the identity, instead of a mapping file.")
@click.option("--class", "class_field", default="", help="Field of the class, instead of a mapping file.")
@click.option("--name-field", default="", help="Field of the name, instead of a mapping file.")
@click.option("--class-value", default="", help="Class of all features, where the file does not tell.")
@click.option("--repair", "repairs", multiple=True, help="Rule of repair; may be given again. See the docs.")
@click.option("--with-defects", is_flag=True, help="Store what is left of errors, marked as such.")
@click.option("--convert-gcj02", is_flag=True, help="Take the offset of GCJ-02 back, with a note.")
@click.option(
    "--shift",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML file with the parameters from Xi'an 1980 or Beijing 1954 to CGCS2000, and check points.",
)
@click.option("--title", default="", help="Title of this version; the name when not given.")
@click.option("--valid-from", default="", help="First day on which it holds; today when not given.")
@click.option("--valid-to", default="", help="Last day on which it holds.")
@click.option("--plan", default="", help="Plan or survey that it belongs to.")
@click.option("--issuing-body", default="", help="Who issued it.")
@click.option("--document", default="", help="Document of approval.")
@click.option("--scale", type=click.IntRange(100, 10_000_000), help="Scale, 1 to this.")
@click.option("--licence", default="", help="Licence.")
@click.option("--confidentiality", type=click.Choice(["public", "internal", "restricted"]))
@click.option("--owner", default="", help="Key of the body that keeps the layer.")
@click.option("--reason", default="", help="Why there is a new version.")
@click.option("--correction", is_flag=True, help="It corrects the version before.")
@click.option("--sample", is_flag=True, help="It is generated data.")
@click.option("--trial", is_flag=True, help="Say what was found and write nothing.")
@format_option("text", "json")
@language_option
@with_django
def add(file: Path, zone: str, form: str, language: str, **given: Any) -> None:
    """Add FILE as the next version of a layer, after reading, examining and, where asked, repairing it.

    Reads shapefile (zip, folder), GeoPackage, GeoJSON, GeoParquet, file geodatabase, DXF and KML. What a file does not
    say is asked for, never guessed. With errors of topology nothing is stored unless they are repaired or
    --with-defects is given.
    """
    from django.core.exceptions import PermissionDenied

    from ecociv.evidence.declared import zone_folder
    from ecociv.territory.actions import LayerRefused
    from ecociv.territory.importing import ImportRefused
    from ecociv.territory.imports import ZoneGround, examine, layer_version
    from ecociv.territory.layers.kinds import UnknownKind, layer_kind
    from ecociv.territory.topology import RuleRefused

    zone_folder(zone)
    name = given["name"]
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii() or len(name) > 64:
        fail(
            f"--name is {name!r}; use up to 64 letters, digits and hyphens, as in red-line. --title is free.",
            Exit.USAGE,
        )
    valid_from = _day(given["valid_from"], "--valid-from") or dt.date.today()  # noqa: DTZ011 - a day at this desk
    valid_to = _day(given["valid_to"], "--valid-to")
    try:
        kind = layer_kind(given["kind"])
        with progress(f"Reading {file.name}"):
            found = examine(file, kind, _choices(given), ZoneGround.of(zone))
        if found.faults or given["trial"]:
            _say_found(found, form, language)
            if found.faults:
                raise SystemExit(int(Exit.INPUT))
            return
        added = layer_version(
            found,
            zone=zone,
            key=name,
            kind=given["kind"],
            title=given["title"] or name,
            author="ecociv layer add",
            valid_from=valid_from,
            valid_to=valid_to,
            owner=given["owner"],
            plan=given["plan"],
            issuing_body=given["issuing_body"],
            document=given["document"],
            scale=given["scale"],
            licence=given["licence"],
            confidentiality=given["confidentiality"] or "",
            reason=given["reason"],
            correction=given["correction"],
            sample=given["sample"],
        ).execute()
    except (ImportRefused, UnknownKind, RuleRefused) as refusal:
        fail(refusal.text.in_language(language))
    except LayerRefused as refusal:
        fail("\n".join(text.in_language(language) for text in refusal.texts))
    except PermissionDenied as error:
        fail(str(error))
    if form == "json":
        say_json({"known": added.known, "version": _described(added.version), "found": found.to_json()})
        return
    _say_found(found, form, language)
    version = added.version
    words = {
        ("zh", True): "内容与最新版本相同，未增加版本",
        ("en", True): "the newest version says the same; none was added",
        ("zh", False): f"已存为 {version.layer.key} 第{version.number}版，{version.valid_from}起有效",
        (
            "en",
            False,
        ): f"stored as {version.layer.key} version {version.number}, valid from {version.valid_from}",
    }
    say(words[language, added.known])


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
        say_json([_described(version) for version in found])
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
                    **_described(version),
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
        say_json([_described(version) for version in versions])
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


def _choices(given: dict[str, Any]) -> Any:
    from ecociv.territory.importing import AttributeMapping, load_attribute_mapping, load_shift
    from ecociv.territory.imports import ImportChoices

    mapping = load_attribute_mapping(given["mapping"]) if given["mapping"] else None
    fields = {"identity": given["identity"], "class": given["class_field"], "name": given["name_field"]}
    if any(fields.values()):
        if mapping is not None:
            fail("Give either --mapping or the fields one by one.", Exit.USAGE)
        mapping = AttributeMapping.model_validate({key: value for key, value in fields.items() if value})
    return ImportChoices(
        crs=given["crs"],
        axis_order=given["axis_order"] or "",
        encoding=given["encoding"],
        layer=given["layer"],
        mapping=mapping,
        class_value=given["class_value"],
        convert_gcj02=given["convert_gcj02"],
        datum_shift=load_shift(given["shift"]) if given["shift"] else None,
        repairs=given["repairs"],
        with_defects=given["with_defects"],
    )


def _say_found(found: Any, form: str, language: str) -> None:
    if form == "json":
        say_json(found.to_json())
        return
    imported = found.imported
    say(
        f"{imported.name}: {imported.format.label.in_language(language)}, {len(imported)} ({imported.crs.label})"
    )
    for note in found.notes:
        say(f"  {note.text.in_language(language)}")
    for kind, count in found.after.counts.items():
        if count or found.before.counts[kind]:
            area = found.after.areas[kind]
            label = kind.label.in_language(language)
            say(f"  {label}: {found.before.counts[kind]} -> {count}, {area:.2f} m2")
    if found.repaired.log:
        change = found.repaired.change
        say(f"  {len(found.repaired.log)} repairs, area {change:+.2f} m2")
    for fault in found.faults:
        click.echo(fault.in_language(language), err=True)


def _described(version: LayerVersion) -> dict[str, Any]:
    return {
        "layer": version.layer.key,
        "kind": version.layer.kind,
        "number": version.number,
        "change": version.change,
        "title": version.title,
        "valid_from": version.valid_from.isoformat(),
        "valid_to": version.valid_to.isoformat() if version.valid_to else None,
        "recorded_at": version.recorded_at.isoformat(),
        "features": version.count,
        "area_m2": str(version.area),
        "source_name": version.source_name,
        "source_crs": version.source_crs,
        "sha256": version.sha256,
        "confidentiality": version.confidentiality,
        "with_defects": version.with_defects,
        "sample": version.sample,
    }


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


def _day(text: str, option: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fail(f"{option} is {text!r}; write a day as in 2017-01-31.", Exit.USAGE)
