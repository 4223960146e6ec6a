"""Which field of a file is what: a declared mapping of attributes (属性映射), as data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field, field_validator

from ecociv.core.text import Text
from ecociv.evidence.declared import Declared, LocalText, read_declaration
from ecociv.territory.importing.refusals import ImportRefused

_LISTED = 30
"""Rows that a sentence lists; the data of the refusal has them all."""


class AttributeMapping(Declared):
    """How the attributes of a layer are read.

    Attributes
    ----------
    identity : str or None
        Field by which a feature is known from version to version (such as BSM, 标识码).
    class_ : str or None
        Field of the class; ``class`` in a file.
    name : str or None
        Field of the name.
    classes : dict or None
        Value in the file to class of the layer. Without it the values are the classes.
    leave_out : tuple of str
        Values of the class field whose rows do not belong to the layer, such as the title block of a drawing.
    keep : tuple of str or None
        Further fields to keep; without it all.

    Examples
    --------
    >>> mapping = AttributeMapping.model_validate({"identity": "BSM", "class": "DLBM", "classes": {"0101": "paddy"}})
    >>> mapping.class_, mapping.fields
    ('DLBM', ('BSM', 'DLBM'))
    """

    title: LocalText | None = None
    identity: str | None = None
    class_: str | None = Field(default=None, alias="class")
    name: str | None = None
    classes: dict[str, str] | None = None
    leave_out: tuple[str, ...] = ()
    keep: tuple[str, ...] | None = None

    @field_validator("classes", mode="before")
    @classmethod
    def _texts(cls, value: object) -> object:
        if isinstance(value, dict) and (
            wrong := [k for k in value if not isinstance(k, str) or not value[k]]
        ):
            raise ValueError(f"write {wrong[0]!r} in quotes, with the class it stands for")
        return value

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that the file must have."""
        named = (self.identity, self.class_, self.name, *(self.keep or ()))
        return tuple(field for field in named if field is not None)


def load_attribute_mapping(path: Path) -> AttributeMapping:
    """Read a mapping from a YAML file.

    Raises
    ------
    DeclarationError
        With file and line of each fault.
    """
    return read_declaration(path, AttributeMapping)


def texts_of(column: pa.ChunkedArray | pa.Array) -> NDArray[np.object_]:
    """A column as text: whole numbers without a point, what is empty as ``None``."""
    found: NDArray[np.object_] = np.empty(len(column), dtype=object)
    for place, value in enumerate(column.to_pylist()):
        if value is None or (isinstance(value, float) and value != value):
            continue
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        found[place] = text.strip() or None
    return found


def apply_mapping(
    table: pa.Table, rows: NDArray[np.int64], mapping: AttributeMapping, name: str
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.object_], pa.Table]:
    """Identity, class and name of each row, and the attributes that are kept.

    Raises
    ------
    ImportRefused
        ``missing-fields``, ``unknown-class`` (with the rows).
    """
    absent = [field for field in mapping.fields if field not in table.column_names]
    if absent:
        have = ", ".join(table.column_names) or "—"
        raise ImportRefused(
            "missing-fields",
            Text(
                zh=f"“{name}”没有映射所要的字段：{'、'.join(absent)}。现有字段：{have}。请改映射（mapping）。",
                en=f"{name!r} lacks fields that the mapping names: {', '.join(absent)}. It has: {have}. Change the mapping.",
            ),
            asks="mapping",
            fields=table.column_names,
            missing=absent,
        )
    nothing: NDArray[np.object_] = np.full(table.num_rows, None, dtype=object)

    def column(field: str | None) -> NDArray[np.object_]:
        return nothing.copy() if field is None else texts_of(table.column(field))

    classes = column(mapping.class_)
    if mapping.class_ is not None:
        classes = classified(classes, rows, mapping.classes, mapping.class_, name)
    kept = table if mapping.keep is None else table.select(list(mapping.keep))
    return column(mapping.identity), classes, column(mapping.name), kept


def rows_wanted(table: pa.Table, mapping: AttributeMapping) -> NDArray[np.bool_]:
    """Which rows belong to the layer, by the classes that are left out."""
    if mapping.class_ not in table.column_names or not mapping.leave_out:
        return np.ones(table.num_rows, dtype=bool)
    return ~np.isin(texts_of(table.column(mapping.class_)).astype(str), mapping.leave_out)


def classified(
    values: NDArray[np.object_],
    rows: NDArray[np.int64],
    known: Mapping[str, str] | None,
    field: str,
    name: str,
) -> NDArray[np.object_]:
    """Classes of the layer for the values of a file.

    Parameters
    ----------
    known : mapping, optional
        Value to class; without it the values are the classes.

    Raises
    ------
    ImportRefused
        ``unknown-class``, with every row whose value is empty or not known.
    """
    unknown = [
        (int(row), value)
        for row, value in zip(rows, values, strict=True)
        if value is None or (known is not None and value not in known)
    ]
    if unknown:
        listed = [f"{row}: {value or ''!r}" for row, value in unknown[:_LISTED]]
        more = len(unknown) - len(listed)
        raise ImportRefused(
            "unknown-class",
            Text(
                zh=f"“{name}”有{len(unknown)}行的类别（{field}）为空或不在映射中。行号与值：{'；'.join(listed)}"
                f"{f'；另有{more}行' if more else ''}。请补全映射（mapping）或改正数据。",
                en=f"{name!r}: in {len(unknown)} rows the class ({field}) is empty or not in the mapping. Row and value: "
                f"{'; '.join(listed)}{f'; and {more} more' if more else ''}. Complete the mapping or correct the data.",
            ),
            asks="mapping",
            rows=[row for row, _ in unknown],
            values=sorted({value or "" for _, value in unknown}),
            known=sorted(set(known.values())) if known is not None else [],
        )
    if known is None:
        return values
    return np.array([known[value] for value in values], dtype=object)
