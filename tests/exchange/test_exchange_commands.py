"""Replay of files, and what the commands say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.contrib.auth import get_user_model

from ecociv.cli.main import main
from ecociv.exchange.engine.engine import Engine
from ecociv.exchange.journal.lines import JournalBroken, digest, header_line, read_lines
from ecociv.exchange.replay import replay_lines
from ecociv.exchange.sample import load_sample_market
from ecociv.exchange.venue import journal_of
from ecociv.exchange.zone import operator
from exchange.engine_situations import issue_to, rules

SECOND = 1_000_000
START = 1_498_010_400 * SECOND


def lines_of(commands: list[dict[str, Any]]) -> list[str]:
    """A journal as somebody else would write it: only what is needed, spaced as they like."""
    lines = [header_line("elsewhere")]
    for number, command in enumerate(commands, start=1):
        entry = {"sequence": number, "at": START + number * SECOND, "command": command, "previous": digest(lines[-1])}
        lines.append(json.dumps(entry, ensure_ascii=False))
    return lines


def short_day() -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [{"kind": "open-market", "rules": rules(), "document": "notice"}]
    for account in ("kiln", "plant"):
        made.append({"kind": "open-account", "account": account, "name": "窑", "document": "agreement"})
        made.append({"kind": "deposit", "account": account, "amount": 100_000_000, "document": "slip"})
        made.append(issue_to(account, 10_000))
    order = {"kind": "order", "market": "so2", "price": 38_900}
    return [
        *made,
        {"kind": "open-session", "market": "so2", "day": "2017-06-21"},
        {**order, "account": "plant", "side": "sell", "quantity": 300},
        {**order, "account": "kiln", "side": "buy", "quantity": 500},
        {**order, "account": "kiln", "side": "buy", "quantity": 150},
    ]


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["exchange", *arguments], input=given)


def test_a_journal_of_somebody_else_is_played(tmp_path: Path, db: None) -> None:
    lines = lines_of(short_day())
    file = tmp_path / "journal.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = run("replay", str(file), "--format", "json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["venue"], told["sequence"], told["refused"]) == ("elsewhere", 11, 1)
    assert told["head"] == digest(lines[-1])
    assert told["books"]["so2"]["bids"] == [[38_900, 200, 1]] and told["books"]["so2"]["asks"] == []
    # 389 x 0.3 t x 5 = 583.50; the fee of a tenth of a per cent is below the minimum of a yuan
    trade = told["trades"][0]
    assert (trade["amount"], trade["buy_fee"], trade["buyer"], trade["seller"]) == (58_350, 100, "kiln", "plant")
    cash = {each["account"]: (each["free"], each["reserved"]) for each in told["balances"]["cash"]}
    assert cash["plant"] == (100_000_000 + 58_350 - 100, 0) and cash["EXCHANGE-FEES"] == (200, 0)
    engine = Engine()
    for number, command in enumerate(short_day(), start=1):
        engine.apply(command, START + number * SECOND)
    assert told["digest"] == engine.digest()
    assert json.loads(run("replay", "-", "--format", "json", given=file.read_bytes()).stdout) == told
    text = run("replay", str(file))
    assert told["digest"] in text.stdout and "1 refused" in text.stdout


Spoil = Callable[[list[str]], None]


def _edit(lines: list[str], number: int, **changed: Any) -> None:
    """Change an entry and mend nothing after it."""
    lines[number] = json.dumps({**json.loads(lines[number]), **changed}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("spoil", "line", "said"),
    [
        (lambda lines: lines.pop(3), 4, "previous"),
        (lambda lines: lines.insert(3, lines[3]), 5, "previous"),
        (lambda lines: _edit(lines, 2, at=START + SECOND), 4, "previous"),
        (lambda lines: _edit(lines, 11, sequence=12), 12, "sequence"),
        (lambda lines: _edit(lines, 11, at=1), 12, "before"),
        (lambda lines: _edit(lines, 11, colour="red"), 12, "colour"),
        (lambda lines: _edit(lines, 11, command={"kind": "deposit", "amount": 1.5}), 12, "float"),
        (lambda lines: _edit(lines, 11, command={"amount": 1}), 12, "kind"),
        (lambda lines: _edit(lines, 11, sequence="11"), 12, "whole number"),
        (lambda lines: _edit(lines, 11, key=5), 12, "text"),
        (lambda lines: _edit(lines, 11, outcome={"ok": True}), 12, "outcome"),
        (lambda lines: lines.__setitem__(4, "not json"), 5, "JSON"),
        (lambda lines: lines.__setitem__(4, '{"at":1,"at":2}'), 5, "twice"),
        (lambda lines: lines.__setitem__(4, "[1]"), 5, "object"),
        (lambda lines: lines.__setitem__(4, '{"at":NaN}'), 5, "NaN"),
        (lambda lines: lines.__setitem__(4, "[" * 100_000), 5, "JSON"),
        (lambda lines: lines.__setitem__(0, '{"format":"csv"}'), 1, "header"),
        (lambda lines: lines.__setitem__(0, lines[0].replace(":1}", ":2}")), 1, "Version"),
        (lambda lines: lines.clear(), 1, "empty"),
    ],
)
def test_a_broken_journal_is_refused_at_its_line(spoil: Spoil, line: int, said: str) -> None:
    lines = lines_of(short_day())
    spoil(lines)
    with pytest.raises(JournalBroken, match=said) as broken:
        replay_lines(lines)
    assert broken.value.line == line
    assert broken.value.text.zh


def test_a_key_is_there_once() -> None:
    lines = lines_of(short_day())
    for number in (10, 11):
        entry = {**json.loads(lines[number]), "key": "k", "previous": digest(lines[number - 1])}
        lines[number] = json.dumps(entry)
    with pytest.raises(JournalBroken, match="'k'"):
        list(read_lines(lines))


def test_a_broken_file_ends_the_command_with_its_line(tmp_path: Path, db: None) -> None:
    lines = lines_of(short_day())
    del lines[5]
    file = tmp_path / "journal.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    english = run("replay", str(file), "--language", "en")
    assert english.exit_code == 3 and english.stderr.startswith("line 6: ")
    assert run("replay", str(file)).stderr.startswith("第6行：")
    assert run("replay", str(tmp_path / "none")).exit_code == 3
    file.write_bytes(b"\xff\xfe")
    assert "UTF-8" in run("replay", str(file), "--language", "en").stderr


@pytest.fixture
def sample(plan_in_database: None, db: None) -> None:
    journal_of.cache_clear()
    load_sample_market("jingdezhen")


def test_the_journal_is_exported_and_replayed(sample: None, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    assert run("journal", "export", str(file)).exit_code == 0
    from_file = json.loads(run("replay", str(file), "--format", "json").stdout)
    from_database = json.loads(run("replay", "--format", "json").stdout)
    assert from_file == from_database and from_file["sequence"] > 500
    assert run("journal", "export", "-").stdout == file.read_text(encoding="utf-8")
    assert run("journal", "export", str(tmp_path / "no" / "where")).exit_code == 3


def test_verify_tells_what_it_looked_at(sample: None) -> None:
    from ecociv.exchange.models import MoneyRow

    assert "snapshot after entry" in run("journal", "snapshot").stdout
    whole = json.loads(run("verify", "--format", "json").stdout)
    assert whole["ok"] and whole["snapshots"] == 1
    MoneyRow.objects.update(free=5)
    broken = run("verify", "--language", "en")
    assert broken.exit_code == 1 and "projection at MoneyRow" in broken.stdout


def test_orders_and_sessions_by_command(sample: None) -> None:
    from django.utils import timezone

    body = operator("jingdezhen", timezone.localdate())
    users = get_user_model().objects
    users.create_user("operator", password="x" * 12, role="department_officer", zone="jingdezhen", organisation=body)
    users.create_user("kiln", password="x" * 12, role="enterprise", zone="jingdezhen", organisation="91360222MA0000001W")
    order = ["order", "--account", "91360222MA0000001W", "--market", "so2-today", "--side", "buy", "--quantity", "100"]
    placed = run(*order, "--price", "38000", "--as", "kiln", "--key", "k1", "--format", "json")
    assert placed.exit_code == 0, placed.output
    number = json.loads(placed.stdout)["outcome"]["order"]
    assert json.loads(run(*order, "--price", "38000", "--as", "kiln", "--key", "k1", "--format", "json").stdout)["repeated"]
    assert run(*order, "--price", "38050", "--as", "kiln", "--language", "en").stderr.startswith("The price of 380.50")
    assert run("cancel", str(number), "--account", "91360222MA0000001W", "--as", "kiln").exit_code == 0
    assert run("halt", "so2-today", "order 7", "--as", "kiln").exit_code == 3
    assert run("halt", "so2-today", "order 7", "--as", "operator").exit_code == 0
    assert run("halt", "so2-today", "order 8", "--resume", "--as", "operator").exit_code == 0
    assert run("session", "close", "so2-today", "--as", "operator").exit_code == 0
    today = timezone.localdate().isoformat()
    assert run("end-of-day", today, "--as", "operator").exit_code == 0
    assert run("session", "open", "so2", "--day", "2017-06-24", "--as", "operator").exit_code == 3  # a Saturday
    assert run("session", "clear", "so2-today", "--as", "operator").exit_code == 3
    assert run("settlement", "2017-06-20").stdout.rstrip().endswith(",0,0")
    assert [row["market"] for row in json.loads(run("markets", "--format", "json").stdout)] == ["cea", "cea-today", "cod", "cod-today", "nox", "nox-today", "so2", "so2-today"]
    assert "样例" in run("markets").stdout
    assert json.loads(run("verify", "--format", "json").stdout)["ok"]
