"""Reading declared files; the reader itself stands two floors lower, where the registers reach it too."""

from ecociv.standards.declared import (
    DeclarationError,
    Declared,
    LocalText,
    NotDeclared,
    Tolerance,
    Unit,
    declaration_at,
    declared_files,
    line_in,
    read_declaration,
    zone_declaration,
    zone_declaration_if_any,
    zone_folder,
)

__all__ = [
    "DeclarationError",
    "Declared",
    "LocalText",
    "NotDeclared",
    "Tolerance",
    "Unit",
    "declaration_at",
    "declared_files",
    "line_in",
    "read_declaration",
    "zone_declaration",
    "zone_declaration_if_any",
    "zone_folder",
]
