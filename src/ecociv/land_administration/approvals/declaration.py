"""Whom a project concerns and what it needs, decided by its class and by what its site touches. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from pydantic import Field, model_validator

from ecociv.core.text import Text
from ecociv.evidence.declared import Declared, LocalText, zone_declaration


class ProjectClass(Declared):
    """A class of project, with the documents it needs and the bodies it always concerns."""

    key: str
    title: LocalText
    documents: tuple[str, ...]
    bodies: tuple[str, ...] = ()


class Concern(Declared):
    """Bodies that a site concerns because it touches a layer (some classes of it, where named)."""

    layer: str
    classes: tuple[str, ...] = ()
    bodies: tuple[str, ...] = Field(min_length=1)
    documents: tuple[str, ...] = ()
    why: LocalText


class Approvals(Declared):
    """The declared rules of a zone's integrated approval."""

    window: str
    citation: LocalText
    verified: bool = False
    documents: dict[str, LocalText]
    classes: tuple[ProjectClass, ...]
    concerned: tuple[Concern, ...]

    @model_validator(mode="after")
    def _documents_are_declared(self) -> Self:
        used = {key for each in self.classes for key in each.documents}
        used |= {key for each in self.concerned for key in each.documents}
        if strange := used - set(self.documents):
            raise ValueError(f"these documents are not declared: {', '.join(sorted(strange))}")
        return self

    def project_class(self, key: str) -> ProjectClass | None:
        """A class by its key."""
        return next((one for one in self.classes if one.key == key), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A body that is asked, with every reason for it."""

    body: str
    why: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """What an application needs: bodies to ask, and keys of documents; both in the order of the declaration."""

    bodies: tuple[Asked, ...]
    documents: tuple[str, ...]


def needs_of(declared: Approvals, project_class: ProjectClass, touched: Iterable[tuple[str, str]]) -> Needs:
    """Whom a project concerns and which documents it needs.

    Parameters
    ----------
    touched
        Kind and class of every layer that the site touches.
    """
    touches = list(touched)
    reasons: dict[str, list[Text]] = {}
    for body in project_class.bodies:
        reasons.setdefault(body, []).append(
            Text(
                zh=f"项目类别“{project_class.title.zh}”须征求意见",
                en=f"Asked for every project of the class “{project_class.title.en}”",
            )
        )
    documents = dict.fromkeys(project_class.documents)
    for concern in declared.concerned:
        meets = [
            class_key
            for kind, class_key in touches
            if kind == concern.layer and (not concern.classes or class_key in concern.classes)
        ]
        if meets:
            documents.update(dict.fromkeys(concern.documents))
            for body in concern.bodies:
                reasons.setdefault(body, []).append(concern.why)
    return Needs(tuple(Asked(body, tuple(why)) for body, why in reasons.items()), tuple(documents))


def approvals(zone: str) -> Approvals:
    """The rules of a zone; read again when the file changes."""
    return zone_declaration(zone, "approvals.yaml", Approvals)
