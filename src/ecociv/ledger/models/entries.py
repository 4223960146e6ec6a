"""Entries and their lines; rows are only added."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.models import Document
from ecociv.ledger.models.books import Book, LedgerAccount
from ecociv.people.recorded import AppendOnlyModel, Recorded


class Entry(Recorded):
    """An entry (记账凭证) of a book: money that left some accounts and entered others on a day.

    ``day`` is when it was true, ``recorded_at`` when the book knew it. ``seal`` covers the entry and the seal of the
    one before, so that what is changed behind the back of the book is found.
    """

    refusal = "an entry is never changed or removed; reverse it and post the right one"

    class Kind(models.TextChoices):
        """What the entry is."""

        TRANSFER = "transfer", _("Transfer of money")
        PAYMENT_IN = "payment-in", _("Payment in")
        PAYMENT_OUT = "payment-out", _("Payment out")
        CORRECTION = "correction", _("Correction")
        REVERSAL = "reversal", _("Reversal")

    book = models.ForeignKey(Book, verbose_name=_("book"), on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField(_("number"))
    day = models.DateField(_("day"))
    author_name = models.CharField(_("posted by"), max_length=150)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.TRANSFER)
    document = models.CharField(_("document"), max_length=200)
    file = models.ForeignKey(
        Document, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField(_("text"), max_length=500)
    reverses = models.OneToOneField(
        "self",
        verbose_name=_("reverses"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
    )
    key = models.CharField(_("key of the request"), max_length=128, blank=True, default="")
    sample = models.BooleanField(_("sample data"), default=False)
    seal = models.CharField(_("seal"), max_length=64)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["book", "number"]
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="an_entry_number_is_used_once_in_a_book"),
            models.UniqueConstraint(
                fields=["book", "key"],
                condition=~models.Q(key=""),
                name="an_entry_key_is_used_once_in_a_book",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book.key} #{self.number}"

    @property
    def reversal(self) -> Entry | None:
        """The entry that took this one back, if there is one."""
        return getattr(self, "reversed_by", None)

    def stands(self, as_of: dt.datetime | None = None) -> bool:
        """Whether no entry had taken this one back, as known at a moment (now, where none is given)."""
        back = self.reversal
        return back is None or (as_of is not None and back.recorded_at > as_of)


class EntryLine(AppendOnlyModel):
    """One line of an entry: whole fen that entered an account (positive) or left it (negative)."""

    refusal = "a line is never changed or removed; reverse the entry"

    entry = models.ForeignKey(Entry, verbose_name=_("entry"), on_delete=models.PROTECT, related_name="lines")
    place = models.PositiveSmallIntegerField(_("line"))
    account = models.ForeignKey(
        LedgerAccount, verbose_name=_("account"), on_delete=models.PROTECT, related_name="lines"
    )
    amount = models.BigIntegerField(_("amount in fen"))
    day = models.DateField(_("day"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("line of an entry")
        verbose_name_plural = _("lines of an entry")
        ordering = ["entry", "place"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "place"], name="a_line_has_its_place_in_the_entry")
        ]
        indexes = [models.Index(fields=["account", "day"], name="ledger_line_account_day")]

    def __str__(self) -> str:
        return f"{self.entry} {self.place}"


def content_of(entry: Entry, lines: list[tuple[str, int]], reverses: int | None) -> dict[str, Any]:
    """What the seal of an entry covers: everything that it says, and who said it when."""
    return {
        "book": entry.book.key,
        "number": entry.number,
        "day": entry.day.isoformat(),
        "recorded_at": round(entry.recorded_at.timestamp() * 1_000_000),
        "author": entry.author_name,
        "kind": str(entry.kind),
        "document": entry.document,
        "file": entry.file_id or "",
        "text": entry.text,
        "reverses": reverses or 0,
        "key": entry.key,
        "sample": entry.sample,
        "lines": [list(line) for line in lines],
    }
