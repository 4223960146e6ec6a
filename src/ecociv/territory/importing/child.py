"""The process that opens a stranger's file with GDAL, and nothing else.

Run as a script, isolated from the environment, so that a crash, a loop or a swollen file ends this process and not the
server's. It knows one driver (all others are skipped at registration), has no network, and is held to an amount of
memory and processor time. The request comes as JSON on standard input; rows go to an Arrow file, the answer as JSON to
standard output.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any


class _Refused(Exception):
    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.answer = {"refused": code, **data}


def _hold(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# Pyogrio looks for these when it is imported, and takes longer over them than over a layer; nothing here uses them.
_UNUSED = ("geopandas", "pandas", "shapely", "pyproj")


def _read(request: dict[str, Any]) -> dict[str, Any]:
    if request["driver"] == "GeoParquet":
        return _read_parquet(request)
    sys.modules.update(dict.fromkeys(_UNUSED))  # type: ignore[arg-type]
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    for name in _UNUSED:
        del sys.modules[name]

    others = set(pyogrio.list_drivers(read=True)) - {request["driver"]}
    if others:
        raise _Refused("drivers", found=sorted(others)[:5])
    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(request["path"]) if kind is not None]
        layer = request["layer"]
        if not layers:
            raise _Refused("no-layer")
        if layer is None:
            if len(layers) > 1:
                raise _Refused("several-layers", layers=layers)
            layer = layers[0]
        elif layer not in layers:
            raise _Refused("several-layers", layers=layers)
        return _read_layer(request, layer)
    except (DataSourceError, DataLayerError) as error:
        raise _Refused("damaged-file", detail=str(error)[:300]) from error


def _read_layer(request: dict[str, Any], layer: str) -> dict[str, Any]:
    import pyogrio
    from pyogrio.raw import open_arrow

    options = {"encoding": request["encoding"]} if request["encoding"] else {}
    kind = str(pyogrio.read_info(request["path"], layer=layer, **options)["geometry_type"])
    if "Curve" in kind or "Surface" in kind or "Circular" in kind:
        return _read_curves(request, layer, options)
    with open_arrow(request["path"], layer=layer, use_pyarrow=True, batch_size=8192, **options) as (
        meta,
        reader,
    ):
        geometry = meta["geometry_name"] or "wkb_geometry"
        try:
            rows = _copy(request, reader.schema, _straight(reader, geometry), geometry)
        except _CurvesMet:
            return _read_curves(request, layer, options)
    return {"crs": meta["crs"], "layer": layer, "geometry": geometry, "rows": rows}


class _CurvesMet(Exception):
    """A layer that allows any geometry holds arcs."""


def _straight(batches: Any, geometry: str) -> Any:
    """Batches as they come; stops at the first arc, which Arrow passes on and GEOS does not know."""
    import pyarrow.compute as pc

    for batch in batches:
        for head in pc.unique(pc.binary_slice(batch.column(geometry), 0, 5)).to_pylist():
            code = int.from_bytes(head[1:], "little" if head[0] else "big") if head and len(head) == 5 else 0
            # Circular string, compound curve, curve polygon, multicurve, multisurface; +1000 for each of Z, M, ZM.
            if 8 <= (code & 0x0FFFFFFF) % 1000 <= 12:
                raise _CurvesMet
        yield batch


def _read_curves(request: dict[str, Any], layer: str, options: dict[str, Any]) -> dict[str, Any]:
    """By the slower way, which turns arcs into straight lines of four degrees each."""
    import pyarrow as pa
    from pyogrio.raw import read

    meta, _, geometry, columns = read(request["path"], layer=layer, **options)
    table = pa.table(
        [*(pa.array(column, from_pandas=True) for column in columns), pa.array(geometry, pa.binary())],
        names=[*(str(name) for name in meta["fields"]), "wkb_geometry"],
    )
    rows = _copy(request, table.schema, table.to_batches(8192), "wkb_geometry")
    return {"crs": meta["crs"], "layer": layer, "geometry": "wkb_geometry", "rows": rows, "curves": True}


def _read_parquet(request: dict[str, Any]) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    file = pq.ParquetFile(request["path"])
    groups = (file.metadata.row_group(place).total_byte_size for place in range(file.metadata.num_row_groups))
    if sum(groups) > request["limits"]["unpacked_bytes"]:
        raise _Refused("too-much-memory")
    described = (file.schema_arrow.metadata or {}).get(b"geo")
    if described is None:
        raise _Refused(
            "damaged-file", detail="the Parquet file has no 'geo' metadata, so it is no GeoParquet"
        )
    geo = json.loads(described)
    geometry = geo["primary_column"]
    column = geo["columns"][geometry]
    if column["encoding"] != "WKB":
        raise _Refused("damaged-file", detail=f"geometries are encoded as {column['encoding']}; WKB is read")
    if column.get("edges", "planar") != "planar":
        raise _Refused("damaged-file", detail="edges are spherical; planar edges are read")
    schema = pa.schema([field for field in file.schema_arrow if not pa.types.is_nested(field.type)])
    place = schema.get_field_index(geometry)
    schema = schema.set(place, pa.field(geometry, pa.binary())).remove_metadata()

    def batches() -> Any:
        for batch in file.iter_batches(batch_size=8192, columns=schema.names):
            # Read and written again: what comes out is well-formed, whatever came in.
            raw = batch.column(geometry).to_numpy(zero_copy_only=False)
            read = shapely.to_wkb(shapely.from_wkb(raw, on_invalid="fix"))
            arrays = [pa.array(read, pa.binary()) if n == geometry else batch.column(n) for n in schema.names]
            yield pa.record_batch(arrays, schema=schema)

    rows = _copy(request, schema, batches(), geometry)
    crs = column.get("crs", "OGC:CRS84")
    if isinstance(crs, dict):
        import pyproj

        crs = pyproj.CRS.from_json_dict(crs).to_wkt()
    return {
        "crs": "EPSG:4326" if crs == "OGC:CRS84" else crs,
        "layer": geometry,
        "geometry": geometry,
        "rows": rows,
    }


def _copy(request: dict[str, Any], schema: Any, batches: Any, geometry: str) -> int:
    """Write the rows to the Arrow file, batch by batch, and stop at the first that is beyond the limits."""
    import pyarrow as pa

    limits = request["limits"]
    if len(schema) > limits["fields"]:
        raise _Refused("too-many-fields", found=len(schema))
    rows = size = 0
    with pa.OSFile(request["out"], "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for batch in batches:
            size += _measure(batch, rows, geometry, limits)
            rows += batch.num_rows
            if rows > limits["features"]:
                raise _Refused("too-many-features", found=rows)
            # A vertex has 16 bytes, 24 with its height.
            if size > limits["vertices"] * 24:
                raise _Refused("too-many-vertices", row=rows, field=geometry, found=size // 16)
            writer.write_batch(batch)
    return rows


def _measure(batch: Any, before: int, geometry: str, limits: dict[str, int]) -> int:
    """Bytes of the geometries of a batch."""
    import pyarrow as pa
    import pyarrow.compute as pc

    total = 0
    for field in batch.schema:
        kind = field.type
        if not (pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind)):
            continue
        lengths = pc.binary_length(batch.column(field.name))
        longest = pc.max(lengths).as_py() or 0
        is_shape = field.name == geometry
        if longest > (limits["feature_vertices"] * 24 if is_shape else limits["value_bytes"]):
            row = before + int(pc.index(lengths, longest).as_py()) + 1
            code = "too-many-vertices" if is_shape else "too-long-value"
            raise _Refused(code, row=row, field=field.name, found=longest)
        if is_shape:
            total = pc.sum(lengths).as_py() or 0
    return int(total)


def main() -> None:
    """Read one request, answer it."""
    request = json.load(sys.stdin)
    _hold(request["limits"]["memory_bytes"], request["limits"]["seconds"])
    os.environ.update(request["options"])
    try:
        answer = _read(request)
    except _Refused as refusal:
        answer = refusal.answer
    except MemoryError:
        answer = {"refused": "too-much-memory"}
    except Exception as error:  # noqa: BLE001 - whatever GDAL or Arrow met: one sentence, no traceback
        answer = {"refused": "damaged-file", "detail": f"{type(error).__name__}: {error}"[:300]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
