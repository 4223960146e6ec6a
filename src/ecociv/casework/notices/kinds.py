"""The kinds of notices (通知类别), by which people choose what also comes as e-mail. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecociv.core.text import Text


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its name, when it is sent, and whether it comes as e-mail until somebody says otherwise."""

    key: str
    title: Text
    about: Text
    email: bool


_ALL = (
    Kind(
        "case-turn",
        Text(zh="轮到办理", en="Your move"),
        Text(zh="案件转到您或您的单位办理时。", en="When a case waits for you or your body."),
        True,
    ),
    Kind(
        "case-escalated",
        Text(zh="时限提醒与升级", en="Deadlines and escalations"),
        Text(
            zh="时限将到或已超过，按规定告知时。",
            en="When a time limit is near or past, as the case type declares.",
        ),
        True,
    ),
    Kind(
        "case-news",
        Text(zh="案件动态", en="News of a case"),
        Text(
            zh="您参与的案件有新的步骤，但不需要您办理时。",
            en="When a case of yours moved on and does not wait for you.",
        ),
        False,
    ),
    Kind(
        "report",
        Text(zh="填报与审核", en="Reports and reviews"),
        Text(zh="应填报的事项、退回和审核结果。", en="Reports that are owed, sent back or reviewed."),
        True,
    ),
    Kind(
        "proposal",
        Text(zh="督办建议", en="Proposals"),
        Text(zh="触发条件成立，等待决定时。", en="When a trigger proposes a case that waits for a decision."),
        True,
    ),
    Kind(
        "score",
        Text(zh="考核", en="Assessment"),
        Text(zh="自评、复核、公布和申诉。", en="Self scores, reviews, results and objections."),
        True,
    ),
    Kind(
        "digest",
        Text(zh="每日摘要", en="Daily digest"),
        Text(
            zh="每个工作日早晨，列出等您办理的案件；没有则不发。",
            en="In the morning of a working day: the cases that wait for you. Nothing is sent where none does.",
        ),
        False,
    ),
    Kind(
        "general",
        Text(zh="其他", en="Other"),
        Text(zh="其他通知。", en="Everything else."),
        False,
    ),
)

KINDS: Mapping[str, Kind] = {kind.key: kind for kind in _ALL}


def kind_of(key: str) -> Kind:
    """The kind that a key belongs to: its own, that of which it begins with the key, else *other*.

    A room may say more exactly what happened (``report-returned``) without a preference of its own for each.

    >>> kind_of("report-returned").key, kind_of("case-turn").key, kind_of("flood").key
    ('report', 'case-turn', 'general')
    """
    if key in KINDS:
        return KINDS[key]
    return next((kind for name, kind in KINDS.items() if key.startswith(f"{name}-")), KINDS["general"])
