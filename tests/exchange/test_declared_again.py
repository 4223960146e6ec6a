"""What the zone declares of its markets is read again when it changes, in every process."""

from __future__ import annotations

import multiprocessing
import shutil
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from ecociv.evidence.declared import DeclarationError
from ecociv.exchange.zone import declared
from ecociv.plan.package import zone_directory

ZONE = "jingdezhen"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the two files that a market needs."""
    folder = tmp_path / ZONE
    folder.mkdir()
    for name in ("zone.yaml", "exchange_markets.yaml", "exchange.yaml"):
        shutil.copy(zone_directory(ZONE) / name, folder / name)
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path))
    return folder / "exchange_markets.yaml"


def test_a_new_version_is_seen_at_once(elsewhere: Path) -> None:
    before = declared(ZONE)
    assert declared(ZONE) is before
    text = elsewhere.read_text(encoding="utf-8")
    elsewhere.write_text(text.replace("reference: 6235", "reference: 7000"), encoding="utf-8")
    after = {each.rules["market"]: each.rules["reference"] for each in declared(ZONE).markets}
    assert after["cea"] == 7000
    elsewhere.write_text(
        text.replace("fee: {rate: 500, minimum: 0}", "fee: {rate: -1, minimum: 0}"), encoding="utf-8"
    )
    with pytest.raises(DeclarationError, match=r"exchange_markets.yaml:\d+: markets.3: market 'cea'"):
        declared(ZONE)


def _answer(asked: Connection) -> None:
    """Say who operates the exchange, as often as somebody asks."""
    while asked.recv():
        asked.send(declared(ZONE).operator)


def test_another_process_that_runs_already_sees_it_too(elsewhere: Path) -> None:
    here, there = multiprocessing.Pipe()
    # forked, because a process of its own takes seconds to load all rooms
    child = multiprocessing.get_context("fork").Process(target=_answer, args=(there,), daemon=True)
    child.start()

    def asked() -> str:
        here.send(True)
        assert here.poll(30)
        return str(here.recv())

    assert asked() == "environmental-protection-bureau"
    text = elsewhere.read_text(encoding="utf-8")
    before = "operator: environmental-protection-bureau"
    elsewhere.write_text(text.replace(before, "operator: forestry-bureau"), encoding="utf-8")
    assert asked() == "forestry-bureau"
    here.send(False)
    child.join(10)
    assert child.exitcode == 0
