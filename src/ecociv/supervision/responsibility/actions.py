"""Recording officials and their posts, and correcting what was recorded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv.core.verdicts import Reason
from ecociv.evidence.models import Document
from ecociv.people import audit
from ecociv.plan.queries import current_package
from ecociv.supervision.responsibility.models import Official, OfficialName, PostHolding
from ecociv.supervision.responsibility.permissions import require_record
from ecociv.supervision.responsibility.posts import (
    REASON_LONGEST,
    TITLE_LONGEST,
    Post,
    posts_known,
    problems_of_document,
    problems_of_post,
)
from ecociv.supervision.sentences import reason

_ATTEMPTS = 5


class RecordRefused(ValueError):
    """What was to be recorded does not hold together; ``problems`` says why, each with what to do."""

    def __init__(self, problems: tuple[Reason, ...]) -> None:
        self.problems = problems
        super().__init__(" ".join(each.text.en for each in problems))


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A post as somebody wants it on record.

    ``document`` is the document of appointment, a file of the library; a new post has one, or says in
    ``without_document`` why there is none.
    """

    body: str
    title: str
    starts: dt.date
    ends: dt.date | None
    source: str
    document: Document | None = None
    without_document: str = ""


@dataclass(frozen=True, slots=True)
class RecordOfficial:
    """Put a person on record; their posts follow by `RecordPost`."""

    zone: str
    name: str
    note: str
    author: Any
    sample: bool = False

    def check(self) -> None:
        """Refuse whoever may not, and a name that is none or not told apart from another of the same name.

        Raises
        ------
        PermissionDenied, RecordRefused
        """
        require_record(self.author, self.zone)
        problems = list(_problems_of_name(self.name))
        twins = OfficialName.objects.filter(
            official__zone=self.zone, name=self.name.strip(), note=self.note.strip()
        )
        if twins.exists():
            problems.append(
                reason(
                    "same-name",
                    "已有同名人员；如为另一人，请填写区分说明（如出生年月）。",
                    "Somebody of this name is on record; for another person, say what tells them apart (month of birth).",
                )
            )
        if problems:
            raise RecordRefused(tuple(problems))

    def execute(self) -> Official:
        """Record the person and who did it."""
        with transaction.atomic():
            self.check()
            now = timezone.now()
            official = Official(zone=self.zone, sample=self.sample, author=self.author, recorded_at=now)
            official.save()
            OfficialName(
                official=official,
                revision=1,
                name=self.name.strip(),
                note=self.note.strip(),
                author=self.author,
                recorded_at=now,
            ).save()
            _audit(self.author, "record-official", official, None, {"name": self.name, "note": self.note})
        return official


@dataclass(frozen=True, slots=True)
class CorrectOfficial:
    """The next revision of a name; ``seen`` is the revision that the author corrects."""

    official: Official
    seen: int
    name: str
    note: str
    reason: str
    author: Any

    def check(self) -> OfficialName:
        """Refuse whoever may not, a name that is none, and a correction without a reason."""
        require_record(self.author, self.official.zone)
        current = self.official.names.order_by("-revision").first()
        assert current is not None
        problems = (*_problems_of_name(self.name), *_problems_of_reason(self.reason))
        if current.revision != self.seen:
            problems = (*problems, _meanwhile())
        if problems:
            raise RecordRefused(problems)
        return current

    def execute(self) -> OfficialName:
        """Record the correction."""
        try:
            with transaction.atomic():
                current = self.check()
                revision = OfficialName(
                    official=self.official,
                    revision=self.seen + 1,
                    name=self.name.strip(),
                    note=self.note.strip(),
                    reason=self.reason.strip(),
                    author=self.author,
                    recorded_at=timezone.now(),
                )
                revision.save()
                before = {"name": current.name, "note": current.note}
                after = {"name": revision.name, "note": revision.note}
                _audit(self.author, "correct-official", self.official, before, after, self.reason)
        except IntegrityError as error:
            raise RecordRefused((_meanwhile(),)) from error
        return revision


