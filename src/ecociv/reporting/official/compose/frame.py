"""What every official document shares: who issues it, to whom, its number, its date, and the appendix of figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from ecociv.plan.package import Organisation
from ecociv.reporting.compose.appendix import appendix
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Paragraph, Run, Table, printable
from ecociv.reporting.facts import AnnualFacts, DutyProgress
from ecociv.reporting.official.case_sheet import CaseSheet
from ecociv.reporting.official.content import Attachment, Imprint, OfficialDocument, Part, numbered
from ecociv.reporting.official.progress_form import LastReport
from ecociv.reporting.official.results_sheet import ResultsSheet
from ecociv.reporting.official.self_report_sheet import SelfReportSheet
from ecociv.reporting.official.words import words_of


@dataclass(frozen=True)
class Asked:
    """What was asked for.

    Attributes
    ----------
    facts : AnnualFacts
        Plan, values and progress as known at the moment of the document.
    day : date
        The day whose state is told.
    standings : mapping of place to DutyProgress
        Where every task and project stood on that day.
    body : Organisation or None
        Whose document it is, or whom it concerns.
    number, signer, secrecy, urgency : str
        As printed; empty where there is none.
    issued : bool
        False marks every page as a draft.
    case, results
        The case, or the results of an assessment, that the document is about.
    reports : mapping of place to LastReport
        The newest report on each task, for the sheet to be filled in.
    own_report : SelfReportSheet or None
        What a body handed in as its yearly self-report; none while it has handed in nothing.
    dated : date or None
        The day of the document (成文日期), where it is not the day of knowledge.
    """

    facts: AnnualFacts
    day: dt.date
    standings: Mapping[str, DutyProgress] = field(default_factory=dict)
    body: Organisation | None = None
    number: str = ""
    signer: str = ""
    secrecy: str = ""
    urgency: str = ""
    issued: bool = False
    case: CaseSheet | None = None
    results: ResultsSheet | None = None
    reports: Mapping[str, LastReport] = field(default_factory=dict)
    own_report: SelfReportSheet | None = None
    dated: dt.date | None = None


def office(voice: Voice) -> str:
    """The full name of the office of the leading group, which issues the zone's documents."""
    package = voice.facts.package
    key = "leading-group-office"
    found = (
        package.organisation(key)
        if package.has_organisation(key)
        else package.resolve(package.zone.leading_group_office)
    )
    return found.full_name if voice.language == "zh" else found.name_en


def paragraph(*runs: Run | str) -> Paragraph:
    """A paragraph of text and figures."""
    return Paragraph(tuple(Run(run) if isinstance(run, str) else run for run in runs))


def framed(
    voice: Voice,
    asked: Asked,
    kind: str,
    title: str,
    addressees: str,
    parts: tuple[Part, ...],
    attachments: tuple[Attachment, ...] = (),
    *,
    issuer: str = "",
    upward: bool = False,
    copies: tuple[str, ...] = (),
    sheets: tuple[Table, ...] = (),
) -> OfficialDocument:
    """The document with its head, its numbered levels, the appendix of figures and the imprint."""
    words = words_of(voice.language)
    signed_by = issuer or office(voice)
    entries = appendix(voice)
    if entries:
        intro = paragraph(words["appendix_intro"])
        attachments = (*attachments, Attachment(words["appendix"], (intro,), entries=True))
    dated = asked.dated or asked.facts.as_of.date()
    day = voice.day(dated)
    made: OfficialDocument = printable(
        OfficialDocument(
            kind=kind,
            zone=asked.facts.package.zone.key,
            language=voice.language,
            day=dated,
            as_of=asked.facts.as_of,
            issuer_mark=voice.say("{name}文件", "{name}", name=signed_by),
            number=asked.number,
            title=title,
            addressees=addressees,
            parts=numbered(parts, voice.language),
            attachments=attachments,
            signed_by=signed_by,
            signed_on=day,
            imprint=Imprint(copies, _short(signed_by), words["printed"].format(day=day)),
            entries=entries,
            sheets=sheets,
            secrecy=asked.secrecy,
            urgency=asked.urgency,
            signer=asked.signer,
            upward=upward,
            draft_mark="" if asked.issued else words["draft"],
            sample_mark=words["sample_mark"]
            if any(entry.sample for entry in entries) or _sample(voice, asked)
            else "",
            mark_form="[数{n}]" if voice.language == "zh" else "[F{n}]",
            words=words,
        )
    )
    return made


def _short(name: str) -> str:
    """The printing office's name so that it fits beside the date: what follows the zone's own name."""
    head, _, tail = name.rpartition("示范区建设")
    return tail if head and len(name) > 18 else name


def _sample(voice: Voice, asked: Asked) -> bool:
    if asked.case is not None:
        return asked.case.sample
    if asked.results is not None:
        return asked.results.sample
    if asked.own_report is not None:
        return asked.own_report.sample
    return asked.facts.sample or any(each.sample for each in asked.standings.values())
