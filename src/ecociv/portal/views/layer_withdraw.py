"""Withdrawing a layer version: with a reason; what it said stays to be read."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ecociv.people.doors import people_of_the_zone
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.portal.zone import language, zone_key
from ecociv.territory.actions import LayerRefused, WithdrawLayerVersion
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import may_read


class WithdrawForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        help_text=gettext_lazy("Shown with the version for as long as it is kept."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
def withdraw(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Ask for the reason, then withdraw."""
    version = get_object_or_404(
        LayerVersion.objects.select_related("layer"), layer__zone=zone_key(), layer__key=key, number=number
    )
    if not may_read(request.user, version):
        raise Http404
    owner = version.layer.owner
    require(request.user, Action.RECORD_EVIDENCE, zone=zone_key(), lead=[owner] if owner else [])
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            WithdrawLayerVersion(version, form.cleaned_data["reason"], request.user).execute()
        except LayerRefused as refused:
            for text in refused.texts:
                form.add_error(None, text.in_language(language()))
        else:
            messages.success(request, _("Version %(n)d was withdrawn.") % {"n": version.number})
            return redirect("portal:layer", key=key)
    context = {"form": form, "version": version, "title": version.layer.title.in_language(language())}
    return render(request, "portal/layers/withdraw.html", context)
