"""Reference data in the administration pages: places, properties and series to edit, what was recorded to read.

Rights come from the one policy of the people room; every edit enters the record of changes.
"""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.forms.models import model_to_dict
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from ecociv.casework.notices.models import Webhook
from ecociv.evidence.models import Document, ImportRun, ObservedProperty, Place, Series
from ecociv.people import audit
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.models import PlanItemRevision
from ecociv.portal.zone import zone_key

for _model in (AccessFailureLog, AccessLog):
    admin.site.unregister(_model)
admin.site.unregister(AccessAttempt)


class Managed(ModelAdmin):  # type: ignore[misc]
    """What administrators may see, and nobody else."""

    compressed_fields = True

    def _manages(self, request: HttpRequest) -> bool:
        return allowed(request.user, Action.MANAGE_REFERENCE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._manages(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._manages(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Edited(Managed):
    """Reference data that may be added and edited; nothing is deleted, since evidence refers to it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._manages(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._manages(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store, and record who changed what."""
        before = model_to_dict(type(obj).objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)
        audit.record(
            actor=request.user,
            action="change-reference" if change else "create-reference",
            zone=zone_key(),
            subject_kind=obj._meta.model_name,
            subject_key=str(obj.pk),
            before=before,
            after=model_to_dict(obj),
        )


@admin.register(Place)
class PlaceAdmin(Edited):
    """Places of observation."""

    list_display = ["key", "kind", "name_zh", "name_en", "code", "parent"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["key", "name_zh", "name_en", "code"]


@admin.register(ObservedProperty)
class ObservedPropertyAdmin(Edited):
    """What is observed."""

    list_display = ["key", "name_zh", "name_en"]
    search_fields = ["key", "name_zh", "name_en"]


@admin.register(Series)
class SeriesAdmin(Managed):
    """Series are made by imports from declared mappings; here they are to be looked at."""

    search_fields = ["key"]


@admin.register(Document)
class DocumentAdmin(Managed):
    """Files that evidence rests on."""

    list_display = ["name", "size", "received_at", "received_from", "sample"]
    list_filter = ["sample"]
    search_fields = ["name", "sha256"]


@admin.register(ImportRun)
class ImportRunAdmin(Managed):
    """What was loaded when, and what became of its rows."""

    list_display = [
        "started_at",
        "mapping",
        "state",
        "author_name",
        "rows_read",
        "rows_rejected",
        "values_new",
        "values_revised",
    ]
    list_filter = ["state", "kind", "sample"]
    date_hierarchy = "started_at"
    show_full_result_count = False


@admin.register(PlanItemRevision)
class PlanItemRevisionAdmin(Managed):
    """Every version of every plan item."""

    list_display = ["recorded_at", "kind", "key", "revision", "source", "author", "reason"]
    list_filter = ["kind", "source"]
    search_fields = ["key", "reason"]
    show_full_result_count = False


@admin.register(AccessAttempt)
class ClosedLogInAdmin(Managed):
    """Names closed after wrong passwords; deleting an entry opens the door at once."""

    list_display = ["username", "ip_address", "failures_since_start", "attempt_time"]
    search_fields = ["username", "ip_address"]
    fields = readonly_fields = [
        "username",
        "ip_address",
        "user_agent",
        "failures_since_start",
        "attempt_time",
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return allowed(request.user, Action.MANAGE_ACCOUNTS)


@admin.register(Webhook)
class WebhookAdmin(Edited):
    """Where the notices of a zone are also sent."""

    list_display = ["zone", "url", "active"]
    fields = ["zone", "url", "secret", "active"]
