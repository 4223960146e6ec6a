"""What a bank says of an account, and what it was matched with; rows are only added."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.models import Document
from ecociv.ledger.models.books import LedgerAccount
from ecociv.ledger.models.entries import EntryLine
from ecociv.people.recorded import AppendOnlyModel, Recorded


class BankStatement(Recorded):
    """A statement file of a bank (银行对账单) for one account."""

    refusal = "a statement is never changed or removed; ask the bank for another one"

    account = models.ForeignKey(
        LedgerAccount, verbose_name=_("account"), on_delete=models.PROTECT, related_name="statements"
    )
    file = models.ForeignKey(Document, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")
    form = models.CharField(_("form of the file"), max_length=64)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    rows = models.PositiveIntegerField(_("rows"))
    closing = models.BigIntegerField(_("closing balance in fen"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    author_name = models.CharField(_("loaded by"), max_length=150)
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        ordering = ["account", "first_day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "file"], name="a_statement_file_is_loaded_once")
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.first_day} – {self.last_day}"


class BankLine(AppendOnlyModel):
    """One row of a statement: whole fen that entered the account at the bank (positive) or left it (negative)."""

    refusal = "a row of a statement is never changed or removed"

    statement = models.ForeignKey(
        BankStatement, verbose_name=_("statement"), on_delete=models.PROTECT, related_name="lines"
    )
    account = models.ForeignKey(
        LedgerAccount, verbose_name=_("account"), on_delete=models.PROTECT, related_name="bank_lines"
    )
    row = models.PositiveIntegerField(_("row"))
    day = models.DateField(_("day"), db_index=True)
    amount = models.BigIntegerField(_("amount in fen"))
    number = models.CharField(_("number at the bank"), max_length=80, blank=True, default="")
    reference = models.CharField(_("reference"), max_length=200, blank=True, default="")
    counterparty = models.CharField(_("other party"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("row of a statement")
        verbose_name_plural = _("rows of a statement")
        ordering = ["statement", "row"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "row"], name="a_statement_row_is_loaded_once"),
            models.UniqueConstraint(
                fields=["account", "number"],
                condition=~models.Q(number=""),
                name="a_number_at_the_bank_is_loaded_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.amount}"


class Match(Recorded):
    """Rows of the bank and lines of the book that are the same money."""

    refusal = "a match is never changed or removed; withdraw it and match again"

    class How(models.TextChoices):
        """By which rule they were found to be the same."""

        REFERENCE = "reference", _("Same amount and reference")
        AMOUNT = "amount", _("Same amount, nothing else near")
        SPLIT = "split", _("One row, several lines")
        JOINED = "joined", _("Several rows, one line")
        REVERSED = "reversed", _("Entry and its reversal")
        BY_HAND = "by-hand", _("By hand")

    account = models.ForeignKey(
        LedgerAccount, verbose_name=_("account"), on_delete=models.PROTECT, related_name="matches"
    )
    how = models.CharField(_("rule"), max_length=16, choices=How)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded at"))
    author_name = models.CharField(_("matched by"), max_length=150)

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["account", "pk"]

    def __str__(self) -> str:
        return f"{self.account} {self.pk}"


class MatchedItem(AppendOnlyModel):
    """A row of the bank or a line of the book in a match."""

    refusal = "what a match holds is never changed; withdraw the match"

    match = models.ForeignKey(Match, verbose_name=_("match"), on_delete=models.PROTECT, related_name="items")
    bank_line = models.ForeignKey(
        BankLine,
        verbose_name=_("row"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="matched",
    )
    entry_line = models.ForeignKey(
        EntryLine,
        verbose_name=_("line"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="matched",
    )

    class Meta:
        verbose_name = _("item of a match")
        verbose_name_plural = _("items of a match")
        ordering = ["match", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(bank_line__isnull=True) ^ models.Q(entry_line__isnull=True),
                name="an_item_is_a_row_or_a_line",
            )
        ]

    def __str__(self) -> str:
        return f"{self.match} {self.pk}"


class MatchWithdrawal(Recorded):
    """That a match was wrong; its rows and lines are open again."""

    refusal = "a withdrawal is never changed or removed; match again"

    match = models.OneToOneField(
        Match, verbose_name=_("match"), on_delete=models.PROTECT, related_name="withdrawal"
    )
    reason = models.CharField(_("reason"), max_length=500)
    recorded_at = models.DateTimeField(_("recorded at"))
    author_name = models.CharField(_("withdrawn by"), max_length=150)

    class Meta:
        verbose_name = _("withdrawal of a match")
        verbose_name_plural = _("withdrawals of matches")

    def __str__(self) -> str:
        return str(self.match)
