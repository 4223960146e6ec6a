"""The office's review of reports (审核): accept a revision, or send it back with the reason and a day for the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language

from ecociv.casework.notices.notify import notify
from ecociv.casework.notices.recipients import Recipients
from ecociv.core.text import Text
from ecociv.core.verdicts import Verdict
from ecociv.people import audit
from ecociv.people.permissions import decide, require
from ecociv.people.policy import Action
from ecociv.people.roles import Role
from ecociv.plan.queries import current_package
from ecociv.supervision.actions import ReportNotFound, duty_at
from ecociv.supervision.models import ProgressReport, ReportReview
from ecociv.supervision.reporting_rules import load_reporting_rules
from ecociv.supervision.sentences import reason as because
from ecociv.supervision.states import ReviewOutcome

REVIEWERS = frozenset({Role.LEADING_GROUP_OFFICE})
"""The roles that review reports."""
LONGEST = 2000
"""Characters of a reason that are kept."""

Checked = TypeVar("Checked")


class ReviewRefused(ValueError):
    """A review that cannot be recorded; nothing was written. ``text`` says why and what to do."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text


def may_review(user: Any, zone: str) -> Verdict:
    """Whether the user reviews reports of a zone: the office of the leading group does."""
    return decide(user, Action.REVIEW_PROGRESS, zone=zone, roles=REVIEWERS)


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """Accept one revision of a report, or send it back.

    Parameters
    ----------
    zone, place, number, revision
        The revision that the reviewer has read, for example revision 1 of report 3 on ``"task:112"``.
    outcome
        ``ReviewOutcome.ACCEPTED`` or ``SENT_BACK``.
    reason
        Needed to send a report back; kept with an acceptance too.
    author
        The reviewer: of the office of the leading group, and not who wrote any revision of the report.
    """

    zone: str
    place: str
    number: int
    revision: int
    outcome: ReviewOutcome
    reason: str
    author: Any

    def check(self) -> ProgressReport:
        """The revision to be reviewed, when it can be.

        Raises
        ------
        DutyNotFound, ReportNotFound
            When the plan has no such duty, or the duty no such report.
        PermissionDenied
            For whoever does not review, or wrote the report.
        ReviewRefused
            When the revision was reviewed or corrected meanwhile, or no reason is given to send it back.
        """
        require(self.author, Action.REVIEW_PROGRESS, zone=self.zone, roles=REVIEWERS)
        duty_at(current_package(self.zone), self.place)
        revisions = list(
            ProgressReport.objects.of(self.zone, self.place)
            .filter(number=self.number)
            .select_related("review")
            .order_by("revision")
        )
        report = next((each for each in revisions if each.revision == self.revision), None)
        if report is None:
            raise ReportNotFound(
                f"{self.place} of {self.zone} has no revision {self.revision} of a report number {self.number}"
            )
        words = ReviewedAs(own=Text(zh="进展", en="report"), sheet=Text(zh="填报", en="report"))
        check_revision(self, words, revisions, getattr(report, "review", None))
        return report

    def execute(self) -> ReportReview:
        """Record the review, tell the body, and enter it in the record of changes; of two at once, the first stands."""
        return first_stands(self.check, self._record)

    def _record(self, report: ProgressReport) -> ReportReview:
        kind, _colon, number = self.place.partition(":")
        review = write_review(
            self, "review-progress-report", (kind, number), {"report": self.number}, report=report
        )
        self._tell(report, review)
        return review

    def _tell(self, report: ProgressReport, review: ReportReview) -> None:
        package = current_package(self.zone)
        duty = duty_at(package, self.place)
        known = package.has_organisation(report.organisation)
        holder = (
            package.body_on(report.organisation, timezone.localdate()).key if known else report.organisation
        )
        tell_sent_back(
            self.zone,
            review,
            to=Recipients(body=holder, users=(report.author,))
            if known
            else Recipients(users=(report.author,)),
            title=Text(
                zh=f"退回更正：{duty.title.zh}（{report.period}年）",
                en=f"Sent back: {duty.title.en} ({report.period})",
            ),
            page=("supervision:correct", (duty.place_kind, duty.number, report.number)),
            subject=self.place,
        )


class Review(Protocol):
    """One review of a revision, of whatever kind of report."""

    @property
    def zone(self) -> str:
        """Key of the zone."""

    @property
    def revision(self) -> int:
        """The revision that the reviewer has read."""

    @property
    def outcome(self) -> ReviewOutcome:
        """Accepted or sent back."""

    @property
    def reason(self) -> str:
        """Why."""

    @property
    def author(self) -> Any:
        """The reviewer."""


class Revision(Protocol):
    """One revision of a report of whatever kind."""

    revision: Any
    author_id: Any


@dataclass(frozen=True, slots=True)
class ReviewedAs:
    """What a kind of report is called where its writer reviews it, and where it was corrected."""

    own: Text
    sheet: Text


