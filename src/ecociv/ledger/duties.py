"""Separation of duties (不相容职务分离): whoever approved what is paid does not book or pay it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from ecociv.core.periods import Validity
from ecociv.core.text import Text
from ecociv.evidence.declared import Declared, LocalText, zone_declaration_if_any
from ecociv.ledger.permissions import keeper_today, may_keep
from ecociv.people.models import User
from ecociv.plan.queries import ZoneNotLoaded, current_package


class Cited(Declared):
    """The document that asks for it; ``verified`` is false where the clause was written down from memory."""

    document: LocalText
    clause: str = ""
    year: int | None = None
    verified: bool = False


class Separation(Declared):
    """Two duties that one person does not have for the same item, from a day to a day."""

    duties: Literal["approval-and-booking"]
    from_: dt.date = Field(alias="from")
    to: dt.date | None = None
    source: Cited

    @property
    def valid(self) -> Validity:
        """The days in force."""
        return Validity(self.from_, self.to)


class BookRules(Declared):
    """What a zone declares of its books in ``ledger.yaml``."""

    separation: tuple[Separation, ...] = ()


def separation_on(zone: str, day: dt.date) -> Separation | None:
    """The rule on approval and booking that is in force on a day; none where the zone declares none.

    Raises
    ------
    DeclarationError
        With file, line and key of everything that is wrong in the zone's ``ledger.yaml``.
    """
    declared = zone_declaration_if_any(zone, "ledger.yaml", BookRules)
    rules = declared.separation if declared is not None else ()
    return next((each for each in rules if each.valid.contains(day)), None)


def same_person(
    zone: str, keeper: str, approver: User | None, author: Any, day: dt.date, item: Text
) -> Text | None:
    """Why somebody may not book or pay an item, and who has to; none where nothing is against it.

    Parameters
    ----------
    keeper
        Key of the body that books and pays.
    approver
        Account that approved the item; none where a command without an account did.
    day
        Day of the booking or payment: the rule in force then applies.
    item
        What was approved, in words.

    Notes
    -----
    The rule is about persons, so that commands without an account (loading, batches) are not held against each other.
    """
    if approver is None or not isinstance(author, User) or author.pk != approver.pk:
        return None
    rule = separation_on(zone, day)
    if rule is None:
        return None
    said = rule.source
    body = _body(zone, keeper)
    others = [
        each
        for each in User.objects.filter(zone=zone, organisation=keeper_today(zone, keeper), is_active=True)
        .exclude(pk=author.pk)
        .order_by("username")
        if may_keep(each, zone, keeper)
    ]
    zh = "、".join(each.name_shown for each in others)
    en = ", ".join(each.name_shown for each in others)
    return Text(
        zh=f"{item.zh}由您批准，审批与记账付款须由不同的人办理（{said.document.zh}{said.clause}）。请由{body.zh}其他经办人办理"
        + (f"：{zh}。" if others else "；目前没有其他经办人，请系统管理员为该单位增设账号。"),
        en=f"{item.en} was approved by you; who approves and who books or pays are different persons "
        f"({said.document.en}{', ' if said.clause else ''}{said.clause}). Another officer of {body.en} has to do it"
        + (
            f": {en}."
            if others
            else "; there is none yet, so ask an administrator for another account of that body."
        ),
    )


def _body(zone: str, keeper: str) -> Text:
    key = keeper_today(zone, keeper)
    try:
        package = current_package(zone)
    except ZoneNotLoaded:
        return Text(zh=key, en=key)
    if not package.has_organisation(key):
        return Text(zh=key, en=key)
    body = package.organisation(key)
    return Text(zh=body.shown("zh"), en=body.shown("en"))
