"""Which changes of state each kind of movement may make. Pure: no Django."""

from __future__ import annotations

from ecociv.exchange.registry.movements import LIVE, Kind, State

SAME, OTHER = True, False
"""Whether the units stay with their account or pass to another one."""

Change = tuple[State, State, bool]

_FREE = State.FREE

UNIT_CHANGES: dict[Kind, frozenset[Change]] = {
    Kind.TRANSFER: frozenset({(_FREE, _FREE, OTHER)}),
    Kind.BUY_BACK: frozenset({(_FREE, _FREE, OTHER)}),
    Kind.GRANT: frozenset({(_FREE, _FREE, OTHER)}),
    Kind.RECLAIM: frozenset({(_FREE, _FREE, OTHER)}),
    Kind.RESERVE: frozenset({(_FREE, State.RESERVED, SAME)}),
    Kind.RELEASE: frozenset({(State.RESERVED, _FREE, SAME)}),
    Kind.DELIVER: frozenset({(State.RESERVED, _FREE, OTHER), (State.RESERVED, _FREE, SAME)}),
    Kind.PLEDGE: frozenset({(_FREE, State.PLEDGED, SAME)}),
    Kind.UNPLEDGE: frozenset({(State.PLEDGED, _FREE, SAME)}),
    Kind.REALISE: frozenset({(State.PLEDGED, _FREE, OTHER)}),
    Kind.FREEZE: frozenset({(_FREE, State.FROZEN, SAME)}),
    Kind.UNFREEZE: frozenset({(State.FROZEN, _FREE, SAME)}),
    Kind.SURRENDER: frozenset({(_FREE, State.SURRENDERED, SAME)}),
    Kind.CANCEL: frozenset({(_FREE, State.CANCELLED, SAME)}),
    Kind.EXPIRE: frozenset((state, State.EXPIRED, SAME) for state in LIVE),
    Kind.BANK: frozenset({(_FREE, State.CANCELLED, SAME)}),
    Kind.REPAY: frozenset({(_FREE, State.CANCELLED, SAME)}),
    Kind.REPLACE: frozenset({(_FREE, State.CANCELLED, SAME)}),
    Kind.CONVERT: frozenset({(_FREE, State.CANCELLED, SAME)}),
}
"""Units that have been surrendered, cancelled or have expired never move again: no kind takes them out."""

MAKES = frozenset({Kind.ISSUE, Kind.BANK, Kind.BORROW, Kind.REPLACE, Kind.CONVERT})
"""Kinds under which units come into being."""

FROM_OTHERS = frozenset({Kind.BANK, Kind.REPLACE, Kind.CONVERT})
"""Kinds under which they take the place of units that are cancelled in the same movement."""

DEBTS = frozenset({Kind.BORROW, Kind.REPAY})

CASH = frozenset(
    {
        Kind.DEPOSIT,
        Kind.WITHDRAW,
        Kind.RESERVE_CASH,
        Kind.RELEASE_CASH,
        Kind.PAY,
        Kind.DELIVER,
        Kind.BUY_BACK,
        Kind.GRANT,
        Kind.REALISE,
    }
)
"""Kinds under which money may move."""

OVER_A_BLOCK = frozenset(
    {
        Kind.RELEASE,
        Kind.SURRENDER,
        Kind.EXPIRE,
        Kind.FREEZE,
        Kind.UNFREEZE,
        Kind.UNPLEDGE,
        Kind.REALISE,
        Kind.RECLAIM,
        Kind.REPAY,
        Kind.RELEASE_CASH,
        Kind.CLOSE,
    }
)
"""What may still be taken out of an account that is frozen: nothing that its owner could get away with."""
