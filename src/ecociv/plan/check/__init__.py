"""Plan check (计划体检): reads a plan as a strict colleague would and lists what does not hold.

>>> from ecociv.plan.check import check_plan
>>> from ecociv.plan.package import load_zone
>>> findings = check_plan(load_zone("jingdezhen"))
>>> [f.code for f in findings if f.places == ("indicator:46", "task:112")]
['figure-conflict', 'figure-conflict', 'figure-conflict']
"""

from ecociv.plan.check.findings import Figure, Finding, Severity
from ecociv.plan.check.rulebook import RULES, Rule, check_plan, rule_of

__all__ = ["RULES", "Figure", "Finding", "Rule", "Severity", "check_plan", "rule_of"]
