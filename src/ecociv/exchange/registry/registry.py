"""The registry (登记簿): who holds which units, in which state, and how much money. Pure: no Django.

Here is the arithmetic of rights: nothing is made or lost on the way, nothing is held twice, nothing is below zero. What
the law allows (conversion bans, banking, offsets) is decided in `ecociv.exchange.registry.rules`, which answers with
movements that are applied here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecociv.core.digests import digest_of_json
from ecociv.exchange.registry import permitted
from ecociv.exchange.registry.blocks import Block
from ecociv.exchange.registry.dumping import dumped, loaded
from ecociv.exchange.registry.lines import Books, Done, Moved, refuse
from ecociv.exchange.registry.movements import (
    LIVE,
    Debt,
    Kind,
    Make,
    Movement,
    MovementRefused,
    Series,
    State,
    Units,
)
from ecociv.exchange.registry.verifying import Break, breaks


class Registry(Books):
    """Holdings of units and of money, changed only by movements.

    Examples
    --------
    >>> from ecociv.exchange.registry import issue, open_account, transfer
    >>> registry = Registry()
    >>> so2 = Series("so2", 2016, "360200")
    >>> for id, key in enumerate(("plant", "kiln"), 1):
    ...     _ = registry.apply(open_account(id, key, document="agreement", at=0))
    >>> _ = registry.apply(issue(3, so2, "plant", 1000, document="permit 12", at=0))
    >>> registry.apply(transfer(4, so2, 300, "plant", "kiln", document="contract 7", at=0))[0].blocks
    ((1, 300),)
    >>> registry.holding("plant", "so2"), registry.holding("kiln", "so2"), registry.issued("so2")
    (700, 300, 1000)
    >>> registry.verify()
    []
    """

    __slots__ = ("movements", "seen", "sequence")

    def __init__(self) -> None:
        super().__init__()
        self.sequence = 0
        """The last whole number of a movement that was applied."""
        self.seen: dict[str, str] = {}
        """Digest of each movement whose id is a text."""
        self.movements = 0

    def apply(self, movement: Movement) -> tuple[Moved, ...]:
        """Let a movement happen, the whole of it or nothing.

        Returns
        -------
        tuple of Moved
            One for each line of units, with the serial blocks that moved; empty when the movement had been applied
            before.

        Raises
        ------
        MovementRefused
            With the first fault; the registry is as it was.
        """
        fingerprint = self._new(movement)
        if fingerprint is None:
            return ()
        done: list[Done] = []
        try:
            if not movement.lines:
                refuse("empty", "变动没有明细。", "The movement has no lines.")
            for line in movement.lines:
                self._line(movement.kind, line, done)
            if movement.kind in permitted.FROM_OTHERS or movement.kind in permitted.DEBTS:
                self._two_sides(movement)
        except MovementRefused:
            for each in reversed(done):
                self._undo(movement.kind, each)
            raise
        if isinstance(movement.id, int):
            self.sequence = movement.id
        else:
            self.seen[movement.id] = fingerprint
        self.movements += 1
        return tuple(each for each in done if isinstance(each, Moved))

    def holding(
        self,
        account: str,
        instrument: str,
        vintage: int | None = None,
        region: str | None = None,
        state: State | None = None,
    ) -> int:
        """Units that an account holds; without a state in all live states (free, frozen, reserved, pledged)."""
        states = LIVE if state is None else (state,)
        return sum(
            self.ledgers[series].totals.get((account, each), 0)
            for series in self.series_of(instrument, vintage, region)
            for each in states
        )

    def issued(self, instrument: str, vintage: int | None = None, region: str | None = None) -> int:
        """All units that ever came into being, however they ended."""
        return sum(self.ledgers[series].issued for series in self.series_of(instrument, vintage, region))

    def outstanding(self, instrument: str, vintage: int | None = None, region: str | None = None) -> int:
        """Units in live states, whoever holds them."""
        return sum(
            amount
            for series in self.series_of(instrument, vintage, region)
            for (_, state), amount in self.ledgers[series].totals.items()
            if state in LIVE
        )

    def series_of(
        self, instrument: str, vintage: int | None = None, region: str | None = None
    ) -> list[Series]:
        """The series of an instrument, in the order in which they came to be."""
        return [
            series
            for series in self._instruments.get(instrument, ())
            if (vintage is None or series.vintage == vintage) and (region is None or series.region == region)
        ]

    def blocks(self, account: str, series: Series, state: State, claim: str = "") -> list[Block]:
        """The serial blocks of one holding."""
        ledger = self.ledgers.get(series)
        pool = ledger.pools.get((account, state, claim)) if ledger else None
        return pool.pairs() if pool else []

    def claimed(self, account: str, series: Series, state: State, claim: str) -> int:
        """Units kept in a state for one claim (an order, a pledge, an order of the court)."""
        ledger = self.ledgers.get(series)
        pool = ledger.pools.get((account, state, claim)) if ledger else None
        return pool.size if pool else 0

    def debt(self, account: str, series: Series) -> int:
        """Units of a later vintage that an account has borrowed and not repaid."""
        return self.debts.get((account, series), 0)

    def verify(self) -> list[Break]:
        """Every invariant that does not hold, in the order in which they are looked at; empty when all do."""
        return list(breaks(self))

    def dump(self) -> dict[str, Any]:
        """The whole state in plain JSON values, written in one way only."""
        return dumped(self)

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Registry:
        """Read what `dump` wrote, damaged or not: `verify` says whether it is sound.

        Raises
        ------
        DumpError
            When it has not the shape of a dump.
        """
        registry = cls()
        loaded(registry, state)
        for series in registry.ledgers:
            registry._instruments.setdefault(series.instrument, []).append(series)
        return registry

    def digest(self) -> str:
        """SHA-256 of the dump: equal registries have equal digests."""
        return digest_of_json(self.dump())

    def _new(self, movement: Movement) -> str | None:
        """The fingerprint of a movement that was not applied yet; ``None`` for one that was."""
        id = movement.id
        if type(id) is int:
            if id < 1:
                refuse(
                    "number", f"变动序号 {id} 应为正整数。", f"The number {id} of a movement is 1 or more."
                )
            if id <= self.sequence:
                return None
            fingerprint = ""
        elif isinstance(id, str) and id:
            fingerprint = digest_of_json(movement.to_json())[:32]
            before = self.seen.get(id)
            if before == fingerprint:
                return None
            if before is not None:
                refuse(
                    "id-reused",
                    f"变动编号“{id}”已用于另一笔变动，请换一个编号。",
                    f"The id {id!r} belongs to another movement already: give this one its own.",
                )
        else:
            refuse("id-missing", "变动没有编号。", "The movement has no id.")
        if not isinstance(movement.document, str) or not movement.document.strip():
            refuse(
                "document-missing",
                f"{movement.kind.label.zh}缺少依据文件，请填写文号或合同号。",
                f"The {movement.kind.label.en} has no document: give its number.",
            )
        return fingerprint

    def _two_sides(self, movement: Movement) -> None:
        """Banking, conversion and borrowing have two sides, which have to say the same."""
        gone: dict[tuple[str, Series], int] = {}
        for line in movement.lines:
            if isinstance(line, Units):
                gone[line.giver, line.series] = gone.get((line.giver, line.series), 0) + line.quantity
        said: dict[tuple[str, Series], int] = {}
        for line in movement.lines:
            if isinstance(line, Make) and line.source is not None:
                said[line.account, line.source] = said.get((line.account, line.source), 0) + line.given
                if movement.kind is Kind.BANK and line.given != line.quantity:
                    refuse("unbalanced", "结转前后数量不一致。", "Banking gives as many units as it takes.")
            elif isinstance(line, Make):
                said[line.account, line.series] = said.get((line.account, line.series), 0) + line.quantity
            elif isinstance(line, Debt) and line.quantity < 0:
                said[line.account, line.series] = said.get((line.account, line.series), 0) - line.quantity
        if movement.kind is Kind.BORROW:
            self._borrowed(movement)
        elif gone != said:
            refuse(
                "unbalanced",
                f"{movement.kind.label.zh}的两边不一致。",
                f"The two sides of the {movement.kind.label.en} do not say the same.",
            )

    def _borrowed(self, movement: Movement) -> None:
        sums: dict[tuple[str, str], int] = {}
        for line in movement.lines:
            if isinstance(line, Make):
                sums[line.account, line.series.instrument] = (
                    sums.get((line.account, line.series.instrument), 0) + line.quantity
                )
            elif isinstance(line, Debt):
                sums[line.account, line.series.instrument] = (
                    sums.get((line.account, line.series.instrument), 0) - line.quantity
                )
        if any(sums.values()):
            refuse("unbalanced", "预支数量与欠额不一致。", "What is borrowed is not what is owed afterwards.")
