"""Telling people something: rows in the application at once, e-mail and webhook by the job."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from ecociv.casework.notices.kinds import KINDS, kind_of
from ecociv.casework.notices.models import Delivery, Notice, NoticePreference
from ecociv.casework.notices.recipients import Recipients, reached
from ecociv.casework.notices.target import target_of
from ecociv.core.text import Text
from ecociv.people.models import User

if TYPE_CHECKING:
    from ecociv.casework.models import Case

_LOG = logging.getLogger(__name__)


def notify(
    zone: str,
    *,
    to: Recipients,
    kind: str,
    title: Text,
    body: Text,
    url_name: str = "",
    url_args: Iterable[Any] = (),
    path: str = "",
    subject: str = "",
    case: Case | None = None,
    occasion: str = "",
    sample: bool = False,
) -> list[Notice]:
    """Tell somebody something; the rows stand with the caller's transaction or not at all.

    Parameters
    ----------
    zone
        Key of the zone.
    to
        To whom; the chain of :mod:`~ecociv.casework.notices.fallback` finds the people.
    kind
        A kind of :mod:`~ecociv.casework.notices.kinds`.
    title, body
        What is said.
    url_name, url_args, path
        Where it leads: the name of an address, or a path of this server.
    subject
        What it is about (``task:112``); that of the case when not given.
    occasion
        What makes it the same notice when it is told again: then nothing happens. A new occasion when not given.
    sample
        Whether it is about sample data; so is what is about a case that is.

    Returns
    -------
    list of Notice
        Those that are new.
    """
    now = timezone.now()
    link = reverse(url_name, args=list(url_args)) if url_name else path
    if link and (not link.startswith("/") or link.startswith(("//", "/\\"))):
        raise ValueError(
            f"A notice leads to a page of this server, and {link!r} is none; give a path such as /cases/."
        )
    occasion = (occasion or uuid.uuid4().hex)[:200]
    sample = sample or bool(case and case.sample)
    made: list[Notice] = []
    with transaction.atomic():
        everybody = reached(zone, to, case)
        told = frozenset(
            Notice.objects.filter(
                occasion=occasion, user__in=[key for each in everybody for key in each.people]
            ).values_list("user", flat=True)
        )
        for each in everybody:
            for key in each.people:
                if key in told:
                    continue
                notice, new = Notice.objects.get_or_create(
                    user_id=key,
                    occasion=occasion,
                    defaults={
                        "zone": zone,
                        "kind": kind,
                        "title": title.to_mapping(),
                        "body": body.to_mapping(),
                        "why": each.why.to_mapping(),
                        "step": each.step.value,
                        "path": link,
                        "subject": subject or (case.subject if case else ""),
                        "case": case,
                        "sample": sample,
                        "created_at": now,
                    },
                )
                if new:
                    made.append(notice)
        if not everybody:
            _LOG.error("Nobody could be told %r: the zone %s has no open account to tell.", title.zh, zone)
        _letters(made)
        if made:
            _message(zone, made[0], case, occasion)
    return made


def wants_email(user: int, kind: str, preferences: dict[tuple[int, str], bool]) -> bool:
    """Whether somebody wants a kind as e-mail: as they said, else as the kind declares."""
    key = kind_of(kind).key
    return preferences.get((user, key), KINDS[key].email)


def _letters(made: list[Notice]) -> None:
    """One waiting letter for each notice whose reader wants it and has an address."""
    keys = [notice.user_id for notice in made]
    said = {(row.user_id, row.kind): row.email for row in NoticePreference.objects.filter(user__in=keys)}
    addressed = frozenset(User.objects.filter(pk__in=keys).exclude(email="").values_list("pk", flat=True))
    Delivery.objects.bulk_create(
        Delivery(
            zone=notice.zone,
            channel=Delivery.Channel.EMAIL,
            notice=notice,
            occasion=notice.occasion,
            next_at=notice.created_at,
            created_at=notice.created_at,
        )
        for notice in made
        if notice.user_id in addressed and wants_email(notice.user_id, notice.kind, said)
    )


def _message(zone: str, notice: Notice, case: Case | None, occasion: str) -> None:
    """One waiting message to the webhook; of a case that only its parties read, its number alone."""
    if target_of(zone) is None or notice.kind == "digest":
        return
    closed = case is not None and case.visibility == "parties"
    content: dict[str, Any] = {
        "zone": zone,
        "kind": notice.kind,
        "case": case.number if case else "",
        "path": notice.path,
        "sample": notice.sample,
        "created_at": notice.created_at.isoformat(),
    }
    if not closed:
        content |= {"title": notice.title, "body": notice.body, "subject": notice.subject}
    Delivery.objects.get_or_create(
        zone=zone,
        channel=Delivery.Channel.WEBHOOK,
        occasion=occasion,
        defaults={"content": content, "next_at": notice.created_at, "created_at": notice.created_at},
    )
