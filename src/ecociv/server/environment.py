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


def email(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Settings of outgoing e-mail: ``ECOCIV_EMAIL_URL``, or its parts one by one; without either, letters are printed.

    ``smtp://`` speaks in the clear, ``smtp+tls://`` begins in the clear and turns to TLS (STARTTLS), ``smtps://`` is
    TLS from the beginning.

    >>> found = email({"ECOCIV_EMAIL_URL": "smtp+tls://eco:p%40ss@mail.example.cn/?from=eco@example.cn"})
    >>> found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]
    ('mail.example.cn', 587, 'eco', 'p@ss')
    >>> found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"], found["DEFAULT_FROM_EMAIL"]
    (True, False, 'eco@example.cn')
    >>> email({})["EMAIL_BACKEND"].split(".")[-2]
    'console'
    >>> email({"ECOCIV_EMAIL_HOST": "mail", "ECOCIV_EMAIL_TLS": "0"})["EMAIL_PORT"]
    25
    >>> email({"ECOCIV_EMAIL_URL": "imap://x"})
    Traceback (most recent call last):
    ...
    ecociv.server.environment.SettingError: ECOCIV_EMAIL_URL begins with 'imap'; write smtp://, smtp+tls:// or smtps://.
    """
    url = environ.get("ECOCIV_EMAIL_URL", "")
    sender = environ.get("ECOCIV_EMAIL_FROM", "")
    if url:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise SettingError(f"ECOCIV_EMAIL_URL cannot be read: {error}.") from error
        if parts.scheme not in {"smtp", "smtp+tls", "smtps"}:
            raise SettingError(
                f"ECOCIV_EMAIL_URL begins with {parts.scheme!r}; write smtp://, smtp+tls:// or smtps://."
            )
        scheme, host = parts.scheme, parts.hostname or ""
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        sender = dict(parse_qsl(parts.query)).get("from", sender)
    elif host := environ.get("ECOCIV_EMAIL_HOST", ""):
        scheme = "smtp+tls" if flag("ECOCIV_EMAIL_TLS", True, environ) else "smtp"
        port = count("ECOCIV_EMAIL_PORT", 0, environ) or None
        user, password = environ.get("ECOCIV_EMAIL_USER", ""), environ.get("ECOCIV_EMAIL_PASSWORD", "")
    else:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
            "DEFAULT_FROM_EMAIL": sender or "ecociv@localhost",
        }
    if not host:
        raise SettingError("ECOCIV_EMAIL_URL names no mail server: write smtp+tls://user:password@host:587/.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[scheme],
        "EMAIL_HOST_USER": user,
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_TLS": scheme == "smtp+tls",
        "EMAIL_USE_SSL": scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": sender or f"ecociv@{host}",
    }


def webhook(environ: Mapping[str, str] = os.environ) -> tuple[str, str]:
    """Address and secret of the webhook of the zone on show; both "" for none.

    >>> webhook({"ECOCIV_WEBHOOK_URL": "https://im.example.cn/hook"})
    Traceback (most recent call last):
    ...
    ecociv.server.environment.SettingError: ECOCIV_WEBHOOK_URL is set, and ECOCIV_WEBHOOK_SECRET has fewer than 16 characters.
    """
    url, secret = environ.get("ECOCIV_WEBHOOK_URL", ""), environ.get("ECOCIV_WEBHOOK_SECRET", "")
    if url and len(secret) < 16:
        raise SettingError("ECOCIV_WEBHOOK_URL is set, and ECOCIV_WEBHOOK_SECRET has fewer than 16 characters.")
    return url, secret
