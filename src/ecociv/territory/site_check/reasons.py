"""What a site check says beside its findings: that nothing stands against, or what was not looked at."""

from __future__ import annotations

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason

NOTHING = Reason(
    "nothing-stands-against",
    Text(zh="没有控制线、规划或权利限制该用途。", en="No line, plan or right stands against the purpose."),
)


NO_BOUNDARY = Reason(
    "zone-boundary-missing",
    Text(
        zh="没有生效的行政区划图层，无法确认地块在示范区之内。",
        en="No layer of boundaries is in force, so whether the site lies in the zone is not known.",
    ),
)


NOT_CONSULTED = Reason(
    "restricted-not-consulted",
    Text(
        zh="有不对您开放的图层未参与审查；请由领导小组办公室完成审查。",
        en="Layers that are not open to you were not consulted; the office of the leading group can complete the check.",
    ),
)


NOT_SHOWN = Reason(
    "restricted-not-shown",
    Text(
        zh="有不对您开放的图层未列出；没有规则涉及这些图层，不影响结论。",
        en="Layers that are not open to you are not listed; no rule is about them, so the answer does not depend on them.",
    ),
)


RESTRICTED = {
    "forbids": Text(
        zh="有不对您开放的控制线不允许该用途；请向领导小组办公室查询。",
        en="A line that is not open to you stands against the purpose; ask the office of the leading group.",
    ),
    "limits": Text(
        zh="有不对您开放的控制线对该用途有限制；请向领导小组办公室查询。",
        en="A line that is not open to you limits the purpose; ask the office of the leading group.",
    ),
}
