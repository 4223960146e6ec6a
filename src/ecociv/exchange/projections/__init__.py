"""Tables that pages read: written from the engine in the same transaction as the journal, and nothing else writes them."""
