"""``ecociv layer add``: a file becomes the next version of a layer."""

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

if TYPE_CHECKING:
    from ecociv.territory.models import LayerVersion

_ZONE = click.option("--zone", default="jingdezhen", show_default=True, help="Key of the zone.")


@click.command("add", epilog=EXIT_CODES)
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
        say_json({"known": added.known, "version": described(added.version), "found": found.to_json()})
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


def described(version: LayerVersion) -> dict[str, Any]:
    """A version as plain values."""
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


def _day(text: str, option: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fail(f"{option} is {text!r}; write a day as in 2017-01-31.", Exit.USAGE)
