"""Commands given what nobody would give them: one sentence, the right exit code, never a traceback, nothing written."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecociv.cli.main import main
from ecociv.exchange.journal.lines import JournalBroken, digest, header_line
from ecociv.exchange.models import JournalEntry, VerifiedEmission
from ecociv.exchange.replay import replay_lines
from ecociv.exchange.venue import journal_of
from exchange.engine_situations import issue_to
from exchange.rights_situations import CEA, KILN, POWER, SO2, give, officer, open_accounts
from exchange.test_exchange_commands import lines_of, short_day

pytestmark = pytest.mark.django_db
HUGE = "9" * 40
BY = ("--as", "officer")


def run(*arguments: Any, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["exchange", *map(str, arguments)], input=given)


def plain(result: Result, *codes: int) -> str:
    """What was said, when the command ended as a command does."""
    assert result.exit_code in codes, (result.exit_code, result.output, result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    if result.exit_code in (2, 3, 4):
        assert result.stderr.strip(), result.output
    return result.output


# -------------------------------------------------------------------------------------------------------- journals


def chained(commands: list[Any], **first: Any) -> list[str]:
    """A journal whose chain is right, whatever its commands are."""
    lines = [header_line("elsewhere")]
    for number, command in enumerate(commands, start=1):
        entry = {"sequence": number, "at": number, "command": command, "previous": digest(lines[-1])}
        lines.append(json.dumps(entry | (first if number == 1 else {}), ensure_ascii=True))
    return lines


DEEP = '{"kind":"x","x":' * 980 + "1" + "}" * 980

JOURNALS: dict[str, bytes] = {
    "empty": b"",
    "a blank line": b"\n",
    "only the header cut": header_line("x").encode()[:20],
    "half a line": "\n".join(lines_of(short_day())).encode()[:-20],
    "another kind of file": b"PK\x03\x04" + bytes(range(256)),
    "a table": b"account,amount\nkiln,5\n",
    "zeros": bytes(5000),
    "half a character": b"\xe6\x99",
    "a name no terminal prints": header_line("x").replace('"x"', '"\\ud800"').encode(),
    "a key no terminal prints": b'{"format":"ecociv-exchange-journal","venue":"x","version":1,"\\ud800":1}',
    "two headers": f"{header_line('x')}\n{header_line('x')}".encode(),
    "the header last": "\n".join(lines_of(short_day())[::-1]).encode(),
    "an actor of half a character": "\n".join(chained([{"kind": "halt"}], actor="\ud800")).encode(),
    "a time beyond all days": "\n".join(chained([{"kind": "halt"}], at=10**18)).encode(),
    "a time before all days": "\n".join(chained([{"kind": "halt"}], at=-1)).encode(),
    "a number of five thousand digits": (header_line("x") + '\n{"sequence":' + "9" * 5000 + "}").encode(),
    "a command nested too deeply": "\n".join(chained([{"kind": "DEEP"}]))
    .replace('{"kind": "DEEP"}', DEEP)
    .encode(),
}


@pytest.mark.parametrize("name", list(JOURNALS))
def test_what_is_no_journal_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_bytes(JOURNALS[name])
    for form in ("text", "json"):
        said = plain(run("replay", file, "--format", form, "--language", "en"), 3)
        assert said.startswith("line ")
    assert plain(run("replay", "-", given=JOURNALS[name]), 3).startswith("第")


def test_a_journal_that_is_no_file_is_said(tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "none"):
        assert "There is no file" in plain(run("replay", source), 3)
    plain(run("replay", tmp_path / ("x" * 300)), 4)  # the name alone is too long for the system
    assert "atlantis: 0 commands" in plain(run("replay", "--zone", "atlantis"), 0)
    # nothing is there, and nothing is wrong with it
    assert "all holds" in plain(run("verify", "--zone", "atlantis"), 0)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_a_permuted_or_cut_journal_never_fails_otherwise_than_at_a_line(chance: random.Random) -> None:
    lines = lines_of(short_day())
    what = chance.randrange(4)
    if what == 0:
        chance.shuffle(lines)
    elif what == 1:
        del lines[chance.randrange(len(lines))]
    elif what == 2:
        place = chance.randrange(len(lines))
        lines[place] = lines[place][: chance.randrange(len(lines[place]))]
    else:
        place = chance.randrange(len(lines))
        at = chance.randrange(len(lines[place]))
        lines[place] = lines[place][:at] + chr(chance.randrange(32, 0x2FFF)) + lines[place][at + 1 :]
    try:
        made = replay_lines(lines)
    except JournalBroken as broken:
        assert 1 <= broken.line <= len(lines) + 1 and broken.text.zh
    else:
        assert made.to_json()["sequence"] <= len(lines) - 1


plain_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.sampled_from(
        ["", "kiln", "so2", "buy", "order 1", "2017-06-21", "reserved", "free", "\x00x", "样" * 200]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "lines", "line", "document", "rules", "market", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
KINDS = [
    "open-account",
    "close-account",
    "freeze-account",
    "unfreeze-account",
    "change-owner",
    "deposit",
    "withdraw",
    "movement",
    "open-market",
    "change-rules",
    "open-session",
    "clear-auction",
    "close-session",
    "halt",
    "resume",
    "end-of-day",
    "order",
    "cancel",
    "block-propose",
    "block-confirm",
    "block-withdraw",
    "block-decline",
    "block-lapse",
    "offer",
    "bid",
    "close-offer",
    "withdraw-offer",
    "nothing-like-that",
]
FIELDS = [
    "account",
    "name",
    "document",
    "owner",
    "sort",
    "amount",
    "movement",
    "rules",
    "market",
    "day",
    "auction",
    "side",
    "quantity",
    "price",
    "life",
    "order",
    "counterparty",
    "proposal",
    "mode",
    "ends",
    "pricing",
    "extension",
    "latest",
    "limit",
    "offer",
]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda kind, said: {**said, "kind": kind},
            st.sampled_from(KINDS),
            st.dictionaries(st.sampled_from(FIELDS), plain_values, max_size=7),
        ),
        max_size=6,
    )
)
def test_any_commands_in_a_sound_chain_are_played_or_refused_at_a_line(
    commands: list[dict[str, Any]],
) -> None:
    lines = chained([*short_day(), *commands])
    try:
        made = replay_lines(lines)
    except JournalBroken as broken:
        assert "The engine cannot carry out" not in broken.text.en, broken.text.en
        return
    assert made.engine.verify() == []
    assert json.loads(json.dumps(made.to_json()))["sequence"] == len(lines) - 1


def test_a_long_journal_is_played(tmp_path: Path) -> None:
    """Five thousand deposits in one file, spaced as somebody else likes."""
    file = tmp_path / "journal.jsonl"
    deposit = {"kind": "deposit", "account": "kiln", "amount": 10**12, "document": "slip"}
    file.write_text("\r\n".join(chained([*short_day(), *[deposit] * 5_000])), encoding="utf-8")
    told = json.loads(plain(run("replay", file, "--format", "json"), 0))
    assert told["sequence"] == 5_011
    free = {each["account"]: each["free"] for each in told["balances"]["cash"]}
    assert free["kiln"] > 5_000 * 10**12 - 10**9


def test_figures_beyond_all_bounds_are_refused_and_the_rest_is_played() -> None:
    many = [issue_to("kiln", 10**15)] * 1_001
    made = replay_lines(chained([*short_day(), *many]))
    # 1,001 x 10^15 are beyond 10^18: the last two issues are refused, and one order of the short day
    assert made.refused == 3
    assert len(made.to_json()["digest"]) == 64


# -------------------------------------------------------------------------------------------------------- commands


@pytest.fixture
def registry(plan_in_database: None, db: None) -> None:
    """Accounts with some units, and somebody who may act."""
    open_accounts()
    officer()
    give(SO2, KILN, 1000)
    give(CEA, POWER, 500)


PARTS = (
    "allocate",
    "--instrument",
    "nox",
    "--vintage",
    "2018",
    "--region",
    "jingdezhen",
    "--cap",
    "500",
    "--document",
    "文",
)

COMMANDS: list[tuple[tuple[Any, ...], tuple[int, ...]]] = [
    (("verify", "--zone", "atlantis"), (0, 3)),
    (("verify", "--zone", "../x"), (0, 3)),
    (("journal", "export", "/nowhere/at/all"), (3,)),
    (("journal", "export", "."), (3,)),
    (("journal", "export", ""), (2, 3)),
    (("journal", "explode"), (2,)),
    (("journal", "snapshot", "--zone", "atlantis"), (0, 3)),
    (("session", "open", "no-market", *BY), (3,)),
    (("session", "open", "", *BY), (3,)),
    (("session", "open", "so2", "--day", "2017-02-30", *BY), (2,)),
    (("session", "open", "so2", "--day", "9999-12-31", *BY), (3,)),
    (("session", "open", "so2", "--day", "0001-01-01", *BY), (3,)),
    (("session", "open", "x" * 5000, *BY), (3,)),
    (("session", "open", "so2", *BY, "--key", "x" * 500), (3,)),
    (("session", "open", "so2", "--as", "nobody"), (3,)),
    (("session", "open", "so2"), (2,)),
    (("session", "close", "so2", *BY, "--zone", "atlantis"), (3,)),
    (("end-of-day", "9999-12-31", *BY), (3,)),
    (("order", "--account", KILN, "--market", "so2", "--side", "buy", "--quantity", HUGE, *BY), (3,)),
    (("order", "--account", KILN, "--market", "so2", "--side", "buy", "--quantity", "-5", *BY), (3,)),
    (("order", "--account", KILN, "--market", "so2", "--side", "buy", "--quantity", "1.5", *BY), (2,)),
    (("order", "--account", KILN, "--market", "so2", "--side", "hold", "--quantity", "1", *BY), (2,)),
    (("order", "--account", "\x00", "--market", "so2", "--side", "buy", "--quantity", "1", *BY), (3,)),
    (("cancel", HUGE, "--account", KILN, *BY), (3,)),
    (("cancel", "-1", "--account", KILN, *BY), (2, 3)),
    (("halt", "so2", "x" * 5000, *BY), (3,)),
    (("halt", "so2", "", *BY), (3,)),
    (("holdings", "--zone", "atlantis"), (0, 3)),
    (("holdings", "--account", "x" * 5000), (0,)),
    (("holdings", "--as-of", "yesterday"), (2,)),
    (("holdings", "--as-of", "0001-01-01"), (2,)),
    (("holdings", "--as-of", "9999-12-31"), (2,)),
    ((*PARTS[:2], "gold", *PARTS[3:], *BY), (3,)),
    ((*PARTS, "--paid", "nan", *BY), (2,)),
    ((*PARTS, "--paid", "1e999999", *BY), (2,)),
    ((*PARTS, "--paid", "101", *BY), (2,)),
    ((*PARTS, "--paid", "-1", *BY), (2,)),
    ((*PARTS, "--on", "1900-01-01", *BY), (3,)),
    ((*PARTS, "--from", ".", *BY), (3,)),
    (("allocate", "--instrument", "nox", "--vintage", HUGE, "--cap", "5", "--document", "文", *BY), (2,)),
    (("allocate", "--instrument", "nox", "--cap", HUGE, "--document", "文", *BY), (3,)),
    (("allocate", "--instrument", "nox", "--cap", "-1", "--document", "文", *BY), (3,)),
    (("surrender", POWER, "cea", HUGE), (2,)),
    (("surrender", POWER, "cea", "2022"), (3,)),
    (("surrender", "nobody", "gold", "2022"), (3,)),
    (("surrender", POWER, "cea", "2022", "--credits", "-1"), (2,)),
    (("emissions", POWER, "cea", "2022", HUGE, "--document", "文", *BY), (3,)),
    (("emissions", POWER, "cea", "2022", "-1", "--document", "文", *BY), (2, 3)),
    (("emissions", POWER, "cea", "2999", "1", "--document", "文", *BY), (3,)),
    (("emissions", POWER, "gold", "2022", "1", "--document", "文", *BY), (3,)),
    (("emissions", POWER, "cea", "2022", "1", "--document", " ", *BY), (3,)),
    (("freeze", "nobody", "令", *BY), (3,)),
    (("freeze", KILN, "", *BY), (3,)),
    (("freeze", KILN, "令", "--release", *BY), (3,)),
    (("surveillance", "9999-12-31"), (2,)),
    (("surveillance", "0001-01-01"), (2,)),
    (("surveillance", "2010-01-04"), (3,)),
    (("surveillance", "monday"), (2,)),
    (("surveillance", "2018-06-04", "--zone", "atlantis"), (0, 3)),
    (("extract", "-", "--since", "0001-01-01", "--until", "9999-12-31"), (2,)),
    (("extract", "/nowhere/at/all", "--since", "2018-01-01", "--until", "2018-01-01"), (3,)),
    (("extract", "-", "--since", "2018-01-02", "--until", "2018-01-01"), (2,)),
    (("extract", "-", "--since", "2018-01-01", "--until", "2018-01-02", "--account", "x" * 5000), (0,)),
    (("settlement", "0001-01-01"), (0,)),
    (("markets", "--zone", "atlantis"), (0, 3)),
    (("rules", "--zone", "atlantis"), (3,)),
    (("series", "list", "--on", "9999-12-31"), (0,)),
    (("series", "expire", "so2", HUGE), (2,)),
    (("account", "open", "", "x", "--document", "文", *BY), (3,)),
    (("account", "close", "nobody", "--document", "文", *BY), (3,)),
    (("blocks", "lapse", "--as", "nobody"), (3,)),
]


def test_each_command_ends_in_a_sentence_and_writes_nothing(registry: None) -> None:
    before = JournalEntry.objects.filter(outcome__contains='"ok":true').count()
    for arguments, codes in COMMANDS:
        plain(run(*arguments), *codes)
        if "--language" not in arguments and arguments[0] not in ("journal", "extract"):
            plain(
                run(*arguments, "--language", "en") if arguments[0] != "settlement" else run(*arguments),
                *codes,
            )
    assert JournalEntry.objects.filter(outcome__contains='"ok":true').count() == before
    assert not VerifiedEmission.objects.exists()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "account"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"PK\x03\x04\x00\x00", ""),
        (b"account,permitted\n", "no rows"),
        (b"account,account\na,b\n", "account"),
        (b"account,permitted\nx,1,2,3\n", "columns"),
        (b"account,permitted\nx,1e999999999\n", "number"),
        (b"account,permitted\nx,-5\n", "number"),
        (b"account,permitted\nx,nan\n", "number"),
        (b'account,permitted\n"x,5\n', ""),
        (b"account,output,benchmark\nx,1,\n", "number"),
        (b"account,permitted\n" + b"x" * 100_000 + b",5\n", "longer"),
        (b"account,permitted\n" + b"x" * 200_000 + b",5\n", ""),  # more than a cell of CSV may hold in some processes
        (b"account,permitted\nnobody,5\n", "nobody"),
    ],
)
def test_a_file_of_applicants_that_cannot_be_used_is_said(
    registry: None, tmp_path: Path, content: bytes, word: str
) -> None:
    file = tmp_path / "parts.csv"
    file.write_bytes(content)
    said = plain(run(*PARTS, "--from", file, *BY, "--language", "en"), 3)
    assert word in said, said


def test_a_journal_that_was_altered_in_the_database_is_said_by_every_command(registry: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER IF EXISTS exchange_journalentry_no_change ON exchange_journalentry")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS exchange_journalentry_no_update")
        cursor.execute(
            "UPDATE exchange_journalentry SET command = replace(command, '1000', '9000') WHERE kind = 'movement'"
        )
    journal_of.cache_clear()
    try:
        for arguments in (
            ("holdings",),
            ("series", "list"),
            ("surrender", POWER, "cea", "2022"),
            (*PARTS, *BY),
            ("freeze", KILN, "令", *BY),
            ("account", "close", KILN, "--document", "文", *BY),
        ):
            said = plain(run(*arguments, "--language", "en"), 3)
            assert "was altered" in said or "not verified" in said, (arguments, said)
        assert "journal at line" in plain(run("verify", "--language", "en"), 1)
        plain(run("replay", "--language", "en"), 3)
    finally:
        journal_of.cache_clear()
