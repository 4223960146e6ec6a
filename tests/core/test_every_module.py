"""Every module of the programme can be imported, also one that nothing else uses."""

from __future__ import annotations

import importlib
import pkgutil

import ecociv


def test_every_module_can_be_imported() -> None:
    names = [found.name for found in pkgutil.walk_packages(ecociv.__path__, "ecociv.")]
    assert len(names) > 1_000
    for name in names:
        if not name.endswith(".__main__"):
            importlib.import_module(name)
