"""How what is computed by the year is paid: who decides, in which book, from whose account. Pure: no Django."""

from __future__ import annotations

from ecociv.evidence.declared import Declared


class Payment(Declared):
    """How the yearly amounts of a fund or a scheme are paid.

    Attributes
    ----------
    office
        The body that computes, approves and books; it keeps the book.
    book
        Key of a book that ``compensation.yaml`` declares.
    payer
        The body from whose account the money comes; its account is declared there too.
    pool
        The body whose account keeps what is withheld until the next year; empty where nothing can be withheld.
    since
        First year that is paid through the book.
    """

    office: str
    book: str
    payer: str
    pool: str = ""
    since: int
