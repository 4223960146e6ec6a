"""The zone's annual report (年度报告) as an official document, sent up to the leading group. Pure.

Its chapters are those of the annual report (`ecociv.reporting.compose`), in the same order and under the same numbers;
the tables that are wider than a page stand in attachments.
"""

from __future__ import annotations

import re

from ecociv.core.text import Language
from ecociv.reporting.compose.completion import completion
from ecociv.reporting.compose.duties import projects, tasks
from ecociv.reporting.compose.findings import findings
from ecociv.reporting.compose.ledgers import ledgers
from ecociv.reporting.compose.methods import methods
from ecociv.reporting.compose.overview import overview
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Heading, Section, Table
from ecociv.reporting.official.compose.frame import Asked, framed, paragraph
from ecociv.reporting.official.content import Attachment, Level, OfficialDocument, Part

_NUMBER = re.compile(r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d+(?:\.\d+)*\.?\s+)")


def annual_document(asked: Asked, language: Language) -> OfficialDocument:
    """The document: chapters of the annual report as levels, wide tables as attachments, the days in the workbook."""
    voice = Voice(asked.facts, language)
    zone = asked.facts.package.zone
    body: list[Part] = [
        paragraph(
            voice.say(
                "现将{zone}建设{year}年度工作情况报告如下。",
                "This is the report on the work of the {zone} in {year}.",
                zone=zone.title,
                year=asked.facts.year,
            )
        )
    ]
    attachments: list[Attachment] = []
    for chapter in (overview, completion, tasks, projects, findings, methods):
        _add(voice, chapter(voice), body, attachments)
    body.append(paragraph(voice.say("特此报告。", "Submitted for review.")))
    title = voice.say(
        "关于{zone}建设{year}年度工作情况的报告", "{zone}: annual report for {year}",
        zone=zone.title, year=asked.facts.year,
    )  # fmt: skip
    days = tuple(each.table for each in ledgers(voice))
    return framed(
        voice, asked, "annual-report", title, _leading_group(voice), tuple(body), tuple(attachments),
        upward=True, sheets=days,
    )  # fmt: skip


def _add(voice: Voice, chapter: Section, body: list[Part], attachments: list[Attachment]) -> None:
    """A chapter under its level; where its tables are wide, they go to an attachment and the text says which."""
    title = unnumbered(chapter.title)
    body.append(Level(title))
    tables: list[Part] = []
    for block in chapter.blocks:
        if isinstance(block, Heading):
            body.append(Level(unnumbered(block.text), 2))
        elif isinstance(block, Table) and chapter.landscape:
            tables.append(block)
        else:
            body.append(block)
    if tables:
        attachments.append(Attachment(title, tuple(tables), landscape=True))
        place = voice.say("逐项情况见附件{n}。", "Item by item: see attachment {n}.", n=len(attachments))
        body.append(paragraph(place))


def unnumbered(heading: str) -> str:
    """A heading without the number that the annual report gives it; the official document numbers its own levels.

    >>> [unnumbered(text) for text in ("一、总体情况", "（二）亮灯情况", "2. Completion", "1.3 What is asked", "2016年到期")]
    ['总体情况', '亮灯情况', 'Completion', 'What is asked', '2016年到期']
    """
    return _NUMBER.sub("", heading)


def _leading_group(voice: Voice) -> str:
    package = voice.facts.package
    if package.has_organisation("leading-group"):
        group = package.organisation("leading-group")
        return group.full_name if voice.language == "zh" else group.name_en
    return voice.say("示范区建设领导小组", "Leading group of the demonstration zone")


__all__ = ["annual_document", "unnumbered"]
