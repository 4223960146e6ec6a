"""``ecociv site``: site checks and their certificates."""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    fail,
    language_option,
    progress,
    say,
    say_repeated,
    with_django,
)
from ecociv.cli.indicator import moment
from ecociv.cli.siting import find, find_repeat


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Site check (项目合规性审查)."""


group.add_command(find)
group.add_command(find_repeat)


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for each in given:
        key, equals, number = each.partition("=")
        if not equals:
            fail(
                f"--document {each!r}: write KEY=NUMBER, as farmland-state-council=国土资函〔2018〕1号",
                Exit.USAGE,
            )
        pairs[key.strip()] = number.strip()
    return pairs


@group.command("check", epilog=EXIT_CODES)
@click.argument("site")
@click.option("--zone", default="jingdezhen", show_default=True)
@click.option(
    "--purpose",
    default="housing",
    show_default=True,
    help="`ecociv site purposes` lists them; or a code of GB/T 4754, as C26.",
)
@click.option(
    "--on",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Layers and rules in force on this day; the day of --as-of, or today.",
)
@click.option("--as-of", default=None, help="Only what was recorded by then, on the day of then.")
@click.option("--crs", default="", help="Of the coordinates, as EPSG:4547.")
@click.option("--layer", default="", help="Which layer of the file, where it has several.")
@click.option(
    "--axis-order", type=click.Choice(["xy", "yx"]), default="xy", help="yx where the file has north first."
)
@click.option("--encoding", default="", help="Encoding of a shapefile's texts where nothing says it.")
@click.option("--repair", is_flag=True, help="Repair an outline that crosses itself.")
@click.option("--has", multiple=True, help="Trait that the project has, as large-scale.")
@click.option("--lacks", multiple=True, help="Trait that it does not have.")
@click.option("--document", "documents", multiple=True, help="Document at hand, as KEY=NUMBER.")
@click.option("--title", default="", help="Name of the project.")
@click.option("--batch", is_flag=True, help="Check each polygon of the file; all of them or none.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "docx", "pdf", "csv", "gpkg"]),
    default="json",
    show_default=True,
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; needed for docx, pdf and gpkg.",
)
@language_option
@with_django
def check(
    site: str,
    zone: str,
    purpose: str,
    on: dt.datetime | None,
    as_of: str | None,
    crs: str,
    layer: str,
    axis_order: Literal["xy", "yx"],
    encoding: str,
    repair: bool,
    has: tuple[str, ...],
    lacks: tuple[str, ...],
    documents: tuple[str, ...],
    title: str,
    batch: bool,
    form: str,
    out: Path | None,
    language: str,
) -> None:
    """Check SITE: a file of polygons, or WKT, or GeoJSON.

    Exit code 1 where the answer is not a plain yes.
    """
    from django.utils import timezone

    from ecociv.territory.rules.purposes import PurposeRefused
    from ecociv.territory.site_check.actions import CheckSite, SiteRequest
    from ecociv.territory.site_check.files import FileSite, site_of_file
    from ecociv.territory.site_check.sites import SiteRefused

    if form in ("docx", "pdf", "gpkg") and out is None:
        fail(f"--format {form} needs --out FILE", Exit.USAGE)
    if (form in ("csv", "gpkg")) != batch and form != "json":
        fail("csv and gpkg are for --batch, docx and pdf for one site", Exit.USAGE)
    if out is not None and not out.absolute().parent.is_dir():
        fail(f"The folder {out.absolute().parent} is not there; make it first.")
    known = moment(as_of)
    day = on.date() if on else timezone.localdate(known)
    request = SiteRequest(
        "", purpose, day, crs=crs, repair=repair, yes=has, no=lacks, documents=_pairs(documents)
    )
    path = _file(site)
    if batch:
        if path is None:
            fail("--batch needs a file.", Exit.USAGE)
        if layer or encoding or axis_order == "yx":
            fail(
                "--layer, --encoding and --axis-order are for one site; give the batch a file of its own.",
                Exit.USAGE,
            )
        _batch(path, request, zone, title, form, out, language)
        return
    try:
        read = FileSite(site, crs)
        if path is not None:
            read = site_of_file(path, crs, layer=layer, axis_order=axis_order, encoding=encoding)
        notes = [note.to_mapping() for note in read.notes]
        asked = replace(request, geometry=read.text, crs=read.crs, file_notes=notes)
        made = CheckSite(asked, zone, "ecociv site check", title, known).execute()
    except (SiteRefused, PurposeRefused) as refused:
        fail(refused.text.in_language(language))
    if form == "json":
        _write(
            out,
            json.dumps(
                {"reference": made.reference, "digest": made.digest, **made.result},
                ensure_ascii=False,
                indent=2,
            ),
        )
    else:
        from ecociv.reporting.problems import NoChineseFont, ReportRefused
        from ecociv.reporting.site_check.write import write_certificate

        try:
            content = write_certificate(made, form, language=language)
        except ReportRefused as refused_report:
            fail(
                refused_report.text.in_language(language),
                Exit.MISSING if isinstance(refused_report, NoChineseFont) else Exit.INPUT,
            )
        assert out is not None
        out.write_bytes(content)
        say(f"{made.reference} {made.answer_text.in_language(language)}: {out}")
    if as_of is not None and any(each["code"] == "zone-boundary-missing" for each in made.result["reasons"]):
        click.echo(
            f"By {as_of} no boundary of the zone had been recorded here. --as-of is about what was known; for layers "
            "in force on a day as they are known now give --on alone.",
            err=True,
        )
    if made.answer != "permitted":
        sys.exit(int(Exit.FOUND))


def _file(site: str) -> Path | None:
    if (
        site.lstrip()[:1] in "{["
        or "(" in site
        or len(site) > 1000
        or site.rstrip().upper().endswith(" EMPTY")
    ):
        return None
    path = Path(site)
    if not path.exists():
        fail(f"There is no file {site!r}, and it is neither WKT nor GeoJSON.")
    return path


def _write(out: Path | None, text: str) -> None:
    if out is None:
        say(text)
    else:
        out.write_text(text, encoding="utf-8")


def _batch(
    path: Path, request: Any, zone: str, title: str, form: str, out: Path | None, language: str
) -> None:
    from ecociv.territory.site_check.batch import BatchRefused, OpenBatch, as_geopackage, run_batch

    try:
        opened = OpenBatch(path, request, zone, "ecociv site check", title).execute()
    except BatchRefused as refused:
        _say_rows(refused.report, language)
        fail("Nothing was checked: mend the rows above.")
    with progress("checking") as tell:
        done = run_batch(opened.pk, tell)
    if done.state != "done":
        _say_rows(done.report, language)
        fail("Nothing was recorded: mend the rows above.")
    checks = list(done.checks.order_by("row"))
    if form == "gpkg" and out is not None:
        as_geopackage(checks, out)
        say(f"{len(checks)} sites: {out}")
    else:
        _write_batch(done.pk, checks, form, out)
    if any(each.answer != "permitted" for each in checks):
        sys.exit(int(Exit.FOUND))


def _say_rows(report: list[dict[str, Any]], language: str) -> None:
    for each in report:
        click.echo(f"row {each['row']} {each['title']}: {each[language]}", err=True)


def _write_batch(number: int, checks: list[Any], form: str, out: Path | None) -> None:
    rows = [
        {
            "row": each.row,
            "reference": each.reference,
            "title": each.title,
            "purpose": each.purpose,
            "answer": each.answer,
            "area_m2": str(each.area),
            "codes": " ".join(dict.fromkeys(str(one["code"]) for one in each.result["reasons"])),
            "digest": each.digest,
        }
        for each in checks
    ]
    if form == "json":
        _write(out, json.dumps({"batch": number, "sites": rows}, ensure_ascii=False, indent=2))
        return
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _write(out, buffer.getvalue().rstrip("\n"))


@group.command("repeat", epilog=EXIT_CODES)
@click.argument("number", type=int)
@click.option("--zone", default="jingdezhen", show_default=True)
@with_django
def repeat_check(number: int, zone: str) -> None:
    """Make check NUMBER again and compare it to the last byte; exit code 1 where it differs."""
    from ecociv.territory.models import SiteCheck
    from ecociv.territory.site_check.actions import repeat

    found = SiteCheck.objects.filter(zone=zone, number=number).first()
    if found is None:
        fail(f"{zone} has no site check {number}.")
    again = repeat(found)
    say_repeated({"reference": found.reference}, found.digest, again, differs=again.differs)


@group.command("purposes", epilog=EXIT_CODES)
@click.option("--zone", default="jingdezhen", show_default=True)
@language_option
@with_django
def purposes(zone: str, language: str) -> None:
    """List the purposes with their industry, and the traits that can be stated."""
    from ecociv.territory.rules.loading import space_rules

    rules = space_rules(zone)
    for each in rules.purposes.purposes:
        say(f"{each.key}\t{each.industry}\t{each.name.in_language(language)}")
    for trait in rules.purposes.traits:
        say(f"{trait.key}\t{trait.default}\t{trait.name.in_language(language)}")
