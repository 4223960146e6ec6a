"""Changes to the evidence. Each is an object: ``check()`` says what would happen, ``execute()`` does it."""

from ecociv.evidence.actions.correct import CorrectionRefused, CorrectObservation
from ecociv.evidence.actions.load import LoadFile, ReasonRequired
from ecociv.evidence.actions.receive import Receipt, ReceiveReadings

__all__ = ["CorrectObservation", "CorrectionRefused", "LoadFile", "ReasonRequired", "Receipt", "ReceiveReadings"]
