"""Reads the data files of this room so that a slip of the pen is refused with its file and line.

YAML by itself keeps the last of two equal keys and accepts any name. In a file of legal limits both would be a
silent change of the law, so the nodes are walked by hand and every refusal says where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import yaml

from ecociv.core.text import Text
from ecociv.core.trace import Citation

_LANGUAGES = frozenset({"zh", "en"})
_CITATION_KEYS = frozenset({"standard", "clause", "table", "year"})
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Fields = dict[str, tuple[int, yaml.Node]]


class DataFileError(ValueError):
    """A data file of the standards breaks the rules of its format; the message names the file and the line."""


class StrictFile:
    """One YAML file being read; every method refuses what it does not expect."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def root(self) -> yaml.Node | None:
        """The top node, ``None`` for an empty file."""
        try:
            return yaml.compose(self.path.read_text(encoding="utf-8"), Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            raise DataFileError(f"{self.path.name}:{line}: not readable as YAML: {error.problem}.") from error

    def refuse(self, line: int, what: str) -> NoReturn:
        """Stop with the file, the line and what is wrong there."""
        raise DataFileError(f"{self.path.name}:{line}: {what}.")

    def entries(self, node: yaml.Node) -> Iterator[tuple[str, int, yaml.Node]]:
        """The (key, line, value node) of a table, a repeated key refused."""
        if not isinstance(node, yaml.MappingNode):
            self.refuse(_line(node), "a table of names and values is expected here")
        seen: dict[str, int] = {}
        for key_node, value_node in node.value:
            key, line = str(self.plain(key_node)), _line(key_node)
            if key in seen:
                self.refuse(line, f"{key!r} is given twice (first in line {seen[key]})")
            seen[key] = line
            yield key, line, value_node

    def fields(self, node: yaml.Node, allowed: frozenset[str], required: frozenset[str]) -> Fields:
        """The entries of a table with known keys only and none missing."""
        found = {key: (line, value) for key, line, value in self.entries(node)}
        for key, (line, _) in found.items():
            if key not in allowed:
                self.refuse(line, f"unknown key {key!r}; allowed here: {', '.join(sorted(allowed))}")
        missing = sorted(required - set(found))
        if missing:
            self.refuse(_line(node), f"missing {', '.join(missing)}")
        return found

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """The items of a list that must not be empty."""
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.refuse(_line(node), f"{what} is a list with at least one entry")
        return list(node.value)

    def plain(self, node: yaml.Node) -> Any:
        """A node as plain Python values; a key given twice is refused at any depth."""
        if isinstance(node, yaml.MappingNode):
            self._refuse_repeated(node)
            return {self._key(key): self.plain(value) for key, value in node.value}
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item) for item in node.value]
        try:
            return yaml.constructor.SafeConstructor().construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            self.refuse(_line(node), f"{node.value!r} is not a value: {error}")

    def text(self, node: yaml.Node) -> Text:
        """A ``{zh: ..., en: ...}`` pair, both languages present."""
        found = self.fields(node, _LANGUAGES, _LANGUAGES)
        both = {language: str(self.plain(value)).strip() for language, (_, value) in found.items()}
        for language, written in both.items():
            if not written:
                self.refuse(found[language][0], f"the {language} text is empty")
        return Text(zh=both["zh"], en=both["en"])

    def citation(self, node: yaml.Node, verified: bool) -> Citation:
        """A ``{standard, table or clause, year}`` entry."""
        found = self.fields(node, _CITATION_KEYS, frozenset({"standard", "year"}))
        plain = {key: self.plain(value) for key, (_, value) in found.items()}
        year = plain["year"]
        if isinstance(year, bool) or not isinstance(year, int):
            self.refuse(found["year"][0], f"the year of a citation is a whole number, not {year!r}")
        parts = [f"Table {plain['table']}"] if "table" in plain else []
        parts += [str(plain["clause"])] if "clause" in plain else []
        return Citation(
            standard=str(plain["standard"]), clause=", ".join(parts), year=year, verified=verified
        )

    def day(self, fields: Fields, key: str) -> date | None:
        """A field that holds a day, ``None`` where it is absent or empty."""
        if key not in fields:
            return None
        line, node = fields[key]
        value = self.plain(node)
        if value is not None and not isinstance(value, date):
            self.refuse(line, f"{key!r} is a day such as 2026-03-01, not {value!r}")
        return value

    def flag(self, fields: Fields, key: str) -> bool:
        """A field that holds true or false."""
        line, node = fields[key]
        value = self.plain(node)
        if not isinstance(value, bool):
            self.refuse(line, f"{key!r} is true or false, not {value!r}")
        return value

    def string(self, fields: Fields, key: str) -> str:
        """A field as text, the empty string where it is absent."""
        return str(self.plain(fields[key][1])) if key in fields else ""

    def _refuse_repeated(self, node: yaml.MappingNode) -> None:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if key.value in seen:
                self.refuse(_line(key), f"{key.value!r} is given twice (first in line {seen[key.value]})")
            seen[key.value] = _line(key)

    def _key(self, node: yaml.Node) -> str | int:
        value = self.plain(node)
        return value if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
