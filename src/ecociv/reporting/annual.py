"""The annual report as a file: what the command and a page call."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from ecociv.core.digests import digest_of_bytes
from ecociv.core.text import Language, Text, language_of
from ecociv.plan.queries import current_package
from ecociv.reporting.compose import annual_report
from ecociv.reporting.document import Document
from ecociv.reporting.gather import gather_facts
from ecociv.reporting.problems import FolderNotWritable, ReportRefused, UnknownForm, YearOutsidePlan
from ecociv.reporting.render.fonts import choose_fonts
from ecociv.reporting.render.pdf import to_pdf
from ecociv.reporting.render.word import to_word
from ecociv.reporting.render.workbook import to_workbook

__all__ = ["FORMS", "ReportFile", "ReportRefused", "form_of", "write_annual_report"]

Progress = Callable[[int, int], None]

FORMS: dict[str, Callable[[Document], bytes]] = {".docx": to_word, ".pdf": to_pdf, ".xlsx": to_workbook}
"""What writes the file of each suffix."""

STEPS = 4


@dataclass(frozen=True)
class ReportFile:
    """A report that was written.

    Attributes
    ----------
    path : Path
    form : str
        The suffix, such as ``".pdf"``.
    as_of : datetime
        What was known when.
    size : int
        Bytes.
    sha256 : str
        Digest of the file; the same zone, year, language and ``as_of`` give the same one.
    figures : int
        Numbered figures, each with its entry in the appendix.
    sample : bool
        Whether any figure rests on sample data.
    """

    path: Path
    form: str
    zone: str
    year: int
    language: Language
    as_of: dt.datetime
    size: int
    sha256: str
    figures: int
    sample: bool

    def as_text(self, language: str = "zh") -> str:
        """What was written, in a line or two for a terminal."""
        lines = [_WRITTEN.fill(path=self.path, year=self.year, figures=self.figures, kilobytes=-(-self.size // 1024))]
        lines += [_WITH_SAMPLE] if self.sample else []
        return "\n".join(line.in_language(language) for line in lines)


_WRITTEN = Text(
    zh="已写入{path}（{year}年度自查报告，{kilobytes} KB）：{figures}个编号数值，附录中各有计算过程。",
    en="Wrote {path} (self-inspection report for {year}, {kilobytes} KB): {figures} numbered figures, each with its arithmetic.",
)
_WITH_SAMPLE = Text(
    zh="报告含示例数据，每页均已标注。", en="The report rests on sample data, and every page says so."
)


def write_annual_report(
    zone: str,
    year: int,
    out: Path,
    *,
    as_of: dt.datetime | None = None,
    language: str = "zh",
    progress: Progress | None = None,
) -> ReportFile:
    """Write the annual self-inspection report (年度自查报告) of a zone.

    Parameters
    ----------
    zone : str
        Key of a zone whose plan is in the database.
    year : int
        After the plan's base year, up to its last milestone, and not in the future.
    out : Path
        The file; its suffix (``.docx``, ``.pdf``, ``.xlsx``) chooses the form. An existing file is replaced only when
        the new one is complete.
    as_of : datetime, optional
        Report what was on record at this moment; now, when none. Without a time zone it is the server's.
    language : str
        ``"zh"`` or ``"en"``.
    progress : callable, optional
        Called as ``progress(done, total)`` before each step and once at the end.

    Raises
    ------
    UnknownForm, YearOutsidePlan, FolderNotWritable, NoChineseFont
        All of them `ReportRefused`, with a sentence in both languages.
    ecociv.plan.queries.ZoneNotLoaded
        When the database holds no plan of the zone at that moment.
    ecociv.core.text.UnknownLanguage
        When the language is neither.
    """
    tell = progress or _silent
    out = Path(out)
    form = form_of(out)
    spoken = language_of(language)
    require_folder(out)
    if form == ".pdf":
        choose_fonts()
    moment = moment_of(as_of)
    tell(0, STEPS)
    package = current_package(zone, as_of)
    _require_year(year, package.zone.base_year, package.zone.milestones[-1], moment)
    tell(1, STEPS)
    facts = gather_facts(package, year, moment, as_known=as_of)
    tell(2, STEPS)
    document = annual_report(facts, spoken)
    tell(3, STEPS)
    data = FORMS[form](document)
    write_whole(out, data)
    tell(STEPS, STEPS)
    return ReportFile(
        out, form, zone, year, spoken, moment, len(data), digest_of_bytes(data), len(document.entries), bool(document.sample_mark)
    )


def form_of(out: Path) -> str:
    """The form that a file's suffix asks for.

    >>> form_of(Path("report.PDF"))
    '.pdf'
    >>> form_of(Path("report.odt"))
    Traceback (most recent call last):
    ...
    ecociv.reporting.problems.UnknownForm: 'report.odt' ends in '.odt'; a report is written as .docx, .pdf, .xlsx...
    """
    suffix = out.suffix.lower()
    if suffix not in FORMS:
        known = ", ".join(FORMS)
        raise UnknownForm(
            Text(
                zh=f"“{out.name}”的后缀是“{suffix or '（无）'}”；报告只写成{known}，请改用其中一个后缀。",
                en=f"{out.name!r} ends in {suffix or '(nothing)'!r}; a report is written as {known}: use one of these suffixes.",
            )
        )
    return suffix


def _silent(done: int, total: int) -> None:
    """Say nothing: nobody asked."""


def moment_of(as_of: dt.datetime | None) -> dt.datetime:
    """The moment of knowledge in the server's time zone; now, when none."""
    moment = timezone.now() if as_of is None else as_of
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    return timezone.localtime(moment)


