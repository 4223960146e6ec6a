"""Files that were sent and wait for the answers of their sender, outside the library until they are a layer."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from ecociv.core.text import Text
from ecociv.territory.importing import ImportRefused, Limits

KEPT_SECONDS = 24 * 3600
MOST_BYTES = 512 * 2**20
"""Largest upload; larger layers come by the command line."""
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{20,40}$")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits, or the parts of a shapefile in one folder."""

    token: str
    path: Path
    name: str


def receive(files: Iterable[Any], user: Any, zone: str) -> Upload:
    """Keep uploaded files for their sender.

    Raises
    ------
    ImportRefused
        Nothing was sent, a name is no name, the files are too large.
    """
    _forget_old()
    given = list(files)
    if not given:
        raise ImportRefused("no-file", Text(zh="请选择文件。", en="Choose a file."))
    size = sum(each.size for each in given)
    if size > MOST_BYTES or len(given) > Limits().members:
        raise ImportRefused(
            "too-large",
            Text(
                zh=f"上传了{size // 2**20} MB，上限{MOST_BYTES // 2**20} MB。更大的图层请用命令 ecociv layer add。",
                en=f"{size // 2**20} MB were sent; the limit is {MOST_BYTES // 2**20} MB. Add larger layers with `ecociv layer add`.",
            ),
        )
    token = secrets.token_urlsafe(18)
    folder = _root() / token
    inside = folder / "files"
    inside.mkdir(parents=True)
    for each in given:
        name = Path(str(each.name).replace("\\", "/")).name
        if not name or name.startswith(".") or any(ord(letter) < 32 for letter in name):
            shutil.rmtree(folder)
            raise ImportRefused("bad-name", Text(zh="文件名无效。", en="The name of a file is not valid."))
        with (inside / name).open("wb") as target:
            for block in each.chunks():
                target.write(block)
    (folder / "about.json").write_text(json.dumps({"user": user.pk, "zone": zone}), encoding="utf-8")
    return _upload(token, inside)


def waiting(token: str, user: Any, zone: str) -> Upload | None:
    """The upload of a user, or none: another's is as if it were not there."""
    if not _TOKEN.match(token):
        return None
    folder = _root() / token
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if (about["user"], about["zone"]) != (user.pk, zone):
        return None
    return _upload(token, folder / "files")


def forget(upload: Upload) -> None:
    """Remove an upload that has become a layer or is not wanted."""
    shutil.rmtree(_root() / upload.token, ignore_errors=True)


def _upload(token: str, inside: Path) -> Upload:
    parts = sorted(inside.iterdir())
    if len(parts) == 1:
        return Upload(token, parts[0], parts[0].name)
    return Upload(token, inside, ", ".join(part.name for part in parts)[:200])


def _root() -> Path:
    return Path(settings.ECOCIV_VAR) / "layer-uploads"


def _forget_old() -> None:
    root = _root()
    if not root.is_dir():
        return
    for folder in root.iterdir():
        if time.time() - folder.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
