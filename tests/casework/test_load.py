"""A declaration with a fault is refused with file, line and remedy; each test spoils one thing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from casework.every_feature import declaration, write
from ecociv.casework.declaration import CaseType
from ecociv.casework.load import load_case_type, load_case_types
from ecociv.evidence.declared import DeclarationError

Spoil = Callable[[dict[str, Any]], Any]


def test_what_a_zone_declares_is_read_and_survives_the_database() -> None:
    for each in load_case_types("jingdezhen").values():
        stored = each.model_dump(mode="json", by_alias=True, exclude_none=True)
        assert CaseType.model_validate(stored) == each


def test_the_fixture_stands(tmp_path: Path) -> None:
    assert load_case_type(write(tmp_path, declaration())).start == "new"


FAULTS: list[tuple[str, Spoil, str]] = [
    ("part of a turn", lambda d: d["states"]["new"].update(turn=["nobody"]), "no part 'nobody'"),
    ("turn without a move", lambda d: d["states"]["check"].update(turn=["helpers"]), "has no move from here"),
    ("nobody's turn", lambda d: d["states"]["check"].pop("turn"), "whose move is next"),
    ("turn at an end", lambda d: d["states"]["done"].update(turn=["office"]), "once a case has ended"),
    ("part of a move", lambda d: d["transitions"]["go"].update(by=["nobody"]), "no part 'nobody'"),
    ("state of a move", lambda d: d["transitions"]["go"].update(to="nowhere"), "no state 'nowhere'"),
    ("move from an end", lambda d: d["transitions"]["go"].update({"from": ["wait", "done"]}), "no move leaves it"),
    ("two starts", lambda d: d["states"]["work"].update(kind="start"), "exactly one state"),
    ("no way there", lambda d: d["transitions"].pop("halt"), "no way leads here"),
    ("dead end", lambda d: (d["transitions"].pop("drop"), d["transitions"].pop("send"), d["transitions"].pop("back"), d["transitions"].pop("close")), "no way leads from here to an end"),
    ("state of a clock", lambda d: d["clocks"]["short"].update(runs_in=["nowhere"]), "no state 'nowhere'"),
    ("clock at an end", lambda d: d["clocks"]["short"].update(runs_in=["done"]), "no clock runs there"),
    ("clock runs and stands", lambda d: d["clocks"]["short"].update(pauses_in=["new"]), "cannot run and stand still"),
    ("field of a clock", lambda d: d["clocks"]["long"].update(until_field="how"), "of the kind date"),
    ("guard on a clock", lambda d: d["transitions"]["warn"].update(guards=[{"clock_overdue": "none"}]), "no clock 'none'"),
    ("guard on a clock that does not run", lambda d: d["transitions"]["go"].update(guards=[{"clock_overdue": "long"}]), "never runs where this move begins"),
    ("guard on a move", lambda d: d["transitions"]["close"].update(guards=[{"taken_at_least": {"jump": 1}}]), "no move 'jump'"),
    ("outcome before the end", lambda d: d["transitions"]["go"].update(outcomes=["good"]), "belongs to a move that ends"),
    ("end without outcome", lambda d: d["transitions"]["drop"].pop("outcomes"), "say with which outcome"),
    ("document never asked for", lambda d: d["transitions"]["send"].pop("documents"), "nothing asks for this"),
    ("number without a year", lambda d: d.update(number="{serial}号"), "a number has {year} and {serial}"),
    ("choice without options", lambda d: d["fields"]["how"].pop("options"), "a choice has `options`"),
    ("subject of no kind", lambda d: d.update(subjects=["dream"]), "subjects.0"),
    ("key not known", lambda d: d.update(colour="red"), "colour"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "said"), [(f[1], f[2]) for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_named(tmp_path: Path, spoil: Spoil, said: str) -> None:
    content = copy.deepcopy(declaration())
    spoil(content)
    path = write(tmp_path, content)
    with pytest.raises(DeclarationError) as refused:
        load_case_type(path)
    assert said in str(refused.value)
    first = str(refused.value).splitlines()[0]
    name, line, _ = first.split(":", 2)
    assert name == path.name
    assert 1 <= int(line) <= len(path.read_text(encoding="utf-8").splitlines())


def test_the_line_is_that_of_the_fault(tmp_path: Path) -> None:
    content = declaration()
    content["states"]["wait"]["turn"] = ["nobody"]
    path = write(tmp_path, content)
    with pytest.raises(DeclarationError) as refused:
        load_case_type(path)
    line = int(str(refused.value).split(":")[1])
    assert path.read_text(encoding="utf-8").splitlines()[line - 1].strip() == "- nobody"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    assert load_case_type(write(tmp_path, declaration())).managers == ("office",)
    assert load_case_type(write(tmp_path, declaration(managed_by=["leader", "office"]))).managers == (
        "leader",
        "office",
    )
