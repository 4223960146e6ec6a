"""The exchange of a zone: its journal in this process, with the engine behind it."""

from __future__ import annotations

import os
from functools import lru_cache

from ecociv.exchange.engine.engine import Engine
from ecociv.exchange.journal.commit import Journal
from ecociv.exchange.projections.projector import TableProjector


@lru_cache(maxsize=16)
def journal_of(venue: str) -> Journal:
    """The journal of a venue; the venue is the key of the zone.

    Examples
    --------
    >>> journal_of("jingdezhen") is journal_of("jingdezhen")
    True
    """
    return Journal(venue, Engine, TableProjector())


# A process that is forked while another thread leads would wait for that thread for ever.
os.register_at_fork(after_in_child=journal_of.cache_clear)
