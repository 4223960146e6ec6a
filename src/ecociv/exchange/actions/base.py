"""An action of the exchange is one command of its journal, sent under an idempotency key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import uuid4

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.exchange.journal.sending import Receipt, Sending
from ecociv.exchange.venue import journal_of
from ecociv.exchange.zone import operator
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.permissions import require
from ecociv.people.policy import Action


class CommandRefused(ValueError):
    """The engine said no; ``code`` is for programs, ``text`` for readers. The refusal stands in the journal."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text


@dataclass(kw_only=True, slots=True)
class ExchangeAction:
    """One command.

    Parameters
    ----------
    zone
        Key of the zone, which is that of its exchange.
    author
        A user, or the name of the program that acts.
    key
        Idempotency key; sent again with the same key, the action gives its first outcome and does nothing.
    at
        Microseconds since 1970, for what is loaded from elsewhere; the clock by default.
    """

    kind: ClassVar[str]
    zone: str
    author: Any
    key: str = field(default_factory=lambda: uuid4().hex)
    at: int | None = None

    def command(self) -> dict[str, Any]:
        """What the command holds beside its kind."""
        raise NotImplementedError

    def whole(self) -> dict[str, Any]:
        """The command as the journal will hold it."""
        return {"kind": self.kind, **self.command()}

    def permit(self) -> None:
        """Refuse whoever may not do this.

        Raises
        ------
        PermissionDenied
            With the rule that decided.
        """
        raise NotImplementedError

    def check(self) -> None:
        """Refuse what can be refused before the engine looks at it."""
        if isinstance(self.author, User):
            self.permit()
        elif not str(self.author or "").strip():
            raise ValueError("An author is needed: a user, or the name of the program that acts.")

    def send(self) -> Receipt:
        """Check, and write the command into the journal, whatever comes of it."""
        return send_all([self])[0]

    def sending(self) -> Sending:
        """The command on its way."""
        return Sending(self.whole(), self.key, _name(self.author), self.at, self.also)

    def execute(self) -> Receipt:
        """Send the command.

        Raises
        ------
        PermissionDenied
            Whoever may not do this.
        CommandRefused
            With the engine's code and sentence.
        """
        receipt = self.send()
        if not receipt.outcome["ok"]:
            said = receipt.outcome
            raise CommandRefused(said["code"], Text(zh=said["zh"], en=said["en"]))
        return receipt

    def also(self, receipt: Receipt) -> None:
        """What is written in the same transaction."""


@dataclass(kw_only=True, slots=True)
class OperatorAction(ExchangeAction):
    """What the operator of the exchange does; each stands in the record of changes too."""

    def permit(self) -> None:
        require_operator(self.author, self.zone)

    def also(self, receipt: Receipt) -> None:
        if receipt.outcome["ok"]:
            said = self.whole()
            audit.record(
                actor=self.author,
                action=f"exchange.{said['kind']}",
                zone=self.zone,
                subject_kind="exchange",
                subject_key=str(receipt.sequence),
                after={"command": said, "outcome": dict(receipt.outcome)},
                reason=str(said.get("document", "")),
            )


def send_all(actions: Sequence[ExchangeAction]) -> list[Receipt]:
    """Check actions of one zone, and write their commands into the journal in as few transactions as can be."""
    for each in actions:
        each.check()
    return journal_of(actions[0].zone).submit_all([each.sending() for each in actions]) if actions else []


def require_operator(author: Any, zone: str) -> None:
    """Refuse whoever does not act for the body that operates the exchange.

    Raises
    ------
    PermissionDenied
        With the body that does.
    """
    require(author, Action.KEEP_REGISTER, zone=zone, lead=[operator(zone, timezone.localdate())])


def _name(author: Any) -> str:
    return author.username if isinstance(author, User) else str(author)[:150]
