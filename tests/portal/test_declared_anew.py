"""What rooms keep of declared files follows the files: written anew they are read anew, and another zone's are its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.mapping import load_places
from ecociv.evidence.quality.declaration import load_rules
from ecociv.evidence.returns.forms import load_form, load_forms
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.peers import load_peers
from ecociv.land_administration.approvals.declaration import approvals
from ecociv.ledger.bank.forms import statement_forms
from ecociv.plan.package import load_zone, zone_directory
from ecociv.portal.kept import Kept
from ecociv.portal.sources import title_of
from ecociv.portal.views.tariffs import generated
from ecociv.tariffs.declaration import require_tariffs

ZONE = "jingdezhen"
BANK = """forms:
  - key: own
    title: {zh: 本地银行, en: Bank of the place}
    columns: {day: 日期, amount: 金额}
    days: ["%Y%m%d"]
"""


@pytest.fixture
def rewrite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """A copy of the zone in which a file can be written anew, a moment later than before."""
    original = zone_directory(ZONE)
    folder = tmp_path / "zones" / ZONE
    for path in original.rglob("*.yaml"):
        at = folder / path.relative_to(original)
        at.parent.mkdir(parents=True, exist_ok=True)
        at.symlink_to(path)

    def write(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        assert old in text
        before = path.stat().st_mtime_ns if text else 0
        path.unlink(missing_ok=True)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        os.utime(path, ns=(0, max(before, path.stat().st_mtime_ns) + 1))

    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path / "zones"))
    return write


def demand() -> int:
    """Litres that fifty generated households use in a year."""
    declared = require_tariffs(ZONE)
    return int(generated(declared, declared.tariffs[0], 50).annual.sum())


@pytest.mark.parametrize(
    ("read", "file", "old", "new"),
    [
        (lambda: load_places(ZONE).by_key["leping-city"].name.zh, "mappings/_places.yaml", "乐平市", "乐平"),
        (lambda: load_rules(ZONE).networks[0].gap, "quality.yaml", "gap: 6", "gap: 7"),
        (
            lambda: approvals(ZONE).window, "approvals.yaml",
            "window: development-and-reform-commission", "window: planning-bureau",
        ),
        (lambda: "own" in statement_forms(ZONE), "bank_forms.yaml", "", BANK),
        (lambda: load_peers(ZONE).groups[0].name.zh, "peers.yaml", "name: {zh: ", "name: {zh: 新"),
        (
            lambda: title_of("jingdezhen-stations-hourly"), "mappings/jingdezhen-stations-hourly.yaml",
            "title: {zh: 景德镇市国控站点空气小时数据, en: Hourly", "title: {zh: 小时数据, en: Every hour",
        ),
        (demand, "tariffs.yaml", 'mean_first: "', 'mean_first: "9'),
    ],
)  # fmt: skip
def test_a_file_written_anew_is_read_anew(
    rewrite: Callable[[str, str, str], None], read: Callable[[], Any], file: str, old: str, new: str
) -> None:
    before = read()
    assert read() == before
    rewrite(file, old, new)
    assert read() != before


def test_a_verdict_follows_every_file_that_it_was_given_on(rewrite: Callable[[str, str, str], None]) -> None:
    plan = load_zone(ZONE)
    load_derivations(plan)
    load_forms(ZONE)
    rewrite("forms/procurement.yaml", "key: procurement.all", "key: procurement.everything")
    with pytest.raises(DeclarationError, match=r"form procurement has no cell 'procurement\.all'"):
        load_derivations(plan)
    rewrite("forms/procurement.yaml", "key: procurement.everything", "key: procurement.all")
    load_derivations(plan)
    load_form(ZONE, "procurement")
    rewrite("mappings/_places.yaml", "  counties: [", "  districts: [")
    with pytest.raises(DeclarationError, match="'counties' is no group"):
        load_form(ZONE, "procurement")


def test_what_is_kept_is_the_last_so_many() -> None:
    kept: Kept[int] = Kept(2)
    made: list[str] = []

    def make(key: str) -> int:
        made.append(key)
        return len(made)

    asked = [kept.get(key, lambda key=key: make(key)) for key in ("a", "b", "a", "c", "a", "b")]  # type: ignore[misc]
    assert asked == [1, 2, 1, 3, 1, 4]
    assert made == ["a", "b", "c", "b"]
