"""Who leads a series today: the body that it names, or the one that holds that body's duties by now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage
from ecociv.plan.package.organisations import UnknownOrganisation
from ecociv.plan.queries import ZoneNotLoaded, current_package


@dataclass(frozen=True, slots=True)
class Lead:
    """A body by its key, as accounts name it, with its name to read."""

    key: str
    name: Text


def lead_on(zone: str, organisation: str, day: date) -> Lead | None:
    """The body that leads what an organisation supplies, on a day.

    Parameters
    ----------
    organisation
        As a series has it: a name in any form that the plan prints, or a key.
    day
        Successors that hold all duties by then are followed; a part that moved does not move the lead.

    Returns
    -------
    The body; the organisation as it is written where the plan does not know it (or is not loaded); none for no
    organisation.
    """
    if not organisation:
        return None
    try:
        plan = current_package(zone)
        body = plan.body_on(_key(plan, organisation), day)
    except (ZoneNotLoaded, KeyError):
        return Lead(organisation, Text(zh=organisation, en=organisation))
    return Lead(body.key, Text(zh=body.name, en=body.name_en))


def _key(plan: ZonePackage, organisation: str) -> str:
    try:
        return plan.resolve(organisation).key
    except UnknownOrganisation:
        return organisation
