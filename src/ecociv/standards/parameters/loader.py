"""Finds a dated parameter by name and reads the parameter files, once for each module."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import yaml

from ecociv.core.periods import Validity
from ecociv.standards.parameters.model import (
    Parameter,
    ParameterPeriod,
    ParameterValue,
    UnknownParameter,
    freeze,
)
from ecociv.standards.strict_yaml import StrictFile

_FOLDER = Path(__file__).parent
_PARAMETER_KEYS = frozenset({"description", "unit", "citation", "periods", "superseded_by"})
_PARAMETER_REQUIRED = frozenset({"description", "unit", "periods"})
_PERIOD_KEYS = frozenset({"from", "to", "edition", "value", "verified", "reason", "citation"})
_PERIOD_REQUIRED = frozenset({"edition", "value", "verified"})


def parameter(key: str, *, on: date | None = None, edition: str | None = None) -> ParameterValue:
    """The value of a dated parameter.

    Parameters
    ----------
    key : str
        Dotted name, its first part the module: ``"air.limits"``.
    on : date, optional
        The day whose edition is wanted.
    edition : str, optional
        The edition by name, e.g. ``"HJ 633-2012"``. With `on` as well, that edition must cover the day.

    Returns
    -------
    ParameterValue
        Value, unit, citation, edition, validity and the mark that says whether it was checked against the text.

    Raises
    ------
    UnknownParameter
        No such name; the names of its module are listed.
    ParameterOutsideValidity
        No period covers the day.
    AmbiguousEdition
        Neither a date nor an edition was given for a dated parameter, or the edition is not known.

    Examples
    --------
    >>> from datetime import date
    >>> parameter("air.breakpoints.daily", on=date(2026, 3, 1)).edition
    'HJ 633-2026'
    >>> parameter("air.breakpoints.daily", edition="HJ 633-2012").table["pm2_5"]
    (0, 35, 75, 115, 150, 250, 350, 500)
    """
    return parameter_series(key).at(on=on, edition=edition)


def parameter_series(key: str) -> Parameter:
    """A parameter with all its editions, oldest first."""
    module = key.partition(".")[0]
    declared = _module(module)
    if key not in declared:
        if declared:
            hint = f"Module {module!r} declares: {', '.join(sorted(declared))}."
        else:
            hint = f"No parameter file starts with {module!r}. Modules: {', '.join(_modules())}."
        raise UnknownParameter(f"No parameter is called {key!r}. {hint}")
    return declared[key]


def known_parameters(module: str | None = None) -> tuple[Parameter, ...]:
    """Every declared parameter (of one module, if named), sorted by key."""
    modules = _modules() if module is None else [module]
    return tuple(found for name in modules for _, found in sorted(_module(name).items()))


def _modules() -> list[str]:
    return sorted({path.stem.partition(".")[0] for path in _FOLDER.glob("*.yaml")})


@cache
def _module(module: str) -> dict[str, Parameter]:
    """All parameters of ``<module>.yaml`` and ``<module>.<subject>.yaml``."""
    found: dict[str, Parameter] = {}
    for path in sorted([*_FOLDER.glob(f"{module}.yaml"), *_FOLDER.glob(f"{module}.*.yaml")]):
        for declared in load_file(path):
            if declared.key.partition(".")[0] != module:
                StrictFile(path).refuse(
                    declared.line, f"{declared.key!r} must start with {module!r}, the name of its file"
                )
            if declared.key in found:
                first = found[declared.key]
                StrictFile(path).refuse(
                    declared.line, f"{declared.key!r} is already declared in {first.file}:{first.line}"
                )
            found[declared.key] = declared
    return found


def load_file(path: Path) -> tuple[Parameter, ...]:
    """The parameters of one YAML file, checked against the format.

    Raises
    ------
    DataFileError
        Unknown, missing or repeated keys, periods that overlap or run backwards, an unverified period without a
        reason, no citation. The message names file and line.
    """
    file = StrictFile(path)
    root = file.root()
    if root is None:
        return ()
    return tuple(_parameter(file, key, line, node) for key, line, node in file.entries(root))


def _parameter(file: StrictFile, key: str, line: int, node: yaml.Node) -> Parameter:
    fields = file.fields(node, _PARAMETER_KEYS, _PARAMETER_REQUIRED)
    common = fields["citation"][1] if "citation" in fields else None
    listed = file.items(fields["periods"][1], "'periods'")
    periods = sorted(
        (_period(file, item, common) for item in listed), key=lambda period: period.valid.from_ or date.min
    )
    for earlier, later in zip(periods, periods[1:], strict=False):
        if earlier.valid.overlaps(later.valid):
            file.refuse(
                later.line,
                f"the periods {earlier.valid} ({earlier.edition}) and {later.valid} ({later.edition}) of {key!r} "
                "overlap; one day must have one value",
            )
    return Parameter(
        key=key,
        description=file.text(fields["description"][1]),
        unit=file.string(fields, "unit"),
        periods=tuple(periods),
        superseded_by=file.text(fields["superseded_by"][1]) if "superseded_by" in fields else None,
        file=file.path.name,
        line=line,
    )


def _period(file: StrictFile, node: yaml.Node, common: yaml.Node | None) -> ParameterPeriod:
    fields = file.fields(node, _PERIOD_KEYS, _PERIOD_REQUIRED)
    line = int(node.start_mark.line) + 1
    verified = file.flag(fields, "verified")
    reason = file.text(fields["reason"][1]) if "reason" in fields else None
    if not verified and reason is None:
        file.refuse(line, "a period with 'verified: false' must give its reason")
    cited = fields["citation"][1] if "citation" in fields else common
    if cited is None:
        file.refuse(line, "no citation: give one for the parameter or for the period")
    start, end = file.day(fields, "from"), file.day(fields, "to")
    if start is not None and end is not None and start > end:
        file.refuse(line, f"the period runs backwards ({start}..{end})")
    value = file.plain(fields["value"][1])
    if value is None:
        file.refuse(fields["value"][0], "the value is empty")
    return ParameterPeriod(
        edition=file.string(fields, "edition"),
        valid=Validity(start, end),
        value=freeze(value),
        citation=file.citation(cited, verified),
        verified=verified,
        reason=reason,
        line=line,
    )
