"""Where layer files lie: by the digest of their bytes, under ``layers/`` of the run-time folder."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from ecociv.core.digests import digest_of_stream
from ecociv.core.text import Text
from ecociv.territory.layers.geopackage import LayerFile, LayerFileUnreadable


def path_of(sha256: str) -> Path:
    """The place of a layer file."""
    return Path(settings.ECOCIV_VAR) / "layers" / sha256[:2] / f"{sha256}.gpkg"


def keep(written: Path) -> tuple[str, int]:
    """Move a written file to its place; its digest and size. The same bytes are kept once."""
    with written.open("rb") as stream:
        sha256 = digest_of_stream(stream)
    size = written.stat().st_size
    place = path_of(sha256)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        written.replace(place)
        place.chmod(0o440)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return sha256, size


@lru_cache(maxsize=256)
def _opened(path: Path) -> LayerFile:
    return LayerFile(path)


def opened(sha256: str) -> LayerFile:
    """The layer file with a digest, opened once per process.

    Raises
    ------
    LayerFileUnreadable
        When it is missing or damaged.
    """
    path = path_of(sha256)
    if not path.exists():
        raise LayerFileUnreadable(
            Text(
                zh=f"图层文件 {sha256[:12]} 不在库中，请从备份恢复 layers 目录。",
                en=f"The layer file {sha256[:12]} is missing; restore the folder `layers` from the backup.",
            )
        )
    return _opened(path)


def intact(sha256: str) -> bool:
    """Whether the file is there and its bytes still have the digest that names it."""
    path = path_of(sha256)
    if not path.exists():
        return False
    with path.open("rb") as stream:
        return digest_of_stream(stream) == sha256
