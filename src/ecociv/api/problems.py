"""Answers to requests that cannot be met: always JSON, a status of its own, and a sentence in both languages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import get_language

from ecociv.core.text import Text


class Problem(Exception):
    """What stands in the way of an answer."""

    def __init__(
        self,
        status: int,
        kind: str,
        zh: str,
        en: str,
        /,
        *,
        headers: dict[str, str] | None = None,
        **fields: object,
    ) -> None:
        self.status, self.kind, self.headers = status, kind, headers or {}
        self.text = Text(zh=zh, en=en).fill(**fields) if fields else Text(zh=zh, en=en)
        super().__init__(self.text.en)


def language() -> str:
    """The language of this request: "zh" or "en"."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"


def words(text: Text) -> str:
    """A text in the language of this request."""
    return text.in_language(language())


def answer(problem: Problem) -> HttpResponse:
    """The problem as JSON: ``code``, ``type``, ``message`` (as SensorThings servers write it), and both languages."""
    body = {
        "code": problem.status,
        "type": problem.kind,
        "message": words(problem.text),
        **problem.text.to_mapping(),
    }
    return as_json(body, problem.status, problem.headers)


def as_json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> JsonResponse:
    """Chinese as it is, no NaN."""
    response = JsonResponse(
        data, status=status, safe=False, json_dumps_params={"ensure_ascii": False, "allow_nan": False}
    )
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose refusals are JSON."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - anything that is no refusal is raised again
            problem = problem_of(error)
            if problem is None:
                raise
            return answer(problem)

    return run


def problem_of(error: Exception) -> Problem | None:
    """The refusal that an exception stands for, if it does."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, PermissionDenied):
        said = str(error) or "—"
        return Problem(403, "Forbidden", "{said}", "{said}", said=said)
    if isinstance(error, RequestDataTooBig):
        return Problem(
            413,
            "PayloadTooLarge",
            "请求正文超过5 MB；请分批发送。",
            "The body is larger than 5 MB; send it in parts.",
        )
    if isinstance(error, MultiPartParserError | TooManyFilesSent):
        return Problem(400, "BadRequest", "无法读取上传的表单。", "The form with the file cannot be read.")
    return None
