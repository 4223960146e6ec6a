"""Zip archives from strangers: measured before anything is unpacked, and unpacked under names of our own checking."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ecociv.core.text import Text
from ecociv.territory.importing.limits import SMALL_MEMBER, Limits
from ecociv.territory.importing.refusals import ImportRefused

ARCHIVES = frozenset({".zip", ".7z", ".rar", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".kmz", ".jar"})
_MAC_LEFTOVERS = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_CHUNK = 1 << 20


def unpack(archive: Path, target: Path, limits: Limits) -> None:
    """Unpack a zip archive into an empty folder.

    Raises
    ------
    ImportRefused
        ``zip-bomb``, ``path-traversal``, ``link-in-archive``, ``nested-archive``, ``encrypted-archive``,
        ``repeated-member``, ``damaged-archive``.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _measured(opened, archive.name, limits)
            left = limits.unpacked_bytes
            for info, name in members:
                place = target.joinpath(*name.parts)
                place.parent.mkdir(parents=True, exist_ok=True)
                left = _write(opened, info, place, left, archive.name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ImportRefused(
            "damaged-archive",
            Text(
                zh=f"压缩包“{archive.name}”已损坏或用了不支持的压缩方法。请重新打成普通 zip 后再导入。",
                en=f"The archive {archive.name!r} is damaged or packed by a method that is not read ({error}). "
                "Pack it again as an ordinary zip.",
            ),
        ) from error


def _measured(
    opened: zipfile.ZipFile, archive: str, limits: Limits
) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    infos = opened.infolist()
    total = sum(info.file_size for info in infos)
    if len(infos) > limits.members or total > limits.unpacked_bytes:
        raise _bomb(archive, f"{len(infos)} members, {total} bytes", len(infos), total)
    found: list[tuple[zipfile.ZipInfo, PurePosixPath]] = []
    seen: set[str] = set()
    for info in infos:
        name = _name(info)
        if any(name.startswith(left) or name.endswith(left) for left in _MAC_LEFTOVERS):
            continue
        path = _safe(name, archive)
        mode = info.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise ImportRefused(
                "link-in-archive",
                Text(
                    zh=f"压缩包“{archive}”里的“{name}”是链接或设备文件，不予打开。请只打包普通文件。",
                    en=f"{name!r} in {archive!r} is a link or a device, which is not opened. Pack plain files only.",
                ),
                member=name,
            )
        if info.is_dir():
            continue
        if path.suffix.casefold() in ARCHIVES:
            raise ImportRefused(
                "nested-archive",
                Text(
                    zh=f"压缩包“{archive}”里还有压缩包“{name}”。请解开后只打一层包。",
                    en=f"The archive {archive!r} holds another archive, {name!r}. Unpack that and pack one level only.",
                ),
                member=name,
            )
        if info.flag_bits & _ENCRYPTED:
            raise ImportRefused(
                "encrypted-archive",
                Text(
                    zh=f"压缩包“{archive}”设有密码。请去掉密码后再导入。",
                    en=f"The archive {archive!r} has a password. Pack it without one.",
                ),
            )
        if info.file_size > SMALL_MEMBER and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise _bomb(
                archive, f"{name!r} grows {info.file_size // max(info.compress_size, 1)}-fold", 1, total
            )
        if (folded := str(path).casefold()) in seen:
            raise ImportRefused(
                "repeated-member",
                Text(
                    zh=f"压缩包“{archive}”里“{name}”出现两次，不知以哪个为准。请只留一个。",
                    en=f"{name!r} occurs twice in {archive!r}; which one counts is unknown. Keep one.",
                ),
                member=name,
            )
        seen.add(folded)
        found.append((info, path))
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """The name of a member; Chinese programs write it in GB18030 without saying so."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    raw = info.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _safe(name: str, archive: str) -> PurePosixPath:
    plain = name.replace("\\", "/")
    path = PurePosixPath(plain)
    drive = len(plain) > 1 and plain[1] == ":"
    if path.is_absolute() or drive or ".." in path.parts or any(ord(letter) < 32 for letter in plain):
        raise ImportRefused(
            "path-traversal",
            Text(
                zh=f"压缩包“{archive}”里的文件名“{name}”指向包外，不予打开。请重新打包，只用相对路径。",
                en=f"The name {name!r} in {archive!r} points outside the archive; not opened. Pack it again with "
                "relative names.",
            ),
            member=name,
        )
    return path


def _write(opened: zipfile.ZipFile, info: zipfile.ZipInfo, place: Path, left: int, archive: str) -> int:
    # The sizes in the directory of an archive are claims; what comes out is counted.
    with opened.open(info) as source, place.open("wb") as target:
        while block := source.read(_CHUNK):
            left -= len(block)
            if left < 0:
                raise _bomb(archive, f"{info.filename!r} is larger than it says", 1, info.file_size)
            target.write(block)
    return left


def _bomb(archive: str, what: str, members: int, total: int) -> ImportRefused:
    return ImportRefused(
        "zip-bomb",
        Text(
            zh=f"压缩包“{archive}”解开后过大或压缩比异常（{what}），疑为压缩炸弹，不予打开。请只打包图层文件。",
            en=f"The archive {archive!r} unpacks beyond the limits ({what}), like a zip bomb; not opened. Pack the files "
            "of the layer only.",
        ),
        members=members,
        bytes=total,
    )
