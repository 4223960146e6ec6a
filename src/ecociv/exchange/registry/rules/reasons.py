"""Reasons of the rules, written in one line. Pure: no Django."""

from __future__ import annotations

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict


def reason(code: str, zh: str, en: str, **data: object) -> Reason:
    """A reason whose sentence has its figures filled in from ``data``."""
    return Reason(code, Text(zh=zh, en=en).fill(**data), data)


def no(*reasons: Reason) -> Verdict:
    """A no, for these reasons; a yes when there are none."""
    return Verdict(not reasons, reasons)
