"""Records of the evidence room: what is observed where, the files, and the runs that read them."""

from ecociv.evidence.models.documents import Document
from ecociv.evidence.models.runs import ImportRun, RowIssue
from ecociv.evidence.models.series import ObservedProperty, Place, Series

__all__ = ["Document", "ImportRun", "ObservedProperty", "Place", "RowIssue", "Series"]
