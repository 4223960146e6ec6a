"""Changes to the evidence. Each is an object: ``check()`` says what would happen, ``execute()`` does it."""

from ecociv.evidence.actions.append import Appended, AppendObservations, InsideTransaction, ReasonRequired
from ecociv.evidence.actions.compact import Compacted, CompactEvidence
from ecociv.evidence.actions.correct import CorrectionRefused, CorrectObservation
from ecociv.evidence.actions.flush import Flushed, FlushInbox, PurgeInbox
from ecociv.evidence.actions.load import LoadFile
from ecociv.evidence.actions.receive import Receipt, ReceiveReadings
from ecociv.evidence.staged import AppendRefused

__all__ = [
    "AppendObservations",
    "AppendRefused",
    "Appended",
    "CompactEvidence",
    "Compacted",
    "CorrectObservation",
    "CorrectionRefused",
    "FlushInbox",
    "Flushed",
    "InsideTransaction",
    "LoadFile",
    "PurgeInbox",
    "ReasonRequired",
    "Receipt",
    "ReceiveReadings",
]
