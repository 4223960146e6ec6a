"""Applying a function of the standards library to the rows of a table."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

CHUNK = 50_000
_MISSING = {"", "-", "—", "NA", "N/A", "nan", "NaN", "null"}


class TableRefused(ValueError):
    """The table or the function cannot be used at all."""


@dataclass(frozen=True)
class CellProblem:
    """A cell that is no number; its row gets no result."""

    row: int
    column: str
    found: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column!r}: {self.found!r} is not a number; correct it or leave it empty"


@dataclass
class Evaluation:
    """What was done: rows read, rows without a result, problems."""

    rows: int = 0
    problems: list[CellProblem] = field(default_factory=list)


def function_of(name: str) -> Callable[..., Any]:
    """The public function ``module.function`` of the standards library.

    Raises
    ------
    TableRefused
        When there is none of that name; the message lists those of the module.
    """
    from ecociv.standards import catalogue

    module_name, _, function_name = name.partition(".")
    modules = sorted({item.module for item in catalogue()})
    if module_name not in modules:
        raise TableRefused(f"there is no module {module_name!r}; modules are: {', '.join(modules)}")
    module = importlib.import_module(f"ecociv.standards.{module_name}")
    found = getattr(module, function_name, None) if function_name in module.__all__ else None
    if not inspect.isfunction(found):
        known = ", ".join(item for item in module.__all__ if inspect.isfunction(getattr(module, item)))
        raise TableRefused(f"{module_name} has no function {function_name!r}; functions are: {known}")
    return found


def evaluate_table(
    function: Callable[..., Any],
    source: Path,
    target: Path,
    settings: Mapping[str, str],
    progress: Callable[[int, int], None],
) -> Evaluation:
    """Evaluate ``function`` for each row of ``source`` and write the rows with the results to ``target``.

    Columns named like arguments of the function are its inputs; other columns pass through. The file is read and
    written in pieces, so that its size does not matter. An empty cell is a missing value.
    """
    arguments = inspect.signature(function).parameters
    constants = {name: _constant(name, text, arguments) for name, text in settings.items()}
    done = Evaluation()
    with (
        source.open(encoding="utf-8-sig", newline="") as read,
        target.open("w", encoding="utf-8-sig", newline="") as write,
    ):
        rows = _records(csv.reader(read, strict=True))
        header = next(rows, None)
        if not header:
            raise TableRefused(f"{source.name} is empty; the first row names the columns")
        inputs = [name for name in header if name in arguments and name not in constants]
        if twice := sorted({name for name in inputs if inputs.count(name) > 1}):
            raise TableRefused(f"{source.name} has two columns called {', '.join(twice)}; keep one of them")
        if not inputs:
            raise TableRefused(
                f"no column of {source.name} is an input of {function.__name__}; inputs are: {', '.join(arguments)}"
            )
        writer = csv.writer(write)
        names: list[str] | None = None
        rows_guess = 0
        for first, chunk in _chunks(rows):
            columns = {
                name: _numbers(chunk, header.index(name), name, first, done.problems) for name in inputs
            }
            try:
                result = function(**columns, **constants)
            except (ValueError, TypeError, LookupError) as error:
                raise TableRefused(f"rows {first} to {first + len(chunk) - 1}: {error}") from error
            found = dict(_result_columns(result, len(chunk)))
            if names is None:
                rows_guess = max(
                    len(chunk), source.stat().st_size // max(1, sum(len(cell) + 1 for cell in chunk[0]))
                )
                names = list(found)
                writer.writerow([*header, *names])
            bad = {problem.row for problem in done.problems}
            for offset, row in enumerate(chunk):
                values = (
                    [""] * len(names)
                    if first + offset in bad
                    else [_shown(found[name][offset]) for name in names]
                )
                writer.writerow([*row, *values])
            done.rows += len(chunk)
            progress(done.rows, rows_guess)
        if names is None:
            raise TableRefused(f"{source.name} has a header and no rows")
    return done


def _records(reader: Any) -> Iterator[list[str]]:
    """The records of a table; an unclosed quote would otherwise swallow the rest of the file as one cell."""
    while True:
        line = reader.line_num + 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableRefused(
                f"from line {line} on this is no table ({error}); look for a quote that is not closed"
            ) from error


def _chunks(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[list[str]]]]:
    first, chunk = 2, []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield first, chunk
            first, chunk = first + len(chunk), []
    if chunk:
        yield first, chunk


def _numbers(
    chunk: Sequence[Sequence[str]], place: int, name: str, first: int, problems: list[CellProblem]
) -> Any:
    values = np.full(len(chunk), np.nan)
    for offset, row in enumerate(chunk):
        text = row[place].strip() if place < len(row) else ""
        if text in _MISSING:
            continue
        try:
            values[offset] = float(text)
        except ValueError:
            problems.append(CellProblem(first + offset, name, text))
    return values


def _constant(name: str, text: str, arguments: Mapping[str, inspect.Parameter]) -> Any:
    if name not in arguments:
        raise TableRefused(f"the function has no argument {name!r}; arguments are: {', '.join(arguments)}")
    if name == "on":
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise TableRefused(f"on={text} is no date: write on=2016-12-31") from None
    try:
        return float(text)
    except ValueError:
        return text


def _result_columns(result: Any, count: int) -> Iterator[tuple[str, Any]]:
    """Public fields of a result that have one entry for each row."""
    if isinstance(result, np.ndarray):
        yield "value", result
        return
    names = [item.name for item in fields(result) if item.repr] if is_dataclass(result) else ["value"]
    for name in names:
        column = getattr(result, name)
        if (
            isinstance(column, np.ndarray)
            and column.shape == (count,)
            or not isinstance(column, str | tuple | dict | np.ndarray)
            and hasattr(column, "__len__")
            and len(column) == count
        ):
            yield name, column
    if isinstance(edition := getattr(result, "edition", None), str):
        yield "edition", [edition] * count


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list | frozenset):
        return "+".join(str(part) for part in value)
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.10g}"
    return str(value)
