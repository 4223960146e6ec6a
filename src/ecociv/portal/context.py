"""What every page knows: the zone, the navigation, whether sample data is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from ecociv.casework.notices.models import Notice
from ecociv.people.doors import of_the_zone
from ecociv.people.models import User
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.portal.assets import import_map
from ecociv.portal.resources_menu import FOR_ENTERPRISES, RESOURCES
from ecociv.portal.territory_menu import TERRITORY
from ecociv.portal.zone import current_zone, sample_shown


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the navigation."""

    name: str
    label: str | Promise
    icon: str
    section: str

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.name)


NAVIGATION = (
    Entry("portal:home", _("Overview"), "home", "home"),
    Entry("portal:indicators", _("Indicators"), "chart-line", "indicators"),
    Entry("portal:tasks", _("Tasks"), "list-check", "tasks"),
    Entry("portal:cases", _("Cases"), "clipboard-list", "cases"),
)

#: First in the menu of people of the zone.
MY_WORK = Entry("portal:work", _("My work"), "clipboard-check", "work")

#: The rest of the plan; the last mark of an entry says whether visitors may open the page.
PLAN = (
    ("portal:projects", _("Projects"), "tool", True),
    ("portal:departments", _("Departments"), "building-community", True),
    ("portal:findings", _("Plan check"), "clipboard-check", True),
)

#: The evidence menu; the last mark says whether visitors may open the page.
EVIDENCE = (
    ("portal:stations", _("Stations"), "map-pin", True),
    ("portal:air", _("Air"), "wind", True),
    ("portal:water", _("Water sections"), "droplet", True),
    ("portal:series", _("Series"), "chart-line", True),
    ("portal:returns", _("Departmental returns"), "forms", False),
    ("portal:quality", _("Data quality"), "shield-check", True),
    ("portal:documents", _("Document library"), "files", True),
    ("portal:runs", _("Import runs"), "database", False),
)


#: The supervision menu, shown to people of the zone.
SUPERVISION = (
    ("portal:board", _("Leader's board"), "device-analytics"),
    ("portal:ladder", _("The ladder"), "stairs-up"),
    ("portal:proposals", _("Proposals"), "flag"),
    ("portal:self-reports", _("Self-reports"), "clipboard-check"),
    ("portal:interviews", _("Interviews"), "message-circle"),
    ("portal:bottlenecks", _("Bottlenecks"), "hourglass"),
    ("portal:inspections", _("Inspections"), "map"),
    ("portal:responsibility", _("Responsibility"), "users"),
)


Menu = Sequence[tuple[str, str | Promise, str, bool]]


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry of a menu."""

    url: str
    label: str | Promise
    icon: str
    here: bool


def _menu_by_reader(request: HttpRequest, entries: Menu) -> list[MenuEntry]:
    known = of_the_zone(request.user)
    own = FOR_ENTERPRISES if request.user.is_authenticated else frozenset()
    shown = [
        (reverse(name), label, icon) for name, label, icon, public in entries if public or known or name in own
    ]
    return _marked(request, shown)


def _marked(request: HttpRequest, shown: list[tuple[str, str | Promise, str]]) -> list[MenuEntry]:
    """Entries of a menu; the one that the path lies deepest in is marked, and no other."""
    here = max((url for url, _label, _icon in shown if request.path.startswith(url)), key=len, default="")
    return [MenuEntry(url, label, icon, url == here) for url, label, icon in shown]


def _supervision_menu(request: HttpRequest) -> list[MenuEntry]:
    """The pages of supervision."""
    if not of_the_zone(request.user):
        return []
    return _marked(request, [(reverse(name), label, icon) for name, label, icon in SUPERVISION])


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context of every page; what needs the database is read only when the page shows it."""
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    return {
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "plan_menu": SimpleLazyObject(lambda: _menu_by_reader(request, PLAN)),
        "evidence_menu": SimpleLazyObject(lambda: _menu_by_reader(request, EVIDENCE)),
        "territory_menu": SimpleLazyObject(lambda: _menu_by_reader(request, TERRITORY)),
        "resources_menu": SimpleLazyObject(lambda: _menu_by_reader(request, RESOURCES)),
        "supervision_menu": SimpleLazyObject(lambda: _supervision_menu(request)),
        "section": _section(name),
        "import_map": import_map(),
        "the_zone": SimpleLazyObject(current_zone),
        "sample_shown": SimpleLazyObject(sample_shown),
        "reads_history": SimpleLazyObject(lambda: allowed(request.user, Action.READ_HISTORY)),
        "unread_notices": SimpleLazyObject(lambda: _unread(request)),
        "of_the_zone": SimpleLazyObject(lambda: of_the_zone(request.user)),
        "production": settings.ECOCIV_PRODUCTION,
    }


def _navigation(request: HttpRequest) -> tuple[Entry, ...]:
    return (MY_WORK, *NAVIGATION) if of_the_zone(request.user) else NAVIGATION


def _unread(request: HttpRequest) -> int:
    """How many notices the reader has not read."""
    if not isinstance(request.user, User):
        return 0
    return Notice.objects.filter(user=request.user, read_at__isnull=True).count()


OF_INDICATORS = frozenset(
    {
        "indicator-outlook",
        "indicator-lineage",
        "derivations",
        "outlook",
        "differences",
        "conflicts",
        "counties",
    }
)


def _section(name: str) -> str:
    """The entry of the navigation that a page belongs to, by the name of its address."""
    if name in OF_INDICATORS:
        return "indicators"
    if name.startswith("work-"):
        return "work"
    if name == "case" or name.startswith("case-"):
        return "cases"
    first = name.split("_")[0]
    return first + "s" if first in {"indicator", "task", "project", "department"} else first
