"""What every action on rights has in common: a plan by the rules, and then one movement under a document."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.core.verdicts import Verdict
from ecociv.exchange.actions.base import ExchangeAction, OperatorAction
from ecociv.exchange.engine.engine import Engine
from ecociv.exchange.instruments import Instrument, instrument
from ecociv.exchange.journal.models import JournalEntry
from ecociv.exchange.journal.sending import KeyReused, Receipt
from ecociv.exchange.registry import Movement, Registry, Series, State
from ecociv.exchange.registry.rules.lifetime import expired
from ecociv.exchange.registry.rules.reasons import no, reason
from ecociv.exchange.venue import journal_of
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.plan.package import zone_directory

T = TypeVar("T")
_DONE_ALREADY = no(
    reason(
        "done-already",
        "这件事刚刚已由他人办理，请刷新后查看。",
        "Somebody else has just done this: look at the figures again.",
    )
)
NUMBERED_BY_THE_JOURNAL = 1
"""Id of a movement until the engine gives it its own."""


class RightsRefused(ValueError):
    """The rules say no, or cannot tell; ``text`` has every reason, ``verdict`` the same as data."""

    def __init__(self, verdict: Verdict) -> None:
        zh = "".join(reason.text.zh for reason in verdict.reasons)
        en = " ".join(reason.text.en for reason in verdict.reasons)
        self.text = Text(zh=zh or "规则不允许。", en=en or "The rules do not allow it.")
        super().__init__(self.text.en)
        self.verdict = verdict

    @property
    def code(self) -> str:
        """Code of the first reason."""
        return self.verdict.codes[0] if self.verdict.codes else "refused"


def registry_read(zone: str, read: Callable[[Registry], T]) -> T:
    """Read from the registry at the head of the journal; ``read`` must not change it."""
    return journal_of(zone).look(lambda machine: read(cast("Engine", machine).state.registry))


def instrument_on(zone: str, key: str, day: dt.date | None = None) -> Instrument:
    """An instrument of the zone on a day (today).

    Raises
    ------
    InstrumentNotInForce
        When it has no terms then.
    """
    return instrument(key, zone_directory(zone), day or timezone.localdate())


@dataclass(kw_only=True, slots=True)
class RightsAction(OperatorAction):
    """An action on rights: `plan` asks the rules and gives the movement.

    Parameters
    ----------
    document
        What it rests on; never empty.
    on
        The day whose rules hold; today by default.
    """

    kind = "movement"
    document: str
    on: dt.date | None = None
    _movement: Movement | None = field(default=None, init=False, repr=False)
    _once: bool = field(default=False, init=False, repr=False)

    def day(self) -> dt.date:
        """The day whose rules hold."""
        return self.on or timezone.localdate()

    def plan(self) -> Movement:
        """The movement that the rules allow.

        Raises
        ------
        RightsRefused
            With every reason.
        """
        raise NotImplementedError

    def check(self) -> None:
        """Permission, and then the rules."""
        ExchangeAction.check(self)
        self._movement = self.plan()

    def command(self) -> dict[str, Any]:
        assert self._movement is not None, "an action is checked before it is sent"
        said = self._movement.to_json()
        return {"movement": {name: said[name] for name in ("kind", "document", "lines")}}

    def settle_once(self, *said: Any) -> None:
        """Give the command the key of what it was planned on: whoever planned on the same sends the same key.

        Of two people who saw the same figures and act at once only the first changes anything. After a refusal the key is
        another one.
        """
        stem = f"{type(self).__name__}-{digest_of_json([str(each) for each in said])[:40]}"
        before = JournalEntry.objects.filter(venue=self.zone, key__startswith=stem)
        refused = sum(not json.loads(entry.outcome)["ok"] for entry in before)
        self.key, self._once = f"{stem}-{refused}", True

    def execute(self) -> Receipt:
        """Let it happen.

        Raises
        ------
        RightsRefused
            By the rules, or because somebody else has just done it.
        CommandRefused
            By the engine.
        """
        try:
            receipt = ExchangeAction.execute(self)
        except KeyReused as again:
            raise RightsRefused(_DONE_ALREADY) from again
        if self._once and receipt.repeated:
            raise RightsRefused(_DONE_ALREADY)
        return receipt

    def instrument(self, key: str) -> Instrument:
        """An instrument on the day of the action."""
        return instrument_on(self.zone, key, self.day())

    def refuse_expired(self, series: Series) -> None:
        """Refuse units whose validity has ended: for what is worth nothing any more nothing is given.

        Raises
        ------
        RightsRefused
            With the code ``expired``.
        """
        over = expired(series, self.instrument(series.instrument), self.day())
        if over is not None:
            raise RightsRefused(no(over))

    def paper(self) -> dict[str, Any]:
        """Document and time, as the movements take them; the time is the journal's."""
        return {"document": self.document.strip(), "at": 0}


@dataclass(kw_only=True, slots=True)
class HolderAction(RightsAction):
    """What a holder may do with an account of its own, and the operator for it."""

    account: str

    def permit(self) -> None:
        require_holder_or_operator(self.author, self.zone, self.account)


def require_holder_or_operator(author: Any, zone: str, account: str) -> None:
    """Refuse whoever is neither the holder of an account nor the operator.

    Raises
    ------
    PermissionDenied
        With the rule that decided.
    """
    from ecociv.exchange.zone import operator

    require(author, Action.TRADE, zone=zone, lead=[account, operator(zone, timezone.localdate())])


def refuse_unless(verdict: Verdict) -> None:
    """Go on where the verdict is a yes.

    Raises
    ------
    RightsRefused
        For a no and for an unknown.
    """
    if verdict.ok is not True:
        raise RightsRefused(verdict)


def free_units(zone: str, account: str, series: Series) -> int:
    """Free units of an account."""
    return registry_read(zone, lambda registry: registry.claimed(account, series, State.FREE, ""))
