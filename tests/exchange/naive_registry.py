"""A registry as one would write it on paper: for each serial number who has it. Slow, and plainly right."""

from __future__ import annotations

from ecociv.exchange.registry import Cash, Kind, Movement, Series, State, Units

Place = tuple[str, State, str]
CHANGES = {
    Kind.TRANSFER: ("free", "free"),
    Kind.RESERVE: ("free", "reserved"),
    Kind.RELEASE: ("reserved", "free"),
    Kind.DELIVER: ("reserved", "free"),
    Kind.PLEDGE: ("free", "pledged"),
    Kind.UNPLEDGE: ("pledged", "free"),
    Kind.REALISE: ("pledged", "free"),
    Kind.FREEZE: ("free", "frozen"),
    Kind.UNFREEZE: ("frozen", "free"),
    Kind.SURRENDER: ("free", "surrendered"),
    Kind.CANCEL: ("free", "cancelled"),
    Kind.EXPIRE: (None, "expired"),
}
FOR_ANOTHER = {Kind.TRANSFER, Kind.REALISE}
"""Kinds that need two accounts; DELIVER may have one (an order of one's own that met another of one's own)."""
KEPT_FROM_A_FROZEN_ACCOUNT = {
    Kind.TRANSFER,
    Kind.RESERVE,
    Kind.DELIVER,
    Kind.PLEDGE,
    Kind.CANCEL,
    Kind.RESERVE_CASH,
    Kind.PAY,
    Kind.WITHDRAW,
}


class Refused(Exception):
    """The movement may not happen."""


class NaiveRegistry:
    """Serial number by serial number."""

    def __init__(self, accounts: list[str]) -> None:
        self.frozen = dict.fromkeys(accounts, False)
        self.serials: dict[Series, dict[int, Place]] = {}
        self.money: dict[tuple[str, str | None], int] = {}
        """Account and claim; ``None`` is what is free."""

    def issue(self, series: Series, account: str, quantity: int) -> None:
        """The next serial numbers."""
        book = self.serials.setdefault(series, {})
        for serial in range(len(book) + 1, len(book) + quantity + 1):
            book[serial] = (account, State.FREE, "")

    def apply(self, movement: Movement) -> None:
        """All lines on a copy; the copy is kept when all went well."""
        serials = {series: dict(book) for series, book in self.serials.items()}
        money = dict(self.money)
        for line in movement.lines:
            if isinstance(line, Units):
                self._units(movement.kind, line, serials)
            elif isinstance(line, Cash):
                self._cash(movement.kind, line, money)
        self.serials, self.money = serials, money

    def _units(self, kind: Kind, line: Units, serials: dict[Series, dict[int, Place]]) -> None:
        before, after = CHANGES[kind]
        if line.after.value != after or (before is not None and line.before.value != before):
            raise Refused
        if kind is Kind.EXPIRE and line.before.value not in ("free", "reserved", "pledged", "frozen"):
            raise Refused
        same = line.giver == line.taker
        if (kind in FOR_ANOTHER and same) or (kind not in FOR_ANOTHER | {Kind.DELIVER} and not same):
            raise Refused
        if line.giver not in self.frozen or line.taker not in self.frozen:
            raise Refused
        if self.frozen[line.giver] and kind in KEPT_FROM_A_FROZEN_ACCOUNT:
            raise Refused
        book = serials.get(line.series, {})
        there = sorted(
            serial for serial, place in book.items() if place == (line.giver, line.before, line.giver_claim)
        )
        if line.quantity <= 0 or len(there) < line.quantity:
            raise Refused
        for serial in there[: line.quantity]:
            book[serial] = (line.taker, line.after, line.taker_claim)

    def _cash(self, kind: Kind, line: Cash, money: dict[tuple[str, str | None], int]) -> None:
        if line.amount <= 0:
            raise Refused
        if line.giver:
            if self.frozen[line.giver] and kind in KEPT_FROM_A_FROZEN_ACCOUNT:
                raise Refused
            place = (line.giver, line.giver_claim if line.giver_reserved else None)
            if money.get(place, 0) < line.amount:
                raise Refused
            money[place] -= line.amount
        if line.taker:
            place = (line.taker, line.taker_claim if line.taker_reserved else None)
            money[place] = money.get(place, 0) + line.amount
