"""Reading the register of issued documents; every list sees only what its reader may see."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ecociv.casework.models import Case
from ecociv.casework.permissions import may_read
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.reporting.models import IssuedDocument
from ecociv.reporting.official.content import DocumentNumber
from ecociv.reporting.official.kinds import KINDS
from ecociv.reporting.official.series import gaps


def register(user: Any, zone: str, *, as_of: dt.datetime | None = None) -> list[IssuedDocument]:
    """The issued documents that a user may see, the newest first; those issued by a moment, where one is given."""
    if not allowed(user, Action.READ, zone=zone):
        return []
    rows = IssuedDocument.objects.filter(zone=zone).select_related("annulment", "document")
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    return [row for row in rows.order_by("-dated", "-pk") if may_see(user, row)]


def may_see(user: Any, issued: IssuedDocument) -> bool:
    """Whether the user may see a document: whoever may see its case; what is secret, the issuer and the overseers."""
    if not allowed(user, Action.READ, zone=issued.zone):
        return False
    kind = KINDS.get(issued.kind)
    if kind is not None and kind.case_type:
        case = Case.objects.filter(
            zone=issued.zone, type=kind.case_type, number=issued.parameters.get("case", "")
        ).first()
        if case is None or not may_read(user, case).ok:
            return False
    if issued.parameters.get("secrecy"):
        lead = {issued.organisation} if issued.organisation else set()
        return allowed(user, Action.READ_HISTORY, zone=issued.zone, lead=lead)
    return True


def issued_by_number(zone: str, number: str) -> IssuedDocument | None:
    """The document of a number, as 景生态办〔2017〕12号.

    Raises
    ------
    NumberUnreadable
        When it is no document number.
    """
    read = DocumentNumber.read(number)
    return IssuedDocument.objects.filter(
        zone=zone, series=read.prefix, year=read.year, serial=read.serial
    ).first()


def numbers_missing(zone: str) -> dict[tuple[str, int], tuple[int, ...]]:
    """Gaps by series and year; empty while the register is whole. One query."""
    used: dict[tuple[str, int], list[int]] = {}
    for series, year, serial in IssuedDocument.objects.filter(zone=zone).values_list(
        "series", "year", "serial"
    ):
        used.setdefault((series, year), []).append(serial)
    return {key: found for key, numbers in used.items() if (found := gaps(numbers))}
