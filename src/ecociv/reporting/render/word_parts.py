"""The parts of WordprocessingML that python-docx has no words for: fields, bookmarks, links, borders, fonts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

LINK_COLOUR = "1F4E79"


@dataclass(frozen=True)
class Faces:
    """Fonts by role, as GB/T 9704-2012 names them; ``other`` maps a font to the one to take where it is not installed."""

    title: str = "方正小标宋简体"
    heading: str = "黑体"
    subheading: str = "楷体"
    body: str = "仿宋"
    latin: str = "Times New Roman"

    @property
    def other(self) -> dict[str, str]:
        """For each font the name to fall back to, which Word and WPS read from the font table."""
        return {self.title: "STZhongsong", self.heading: "SimHei", self.subheading: "KaiTi", self.body: "FangSong"}


FACES = Faces()

# Word refuses a file whose properties stand in another order than that of ISO/IEC 29500-1.
_TABLE_ORDER = ("tblStyle", "tblW", "jc", "tblInd", "tblBorders", "shd", "tblLayout", "tblCellMar", "tblLook")
_CELL_ORDER = ("tcW", "gridSpan", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection", "vAlign")
_SETTINGS_AFTER_HYPHENATION = ("defaultTableStyle", "evenAndOddHeaders", "characterSpacingControl", "compat")


def _after(tag: str, order: tuple[str, ...]) -> list[str]:
    return [f"w:{name}" for name in order[order.index(tag) + 1 :]]


def hyphenate(settings: Any) -> None:
    """Let Word part words at line ends, which narrow columns of English need."""
    settings.element.insert_element_before(
        element("autoHyphenation"), *(f"w:{name}" for name in _SETTINGS_AFTER_HYPHENATION)
    )


def element(tag: str, **attributes: object) -> Any:
    """An element of the ``w`` namespace with attributes of the same."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def set_fonts(run: Any, east_asian: str, size: float | None = None, latin: str = FACES.latin) -> None:
    """Give a run (or a style) its Chinese and its Latin font, which Word keeps apart."""
    run.font.name = latin
    properties = run._element.get_or_add_rPr() if hasattr(run._element, "get_or_add_rPr") else run.element.rPr
    fonts = properties.find(qn("w:rFonts"))
    fonts.set(qn("w:eastAsia"), east_asian)
    fonts.set(qn("w:hAnsi"), latin)
    fonts.set(qn("w:cs"), latin)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    if size is not None:
        run.font.size = Pt(size)


def colour(run: Any, hexadecimal: str) -> None:
    """Colour a run."""
    run.font.color.rgb = RGBColor.from_string(hexadecimal)


def field(paragraph: Any, instruction: str, shown: str = "", *, dirty: bool = False) -> Any:
    """Add a field such as PAGE; a dirty one is computed when the document is opened. Gives the run of its result."""
    begin = element("fldChar", fldCharType="begin")
    if dirty:
        begin.set(qn("w:dirty"), "true")
    text = element("instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = f" {instruction} "
    for part in (begin, text, element("fldChar", fldCharType="separate")):
        paragraph.add_run()._element.append(part)
    result = paragraph.add_run(shown)
    paragraph.add_run()._element.append(element("fldChar", fldCharType="end"))
    return result


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """Make the start of a paragraph a place that links lead to."""
    start = element("bookmarkStart", id=number, name=name)
    properties = paragraph._element.pPr
    position = 0 if properties is None else paragraph._element.index(properties) + 1
    paragraph._element.insert(position, start)
    paragraph._element.insert(position + 1, element("bookmarkEnd", id=number))


def link(paragraph: Any, text: str, anchor: str) -> Any:
    """Add a run that leads to a bookmark of the same document; gives the run."""
    run = paragraph.add_run(text)
    hyperlink = element("hyperlink", anchor=anchor, history=1)
    paragraph._element.append(hyperlink)
    hyperlink.append(run._element)
    return run


def shade(cell: Any, hexadecimal: str) -> None:
    """Fill a cell."""
    fill = element("shd", val="clear", color="auto", fill=hexadecimal)
    cell._element.get_or_add_tcPr().insert_element_before(fill, *_after("shd", _CELL_ORDER))


def repeat_as_header(row: Any) -> None:
    """Print the row again at the top of each page that the table runs over."""
    row._tr.get_or_add_trPr().append(element("tblHeader"))


def keep_whole(row: Any) -> None:
    """Do not break the row over two pages."""
    row._tr.get_or_add_trPr().append(element("cantSplit"))


def table_frame(table: Any, widths: list[int], margin: int = 60) -> None:
    """Thin lines all round, fixed column widths (in twentieths of a point) and narrow cell margins."""
    properties = table._tbl.tblPr

    def put(made: Any, tag: str) -> None:
        for found in properties.findall(qn(f"w:{tag}")):
            properties.remove(found)
        properties.insert_element_before(made, *_after(tag, _TABLE_ORDER))

    put(element("tblW", w=sum(widths), type="dxa"), "tblW")
    borders = element("tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        heavy = side in ("top", "bottom")
        borders.append(element(side, val="single", sz=8 if heavy else 4, space=0, color="404040"))
    put(borders, "tblBorders")
    put(element("tblLayout", type="fixed"), "tblLayout")
    margins = element("tblCellMar")
    for side in ("left", "right"):
        margins.append(element(side, w=margin, type="dxa"))
    put(margins, "tblCellMar")
    for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(width))


def font_table(faces: Faces) -> bytes:
    """The font table: each Chinese font with the name to use where it is not installed."""
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
        f'<w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>'
        for name, other in faces.other.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'{entries}<w:font w:name="{faces.latin}"><w:charset w:val="00"/><w:family w:val="roman"/>'
        '<w:pitch w:val="variable"/></w:font></w:fonts>'
    ).encode()
