"""Accounts and the record of changes in the administration pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from ecociv.people import audit
from ecociv.people.models import AuditEntry, User

# Rights come from the role and the body, by one policy; Django's groups would be a second answer to one question.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(SimpleHistoryAdmin, DjangoUserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]
    """Accounts; every change is kept with its author."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "display_name", "role", "organisation", "post", "zone", "is_active", "last_login"]
    list_filter = ["role", "zone", "is_active"]
    search_fields = ["username", "display_name", "organisation"]
    ordering = ["username"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["display_name", "phone", "email"]}),
        (_("Role and body"), {"fields": ["role", "zone", "organisation", "post", "is_active"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["username", "display_name", "role", "zone", "organisation", "post", "password1", "password2"],
            },
        ),
    ]
    readonly_fields = ["last_login", "date_joined"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Store, and record who changed which account from what to what."""
        fields = ["role", "zone", "organisation", "post", "display_name", "is_active"]
        before = User.objects.filter(pk=obj.pk).values(*fields).first() if change else None
        super().save_model(request, obj, form, change)
        audit.record(
            actor=request.user,
            action="change-account" if change else "create-account",
            zone=obj.zone,
            subject_kind="account",
            subject_key=obj.username,
            before=before,
            after={field: getattr(obj, field) for field in fields},
        )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are closed, not deleted: their name stands in the record of changes."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(request.user.is_staff)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)


@admin.register(AuditEntry)
class AuditEntryAdmin(ModelAdmin):  # type: ignore[misc]
    """The record of changes, to read."""

    list_display = ["recorded_at", "actor_name", "actor_organisation", "action", "subject_kind", "subject_key", "reason"]
    list_filter = ["action", "subject_kind", "zone"]
    search_fields = ["actor_name", "subject_key", "reason"]
    date_hierarchy = "recorded_at"
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
