"""``ecociv document``: official documents by kind."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

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
from ecociv.cli.indicator import moment


class KindGroup(click.Group):
    """A command for each kind of the register, beside those that are written out."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The kinds, then ``kinds`` itself."""
        from ecociv.reporting.official.kinds import KINDS

        return [*KINDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of a kind, by its key or its Chinese title."""
        from ecociv.reporting.official.kinds import UnknownKind, kind_of

        written_out = super().get_command(ctx, name)
        if written_out is not None:
            return written_out
        try:
            return _command(kind_of(name).key)
        except UnknownKind as error:
            fail(error.text.en, Exit.USAGE)


@click.group(cls=KindGroup, epilog=EXIT_CODES)
def group() -> None:
    """Official documents on the page of GB/T 9704-2012, every figure numbered to its trace."""


@group.command("kinds")
@format_option("text", "json")
@language_option
def kinds(form: str, language: str) -> None:
    """List the kinds, what each asks for, its languages and its forms."""
    from ecociv.reporting.official.kinds import KINDS

    if form == "json":
        say_json(
            [
                {
                    "kind": kind.key,
                    "title": kind.title.to_mapping(),
                    "about": kind.about.to_mapping(),
                    "needs": list(kind.needs),
                    "languages": list(kind.languages),
                    "forms": list(kind.forms),
                }
                for kind in KINDS.values()
            ]
        )
        return
    for kind in KINDS.values():
        needs = " ".join(f"--{need}" for need in kind.needs)
        say(f"{kind.key:12} {kind.title.in_language(language)}  {needs}  ({'/'.join(kind.languages)})")
        say(f"{'':12} {kind.about.in_language(language)}")


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--zone", default="jingdezhen", show_default=True)
@click.option("--as", "username", required=True, help="Account that reports; its rights decide row by row.")
@click.option("--trial", is_flag=True, help="Say what would be recorded and record nothing.")
@format_option("text", "json")
@language_option
@with_django
def read_back(file: Path, zone: str, username: str, trial: bool, form: str, language: str) -> None:
    """Record the progress filled in a workbook of the task breakdown; one row refused, and nothing is recorded."""
    from ecociv.cli.database import ensure_plan
    from ecociv.people.models import User
    from ecociv.reporting.official.progress_file import import_progress
    from ecociv.reporting.problems import ReportRefused

    ensure_plan(zone)
    author = User.objects.filter(username=username, is_active=True).first()
    if author is None:
        fail(f"There is no account {username!r}: name one by --as.", Exit.INPUT)
    try:
        found = import_progress(file, zone, author, trial=trial)
    except ReportRefused as error:
        fail(error.text.in_language(language), Exit.INPUT)
    if form == "json":
        say_json({"recorded": found.recorded, "rows": [row.to_json() for row in found.rows]})
    else:
        for row in found.rows:
            if row.outcome != "unchanged":
                reasons = "; ".join(reason.in_language(language) for reason in row.reasons)
                say(f"{row.row}\ttask:{row.task}\t{row.outcome}\t{reasons}")
        counts = [found.count(each) for each in ("unchanged", "new", "refused")]
        words = {
            "zh": "未改动{0}行，新报告{1}行，退回{2}行；入库{3}份。",
            "en": "{0} rows unchanged, {1} new, {2} refused; {3} recorded.",
        }[language]
        say(words.format(*counts, found.recorded))
    if not found.ok:
        raise SystemExit(Exit.INPUT)


@group.command("compare")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--zone", default="jingdezhen", show_default=True)
@click.option("--as-of", default=None, help="Against what was known on this day (2017-03-31).")
@format_option("text", "json")
@language_option
@with_django
def compare(file: Path, zone: str, as_of: str | None, form: str, language: str) -> None:
    """Compare a workbook of the completion table with the record, cell by cell; nothing is changed."""
    from ecociv.cli.database import ensure_plan
    from ecociv.reporting.official.completion_file import compare_completion
    from ecociv.reporting.problems import ReportRefused

    ensure_plan(zone)
    try:
        found = compare_completion(file, zone, as_of=moment(as_of))
    except ReportRefused as error:
        fail(error.text.in_language(language), Exit.INPUT)
    if form == "json":
        say_json([each.to_json() for each in found])
        return
    for each in found:
        say("\t".join((each.cell, each.indicator, each.column, each.in_file or "—", each.on_record or "—")))
    words = {"zh": "{n}处与记录不一致。", "en": "{n} cells differ from the record."}[language]
    say(words.format(n=len(found)))


@group.command("register")
@click.option("--zone", default="jingdezhen", show_default=True)
@click.option("--year", type=int, default=None)
@format_option("text", "json")
@language_option
@with_django
def register(zone: str, year: int | None, form: str, language: str) -> None:
    """List the issued documents with their numbers, and say whether a number is missing."""
    from ecociv.cli.database import ensure_plan
    from ecociv.reporting.models import IssuedDocument
    from ecociv.reporting.official.register_queries import numbers_missing

    ensure_plan(zone)
    rows = IssuedDocument.objects.filter(zone=zone).select_related("annulment")
    found = [row for row in rows if year is None or row.year == year]
    missing = numbers_missing(zone)
    if form == "json":
        say_json(
            {
                "documents": [_entry(row) for row in found],
                "missing": [[*key, *n] for key, n in missing.items()],
            }
        )
        return
    for row in found:
        void = {"zh": "作废", "en": "annulled"}[language] if hasattr(row, "annulment") else ""
        say("\t".join((row.number, row.dated.isoformat(), row.kind, row.title, void)).rstrip())
    if missing:
        fail(f"numbers are missing: {missing}", Exit.INPUT)


@group.command("annul")
@click.argument("number")
@click.option("--zone", default="jingdezhen", show_default=True)
@click.option("--reason", required=True, help="What is wrong, and which number replaces it.")
@click.option("--as", "username", required=True, help="Account that annuls; its rights decide.")
@language_option
@with_django
def annul(number: str, zone: str, reason: str, username: str, language: str) -> None:
    """Annul an issued document; its number stays used and its file stays kept."""
    from django.core.exceptions import PermissionDenied

    from ecociv.cli.database import ensure_plan
    from ecociv.reporting.official.register import AnnulDocument
    from ecociv.reporting.problems import ReportRefused

    ensure_plan(zone)
    try:
        AnnulDocument(_issued(zone, number, language), reason, _account(username)).execute()
    except ReportRefused as error:
        fail(error.text.in_language(language), Exit.INPUT)
    except PermissionDenied as error:
        fail(str(error), Exit.INPUT)
    say(
        {"zh": f"{number}已作废，文号不再使用。", "en": f"{number} is annulled; its number stays used."}[
            language
        ]
    )


@group.command("check")
@click.argument("number")
@click.option("--zone", default="jingdezhen", show_default=True)
@format_option("text", "json")
@language_option
@with_django
def check(number: str, zone: str, form: str, language: str) -> None:
    """Compose an issued document again from its as-of date and parameters, and compare it with what went out."""
    from ecociv.cli.database import ensure_plan
    from ecociv.reporting.official.register import compare as compare_again

    ensure_plan(zone)
    found = compare_again(_issued(zone, number, language))
    if form == "json":
        say_json(
            {
                **_entry(found.issued),
                "composed_again": found.digest,
                "same": found.same,
                "file_whole": found.file,
            }
        )
    else:
        words = {
            (True, "zh"): "重新生成的内容与印发时一致。",
            (True, "en"): "Composed again, it says what it said.",
            (False, "zh"): "重新生成的内容与印发时不一致；存档文件仍是印发时的文件。",
            (False, "en"): "Composed again, it differs; the stored file is the one that went out.",
        }
        say(f"{number}: {words[found.same, language]}")
        if found.refusal is not None:
            say(found.refusal.in_language(language))
        if not found.file:
            say({"zh": "存档文件缺失或已损坏。", "en": "The stored file is gone or damaged."}[language])
    if not (found.same and found.file):
        raise SystemExit(Exit.INPUT)


def _entry(row: Any) -> dict[str, Any]:
    annulment = getattr(row, "annulment", None)
    return {
        "number": row.number,
        "kind": row.kind,
        "title": row.title,
        "addressees": row.addressees,
        "dated": row.dated.isoformat(),
        "as_of": row.as_of.isoformat(),
        "parameters": row.parameters,
        "content": row.content_digest,
        "file": row.document_id,
        "issued_by": row.author_name,
        "annulled": None if annulment is None else annulment.reason,
    }


def _account(username: str) -> Any:
    from ecociv.people.models import User

    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        fail(f"There is no account {username!r}: name one by --as.", Exit.INPUT)
    return found


def _issued(zone: str, number: str, language: str) -> Any:
    from ecociv.reporting.official.register_queries import issued_by_number
    from ecociv.reporting.problems import ReportRefused

    try:
        found = issued_by_number(zone, number)
    except ReportRefused as error:
        fail(error.text.in_language(language), Exit.INPUT)
    if found is None:
        fail(
            {"zh": f"登记簿中没有{number}。", "en": f"The register has no {number}: see document register."}[
                language
            ],
            Exit.INPUT,
        )
    return found


def _issue(
    key: str, zone: str, out: Path, options: Any, as_of: Any, language: str, series: str, username: str
) -> None:
    """Issue a document and put a copy of its file where it was asked for."""
    from django.core.exceptions import PermissionDenied

    from ecociv.evidence.documents import read_document
    from ecociv.reporting.annual import require_folder, write_whole
    from ecociv.reporting.official.register import IssueDocument

    if not username:
        fail("An issued document is issued by somebody: name the account by --as.", Exit.USAGE)
    require_folder(out)
    work = IssueDocument(key, zone, options, _account(username), series, out.suffix.lower(), language, as_of)
    try:
        made = work.execute()
    except PermissionDenied as refused:
        fail(str(refused), Exit.INPUT)
    write_whole(out, read_document(made.document))
    say(
        {
            "zh": f"已印发{made.number}《{made.title}》，文件写入{out}；内容摘要{made.content_digest[:16]}。",
            "en": f"Issued {made.number} “{made.title}” as {out}; digest {made.content_digest[:16]}.",
        }[language]
    )


def _command(key: str) -> click.Command:
    from ecociv.reporting.official.kinds import KINDS

    kind = KINDS[key]

    @click.argument("zone")
    @click.option(
        "--out",
        required=True,
        type=click.Path(dir_okay=False, path_type=Path),
        help="A .docx, .pdf or .xlsx file.",
    )
    @click.option("--year", type=int, default=None, help="The year told of.")
    @click.option("--day", default=None, help="The day whose state is told (2017-03-31).")
    @click.option("--body", default="", help="Key or name of a body.")
    @click.option("--case", default="", help="Number of a case, as 督办〔2017〕3号.")
    @click.option(
        "--step", default="", help="The step that issues the order, where the state does not say it."
    )
    @click.option("--rules", default="", help="Key of a rule set of an assessment, as county-2015.")
    @click.option("--trial", is_flag=True, help="Score what is on record instead of what was signed off.")
    @click.option("--number", default="", help="Document number, as 景生态办〔2017〕12号.")
    @click.option("--signer", default="", help="Who signs a document that goes up.")
    @click.option("--secrecy", default="", help="密级和保密期限, as 机密★1年.")
    @click.option("--urgency", default="", help="紧急程度, as 特急.")
    @click.option("--as-of", default=None, help="As it was known on this day (2017-03-31).")
    @click.option(
        "--issue", is_flag=True, help="Give it the next number of its series and enter it in the register."
    )
    @click.option("--series", default="", help="Short name of the office in the number, as 景生态办.")
    @click.option("--as", "username", default="", help="Account that issues it.")
    @language_option
    @with_django
    def write(
        zone: str,
        out: Path,
        year: int | None,
        day: str | None,
        as_of: str | None,
        language: str,
        issue: bool,
        series: str,
        username: str,
        **rest: Any,
    ) -> None:
        from ecociv.cli.database import ensure_plan
        from ecociv.plan.queries import ZoneNotLoaded
        from ecociv.reporting.official.write import Options, write_document
        from ecociv.reporting.problems import NoChineseFont, ReportRefused

        try:
            told = None if day is None else dt.date.fromisoformat(day)
        except ValueError:
            fail(f"{day!r} is no date: write 2017-03-31", Exit.USAGE)
        ensure_plan(zone)
        options = Options(year=year, day=told, **rest)
        try:
            if issue:
                _issue(key, zone, out, options, moment(as_of), language, series, username)
                return
            written = write_document(key, zone, out, options, as_of=moment(as_of), language=language)
        except ReportRefused as error:
            fail(
                error.text.in_language(language),
                Exit.MISSING if isinstance(error, NoChineseFont) else Exit.INPUT,
            )
        except ZoneNotLoaded as error:
            fail(str(error))
        say(written.as_text(language))

    return click.command(key, help=f"{kind.title.zh}: {kind.about.en}")(write)
