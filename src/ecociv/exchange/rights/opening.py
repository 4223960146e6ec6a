"""Accounts of the registry: who may have one, and opening one under a document (开户)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from ecociv.core.verdicts import Reason, Verdict
from ecociv.exchange.actions import OpenAccount
from ecociv.exchange.actions.base import OperatorAction
from ecociv.exchange.instruments import zone_exchange
from ecociv.exchange.queries import account as account_row
from ecociv.exchange.registry.rules.reasons import no, reason
from ecociv.exchange.rights.base import refuse_unless
from ecociv.exchange.rights.parties import enterprise, standing
from ecociv.people.credit_code import CodeRefused, credit_code
from ecociv.plan.package import zone_directory
from ecociv.plan.queries import current_package
from ecociv.registers.entries import Entry

SORTS = ("trader", "reserve")


@dataclass(frozen=True, slots=True)
class Applied:
    """Somebody who asks for an account, as far as the zone knows him.

    Attributes
    ----------
    account : str
        The key as it will be kept.
    entry : Entry or None
        The enterprise on the register; ``None`` for a body, and for one that is on none: then sector and basin are unknown,
        and what depends on them is not allowed.
    again : bool
        Whether an account under this key was closed before.
    verdict : Verdict
        Codes ``account-open``, ``account-key``, ``reserve-unknown``, ``owner``, ``enterprise-closed``.
    """

    account: str
    entry: Entry | None
    again: bool
    verdict: Verdict


def applied(zone: str, account: str, sort: str = "trader", owner: str = "") -> Applied:
    """Whether an account may be opened under a key.

    A participant is an enterprise by its unified social credit code, or a body of the zone by its key; a reserve has the
    key that an instrument of the zone names.
    """
    today = timezone.localdate()
    bodies = {body.key for body in current_package(zone).organisations}
    reserves = {one.reserve for one in zone_exchange(zone_directory(zone)).instruments}
    key, owner = account.strip(), owner.strip()
    reasons: list[Reason] = []
    if sort == "reserve":
        if key not in reserves:
            reasons.append(
                reason(
                    "reserve-unknown",
                    "“{key}”不是任何品种的储备账户；应为：{known}。",
                    "{key} is the reserve of no instrument; there are: {known}.",
                    key=key or "—",
                    known="、".join(sorted(reserves)),
                )
            )
    elif key not in bodies:
        key, refused = _code(key, "account-key")
        reasons += refused
    if owner and owner not in bodies | reserves:
        _, refused = _code(owner, "owner")
        reasons += refused
    there = account_row(zone, key)
    if there is not None and not there.closed:
        reasons.append(
            reason(
                "account-open", "账户“{key}”（{name}）已经开立。", "Account {key} ({name}) is open already.",
                key=key, name=there.name,
            )
        )  # fmt: skip
    entry = enterprise(zone, key, today) if key and not reasons and sort == "trader" else None
    if entry is not None and entry.state == "closed":
        reasons.append(
            reason(
                "enterprise-closed", "企业“{key}”已注销。", "Enterprise {key} is closed on the register.", key=key
            )
        )  # fmt: skip
    return Applied(key, entry, there is not None and there.closed, no(*reasons))


def _code(given: str, code: str) -> tuple[str, list[Reason]]:
    """A credit code as it is kept, or why it is none."""
    try:
        return credit_code(given), []
    except CodeRefused as refused:
        return given, list(_refusal(code, refused))


def _refusal(code: str, refused: CodeRefused) -> Iterator[Reason]:
    yield reason(code, "{said}", "{said}", said=refused.text)


@dataclass(kw_only=True, slots=True)
class OpenRegistryAccount(OpenAccount):
    """Open an account of the registry after looking at who asks; closing it while it is empty takes it back.

    Raises
    ------
    RightsRefused
        With every reason.
    """

    def check(self) -> None:
        """Permission, and who may have an account."""
        OperatorAction.check(self)
        asked = applied(self.zone, self.account, self.sort, self.owner)
        refuse_unless(asked.verdict)
        self.account = asked.account
        self.owner = "".join(self.owner.split())
        if asked.entry is not None:
            self.sector, self.regions = standing(self.zone, self.account, timezone.localdate())


def closable(zone: str, account: str) -> bool:
    """Whether an account is open and is one of participants or reserves; whether it is empty is for the engine to say."""
    row = account_row(zone, account)
    return row is not None and not row.closed and row.sort in SORTS