def _require_year(year: int, base: int, last: int, moment: dt.datetime) -> None:
    if not base < year <= last:
        raise YearOutsidePlan(
            Text(
                zh=f"{year}年不在方案期内：基期为{base}年，最后一个节点为{last}年；请选择{base + 1}至{last}之间的年份。",
                en=f"{year} lies outside the plan, whose base year is {base} and whose last milestone is {last}: "
                f"choose a year from {base + 1} to {last}.",
            )
        )
    if year > moment.year:
        raise YearOutsidePlan(
            Text(
                zh=f"{year}年在报告时点（{moment:%Y-%m-%d}）尚未开始，没有可以自查的内容。",
                en=f"{year} has not begun at the moment of the report ({moment:%Y-%m-%d}): there is nothing to report on yet.",
            )
        )


def require_folder(out: Path) -> None:
    """Refuse a place that a file cannot be put in.

    Raises
    ------
    FolderNotWritable
    """
    if out.is_dir():
        raise FolderNotWritable(
            Text(zh=f"{out}是一个文件夹；请给出文件名。", en=f"{out} is a folder: give the name of a file.")
        )
    folder = out.absolute().parent
    if not folder.is_dir():
        raise FolderNotWritable(
            Text(
                zh=f"文件夹{folder}不存在；请先建立它，或换一个位置。",
                en=f"There is no folder {folder}: make it first, or choose another place.",
            )
        )
    if not os.access(folder, os.W_OK):
        raise FolderNotWritable(_no_right(folder, "permission denied"))


def _no_right(folder: Path, why: str) -> Text:
    return Text(
        zh=f"无法写入文件夹{folder}（{why}）；请换一个位置，或请管理员授权。",
        en=f"The folder {folder} cannot be written to ({why}): choose another place, or ask for the right to write there.",
    )


def write_whole(out: Path, data: bytes) -> None:
    """Write beside the target and rename, so that a reader never finds half a report."""
    folder = out.absolute().parent
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{out.name}.")
    except OSError as error:
        raise FolderNotWritable(_no_right(folder, error.strerror or str(error))) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        os.replace(name, out)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise FolderNotWritable(_no_right(folder, error.strerror or str(error))) from error
