"""Sending what waits: letters and messages, each once, again later where it failed.

A delivery is claimed before it is sent, by a change that only one process can make; two jobs side by side send one
letter. A process that dies between claim and sending leaves the delivery to be tried again after its pause, so that
a letter may come twice after a crash and is never lost.
"""

from __future__ import annotations

import datetime as dt
import smtplib
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from ecociv.casework.notices.models import Delivery, DeliveryAttempt, DeliveryState, Notice
from ecociv.casework.notices.target import target_of
from ecociv.casework.notices.webhook import Answer, send

PAUSES = (1, 5, 15, 60, 240, 720)
"""Minutes until the next attempt, after the first, second, …; after the last of them it is given up."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one turn of the job did."""

    sent: int
    failed: int
    given_up: int


@dataclass
class DeliverPending:
    """Send what is due, at most ``limit`` deliveries a turn."""

    now: dt.datetime | None = None
    limit: int = 500

    def check(self) -> list[int]:
        """Keys of the deliveries that are due, oldest first."""
        due = Delivery.objects.filter(state=DeliveryState.WAITING, next_at__lte=self.now or timezone.now())
        return list(due.order_by("next_at", "pk").values_list("pk", flat=True)[: self.limit])

    def execute(self) -> Delivered:
        """Send each, and write down what came of it."""
        counts = {"sent": 0, "failed": 0, "given_up": 0}
        for key in self.check():
            if (delivery := self._claim(key)) is None:
                continue
            answer = _letter(delivery) if delivery.channel == Delivery.Channel.EMAIL else _message(delivery)
            counts[self._write(delivery, answer)] += 1
        return Delivered(**counts)

    def _claim(self, key: int) -> Delivery | None:
        """The delivery, now this process's own; none where another has taken it meanwhile."""
        now = self.now or timezone.now()
        delivery = Delivery.objects.select_related("notice__user", "notice__case").get(pk=key)
        pause = PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
        taken = Delivery.objects.filter(
            pk=key, attempts=delivery.attempts, state=DeliveryState.WAITING, next_at__lte=now
        ).update(attempts=delivery.attempts + 1, next_at=now + dt.timedelta(minutes=pause))
        if not taken:
            return None
        delivery.attempts += 1
        return delivery

    def _write(self, delivery: Delivery, answer: Answer) -> str:
        now = self.now or timezone.now()
        with transaction.atomic():
            DeliveryAttempt.objects.create(
                delivery=delivery, number=delivery.attempts, at=now, ok=answer.ok, answer=answer.text
            )
            if answer.ok:
                Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.SENT, sent_at=now)
                return "sent"
            if delivery.attempts > len(PAUSES):
                Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.GIVEN_UP)
                return "given_up"
        return "failed"


def _letter(delivery: Delivery) -> Answer:
    """Send one letter, Chinese first."""
    notice = delivery.notice
    if notice is None or not notice.user.is_active or not notice.user.email:
        return Answer(True, "not sent: the account is closed or has no address any more")
    message = EmailMessage(
        subject=" ".join(f"[ecociv] {notice.title_text.zh}".split())[:200],
        body=letter_text(notice),
        to=[notice.user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Answer(False, f"{type(error).__name__}: {error}"[:300])
    return Answer(True, "handed to the mail server")


def letter_text(notice: Notice) -> str:
    """The letter in both languages, with the link and the reason why it came."""
    link = f"{settings.ECOCIV_PUBLIC_URL}{notice.path}" if notice.path else ""
    parts = []
    for language, sample in (("zh", "样例数据，不是真实情况。"), ("en", "Sample data, not the real zone.")):
        lines = [notice.title[language], "", notice.body[language], notice.why[language], link]
        parts.append("\n".join([*([sample] if notice.sample else []), *lines]).rstrip())
    return "\n\n----\n\n".join(parts) + "\n"


def _message(delivery: Delivery) -> Answer:
    target = target_of(delivery.zone)
    if target is None:
        return Answer(True, "not sent: the zone has no webhook any more")
    content = {
        "delivery": delivery.pk,
        **delivery.content,
        "url": f"{settings.ECOCIV_PUBLIC_URL}{delivery.content.get('path', '')}",
    }
    return send(
        target.url, target.secret, content, delivery=delivery.pk, private=settings.ECOCIV_WEBHOOK_PRIVATE
    )
