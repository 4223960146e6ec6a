"""Drafts of reports: what somebody has typed and not handed in. Their own; no record, so none is kept of their saving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from ecociv.core.text import Text
from ecociv.people import audit
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.plan.queries import current_package
from ecociv.supervision.actions import duty_at
from ecociv.supervision.drafts import NARRATIVE_LONGEST, output_fields, periods_open
from ecociv.supervision.models import ProgressReport, WorkDraft
from ecociv.supervision.permissions import require_report

LONGEST = 2 * NARRATIVE_LONGEST
"""Characters of one field: room for a text that has yet to be cut down, and no more."""
_FIELDS = ("state", "percent", "basis", "done_on", "done_reason", "narrative")


class WorkDraftRefused(ValueError):
    """A draft cannot be saved; ``text`` says why and what to do. What was saved before is still there."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code, self.text = code, text


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Save what the author has typed of a report on a duty, as it stands, complete or not.

    Parameters
    ----------
    year : int
        The year reported on; there is one draft a year.
    content : mapping of str to str
        What stands in the fields; fields that a report on this duty does not have are left out.
    was : int, optional
        The year under which it was saved so far: a draft moves along when its author chooses another year.
    opened : datetime.datetime, optional
        When the page was opened. A saving that comes in after the report was handed in from the page (the two may
        pass each other on the way) would bring back a draft that is done with.
    """

    zone: str
    place: str
    year: int
    content: Mapping[str, str]
    author: Any
    was: int | None = None
    opened: dt.datetime | None = None

    def check(self) -> dict[str, str]:
        """What would be saved.

        Raises
        ------
        PermissionDenied
            For whoever may not report on the duty.
        WorkDraftRefused
            When a text is far too long, or no report on that year is open.
        """
        package, today = current_package(self.zone), timezone.localdate()
        duty = duty_at(package, self.place)
        require_report(self.author, duty, package, today)
        if self.year not in periods_open(duty, package, today):
            raise WorkDraftRefused(
                "year-not-open",
                Text(
                    zh="不能填报{year}年：请选择表中列出的年份；草稿未保存",
                    en="no report on {year} is open: choose one of the years of the form; the draft was not saved",
                ).fill(year=self.year),
            )
        names = (*_FIELDS, *(f"output_{output.name}" for output in output_fields(duty, package)))
        kept = {name: text for name in names if (text := self.content.get(name, ""))}
        for text in kept.values():
            if len(text) > LONGEST:
                raise WorkDraftRefused(
                    "too-long",
                    Text(
                        zh="一栏有{length}字，草稿每栏最多{longest}字：请删减；先前保存的草稿仍在",
                        en="one field has {length} characters, a draft holds {longest}: shorten it; what was saved "
                        "before is still there",
                    ).fill(length=len(text), longest=LONGEST),
                )
        return kept

    def execute(self) -> WorkDraft:
        """Save; nothing is handed in."""
        kept = self.check()
        own = WorkDraft.objects.filter(author=self.author, zone=self.zone, subject=self.place)
        with transaction.atomic():
            self._not_handed_in()
            there = own.filter(year=self.year).exists()
            if self.was is not None and self.was != self.year:
                if there:
                    raise WorkDraftRefused(
                        "another-draft",
                        Text(
                            zh="{year}年已有另一份草稿，没有覆盖；请先打开或删除那一份",
                            en="there is another draft for {year}, which was not overwritten: open or discard it first",
                        ).fill(year=self.year),
                    )
                own.filter(year=self.was).delete()
            draft, _created = WorkDraft.objects.update_or_create(
                author=self.author,
                zone=self.zone,
                subject=self.place,
                year=self.year,
                defaults={"content": kept, "saved_at": timezone.now()},
            )
        return draft

    def _not_handed_in(self) -> None:
        if self.opened is None:
            return
        sent = ProgressReport.objects.of(self.zone, self.place).filter(
            author=self.author, recorded_at__gte=self.opened
        )
        if sent.exists():
            raise WorkDraftRefused(
                "handed-in",
                Text(
                    zh="这一页的填报已经报送，草稿不再保存；要再写一份，请重新打开本页",
                    en="the report of this page was handed in, so no draft is kept; open the page again to write another",
                ),
            )


@dataclass(frozen=True, slots=True)
class DiscardDraft:
    """Throw a draft away; its author's alone."""

    draft: WorkDraft
    author: Any

    def check(self) -> None:
        """Refuse everybody but the author."""
        if self.draft.author_id != getattr(self.author, "pk", None):
            refusal = Text(zh="草稿只有本人可以删除。", en="Only its author discards a draft.")
            raise PermissionDenied(refusal.in_language(get_language() or "zh-hans"))

    def execute(self) -> None:
        """Discard it; the record of changes keeps that a draft was discarded, with the digest of what it said."""
        self.check()
        kind, _sep, key = self.draft.subject.partition(":")
        with transaction.atomic():
            audit.record(
                actor=self.author,
                action="discard-draft",
                zone=self.draft.zone,
                subject_kind=kind,
                subject_key=key,
                before={"year": self.draft.year, **self.draft.content},
            )
            self.draft.delete()


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """A draft with the duty that it is about."""

    draft: WorkDraft
    duty: ProjectOrTask


def drafts_of(user: Any, package: ZonePackage) -> list[OwnDraft]:
    """The drafts of reports that a user has lying about, the newest first; one query."""
    duties = {duty.place: duty for duty in package.duties}
    rows = WorkDraft.objects.filter(author=user, zone=package.zone.key)
    return [OwnDraft(row, duties[row.subject]) for row in rows if row.subject in duties]


def draft_for(user: Any, zone: str, place: str, year: int | None = None) -> WorkDraft | None:
    """The user's draft on a duty: of a year, else the one saved last."""
    rows = WorkDraft.objects.filter(author=user, zone=zone, subject=place)
    return (rows if year is None else rows.filter(year=year)).order_by("-saved_at").first()
