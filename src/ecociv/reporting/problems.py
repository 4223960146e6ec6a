"""What can keep a report from being written, as sentences that say what to do."""

from __future__ import annotations

from collections.abc import Sequence

from ecociv.core.text import Text


class ReportRefused(ValueError):
    """A report that cannot be written; ``text`` says in both languages what was found and what to do.

    >>> problem = ReportRefused(Text(zh="没有这个年份", en="there is no such year"))
    >>> str(problem), problem.text.zh
    ('there is no such year', '没有这个年份')
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


class UnknownForm(ReportRefused):
    """The file's suffix names no form that a report is written in."""


def refuse_form(form: str, forms: Sequence[str], what: Text) -> None:
    """Refuse a form in which a paper is not written; ``what`` is the paper, at the head of the sentence.

    Raises
    ------
    UnknownForm
    """
    if form not in forms:
        raise UnknownForm(
            Text(
                zh=f"{what.zh}没有“{form}”格式：{'、'.join(forms)}。",
                en=f"{what.en} is no {form!r}: {', '.join(forms)}.",
            )
        )


class YearOutsidePlan(ReportRefused):
    """The plan sets nothing for the year, or the year has not begun."""


class FolderNotWritable(ReportRefused):
    """The file cannot be put where it was asked for."""


class NoChineseFont(ReportRefused):
    """No font at hand has Chinese characters: the page would show boxes."""
