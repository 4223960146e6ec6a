"""The append-only table of observations: a Delta Lake table, read through DuckDB in memory.

Nothing is ever overwritten: a second statement about the same period is a new revision, and a read ``as_of`` a moment
sees what was known then. DuckDB is given the table's own file list, so that no extension has to be downloaded; each
process has one connection in memory, and any number of processes read and write side by side.
"""

from ecociv.evidence.store.compare import Comparison, Stamp
from ecociv.evidence.store.duck import connection
from ecociv.evidence.store.moments import NaiveInstant
from ecociv.evidence.store.scratch import scratch_folder
from ecociv.evidence.store.spool import Written
from ecociv.evidence.store.table import EvidenceStore, evidence_uri

__all__ = [
    "Comparison",
    "EvidenceStore",
    "NaiveInstant",
    "Stamp",
    "Written",
    "connection",
    "evidence_uri",
    "scratch_folder",
]
