"""The service: its operations, and every refusal as JSON."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from ecociv import __version__
from ecociv.api.problems import Problem, answer, problem_of
from ecociv.api.rest import files, readings, series, sites

api = NinjaAPI(
    title="ecociv",
    version=__version__,
    description="Evidence of the zone: readings and files in, series and observations out. See docs/interfaces.md.",
    urls_namespace="rest",
    docs_url=None,
    openapi_url="/openapi.json",
)


api.add_router("", readings.router)
api.add_router("", series.router)
api.add_router("", files.router)
api.add_router("", sites.router)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return answer(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    where = "; ".join(
        f"{'.'.join(str(part) for part in item['loc'][1:])}: {item['msg']}" for item in error.errors
    )
    return answer(
        Problem(
            422, "UnprocessableEntity", "参数不正确：{where}", "Wrong parameters: {where}", where=where[:500]
        )
    )


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    status = error.status_code
    return answer(
        Problem(status, "BadRequest", "请求无法读取：{e}", "The request cannot be read: {e}", e=str(error))
    )


@api.exception_handler(Exception)
def _other(request: HttpRequest, error: Exception) -> HttpResponse:
    problem = problem_of(error)
    if problem is None:
        raise error
    return answer(problem)
