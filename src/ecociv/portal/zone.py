"""The zone that the pages show."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language

from ecociv.evidence.models import ImportRun
from ecociv.plan.package import Zone, ZonePackage
from ecociv.plan.queries import ZoneNotLoaded, current_package


def zone_key() -> str:
    """Key of the zone on show."""
    return str(settings.ECOCIV_ZONE)


def package() -> ZonePackage:
    """The plan of the zone on show, as it stands now."""
    return current_package(zone_key())


def current_zone() -> Zone | None:
    """The zone on show, or ``None`` before its plan has been loaded."""
    try:
        return package().zone
    except ZoneNotLoaded:
        return None


def sample_shown() -> bool:
    """Whether any evidence of the zone is generated sample data: every page then says so."""
    return ImportRun.objects.filter(zone=zone_key(), sample=True, values_new__gt=0).exists()


def language() -> str:
    """The reader's language as the rooms below name it: ``zh`` or ``en``."""
    return "en" if (get_language() or "zh-hans").startswith("en") else "zh"
