"""Where a chain does not hold, and the list of chains that are proven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ecociv.core.text import Text


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold.

    Parameters
    ----------
    chain
        Which chain: "observations", "returns".
    code
        What is wrong: "row-changed", "row-removed", "row-added", "batch-missing", "batch-unsealed", "seal-altered",
        "order-broken", "statement-altered", "file-missing", "read-back" ...
    order, batch
        Number of the seal and the run it belongs to, where they are known.
    text
        One sentence for the person who reads it, with what to do.
    """

    chain: str
    code: str
    order: int | None
    batch: str
    text: Text

    def to_json(self) -> dict[str, Any]:
        """As in ``ecociv evidence verify --format json``."""
        return {
            "chain": self.chain,
            "code": self.code,
            "order": self.order,
            "batch": self.batch,
            "text": {"zh": self.text.zh, "en": self.text.en},
        }


Verifier = Callable[[], Break | None]
