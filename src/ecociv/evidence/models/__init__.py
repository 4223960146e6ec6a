"""Records of the evidence room: what is observed where, the files, and the runs that read them."""

from ecociv.evidence.models.documents import Document, DocumentFiling, FilingReader
from ecociv.evidence.models.inbox import InboxReading
from ecociv.evidence.models.quality import FindingDecision, Maintenance, QualityFinding, QualityRun
from ecociv.evidence.models.rejects import RejectedMessage
from ecociv.evidence.models.returns import (
    DepartmentalReturn,
    ReturnDraft,
    ReturnRevision,
    ReturnStep,
    StepKind,
)
from ecociv.evidence.models.runs import ImportRun, RowIssue
from ecociv.evidence.models.seals import EvidenceSeal
from ecociv.evidence.models.series import ObservedProperty, Place, Sensor, Series

__all__ = [
    "DepartmentalReturn",
    "Document",
    "DocumentFiling",
    "EvidenceSeal",
    "FilingReader",
    "FindingDecision",
    "ImportRun",
    "InboxReading",
    "Maintenance",
    "ObservedProperty",
    "Place",
    "QualityFinding",
    "QualityRun",
    "RejectedMessage",
    "ReturnDraft",
    "ReturnRevision",
    "ReturnStep",
    "RowIssue",
    "Sensor",
    "Series",
    "StepKind",
]
