"""Rule sets from their files: the national ones of this room, and those of a zone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from ecociv.assessment.rules.consistency import faults
from ecociv.assessment.rules.declaration import RuleSet
from ecociv.evidence.declared import DeclarationError, line_in, read_declaration, zone_folder

NATIONAL = Path(__file__).resolve().parent.parent / "national"
FOLDER = "assessment"


def read_rule_set(path: Path) -> RuleSet:
    """Read and check one file.

    Raises
    ------
    DeclarationError
        One line for each fault, with file, line, field and remedy.
    """
    rules = read_declaration(path, RuleSet)
    found = faults(rules)
    if found:
        raise DeclarationError(
            "\n".join(
                f"{path.name}:{line_in(path, place)}: {'.'.join(map(str, place))}: {what}."
                for place, what in found
            )
        )
    return rules


def rule_sets(zone: str | None = None) -> Mapping[str, RuleSet]:
    """The national rule sets, and those of a zone, by key.

    Raises
    ------
    DeclarationError
        When a file has a fault, or two files declare one key.

    Examples
    --------
    >>> sorted(rule_sets())
    ['goals-2016', 'green-development-2016']
    """
    folders = [NATIONAL]
    if zone is not None:
        folders.append(zone_folder(zone) / FOLDER)
    found: dict[str, RuleSet] = {}
    for path in (path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.yaml"))):
        stat = path.stat()
        rules = _read(str(path), stat.st_mtime_ns, stat.st_size)
        if rules.key in found:
            raise DeclarationError(
                f"{path.name}:1: key: the rule set {rules.key!r} is declared in two files."
            )
        found[rules.key] = rules
    return found


def load_rule_set(key: str, zone: str | None = None) -> RuleSet:
    """The rule set of that key.

    Raises
    ------
    DeclarationError
        When there is none; the message lists those there are.

    Examples
    --------
    >>> load_rule_set("goals-2016").title.en
    'Assessment of the goals of ecological civilization, 2016'
    """
    known = rule_sets(zone)
    if key not in known:
        where = f"zone {zone!r} or nationally" if zone else "nationally"
        raise DeclarationError(f"There is no rule set {key!r} {where}; there are: {', '.join(known)}.")
    return known[key]


@lru_cache(maxsize=64)
def _read(path: str, _changed: int, _size: int) -> RuleSet:
    return read_rule_set(Path(path))
