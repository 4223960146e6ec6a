"""Statements of a bank against the book: reading their files, finding what is the same money, what is left open."""
