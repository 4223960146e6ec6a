"""The records of a term from which the sample is drawn: cells of the accounts, targets, cases."""

from __future__ import annotations

from ecociv.accounts.audit.dossier import Dossier
from ecociv.core.text import Text


def records_of(dossier: Dossier) -> dict[str, tuple[str, dict[str, str]]]:
    """Every record with its stratum and name: ``account`` cells that moved, ``target`` the body's own, ``case``."""
    found: dict[str, tuple[str, Text]] = {}
    for movement in dossier.movements:
        for row in movement.rows:
            if row.amount:
                name = Text(
                    zh=f"{movement.title.zh}：{movement.name.zh}，{row.name.zh}",
                    en=f"{movement.title.en}: {movement.name.en}, {row.name.en}",
                )
                found[f"cell:{movement.account}/{row.row}/{movement.column}"] = ("account", name)
    for target in dossier.conduct.targets:
        if target.counted:
            found[target.place] = ("target", target.name)
    for matter in dossier.conduct.matters:
        name = Text(zh=f"{matter.number} {matter.title}", en=f"{matter.number} {matter.title}")
        found[f"case:{matter.type}/{matter.number}"] = ("case", name)
    return {key: (stratum, name.to_mapping()) for key, (stratum, name) in found.items()}
