"""A case type that uses every feature of a declaration, for tests; and the ways to spoil it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ecociv.casework.declaration import CaseType

T = {"zh": "题", "en": "Title"}


def declaration(**changes: Any) -> dict[str, Any]:
    """The declaration as a file holds it."""
    return {
        "key": "every-feature",
        "title": T,
        "about": T,
        "source": T,
        "number": "试〔{year}〕{serial}号",
        "subjects": ["none", "task", "organisation"],
        "visibility": "parties",
        "open_by": ["office", "body"],
        "managed_by": ["office"],
        "parts": {
            "office": {"title": T, "role": "leading_group_office"},
            "leader": {"title": T, "role": "leader"},
            "body": {"title": T, "bodies": "one"},
            "helpers": {"title": T, "bodies": "several", "optional": True},
        },
        "fields": {
            "until": {"title": T, "kind": "date"},
            "how": {"title": T, "kind": "choice", "options": {"a": T, "b": T}, "required": False},
            "much": {"title": T, "kind": "number", "required": False},
        },
        "asked_at_opening": ["until", "how"],
        "documents": {"paper": {"title": T, "required": False}},
        "states": {
            "new": {"title": T, "kind": "start", "turn": ["body"]},
            "work": {"title": T, "turn": ["body", "helpers"]},
            "wait": {"title": T, "turn": ["office"]},
            "check": {"title": T, "turn": ["office"]},
            "warned": {"title": T, "turn": ["body"]},
            "done": {"title": T, "kind": "end"},
            "dropped": {"title": T, "kind": "end"},
        },
        "clocks": {
            "short": {
                "title": T,
                "working_days": 5,
                "runs_in": ["new", "work", "warned"],
                "pauses_in": ["wait"],
                "extension": {
                    "most_days": 10,
                    "most_times": 2,
                    "asked_by": ["body"],
                    "decided_by": ["office"],
                },
                "escalation": [
                    {"after": -1, "to": ["body"], "title": T},
                    {"after": 2, "to": ["office"], "title": T},
                ],
            },
            "long": {"title": T, "until_field": "until", "runs_in": ["work"], "pauses_in": ["wait", "check"]},
        },
        "transitions": {
            "begin": {"title": T, "from": ["new"], "to": "work", "by": ["body"], "reason": False},
            "halt": {"title": T, "from": ["work"], "to": "wait", "by": ["body", "helpers"]},
            "go": {"title": T, "from": ["wait"], "to": "work", "by": ["office"], "fields": ["until"]},
            "send": {
                "title": T,
                "from": ["work", "warned"],
                "to": "check",
                "by": ["body"],
                "fields": ["much"],
                "documents": ["paper"],
            },
            "back": {"title": T, "from": ["check"], "to": "work", "by": ["office", "leader"]},
            "warn": {
                "title": T,
                "from": ["new", "work"],
                "to": "warned",
                "by": ["office"],
                "guards": [{"clock_overdue": "short"}],
            },
            "close": {
                "title": T,
                "from": ["check"],
                "to": "done",
                "by": ["office", "leader"],
                "outcomes": ["good", "fair"],
                "guards": [
                    {"taken_at_least": {"send": 2}},
                    {"children_closed": True},
                    {"no_child_ended_as": ["none"]},
                    {"not_taken": ["drop"]},
                    {"no_open_extension": True},
                    {"not_by_actor_of": ["back"]},
                ],
            },
            "drop": {
                "title": T,
                "from": ["new", "work", "wait", "check", "warned"],
                "to": "dropped",
                "by": ["office"],
                "outcomes": ["none"],
            },
        },
        "outcomes": {"good": T, "fair": T, "none": T},
        **changes,
    }


def every_feature() -> CaseType:
    return CaseType.model_validate(declaration())


def write(folder: Path, content: dict[str, Any]) -> Path:
    """Write it as a file of that key."""
    path = folder / f"{content['key']}.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
