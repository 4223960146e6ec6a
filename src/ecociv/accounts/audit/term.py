"""Whose term is looked at: the official, the post, the days that lie in it, the area and its peers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from ecociv.accounts.queries import areas, resolve_area
from ecociv.core.text import Text
from ecociv.indicators.peers import load_peers
from ecociv.plan.queries import current_package
from ecociv.supervision.responsibility.models import Official
from ecociv.supervision.responsibility.posts import Post, posts_known


class AuditRefused(ValueError):
    """An audit that cannot be drawn up or a step that cannot be taken; ``text`` says why and what to do.

    ``field`` names the input that it is about; empty where it is about none or several.
    """

    def __init__(self, zh: str, en: str, field: str = "") -> None:
        self.text = Text(zh=zh, en=en)
        self.field = field
        super().__init__(en)


@dataclass(frozen=True, slots=True)
class Term:
    """A term in a post.

    Attributes
    ----------
    asked_first, asked_last : date
        The days that were asked for; those of the term lie within the post.
    beside : tuple of Post
        Other posts that touch the days that were asked for and are not audited.
    """

    zone: str
    official: int
    name: str
    body: str
    title: str
    first: dt.date
    last: dt.date
    asked_first: dt.date
    asked_last: dt.date
    area: str
    peers: tuple[str, ...]
    sample: bool
    beside: tuple[Post, ...] = ()

    @property
    def cut(self) -> bool:
        """Whether the days that were asked for reach beyond the post."""
        return (self.first, self.last) != (self.asked_first, self.asked_last)


def official_of(number: int) -> Official:
    """The official with this number.

    Raises
    ------
    AuditRefused
        When there is none; says where officials are recorded.
    """
    found = Official.objects.filter(pk=number).first()
    if found is None:
        known = ", ".join(str(pk) for pk in Official.objects.order_by("pk").values_list("pk", flat=True)[:20]) or "—"
        raise AuditRefused(
            f"没有编号为{number}的领导干部；有：{known}。请先在“责任档案”中登记。",
            f"There is no official {number}; on record: {known}. Record the official under “Responsibility” first.",
            "official",
        )
    return found


def posts_of(official: Official, known_on: dt.date | None = None) -> tuple[Post, ...]:
    """Posts on record at the end of a day, first term first."""
    return posts_known((row.as_post() for row in official.posts.all()), known_on or timezone.localdate())


def term_of(
    official: Official, first: dt.date, last: dt.date, *, body: str = "", known_on: dt.date | None = None
) -> Term:
    """The term of an official between two days, cut to the post.

    Parameters
    ----------
    body
        Key of the body; where it is not given, the post that covers most of the days.

    Raises
    ------
    AuditRefused
        The days are the wrong way round or yet to come, or no post on record touches them; names the posts there are.
    """
    today = timezone.localdate()
    if last < first:
        raise AuditRefused(f"结束日{last}早于开始日{first}。", f"The last day, {last}, lies before the first, {first}.", "last")
    if last > today:
        raise AuditRefused(f"结束日{last}还没有到。", f"The last day, {last}, has not come yet.", "last")
    posts = posts_of(official, known_on)
    held = [(_overlap(post, first, last), post) for post in posts if not body or post.body == body]
    held = [pair for pair in held if pair[0] > 0]
    if not held:
        known = listed(official.zone, posts)
        raise AuditRefused(
            f"{first}至{last}期间没有任职记录；任职：{known.zh}。",
            f"No post on record touches {first} to {last}; posts: {known.en}.",
            "first",
        )
    _, post = max(held, key=lambda pair: pair[0])
    beside = tuple(each for each in posts if each != post and _overlap(each, first, last) > 0)
    zone = official.zone
    keys = [key for key, _ in areas(zone)]
    area = post.body if post.body in keys[1:] else resolve_area(zone)
    name = official.names.order_by("-revision").values_list("name", flat=True).first() or str(official.pk)
    return Term(
        zone, official.pk, name, post.body, post.title, max(first, post.starts), min(last, post.ends or last), first, last,
        area, peers_of(zone, area, tuple(keys)), official.sample, beside,
    )  # fmt: skip


def posts_beside(term: Term) -> Text | None:
    """That the official held other posts in the days that were asked for; none where there was one only."""
    if not term.beside:
        return None
    text = Text(
        zh="所选期间另有任职：{posts}；本次只审计任职时间最长的{body}{title}。审计其他职务请另选单位和日期。",
        en="Other posts touch the days asked for: {posts}. The audit covers {body} {title}, which covers most of them; choose body and days "
        "to audit another.",
    )
    return text.fill(posts=listed(term.zone, term.beside), body=body_name(term.zone, term.body), title=term.title)


def listed(zone: str, posts: Iterable[Post]) -> Text:
    """Posts with body, title and days; "none" where there are none."""
    named = [(body_name(zone, one.body), one) for one in posts]
    return Text(
        zh="；".join(f"{body.zh} {one.title} {one.starts}至{one.ends or '今'}" for body, one in named) or "无",
        en="; ".join(f"{body.en} {one.title} {one.starts} to {one.ends or 'today'}" for body, one in named) or "none",
    )


def body_name(zone: str, key: str) -> Text:
    """Name of a body of the plan; its key where the plan knows none."""
    plan = current_package(zone)
    if not plan.has_organisation(key):
        return Text(zh=key, en=key)
    body = plan.organisation(key)
    return Text(zh=body.name, en=body.name_en)


def peers_of(zone: str, area: str, with_accounts: tuple[str, ...]) -> tuple[str, ...]:
    """The other members of the groups of ``peers.yaml`` that an area belongs to, as far as they have accounts."""
    return tuple(each for each in members_beside(zone, area) if each in with_accounts)


def members_beside(zone: str, area: str, group: str = "") -> tuple[str, ...]:
    """The other members of a group of ``peers.yaml``, or of every group that an area belongs to."""
    found: dict[str, None] = {}
    for one in load_peers(zone).groups:
        if area in one.members and group in ("", one.key):
            found |= dict.fromkeys(each for each in one.members if each != area)
    return tuple(found)


def _overlap(post: Post, first: dt.date, last: dt.date) -> int:
    starts, ends = max(post.starts, first), min(post.ends or last, last)
    return max(0, (ends - starts).days + 1)