def check_revision(
    work: Review, words: ReviewedAs, revisions: Sequence[Revision], known: ReportReview | None
) -> None:
    """Refuse a reviewer who wrote any revision, a revision reviewed or corrected already, and a bad reason.

    ``revisions`` are those of the report, the newest last; ``known`` is the review of the one that was read.

    Raises
    ------
    PermissionDenied, ReviewRefused
    """
    if work.author.pk in {each.author_id for each in revisions}:
        own = because(
            "own-report",
            f"本人填报或更正过的{words.own.zh}由办公室其他人员审核。",
            f"You wrote this {words.own.en} or a revision of it: somebody else of the office reviews it.",
        )
        raise PermissionDenied(in_reader_language(own.text))
    if known is not None:
        raise reviewed_already(known)
    if revisions[-1].revision != work.revision:
        raise refused_because(
            "corrected-meanwhile",
            f"这份{words.sheet.zh}已更正为第{{newest}}版，请审核新的一版。",
            f"This {words.sheet.en} has been corrected (revision {{newest}}): review the new revision.",
            newest=revisions[-1].revision,
        )
    check_review_reason(work.outcome, work.reason)


def first_stands(check: Callable[[], Checked], record: Callable[[Checked], ReportReview]) -> ReportReview:
    """Record what was checked, all or nothing; of two at once the first stands, and the second is told so."""
    try:
        with transaction.atomic():
            return record(check())
    except IntegrityError:
        # Somebody else's review came in between the check and the row: theirs stands.
        check()
        raise


def write_review(
    work: Review, action: str, subject: tuple[str, str], noted: Mapping[str, Any], **report: Any
) -> ReportReview:
    """The row of a review and its entry in the record of changes; ``report`` names the revision by its field."""
    now = timezone.now()
    answer_by = None
    if work.outcome is ReviewOutcome.SENT_BACK:
        answer_by = load_reporting_rules(work.zone).answer.due(timezone.localdate(now)).day
    review = ReportReview(
        **report,
        outcome=work.outcome.value,
        reason=work.reason.strip(),
        answer_by=answer_by,
        reviewer=work.author,
        reviewed_at=now,
    )
    review.save()
    audit.record(
        actor=work.author,
        action=action,
        zone=work.zone,
        subject_kind=subject[0],
        subject_key=subject[1],
        before=None,
        after={
            **noted,
            "revision": work.revision,
            "outcome": review.outcome,
            "answer_by": None if answer_by is None else answer_by.isoformat(),
        },
        reason=review.reason,
    )
    return review


def tell_sent_back(
    zone: str,
    review: ReportReview,
    *,
    to: Recipients,
    title: Text,
    page: tuple[str, tuple[Any, ...]],
    subject: str,
) -> None:
    """Tell the body and the writer by when to correct it and why; nothing where the report was accepted."""
    if review.answer_by is None:
        return
    notify(
        zone,
        to=to,
        kind="report",
        title=title,
        body=Text(
            zh=f"请于{review.answer_by:%Y-%m-%d}前更正。理由：{review.reason}",
            en=f"Correct it by {review.answer_by:%Y-%m-%d}. Reason: {review.reason}",
        ),
        url_name=page[0],
        url_args=page[1],
        subject=subject,
        occasion=f"review:{review.pk}",
    )


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of one review among several: the review, or why there is none."""

    work: ReviewReport
    review: ReportReview | None
    refusal: Text | None

    @property
    def done(self) -> bool:
        """Whether the review was recorded."""
        return self.review is not None


def review_each(works: Iterable[ReviewReport]) -> list[Reviewed]:
    """Record several reviews, each for itself: one that is refused leaves the others as they are."""
    found = []
    for work in works:
        try:
            found.append(Reviewed(work, work.execute(), None))
        except ReviewRefused as refused:
            found.append(Reviewed(work, None, refused.text))
        except (PermissionDenied, LookupError) as refused:
            found.append(Reviewed(work, None, Text(zh=str(refused), en=str(refused))))
    return found


def check_review_reason(outcome: ReviewOutcome, reason: str) -> None:
    """Refuse a return without a reason, and a reason that is too long.

    Raises
    ------
    ReviewRefused
    """
    text = reason.strip()
    if outcome is ReviewOutcome.SENT_BACK and not text:
        raise refused_because(
            "sent-back-without-reason",
            "退回时请写明理由：缺什么、怎么改。",
            "Give the reason for sending it back: what is missing, and what to change.",
        )
    if len(text) > LONGEST:
        raise refused_because(
            "text-too-long",
            "理由共{length}个字，最多{longest}个字。",
            "The reason has {length} characters; {longest} at most.",
            length=len(text),
            longest=LONGEST,
        )


def refused_because(code: str, zh: str, en: str, **data: object) -> ReviewRefused:
    """The refusal of a review, its sentence filled in."""
    return ReviewRefused(code, because(code, zh, en, **data).text)


def reviewed_already(review: ReportReview) -> ReviewRefused:
    """Somebody has reviewed this revision before."""
    outcome = ReviewOutcome(review.outcome).label
    return refused_because(
        "reviewed-already",
        "{who}已于{on}审核：{outcome}。",
        "{who} has reviewed this revision on {on}: {outcome}.",
        who=review.reviewer.name_shown,
        on=timezone.localdate(review.reviewed_at),
        outcome=outcome,
    )


def in_reader_language(text: Text) -> str:
    """A text in the language of whoever asks."""
    return text.in_language(get_language() or "zh-hans")
