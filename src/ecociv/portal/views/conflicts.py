"""Conflicts: figures from different hands that ought to agree and do not, both sides next to each other."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.core.trace import TraceInput
from ecociv.evidence.models import Document
from ecociv.indicators.identities import Conflict, Statement, comparisons
from ecociv.indicators.identity_rules import CellSide, ConstantSide, MeanSide, Parts, load_identities
from ecociv.indicators.queries import years_with_values
from ecociv.plan.package import Organisation, ZonePackage
from ecociv.plan.package.organisations import UnknownOrganisation
from ecociv.portal.as_of import read_as_of
from ecociv.portal.collation import collation_key
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.kept import Kept, stamp_of
from ecociv.portal.known import read_year
from ecociv.portal.sources import Source, leaves_of, reads_returns, source_of
from ecociv.portal.tables import Column, Table
from ecociv.portal.values import readable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language
from ecociv.territory.retained.declaration import load_retained

KINDS: dict[str, str | Promise] = {
    "counties": gettext_lazy("Counties against the city"),
    "returns": gettext_lazy("One return against another"),
    "derived": gettext_lazy("Derived against reported"),
    "stations": gettext_lazy("Stations against stations"),
    "published": gettext_lazy("Return against a published figure"),
    "layers": gettext_lazy("Figure against the layers"),
}
SOURCES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Leaf:
    """One figure of a side, with the pages that it leads to."""

    leaf: TraceInput
    source: Source | None
    document: str

    @property
    def label(self) -> str:
        """What the figure is."""
        return self.leaf.label.in_language(language())

    @property
    def value(self) -> str:
        """The figure with its unit; a kind of absence in words."""
        value, unit = self.leaf.value, label_of(self.leaf.unit).in_language(language())
        if value is None:
            return "—"
        if isinstance(value, Missing):
            return value.label.in_language(language())
        number = readable(value) if isinstance(value, Decimal) else f"{value:.8g}"
        return number if self.leaf.unit == "1" else f"{number} {unit}"


@dataclass(frozen=True, slots=True)
class SideShown:
    """One side of a comparison."""

    stated: Statement
    bodies: tuple[str, ...]
    leaves: tuple[Leaf, ...]
    more: int

    @property
    def value(self) -> str:
        """The figure for reading; the file has all its digits."""
        return readable(self.stated.value)

    @property
    def suppliers(self) -> str:
        """Who supplied it."""
        return ("、" if language() == "zh" else ", ").join(self.bodies) or "—"

    @property
    def documents(self) -> str:
        """Returns and files from which its figures were read, each once."""
        return "; ".join(dict.fromkeys(leaf.document for leaf in self.leaves if leaf.document))

    @property
    def origin(self) -> str:
        """Series, document and revision of its figures, for a file."""
        return "; ".join(
            f"{leaf.source_id} r{leaf.revision}" for leaf in leaves_of(self.stated.trace) if leaf.source_id
        )


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One comparison for the page."""

    found: Conflict
    kind: str
    settle: Organisation | None
    left: SideShown
    right: SideShown

    @property
    def title(self) -> str:
        """What ought to agree."""
        return self.found.title.in_language(language())

    @property
    def kind_text(self) -> str:
        """Kind of the identity in words."""
        return str(KINDS[self.kind])

    @property
    def note(self) -> str:
        """How the two sides are defined, where that alone explains a difference."""
        return self.found.note.in_language(language()) if self.found.note else ""

    @property
    def unit(self) -> str:
        """Unit in the reader's language."""
        return label_of(self.found.left.unit).in_language(language())

    @property
    def difference(self) -> str:
        """Left less right, with its sign."""
        number = self.found.difference
        return f"+{readable(number)}" if number > 0 else readable(number).replace("-", "−")

    @property
    def relative(self) -> float:
        """Difference as a share of the larger side, in per cent."""
        return self.found.relative * 100

    @property
    def allowed(self) -> str:
        """How far they may lie apart, for reading."""
        return f"{float(self.found.allowed):.4g}"

    @property
    def times(self) -> float | None:
        """The difference as a multiple of what is allowed; none where nothing is."""
        if not self.found.allowed:
            return None
        return float(abs(self.found.difference) / self.found.allowed)

    @property
    def settle_text(self) -> str:
        """Who should settle it."""
        return self.settle.shown(language()) if self.settle else self.found.settle

    @property
    def sample(self) -> bool:
        """Whether either side rests on generated data."""
        return self.found.left.sample or self.found.right.sample


