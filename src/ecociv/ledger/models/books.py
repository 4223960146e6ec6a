"""Books and their accounts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.core.text import Text
from ecociv.people.recorded import AppendOnlyModel, Recorded


class Book(AppendOnlyModel):
    """A book (账簿): accounts between which money passes, kept by one body; its entries are numbered without gaps."""

    refusal = "a book is never changed or removed; open another one"

    zone = models.CharField(_("zone"), max_length=64)
    key = models.CharField(_("key"), max_length=64)
    title_zh = models.CharField(_("title in Chinese"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200)
    keeper = models.CharField(_("kept by"), max_length=96)
    sample = models.BooleanField(_("sample data"), default=False)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")
        ordering = ["zone", "key"]
        constraints = [models.UniqueConstraint(fields=["zone", "key"], name="a_book_key_is_used_once")]

    def __str__(self) -> str:
        return self.title_zh

    @property
    def title(self) -> Text:
        """The title in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)


class LedgerAccount(Recorded):
    """An account (账户) of a body in a book.

    ``floor`` is the balance in fen below which it never falls; none for accounts of those outside (a bank, a province)
    whose balance says what came from them.
    """

    refusal = "an account is never changed or removed; open another one and move the balance"

    class Kind(models.TextChoices):
        """What the money is for."""

        FINANCE = "finance", _("Finance bureau")
        FUND = "fund", _("Fund")
        DEPOSIT = "deposit", _("Deposit")
        FEE = "fee", _("Fees")
        PENALTY = "penalty", _("Penalties and damages")
        PARTY = "party", _("Party outside")

    book = models.ForeignKey(Book, verbose_name=_("book"), on_delete=models.PROTECT, related_name="accounts")
    key = models.CharField(_("key"), max_length=96)
    title_zh = models.CharField(_("title in Chinese"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200)
    body = models.CharField(_("body"), max_length=96, db_index=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    floor = models.BigIntegerField(_("floor in fen"), null=True, blank=True)
    opened_on = models.DateField(_("opened on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    author_name = models.CharField(_("opened by"), max_length=150)

    class Meta:
        verbose_name = _("account of a book")
        verbose_name_plural = _("accounts of a book")
        ordering = ["book", "key"]
        constraints = [
            models.UniqueConstraint(fields=["book", "key"], name="an_account_key_is_used_once_in_a_book")
        ]

    def __str__(self) -> str:
        return self.title_zh

    @property
    def title(self) -> Text:
        """The title in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)
