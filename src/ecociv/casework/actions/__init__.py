"""Changes of cases: each with ``check()`` and ``execute()``, one transaction, one step of the log, one audit entry."""

from ecociv.casework.actions.bulk import BulkStep, StepOutcome
from ecociv.casework.actions.clocks import PauseClocks, ResumeClocks
from ecociv.casework.actions.escalations import Escalate
from ecociv.casework.actions.extensions import AskExtension, DecideExtension
from ecociv.casework.actions.files import Attachment
from ecociv.casework.actions.hand_over import HandOver, HandOverAll, NameOfficer
from ecociv.casework.actions.notes import AddNote
from ecociv.casework.actions.opening import OpenCase
from ecociv.casework.actions.steps import TakeStep
from ecociv.casework.refusals import CaseMovedOn, CaseRefused, InputRefused, MoveNotOpen

__all__ = [
    "AddNote",
    "AskExtension",
    "Attachment",
    "BulkStep",
    "CaseMovedOn",
    "CaseRefused",
    "DecideExtension",
    "Escalate",
    "HandOver",
    "HandOverAll",
    "InputRefused",
    "MoveNotOpen",
    "NameOfficer",
    "OpenCase",
    "PauseClocks",
    "ResumeClocks",
    "StepOutcome",
    "TakeStep",
]