def _columns() -> list[Column[ConflictRow]]:
    def side(key: str, label: str | Promise, left: bool) -> list[Column[ConflictRow]]:
        def shown(row: ConflictRow) -> SideShown:
            return row.left if left else row.right

        return [
            Column(key, label, lambda r: shown(r).stated.value),
            Column(
                f"{key}_supplier",
                f"{label}: {_('supplied by')}",
                lambda r: shown(r).suppliers,
                export_only=True,
            ),
            Column(
                f"{key}_origin", f"{label}: {_('read from')}", lambda r: shown(r).origin, export_only=True
            ),
        ]

    def difference(row: ConflictRow) -> Decimal:
        return row.found.difference

    return [
        Column(
            "year", gettext_lazy("Year"), lambda r: r.found.year, sort_by=lambda r: r.found.year, numeric=True
        ),
        Column(
            "title",
            gettext_lazy("What ought to agree"),
            lambda r: r.title,
            sort_by=lambda r: collation_key(r.title),
        ),
        Column("kind", gettext_lazy("Kind"), lambda r: r.kind_text, export_only=True),
        Column("unit", gettext_lazy("Unit"), lambda r: r.unit, export_only=True),
        *side("left", _("One side"), True),
        *side("right", _("Other side"), False),
        Column(
            "difference",
            gettext_lazy("Difference"),
            difference,
            sort_by=lambda r: r.found.relative,
            numeric=True,
        ),
        Column("relative", gettext_lazy("Difference (%)"), lambda r: r.relative, export_only=True),
        Column(
            "allowed",
            gettext_lazy("Allowed"),
            lambda r: r.found.allowed,
            sort_by=lambda r: r.times,
            numeric=True,
        ),
        Column(
            "settle",
            gettext_lazy("To be settled by"),
            lambda r: r.settle_text,
            sort_by=lambda r: collation_key(r.settle_text),
        ),
        Column(
            "holds", gettext_lazy("Holds"), lambda r: _("yes") if r.found.holds else _("no"), export_only=True
        ),
        Column(
            "sample", gettext_lazy("Sample data"), lambda r: _("yes") if r.sample else "", export_only=True
        ),
    ]


