"""The registry as plain JSON values, and back. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecociv.core.text import Text
from ecociv.exchange.registry.blocks import Blocks
from ecociv.exchange.registry.holdings import Ledger, Purse
from ecociv.exchange.registry.movements import Kind, Series, State

if TYPE_CHECKING:
    from ecociv.exchange.registry.registry import Registry

FORM = 1
"""Version of the form of a dump."""


class DumpError(ValueError):
    """What was given is no dump of a registry; ``text`` says what is wrong with it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def dumped(registry: Registry) -> dict[str, Any]:
    """The whole state; lists are sorted, so that equal registries have equal dumps."""
    return {
        "form": FORM,
        "sequence": registry.sequence,
        "movements": registry.movements,
        "seen": dict(sorted(registry.seen.items())),
        "accounts": [[account, frozen] for account, frozen in sorted(registry.accounts.items())],
        "series": [_series(series, registry.ledgers[series]) for series in sorted(registry.ledgers)],
        "cash": _cash(registry.purse),
        "debts": [
            [account, list(series), owed] for (account, series), owed in sorted(registry.debts.items())
        ],
        "carried": [
            [kind.value, list(source), list(target), *counts]
            for (kind, source, target), counts in sorted(registry.carried.items())
        ],
    }


def loaded(registry: Registry, state: Mapping[str, Any]) -> None:
    """Fill an empty registry with what `dumped` gave.

    Raises
    ------
    DumpError
        When it has not the shape of a dump. Whether the figures agree is not looked at here.
    """
    if not isinstance(state, Mapping) or state.get("form") != FORM:
        raise DumpError(
            Text(
                zh=f"这不是登记簿的转储（form 应为 {FORM}）。",
                en=f"This is no dump of a registry (form {FORM} is expected).",
            )
        )
    try:
        registry.sequence = _whole(state["sequence"])
        registry.movements = _whole(state["movements"])
        registry.seen = {str(id): str(said) for id, said in state["seen"].items()}
        registry.accounts = {str(account): bool(frozen) for account, frozen in state["accounts"]}
        for said in state["series"]:
            registry.ledgers[_key(said["series"])] = _ledger(said)
        registry.purse = _purse(state["cash"])
        registry.debts = {(account, _key(series)): _whole(owed) for account, series, owed in state["debts"]}
        registry.carried = {
            (Kind(kind), _key(source), _key(target)): [_whole(given), _whole(made)]
            for kind, source, target, given, made in state["carried"]
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DumpError(
            Text(zh=f"登记簿转储的格式不对：{error!r}。", en=f"The dump has not the right form: {error!r}.")
        ) from error


def _series(series: Series, ledger: Ledger) -> dict[str, Any]:
    return {
        "series": list(series),
        "issued": ledger.issued,
        "origins": dict(sorted(ledger.origins.items())),
        "pools": [
            [account, state.value, claim, [list(pair) for pair in pool.pairs()]]
            for (account, state, claim), pool in sorted(ledger.pools.items())
        ],
        "totals": [
            [account, state.value, amount] for (account, state), amount in sorted(ledger.totals.items())
        ],
    }


def _ledger(said: Mapping[str, Any]) -> Ledger:
    ledger = Ledger()
    ledger.issued = _whole(said["issued"])
    ledger.origins = {str(origin): _whole(amount) for origin, amount in said["origins"].items()}
    for account, state, claim, pairs in said["pools"]:
        ledger.pools[str(account), State(state), str(claim)] = Blocks(
            (_whole(first), _whole(last)) for first, last in pairs
        )
    ledger.totals = {
        (str(account), State(state)): _whole(amount) for account, state, amount in said["totals"]
    }
    return ledger


def _cash(purse: Purse) -> dict[str, Any]:
    return {
        "paid_in": purse.paid_in,
        "paid_out": purse.paid_out,
        "free": [[account, amount] for account, amount in sorted(purse.free.items())],
        "reserved": [[account, claim, amount] for (account, claim), amount in sorted(purse.reserved.items())],
        "reserved_totals": [[account, amount] for account, amount in sorted(purse.reserved_totals.items())],
    }


def _purse(said: Mapping[str, Any]) -> Purse:
    purse = Purse()
    purse.paid_in, purse.paid_out = _whole(said["paid_in"]), _whole(said["paid_out"])
    purse.free = {str(account): _whole(amount) for account, amount in said["free"]}
    purse.reserved = {
        (str(account), str(claim)): _whole(amount) for account, claim, amount in said["reserved"]
    }
    purse.reserved_totals = {str(account): _whole(amount) for account, amount in said["reserved_totals"]}
    return purse


def _key(said: Any) -> Series:
    instrument, vintage, region = said
    return Series(str(instrument), _whole(vintage), str(region))


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value
