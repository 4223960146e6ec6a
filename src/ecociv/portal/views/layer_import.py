"""Importing a layer: the file is sent, what was found is shown, what is missing is asked, then it is stored."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.layer_form import LayerForm, UploadForm
from ecociv.portal.layer_report import topology_view
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.layers import may_import
from ecociv.portal.zone import language, zone_key
from ecociv.territory.actions import LayerRefused
from ecociv.territory.importing import ImportRefused
from ecociv.territory.imports import Examined, ImportChoices, ZoneGround, examine, layer_version
from ecociv.territory.layers.kinds import layer_kind, layer_kinds
from ecociv.territory.models import Layer
from ecociv.territory.topology import RuleRefused
from ecociv.territory.uploads import Upload, forget, receive, waiting


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def upload(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The first step: a file and its kind."""
    _require(request)
    form = UploadForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind")})
    if request.method == "POST" and form.is_valid():
        try:
            kept = receive(form.cleaned_data["file"], request.user, zone_key())
        except ImportRefused as refusal:
            form.add_error("file", refusal.text.in_language(language()))
        else:
            address = reverse("portal:layer-import-settle", args=[kept.token])
            return redirect(f"{address}?kind={form.cleaned_data['kind']}")
    return render(request, "portal/layers/upload.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def settle(request: HttpRequest, plan: ZonePackage, token: str) -> HttpResponse:
    """The second step: what was found, what is asked, and storing it."""
    _require(request)
    kept = waiting(token, request.user, zone_key())
    if kept is None:
        raise Http404(_("The file is no longer here: uploads are kept for a day. Send it again."))
    if request.POST.get("do") == "discard":
        forget(kept)
        return redirect("portal:layers")
    if request.method == "POST":
        form = LayerForm(request.POST, storing=request.POST.get("do") == "store")
        valid = form.is_valid()
        choices = form.choices() if valid else None
        kind = form.cleaned_data.get("kind") or next(iter(layer_kinds()))
    else:
        kind = request.GET.get("kind", "")
        kind = kind if kind in layer_kinds() else next(iter(layer_kinds()))
        title = kept.name.rpartition(".")[0] or kept.name
        form = LayerForm(initial=LayerForm.defaults(kind, _usual_key(kind), title))
        valid, choices = True, ImportChoices()
    found, refusal = _examined(kept, kind, choices) if choices is not None else (None, None)
    if found is not None and valid and request.POST.get("do") == "store":
        stored = _stored(request, form, found)
        if stored is not None:
            forget(kept)
            return redirect("portal:layer", key=stored)
    if refusal is not None:
        form = _asked(form, refusal)
    return render(
        request,
        "portal/layers/settle.html",
        {
            "upload": kept,
            "form": form,
            "found": found,
            "refusal": refusal.text.in_language(language()) if refusal else "",
            "asked": LayerForm.ASKED.get(refusal.asks or "", "") if refusal else "",
            "topology": _topology(found),
            "notes": [each.text.in_language(language()) for each in found.notes] if found else [],
            "faults": [each.in_language(language()) for each in found.faults] if found else [],
            "file_fields": _fields(found, refusal),
            "file_layers": refusal.reason.data.get("layers", []) if refusal else [],
            "classes": layer_kind(kind).class_names(),
            "layer_keys": Layer.objects.filter(zone=zone_key(), kind=kind).values_list("key", flat=True),
        },
    )


def _usual_key(kind: str) -> str:
    """The key of the only layer of a kind, or the kind's own name."""
    keys = list(Layer.objects.filter(zone=zone_key(), kind=kind).values_list("key", flat=True)[:2])
    return keys[0] if len(keys) == 1 else kind


def _require(request: HttpRequest) -> None:
    if not may_import(request.user):
        raise PermissionDenied(_("Your role does not add layers."))


def _examined(
    kept: Upload, kind: str, choices: ImportChoices
) -> tuple[Examined | None, ImportRefused | None]:
    try:
        return examine(kept.path, layer_kind(kind), choices, ZoneGround.of(zone_key())), None
    except ImportRefused as refusal:
        return None, refusal
    except RuleRefused as refused:  # the form has said so already
        return None, ImportRefused("rule", refused.text)


def _stored(request: HttpRequest, form: LayerForm, found: Examined) -> str | None:
    """Key of the layer when the version was stored; otherwise the form says why not."""
    try:
        added = layer_version(found, author=request.user, zone=zone_key(), **form.statement()).execute()
    except ImportRefused:
        return None  # the faults stand on the page
    except LayerRefused as refused:
        for text in refused.texts:
            form.add_error(None, text.in_language(language()))
        return None
    if added.known:
        messages.info(request, _("The newest version says the same; none was added."))
    else:
        messages.success(request, _("Version %(n)d was stored.") % {"n": added.version.number})
    return added.version.layer.key


def _asked(form: LayerForm, refusal: ImportRefused) -> LayerForm:
    """The form with the question at its field, and with the values that wait for a class."""
    values: object = refusal.reason.data.get("values")
    if not form.is_bound or refusal.code != "unknown-class" or not isinstance(values, list | tuple):
        return form
    data: Any = QueryDict(mutable=True)
    data.update(form.data)
    known = {line.rpartition("=")[0].strip() for line in data.get("class_map", "").splitlines()}
    lines = [
        data.get("class_map", "").rstrip(),
        *(f"{value} = " for value in values if value and value not in known),
    ]
    data["class_map"] = "\n".join(line for line in lines if line)
    again = LayerForm(data, storing=data.get("do") == "store")
    again.is_valid()
    return again


def _topology(found: Examined | None) -> Any:
    if found is None:
        return None
    origin = found.origin(language())
    return topology_view(origin.topology, origin.repairs)


def _fields(found: Examined | None, refusal: ImportRefused | None) -> list[str]:
    if found is not None:
        return list(found.imported.attributes.column_names)
    listed = refusal.reason.data.get("fields", ()) if refusal else ()
    return [str(each) for each in listed] if isinstance(listed, list | tuple) else []
