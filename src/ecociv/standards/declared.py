"""Reading a declared YAML file, with the line of each error.

A mapping, a derivation or an assumption is data that an office changes without us. An error in it must name the
file and the line, or it sends its reader through five hundred lines.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar, cast

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from ecociv.core.decimals import to_decimal
from ecociv.core.quantities import UnitError, check_unit
from ecociv.core.text import Text

_ZONES = Path(__file__).resolve().parent.parent / "zones"
# The parser in C is an order of magnitude quicker and reads the same; wheels of PyYAML have it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DeclarationError(ValueError):
    """A declared file cannot be used; the message has one line per fault, each with file and line."""


class NotDeclared(LookupError):
    """A zone declares nothing of a subject; ``text`` says which file would."""

    def __init__(self, zone: str, what: Text, file: str) -> None:
        self.text = Text(
            zh=f"{zone}没有声明{what.zh}：在区域包内增加{file}。",
            en=f"{zone} declares no {what.en}: add {file} to its package.",
        )
        super().__init__(self.text.en)


class Declared(BaseModel):
    """Base of what is declared in a file: immutable, and a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Tolerance(Declared):
    """How far two figures may lie apart: in their unit, or as a share of the larger of the two."""

    absolute: float | None = Field(default=None, ge=0)
    relative: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.absolute is None) == (self.relative is None):
            raise ValueError("give either absolute or relative")
        return self

    def allowed(self, one: Decimal, other: Decimal) -> Decimal:
        """The largest difference that these two may have."""
        if self.absolute is not None:
            return to_decimal(self.absolute)
        assert self.relative is not None
        return to_decimal(self.relative) * max(abs(one), abs(other))


def _text(value: object) -> Text:
    if isinstance(value, Text):
        return value
    if not isinstance(value, dict) or set(value) != {"zh", "en"}:
        raise ValueError("give the text in both languages, as {zh: ..., en: ...}")
    if not all(isinstance(part, str) and part for part in value.values()):
        raise ValueError("both languages must be text that is not empty; put figures in quotes")
    return Text(zh=value["zh"], en=value["en"])


def _unit(value: object) -> str:
    try:
        check_unit(str(value))
    except UnitError as error:
        raise ValueError(str(error)) from error
    return str(value)


LocalText = Annotated[
    Text,
    BeforeValidator(_text),
    PlainSerializer(lambda text: {"zh": text.zh, "en": text.en}, return_type=Any),
]
Unit = Annotated[str, BeforeValidator(_unit)]

_Model = TypeVar("_Model", bound=BaseModel)


def read_declaration(path: Path, model: type[_Model]) -> _Model:
    """Read a YAML file into ``model``.

    Raises
    ------
    DeclarationError
        When the file is absent, is no YAML, names a key twice, or does not fit the model. Each line of the
        message is ``file:line: field: what is wrong``.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DeclarationError(f"{path.name}: there is no such file in {path.parent.name}/.") from error
    try:
        loader = _Loader(content)
        try:
            root = loader.get_single_node()
            twice = list(
                _repeated_keys(root)
            )  # before the data are made, which resolves references within the nodes
            data = None if root is None else loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise DeclarationError(
            f"{path.name}:{line}: this is no YAML: {getattr(error, 'problem', error)}."
        ) from error
    if twice:
        raise DeclarationError(
            "\n".join(f"{path.name}:{line}: the key {key!r} occurs twice; keep one." for key, line in twice)
        )
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = [
            f"{path.name}:{_line_of(root, fault['loc'])}: {'.'.join(map(str, fault['loc'])) or 'file'}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        ]
        raise DeclarationError("\n".join(faults)) from error


def line_in(path: Path, location: Sequence[int | str]) -> int:
    """Line of what a path of keys and positions leads to in a YAML file; of the deepest part that is there."""
    return _line_of(yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader), location)


def zone_folder(zone: str) -> Path:
    """Folder of a zone's declared files (``ECOCIV_ZONES`` names another folder of zones, as for the plan).

    Raises
    ------
    DeclarationError
        When there is no such zone.
    """
    elsewhere = os.environ.get("ECOCIV_ZONES")
    zones = Path(elsewhere) if elsewhere else _ZONES
    folder = zones / zone
    if not zone or Path(zone).name != zone or not folder.is_dir():
        known = ", ".join(sorted(p.name for p in zones.iterdir() if p.is_dir())) if zones.is_dir() else "none"
        raise DeclarationError(f"There is no zone {zone!r}; there are: {known}.")
    return folder


@lru_cache(maxsize=256)
def _file_of(_zones: str | None, zone: str, file: str) -> Path:
    """Where a declared file of a zone would be: asked for thousands of times in one computation."""
    return zone_folder(zone) / file


def zone_declaration(zone: str, file: str, model: type[_Model]) -> _Model:
    """What a zone declares in one of its files; read once, and again when the file changes.

    Raises
    ------
    DeclarationError
        When there is no such zone or file, and with file and line of each fault.
    """
    path = _file_of(os.environ.get("ECOCIV_ZONES"), zone, file)
    return declaration_at(path if path.is_file() else zone_folder(zone) / file, model)


def declaration_at(path: Path, model: type[_Model]) -> _Model:
    """What a declared file says; read once, and again when the file is another than it was.

    Every process looks at the file itself: a server need not be started again for a new version of a zone package.

    Raises
    ------
    DeclarationError
        As `read_declaration`.
    """
    try:
        state = path.stat()
    except FileNotFoundError:
        return read_declaration(path, model)
    # A copy that keeps the time of its original is told by its length, and a file put in the place of another by its number.
    return cast(_Model, _read_once(path, (state.st_mtime_ns, state.st_size, state.st_ino), model))


def zone_declaration_if_any(zone: str, file: str, model: type[_Model]) -> _Model | None:
    """The same; none where the zone has no such file.

    Raises
    ------
    DeclarationError
        When there is no such zone, and with file and line of each fault.
    """
    return zone_declaration(zone, file, model) if (zone_folder(zone) / file).is_file() else None


def declared_files(zone: str, *patterns: str) -> tuple[tuple[str, int], ...]:
    """Files that a zone declares (all, without patterns), with the moment of their last change.

    What is made of them is kept under this key, so that a file that is written anew is read anew.

    Raises
    ------
    DeclarationError
        When there is no such zone.
    """
    folder = zone_folder(zone)
    files = sorted(path for pattern in patterns or ("**/*.yaml",) for path in folder.glob(pattern))
    return tuple((str(path), path.stat().st_mtime_ns) for path in files)


@lru_cache(maxsize=128)
def _read_once(path: Path, _stamp: tuple[int, ...], model: type[BaseModel]) -> BaseModel:
    return read_declaration(path, model)


def _repeated_keys(node: yaml.Node | None) -> Any:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = f"{key.tag}:{key.value}"
            if name in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(name)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)


def _line_of(node: yaml.Node | None, location: Sequence[int | str]) -> int:
    """Line of the deepest node that the location leads to; a missing key is reported at its parent."""
    if node is None:
        return 1
    line = int(node.start_mark.line) + 1
    for step in location:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if found is None:
                continue
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line
