"""The catalogue of standards: which document, in force when, replaced by what, and how far it is covered here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import yaml

from ecociv.core.periods import Validity
from ecociv.core.text import Text
from ecociv.standards.strict_yaml import StrictFile

_FOLDER = Path(__file__).parent / "catalogue"
_KEYS = frozenset(
    {
        *("number", "edition", "title", "from", "to", "status", "superseded_by", "module"),
        *("functions", "parameters", "coverage", "verified", "reason"),
    }
)
_REQUIRED = frozenset({"number", "edition", "title", "status", "module", "coverage", "verified"})


class UnknownStandard(LookupError):
    """The catalogue holds no standard of that number."""


class StandardStatus(StrEnum):
    """Where a standard stands in its life."""

    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    TRIAL = "trial"
    PRACTICE = "practice"

    @property
    def label(self) -> Text:
        """The status in words."""
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    StandardStatus.IN_FORCE: Text(zh="现行", en="in force"),
    StandardStatus.SUPERSEDED: Text(zh="已废止", en="superseded"),
    StandardStatus.TRIAL: Text(zh="试行", en="on trial"),
    StandardStatus.PRACTICE: Text(zh="通行做法", en="common practice"),
}


@dataclass(frozen=True, slots=True)
class Standard:
    """One edition of a standard or method.

    Attributes
    ----------
    number : str
        As cited, with its year: ``"HJ 633-2012"``.
    edition : str
        The year or stage that tells it from its siblings.
    title : Text
        Title in both languages.
    valid : Validity
        First and last day in force.
    status : StandardStatus
        In force, superseded, on trial, or a practice without a document.
    superseded_by : str
        Number of its successor, empty if none.
    module : str
        Module of `ecociv.standards` that implements it.
    functions : tuple of str
        Public functions, as ``"air.hourly_aqi"``.
    parameters : tuple of str
        Keys of its dated parameters.
    coverage : Text
        What is implemented and what is not.
    verified : bool
        Whether the figures were checked against the text; `reason` says why not.
    """

    number: str
    edition: str
    title: Text
    valid: Validity
    status: StandardStatus
    superseded_by: str
    module: str
    functions: tuple[str, ...]
    parameters: tuple[str, ...]
    coverage: Text
    verified: bool
    reason: Text | None


def catalogue(module: str | None = None, on: date | None = None) -> tuple[Standard, ...]:
    """The standards known here, by module and number.

    Parameters
    ----------
    module : str, optional
        Only those of one module.
    on : date, optional
        Only those in force on that day.

    Examples
    --------
    >>> [standard.number for standard in catalogue("air", on=date(2026, 4, 1)) if standard.number.startswith("HJ 633")]
    ['HJ 633-2026']
    """
    return tuple(
        standard
        for standard in _all()
        if (module is None or standard.module == module) and (on is None or standard.valid.contains(on))
    )


def standard(number: str) -> Standard:
    """The standard of that number; `UnknownStandard` names those that begin alike."""
    wanted = number.strip().casefold()
    for found in _all():
        if found.number.casefold() == wanted:
            return found
    stem = wanted.split("-")[0]
    alike = [found.number for found in _all() if found.number.casefold().startswith(stem)]
    hint = f"Known: {', '.join(alike)}." if alike else f"{len(_all())} standards are listed by catalogue()."
    raise UnknownStandard(f"No standard is listed as {number!r}. {hint}")


@lru_cache(maxsize=1)
def _all() -> tuple[Standard, ...]:
    found = [entry for path in sorted(_FOLDER.glob("*.yaml")) for entry in read_catalogue(path)]
    return tuple(sorted(found, key=lambda entry: (entry.module, entry.number)))


def read_catalogue(path: Path) -> tuple[Standard, ...]:
    """The standards listed in one YAML file; `DataFileError` names file and line of what is wrong."""
    file = StrictFile(path)
    root = file.root()
    if root is None:
        return ()
    found = [_standard(file, node) for node in file.items(root, "the catalogue")]
    seen: set[str] = set()
    for entry in found:
        if entry.number in seen:
            file.refuse(1, f"{entry.number!r} is listed twice")
        seen.add(entry.number)
    return tuple(found)


def _standard(file: StrictFile, node: yaml.Node) -> Standard:
    fields = file.fields(node, _KEYS, _REQUIRED)
    line = int(node.start_mark.line) + 1
    verified = file.flag(fields, "verified")
    reason = file.text(fields["reason"][1]) if "reason" in fields else None
    if not verified and reason is None:
        file.refuse(line, "a standard with 'verified: false' must give its reason")
    status = file.string(fields, "status")
    if status not in set(StandardStatus):
        known = ", ".join(StandardStatus)
        file.refuse(fields["status"][0], f"unknown status {status!r}; known: {known}")
    return Standard(
        number=file.string(fields, "number"),
        edition=file.string(fields, "edition"),
        title=file.text(fields["title"][1]),
        valid=Validity(file.day(fields, "from"), file.day(fields, "to")),
        status=StandardStatus(status),
        superseded_by=file.string(fields, "superseded_by"),
        module=file.string(fields, "module"),
        functions=_names(file, fields, "functions"),
        parameters=_names(file, fields, "parameters"),
        coverage=file.text(fields["coverage"][1]),
        verified=verified,
        reason=reason,
    )


def _names(file: StrictFile, fields: dict[str, tuple[int, yaml.Node]], key: str) -> tuple[str, ...]:
    if key not in fields:
        return ()
    return tuple(str(file.plain(item)) for item in file.items(fields[key][1], repr(key)))
