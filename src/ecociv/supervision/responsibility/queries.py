"""Reading records of responsibility: of a body for anyone, of persons for people of the zone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage
from ecociv.supervision.parts import held_by
from ecociv.supervision.queries import known_by
from ecociv.supervision.responsibility.book import StateBook
from ecociv.supervision.responsibility.matters import matters_known
from ecociv.supervision.responsibility.models import Official, OfficialName, PostHolding
from ecociv.supervision.responsibility.permissions import may_see_persons, require_see_persons
from ecociv.supervision.responsibility.posts import Post, posts_known, spans_in_post
from ecociv.supervision.responsibility.record import DutyRecord, Matter, assemble
from ecociv.supervision.responsibility.spans import spans_of


@dataclass(frozen=True, slots=True)
class InPost:
    """A post of a person in a body on a day."""

    official: int
    name: str
    post: Post
    sample: bool = False


@dataclass(frozen=True, slots=True)
class BodyRecord:
    """The record of a body: its duties, the cases about it, who was in post (for those who may see persons)."""

    package: ZonePackage
    body: str
    day: dt.date
    known_on: dt.date
    duties: tuple[DutyRecord, ...]
    matters: tuple[Matter, ...]
    officials: tuple[InPost, ...]


@dataclass(frozen=True, slots=True)
class OfficialRecord:
    """The record of a person: posts, the duties of each, and the cases about the person, for life."""

    package: ZonePackage
    official: Official
    name: str
    note: str
    name_revision: int
    day: dt.date
    known_on: dt.date
    posts: tuple[tuple[Post, tuple[DutyRecord, ...]], ...]
    matters: tuple[Matter, ...]

    @property
    def duties(self) -> tuple[DutyRecord, ...]:
        """Every duty of every post."""
        return tuple(each for _, duties in self.posts for each in duties)


def record_of_body(
    user: Any, zone: str, body: str, day: dt.date, *, known_on: dt.date | None = None
) -> BodyRecord:
    """The record of a body as of a day, by what was known on another.

    Raises
    ------
    KeyError
        When the plan has no such body.
    """
    known = min(known_on or timezone.localdate(), timezone.localdate())
    book = StateBook(zone, known)
    spans = spans_of(body, book.package)
    matters = matters_known(user, zone, known)
    duties = assemble(
        spans,
        day,
        state_at=book.at,
        matters=matters,
        restated=book.restated(spans, day),
        bodies=_same_body(body, book.package),
    )
    own = tuple(m for m in matters if m.subject == f"organisation:{body}" and m.opened_on <= day)
    return BodyRecord(
        book.package, body, day, known, duties, own, officials_of(user, zone, body, known_on=known)
    )


def record_of_official(
    user: Any, official: Official, day: dt.date, *, known_on: dt.date | None = None
) -> OfficialRecord:
    """The record of a person as of a day; moving on or retiring ends nothing.

    Raises
    ------
    PermissionDenied
        For whoever may not see persons.
    """
    require_see_persons(user, official.zone)
    known = min(known_on or timezone.localdate(), timezone.localdate())
    book = StateBook(official.zone, known)
    matters = matters_known(user, official.zone, known)
    found = []
    posts = posts_known((row.as_post() for row in official.posts.all()), known)
    for post in posts:
        if post.starts > day or not book.package.has_organisation(post.body):
            continue
        spans = spans_in_post(post, spans_of(post.body, book.package))
        duties = assemble(
            spans,
            day,
            state_at=book.at,
            matters=matters,
            restated=book.restated(spans, day),
            bodies=_same_body(post.body, book.package),
        )
        found.append((post, duties))
    name = (
        official.names.filter(recorded_at__lt=known_by(known)).order_by("-revision").first()
        or official.names.order_by("revision").first()
    )
    assert name is not None
    own = tuple(m for m in matters if m.subject == f"official:{official.pk}" and m.opened_on <= day)
    return OfficialRecord(
        book.package, official, name.name, name.note, name.revision, day, known, tuple(found), own
    )


def officials_of(user: Any, zone: str, body: str, *, known_on: dt.date | None = None) -> tuple[InPost, ...]:
    """Everybody who was or is in post in a body, first term first; nobody for whoever may not see persons."""
    return tuple(each for each in everyone(user, zone, known_on=known_on) if each.post.body == body)


def in_post_on(zone: str, body: str, day: dt.date, *, known_on: dt.date) -> tuple[InPost, ...]:
    """Who is on record as in post in a body on a day, first term first; no permission is asked: for rules, not pages."""
    return tuple(
        each for each in _everyone(zone, known_on) if each.post.body == body and each.post.held_on(day)
    )


def everyone(user: Any, zone: str, *, known_on: dt.date | None = None) -> tuple[InPost, ...]:
    """Every post on record with its person; nobody for whoever may not see persons."""
    if not may_see_persons(user, zone):
        return ()
    return _everyone(zone, known_on or timezone.localdate())


def _everyone(zone: str, known: dt.date) -> tuple[InPost, ...]:
    names = {
        row.official_id: row.name
        for row in OfficialName.objects.filter(official__zone=zone).order_by("revision")
    }
    samples = set(Official.objects.filter(zone=zone, sample=True).values_list("pk", flat=True))
    by_person: dict[int, list[Post]] = {}
    for row in PostHolding.objects.filter(official__zone=zone):
        by_person.setdefault(row.official_id, []).append(row.as_post())
    found = [
        InPost(person, names.get(person, str(person)), post, person in samples)
        for person, posts in by_person.items()
        for post in posts_known(posts, known)
    ]
    return tuple(sorted(found, key=lambda each: (each.post.starts, each.official)))


def without_persons(record: BodyRecord) -> BodyRecord:
    """The record as the public sees it: bodies only, and no cases about persons."""
    return replace(record, officials=())


def name_of_body(package: ZonePackage, key: str) -> Text:
    """A body's name; its key where the plan does not have it."""
    if not package.has_organisation(key):
        return Text(zh=key, en=key)
    body = package.organisation(key)
    return Text(zh=body.name, en=body.name_en)


def _same_body(body: str, package: ZonePackage) -> frozenset[str]:
    """Keys under which a case may name the holder: the body, those before it, and those that followed as a whole."""
    return held_by(body, package) | {each.key for each in package.predecessors(body)}
