"""An official document as a file: what the command and a page call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ecociv.core.digests import digest_of_bytes
from ecociv.core.text import Text, language_of
from ecociv.plan.package import Organisation, UnknownOrganisation, ZonePackage
from ecociv.plan.queries import current_package
from ecociv.reporting.annual import moment_of, require_folder, write_whole
from ecociv.reporting.facts import AnnualFacts
from ecociv.reporting.gather import gather_facts, progress_on
from ecociv.reporting.official.case_facts import case_sheet
from ecociv.reporting.official.compose import COMPOSERS
from ecociv.reporting.official.compose.frame import Asked
from ecociv.reporting.official.content import DocumentNumber, OfficialDocument
from ecociv.reporting.official.kinds import Kind, OptionMissing, kind_of
from ecociv.reporting.official.layout import LayoutNotInForce, layout_on
from ecociv.reporting.official.progress_file import last_reports
from ecociv.reporting.official.render.faces import official_faces
from ecociv.reporting.official.render.pdf import to_pdf
from ecociv.reporting.official.render.word import to_word
from ecociv.reporting.official.results_facts import results_sheet
from ecociv.reporting.official.self_report_facts import self_report_sheet
from ecociv.reporting.problems import ReportRefused, UnknownForm, YearOutsidePlan
from ecociv.reporting.render.workbook import to_workbook

FORMS: dict[str, Callable[[OfficialDocument], bytes]] = {
    ".docx": to_word,
    ".pdf": to_pdf,
    ".xlsx": lambda document: to_workbook(document.as_report()),
}


class BodyUnknown(ReportRefused):
    """The plan names no such body."""


@dataclass(frozen=True)
class Options:
    """What a document is made for; each kind says which it needs.

    Attributes
    ----------
    day : date or None
        The day whose state is told; for a kind that needs a year, its last day.
    body : str
        Key or name of a body.
    number : str
        As in 景生态办〔2017〕12号; empty for a draft without one.
    case, step : str
        Number of a case; the move that issues a coloured order, where the state does not say it.
    rules, trial
        Key of a rule set; whether to score what is on record instead of reading what was signed off.
    dated : date or None
        The day of the document, where it is not the day of knowledge.
    """

    year: int | None = None
    day: dt.date | None = None
    body: str = ""
    number: str = ""
    signer: str = ""
    secrecy: str = ""
    urgency: str = ""
    case: str = ""
    step: str = ""
    rules: str = ""
    trial: bool = False
    dated: dt.date | None = None


@dataclass(frozen=True)
class WrittenDocument:
    """A document that was written; ``digest`` is of its content, ``sha256`` of the file."""

    path: Path
    document: OfficialDocument
    digest: str
    sha256: str
    fonts_note: Text | None

    def as_text(self, language: str = "zh") -> str:
        """What was written, in a line or two for a terminal."""
        line = Text(
            zh=f"已写入{self.path}：{self.document.title}；{len(self.document.entries)}个编号数值；内容摘要{self.digest[:16]}。",
            en=f"Wrote {self.path}: {self.document.title}; {len(self.document.entries)} numbered figures; digest {self.digest[:16]}.",
        )
        lines = [line] if self.fonts_note is None else [line, self.fonts_note]
        return "\n".join(each.in_language(language) for each in lines)


def compose_document(
    kind: Kind,
    zone: str,
    options: Options,
    *,
    as_of: dt.datetime | None = None,
    language: str = "zh",
    issued: bool = False,
    reader: Any = None,
) -> OfficialDocument:
    """The content of a document from what is on record; with ``reader``, from cases that this user may see.

    Raises
    ------
    OptionMissing, BodyUnknown, NumberUnreadable, YearOutsidePlan, CaseUnknown, NoOrderNow, NoResults
        All of them `ReportRefused`, with a sentence in both languages.
    ecociv.plan.queries.ZoneNotLoaded
        When the database holds no plan of the zone at that moment.
    """
    spoken = language_of(language)
    if spoken not in kind.languages:
        raise OptionMissing(
            Text(
                zh=f"“{kind.title.zh}”只有中文本。",
                en=f"“{kind.title.en}” is written in Chinese only: use --language zh.",
            )
        )
    for need in kind.needs:
        if not getattr(options, need):
            raise OptionMissing(
                Text(
                    zh=f"“{kind.title.zh}”需要{_NEEDS[need].zh}：请用 --{need} 给出。",
                    en=f"“{kind.title.en}” needs {_NEEDS[need].en}: give it by --{need}.",
                )
            )
    number = str(DocumentNumber.read(options.number)) if options.number else ""
    moment = moment_of(as_of)
    try:
        layout_on(options.dated or moment.date())
    except LayoutNotInForce as error:
        raise ReportRefused(error.text) from error
    package = current_package(zone, as_of)
    if kind.case_type or "rules" in kind.needs:
        asked = _about_one(kind, zone, options, package, moment, reader)
        asked = replace(asked, number=number, issued=issued, dated=options.dated)
        return COMPOSERS[kind.key](asked, spoken)
    day, year = _time(options, package, moment)
    facts = gather_facts(package, year, moment, as_known=as_of)
    standings = progress_on(package, day, moment)
    if standings is not None and facts.progress is not None:
        facts = replace(facts, progress=standings)
    body = _body(options.body, package) if options.body else None
    asked = Asked(
        facts, day, standings or {}, body, number, options.signer, options.secrecy, options.urgency, issued,
        dated=options.dated,
    )  # fmt: skip
    if kind.key == "breakdown":
        asked = replace(asked, reports=last_reports(zone, moment))
    if kind.key == "self-report" and body is not None:
        asked = replace(asked, own_report=self_report_sheet(package, body.key, year, moment))
    return COMPOSERS[kind.key](asked, spoken)


def write_document(
    kind: str,
    zone: str,
    out: Path,
    options: Options,
    *,
    as_of: dt.datetime | None = None,
    language: str = "zh",
    issued: bool = False,
    reader: Any = None,
) -> WrittenDocument:
    """Write an official document; an existing file is replaced only when the new one is complete.

    Raises
    ------
    ReportRefused
        With a sentence in both languages; nothing is written.
    """
    chosen, out = kind_of(kind), Path(out)
    form = out.suffix.lower()
    if form not in chosen.forms:
        known = ", ".join(chosen.forms)
        raise UnknownForm(
            Text(
                zh=f"“{out.name}”的后缀不对；公文只写成{known}，请改用其中一个后缀。",
                en=f"{out.name!r} has another suffix; a document is written as {known}: use one of these.",
            )
        )
    require_folder(out)
    document = compose_document(
        chosen, zone, options, as_of=as_of, language=language, issued=issued, reader=reader
    )
    note = official_faces(layout_on(document.day)).note if form == ".pdf" else None
    data = FORMS[form](document)
    write_whole(out, data)
    return WrittenDocument(out, document, document.digest, digest_of_bytes(data), note)


def _about_one(
    kind: Kind, zone: str, options: Options, package: ZonePackage, moment: dt.datetime, reader: Any
) -> Asked:
    """What a document about one case or one assessment is made from: no indicator is read for it."""
    facts = AnnualFacts(package, options.year or moment.year, moment, {})
    asked = Asked(
        facts, moment.date(), signer=options.signer, secrecy=options.secrecy, urgency=options.urgency
    )
    if kind.case_type:
        sheet = case_sheet(package, kind.case_type, options.case, moment, step=options.step, reader=reader)
        return replace(asked, case=sheet)
    assert options.year is not None
    results = results_sheet(zone, options.rules, options.year, moment, trial=options.trial)
    return replace(asked, results=results)


_NEEDS = {
    "case": Text(zh="事项编号", en="the number of a case"),
    "rules": Text(zh="考核办法", en="a rule set"),
    "year": Text(zh="年度", en="a year"),
    "day": Text(zh="日期", en="a day"),
    "body": Text(zh="单位", en="a body"),
}


def _time(options: Options, package: ZonePackage, moment: dt.datetime) -> tuple[dt.date, int]:
    """The day told of, and the year whose figures belong to it: the last that had ended."""
    first, last = package.zone.base_year + 1, package.zone.milestones[-1]
    day = options.day
    year = options.year
    if year is None and day is not None:
        year = day.year if (day.month, day.day) == (12, 31) else day.year - 1
        year = min(max(year, first), last)
    assert year is not None
    if not first <= year <= last or year > moment.year:
        raise YearOutsidePlan(
            Text(
                zh=f"{year}年不在{first}至{min(last, moment.year)}年之间，请另选年份。",
                en=f"{year} lies outside {first} to {min(last, moment.year)}: choose another year.",
            )
        )
    day = day or min(dt.date(year, 12, 31), moment.date())
    if day > moment.date():
        raise YearOutsidePlan(
            Text(
                zh=f"{day}晚于公文时点{moment.date()}，尚不知道那一天的情况；请选择更早的日期。",
                en=f"{day} is later than the moment of the document ({moment.date()}): choose an earlier day.",
            )
        )
    return day, year


def _body(name: str, package: ZonePackage) -> Organisation:
    try:
        return package.organisation(name) if package.has_organisation(name) else package.resolve(name)
    except UnknownOrganisation as error:
        raise BodyUnknown(
            Text(
                zh=f"方案中没有“{name}”这个单位；请写它的简称或键，如“市林业局”。",
                en=f"The plan names no body {name!r}: write its name or its key, such as 市林业局 or forestry-bureau.",
            )
        ) from error
