"""``ecociv accounts audit``: the leaving-office audit of an official as a document."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from ecociv.cli.console import EXIT_CODES, Exit, fail, language_option, say, with_django
from ecociv.cli.indicator import moment

FORMS = ("docx", "pdf", "json")


def _day(text: str, option: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fail(f"{option} {text!r} is no date: write 2016-12-31.", Exit.USAGE)


@click.command("audit", epilog=EXIT_CODES)
@click.option("--official", required=True, type=int, help="Number of the official in the record of responsibility.")
@click.option("--from", "first", required=True, help="First day (2013-01-15); cut to the post.")
@click.option("--to", "last", required=True, help="Last day; cut to the post.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="FILE.docx, FILE.pdf or FILE.json.")
@click.option("--body", default="", help="Key or name of the body, where the official held several posts.")
@click.option("--as-of", default=None, help="As it was known on this day.")
@click.option("--composition", "made", type=int, default=None, help="Of which kinds of facts; that of an earlier dossier gives its digest again. The newest, when not given.")
@language_option
@with_django
def audit(
    official: int, first: str, last: str, out: Path, body: str, as_of: str | None, made: int | None, language: str
) -> None:
    """Leaving-office audit of an OFFICIAL between two days: position, changes, attribution, targets, cases, proposal.

    Papers and conclusion come from the audit on record, where there is one of this official, body and term.
    """
    from ecociv.accounts.audit.composition import NEWEST, UnknownComposition, composition
    from ecociv.accounts.audit.dossier import compile_dossier
    from ecociv.accounts.audit.standing import standing_of
    from ecociv.accounts.audit.term import (
        AuditRefused,
        listed,
        official_of,
        posts_beside,
        posts_of,
        term_of,
    )
    from ecociv.accounts.queries import AccountsRefused
    from ecociv.cli.database import ensure_plan
    from ecociv.plan.package import UnknownOrganisation
    from ecociv.plan.queries import current_package
    from ecociv.reporting.leaving_audit.on_record import audit_of, decided_of
    from ecociv.reporting.leaving_audit.write import write_leaving_audit
    from ecociv.reporting.problems import ReportRefused

    form = out.suffix.lstrip(".").lower()
    if form not in FORMS:
        fail(f"--out {out.name}: the suffix says the form; give .docx, .pdf or .json.", Exit.USAGE)
    begins, ends, known = _day(first, "--from"), _day(last, "--to"), moment(as_of)
    try:
        chosen = NEWEST if made is None else composition(made)
    except UnknownComposition as unknown:
        fail(f"--composition: {unknown.text.en} {unknown.text.zh}", Exit.USAGE)
    try:
        person = official_of(official)
        ensure_plan(person.zone)
        key = body
        if body:
            try:
                key = current_package(person.zone).resolve(body).key
            except UnknownOrganisation:
                held = listed(person.zone, posts_of(person))
                fail(f"The plan knows no body {body!r}; posts of the official: {held.en}. 规划中没有单位“{body}”；该干部任职：{held.zh}。")
        term = term_of(person, begins, ends, body=key, known_on=known.date() if known else None)
        recorded = audit_of(term, known)
        papers = standing_of(recorded, known).findings if recorded else None
        dossier = compile_dossier(term, as_of=known, papers=papers, composition=chosen)
        decided = decided_of(recorded, language, known) if recorded else None
        content = write_leaving_audit(dossier, form, language=language, decided=decided)
    except (AuditRefused, AccountsRefused, ReportRefused) as refused:
        fail(f"{refused.text.en} {refused.text.zh}")
    try:
        out.write_bytes(content)
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}.")
    if (others := posts_beside(term)) is not None:
        click.echo(others.in_language(language), err=True)
    proposed = dossier.proposal.proposed
    name = proposed.name.in_language(language) if proposed else {"zh": "不提出", "en": "none"}[language]
    words = {"zh": f"{out}：{len(content)}字节，建议等级：{name}", "en": f"{out}: {len(content)} bytes, proposed: {name}"}
    say(words[language])
    if dossier.sample:
        say({"zh": "[示例数据]", "en": "[SAMPLE DATA]"}[language])
