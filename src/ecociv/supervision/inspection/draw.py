"""Drawing a sample that anybody can draw again. Pure: no Django, no generator of random numbers of any library.

The rule, in full (version 1):

1. The population is written as text: one line for each unit, ``key``, a tab, ``stratum``, a line feed; lines sorted by
   the bytes of the key in UTF-8. Its SHA-256 (64 lower-case hexadecimal digits) is the *digest of the population*.
2. The *design* is written the same way: one line for each stratum, ``stratum``, a tab, the number to draw; sorted.
3. The *commitment*, published before the draw, is the SHA-256 of ``population digest|design digest|seed``.
4. The seed of the draw is the seed published; where the publication names a public number that is not known yet (a
   lottery's, say), it is ``seed|number``.
5. The rank of a unit is the SHA-256 of ``seed|stratum|key`` in UTF-8, as hexadecimal digits. In each stratum the units
   with the smallest ranks are drawn, as many as the design says; units of the stratum ``certainty`` are all taken.

All ranks of a stratum are equally likely to be the smallest, so the draw is a simple random sample without replacement
in each stratum, and a unit's inclusion probability is ``n_h / N_h``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from ecociv.core.digests import digest_of_bytes
from ecociv.supervision.inspection.allocation import SampleImpossible
from ecociv.supervision.inspection.risk import CERTAINTY

VERSION = 1
SEED_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Drawn:
    """A unit of the sample with its rank and the probability with which it came in."""

    key: str
    stratum: str
    rank: str
    drawn: int
    of: int

    @property
    def probability(self) -> Fraction:
        """Inclusion probability, exact."""
        return Fraction(self.drawn, self.of)


def population_text(population: Mapping[str, str]) -> str:
    """The population as the text that is digested: keys with their strata.

    >>> population_text({"task:2": "low", "task:10": "high"})
    'task:10\\thigh\\ntask:2\\tlow\\n'
    """
    return _lines(population)


def design_text(sizes: Mapping[str, int]) -> str:
    """The sizes as the text that is digested."""
    return _lines({key: str(count) for key, count in sizes.items()})


def digest_of(text: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return digest_of_bytes(text.encode())


def commitment(population_digest: str, design_digest: str, seed: str) -> str:
    """What is published before the draw, so that neither list, sizes nor seed can be exchanged afterwards."""
    return digest_of(f"{population_digest}|{design_digest}|{seed}")


def seed_of_draw(seed: str, public_number: str = "") -> str:
    """The seed in use: with the public number behind it where one was announced.

    Raises
    ------
    SampleImpossible
        When the seed is empty, too long, or has a line break or a vertical bar, which would make the text ambiguous.

    >>> seed_of_draw("2016-督查-1"), seed_of_draw("2016-督查-1", "0307152229")
    ('2016-督查-1', '2016-督查-1|0307152229')
    """
    for part in (seed, public_number):
        if part and (len(part) > SEED_LONGEST or any(c in part for c in "|\n\r\t") or part != part.strip()):
            raise SampleImpossible(
                f"随机种子不超过{SEED_LONGEST}个字，首尾无空格，不含竖线、制表符和换行。",
                f"A seed has at most {SEED_LONGEST} characters, no blanks at its ends, no vertical bar, tab or line break.",
            )
    if not seed:
        raise SampleImpossible("请填写随机种子。", "Give a seed.")
    return f"{seed}|{public_number}" if public_number else seed


def rank_of(seed: str, stratum: str, key: str) -> str:
    """The rank of a unit.

    >>> rank_of("s", "low", "task:1")[:12]
    '37b364d71cc4'
    """
    return digest_of(f"{seed}|{stratum}|{key}")


def draw(population: Mapping[str, str], sizes: Mapping[str, int], seed: str) -> tuple[Drawn, ...]:
    """The sample, by stratum and rank; the order of the input plays no part.

    Parameters
    ----------
    population
        Stratum of each unit.
    sizes
        Number to draw from each stratum, without `CERTAINTY`, of which all are taken.

    Raises
    ------
    SampleImpossible
        When a stratum has fewer units than are to be drawn.
    """
    strata: dict[str, list[str]] = {}
    for key, stratum in population.items():
        strata.setdefault(stratum, []).append(key)
    found = []
    for stratum in sorted({*strata, *sizes}):
        keys = strata.get(stratum, [])
        wanted = len(keys) if stratum == CERTAINTY else sizes.get(stratum, 0)
        if wanted > len(keys):
            raise SampleImpossible(
                f"“{stratum}”层只有{len(keys)}个单元，不能抽{wanted}个。",
                f"Stratum {stratum} has {len(keys)} units; {wanted} cannot be drawn.",
            )
        ranked = sorted((rank_of(seed, stratum, key), key) for key in keys)
        found += [Drawn(key, stratum, rank, wanted, len(keys)) for rank, key in ranked[:wanted]]
    return tuple(found)


def _lines(pairs: Mapping[str, str]) -> str:
    _require_plain((*pairs, *pairs.values()))
    ordered: Iterable[tuple[str, str]] = sorted(pairs.items(), key=lambda pair: pair[0].encode())
    return "".join(f"{key}\t{value}\n" for key, value in ordered)


def _require_plain(words: Iterable[str]) -> None:
    for word in words:
        if any(c in word for c in "\t\n\r|"):
            raise SampleImpossible(
                f"“{word}”含有制表符、换行或竖线，不能写入名单。",
                f"{word!r} has a tab, a line break or a vertical bar and cannot stand in the list.",
            )
