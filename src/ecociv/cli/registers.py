"""``ecociv registers``: things on record with a life cycle."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import click

from ecociv.cli.console import (
    EXIT_CODES,
    Exit,
    answer_options,
    fail,
    language_option,
    sample_mark,
    say,
    say_json,
    with_django,
)
from ecociv.cli.indicator import moment
from ecociv.cli.land_given import account, day_of, reading_options, user_option, zone_option


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Registers (登记): enterprises, permits, mines and the other kinds that the zone declares."""


@group.command("kinds", epilog=EXIT_CODES)
@zone_option
@answer_options
@with_django
def list_kinds(zone: str, form: str, language: str) -> None:
    """The kinds of register, with the number of entries today."""
    from ecociv.registers.loading import kinds
    from ecociv.registers.queries import counts

    number = counts(zone)
    if form == "json":
        say_json(
            [
                kind.model_dump(mode="json", by_alias=True, exclude_defaults=True)
                | {"entries": number[kind.key]}
                for kind in kinds(zone).values()
            ]
        )
        return
    for kind in kinds(zone).values():
        say(f"{kind.key}  {kind.name.in_language(language)}  {number[kind.key]}")


@group.command("list", epilog=EXIT_CODES)
@click.argument("kind")
@zone_option
@reading_options
@click.option("--state", default=None, help="Only entries in this state.")
@answer_options
@with_django
def list_entries(
    kind: str,
    zone: str,
    on: dt.datetime | None,
    as_of: str | None,
    state: str | None,
    form: str,
    language: str,
) -> None:
    """Entries of KIND on a day."""
    from ecociv.registers.queries import entries

    found = entries(zone, kind, day_of(on), moment(as_of), state)
    if form == "json":
        say_json([_json(one) for one in found])
        return
    for one in found:
        mark = sample_mark(one.sample, language)
        say(f"{one.key}  {one.title}  {one.state_name.in_language(language)}  {one.since}{mark}")
    if not found:
        say({"zh": "没有登记。", "en": "Nothing is on record."}[language])


@group.command("show", epilog=EXIT_CODES)
@click.argument("kind")
@click.argument("key")
@zone_option
@reading_options
@answer_options
@with_django
def show(
    kind: str, key: str, zone: str, on: dt.datetime | None, as_of: str | None, form: str, language: str
) -> None:
    """What the register of KIND says of KEY, and how it came to."""
    from ecociv.registers.models import EntryFile
    from ecociv.registers.queries import entry, history

    known = moment(as_of)
    found = entry(zone, kind, key, day_of(on), known)
    if found is None:
        fail(f"{key!r} was not on the register of {kind} then; `ecociv registers list {kind}` shows what is.")
    past = history(zone, kind, key, known)
    files = EntryFile.objects.filter(zone=zone, kind=kind, key=key)
    if known is not None:
        files = files.filter(recorded_at__lte=known)
    if form == "json":
        say_json(
            _json(found)
            | {
                "files": [
                    {
                        "revision": row.revision,
                        "name": row.file_name,
                        "sha256": row.sha256,
                        "size": row.size,
                        "public": row.public,
                        "recorded_at": row.recorded_at.isoformat(),
                    }
                    for row in files
                ],
                "history": [
                    {
                        "revision": row.revision,
                        "event": row.event,
                        "valid_from": row.valid_from.isoformat(),
                        "recorded_at": row.recorded_at.isoformat(),
                        "state": row.state,
                        "by": row.author_name,
                        "reason": row.reason,
                        "document": row.document,
                    }
                    for row in past
                ]
            }
        )
        return
    say(f"{found.key}  {found.title}  {found.state_name.in_language(language)}")
    for field in found.kind.fields:
        if words := found.shown(field.key, language):
            say(f"  {field.name.in_language(language)}: {words}")
    for row in past:
        say(f"  #{row.revision} {row.valid_from} {row.author_name} {row.get_event_display()} {row.reason}")
    for each in files:
        say(f"  #{each.revision} {each.file_name}  {each.sha256}")


