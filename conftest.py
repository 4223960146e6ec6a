"""Of the source and the tests only files that hold an example are read for examples.

To look for them in the other fifteen hundred takes each worker seconds; that every module of the programme can be imported,
which this showed beside, is a test of its own (``tests/core/test_every_module.py``).
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Leave out what would look for examples where there are none."""
    found = yield
    return [one for one in found if not isinstance(one, DoctestModule) or b">>>" in file_path.read_bytes()]
