"""What the room keeps: books with accounts and entries; statements of a bank and what they were matched with."""

from ecociv.ledger.models.bank import BankLine, BankStatement, Match, MatchedItem, MatchWithdrawal
from ecociv.ledger.models.books import Book, LedgerAccount
from ecociv.ledger.models.entries import Entry, EntryLine

__all__ = [
    "BankLine",
    "BankStatement",
    "Book",
    "Entry",
    "EntryLine",
    "LedgerAccount",
    "Match",
    "MatchWithdrawal",
    "MatchedItem",
]
