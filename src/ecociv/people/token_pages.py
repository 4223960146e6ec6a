"""The page of the own access tokens."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ecociv.people.models import AccessToken, User
from ecociv.people.tokens import CreateToken, RevokeToken, Scope, TokenRefused


class TokenForm(forms.Form):
    """What a new token is called, what it may do, and how far it reaches."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Which machine uses it, for example “gateway at the river station”."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(s.value, s.value) for s in Scope],
    )
    expires = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("Empty: it does not expire."),
    )
    networks = forms.CharField(
        label=gettext_lazy("Only these networks"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Keys with spaces between; empty: all that you may reach."),
    )
    places = forms.CharField(
        label=gettext_lazy("Only these places"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Keys with spaces between; empty: all that you may reach."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh-hans"
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (scope.value, f"{scope.label.in_language(language)} ({scope.value})") for scope in Scope
        ]
        for name, field in self.fields.items():
            if name != "scopes":
                field.widget.attrs["class"] = "form-control"


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List the own tokens and make one; the new one is shown on the answer, once."""
    user = request.user
    assert isinstance(user, User)
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        last = form.cleaned_data["expires"]
        try:
            _made, secret = CreateToken(
                user=user,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                actor=user,
                expires_at=timezone.make_aware(datetime.combine(last, time.max)) if last else None,
                networks=form.cleaned_data["networks"].split(),
                places=form.cleaned_data["places"].split(),
            ).execute()
            form = TokenForm()
        except TokenRefused as refusal:
            form.add_error(None, refusal.text.in_language(get_language() or "zh-hans"))
    now = timezone.now()
    listed = [(token, token.usable(now)) for token in AccessToken.objects.filter(user=user)]
    return render(request, "people/tokens.html", {"form": form, "secret": secret, "tokens": listed})


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Close one of the own tokens."""
    token = get_object_or_404(AccessToken, pk=pk, user=request.user)
    RevokeToken(token, request.user).execute()
    messages.success(request, _("The token is closed; a machine that uses it is refused from now on."))
    return redirect("people:tokens")
