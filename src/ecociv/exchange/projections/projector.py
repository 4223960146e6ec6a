"""Writing the projections: all rows of a batch in one go."""

from __future__ import annotations

from typing import Any

from ecociv.exchange.engine.engine import Changes
from ecociv.exchange.journal.tables import write_tables
from ecociv.exchange.projections.rows import TABLES, rows_of


class TableProjector:
    """Writes what an engine changed."""

    def write(self, venue: str, changes: Any) -> None:
        """Add or replace the rows that changed."""
        assert isinstance(changes, Changes)
        write_tables(venue, list(rows_of(changes).values()))

    def clear(self, venue: str) -> None:
        """Remove all rows of a venue."""
        for table in TABLES:
            table.model._default_manager.filter(venue=venue).delete()
