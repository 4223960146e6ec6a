"""The bill of one household: what it pays, tier by tier, and how far it is to the next one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage
from ecociv.portal.tables import Column, Table, url_with
from ecociv.portal.tariff_forms import BillForm
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.tariffs import declared_or_page
from ecociv.portal.zone import language
from ecociv.tariffs.declaration import NoTariffThen
from ecociv.tariffs.schedule import cubic_metres, exact_yuan, litres_of
from ecociv.tariffs.statement import Bill, BillRefused, Household, Reading, bills_of

_BILL: tuple[Column[tuple[str, Decimal, Decimal | None, Decimal]], ...] = (
    Column("what", gettext_lazy("What"), lambda r: r[0]),
    Column("volume", "m³", lambda r: r[1], numeric=True),
    Column("price", gettext_lazy("Price (yuan/m³)"), lambda r: r[2], numeric=True),
    Column("yuan", gettext_lazy("Yuan"), lambda r: r[3], numeric=True),
)
ACCUMULATED = {
    "month": gettext_lazy("this month"),
    "quarter": gettext_lazy("this quarter"),
    "year": gettext_lazy("this year"),
}


@require_safe
@with_plan
def bill(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The bill of one household with its arithmetic; open to everybody, and nothing is kept."""
    declared = declared_or_page(request)
    if isinstance(declared, HttpResponse):
        return declared
    day = timezone.localdate()
    month = day.replace(day=1) - dt.timedelta(days=1)
    initial = {"first": month.replace(day=1), "last": month, "persons": 3}
    sent = "use" in request.GET
    form = BillForm(declared, request.GET if sent else None, initial=initial)
    context: dict[str, Any] = {"form": form}
    status = 200
    if sent and form.is_valid():
        try:
            made = _billed(form)
        except BillRefused as refused:
            form.add_error(refused.about or None, refused.text.in_language(language()))
            status = 422
        except NoTariffThen as refused:
            form.add_error("first", refused.text.in_language(language()))
            status = 422
        else:
            lines = _lines(made)
            table = Table(_BILL, [*lines, (_("Amount due"), cubic_metres(made.reading.litres), None, made.amount)], request.GET)
            if download := export(request, table, made.tariff.name.in_language(language())):
                return download
            context |= {
                "bill": made,
                "trace": made.trace(),
                "lines": lines,
                "use": cubic_metres(made.reading.litres),
                "next_tier": made.segments[-1].to_next_tier,
                "left": cubic_metres(made.segments[-1].to_next_tier[0]) if made.segments[-1].to_next_tier else None,
                "used_so_far": cubic_metres(made.segments[-1].counted),
                "accumulated": ACCUMULATED[made.segments[-1].version.accumulation],
                "xlsx_url": url_with(request.GET, format="xlsx"),
                "csv_url": url_with(request.GET, format="csv"),
            }
    elif sent:
        status = 422
    return render(request, "portal/tariffs/bill.html", context, status=status)


def _billed(form: BillForm) -> Bill:
    said, tariff = form.cleaned_data, form.chosen()
    readings = [
        Reading(said["first"], said["last"], litres_of(said["use"]), litres_of(said["leaked"] or Decimal(0))),
    ]
    before = said["used_before"]
    if before:
        version = tariff.version_on(said["first"])
        start = dt.date(
            said["first"].year, (said["first"].month - 1) // version.months * version.months + 1, 1
        )
        start = max(start, version.valid_from)
        if start >= said["first"]:
            raise BillRefused(
                Text(
                    zh="本次抄表期从累计周期的第一天开始，此前用量应为空。",
                    en="The reading begins with the period of accumulation: leave the use before it empty.",
                ),
                "used_before",
            )
        readings.insert(0, Reading(start, said["first"] - dt.timedelta(days=1), litres_of(before)))
    return bills_of(tariff, Household(said["persons"], said["exemption"]), readings)[-1]


def _lines(made: Bill) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    """Name, volume charged, price and exact amount of each part of a bill."""
    found = []
    for segment in made.segments:
        when = f" ({segment.first} – {segment.last})" if len(made.segments) > 1 else ""
        for part in segment.tiers:
            charged = part.litres - part.free
            if part.free:
                found.append((_("Tier %(n)s, free") % {"n": part.tier} + when, part.free, 0, 0))
            if charged:
                found.append((_("Tier %(n)s") % {"n": part.tier} + when, charged, part.rate, part.units))
        names = {one.key: one.name.in_language(language()) for one in segment.version.surcharges}
        found += [
            (names[key] + when, litres, rate, units)
            for key, litres, rate, units in segment.surcharges
            if litres
        ]
        if segment.leaked:
            found.append((_("Leak, waived") + when, segment.waived, 0, 0))
            rest = segment.leaked - segment.waived
            found.append((_("Leak, charged") + when, rest, segment.leak_rate, segment.leak_units))
    return [
        (
            name,
            cubic_metres(litres),
            Decimal(rate).scaleb(-4).quantize(Decimal("0.01"))
            if rate % 100 == 0
            else Decimal(rate).scaleb(-4),
            exact_yuan(units),
        )
        for name, litres, rate, units in found
    ]
