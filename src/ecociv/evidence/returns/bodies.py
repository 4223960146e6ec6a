"""Who fills and who reviews, on a day. The bodies themselves belong to the plan, which this room does not know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from ecociv.core.text import Text
from ecociv.evidence.mapping import PlaceDeclaration
from ecociv.evidence.returns.forms import Form


class Directory(Protocol):
    """What is asked of the bodies of a zone; the plan's package (``plan.package.ZonePackage``) answers it."""

    @property
    def organisations(self) -> Sequence[Any]:
        """All bodies, each with ``key``, ``name``, ``name_en`` and ``division_code``."""

    def resolve(self, name: str) -> Any:
        """The body that goes by a name; ``LookupError`` when there is none."""

    def organisation(self, key: str) -> Any:
        """The body with a key; ``KeyError`` when there is none."""

    def body_on(self, key: str, day: date) -> Any:
        """Who holds the duties of a body on a day, successors included."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body on a day, by key, with its name."""

    key: str
    name: Text


def filler(form: Form, place: PlaceDeclaration, day: date, directory: Directory | None) -> Body:
    """Who fills the return of a place: the county's own body for a county, otherwise the body of the form.

    Without a directory the name in the form stands for the body.
    """
    if directory is None:
        return Body(form.body, Text(zh=form.body, en=form.body))
    if place.kind == "county" and place.code:
        own = next((b for b in directory.organisations if b.division_code == place.code), None)
        if own is not None:
            return _on(own.key, day, directory)
    return _named(form.body, day, directory)


def reviewer(form: Form, day: date, directory: Directory | None) -> Body:
    """Who reviews and accepts the returns of a form."""
    if directory is None:
        return Body(form.review, Text(zh=form.review, en=form.review))
    return _named(form.review, day, directory)


def _named(name: str, day: date, directory: Directory) -> Body:
    try:
        found = directory.resolve(name)
    except LookupError:
        try:
            found = directory.organisation(name)
        except KeyError:
            return Body(name, Text(zh=name, en=name))
    return _on(found.key, day, directory)


def _on(key: str, day: date, directory: Directory) -> Body:
    body = directory.body_on(key, day)
    return Body(body.key, Text(zh=body.name, en=body.name_en))
