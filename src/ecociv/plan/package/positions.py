"""YAML with places: where in a file each value stands, so that an error can name the line."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# The parser in C is an order of magnitude quicker and reads the same; wheels of PyYAML have it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file of a zone package."""

    file: Path
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        at = f", at {self.where}" if self.where else ""
        return f"{self.file.name}, line {self.line}{at}: {self.message}"


class YamlProblem(ValueError):
    """A file that cannot be read as YAML, or that says the same key twice."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


@dataclass(frozen=True)
class PositionedDocument:
    """A YAML document as plain data, with the line of every value."""

    file: Path
    data: Any
    lines: dict[Place, int]

    def line_of(self, place: Place) -> int:
        """The line of a value, or of the nearest value around it that stands in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(file: Path) -> PositionedDocument:
    """Read one YAML file with its places.

    Raises
    ------
    YamlProblem
        When the file is not UTF-8, not YAML, or repeats a key in a mapping.
    """
    try:
        text = file.read_text(encoding="utf-8")
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            lines: dict[Place, int] = {}
            data = None if node is None else _construct(loader, node, (), lines, file)
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        raise YamlProblem(
            Problem(file, 1, "", f"the file is not UTF-8 (byte {error.start}); save it as UTF-8")
        ) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlProblem(Problem(file, line, "", f"not valid YAML: {error.problem}")) from error
    return PositionedDocument(file, data, lines)


def _construct(loader: Any, node: yaml.Node, place: Place, lines: dict[Place, int], file: Path) -> Any:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [
            _construct(loader, child, (*place, index), lines, file) for index, child in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            if key in mapping:
                line = key_node.start_mark.line + 1
                raise YamlProblem(
                    Problem(file, line, "", f"the key {key!r} stands twice in one mapping; keep one")
                )
            mapping[key] = _construct(loader, value_node, (*place, key), lines, file)
        return mapping
    return loader.construct_object(node, deep=True)
