"""What the server reads from its environment, in one place.

Nothing here knows Django; settings.py puts the answers together.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SOURCE_ROOT = Path(__file__).resolve().parents[3]


class SettingError(ValueError):
    """A variable of the environment holds something the server cannot use."""


def flag(name: str, default: bool = False, environ: Mapping[str, str] = os.environ) -> bool:
    """Read a yes/no variable.

    >>> flag("ECOCIV_DEBUG", environ={"ECOCIV_DEBUG": "1"})
    True
    >>> flag("ECOCIV_DEBUG", environ={})
    False
    >>> flag("ECOCIV_DEBUG", environ={"ECOCIV_DEBUG": "perhaps"})
    Traceback (most recent call last):
    ...
    ecociv.server.environment.SettingError: ECOCIV_DEBUG is 'perhaps'; write 1 or 0.
    """
    value = environ.get(name, "").strip().lower()
    if value == "":
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise SettingError(f"{name} is {environ[name]!r}; write 1 or 0.")


def names(name: str, default: list[str], environ: Mapping[str, str] = os.environ) -> list[str]:
    """Read a list separated by commas.

    >>> names("ECOCIV_HOSTS", [], {"ECOCIV_HOSTS": "zone.example.cn, 10.1.2.3"})
    ['zone.example.cn', '10.1.2.3']
    """
    value = environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or default


def count(name: str, default: int, environ: Mapping[str, str] = os.environ) -> int:
    """Read a whole number of at least one.

    >>> count("ECOCIV_INBOX_LIMIT", 200_000, {"ECOCIV_INBOX_LIMIT": "50000"})
    50000
    >>> count("ECOCIV_INBOX_LIMIT", 200_000, {})
    200000
    >>> count("ECOCIV_INBOX_LIMIT", 200_000, {"ECOCIV_INBOX_LIMIT": "0"})
    Traceback (most recent call last):
    ...
    ecociv.server.environment.SettingError: ECOCIV_INBOX_LIMIT is '0'; write a whole number of at least 1.
    """
    value = environ.get(name, "").strip()
    if value == "":
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 16 and int(value) > 0):
        raise SettingError(f"{name} is {environ[name]!r}; write a whole number of at least 1.")
    return int(value)


def run_time_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder of everything that the server writes: database, evidence, secret key, static files.

    ``ECOCIV_VAR`` names it; otherwise it is ``var/`` beside the source, or ``ecociv-var/`` in the
    working directory when the package is installed without its source.
    """
    if chosen := environ.get("ECOCIV_VAR"):
        return Path(chosen).expanduser().resolve()
    if (SOURCE_ROOT / "pyproject.toml").exists():
        return SOURCE_ROOT / "var"
    return Path.cwd() / "ecociv-var"


def secret_key(var: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The key that signs sessions: from ``ECOCIV_SECRET_KEY``, else made once and kept in ``secret_key``.

    The file is created with an exclusive open, so two processes that start together agree on one key.
    """
    if key := environ.get("ECOCIV_SECRET_KEY"):
        if len(key) < 32:
            raise SettingError("ECOCIV_SECRET_KEY has fewer than 32 characters; use a longer random text.")
        return key
    path = var / "secret_key"
    var.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_text(encoding="ascii").strip()
        if key:
            return key
        raise SettingError(f"{path} is empty; delete it and start again.") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key


def database(var: Path, environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Database settings: SQLite in the run-time folder, or PostgreSQL by ``ECOCIV_DATABASE_URL``.

    SQLite runs in WAL mode so that readers never wait for a writer, and opens each transaction as
    IMMEDIATE so that two writers queue at the start instead of failing in the middle.

    >>> found = database(Path("v"), {"ECOCIV_DATABASE_URL": "postgresql://eco:p%40ss@db:5433/zone?sslmode=require"})
    >>> found["HOST"], found["PORT"], found["USER"], found["PASSWORD"], found["NAME"], found["OPTIONS"]["sslmode"]
    ('db', 5433, 'eco', 'p@ss', 'zone', 'require')
    >>> database(Path("v"), {"ECOCIV_DATABASE_URL": "mysql://x"})
    Traceback (most recent call last):
    ...
    ecociv.server.environment.SettingError: ECOCIV_DATABASE_URL begins with 'mysql'; only postgresql:// is known...
    """
    url = environ.get("ECOCIV_DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(var / "db.sqlite3"),
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-20000;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise SettingError(
            f"ECOCIV_DATABASE_URL begins with {parts.scheme!r}; only postgresql:// is known. "
            "Leave it unset to use SQLite."
        )
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise SettingError("ECOCIV_DATABASE_URL names no database: write postgresql://user@host/database.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
