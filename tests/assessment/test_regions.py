"""Regions scored from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecociv.assessment.regions import score_table_file
from ecociv.assessment.rules import InputError, load_rule_set

HEAD = "region,resources,treatment,quality,protection,growth,living\n"


def test_class_indices_give_the_published_index(tmp_path: Path) -> None:
    file = tmp_path / "classes.csv"
    file.write_text(HEAD + "江西,82.95,74.51,88.09,74.61,72.93,72.43\n", encoding="utf-8")
    found = score_table_file(load_rule_set("green-development-2016"), file, 2016)
    # .293*82.95 + .165*74.51 + .193*88.09 + .165*74.61 + .092*72.93 + .092*72.43 = 79.28, as published
    assert str(found["江西"].total) == "79.28"


def test_a_cell_that_is_no_number_is_named(tmp_path: Path) -> None:
    file = tmp_path / "classes.csv"
    file.write_text(HEAD + "江西,82.95,x,88.09,74.61,72.93,72.43\n", encoding="utf-8")
    with pytest.raises(InputError, match="classes.csv:2: treatment"):
        score_table_file(load_rule_set("green-development-2016"), file, 2016)
