"""The fonts of an official document: those that the standard names where the machine has them, else what stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.reporting.official.layout import ROLES, OfficialLayout, Role
from ecociv.reporting.render.fonts import FontChoice, choose_fonts, families


@dataclass(frozen=True)
class OfficialFaces:
    """The families that a document is set in, and which of them stand in for the official ones.

    Attributes
    ----------
    families : mapping of role to family
    found : FontChoice
        The folder, and whether the machine's own fonts are used too.
    substituted : mapping of official name to family
    """

    families: Mapping[Role, str]
    found: FontChoice
    substituted: Mapping[str, str]

    @property
    def note(self) -> Text | None:
        """What to tell the reader of the file; nothing where every official font is at hand."""
        if not self.substituted:
            return None
        pairs = [f"{official}→{used}" for official, used in self.substituted.items()]
        return Text(
            zh=f"本机没有公文规定的部分字体，已代替：{'、'.join(pairs)}。",
            en=f"Fonts of the standard that this machine lacks were replaced: {', '.join(pairs)}.",
        )


def official_faces(layout: OfficialLayout, found: FontChoice | None = None) -> OfficialFaces:
    """Choose a family for each role of the layout.

    Raises
    ------
    NoChineseFont
        When no font with Chinese characters is at hand.
    """
    chosen = found or choose_fonts()
    have = families(chosen)
    stand_in: dict[Role, str] = {"title": chosen.heading, "heading": chosen.heading}
    used: dict[Role, str] = {}
    for role in ROLES:
        first = next((name for name in layout.faces[role] if name in have), None)
        used[role] = first or stand_in.get(role, chosen.body)
    substituted = {
        layout.faces[role][0]: used[role] for role in ROLES if not _same(layout.faces[role][0], used[role])
    }
    return OfficialFaces(used, chosen, substituted)


_NAMES = ({"仿宋_GB2312", "仿宋", "FangSong_GB2312", "FangSong"}, {"黑体", "SimHei"}, {"宋体", "SimSun"},
          {"楷体_GB2312", "楷体", "KaiTi_GB2312", "KaiTi"}, {"方正小标宋简体", "FZXiaoBiaoSong-B05S"})  # fmt: skip


def _same(official: str, used: str) -> bool:
    """Whether two names are the same face under its Chinese and its Latin name."""
    return official == used or any(official in names and used in names for names in _NAMES)
