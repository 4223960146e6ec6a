"""Notices and the ways they go: rows in the application, e-mail, the webhook of a zone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.core.text import Text


class Notice(models.Model):
    """Something that somebody is told (通知). What it says never changes; ``read_at`` is when it was read.

    ``occasion`` names what it is about once and for all: the same is never told twice to the same person. ``why`` says
    in both languages why it went to them.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("to"), on_delete=models.PROTECT, related_name="notices"
    )
    zone = models.CharField(_("zone"), max_length=64)
    kind = models.CharField(_("kind"), max_length=64)
    title = models.JSONField(_("title"))
    body = models.JSONField(_("text"))
    why = models.JSONField(_("why it came to you"))
    step = models.CharField(max_length=16)
    path = models.CharField(_("link"), max_length=400, blank=True, default="")
    subject = models.CharField(_("about"), max_length=200, blank=True, default="")
    case = models.ForeignKey(
        "casework.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    occasion = models.CharField(max_length=200)
    sample = models.BooleanField(_("sample data"), default=False)
    created_at = models.DateTimeField(_("sent"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "occasion"], name="told_once")]
        indexes = [models.Index(fields=["user", "read_at"], name="notice_unread")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.title_text.zh}"

    @property
    def title_text(self) -> Text:
        """The title in both languages."""
        return Text.from_mapping(self.title)

    @property
    def body_text(self) -> Text:
        """The text in both languages."""
        return Text.from_mapping(self.body)

    @property
    def why_text(self) -> Text:
        """Why it came to this reader."""
        return Text.from_mapping(self.why)


class NoticePreference(models.Model):
    """Whether somebody wants a kind of notice as e-mail too; in the application everything is shown."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=64)
    email = models.BooleanField()

    class Meta:
        verbose_name = _("preference for notices")
        verbose_name_plural = _("preferences for notices")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_preference_a_kind")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class Webhook(models.Model):
    """Where a zone's notices are also sent, for a messaging system of the government."""

    zone = models.CharField(_("zone"), max_length=64, unique=True)
    url = models.URLField(_("address"), max_length=400)
    secret = models.CharField(
        _("secret"),
        max_length=128,
        help_text=_("At least 16 characters; the receiver checks the signature of each message with it."),
    )
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return f"{self.zone} {self.url}"


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    GIVEN_UP = "given-up", _("given up")


class Delivery(models.Model):
    """A message that has to go out: one e-mail for a notice, or one message to the webhook for an occasion."""

    class Channel(models.TextChoices):
        """By which way."""

        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    zone = models.CharField(_("zone"), max_length=64)
    channel = models.CharField(_("way"), max_length=16, choices=Channel)
    notice = models.ForeignKey(
        Notice, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    occasion = models.CharField(max_length=200)
    content = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    created_at = models.DateTimeField(_("made"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "occasion"],
                condition=models.Q(channel="webhook"),
                name="one_message_an_occasion",
            ),
            models.UniqueConstraint(
                fields=["notice"], condition=models.Q(channel="email"), name="one_letter_a_notice"
            ),
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="delivery_waiting")]

    def __str__(self) -> str:
        return f"{self.channel} {self.occasion}"


class DeliveryAttempt(models.Model):
    """One attempt, with what came of it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(_("at"))
    ok = models.BooleanField(_("arrived"))
    answer = models.CharField(_("answer"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("attempt at a delivery")
        verbose_name_plural = _("attempts at deliveries")
        ordering = ["delivery", "number"]
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="one_attempt_a_number")]

    def __str__(self) -> str:
        return f"{self.delivery_id}.{self.number} {'ok' if self.ok else self.answer}"
