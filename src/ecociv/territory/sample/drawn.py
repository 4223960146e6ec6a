"""Features of a sample layer before they are numbered and brought to degrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, eq=False)
class Drawn:
    """Shapes in km with their classes; names, identities and attributes where there are any."""

    shapes: Sequence[Any]
    classes: Sequence[str]
    names: Sequence[str] | None = None
    identities: Sequence[str] | None = None
    attributes: Sequence[dict[str, Any]] | None = None