@group.command("attach", epilog=EXIT_CODES)
@click.argument("kind")
@click.argument("key")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@zone_option
@user_option
@click.option("--revision", type=int, default=0, help="Revision that it belongs to; the last one by default.")
@click.option("--public", is_flag=True, help="The public may read it as well (kinds that are public).")
@language_option
@with_django
def attach(
    kind: str, key: str, path: Path, zone: str, username: str, revision: int, public: bool, language: str
) -> None:
    """Attach a paper (PDF, docx, jpg, png) to an entry of KIND."""
    from django.core.exceptions import PermissionDenied

    from ecociv.evidence.library.formats import FileNotTaken
    from ecociv.evidence.library.keeping import keep_paper
    from ecociv.registers.actions import EntryRefused
    from ecociv.registers.attaching import AttachFile
    from ecociv.registers.queries import history

    past = history(zone, kind, key)
    try:
        made = AttachFile(
            zone=zone,
            kind=kind,
            key=key,
            revision=revision or (past[0].revision if past else 0),
            path=path,
            name=path.name,
            author=account(username),
            keep=keep_paper,
            public=public,
        ).execute()
    except EntryRefused as refused:
        fail(" ".join(text.in_language(language) for text in refused.texts))
    except FileNotTaken as refused:
        fail(refused.text.in_language(language))
    except PermissionDenied as denied:
        fail(str(denied))
    say(f"{made.kind}:{made.key} r{made.revision}  {made.file_name}  {made.sha256}")


@group.command("import", epilog=EXIT_CODES)
@click.argument("kind")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@zone_option
@user_option
@click.option("--reason", default="", help="Why; it goes with every revision.")
@click.option("--document", default="", help="The document that it rests on.")
@click.option("--check", is_flag=True, help="Only report; record nothing.")
@answer_options
@with_django
def take(
    kind: str,
    path: Path,
    zone: str,
    username: str,
    reason: str,
    document: str,
    check: bool,
    form: str,
    language: str,
) -> None:
    """Take entries of KIND from a CSV or .xlsx file: all rows, or none with a report of every fault."""
    from django.core.exceptions import PermissionDenied

    from ecociv.registers.files import FileUnreadable
    from ecociv.registers.importing import ImportEntries, ImportRefused

    action = ImportEntries(
        zone=zone, kind=kind, path=path, author=account(username), reason=reason, document=document
    )
    try:
        done = action.execute(dry=check)
    except FileUnreadable as refused:
        fail(refused.text.in_language(language))
    except PermissionDenied as refused:
        fail(str(refused))
    except ImportRefused as refused:
        if form == "json":
            say_json(
                {
                    "faults": [
                        {"row": f.row, "key": f.key, "column": f.column, **f.text.to_mapping()}
                        for f in refused.faults
                    ]
                }
            )
        for fault in refused.faults if form == "text" else ():
            click.echo(fault.words(language), err=True)
        sys.exit(int(Exit.INPUT))
    if form == "json":
        say_json({"entered": done.entered, "revised": done.revised, "moved": done.moved, "same": done.same})
        return
    counted = (len(done.entered), len(done.revised), len(done.moved), len(done.same))
    words = {
        "zh": "新登记 {0}，修订 {1}，状态变更 {2}，未变 {3}。",
        "en": "{0} entered, {1} revised, {2} moved, {3} the same.",
    }[language]
    say(words.format(*counted))


@group.command("export", epilog=EXIT_CODES)
@click.argument("kind")
@zone_option
@reading_options
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File, .csv or .xlsx."
)
@language_option
@with_django
def hand_out(
    kind: str, zone: str, on: dt.datetime | None, as_of: str | None, out: Path, language: str
) -> None:
    """Entries of KIND as a file that `import` reads."""
    from ecociv.registers.importing import exported
    from ecociv.registers.loading import kind_of
    from ecociv.registers.queries import entries

    form = out.suffix.lower().lstrip(".")
    if form not in ("csv", "xlsx"):
        fail(f"{out.name}: end the name in .csv or .xlsx.", Exit.USAGE)
    found = entries(zone, kind, day_of(on), moment(as_of))
    out.write_bytes(exported(found, kind_of(zone, kind), form, language))
    say(f"{len(found)} -> {out}")


def _json(one: Any) -> dict[str, Any]:
    first, last = one.term
    return {
        "kind": one.kind.key,
        "key": one.key,
        "title": one.title,
        "state": one.state,
        "in_force": one.in_force,
        "term": [first.isoformat() if first else None, last.isoformat() if last else None],
        "holder": one.holder,
        "values": dict(one.content),
        "since": one.since.isoformat(),
        "revision": one.revision,
        "recorded_at": one.recorded_at.isoformat(),
        "by": one.author_name,
        "document": one.document,
        "sample": one.sample,
    }
