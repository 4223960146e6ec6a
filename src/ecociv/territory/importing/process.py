"""Starting the reading process and telling what became of it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from ecociv.core.text import Text
from ecociv.territory.importing.formats import Format
from ecociv.territory.importing.limits import Limits
from ecociv.territory.importing.refusals import ImportRefused
from ecociv.territory.importing.staging import Staged, several_layers

_CHILD = Path(__file__).with_name("child.py")
_NO_NETWORK = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "PROJ_NETWORK": "OFF",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
}


@dataclass(frozen=True, eq=False)
class Opened:
    """Rows as the driver gave them: an Arrow table, the name of its geometry column, the CRS as text, the layer.

    Attributes
    ----------
    curves : bool
        Whether arcs became straight lines on the way.
    """

    table: pa.Table
    geometry: str
    crs: str | None
    layer: str
    curves: bool = False


@cache
def _drivers() -> tuple[str, ...]:
    import pyogrio

    return tuple(sorted(pyogrio.list_drivers()))


def open_source(
    staged: Staged, folder: Path, layer: str | None, encoding: str | None, limits: Limits
) -> Opened:
    """Read a staged source in a process of its own.

    Parameters
    ----------
    encoding : str, optional
        Encoding that the driver is to assume (shapefile and DXF).

    Raises
    ------
    ImportRefused
        What the process refused, or why it ended.
    """
    out = folder / "rows.arrow"
    skipped = [name for name in _drivers() if name != staged.format.value]
    options = {
        **_NO_NETWORK,
        "GDAL_SKIP": ",".join(skipped),
        "SHAPE_RESTORE_SHX": "YES",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "256",
    }
    if staged.format is Format.SHAPEFILE:
        options.pop("GDAL_DISABLE_READDIR_ON_OPEN")
    if staged.format is Format.GEODATABASE:
        options.pop("GDAL_DISABLE_READDIR_ON_OPEN")
    if staged.format is Format.DXF and encoding:
        options["DXF_ENCODING"] = encoding
        encoding = None
    request = {
        "path": str(staged.path),
        "driver": staged.format.value,
        "layer": None if staged.format is Format.SHAPEFILE else layer,
        "encoding": encoding,
        "out": str(out),
        "limits": asdict(limits),
        "options": options,
    }
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter and our own script
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=limits.seconds * 2,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _stopped(staged.name, limits) from error
    try:
        answer = json.loads(ended.stdout)
    except ValueError:
        raise _stopped(staged.name, limits, ended.returncode) from None
    if "refused" in answer:
        raise _refusal(staged, answer, limits)
    with pa.memory_map(str(out)) as file:
        table = pa.ipc.open_file(file).read_all()
    return Opened(table, answer["geometry"], answer["crs"], answer["layer"], bool(answer.get("curves")))


def _stopped(name: str, limits: Limits, code: int | None = None) -> ImportRefused:
    return ImportRefused(
        "reader-stopped",
        Text(
            zh=f"读取“{name}”时读取进程中止（超过{limits.seconds}秒、{limits.memory_bytes // 2**20} MB内存，或文件损坏）。请分成几个图层或重新导出。",
            en=f"The process that read {name!r} ended (more than {limits.seconds} s or {limits.memory_bytes // 2**20} MB of "
            "memory, or a damaged file). Split the layer or export it again.",
        ),
        exit_code=code,
    )


def _damage(staged: Staged, detail: str) -> Text:
    """What is wrong with a file that its reader would not take, without the reader's own advice and our own paths."""
    name, kind = staged.name, staged.format.label
    if "not recognized" in detail:
        return Text(
            zh=f"“{name}”的内容不是可读的{kind.zh}图层，或已损坏。请重新导出。",
            en=f"What {name!r} holds is no {kind.en} layer that can be read, or it is damaged. Export it again.",
        )
    if detail.startswith("UnicodeDecodeError"):
        return Text(
            zh=f"“{name}”的文字不是UTF-8编码，{kind.zh}须为UTF-8。请转换编码或重新导出。",
            en=f"The texts of {name!r} are not in UTF-8, as a {kind.en} has to be. Convert it, or export it again.",
        )
    plain = detail.replace(str(staged.path), name)
    return Text(
        zh=f"“{name}”打不开或已损坏：{plain}。请重新导出。",
        en=f"{name!r} cannot be opened or is damaged: {plain}. Export it again.",
    )


def _refusal(staged: Staged, answer: dict[str, Any], limits: Limits) -> ImportRefused:
    code, name = answer["refused"], staged.name
    if code == "several-layers":
        return several_layers(name, answer["layers"])
    row, field, found = answer.get("row"), answer.get("field"), answer.get("found")
    texts = {
        "no-layer": Text(zh=f"“{name}”里没有带图形的图层。", en=f"{name!r} holds no layer with geometry."),
        "too-many-fields": Text(
            zh=f"“{name}”有{found}个字段，上限{limits.fields}个。请删去不用的字段。",
            en=f"{name!r} has {found} fields; the limit is {limits.fields}. Remove those that are not needed.",
        ),
        "too-many-features": Text(
            zh=f"“{name}”超过{limits.features}个图斑。请分成几个图层。",
            en=f"{name!r} has more than {limits.features} features. Split the layer.",
        ),
        "too-many-vertices": Text(
            zh=f"“{name}”第{row}个图斑附近折点过多，超过上限（单个{limits.feature_vertices}，合计{limits.vertices}）。请先抽稀或分幅。",
            en=f"{name!r} has too many vertices near row {row} (at most {limits.feature_vertices} in one feature, "
            f"{limits.vertices} in all). Simplify or split it.",
        ),
        "too-long-value": Text(
            zh=f"“{name}”第{row}行字段“{field}”的值有{found}字节，上限{limits.value_bytes}。请删去该字段或截短。",
            en=f"{name!r}, row {row}, field {field!r}: the value has {found} bytes; the limit is {limits.value_bytes}. Remove "
            "the field or shorten the value.",
        ),
        "too-much-memory": Text(
            zh=f"读取“{name}”需要的内存超过{limits.memory_bytes // 2**20} MB。请分成几个图层。",
            en=f"Reading {name!r} takes more than {limits.memory_bytes // 2**20} MB of memory. Split the layer.",
        ),
        "drivers": Text(
            zh="读取进程未能停用其他驱动，不予读取。请检查GDAL的安装。",
            en=f"The reading process could not switch other drivers off ({found}); nothing was read. Check the GDAL install.",
        ),
    }
    text = texts[code] if code in texts else _damage(staged, str(answer.get("detail", "")))
    return ImportRefused(code, text, **{key: value for key, value in answer.items() if key != "refused"})
