"""An optional ground map from one PMTiles file on this machine (``ECOCIV_BASEMAP``)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import MagicNumberNotFound, SpecVersionUnsupported, TileType

# The library has no types.
_reader: Any = Reader
_source: Any = MmapSource


class Basemap:
    """Tiles of a PMTiles archive; the archive may have vector tiles or pictures.

    Raises
    ------
    ValueError
        When the file is no PMTiles archive.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._reader = _reader(_source(self._file))
        header = self._reader.header()
        self.vector = header["tile_type"] == TileType.MVT
        self.zooms = (int(header["min_zoom"]), int(header["max_zoom"]))
        self.compressed = int(header["tile_compression"].value) == 2
        self.media_type = {
            TileType.MVT: "application/vnd.mapbox-vector-tile",
            TileType.PNG: "image/png",
            TileType.JPEG: "image/jpeg",
            TileType.WEBP: "image/webp",
        }.get(header["tile_type"], "application/octet-stream")
        said: dict[str, Any] = self._reader.metadata() or {}
        self.layers = tuple(str(one["id"]) for one in said.get("vector_layers", ()))
        self.attribution = str(said.get("attribution", ""))

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """The bytes of a tile as the archive keeps them; none where it has none."""
        found: bytes | None = self._reader.get(zoom, column, row)
        return found


@lru_cache(maxsize=2)
def basemap(path: str) -> Basemap | None:
    """The ground map of a path; none where there is no such file or it is no archive."""
    if not path or not Path(path).is_file():
        return None
    try:
        return Basemap(Path(path))
    except (OSError, ValueError, KeyError, IndexError, MagicNumberNotFound, SpecVersionUnsupported):
        # A file that is no archive: the map then has no ground.
        return None
