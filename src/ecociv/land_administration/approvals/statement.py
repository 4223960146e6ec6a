"""What a file (YAML or JSON) says of an application. Pure: no Django."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from ecociv.evidence.declared import Declared, read_declaration
from ecociv.land_administration.rights.statement import checked_file


class ApplicationStatement(Declared):
    """A project and its applicant; ``has`` and ``lacks`` are traits of the project that the site check asks for."""

    title: str = Field(min_length=1, max_length=200)
    applicant: str = Field(min_length=1, max_length=200)
    contact: str = Field(default="", max_length=200)
    project_class: str
    purpose: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


def read_application(path: Path) -> ApplicationStatement:
    """An application from a file.

    Raises
    ------
    DeclarationError
        With file, line and field of each fault.
    """
    return read_declaration(checked_file(path), ApplicationStatement)
