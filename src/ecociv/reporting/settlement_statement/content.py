"""What the statement of a settlement says, as plain values in one language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from ecociv.compensation.agreements.declaration import compensation
from ecociv.compensation.models import Settlement
from ecociv.compensation.settlements.actions import last_day_to_object, last_day_to_pay
from ecociv.core.text import language_of
from ecociv.core.trace import Trace
from ecociv.ledger.money import shown
from ecociv.plan.package import ZonePackage
from ecociv.plan.queries import ZoneNotLoaded, current_package

WORDS: dict[str, dict[str, Any]] = {
    "zh": {
        "title": {"preliminary": "生态补偿初步核算单", "final": "生态补偿结算单"},
        "agreement": "协议",
        "period": "结算期",
        "parties": "上游 → 下游",
        "terms": "依据",
        "document": "文号",
        "day": "日期",
        "known": "依据截至此时的监测数据",
        "as_of": "按截至此时的记录",
        "paid": "划转",
        "paid_on": "{day}，第{entry}号凭证",
        "pay_by": "应于 {day} 前划转",
        "object_by": "异议截止 {day}",
        "money": "金额（元）",
        "money_heads": ["项目", "金额（元）"],
        "own": "本期金额",
        "not_settled": "不予结算",
        "uncapped": "封顶、起付之前",
        "correction": "更正 {period}：{before} → {after}",
        "total": "合计：{payer} 付 {receiver}",
        "nothing": "合计：无应付",
        "readings": "监测数据",
        "readings_heads": ["断面", "项目", "月份", "数值", "修订", "序列"],
        "half": "（检出限一半）",
        "arithmetic": "计算过程",
        "notes": "说明",
        "objections": "异议",
        "upheld": "成立",
        "rejected": "不成立",
        "undecided": "未处理",
        "sample": "示例数据：本单由生成的监测数据和虚构条款算出，不作任何付款依据",
        "not_final": "初步核算：尚未最终结算，不作付款依据",
        "stamp_sample": "示例",
        "stamp_preliminary": "初步",
        "sign": "正数为上游付下游，负数为下游付上游。",
        "digest": "计算摘要 SHA-256",
        "note": "本单由结算记录自动生成；同一监测数据和条款重新计算，结果逐位相同。",
        "unverified": "（条款待核实）",
    },
    "en": {
        "title": {
            "preliminary": "Preliminary Compensation Statement",
            "final": "Compensation Settlement Statement",
        },
        "agreement": "Agreement",
        "period": "Period",
        "parties": "Upstream → downstream",
        "terms": "Terms",
        "document": "Document",
        "day": "Day",
        "known": "From readings known at",
        "as_of": "As recorded at",
        "paid": "Payment",
        "paid_on": "{day}, entry {entry}",
        "pay_by": "to be paid by {day}",
        "object_by": "objections until {day}",
        "money": "Amounts in yuan",
        "money_heads": ["What", "Yuan"],
        "own": "Own amount of the period",
        "not_settled": "not settled",
        "uncapped": "before caps and the least amount",
        "correction": "Correction of {period}: {before} → {after}",
        "total": "Together: {payer} pays {receiver}",
        "nothing": "Together: nothing to pay",
        "readings": "Readings",
        "readings_heads": ["Section", "Item", "Month", "Value", "Rev.", "Series"],
        "half": " (half the limit of detection)",
        "arithmetic": "Arithmetic",
        "notes": "Notes",
        "objections": "Objections",
        "upheld": "upheld",
        "rejected": "rejected",
        "undecided": "not decided",
        "sample": "Sample data: computed from generated readings and invented terms; no ground for any payment",
        "not_final": "Preliminary: not final yet, no ground for payment",
        "stamp_sample": "SAMPLE",
        "stamp_preliminary": "PRELIMINARY",
        "sign": "Positive: upstream pays downstream; negative: downstream pays upstream.",
        "digest": "SHA-256 of the computation",
        "note": "Made from the record of the settlement; the same readings and terms come to the same, bit for bit.",
        "unverified": " (terms to be verified)",
    },
}


def statement_data(settlement: Settlement, as_of: dt.datetime | None, language: str) -> dict[str, Any]:
    """Everything that the statement shows, as text; only what was recorded by then."""
    tongue = language_of(language)
    words = WORDS[tongue]
    body = namer(settlement.zone, tongue)
    version = settlement.terms
    declared = compensation(settlement.zone)
    known = settlement.agreement in declared.agreement_keys()
    title = (
        declared.agreement(settlement.agreement).title.in_language(tongue) if known else settlement.agreement
    )
    final = settlement.stage == Settlement.Stage.FINAL
    source = version.clause("formula")
    notices = ([words["sample"]] if settlement.sample else []) + ([] if final else [words["not_final"]])
    return {
        "language": tongue,
        "words": words,
        "title": words["title"][settlement.stage],
        "stamp": words["stamp_sample"] if settlement.sample else "" if final else words["stamp_preliminary"],
        "notices": notices,
        "facts": [
            [words["agreement"], title],
            [words["period"], settlement.period],
            [words["parties"], f"{body(settlement.upstream)} → {body(settlement.downstream)}"],
            [words["terms"], f"{source}{'' if source.verified else words['unverified']}"],
            [words["document"], settlement.document],
            [words["day"], settlement.day.isoformat()],
            [words["known"], local_second(settlement.known_at)],
            [words["as_of"], local_second(as_of or timezone.now())],
            [words["paid"], _payment(settlement, as_of, words)],
        ],
        "money": {"heads": words["money_heads"], "rows": _money(settlement, words, body)},
        "notes": [
            *(text.in_language(tongue) for text in (*settlement.open_because, *settlement.notes)),
            *_changes(settlement),
        ],
        "objections": _objections(settlement, as_of, words, body),
        "readings": {"heads": words["readings_heads"], "rows": _readings(settlement, words)},
        "trace": trace_lines(settlement.trace, tongue),
        "sign": words["sign"],
        "digest": f"{words['digest']}: {settlement.digest}",
        "note": words["note"],
    }


def namer(zone: str, tongue: str) -> Callable[[str], str]:
    """How bodies are called in a language; by their key where no plan is loaded, or it does not know them."""
    try:
        plan: ZonePackage | None = current_package(zone)
    except ZoneNotLoaded:
        plan = None
    return lambda key: plan.organisation(key).shown(tongue) if plan and plan.has_organisation(key) else key


def local_second(at: dt.datetime) -> str:
    """A moment by the clock of the zone, to the second."""
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")


def _payment(settlement: Settlement, as_of: dt.datetime | None, words: dict[str, Any]) -> str:
    if settlement.stage != Settlement.Stage.FINAL:
        return str(words["object_by"].format(day=last_day_to_object(settlement)))
    transfer = getattr(settlement, "transfer", None)
    if transfer is not None and (as_of is None or transfer.recorded_at <= as_of):
        return str(words["paid_on"].format(day=transfer.day, entry=transfer.entry.number))
    return "—" if settlement.total == 0 else str(words["pay_by"].format(day=last_day_to_pay(settlement)))


def _money(settlement: Settlement, words: dict[str, Any], body: Any) -> list[list[str]]:
    own = words["not_settled"] if settlement.own is None else shown(settlement.own)
    rows = [[words["own"], own]]
    uncapped = settlement.content["uncapped"]
    if uncapped is not None and uncapped != settlement.content["amount"]:
        rows.append([words["uncapped"], uncapped])
    for row in settlement.corrections.select_related("corrects").order_by("corrects__first_day"):
        before, after = ("—" if each is None else shown(each) for each in (row.before, row.after))
        said = words["correction"].format(period=row.corrects.period, before=before, after=after)
        rows.append([said, shown(row.difference)])
    if settlement.total:
        said = words["total"].format(payer=body(settlement.payer), receiver=body(settlement.receiver))
        rows.append([said, shown(abs(settlement.total))])
    else:
        rows.append([words["nothing"], "0.00"])
    return rows


def _changes(settlement: Settlement) -> list[str]:
    return [
        f"{each['place']} {each['item']} {each['month']}: {', '.join(each['before'])} → {', '.join(each['after'])}"
        for row in settlement.corrections.order_by("corrects__first_day")
        for each in row.changed
    ]


def _objections(
    settlement: Settlement, as_of: dt.datetime | None, words: dict[str, Any], body: Any
) -> list[str]:
    found = []
    for each in (settlement.made_of or settlement).objections.select_related("decision").order_by("pk"):
        if as_of is not None and each.recorded_at > as_of:
            continue
        answer = each.answer
        if answer is not None and as_of is not None and answer.recorded_at > as_of:
            answer = None
        verdict = words["undecided"]
        if answer is not None:
            verdict = (
                f"{words['upheld'] if answer.upheld else words['rejected']} ({answer.day}): {answer.reason}"
            )
        found.append(f"{body(each.body)} {each.day} {each.document}: {each.reason} — {verdict}")
    return found


def _readings(settlement: Settlement, words: dict[str, Any]) -> list[list[str]]:
    return [
        [
            each["place"],
            each["item"],
            f"{each['month'][0]}-{each['month'][1]:02d}",
            f"{each['value']} {each['unit']}{words['half'] if each['how'] == 'half-limit' else ''}",
            str(each["revision"]),
            each["series"],
        ]
        for each in settlement.content["readings"]
    ]


def trace_lines(trace: Trace | None, tongue: str) -> list[str]:
    """The arithmetic line by line; nothing where there is none."""
    return trace.as_text(tongue).splitlines() if trace else []
