"""Kinds of layers: what a layer is about, its classes, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from ecociv.core.text import Text
from ecociv.evidence.declared import Declared, LocalText, read_declaration
from ecociv.standards.land import LandClass, Scheme, land_classes


class UnknownKind(LookupError):
    """A kind that is not declared."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class LayerClass(Declared):
    """One class of a kind, such as the blue line among the city's control lines."""

    key: str = Field(pattern=r"^[A-Za-z0-9-]+$", max_length=64)
    name: LocalText
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$")


class LayerKind(Declared):
    """One kind of layer.

    Attributes
    ----------
    role : str
        ``plan``, ``control-line``, ``survey``, ``right``, ``boundary`` or ``patches``.
    classes : tuple of LayerClass
        The classes there are, in order of the legend; empty where ``scheme`` or ``open`` says otherwise.
    scheme : str, optional
        A classification of :mod:`ecociv.standards.land` whose codes are the classes.
    open : bool
        Whether the classes are the layer's own words.
    scheme_colours : dict
        Colour by beginning of a code, where the classes come from a scheme; the longest beginning counts.
    partition : bool
        Whether the polygons are meant to cover their territory without gaps or overlaps.
    by_register : bool
        Whether its versions are written by a register of the product, so that nobody adds or withdraws one by hand.
    citation, verified
        The document that declares the kind and its classes, and whether it was read in the primary text.
    """

    key: str = Field(pattern=r"^[a-z0-9-]+$", max_length=64)
    name: LocalText
    role: Literal["plan", "control-line", "survey", "right", "boundary", "patches"]
    confidentiality: Literal["public", "internal", "restricted"] = "internal"
    partition: bool = False
    classes: tuple[LayerClass, ...] = ()
    scheme: Scheme | None = None
    open: bool = False
    scheme_colours: dict[str, str] = Field(default_factory=dict)
    colour: str = Field(default="#7a8a99", pattern=r"^#[0-9a-f]{6}$")
    by_register: bool = False
    citation: LocalText
    verified: bool = False

    @model_validator(mode="after")
    def _classes_from_one_place(self) -> Self:
        if sum((bool(self.classes), self.scheme is not None, self.open)) != 1:
            raise ValueError("a kind has classes, a scheme, or is open: exactly one of them")
        return self

    def class_names(self) -> dict[str, Text]:
        """Name of each class; empty for an open kind."""
        if self.scheme is not None:
            return {code: one.name for code, one in _scheme(self.scheme).items()}
        return {one.key: one.name for one in self.classes}

    def class_name(self, key: str) -> Text:
        """Name of one class; an open class is its own name."""
        return self.class_names().get(key, Text(zh=key, en=key))

    def colour_of(self, key: str) -> str:
        """Colour of a class on the map."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.scheme_colours:
                return self.scheme_colours[key[:length]]
        return next((one.colour for one in self.classes if one.key == key), self.colour)

    def faults(self, classes: Iterable[Any]) -> list[Text]:
        """One sentence for each class that the kind does not have, with the first rows that say it."""
        if self.open:
            return []
        known = self.class_names()
        given = np.asarray(list(classes), dtype=object)
        faults = []
        for strange in dict.fromkeys(one for one in given if one not in known):
            rows = np.flatnonzero(given == strange)
            listed = ", ".join(str(int(row) + 1) for row in rows[:5])
            faults.append(
                Text(
                    zh=f"“{self.name.zh}”没有类别“{strange}”（{len(rows)} 个图斑，第 {listed} 个等）。类别：{'、'.join(known)}。",
                    en=f"{self.name.en} has no class {strange!r} ({len(rows)} features, rows {listed}). "
                    f"Classes: {', '.join(known)}.",
                )
            )
        return faults


class _Kinds(Declared):
    kinds: tuple[LayerKind, ...]


@lru_cache(maxsize=1)
def layer_kinds() -> dict[str, LayerKind]:
    """All kinds by key, in the order of the list.

    >>> layer_kinds()["urban-control-lines"].class_names()["blue-line"].zh
    '蓝线'
    """
    declared = read_declaration(Path(__file__).with_name("kinds.yaml"), _Kinds)
    return {each.key: each for each in declared.kinds}


def layer_kind(key: str) -> LayerKind:
    """One kind.

    Raises
    ------
    UnknownKind
        When it is not declared; names those that are.
    """
    found = layer_kinds().get(key)
    if found is None:
        raise UnknownKind(
            Text(
                zh=f"没有图层种类“{key}”。种类：{'、'.join(layer_kinds())}。",
                en=f"{key!r} is no kind of layer. Kinds: {', '.join(layer_kinds())}.",
            )
        )
    return found


@lru_cache(maxsize=8)
def _scheme(scheme: Scheme) -> dict[str, LandClass]:
    return {one.code: one for one in land_classes(scheme)}
