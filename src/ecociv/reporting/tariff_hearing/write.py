"""A hearing paper as a file."""

from __future__ import annotations

from ecociv.core.text import Text, language_of
from ecociv.plan.queries import current_package
from ecociv.reporting.annual import FORMS as RENDERERS
from ecociv.reporting.annual import moment_of
from ecociv.reporting.problems import refuse_form
from ecociv.reporting.render.fonts import choose_fonts
from ecociv.reporting.tariff_hearing.content import hearing_document
from ecociv.tariffs.declaration import require_tariffs
from ecociv.tariffs.models import HearingPaper

FORMS = ("docx", "pdf", "xlsx")


def write_hearing_paper(paper: HearingPaper, form: str, *, language: str = "zh") -> bytes:
    """The paper in one of the forms; the same paper gives the same bytes with the same fonts.

    Raises
    ------
    ReportRefused
        Another form; no font with Chinese characters.
    """
    refuse_form(form, FORMS, Text(zh="听证材料", en="A hearing paper"))
    spoken = language_of(language)
    package = current_package(paper.zone)
    moment = moment_of(paper.recorded_at)
    body = package.body_on(require_tariffs(paper.zone).tariff(paper.tariff).body, moment.date())
    if form == "pdf":
        choose_fonts()
    document = hearing_document(
        paper.figures,
        package,
        title=paper.title,
        number=paper.serial,
        source=paper.source,
        as_of=moment,
        office=body.shown(spoken),
        language=spoken,
    )
    return RENDERERS[f".{form}"](document)
