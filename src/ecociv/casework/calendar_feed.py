"""The due days of somebody's cases as an iCalendar feed (RFC 5545), at an address that can be revoked.

The address holds a signature over the number of a stored row: it cannot be guessed, the database holds no secret, and
a revoked row closes it. A calendar program sends no password, so the address is the key; the feed shows numbers,
titles and days, and nothing of the logs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, Signer
from django.utils import timezone
from django.utils.translation import gettext as _

from ecociv.casework.actions.writing import one_writer
from ecociv.casework.models import CalendarFeed, Case, RunningClock
from ecociv.casework.permissions import bodies_held
from ecociv.casework.queries import by_body, cases_for, inbox
from ecociv.casework.recorded import declaration_of
from ecociv.people import audit
from ecociv.people.models import User

_SALT = "ecociv.casework.calendar"


class FeedClosed(LookupError):
    """No such address, or it was revoked, or its account is closed."""


def token_of(feed: CalendarFeed) -> str:
    """What the address of a feed ends in."""
    return Signer(salt=_SALT).sign(str(feed.pk))


def reader_of(token: str) -> User:
    """Whose feed a token opens.

    Raises
    ------
    FeedClosed
        For a token that was not made here, was revoked, or belongs to a closed account.
    """
    try:
        key = Signer(salt=_SALT).unsign(token)
    except BadSignature as error:
        raise FeedClosed("no such calendar address") from error
    feed = CalendarFeed.objects.filter(pk=key, revoked_at__isnull=True).select_related("user").first()
    if feed is None or not feed.user.is_active:
        raise FeedClosed("this calendar address was revoked")
    user: User = feed.user
    return user


def feed_of(user: User) -> CalendarFeed | None:
    """The address that somebody has, if there is one."""
    return CalendarFeed.objects.filter(user=user, revoked_at__isnull=True).first()


@dataclass(frozen=True, slots=True)
class MakeCalendarAddress:
    """Give somebody an address of their own; one they had is revoked."""

    author: User

    def check(self) -> None:
        """Refuse a closed account.

        Raises
        ------
        PermissionDenied
        """
        if not self.author.is_active:
            raise PermissionDenied(_("This account is closed."))

    def execute(self) -> CalendarFeed:
        """Make the address and record it."""
        self.check()
        with one_writer():
            RevokeCalendarAddress(self.author).execute()
            feed = CalendarFeed.objects.create(user=self.author, created_at=timezone.now())
            _record(self.author, "calendar.make", feed)
        return feed


@dataclass(frozen=True, slots=True)
class RevokeCalendarAddress:
    """Close somebody's address."""

    author: User

    def check(self) -> None:
        """Nothing to refuse: everybody may close what is theirs."""

    def execute(self) -> bool:
        """Close it; whether there was one."""
        with one_writer():
            feed = (
                CalendarFeed.objects.select_for_update()
                .filter(user=self.author, revoked_at__isnull=True)
                .first()
            )
            if feed is None:
                return False
            feed.revoked_at = timezone.now()
            feed.save(update_fields=["revoked_at"])
            _record(self.author, "calendar.revoke", feed)
        return True


def _record(author: User, action: str, feed: CalendarFeed) -> None:
    audit.record(
        actor=author,
        action=action,
        zone=author.zone,
        subject_kind="calendar",
        subject_key=str(feed.pk),
        after={"revoked": feed.revoked_at is not None},
    )


def my_cases(user: User, zone: str, day: dt.date) -> list[Case]:
    """Open cases with a due day in which it is the user's move, their body plays a part, or they are the officer."""
    mine = {waiting.case.pk for waiting in inbox(user, zone, day)}
    visible = cases_for(user, zone).filter(closed_at__isnull=True, due__isnull=False)
    held = bodies_held(zone, user.organisation, day)
    if user.organisation and held:
        mine |= set(by_body(visible, zone, user.organisation, day).values_list("pk", flat=True))
    mine |= set(visible.filter(officer=user).values_list("pk", flat=True))
    return list(visible.filter(pk__in=mine).order_by("due", "id").prefetch_related("clocks"))


def calendar(cases: Iterable[Case], *, language: str = "zh", link: Any = None) -> bytes:
    """The feed: one all-day event for each running clock with a due day.

    Parameters
    ----------
    cases
        Cases with their clocks.
    language
        ``zh`` or ``en``.
    link
        A function of a case that gives its address; no address where not given.
    """
    from icalendar import Calendar, Event

    feed = Calendar()
    feed.add("prodid", "-//ecociv//cases//ZH")
    feed.add("version", "2.0")
    feed.add("x-wr-calname", "办理期限" if language == "zh" else "Cases due")
    feed.add("x-wr-timezone", "Asia/Shanghai")
    for case in cases:
        for clock in case.clocks.all():
            if clock.due_on is not None:
                feed.add_component(_event(Event(), case, clock, language, link))
    return bytes(feed.to_ical())


def _event(event: Any, case: Case, clock: RunningClock, language: str, link: Any) -> Any:
    case_type = declaration_of(case)
    title = case_type.clocks[clock.clock].title.in_language(language)
    state = case_type.states[case.state].title.in_language(language)
    event.add("uid", f"{case.zone}-{case.pk}-{clock.clock}@ecociv")
    event.add("dtstamp", timezone.now().astimezone(dt.UTC))
    event.add("dtstart", clock.due_on)
    event.add("dtend", clock.due_on + dt.timedelta(days=1) if clock.due_on else None)
    event.add("summary", f"{title} {case.number} {case.title}")
    assumed = (
        ""
        if clock.by_notice
        else "\n节假日安排尚未公布，按周一至周五推算。"
        if language == "zh"
        else "\nCounted Monday to Friday: the holiday notice is not out."
    )
    sample = "" if not case.sample else "\n样例数据" if language == "zh" else "\nSample data"
    event.add("description", f"{case_type.title.in_language(language)}\n{state}{assumed}{sample}")
    event.add("transp", "TRANSPARENT")
    if link is not None:
        event.add("url", link(case))
    return event
