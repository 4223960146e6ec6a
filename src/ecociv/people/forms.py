"""Forms for logging in and for the own password, with the classes that the pages' style sheet expects."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _


def _style(fields: dict[str, forms.Field]) -> None:
    for field in fields.values():
        field.widget.attrs["class"] = "form-control"


class LogInForm(AuthenticationForm):
    """Name and password."""

    error_messages = {
        "invalid_login": _("This name and password do not belong together. Capital letters count."),
        "inactive": _("This account is closed. Ask an administrator to open it."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _style(self.fields)


class OwnPasswordForm(PasswordChangeForm):
    """The old password and twice the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _style(self.fields)
