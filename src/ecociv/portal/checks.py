"""The plan check for pages: run once for each state of the plan, findings with links to their places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import gettext as _

from ecociv.plan.check import Finding, check_plan
from ecociv.plan.package import ZonePackage
from ecociv.portal.zone import language


@lru_cache(maxsize=4)
def findings_of(package: ZonePackage) -> tuple[Finding, ...]:
    """All findings on a plan."""
    return tuple(check_plan(package))


def findings_at(package: ZonePackage, place: str) -> list[Finding]:
    """The findings that name a place such as ``task:112``."""
    return [finding for finding in findings_of(package) if place in finding.places]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the plan with its name for the reader and its page."""

    label: str
    url: str


def place_of(package: ZonePackage, place: str) -> Place:
    """Name and page of a place; a place without a page of its own has an empty address."""
    kind, _sep, key = place.partition(":")
    if kind == "indicator":
        return Place(_("Indicator %(number)s") % {"number": key}, reverse("portal:indicator", args=[key]))
    if kind == "task":
        return Place(_("Task %(number)s") % {"number": key}, reverse("portal:task", args=[key]))
    if kind == "project":
        return Place(_("Project %(number)s") % {"number": key}, reverse("portal:project", args=[key]))
    if kind == "organisation" and package.has_organisation(key):
        body = package.organisation(key)
        return Place(body.shown(language()), reverse("portal:department", args=[key]))
    if kind == "text":
        return Place(_("Main text, %(chapter)s") % {"chapter": key}, "")
    return Place(place, "")
