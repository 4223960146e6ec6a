"""Records of the evidence room: what is observed where, the files, and the runs that read them."""

from ecociv.evidence.models.documents import Document, DocumentFiling, FilingReader
from ecociv.evidence.models.inbox import InboxReading
from ecociv.evidence.models.quality import FindingDecision, Maintenance, QualityFinding, QualityRun
from ecociv.evidence.models.runs import ImportRun, RowIssue
from ecociv.evidence.models.seals import EvidenceSeal
from ecociv.evidence.models.series import ObservedProperty, Place, Sensor, Series

__all__ = [
    "Document",
    "EvidenceSeal",
    "DocumentFiling",
    "FilingReader",
    "FindingDecision",
    "ImportRun",
    "InboxReading",
    "Maintenance",
    "ObservedProperty",
    "Place",
    "QualityFinding",
    "QualityRun",
    "RowIssue",
    "Sensor",
    "Series",
]
