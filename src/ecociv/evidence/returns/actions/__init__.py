"""Steps with a return. Each is an object: ``check()`` says what stands against it, ``execute()`` takes it."""

from ecociv.evidence.returns.actions.base import STATE_NAMES, Subject, state_of, subject, subject_of
from ecociv.evidence.returns.actions.filing import Filed, FileReturns, Filing
from ecociv.evidence.returns.actions.filing_one import FileReturn
from ecociv.evidence.returns.actions.filling import (
    BeginRestatement,
    DropRestatement,
    SaveDraft,
    SubmitReturn,
    findings_of,
)
from ecociv.evidence.returns.actions.judging import AcceptReturn, ReviewReturn, SendBack
from ecociv.evidence.returns.refusals import ReturnRefused, SavedMeanwhile

__all__ = [
    "STATE_NAMES",
    "AcceptReturn",
    "BeginRestatement",
    "DropRestatement",
    "FileReturn",
    "FileReturns",
    "Filed",
    "Filing",
    "ReturnRefused",
    "ReviewReturn",
    "SaveDraft",
    "SavedMeanwhile",
    "SendBack",
    "Subject",
    "SubmitReturn",
    "findings_of",
    "state_of",
    "subject",
    "subject_of",
]
