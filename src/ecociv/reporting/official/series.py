"""Declared series of document numbers (机关代字), and the rules of numbering. Pure: no Django.

A zone's own ``documents.yaml`` comes before the product's; a field that is misspelt is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ecociv.core.text import Text
from ecociv.people.roles import Role
from ecociv.plan.package.fields import LocalText
from ecociv.plan.package.load import zone_directory
from ecociv.plan.package.positions import YamlProblem, read_yaml
from ecociv.reporting.problems import ReportRefused

_OWN = Path(__file__).with_name("series.yaml")
NAME = "documents.yaml"


class SeriesNotDeclared(ReportRefused):
    """The zone declares no such series."""


class SeriesFileError(ValueError):
    """The declaration cannot be used; the sentence says which file and field."""


class Series(BaseModel):
    """One series: its short name in the number, and the roles or the body that issue in it.

    ``body`` is the key of a body that issues its own documents (its self-report) in the series; ``kinds`` limits it to
    some kinds of documents, empty for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    prefix: str = Field(pattern=r"^[^\s〔〕\[\]]{1,20}$")
    title: LocalText
    roles: tuple[Role, ...] = ()
    body: str = ""
    kinds: tuple[str, ...] = ()
    verified: bool
    basis: LocalText

    @model_validator(mode="after")
    def _somebody_issues(self) -> Series:
        if not self.roles and not self.body:
            raise ValueError("name the roles or the body that issue in the series")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    series: tuple[Series, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once_each(self) -> _File:
        prefixes = [each.prefix for each in self.series]
        if len(set(prefixes)) < len(prefixes):
            raise ValueError("two series have the same prefix, so that two documents could have one number")
        return self


def series_of(zone: str) -> tuple[Series, ...]:
    """The series of a zone, in the order of its file; the first is the usual one.

    Raises
    ------
    SeriesFileError
        When the file cannot be read.

    Examples
    --------
    >>> [each.prefix for each in series_of("jingdezhen")]
    ['景生态办']
    """
    own = zone_directory(zone) / NAME
    file = own if own.is_file() else _OWN
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _read(file: Path, _stamp: int) -> tuple[Series, ...]:
    try:
        return _File.model_validate(read_yaml(file).data).series
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise SeriesFileError(f"{file.parent.name}/{file.name} cannot be used: {found}") from error
    except YamlProblem as error:
        raise SeriesFileError(str(error)) from error


def series_named(zone: str, prefix: str, kind: str, own: Callable[[str], bool] | None = None) -> Series:
    """The series in which a kind of document is numbered; the first that takes it, where none is named.

    Parameters
    ----------
    own : callable, optional
        For a document that a body issues in its own name: whether a series' body is that body. The office's series
        number only what the office issues.

    Raises
    ------
    SeriesNotDeclared
        With those that there are.
    """
    fitting = [
        each
        for each in series_of(zone)
        if (not each.kinds or kind in each.kinds) and (own(each.body) if own else not each.body)
    ]
    found = next((each for each in fitting if not prefix or each.prefix == prefix), None)
    if found is None:
        known = "、".join(each.prefix for each in fitting) or "—"
        raise SeriesNotDeclared(
            Text(
                zh=f"示范区没有为这种公文声明机关代字“{prefix or '—'}”；可用的有：{known}。机关代字在示范区的documents.yaml中声明。",
                en=f"The zone declares no series {prefix or '-'!r} for this kind; there are: {known}. Series are declared in the "
                "zone's documents.yaml.",
            )
        )
    return found


def next_serial(used: Iterable[int]) -> int:
    """The number that follows those used; annulled ones stay used.

    >>> next_serial([]), next_serial([1, 2, 3])
    (1, 4)
    """
    return max(used, default=0) + 1


def gaps(used: Iterable[int]) -> tuple[int, ...]:
    """Numbers below the last one that no document has: none, unless the register was tampered with.

    >>> gaps([1, 2, 3]), gaps([1, 4])
    ((), (2, 3))
    """
    numbers = set(used)
    return tuple(n for n in range(1, max(numbers, default=0)) if n not in numbers)
