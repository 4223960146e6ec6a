"""Pages for logging in, the own account and the own password."""

from __future__ import annotations

import math
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _

from ecociv.people import audit
from ecociv.people.addresses import client_address
from ecociv.people.forms import LogInForm, OwnPasswordForm
from ecociv.people.models import AuditEntry, User


class LogIn(LoginView):
    """Log in with name and password; wrong passwords are counted (see ``AXES_*`` in the settings)."""

    template_name = "people/log_in.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True


class ChangePassword(PasswordChangeView):
    """Change the own password."""

    template_name = "people/password.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("people:account")

    def form_valid(self, form: Any) -> HttpResponse:
        """Store it, say so, and record that (never what) was changed."""
        response = super().form_valid(form)
        user = self.request.user
        audit.record(
            actor=user,
            action="change-own-password",
            zone=getattr(user, "zone", ""),
            subject_kind="account",
            subject_key=user.get_username(),
        )
        messages.success(self.request, _("Your password has been changed."))
        return response


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """The own account: role, body, and the latest own changes."""
    user = request.user
    assert isinstance(user, User)
    changes = AuditEntry.objects.filter(actor=user).order_by("-pk")[:20]
    return render(request, "people/account.html", {"account": user, "changes": changes})


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any) -> HttpResponse:
    """The page after too many wrong passwords: it says until when, and what to do meanwhile."""
    username = request.POST.get("username", "")
    here = AccessAttempt.objects.filter(username=username, ip_address=client_address(request))
    latest = here.order_by("-attempt_time").first()
    cool_off = get_cool_off(request)
    until = None
    if latest is not None and cool_off is not None:
        until = latest.attempt_time + cool_off
    minutes = max(1, math.ceil((until - timezone.now()).total_seconds() / 60)) if until else None
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"locked_until": until.isoformat() if until else None}, status=429)
    context = {"until": until, "minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT, "username": username}
    response = render(request, "people/locked_out.html", context, status=429)
    if until:
        response["Retry-After"] = str(max(1, math.ceil((until - timezone.now()).total_seconds())))
    return response
