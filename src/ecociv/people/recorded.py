"""Rows that are added once and never changed, with who recorded them and when: bases of the models of every room above.

The database refuses as well where the migration of a table closes it (:class:`ecociv.people.append_only.AppendOnly`).
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AppendOnlyError(TypeError):
    """An attempt to change or delete what may only be added to."""


class AppendOnlyModel(models.Model):
    """A row that is added once and never changed or removed; ``refusal`` says so, and what to do instead."""

    refusal: ClassVar[str]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; refuses to change one that is stored."""
        if self.pk is not None:
            raise AppendOnlyError(self.refusal)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: what is on record stays."""
        raise AppendOnlyError(self.refusal)


class Recorded(AppendOnlyModel):
    """When a row was recorded, and by whom; the account is none for what the system or a command recorded.

    The name stays as it was on that day, whatever becomes of the account. A model that calls its author otherwise
    ("posted by") declares ``author_name`` again.
    """

    recorded_at = models.DateTimeField(_("recorded at"), db_index=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    author_name = models.CharField(_("recorded by"), max_length=150)

    class Meta:
        abstract = True


class RecordedOnPaper(Recorded):
    """A recorded row with why it was recorded and the paper that it rests on."""

    reason = models.TextField(_("reason"), blank=True, default="")
    document = models.CharField(_("document"), max_length=300, blank=True, default="")
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        abstract = True
