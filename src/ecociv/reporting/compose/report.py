"""The whole report from its facts."""

from __future__ import annotations

from ecociv.core.text import language_of
from ecociv.reporting.compose.appendix import appendix
from ecociv.reporting.compose.completion import completion
from ecociv.reporting.compose.duties import projects, tasks
from ecociv.reporting.compose.findings import findings
from ecociv.reporting.compose.ledgers import ledgers
from ecociv.reporting.compose.methods import methods
from ecociv.reporting.compose.overview import overview
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.compose.words import document_words
from ecociv.reporting.document import Cover, Document, printable
from ecociv.reporting.facts import AnnualFacts


def annual_report(facts: AnnualFacts, language: str = "zh") -> Document:
    """Compose the annual self-inspection report (年度自查报告) of a zone.

    Parameters
    ----------
    facts : AnnualFacts
        The plan, what was measured and reported, and the findings of the plan check.
    language : str
        ``"zh"`` or ``"en"``.

    Returns
    -------
    Document
        Every figure that it shows carries a number, and ``entries`` holds that figure's arithmetic under the same
        number. The same facts give an equal document.

    Raises
    ------
    ValueError
        When a series has a value without a trace.
    """
    voice = Voice(facts, language_of(language))
    chapters = [part(voice) for part in (overview, completion, tasks, projects, findings, methods)]
    details = ledgers(voice)
    zone = facts.package.zone
    title = voice.say(
        "{zone}建设{year}年度自查报告", "{zone}: self-inspection report for {year}", zone=zone.title, year=facts.year
    )
    sample = voice.say("示例数据 · 仅供演示", "SAMPLE DATA - for demonstration only") if facts.sample else ""
    document = Document(
        language=voice.language,
        title=title,
        year=facts.year,
        zone=zone.key,
        as_of=facts.as_of,
        cover=_cover(voice),
        sections=tuple(chapters),
        entries=appendix(voice),
        ledgers=details,
        sample_mark=sample,
        mark_form="[数{n}]" if voice.language == "zh" else "[F{n}]",
        # The running head: one line, also in English.
        words=document_words(
            voice,
            voice.say(
                "{title}", "{zone}: self-inspection report for {year}", title=title, zone=zone.name, year=facts.year
            ),
        ),
    )
    clean: Document = printable(document)
    return clean


def _cover(voice: Voice) -> Cover:
    facts, package = voice.facts, voice.facts.package
    zone = package.zone
    seat = package.resolve(zone.leading_group_office)
    group = package.organisation("leading-group-office") if package.has_organisation("leading-group-office") else None
    if group is None or group.key == seat.key:
        office = seat.full_name if voice.language == "zh" else seat.name_en
    else:
        office = group.full_name if voice.language == "zh" else group.name_en
    return Cover(
        title=voice.text(zone.title) + voice.say("建设", ""),
        subtitle=voice.say("{y}年度自查报告", "Self-inspection report for {y}", y=facts.year),
        facts=(
            (voice.say("示范区", "Zone"), voice.text(zone.name)),
            (voice.say("自查年度", "Year"), str(facts.year)),
            (voice.say("编制单位", "Issued by"), office),
            (voice.say("办公地点", "Seat"), seat.full_name if voice.language == "zh" else seat.name_en),
            (voice.say("数据截至", "As known at"), voice.moment(facts.as_of)),
        ),
        office=office,
        date=voice.day(facts.as_of.date()),
    )
