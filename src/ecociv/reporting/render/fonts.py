"""Finding a font with Chinese characters: a bare machine has none, and a page of boxes is worse than no page."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst
from django.conf import settings

from ecociv.core.text import Text
from ecociv.reporting.problems import NoChineseFont

# Families with the characters of GB/T 2312, in the order of preference: official faces first, as an office expects them.
BODY_FAMILIES = (
    "仿宋_GB2312",
    "仿宋",
    "FangSong_GB2312",
    "FangSong",
    "STFangsong",
    "FZFangSong-Z02",
    "Noto Serif SC",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "SimSun",
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
)
HEADING_FAMILIES = (
    "黑体",
    "SimHei",
    "STHeiti",
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
)


@dataclass(frozen=True)
class FontChoice:
    """The fonts a page is set in.

    Attributes
    ----------
    body, heading : str
        Families.
    folder : Path
        The folder that fonts are read from.
    system : bool
        Whether the machine's own fonts are used too; only where the folder has none with Chinese characters, so that
        one installation prints the same page on every machine.
    """

    body: str
    heading: str
    folder: Path
    system: bool


def font_folder() -> Path:
    """The folder of the report's fonts: ``ECOCIV_FONTS`` (setting or environment), else ``fonts/`` under ``ECOCIV_VAR``."""
    chosen = getattr(settings, "ECOCIV_FONTS", None) or os.environ.get("ECOCIV_FONTS")
    return Path(chosen) if chosen else Path(settings.ECOCIV_VAR) / "fonts"


def choose_fonts(folder: Path | None = None, *, system: bool = True) -> FontChoice:
    """Choose the fonts: those in the folder first, then, where ``system`` allows, the machine's own.

    Raises
    ------
    NoChineseFont
        When neither has a family that is known to hold Chinese characters.
    """
    place = font_folder() if folder is None else folder
    for with_system in (False, True) if system else (False,):
        families = _families(place, with_system, _stamp(place))
        body = next((name for name in BODY_FAMILIES if name in families), None)
        if body is not None:
            heading = next((name for name in HEADING_FAMILIES if name in families), body)
            return FontChoice(body, heading, place, with_system)
    raise NoChineseFont(
        Text(
            zh=f"没有可用的中文字体，PDF会印成方框：请运行 make setup，或把一个中文字体（如NotoSansSC-Regular.ttf）放入{place}，"
            "或用ECOCIV_FONTS指定字体文件夹；也可改为输出.docx。",
            en=f"No font with Chinese characters was found, so the PDF would show boxes: run `make setup`, or put one (such as "
            f"NotoSansSC-Regular.ttf) into {place}, or name a folder by ECOCIV_FONTS; or write .docx instead.",
        )
    )


def _stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    if not folder.is_dir():
        return ()
    return tuple(sorted((file.name, file.stat().st_mtime_ns) for file in folder.iterdir() if file.is_file()))


@lru_cache(maxsize=8)
def _families(folder: Path, system: bool, _files: tuple[tuple[str, int], ...]) -> frozenset[str]:
    paths = [folder] if folder.is_dir() else []
    fonts = typst.Fonts(include_system_fonts=system, include_embedded_fonts=False, font_paths=paths)
    return frozenset(fonts.families())


def families(choice: FontChoice) -> frozenset[str]:
    """Every family that a choice of fonts can set."""
    return _families(choice.folder, choice.system, _stamp(choice.folder))
