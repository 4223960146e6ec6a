"""Moves of an assessment: opening, scoring, sign-off."""

from ecociv.assessment.actions.rounds import MoveRound, OpenRound
from ecociv.assessment.actions.scores import Attached, GiveScore
from ecociv.assessment.actions.sign_off import SignOff, Supplement

__all__ = ["Attached", "GiveScore", "MoveRound", "OpenRound", "SignOff", "Supplement"]
