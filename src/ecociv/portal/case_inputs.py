"""What a form of a case asks for, read off the declaration; names are those by which the actions name faults."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from ecociv.casework.actions import Attachment
from ecociv.casework.declaration import CaseField, CaseType, Transition
from ecociv.core.text import Text
from ecociv.portal.document_form import bodies
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a form; ``kind`` is text, long-text, date, number, choice, file, body or bodies."""

    name: str
    label: str
    kind: str
    required: bool
    values: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    help: str = ""
    error: str = ""
    prefix: str = ""

    @property
    def id(self) -> str:
        """Identity on the page."""
        return f"{self.prefix}-{self.name}".replace(".", "-").strip("-")

    @property
    def value(self) -> str:
        """The value of an input that has one."""
        return self.values[0] if self.values else ""


class Inputs:
    """Makes the inputs of one form with what was given and what was wrong."""

    def __init__(
        self, prefix: str = "", given: QueryDict | None = None, faults: Mapping[str, Text] | None = None
    ) -> None:
        self.prefix, self.given, self.faults = prefix, given, faults or {}

    def one(self, name: str, label: str, kind: str, required: bool = True, **more: Any) -> Input:
        """One input."""
        start = more.pop("start", ())
        values = tuple(self.given.getlist(name)) if self.given is not None else tuple(start)
        error = self.faults[name].in_language(language()) if name in self.faults else ""
        return Input(name, label, kind, required, values, error=error, prefix=self.prefix, **more)

    def field(self, key: str, field: CaseField, start: str = "") -> Input:
        """An input for a declared detail."""
        tongue = language()
        return self.one(
            f"fields.{key}",
            field.title.in_language(tongue),
            field.kind.value,
            field.required,
            options=tuple((k, v.in_language(tongue)) for k, v in field.options.items()),
            help=field.help.in_language(tongue) if field.help else "",
            start=(start,) if start else (),
        )

    def of_move(self, case_type: CaseType, move: Transition, fields: Mapping[str, Any]) -> list[Input]:
        """What a move asks for; details that the case has already stand in the form."""
        tongue = language()
        found = [self.field(key, case_type.fields[key], str(fields.get(key) or "")) for key in move.fields]
        if move.outcomes:
            options = tuple((key, case_type.outcomes[key].in_language(tongue)) for key in move.outcomes)
            found.append(self.one("outcome", _("Outcome"), "choice", options=options))
        for key in move.documents:
            document = case_type.documents[key]
            found.append(
                self.one(f"documents.{key}", document.title.in_language(tongue), "file", document.required)
            )
        found.append(self.one("reason", _("Reason or remark"), "long-text", move.reason))
        return found

    def of_opening(self, case_type: CaseType, subject: str = "") -> list[Input]:
        """What the opening of a case asks for."""
        tongue = language()
        found = [self.one("title", _("Title"), "text")]
        kinds = ", ".join(kind.value for kind in case_type.subjects if kind.value != "none")
        found.append(
            self.one(
                "subject",
                _("About"),
                "subject",
                "none" not in case_type.subjects,
                help=_("Choose from the list, or write kind and number: %(kinds)s.") % {"kinds": kinds},
                start=(subject,) if subject else (),
            )
        )
        for key, part in case_type.parts.items():
            if part.bodies is not None:
                kind = "body" if part.bodies == "one" else "bodies"
                title = part.title.in_language(tongue)
                found.append(
                    self.one(f"parties.{key}", title, kind, not part.optional, options=tuple(bodies()))
                )
        found += [self.field(key, case_type.fields[key]) for key in case_type.asked_at_opening]
        found.append(self.one("documents", _("Documents"), "file", False))
        found.append(self.one("reason", _("Why the case is opened"), "long-text", False))
        return found


def given_fields(given: QueryDict) -> dict[str, str]:
    """The details of a form that was sent."""
    return {name[7:]: str(given[name]) for name in given if name.startswith("fields.")}


def given_parties(given: QueryDict) -> dict[str, tuple[str, ...]]:
    """The bodies of a form that was sent; parts without a body are left out."""
    found = {
        name[8:]: tuple(str(k) for k in given.getlist(name) if k)
        for name in given
        if name.startswith("parties.")
    }
    return {part: keys for part, keys in found.items() if keys}


@contextmanager
def received(request: HttpRequest, only: str = "") -> Iterator[tuple[Attachment, ...]]:
    """The files of a form, in a folder that lasts as long as the action; ``only`` those of one input and its keys."""
    with tempfile.TemporaryDirectory(prefix="ecociv-case-") as folder:
        kept: list[Attachment] = []
        for name, files in request.FILES.lists():
            if only and name.partition(".")[0] != only:
                continue
            key = name.removeprefix("documents").lstrip(".")
            for file in files:
                path = Path(folder) / f"{len(kept)}"
                with path.open("wb") as out:
                    for chunk in file.chunks():
                        out.write(chunk)
                kept.append(Attachment(path, Path(file.name or "document").name[-255:], key))
        yield tuple(kept)
