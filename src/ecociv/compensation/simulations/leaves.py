"""What differs between two contents of an agreement, leaf by leaf, in the words of a form. Pure: no Django."""

from __future__ import annotations

from typing import Any

OUT, WITHOUT, KIND = "out", "none", "formula.kind"
"""What is typed for an item or step that is left out, for a bound that is done without, and where the kind of formula stands."""


def leaves(typed: dict[str, str], before: Any, after: Any, path: str = "") -> None:
    """Put what differs into ``typed``, by path; names of items are not typed.

    Examples
    --------
    >>> found = {}
    >>> leaves(found, {"cap": {"year": "5"}, "steps": [1, 2]}, {"cap": {"year": None}, "steps": [1]})
    >>> found
    {'cap.year': 'none', 'steps.1': 'out'}
    """
    if isinstance(after, dict) and isinstance(before, dict | None):
        old = before or {}
        for key in {**old, **after}:
            below = f"{path}.{key}" if path else str(key)
            if below == KIND or key == "name":
                continue
            if key in after:
                leaves(typed, old.get(key), after[key], below)
            elif path == "cap":
                _without(typed, old[key], below)
            else:
                typed[below] = OUT
    elif isinstance(after, list):
        rows = before or []
        for at in range(max(len(rows), len(after))):
            if at >= len(after):
                typed[f"{path}.{at}"] = OUT
            else:
                leaves(typed, rows[at] if at < len(rows) else None, after[at], f"{path}.{at}")
    elif after is None:
        if before is not None:
            typed[path] = WITHOUT
    elif before is None or str(after) != str(before):
        typed[path] = str(after)


def _without(typed: dict[str, str], before: dict[str, Any], path: str) -> None:
    """The caps of a party that has none any more."""
    for key, value in before.items():
        if value is not None:
            typed[f"{path}.{key}"] = WITHOUT
