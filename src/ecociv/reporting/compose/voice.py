"""The language of a report and the figures in it: what every chapter needs in order to speak."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ecociv.core.decimals import shortest
from ecociv.core.missing import Missing
from ecociv.core.text import Language, Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.plan.package import Indicator, Organisation
from ecociv.reporting.document import Cell, Sign
from ecociv.reporting.facts import AnnualFacts, SeriesFact, plan_input
from ecociv.reporting.lights import look_of
from ecociv.reporting.marks import Figure, FigureRegister


@dataclass
class Voice:
    """Speaks one language about one set of facts, and numbers the figures that it shows."""

    facts: AnnualFacts
    language: Language
    figures: FigureRegister = field(default_factory=FigureRegister)
    tables: int = 0

    def say(self, zh: str, en: str, **values: object) -> str:
        """A sentence in the report's language, with its fields filled."""
        pattern = zh if self.language == "zh" else en
        shown = {key: self.text(value) if isinstance(value, Text) else value for key, value in values.items()}
        return pattern.format(**shown)

    def text(self, text: Text) -> str:
        """A text in the report's language."""
        return text.in_language(self.language)

    def join(self, items: Iterable[str], *, most: int | None = None) -> str:
        """Items as a list within a sentence; beyond ``most`` the rest are counted, never dropped in silence."""
        all_items = list(items)
        shown = all_items if most is None or len(all_items) <= most else all_items[:most]
        joined = ("、" if self.language == "zh" else ", ").join(shown)
        if len(shown) < len(all_items):
            joined += self.say("等{n}项", " and {rest} more", n=len(all_items), rest=len(all_items) - len(shown))
        return joined

    def body(self, organisation: Organisation) -> str:
        """The name of a body; the English reader gets the English name."""
        return organisation.shown(self.language)

    def bodies(self, names: Sequence[str]) -> str:
        """Bodies by the names the plan gives them, in the plan's order, each under its canonical name."""
        package = self.facts.package
        return self.join(dict.fromkeys(self.body(package.resolve(name)) for name in names))

    def day(self, day: dt.date) -> str:
        """A date as a document writes it."""
        return f"{day.year}年{day.month}月{day.day}日" if self.language == "zh" else f"{day:%-d %B %Y}"

    def moment(self, moment: dt.datetime) -> str:
        """A moment in the time zone of the report, to the minute."""
        local = moment.astimezone(self.facts.as_of.tzinfo) if moment.tzinfo else moment
        return f"{local:%Y-%m-%d %H:%M}"

    def sign(self, light: str) -> Sign:
        """A light as it is printed."""
        look = look_of(light)
        return Sign(look.key, look.shape, self.text(look.words), look.colour)

    def table_number(self) -> int:
        """The next table's number."""
        self.tables += 1
        return self.tables

    def value(self, value: Decimal | Mapping[str, Decimal] | Missing | None, *, shorten: bool = False) -> str:
        """A value as digits, a composition as shares joined by colons, a missing value in words."""
        if value is None:
            return "—"
        if isinstance(value, Missing):
            return self.text(value.label)
        if isinstance(value, Mapping):
            return ":".join(self.value(share, shorten=shorten) for share in value.values())
        return shortest(value) if shorten else format(abs(value) if value.is_zero() else value, "f")

    def actual(self, indicator: Indicator, fact: SeriesFact) -> Cell:
        """The value of a series with its mark, or the reason why there is none."""
        if not fact.known:
            return Cell(self.value(fact.value))
        if fact.trace is None:
            raise ValueError(
                f"The series {fact.key!r} of indicator {indicator.number} has a value without a trace; "
                "a report shows no figure whose arithmetic is unknown."
            )
        number = fact.value if isinstance(fact.value, Decimal) else None
        shown = "" if number is not None else self.value(fact.value)
        files = () if fact.days is None else tuple((name, digest) for digest, name in sorted(fact.days.sources.items()))
        figure = Figure(fact.trace, shown, fact.evidence_digest, fact.revision, fact.recorded, files)
        mark = self.figures.number(f"actual:{fact.key}", figure)
        return Cell(self.value(fact.value), number, mark, sample=fact.sample)

    def expected(self, fact: SeriesFact) -> Cell:
        """Where the path stands in the year, with its mark."""
        if fact.expected is None or fact.expected_trace is None:
            return Cell("—")
        number = fact.expected if isinstance(fact.expected, Decimal) else None
        shown = self.value(fact.expected, shorten=True)
        figure = Figure(fact.expected_trace, "" if number is not None else shown)
        return Cell(shown, number, self.figures.number(f"path:{fact.key}", figure))

    # -- figures that the report itself counts -----------------------------------------------------------------

    def plan_input(self, label: Text, place: str = "") -> TraceInput:
        """The plan, or one item of it, as an input of a count."""
        return plan_input(self.facts.package, self.facts.revisions, label, place)

    def listed(self, label: Text, members: Sequence[Text]) -> Trace:
        """A count within a larger figure: how many and which ones."""
        if not members:
            return Trace(label, 0, "1", "")
        names = Text(zh="、".join(item.zh for item in members), en=", ".join(item.en for item in members))
        return Trace(label, len(members), "1", "", notes=(names,))

    def count(
        self, label: Text, formula: str, value: int, parts: Sequence[Trace] = (), *, of: Sequence[SeriesFact] = ()
    ) -> Trace:
        """The trace of a count: how many, by which rule, of which plan, and which ones, so that a reader can recount.

        A count of series (``of``) rests on their values, and on sample data where one of them does.
        """
        inputs = [self.plan_input(Text(zh="方案（示范区数据包）", en="The plan (zone package)"))]
        if any(fact.sample for fact in of):
            inputs.append(TraceInput(Text(zh="所列序列的数值", en="The values of these series"), None, sample=True))
        return Trace(label, value, "1", formula, (*parts, *inputs))
