"""Kept tiles: by the digest of the layer file, the encoder and the place, compressed, bounded on disk."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file
from ecociv.territory.tiles.grid import Tile
from ecociv.territory.tiles.index import build_overview, is_built
from ecociv.territory.tiles.making import ENCODER, tile_of

LARGE = 20_000
"""Features from which an overview is built ahead; a smaller one takes no time that a reader would see."""

_COMPRESSION = 4
_WRITES_BETWEEN_LOOKS = 500
_writes = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A tile as it is sent: compressed bytes, its tag, and whether it was there already."""

    compressed: bytes
    tag: str
    known: bool


def tag_of(version: LayerVersion, tile: Tile) -> str:
    """What names a tile's content: file, encoder and place."""
    return f"{version.sha256[:20]}-{ENCODER}-{tile.zoom}-{tile.column}-{tile.row}"


def kept_tile(version: LayerVersion, tile: Tile) -> Kept:
    """A tile of a version, from the disk where it was made before.

    Raises
    ------
    ecociv.territory.layers.geopackage.LayerFileUnreadable
        When the layer file is missing or damaged.
    """
    folder = folder_of(version)
    path = folder / str(ENCODER) / str(tile.zoom) / str(tile.column) / f"{tile.row}.mvt.gz"
    try:
        return Kept(path.read_bytes(), tag_of(version, tile), True)
    except FileNotFoundError:
        made = tile_of(layer_file(version), tile, folder)
    # No time in the header: the same tile is the same bytes.
    compressed = gzip.compress(made, _COMPRESSION, mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(compressed)
    os.replace(part.name, path)
    if next(_writes) % _WRITES_BETWEEN_LOOKS == 0:
        prune()
    return Kept(compressed, tag_of(version, tile), False)


def prepare(version: LayerVersion) -> None:
    """Build the overview of a version ahead of its first reader."""
    build_overview(layer_file(version), folder_of(version))


def prepare_large() -> int:
    """Build the overviews of large versions that have none yet; how many were built. A file that is missing is left out."""
    built = 0
    for version in LayerVersion.objects.filter(count__gte=LARGE).exclude(
        change=LayerVersion.Change.WITHDRAWAL
    ):
        if not is_built(folder_of(version)):
            with contextlib.suppress(LayerFileUnreadable):
                prepare(version)
                built += 1
    return built


def folder_of(version: LayerVersion) -> Path:
    """Where the tiles and the overview of a version's file lie; safe to delete at any time."""
    return _root() / version.sha256[:2] / version.sha256


def prune(limit: int | None = None) -> int:
    """Remove the tiles written longest ago until the rest fit the limit (bytes); how many were removed."""
    bound = settings.ECOCIV_TILE_CACHE_MB * 1024**2 if limit is None else limit
    found = []
    for path in _root().rglob("*.mvt.gz"):
        with contextlib.suppress(FileNotFoundError):
            state = path.stat()
            found.append((state.st_mtime, state.st_size, path))
    total = sum(size for _, size, _ in found)
    removed = 0
    for _, size, path in sorted(found):
        if total <= bound:
            break
        path.unlink(missing_ok=True)
        total -= size
        removed += 1
    return removed


def _root() -> Path:
    return Path(settings.ECOCIV_VAR) / "tiles"
