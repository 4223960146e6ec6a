"""Names of the rules and tests, for pages and reports."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ecociv.core.text import Text

NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "qc-maintenance": Text(zh="申报的维护时段", en="Declared maintenance"),
        "qc-maintenance-late": Text(zh="事后申报的维护", en="Maintenance declared late"),
        "qc-instrument": Text(zh="超出仪器量程", en="Beyond the instrument"),
        "qc-detection": Text(zh="低于检出限", en="Below detection"),
        "qc-range": Text(zh="超出规定范围", en="Out of range"),
        "qc-step": Text(zh="孤立突变", en="Spike"),
        "qc-jump": Text(zh="变化过快", en="Jump"),
        "qc-flat": Text(zh="数值不变", en="Flat line"),
        "qc-gap": Text(zh="连续缺失", en="Gap"),
        "qc-copied-day": Text(zh="整日重复", en="Copied day"),
        "qc-neighbours": Text(zh="偏离邻站", en="Off the neighbours"),
        "terminal-digits": Text(zh="末位数检验", en="Last digits"),
        "benford-first": Text(zh="首位数检验", en="First digits"),
        "benford-second": Text(zh="第二位数检验", en="Second digits"),
        "repeated-days": Text(zh="重复日检验", en="Repeated days"),
        "bunching": Text(zh="限值前聚集", en="Bunching below a limit"),
        "limit-avoidance": Text(zh="缺少超限日", en="Days above the limit missing"),
        "night-step": Text(zh="夜间台阶", en="Night step"),
        "weekday": Text(zh="周末差异", en="Weekend effect"),
        "neighbour-correlation": Text(zh="与邻站相关下降", en="Less with the neighbours"),
        "neighbour-variance": Text(zh="波动变小", en="Less movement"),
        "neighbour-shift": Text(zh="与邻站之比突变", en="Shift against the neighbours"),
        "variance-for-mean": Text(zh="波动与均值不称", en="Too little movement for the mean"),
        "reported-figure": Text(zh="上报年值与站点", en="Reported figure against sensors"),
        "late-records": Text(zh="迟录", en="Late records"),
        "deadline-burst": Text(zh="截止日前集中修改", en="Edits before deadlines"),
        "one-way-edits": Text(zh="单向修改", en="One-way edits"),
    }
)


def tests_for_falsification(code: str) -> bool:
    """Whether a code is that of a test for falsified data, and not of a rule of quality control.

    >>> tests_for_falsification("terminal-digits"), tests_for_falsification("qc-gap"), tests_for_falsification("other")
    (True, False, False)
    """
    return code in NAMES and not code.startswith("qc-")


def name_of_rule(code: str) -> Text:
    """Name of a rule or test; the code itself where it is another's (a mapping's, a person's)."""
    return NAMES.get(code) or Text(zh=code, en=code)
