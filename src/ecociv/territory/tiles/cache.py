"""Kept tiles: by the digest of the layer file, the encoder and the place, compressed, bounded on disk; some made ahead."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file
from ecociv.territory.tiles.grid import TILE_ZOOMS, Tile, tiles_in
from ecociv.territory.tiles.index import build_overview, is_built
from ecociv.territory.tiles.making import ENCODER, tile_of

LARGE = 20_000
"""Features from which an overview and the lowest zooms are made ahead; a smaller layer takes no time that a reader would see."""

AHEAD = 120
"""Tiles made ahead of one version at most, whole zooms from the lowest on."""

SLOW = 2_000
"""Features of a tile, on average over a zoom, below which nothing is made ahead: such a tile takes no time to speak of."""

TURN = 60.0
"""Seconds after which a turn of making ahead leaves the rest to the next one, so that other jobs are not kept waiting."""

# At level 4 a tile is 3 to 13 % smaller and takes twice as long to pack.
_COMPRESSION = 1
_WRITES_BETWEEN_LOOKS = 500
_writes = itertools.count(1)
_making = tuple(threading.Lock() for _ in range(64))
"""Whoever asks for a tile that is being made waits for it instead of making it too."""

_at_once = threading.BoundedSemaphore(2)
"""Of a window's tiles two are made at a time: the first is there when it is made, not when all are."""


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
    path = _place(folder, tile)
    with contextlib.suppress(FileNotFoundError):
        return Kept(path.read_bytes(), tag_of(version, tile), True)
    with _making[hash((version.sha256, tile)) % len(_making)]:
        # A reader who gave up and asks again, or another one, finds it made.
        with contextlib.suppress(FileNotFoundError):
            return Kept(path.read_bytes(), tag_of(version, tile), True)
        with _at_once:
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


def prepare_large(seconds: float = TURN) -> int:
    """Build what the first reader of a large version would wait for; how many versions got something.

    Every large version gets its overview; the newest of each layer also the tiles of its lowest zooms. What is there is left
    alone, and a version whose file is missing is left out.

    Parameters
    ----------
    seconds
        After so many no further tile is begun; the next call goes on.
    """
    until = time.monotonic() + seconds
    versions = [
        one
        for one in LayerVersion.objects.filter(count__gte=LARGE).order_by("number")
        if one.change != LayerVersion.Change.WITHDRAWAL
    ]
    newest = {one.layer_id: one.pk for one in versions}
    done = 0
    for version in versions:
        with contextlib.suppress(LayerFileUnreadable):
            built = not is_built(folder_of(version))
            if built:
                build_overview(layer_file(version), folder_of(version))
            if newest[version.layer_id] == version.pk:
                built |= _make_ahead(version, until)
            done += built
    return done


def tiles_ahead(version: LayerVersion) -> Iterator[Tile]:
    """The tiles of a version that are made ahead: zoom by zoom, as long as a zoom fits and its tiles hold many features."""
    box, left = version.bounds, AHEAD
    for zoom in range(TILE_ZOOMS[0], TILE_ZOOMS[1] + 1):
        tiles = tiles_in(zoom, *box) if box else []
        if len(tiles) > left or version.count < SLOW * len(tiles):
            return
        left -= len(tiles)
        yield from tiles


def _make_ahead(version: LayerVersion, until: float) -> bool:
    """Make what is missing of the tiles ahead; whether anything was."""
    # Kept tiles that had to make room are not made ahead again and again.
    finished = folder_of(version) / str(ENCODER) / "ahead"
    if finished.exists():
        return False
    made = False
    for tile in tiles_ahead(version):
        if time.monotonic() > until:
            return made
        made |= not kept_tile(version, tile).known
    finished.parent.mkdir(parents=True, exist_ok=True)
    finished.touch()
    return made


def _place(folder: Path, tile: Tile) -> Path:
    return folder / str(ENCODER) / str(tile.zoom) / str(tile.column) / f"{tile.row}.mvt.gz"


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
