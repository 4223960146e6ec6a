"""Opening the case that a move opens by itself, or saying why it cannot be opened."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied

from ecociv.casework.actions.opening import OpenCase
from ecociv.casework.clocks import day_of
from ecociv.casework.content import LONGEST_LINE
from ecociv.casework.declaration import Transition
from ecociv.casework.follow_on import Prefilled, origin_of, prefill_of
from ecociv.casework.models import Case
from ecociv.casework.permissions import parties_of
from ecociv.casework.refusals import CaseRefused
from ecociv.core.text import Text
from ecociv.evidence.declared import DeclarationError


def opening(
    case: Case, move: Transition, author: Any, reason: str, at: dt.datetime, given_at: dt.datetime | None
) -> list[OpenCase]:
    """The cases that a move opens, as they would be filled in; its step is the next one of ``case``."""
    assert move.opens is not None
    day = day_of(at)
    prefill = prefill_of(move.opens.type)
    filled = prefill(case, day, reason) if prefill else Prefilled(case.title, parties_of(case))
    return [
        OpenCase(
            zone=case.zone,
            type=move.opens.type,
            title=each.title[:LONGEST_LINE],
            author=author,
            subject=case.subject,
            parties=each.parties,
            fields=each.fields,
            reason=reason,
            origin=origin_of(case, case.steps_taken + 1),
            parent=case if move.opens.under else None,
            sample=case.sample,
            at=given_at,
        )
        for each in ([filled] if isinstance(filled, Prefilled) else filled)
    ]


def refused(move: Transition, error: Exception) -> CaseRefused:
    """Why a move is not taken: the case that it opens cannot be opened."""
    why = getattr(error, "text", None) or Text(zh=str(error), en=str(error))
    assert move.opens is not None
    return CaseRefused(
        "cannot-open",
        Text(
            zh="“{move}”没有办理：随之应立的“{type}”不能立案。{why}",
            en="“{move}” was not taken: the case that it opens ({type}) cannot be opened. {why}",
        ).fill(move=move.title, type=move.opens.type, why=why),
    )


NOT_OPENED = (CaseRefused, PermissionDenied, DeclarationError)
"""What opening a case may be refused with."""