_kept: Kept[list[Conflict]] = Kept(40)


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Identities that do not hold; with ``?show=all`` those that do as well."""
    zone = plan.zone.key
    as_of = read_as_of(request)
    years = years_with_values(zone, as_of.moment)
    asked = read_year(request.GET.get("year", ""))
    wanted = [asked] if asked in years else years
    stamp = stamp_of(zone)
    found = [
        each
        for year in wanted
        for each in _kept.get((*stamp, year, as_of.moment), partial(comparisons, zone, year, as_of.moment))
    ]
    kinds = kinds_of(zone)
    rows = _rows(plan, found, kinds, reads_returns(request.user))
    filters = _filters(request, plan, rows, years)
    everything = filters["show"] == "all"
    kept = [row for row in rows if (everything or not row.found.holds) and _keep(row, filters)]
    table = Table(_columns(), kept, request.GET, default_sort="-year", page_size=50)
    if download := export(request, table, _("Conflicts")):
        return download
    broken = [each for each in found if not each.holds]
    context = {
        "table": table,
        "filters": filters,
        "filters_kept": (("as_of", as_of.asked),) if as_of.moment else (),
        "as_of": as_of,
        "declared": len(kinds),
        "wanted": wanted,
        "compared": len(found),
        "broken": len(broken),
        "holding": len(found) - len(broken),
        "years": [
            (
                year,
                sum(each.year == year and not each.holds for each in found),
                sum(each.year == year for each in found),
            )
            for year in wanted
        ],
    }
    return render(request, "portal/conflicts.html", context)


def kinds_of(zone: str) -> dict[str, str]:
    """Kind of each comparison that the zone declares, by its key."""
    kinds: dict[str, str] = {
        f"layers:{area.series}": "layers" for area in load_retained(zone).areas if area.tolerance is not None
    }
    for item in load_identities(zone).identities:
        if isinstance(item, Parts):
            kinds.update({f"{item.key}:{cell}": "counties" for cell in item.cells})
            continue
        sides = (item.left, item.right)
        if any(isinstance(side, ConstantSide) for side in sides):
            kinds[item.key] = "published"
        elif any(isinstance(side, MeanSide) for side in sides):
            kinds[item.key] = "stations"
        elif all(isinstance(side, CellSide) for side in sides):
            kinds[item.key] = "returns"
        else:
            kinds[item.key] = "derived"
    return kinds


def _rows(plan: ZonePackage, found: list[Conflict], kinds: dict[str, str], inside: bool) -> list[ConflictRow]:
    files = _files(found)
    return [
        ConflictRow(
            each,
            kinds.get(each.key, "returns"),
            _body(plan, each.settle),
            _side(plan, each.left, files, inside),
            _side(plan, each.right, files, inside),
        )
        for each in found
    ]


def _files(found: list[Conflict]) -> dict[str, str]:
    """Names of loaded files by the first signs of their digest."""
    digests = {
        leaf.source_id.partition("@")[2].partition(":")[0]
        for each in found
        for side in (each.left, each.right)
        for leaf in leaves_of(side.trace)
    } - {""}
    if not digests:
        return {}
    length = min(map(len, digests))
    named = {digest[:length]: name for digest, name in Document.objects.values_list("pk", "name")}
    return {digest: named[digest[:length]] for digest in digests if digest[:length] in named}


def _side(plan: ZonePackage, stated: Statement, files: dict[str, str], inside: bool) -> SideShown:
    leaves = leaves_of(stated.trace)
    shown = []
    for leaf in leaves[:SOURCES_SHOWN]:
        source = source_of(leaf.source_id, leaf.valid, inside=inside)
        document = files.get(source.digest, source.title) if source else ""
        shown.append(Leaf(leaf, source, document))
    bodies = tuple(_name(plan, name) for name in stated.suppliers if name)
    return SideShown(stated, bodies, tuple(shown), max(0, len(leaves) - SOURCES_SHOWN))


def _body(plan: ZonePackage, name: str) -> Organisation | None:
    try:
        return plan.resolve(name)
    except UnknownOrganisation:
        return None


def _name(plan: ZonePackage, name: str) -> str:
    """A body in the reader's language; as it signed, where the plan does not know it."""
    body = _body(plan, name)
    return body.shown(language()) if body else name


def _filters(request: HttpRequest, plan: ZonePackage, rows: list[ConflictRow], years: list[int]) -> Filters:
    bodies = {row.settle_text for row in rows} | {
        name for row in rows for side in (row.left, row.right) for name in side.bodies
    }
    used = {row.kind for row in rows}
    return Filters(
        request.GET,
        [
            Filter("year", _("Year"), [Choice(str(y), str(y)) for y in reversed(years)], _("All years")),
            Filter(
                "kind", _("Kind"), [Choice(k, str(v)) for k, v in KINDS.items() if k in used], _("All kinds")
            ),
            Filter(
                "body",
                _("Body concerned"),
                [Choice(name, name) for name in sorted(bodies, key=collation_key)],
                _("All bodies"),
            ),
            Filter("show", _("Show"), [Choice("all", _("Those that hold as well"))], _("Only conflicts")),
        ],
    )


def _keep(row: ConflictRow, filters: Filters) -> bool:
    if filters["year"] and str(row.found.year) != filters["year"]:
        return False
    if filters["kind"] and row.kind != filters["kind"]:
        return False
    concerned = (row.settle_text, *row.left.bodies, *row.right.bodies)
    if filters["body"] and filters["body"] not in concerned:
        return False
    return matches(filters.text, row.found.title.zh, row.found.title.en, *concerned)
