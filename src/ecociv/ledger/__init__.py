"""Money in double entry: books, accounts, entries with their document, statements of a bank."""
