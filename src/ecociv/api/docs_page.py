"""The page that lists the operations of the REST interface. No third-party viewer: it works on an intranet."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ecociv.api.rest.service import api


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Operations with their parameters, written from the same schema that programs read."""
    schema: dict[str, Any] = api.get_openapi_schema()
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "description": operation.get("description", "").replace("``", ""),
            "parameters": [parameter["name"] for parameter in operation.get("parameters", [])],
        }
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(request, "api/docs.html", {"operations": operations})
