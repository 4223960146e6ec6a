"""Reading the case types that a zone declares (``zones/<zone>/cases/*.yaml``). Pure: no Django.

One model cannot see that a key used in one place is declared in another, that each state can be reached, or that a
case can end. This is seen here, and each fault is named with file, line and remedy.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ecociv.casework.checks import faults
from ecociv.casework.declaration import CaseType
from ecociv.evidence.declared import DeclarationError, line_in, read_declaration, zone_folder

_READ: dict[Path, tuple[tuple[int, int], CaseType]] = {}


def load_case_type(path: Path) -> CaseType:
    """Read one file; a file that has not changed since is not read again.

    Raises
    ------
    DeclarationError
        With a line ``file:line: where: what is wrong; what to do`` for each fault.
    """
    try:
        state = path.stat()
    except FileNotFoundError as error:
        raise DeclarationError(f"{path.name}: there is no such file in {path.parent.name}/.") from error
    stamp = (state.st_mtime_ns, state.st_size)
    known = _READ.get(path)
    if known is not None and known[0] == stamp:
        return known[1]
    found = read_declaration(path, CaseType)
    wrong = list(faults(found))
    if found.key != path.stem:
        wrong.insert(0, (("key",), f"the key {found.key!r} differs from the file's name; call both the same"))
    if wrong:
        raise DeclarationError(
            "\n".join(
                f"{path.name}:{line_in(path, where)}: {'.'.join(map(str, where))}: {what}"
                for where, what in wrong
            )
        )
    _READ[path] = (stamp, found)
    return found


def load_case_types(zone: str) -> Mapping[str, CaseType]:
    """The case types of a zone by key; none where it declares none.

    Raises
    ------
    DeclarationError
        When there is no such zone, or a file cannot be used; the message has the faults of all files.
    """
    found: dict[str, CaseType] = {}
    wrong: list[str] = []
    for path in sorted((zone_folder(zone) / "cases").glob("*.yaml")):
        try:
            case_type = load_case_type(path)
        except DeclarationError as error:
            wrong.append(str(error))
        else:
            found[case_type.key] = case_type
    wrong += [] if wrong else _opened_types(found)
    if wrong:
        raise DeclarationError("\n".join(wrong))
    return found


def _opened_types(types: Mapping[str, CaseType]) -> list[str]:
    """Faults of moves that open cases: the type has to be declared, and the first move to be open from its start."""
    wrong = []
    for key, each in types.items():
        for name, move in each.transitions.items():
            if move.opens is None:
                continue
            at = f"{key}.yaml: transitions.{name}.opens"
            opened = types.get(move.opens.type)
            if opened is None:
                wrong.append(
                    f"{at}: there is no case type {move.opens.type!r}; name one of: {', '.join(types)}"
                )
            elif move.opens.take is not None and (
                move.opens.take not in opened.transitions
                or opened.start not in opened.transitions[move.opens.take].from_
            ):
                wrong.append(f"{at}: {move.opens.take!r} is no move from the start of {move.opens.type!r}")
    return wrong


def case_type(zone: str, key: str) -> CaseType:
    """One case type of a zone.

    Raises
    ------
    DeclarationError
        When the zone declares none of that key, or a file cannot be used.
    """
    types = load_case_types(zone)
    if key not in types:
        raise DeclarationError(
            f"{zone} declares no case type {key!r}; there are: {', '.join(types) or 'none'}. "
            f"A new one is a file zones/{zone}/cases/{key}.yaml."
        )
    return types[key]
