"""The statement of a yearly payment (年度补偿资金拨付单): what each county gets, corrections, the arithmetic, the figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from ecociv.compensation.models import YearlyPayment
from ecociv.compensation.yearly.naming import figure_name, named_trace, with_names
from ecociv.compensation.yearly.preparing import programme_of
from ecociv.compensation.yearly.queries import standing_transfer
from ecociv.core.quantities import label_of
from ecociv.core.text import Text
from ecociv.ledger.money import shown
from ecociv.reporting.settlement_statement.content import WORDS as SETTLED
from ecociv.reporting.settlement_statement.content import local_second, namer, trace_lines
from ecociv.reporting.settlement_statement.write import write_statement

WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "title": {"computed": "年度补偿资金核算单", "approved": "年度补偿资金拨付单"},
        "programme": "补偿项目",
        "year": "年度",
        "payer": "付款单位",
        "whole": "本年金额（元）",
        "known": "依据截至此时的数据",
        "booked": "入账",
        "booked_on": "{day}，第{entry}号凭证",
        "not_booked": "尚未入账",
        "unknown": "缺面积",
        "own": "{body}：本年应得",
        "kept": "{body}：结转下年",
        "correction": "{body}：更正 {year} 年 {before} → {after}",
        "total": "合计：{payer} 付出",
        "part": "合计：本县所得",
        "readings": "计算所用数据",
        "readings_heads": ["单位", "项目", "年度", "数值", "修订", "来源"],
        "of_all": "总额",
        "sample": "示例数据：本单由生成的数据和虚构条款算出，不作任何付款依据",
        "not_final": "尚未批准，不作付款依据",
        "stamp_computed": "未批准",
        "sign": "正数为该单位所得，负数为该单位退回。",
        "note": "本单由年度付款记录自动生成；同一数据和条款重新计算，结果逐位相同。",
    },
    "en": {
        "title": {
            "computed": "Yearly Compensation, Computed",
            "approved": "Statement of Yearly Compensation",
        },
        "programme": "Programme",
        "year": "Year",
        "payer": "Payer",
        "whole": "Amount of the year, yuan",
        "known": "From figures known at",
        "booked": "Booking",
        "booked_on": "{day}, entry {entry}",
        "not_booked": "not booked yet",
        "unknown": "area not known",
        "own": "{body}: amount of the year",
        "kept": "{body}: kept for the next year",
        "correction": "{body}: correction of {year}, {before} → {after}",
        "total": "Together: paid by {payer}",
        "part": "Together: what the county gets",
        "readings": "Figures that entered",
        "readings_heads": ["Body", "Item", "Year", "Value", "Rev.", "Source"],
        "of_all": "whole",
        "sample": "Sample data: computed from generated figures and invented terms; no ground for any payment",
        "not_final": "Not approved yet, no ground for payment",
        "stamp_computed": "NOT APPROVED",
        "sign": "Positive: the body gets it; negative: the body gives it back.",
        "note": "Made from the record of the payment; the same figures and terms come to the same, bit for bit.",
    },
}


def write_yearly_statement(
    payment: YearlyPayment,
    form: str,
    *,
    counties: frozenset[str] | None = None,
    as_of: dt.datetime | None = None,
    language: str = "zh",
) -> bytes:
    """The statement of a yearly payment; the same bytes for the same question and fonts.

    Parameters
    ----------
    form
        ``pdf`` or ``docx``.
    counties
        Only what concerns these bodies; everything when not given.
    as_of
        Only what was recorded by then.

    Raises
    ------
    ReportRefused
        Another form; no font with Chinese characters.
    """
    moment = as_of or timezone.now()
    return write_statement(form, lambda tongue: _data(payment, counties, moment, tongue), moment, language)


def _data(
    payment: YearlyPayment, counties: frozenset[str] | None, moment: dt.datetime, tongue: str
) -> dict[str, Any]:
    words = {**SETTLED[tongue], **WORDS[tongue]}
    body = namer(payment.zone, tongue)
    approved = payment.stage == YearlyPayment.Stage.APPROVED
    transfer = standing_transfer(payment, moment)
    booked = (
        words["booked_on"].format(day=transfer.day, entry=transfer.entry.number)
        if transfer
        else words["not_booked"]
    )
    # A name in one language serves: only that one is written.
    names = {key: Text(zh=body(key), en=body(key)) for key in payment.totals}
    shown_traces = (
        [payment.trace] if counties is None else [payment.trace_of(key) for key in sorted(counties)]
    )
    traces = [
        line
        for trace in shown_traces
        if trace is not None
        for line in trace_lines(named_trace(trace, names), tongue)
    ]
    return {
        "language": tongue,
        "words": words,
        "title": words["title"][payment.stage],
        "stamp": words["stamp_sample"] if payment.sample else "" if approved else words["stamp_computed"],
        "notices": [
            *([words["sample"]] if payment.sample else []),
            *([] if approved else [words["not_final"]]),
        ],
        "facts": [
            [words["programme"], programme_of(payment.zone, payment.programme).title.in_language(tongue)],
            [words["year"], str(payment.year)],
            [words["payer"], body(payment.payer)],
            *([[words["whole"], shown(payment.whole)]] if counties is None else []),
            [words["document"], payment.document],
            [words["day"], payment.day.isoformat()],
            [words["known"], local_second(payment.known_at)],
            [words["as_of"], local_second(moment)],
            [words["booked"], booked],
        ],
        "money": {"heads": words["money_heads"], "rows": _money(payment, counties, words, body)},
        "notes": [
            *(text.in_language(tongue) for text in payment.notes),
            *(
                with_names(text, names).in_language(tongue)
                for text in (payment.open_because if counties is None else ())
            ),
            *_changes(payment, counties, body, tongue),
        ],
        "objections": [],
        "readings": {
            "heads": words["readings_heads"],
            "rows": _figures(payment, counties, words, body, tongue),
        },
        "trace": traces,
        "sign": words["sign"],
        "digest": f"{words['digest']}: {payment.digest}",
        "note": words["note"],
    }


def _money(
    payment: YearlyPayment,
    counties: frozenset[str] | None,
    words: dict[str, Any],
    body: Callable[[str], str],
) -> list[list[str]]:
    rows = []
    corrections = list(payment.corrections.select_related("corrects").order_by("corrects__year"))
    seen = [key for key in payment.totals if counties is None or key in counties]
    for key in sorted(seen, key=lambda each: (each == payment.pool, each)):
        if key in payment.own:
            own = payment.own[key]
            said = words["kept" if key == payment.pool else "own"].format(body=body(key))
            rows.append([said, words["unknown"] if own is None else shown(own)])
        for row in corrections:
            if not row.differences.get(key):
                continue
            before, after = (_shown(each.get(key)) for each in (row.before, row.after))
            said = words["correction"].format(
                body=body(key), year=row.corrects.year, before=before, after=after
            )
            rows.append([said, shown(row.differences[key])])
    last = words["part"] if counties is not None else words["total"].format(payer=body(payment.payer))
    rows.append([last, shown(sum(payment.totals[key] for key in seen))])
    return rows


def _shown(amount: int | None) -> str:
    return "—" if amount is None else shown(amount)


def _changes(
    payment: YearlyPayment, counties: frozenset[str] | None, body: Callable[[str], str], tongue: str
) -> list[str]:
    found = []
    for row in payment.corrections.select_related("corrects").order_by("corrects__year"):
        for each in row.changes(counties):
            name = figure_name(row.terms, each["item"]).in_language(tongue)
            whose = f"{body(each['county'])} " if each["county"] else ""
            found.append(
                f"{row.corrects.year} {whose}{name}: {each['before'] or '—'} → {each['after'] or '—'}"
            )
    return found


def _figures(
    payment: YearlyPayment,
    counties: frozenset[str] | None,
    words: dict[str, Any],
    body: Callable[[str], str],
    tongue: str,
) -> list[list[str]]:
    terms = payment.terms
    return [
        [
            body(each["county"]) if each["county"] else words["of_all"],
            figure_name(terms, each["item"]).in_language(tongue),
            str(payment.year),
            each["value"]
            if each["unit"] == "1"
            else f"{each['value']} {label_of(each['unit']).in_language(tongue)}",
            str(each["revision"]),
            each["source"],
        ]
        for each in payment.content["figures"]
        if counties is None or each["county"] in counties
    ]
