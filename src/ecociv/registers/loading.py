"""The kinds of a zone: the national ones beside this file, and what the zone declares in ``registers/``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml

from ecociv.registers.kinds import Kind, ZoneAddition, extended
from ecociv.standards.declared import DeclarationError, declared_files, read_declaration

NATIONAL = Path(__file__).with_name("national")


def kinds(zone: str) -> dict[str, Kind]:
    """The kinds of a zone by key; files are read again only when one has changed.

    Raises
    ------
    DeclarationError
        Naming file, line and key of each fault, also where two files declare the same kind, an addition has nothing to
        add to, or a field refers to a kind that is not there.
    """
    national = tuple((str(file), file.stat().st_mtime_ns) for file in sorted(NATIONAL.glob("*.yaml")))
    return dict(_read(national + declared_files(zone, "registers/*.yaml")))


def kind_of(zone: str, key: str) -> Kind:
    """One kind.

    Raises
    ------
    UnknownKind
        Naming those there are.
    """
    known = kinds(zone)
    if key not in known:
        raise UnknownKind(f"There is no register {key!r}; there are: {', '.join(sorted(known))}.")
    return known[key]


class UnknownKind(DeclarationError, KeyError):
    """A kind that nobody declared."""

    def __str__(self) -> str:
        return str(self.args[0])


@lru_cache(maxsize=8)
def _read(stamp: tuple[tuple[str, int], ...]) -> dict[str, Kind]:
    found: dict[str, Kind] = {}
    additions: list[tuple[Path, ZoneAddition]] = []
    for name, _changed in stamp:
        path = Path(name)
        if _is_addition(path):
            additions.append((path, read_declaration(path, ZoneAddition)))
            continue
        kind = read_declaration(path, Kind)
        if kind.key in found:
            raise DeclarationError(
                f"{path.name}:1: the kind {kind.key!r} is declared in another file already."
            )
        found[kind.key] = kind
    for path, addition in additions:
        if addition.extends not in found:
            raise DeclarationError(
                f"{path.name}:1: extends: there is no kind {addition.extends!r}; there are: {', '.join(sorted(found))}."
            )
        try:
            found[addition.extends] = extended(found[addition.extends], addition)
        except ValueError as error:
            raise DeclarationError(f"{path.name}:1: {error}") from error
    for kind in found.values():
        for field in kind.fields:
            if field.kind and field.kind not in found:
                raise DeclarationError(
                    f"{kind.key}: {field.key}: it refers to the kind {field.kind!r}, which nobody declares."
                )
    return found


def _is_addition(path: Path) -> bool:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError:
        # Read again as a kind, which names file and line of the fault.
        return False
    return isinstance(content, dict) and "extends" in content
