"""What an imported file may measure before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

_MEBI, _GIBI = 2**20, 2**30


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes beyond which a file is no map layer of a city but a mistake or an attack.

    Attributes
    ----------
    file_bytes, unpacked_bytes : int
        Of the file as sent; of all that its archive unpacks to.
    text_bytes : int
        Of a GeoJSON, KML or DXF file, whose readers hold more in memory than the file has bytes.
    ratio : int
        Unpacked size over packed size of one member, for members above one mebibyte.
    members : int
        Entries of an archive or of a folder.
    features, vertices, feature_vertices : int
        Rows; vertices of all rows; vertices of one row.
    fields, value_bytes : int
        Columns; bytes of one attribute value.
    memory_bytes, seconds : int
        Address space and processor time of the process that reads.

    Examples
    --------
    >>> Limits().features, Limits(features=10).features
    (2000000, 10)
    """

    file_bytes: int = 2 * _GIBI
    unpacked_bytes: int = 4 * _GIBI
    text_bytes: int = _GIBI
    ratio: int = 200
    members: int = 2_000
    features: int = 2_000_000
    vertices: int = 200_000_000
    feature_vertices: int = 5_000_000
    fields: int = 300
    value_bytes: int = 64 * 1024
    memory_bytes: int = 8 * _GIBI
    seconds: int = 900


SMALL_MEMBER = _MEBI
"""Members of an archive up to this size may be compressed by any ratio: they cannot hurt."""
