"""Posts of officials (领导干部任职) over time, as on record on a day. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from ecociv.core.verdicts import Reason
from ecociv.supervision.responsibility.spans import Span
from ecociv.supervision.sentences import reason

TITLE_LONGEST = 64
SOURCE_LONGEST = 200
REASON_LONGEST = 400
_EARLIEST = dt.date(1949, 10, 1)


@dataclass(frozen=True, slots=True)
class Post:
    """One revision of a post that an official held in a body.

    ``ends`` is the last day in post, none while it lasts; ``withdrawn`` says that the post was recorded by mistake.
    ``document`` is the SHA-256 of the document of appointment, ``without_document`` why there is none.
    """

    number: int
    revision: int
    body: str
    title: str
    starts: dt.date
    ends: dt.date | None
    source: str
    recorded_on: dt.date
    withdrawn: bool = False
    document: str = ""
    without_document: str = ""

    def held_on(self, day: dt.date) -> bool:
        """Whether the day lies in the term."""
        return self.starts <= day and (self.ends is None or day <= self.ends)


def posts_known(posts: Iterable[Post], known_on: dt.date) -> tuple[Post, ...]:
    """The last revision of each post on record at the end of a day, first term first; withdrawn ones left out."""
    newest: dict[int, Post] = {}
    for post in posts:
        if post.recorded_on <= known_on and (
            post.number not in newest or post.revision > newest[post.number].revision
        ):
            newest[post.number] = post
    return tuple(sorted((p for p in newest.values() if not p.withdrawn), key=lambda p: (p.starts, p.number)))


def spans_in_post(post: Post, spans: Iterable[Span]) -> tuple[Span, ...]:
    """The duties of the post's body, cut to the term.

    Nothing is lost when the person moves or retires: the spans end, and stay on record.
    """
    return tuple(part for span in spans if (part := span.within(post.starts, post.ends)) is not None)


def problems_of_document(post: Post) -> tuple[Reason, ...]:
    """What speaks against a new post for want of its document: the file, or a stated exception.

    Posts recorded before this was asked for keep what they have; a correction may add the file.
    """
    why = post.without_document.strip()
    if post.document:
        return ()
    if why and len(why) <= REASON_LONGEST:
        return ()
    return (
        reason(
            "post-document",
            "请附任免文件；确实没有文件的，请写明原因，不超过{most}个字。",
            "Add the document of appointment; where there is none, say why, in at most {most} characters.",
            most=REASON_LONGEST,
        ),
    )


def problems_of_post(post: Post, others: Iterable[Post], today: dt.date) -> tuple[Reason, ...]:
    """Everything that speaks against recording a post.

    Parameters
    ----------
    others
        The person's other posts in force; two at once in different bodies are allowed, the same one twice is not.
    """
    found = []
    if not post.title.strip() or len(post.title) > TITLE_LONGEST:
        found.append(
            reason(
                "post-title",
                "请填写职务，不超过{most}个字。",
                "Name the post, in at most {most} characters.",
                most=TITLE_LONGEST,
            )
        )
    if not post.source.strip() or len(post.source) > SOURCE_LONGEST:
        found.append(
            reason(
                "post-source",
                "请写明任免依据（文号或文件名称），不超过{most}个字。",
                "Name the document of appointment (number or title), in at most {most} characters.",
                most=SOURCE_LONGEST,
            )
        )
    if not _EARLIEST <= post.starts <= today:
        found.append(
            reason(
                "post-starts",
                "任职起始日{day}不在{first}至今天之间。",
                "The first day, {day}, does not lie between {first} and today.",
                day=post.starts,
                first=_EARLIEST,
            )
        )
    if post.ends is not None and post.ends < post.starts:
        found.append(
            reason(
                "post-ends",
                "离任日{ends}早于任职日{starts}。",
                "The last day, {ends}, lies before the first, {starts}.",
                ends=post.ends,
                starts=post.starts,
            )
        )
    if post.ends is not None and post.ends > today:
        found.append(
            reason(
                "post-ends-ahead",
                "离任日{ends}还没有到；请在离任后填写。",
                "The last day, {ends}, has not come; record it when it has.",
                ends=post.ends,
            )
        )
    for other in others:
        twice = other.body == post.body and other.title == post.title and other.number != post.number
        apart = (post.ends is not None and post.ends < other.starts) or (
            other.ends is not None and other.ends < post.starts
        )
        if twice and not apart:
            found.append(
                reason(
                    "post-twice",
                    "同一单位同一职务已有自{starts}起的任职记录，时间重叠；请更正那一条。",
                    "The same post in this body is on record from {starts}, and the terms overlap; correct that one.",
                    starts=other.starts,
                )
            )
    return tuple(found)
