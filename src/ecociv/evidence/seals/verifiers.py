"""The chains that ``ecociv evidence verify`` proves.

A part of the evidence room adds its own by one line in :data:`CHAINS`: a name, and the dotted path of a function that
takes nothing and gives the first :class:`~ecociv.evidence.seals.breaks.Break`, or none where the chain holds.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from ecociv.evidence.seals.breaks import Verifier

CHAINS = {
    "observations": "ecociv.evidence.seals.observations.verify_observations",
    "returns": "ecociv.evidence.returns.chain.verify_returns",
}


def verifiers() -> dict[str, Verifier]:
    """The functions by name of the chain; a chain whose part is not installed is left out.

    >>> "observations" in CHAINS
    True
    """
    found = {}
    for name, path in CHAINS.items():
        module, _, function = path.rpartition(".")
        if _exists(module):
            found[name] = getattr(import_module(module), function)
    return found


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
