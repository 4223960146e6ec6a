"""Setting up and starting: what is wrong is said in one sentence, with what to do."""

from __future__ import annotations

import errno
import re
import socket
import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import setup as setup_script  # noqa: E402
import web_assets  # noqa: E402

from ecociv.server import environment, start  # noqa: E402


def one_sentence(text: str) -> bool:
    """A line that ends as a sentence or with the command to type."""
    return "\n" not in text.strip() and len(text) < 400


def test_a_taken_port_is_named_with_a_free_one(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert start.main(["--port", str(port), "--prepare-only"]) == 1
    said = capsys.readouterr().err
    assert f"Port {port} is in use" in said and f"make run PORT={port + 1}" in said and one_sentence(said)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(start.CannotStart, match="is not a port"):
        start.check_port("127.0.0.1", port)


def test_a_port_that_needs_more_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(start.CannotStart, match="needs more rights"):
        start.check_port("127.0.0.1", 80)


def test_a_full_disk_is_said_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(start.shutil, "disk_usage", lambda _path: usage(10**9, 10**9, 299 * 1024**2))
    monkeypatch.setenv("ECOCIV_VAR", str(tmp_path))
    with pytest.raises(start.CannotStart, match="less than 300 MB free"):
        start.prepare("jingdezhen", sample=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ECOCIV_VAR", str(tmp_path / "file" / "var"))
    with pytest.raises(start.CannotStart, match="cannot be made"):
        start.prepare("jingdezhen", sample=False)


def test_several_workers_need_postgresql() -> None:
    from django.conf import settings

    if not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        pytest.skip("this run uses PostgreSQL")
    with pytest.raises(start.CannotStart, match="needs PostgreSQL"):
        start.serve("127.0.0.1", 8000, 2)


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = environment.secret_key(tmp_path, {})
    assert environment.secret_key(tmp_path, {}) == first and len(first) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert environment.secret_key(tmp_path, {"ECOCIV_SECRET_KEY": "x" * 32}) == "x" * 32
    with pytest.raises(environment.SettingError, match="fewer than 32"):
        environment.secret_key(tmp_path, {"ECOCIV_SECRET_KEY": "x" * 31})


def test_sqlite_is_set_for_many_readers_and_one_writer(tmp_path: Path) -> None:
    options = environment.database(tmp_path, {})["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE" and "journal_mode=WAL" in options["init_command"]
    assert options["timeout"] >= 5


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code ENOSPC", "disk is full"),
        (
            "WARNING: Retrying ... Failed to establish a new connection: [Errno 111] Connection refused",
            "cannot be reached",
        ),
        ("npm error code ENOTFOUND", "cannot be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "locked digest"),
        ("ERROR: No matching distribution found for duckdb==2.0.0", "no version for this Python"),
        ("PermissionError: [Errno 13] Permission denied: '/x'", "may not be written"),
        ("first\n\nlast line of all", "last line of all"),
        ("", "no message"),
    ],
)
def test_what_a_tool_printed_becomes_one_sentence(output: str, words: str) -> None:
    said = setup_script.sentence_for(output, "the log")
    assert words in said and one_sentence(said)


def test_an_old_python_is_replaced_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    version = namedtuple("version", "major minor micro")
    monkeypatch.setattr(setup_script.sys, "version_info", version(3, 10, 4))
    monkeypatch.setattr(
        setup_script.shutil, "which", lambda name: "/opt/python3.12" if name == "python3.12" else None
    )
    assert setup_script.check_python() == "/opt/python3.12"
    monkeypatch.setattr(setup_script.shutil, "which", lambda _name: None)
    with pytest.raises(setup_script.SetupFailed, match=r"Python 3\.10 was found.*3\.11 or newer"):
        setup_script.check_python()


def test_a_python_that_will_do_is_kept() -> None:
    assert setup_script.check_python() is None


def test_a_stamp_holds_for_the_same_content_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(setup_script, "VENV", tmp_path)
    setup_script.Stamp("x", b"one").set()
    assert setup_script.Stamp("x", b"one").holds() and not setup_script.Stamp("x", b"two").holds()


def test_without_node_the_environment_supplies_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_assets.shutil, "which", lambda _name: None)
    command, path = web_assets.find_npm()
    assert (
        Path(command[0]).name.startswith("node") and Path(command[1]).is_file() and Path(command[0]).is_file()
    )
    assert path.startswith(str(Path(command[0]).parent))


def test_the_lock_of_the_web_packages_names_no_registry() -> None:
    lock = (ROOT / "web/package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock and lock.count('"integrity"') >= 6
    assert "omit-lockfile-registry-resolved=true" in (ROOT / "web/.npmrc").read_text()


def test_every_icon_in_use_is_in_the_sprite() -> None:
    from ecociv.portal.context import EVIDENCE, NAVIGATION, PLAN, SUPERVISION
    from ecociv.portal.lights import LIGHTS
    from ecociv.portal.territory_menu import TERRITORY
    from ecociv.portal.views.findings import SEVERITY_ICONS
    from ecociv.supervision.templatetags.supervision import _ICONS

    used = {entry.icon for entry in NAVIGATION} | {light.icon for light in LIGHTS.values()}
    used |= {entry[2] for menu in (PLAN, EVIDENCE, SUPERVISION, TERRITORY) for entry in menu}
    used |= set(SEVERITY_ICONS.values()) | set(_ICONS.values())
    for page in (ROOT / "src/ecociv").rglob("templates/**/*.html"):
        text = page.read_text(encoding="utf-8")
        used |= set(re.findall(r"""\{% icon ["']([a-z-]+)["']""", text))
        used |= set(re.findall(r"""symbol=["']([a-z-]+)["']""", text))
    assert used - set(web_assets.ICONS) == set()
