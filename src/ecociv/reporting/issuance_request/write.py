"""A request for issuance as a file for the registry of the exchange."""

from __future__ import annotations

from decimal import Decimal

from ecociv.core.text import Text, language_of
from ecociv.green_economy.declaration import bodies
from ecociv.green_economy.models import IssuanceRequest
from ecociv.green_economy.projects import project_of
from ecociv.plan.queries import current_package
from ecociv.registers.queries import entry
from ecociv.reporting.annual import FORMS as RENDERERS
from ecociv.reporting.annual import moment_of
from ecociv.reporting.compose.paper import PaperWriter
from ecociv.reporting.document import Document, Paragraph, Run, Section
from ecociv.reporting.problems import refuse_form
from ecociv.reporting.render.fonts import choose_fonts

FORMS = ("docx", "pdf", "xlsx")


def write_issuance_request(request: IssuanceRequest, form: str, *, language: str = "zh") -> bytes:
    """The request in one of the forms; the same request gives the same bytes with the same fonts.

    Raises
    ------
    ReportRefused
        Another form; no font with Chinese characters.
    """
    refuse_form(form, FORMS, Text(zh="签发申请", en="A request for issuance"))
    if form == "pdf":
        choose_fonts()
    return RENDERERS[f".{form}"](issuance_document(request, language))


def issuance_document(request: IssuanceRequest, language: str = "zh") -> Document:
    """Compose the request: what is asked for, the strata, the deductions, and the arithmetic in the appendix."""
    spoken = language_of(language)
    package, moment = current_package(request.zone), moment_of(request.recorded_at)
    writer = PaperWriter(package, moment, spoken)
    body = package.body_on(bodies(request.zone).forest_carbon, moment.date())
    owner = entry(request.zone, "enterprise", request.owner, as_of=request.recorded_at)
    owner_name = owner.title if owner else request.owner
    said = request.said
    tonnes = writer.figure("tonnes", request.trace, f"{request.tonnes:,}")
    asked = Section(
        "asked",
        writer.say("一、申请事项", "1. What is asked for"),
        (
            Paragraph(
                (
                    Run(
                        writer.say(
                            "请交易场所登记机构按本申请，向{owner}签发{title}在{a}至{b}监测期的林业碳汇{t}吨二氧化碳当量。"
                            "本申请不产生任何可交易单位，以登记机构的签发为准。",
                            "The registry of the exchange is asked to issue {t} tCO2e of forest carbon to {owner} for the "
                            "monitoring period {a} to {b} of {title}. No unit comes into being by this request; the registry "
                            "decides.",
                            owner=owner_name,
                            title=request.title,
                            a=request.first,
                            b=request.last,
                            t=f"{request.tonnes:,}",
                        )
                    ),
                )
            ),
        ),
    )
    strata = writer.table(
        "strata",
        writer.say("碳层碳储量变化（tCO2）", "Change of the strata (tCO2)"),
        [
            (writer.say("碳层", "Stratum"), 0.25, "left"),
            (writer.say("面积（hm²）", "Area (hm²)"), 0.15, "right"),
            (writer.say("样地", "Plots"), 0.12, "right"),
            (writer.say("期初", "Before"), 0.16, "right"),
            (writer.say("期末", "After"), 0.16, "right"),
            (writer.say("变化", "Change"), 0.16, "right"),
        ],
        [
            [
                one["name"],
                Decimal(one["area"]),
                one["plots"],
                *(Decimal(str(one[key])) for key in ("before", "after", "change")),
            ]
            for one in said["strata"]
        ],
    )
    steps = writer.table(
        "steps",
        writer.say("净碳汇量", "Net removals"),
        [(writer.say("项", "Term"), 0.6, "left"), ("tCO2", 0.4, "right")],
        [
            [writer.say("碳储量变化", "Change of the stock"), Decimal(str(said["change"]))],
            [
                writer.say(
                    "不确定性（{u}%）扣减", "Deduction for uncertainty ({u} %)", u=said["uncertainty"]
                ),
                -Decimal(said["deducted"]),
            ],
            [writer.say("基线", "Baseline"), -Decimal(said["baseline"])],
            [writer.say("泄漏", "Leakage"), -Decimal(said["leakage"])],
            [writer.say("申请签发（向下取整）", "Asked for (rounded down)"), tonnes],
        ],
        total_last=True,
    )
    project = project_of(request.zone, request.project, as_of=request.recorded_at)
    return writer.document(
        title=writer.say("{t}碳汇签发申请", "{t}: request for issuance", t=request.title),
        subtitle=writer.say("林业碳汇", "Forest carbon"),
        facts=(
            (writer.say("申请号", "Number"), str(request.serial)),
            (writer.say("项目编号", "Project"), request.project),
            (writer.say("业主", "Owner"), f"{owner_name}（{request.owner}）"),
            (writer.say("方法学", "Methodology"), said["methodology"]),
            (writer.say("监测期", "Monitoring period"), f"{request.first} – {request.last}"),
            (writer.say("登记依据", "Registered by"), project.document if project else "—"),
        ),
        office=body.shown(spoken),
        sections=(
            asked,
            Section("monitoring", writer.say("二、监测结果", "2. What was measured"), (strata, steps)),
        ),
        sample=request.sample,
    )
