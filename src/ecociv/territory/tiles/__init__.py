"""Vector tiles of layer versions, made on the fly and kept: no other server is asked for a map."""

from ecociv.territory.tiles.grid import TILE_ZOOMS, NoSuchTile, Tile
from ecociv.territory.tiles.making import ENCODER, tile_of

__all__ = ["ENCODER", "TILE_ZOOMS", "NoSuchTile", "Tile", "tile_of"]
