"""What the zone declares of its markets is read again when it changes, in every process."""

from __future__ import annotations

import shutil
import subprocess
import sys
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


def test_another_process_that_runs_already_sees_it_too(elsewhere: Path) -> None:
    code = (
        "import sys\n"
        "from ecociv.exchange.zone import declared\n"
        "say = lambda: print(declared('jingdezhen').operator, flush=True)\n"
        "say(); sys.stdin.readline(); say()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", "import django; django.setup()\n" + code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None and child.stdout is not None
    assert child.stdout.readline().strip() == "environmental-protection-bureau"
    text = elsewhere.read_text(encoding="utf-8")
    elsewhere.write_text(
        text.replace("operator: environmental-protection-bureau", "operator: forestry-bureau"),
        encoding="utf-8",
    )
    said, _ = child.communicate("go\n", timeout=60)
    assert said.strip() == "forestry-bureau"
