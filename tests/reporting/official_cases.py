"""Cases brought to a state by the office's own moves, put on record from paper."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ecociv.casework.actions import Attachment, OpenCase, TakeStep
from ecociv.casework.models import Case

ZONE, ECOLOGY = "jingdezhen", "ecology-and-environment-bureau"
BEIJING = ZoneInfo("Asia/Shanghai")
LADDER = (
    ("assign", "2017-03-01"),
    ("deem-signed", "2017-03-06"),  # to be signed by 3 March
    ("urge", "2017-03-28"),  # to be reported by 27 March: 15 working days after the 6th
    ("issue-blue", "2017-04-06"),  # by 5 April: 29, 30, 31 March, 1 April (worked), 5 April
    ("issue-yellow", "2017-04-26"),  # by 13 April: 7, 10, 11, 12, 13
    ("propose-red", "2017-05-05"),  # by 4 May
)
"""The moves of a late matter with the days on which the office took them."""


def at(day: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=BEIJING)


def late_case(office: Any, until: str, folder: Path) -> Case:
    """A supervision order that nobody answered, up to the move ``until``."""
    case = OpenCase(
        ZONE,
        "supervision-order",
        "昌江沿岸排口整治",
        office,
        subject="task:112",
        parties={"responsible": [ECOLOGY], "supporting": ["forestry-bureau"]},
        fields={"demand": "查清昌江沿岸排口，逐个整治并报验收材料"},
        reason="三月例会议定",
        at=at("2017-03-01"),
    ).execute()
    paper = folder / "order.txt"
    paper.write_text("督办单", encoding="utf-8")
    for move, day in LADDER:
        case.refresh_from_db()
        key = f"{move.split('-')[-1]}-order"
        documents = (Attachment(paper, "order.txt", key),) if move.startswith(("issue", "propose")) else ()
        TakeStep(
            case, move, office, case.steps_taken, reason="逾期", documents=documents, at=at(day)
        ).execute()
        if move == until:
            break
    case.refresh_from_db()
    return case


def interview(office: Any, **fields: str) -> Case:
    """An interview that is planned."""
    given = {"interviewee": "王某", "interviewee_post": "局长", "matter": "排口整治逾期", **fields}
    return OpenCase(
        ZONE, "interview", "排口整治逾期约谈", office, subject="task:112", parties={"responsible": [ECOLOGY]},
        fields=given, reason="督办逾期",
    ).execute()  # fmt: skip
