"""Records of the evidence room: what is observed where, the files, and the runs that read them."""

from ecociv.evidence.models.documents import Document
from ecociv.evidence.models.inbox import InboxReading
from ecociv.evidence.models.rejects import RejectedMessage
from ecociv.evidence.models.runs import ImportRun, RowIssue
from ecociv.evidence.models.series import ObservedProperty, Place, Sensor, Series

__all__ = [
    "Document",
    "ImportRun",
    "InboxReading",
    "ObservedProperty",
    "Place",
    "RejectedMessage",
    "RowIssue",
    "Sensor",
    "Series",
]