@dataclass(frozen=True, slots=True)
class RecordPost:
    """Put a post of an official on record."""

    official: Official
    draft: PostDraft
    author: Any

    def check(self) -> None:
        """Refuse whoever may not, a body that the plan does not know, and a term that cannot be.

        Raises
        ------
        PermissionDenied, RecordRefused
        """
        require_record(self.author, self.official.zone)
        _require_sound(self.official, self.draft, number=0)

    def execute(self) -> PostHolding:
        """Record the post; two at once get two numbers, and the same post twice is refused."""
        for attempt in range(_ATTEMPTS):
            try:
                with transaction.atomic():
                    self.check()
                    last = (
                        self.official.posts.order_by("-number").values_list("number", flat=True).first() or 0
                    )
                    holding = _holding(self.official, self.draft, last + 1, 1, "", self.author)
                    holding.save()
                    _audit(self.author, "record-post", self.official, None, holding.content())
                    return holding
            except IntegrityError:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class CorrectPost:
    """The next revision of a post: another term or title, its end, or that it was recorded by mistake (``withdraw``)."""

    official: Official
    number: int
    seen: int
    draft: PostDraft
    reason: str
    author: Any
    withdraw: bool = False

    def check(self) -> PostHolding:
        """As `RecordPost.check`; a correction needs a reason, and what it corrects must be the newest revision."""
        require_record(self.author, self.official.zone)
        current = self.official.posts.filter(number=self.number).order_by("-revision").first()
        if current is None:
            raise RecordRefused(
                (reason("no-such-post", "没有这条任职记录。", "There is no such post on record."),)
            )
        problems = _problems_of_reason(self.reason)
        if current.revision != self.seen:
            problems = (*problems, _meanwhile())
        if problems:
            raise RecordRefused(problems)
        if not self.withdraw:
            _require_sound(self.official, self.draft, number=self.number)
        return current

    def execute(self) -> PostHolding:
        """Record the correction; of two at once the second is told that the first came before."""
        try:
            with transaction.atomic():
                current = self.check()
                holding = _holding(
                    self.official, self.draft, self.number, self.seen + 1, self.reason.strip(), self.author
                )
                holding.withdrawn = self.withdraw
                holding.document = self.draft.document or current.document
                if holding.document is None:
                    holding.without_document = self.draft.without_document.strip() or current.without_document
                holding.save()
                _audit(
                    self.author,
                    "correct-post",
                    self.official,
                    current.content(),
                    holding.content(),
                    self.reason,
                )
        except IntegrityError as error:
            raise RecordRefused((_meanwhile(),)) from error
        return holding


def _holding(
    official: Official, draft: PostDraft, number: int, revision: int, why: str, author: Any
) -> PostHolding:
    return PostHolding(
        official=official,
        number=number,
        revision=revision,
        body=draft.body,
        title=draft.title.strip(),
        starts=draft.starts,
        ends=draft.ends,
        source=draft.source.strip(),
        document=draft.document,
        without_document="" if draft.document else draft.without_document.strip(),
        reason=why,
        author=author,
        recorded_at=timezone.now(),
    )


def _require_sound(official: Official, draft: PostDraft, number: int) -> None:
    today = timezone.localdate()
    package = current_package(official.zone)
    problems: list[Reason] = []
    if not package.has_organisation(draft.body):
        problems.append(
            reason(
                "no-such-body", "方案中没有单位“{body}”。", "The plan has no body “{body}”.", body=draft.body
            )
        )
    post = Post(
        number,
        0,
        draft.body,
        draft.title.strip(),
        draft.starts,
        draft.ends,
        draft.source.strip(),
        today,
        document=draft.document.sha256 if draft.document else "",
        without_document=draft.without_document,
    )
    others = posts_known((each.as_post() for each in official.posts.all()), today)
    problems += problems_of_post(post, others, today)
    if not number:
        problems += problems_of_document(post)
    if problems:
        raise RecordRefused(tuple(problems))


def _problems_of_name(name: str) -> tuple[Reason, ...]:
    if name.strip() and len(name.strip()) <= TITLE_LONGEST:
        return ()
    return (
        reason(
            "official-name",
            "请填写姓名，不超过{most}个字。",
            "Give the name, in at most {most} characters.",
            most=TITLE_LONGEST,
        ),
    )


def _problems_of_reason(text: str) -> tuple[Reason, ...]:
    if text.strip() and len(text.strip()) <= REASON_LONGEST:
        return ()
    return (
        reason(
            "correction-without-reason",
            "请写明更正理由，不超过{most}个字。",
            "Give the reason for the correction, in at most {most} characters.",
            most=REASON_LONGEST,
        ),
    )


def _meanwhile() -> Reason:
    return reason(
        "changed-meanwhile",
        "这条记录刚刚已被他人更正，请核对后再更正。",
        "This record has just been corrected by somebody else: look at it before you correct it again.",
    )


def _audit(author: Any, action: str, official: Official, before: Any, after: Any, why: str = "") -> None:
    audit.record(
        actor=author,
        action=action,
        zone=official.zone,
        subject_kind="official",
        subject_key=str(official.pk),
        before=before,
        after=after,
        reason=why.strip(),
    )
