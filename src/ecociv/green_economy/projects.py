"""Forest-carbon projects on the register: their plan, their surveys, what may be asked for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ecociv.green_economy.declaration import rules
from ecociv.green_economy.forest_carbon import Plan, PlotSurvey, Removals, removals, survey_days
from ecociv.green_economy.models import IssuanceRequest
from ecociv.registers.entries import Entry
from ecociv.registers.queries import entries, entry

PROJECT, SURVEY = "forest-carbon-project", "forest-plot-survey"


def projects(zone: str, on: dt.date | None = None, as_of: dt.datetime | None = None) -> list[Entry]:
    """Projects on the register."""
    return entries(zone, PROJECT, on, as_of)


def project_of(
    zone: str, key: str, on: dt.date | None = None, as_of: dt.datetime | None = None
) -> Entry | None:
    """One project."""
    return entry(zone, PROJECT, key, on, as_of)


def plan_of(project: Entry) -> Plan:
    """The monitoring plan that a project declares."""
    values = project.values
    area, baseline, leakage = (values[key] for key in ("area", "baseline", "leakage"))
    plots, interval = values["plots"], values["interval"]
    assert isinstance(area, Decimal) and isinstance(baseline, Decimal) and isinstance(leakage, Decimal)
    assert isinstance(plots, int) and isinstance(interval, int)
    return Plan(area, baseline, leakage, plots, interval)


def surveys(
    zone: str, project: str, on: dt.date | None = None, as_of: dt.datetime | None = None
) -> list[PlotSurvey]:
    """Accepted surveys of a project's plots."""
    return [
        _survey(one)
        for one in entries(zone, SURVEY, on, as_of)
        if one.values.get("project") == project and one.in_force
    ]


def periods(found: list[PlotSurvey]) -> list[tuple[int, int]]:
    """Pairs of years between which a stock change can be had: one survey to the next."""
    years = survey_days(found)
    return list(zip(years, years[1:], strict=False))


def period_removals(project: Entry, found: list[PlotSurvey], years: tuple[int, int]) -> Removals:
    """Net removals of a project between the surveys of two years.

    Raises
    ------
    MeasurementError
        As :func:`ecociv.green_economy.forest_carbon.removals`.
    """
    return removals(plan_of(project), found, years, rules().carbon_discount)


def requests(
    zone: str, project: str | None = None, as_of: dt.datetime | None = None
) -> list[IssuanceRequest]:
    """Requests for issuance, the newest first."""
    rows = IssuanceRequest.objects.filter(zone=zone).order_by("-serial")
    if project is not None:
        rows = rows.filter(project=project)
    return list(rows if as_of is None else rows.filter(recorded_at__lte=as_of))


def _survey(one: Entry) -> PlotSurvey:
    values = one.values
    area, day, volume = (values[key] for key in ("stratum-area", "day", "volume"))
    assert isinstance(area, Decimal) and isinstance(day, dt.date) and isinstance(volume, Decimal)
    return PlotSurvey(
        one.key,
        str(values["stratum"]),
        str(values["plot"]),
        str(values["species"]),
        area,
        day,
        volume,
        one.sample,
    )
