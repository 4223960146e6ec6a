"""Names of bodies in a table cell whose borders are lost.

A flattened page leaves one line for each paragraph, so the only sign of a "lead" or "support" cell is that its
line consists of names of bodies and of nothing else. A name is recognised by its last character(s) (局, 委, 办 ...),
never by a list of this city's bodies.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ecociv.plan.exchange.characters import fold, fold_name

# Endings that name an office wherever they stand, and endings that do so only with a sign of rank or choice before
# the name (市..., 各..., 有关...): 绿色小区 is no office, 市高新区 is.
_OFFICE = (
    "局|委|办|厅|署|政府|公司|集团|银行|支行|分行|人行|法院|检察院|海关|部门|单位|机构|党委|办公室|管委会|管理处|管理所|总队|支队|大队"
    "|党组|工会|妇联|供销社"
)
_WITH_RANK = "部|院|会|社|联|协|区|中心|站|所|校|大学|学院|投|队|馆|处|行|县|市|镇|乡|街道"
_WORDS = r"^[\u4e00-\u9fff()、,A-Za-z·]{1,24}?"
_NAME = re.compile(rf"{_WORDS}(?:{_OFFICE}|{_WITH_RANK})(?:\([^()]*\))?$")
_OFFICE_NAME = re.compile(rf"{_WORDS}(?:{_OFFICE})(?:\([^()]*\))?$")
_PREFIX = re.compile(r"^(?:[市省县州区旗盟]|各|相关|有关|其他|团[市县省州区]|国家|驻|中共)")
_CHOICE = re.compile(r"^(?:各|相关|有关|其他)")
_VERB = re.compile(
    r"^(?:加快|加强|加大|推进|推动|建设|建立|实施|完善|开展|创建|制定|出台|支持|全面|积极|着力|大力|严格|探索|强化|深入|继续"
    r"|促进|发展|提升|打造|培育|保护|落实|健全|组织|倡导|传承|创新|深化|优化|构建|广泛|增强|逐步|鼓励|引导|到|力争|确保)"
)
_OPEN = re.compile(r"等(?:有关|相关)?(?:部门|单位|机构)?$")
_OPEN_INSIDE = re.compile(r"等(?=各|有关[县市区乡]|相关[县市区乡各])")
_GLUE = re.compile(r"(?<=[局委办部厅府司院会社联协区心关室行投])(?=(?:[市省县州]|团[市县]委)[\u4e00-\u9fff])")
_SHORT_NAME = re.compile(r"^(?:建设|规划|住建)局$")


@dataclass(frozen=True)
class BodyList:
    """Names read from one line or several.

    ``open`` is true where the list has 等; ``glued`` are names that stood together without a sign between them;
    ``spaced`` is true where only spaces parted them; ``continues`` where the line ends with 、 or a comma.
    """

    names: tuple[str, ...]
    open: bool = False
    glued: tuple[str, ...] = ()
    spaced: bool = False
    continues: bool = False


NO_BODIES = BodyList(())


def split_outside_brackets(text: str, signs: str = "、,;") -> list[str]:
    """Parts of ``text`` between ``signs`` that stand outside brackets.

    >>> split_outside_brackets("市统计局、各县(市、区)政府")
    ['市统计局', '各县(市、区)政府']
    """
    parts, depth, start = [], 0, 0
    for position, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")" and depth > 0)
        if sign in signs and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    parts.append(text[start:])
    return parts


def _is_name(token: str) -> bool:
    if not _NAME.match(token):
        return False
    if _PREFIX.match(token) or _SHORT_NAME.match(token):
        return len(token) > 1 and not token.endswith(("建设", "工程"))
    return len(token) <= 12 and _OFFICE_NAME.match(token) is not None and not _VERB.match(token)


def read_bodies(line: str) -> BodyList | None:
    """The names in ``line``, or None where it is not a list of bodies.

    >>> read_bodies("市统计局、市农业局等,各县(市、区)政府")
    BodyList(names=('市统计局', '市农业局', '各县(市、区)政府'), open=True, glued=(), spaced=False, continues=False)
    >>> read_bodies("市规划局市建设局").names
    ('市规划局', '市建设局')
    >>> read_bodies("管好工地的扬尘。") is None, read_bodies("绿色出行") is None
    (True, True)
    """
    text = fold(line)
    if not text or any(sign in text for sign in '。:!?“”"%') or re.search(r"\d", text):
        return None
    continues = text[-1] in "、,"
    text = _OPEN_INSIDE.sub("等,", text.rstrip("、, "))
    names: list[str] = []
    glued: list[str] = []
    is_open = spaced = False
    for part in split_outside_brackets(text):
        words = part.split()
        spaced = spaced or len(words) > 1
        for word in words:
            token = _OPEN.sub("", word)
            is_open = is_open or token != word
            if not token:
                continue
            if not _is_name(token):
                return None
            pieces = [piece for piece in _GLUE.split(token) if piece]
            if len(pieces) > 1 and all(_is_name(piece) for piece in pieces):
                glued.append(token)
                names.extend(pieces)
            else:
                names.append(token)
    if not names:
        return None
    return BodyList(tuple(names), is_open, tuple(glued), spaced, continues)


def merged(lists: Iterable[BodyList]) -> BodyList:
    """Several lines of one cell as one list."""
    items = list(lists)
    return BodyList(
        names=tuple(name for item in items for name in item.names),
        open=any(item.open for item in items),
        glued=tuple(name for item in items for name in item.glued),
        spaced=any(item.spaced for item in items),
    )


class BodyRegister:
    """Which names are known, from an organisations list where there is one, from the document where not.

    ``organisations`` may be a zone package, organisations with ``names`` and ``misspellings``, or plain names.
    """

    def __init__(self, organisations: object = None) -> None:
        self._canonical: dict[str, str] = {}
        self._misspelt: set[str] = set()
        listed = getattr(organisations, "organisations", organisations)
        if isinstance(listed, dict):
            listed = listed.values()
        for body in listed if isinstance(listed, Iterable) else ():
            name = body if isinstance(body, str) else body.name
            for form in (name,) if isinstance(body, str) else body.names:
                self._canonical.setdefault(fold_name(form), name)
            self._misspelt.update(fold_name(form) for form in getattr(body, "misspellings", ()))

    @property
    def empty(self) -> bool:
        """Whether no list was given."""
        return not self._canonical

    def canonical(self, name: str) -> str | None:
        """The listed name that ``name`` is a form of, or None."""
        return self._canonical.get(fold_name(name))

    def misspelt(self, name: str) -> bool:
        """Whether ``name`` is a listed misspelling."""
        return fold_name(name) in self._misspelt


def odd_names(names: Iterable[str]) -> dict[str, str]:
    """Names that look like a slip for one that is much more frequent in the same document.

    A name is odd when a character is missing or added and the other name occurs at least four times as often,
    or when one character of at least six is written otherwise and the other name occurs more often.

    >>> odd_names(["市市场监管局"] * 4 + ["市市场督管局"] * 3 + ["市公安局"] + ["市建设局"] * 9 + ["建设局"])
    {'市市场督管局': '市市场监管局', '建设局': '市建设局'}
    """
    counts = Counter(names)
    odd: dict[str, str] = {}
    for name, count in counts.items():
        if _CHOICE.match(name):
            # 各县, 相关县 and 有关县 differ by what they choose, not by a slip.
            continue
        for other, more in counts.items():
            if (more > count and _one_written_otherwise(name, other)) or (
                more >= 4 * count and len(other) >= 4 and _one_missing(name, other)
            ):
                odd[name] = other
                break
    return odd


def _one_written_otherwise(first: str, second: str) -> bool:
    # 市农业局 and 市林业局 differ in one character too, so short names are left alone.
    if len(first) != len(second) or len(first) < 6:
        return False
    return sum(one != other for one, other in zip(first, second, strict=True)) == 1


def _one_missing(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
