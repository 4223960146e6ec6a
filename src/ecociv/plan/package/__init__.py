"""A zone package: the plan as data, read from YAML and validated.

>>> from ecociv.plan.package import load_zone
>>> zone = load_zone("jingdezhen")
>>> len(zone.indicators), len(zone.tasks), len(zone.projects)
(49, 176, 53)
>>> zone.resolve("市市场督管局").name
'市市场监管局'
"""

from ecociv.plan.package.dates import PlanDate
from ecociv.plan.package.duties import Duty, Project, ProjectOrTask, QuantifiedTarget, Recurrence, Task
from ecociv.plan.package.indicators import Indicator, Series
from ecociv.plan.package.load import (
    PackageError,
    available_zones,
    load_zone,
    package_from_items,
    zone_directory,
)
from ecociv.plan.package.organisations import Organisation, OrganisationKind, Succession, UnknownOrganisation
from ecociv.plan.package.zone import Zone
from ecociv.plan.package.zone_package import ZonePackage

__all__ = [
    "Duty",
    "Indicator",
    "Organisation",
    "OrganisationKind",
    "PackageError",
    "PlanDate",
    "Project",
    "ProjectOrTask",
    "QuantifiedTarget",
    "Recurrence",
    "Series",
    "Succession",
    "Task",
    "UnknownOrganisation",
    "Zone",
    "ZonePackage",
    "available_zones",
    "load_zone",
    "package_from_items",
    "zone_directory",
]
