"""Random movements against the naive registry, which keeps a place for each serial number."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.exchange.registry import (
    Cash,
    Kind,
    Movement,
    MovementRefused,
    Registry,
    Series,
    State,
    Units,
    block_account,
    borrow,
    deliver,
    deposit,
    exchange_series,
    issue,
    open_account,
    repay,
    surrender,
    unblock_account,
)
from exchange.naive_registry import NaiveRegistry, Refused

ACCOUNTS = ["a", "b", "c"]
SERIES = [Series("so2", 2016, "jingdezhen"), Series("cea", 2023)]
CLAIMS = ["", "x", "y"]
UNIT_KINDS = [
    (Kind.TRANSFER, State.FREE, State.FREE),
    (Kind.RESERVE, State.FREE, State.RESERVED),
    (Kind.RELEASE, State.RESERVED, State.FREE),
    (Kind.PLEDGE, State.FREE, State.PLEDGED),
    (Kind.UNPLEDGE, State.PLEDGED, State.FREE),
    (Kind.REALISE, State.PLEDGED, State.FREE),
    (Kind.FREEZE, State.FREE, State.FROZEN),
    (Kind.UNFREEZE, State.FROZEN, State.FREE),
    (Kind.SURRENDER, State.FREE, State.SURRENDERED),
    (Kind.CANCEL, State.FREE, State.CANCELLED),
    (Kind.EXPIRE, State.PLEDGED, State.EXPIRED),
    (Kind.EXPIRE, State.SURRENDERED, State.EXPIRED),
    (Kind.RELEASE, State.CANCELLED, State.FREE),
]

accounts, quantities = st.sampled_from(ACCOUNTS), st.integers(-1, 12)


@st.composite
def unit_lines(draw: st.DrawFn) -> tuple[Kind, Units]:
    """A line that changes a state, sensible or not."""
    kind, before, after = draw(st.sampled_from(UNIT_KINDS))
    giver = draw(accounts)
    taker = draw(accounts) if kind in (Kind.TRANSFER, Kind.REALISE) else draw(st.just(giver))
    claim = draw(st.sampled_from(CLAIMS))
    series = draw(st.sampled_from(SERIES))
    giver_claim = claim if before is not State.FREE else ""
    taker_claim = claim if after is not State.FREE else ""
    return kind, Units(series, draw(quantities), giver, before, taker, after, giver_claim, taker_claim)


@st.composite
def steps(draw: st.DrawFn) -> tuple:
    """An issue, a movement of one or more lines, a trade, money, or a freeze of an account."""
    what = draw(
        st.sampled_from(["units", "units", "units", "issue", "trade", "cash", "reserve-cash", "block"])
    )
    if what == "units":
        kind, line = draw(unit_lines())
        lines = [line]
        for more_kind, more in draw(st.lists(unit_lines(), max_size=2)):
            if more_kind is kind:
                lines.append(more)
        return what, kind, tuple(lines)
    if what == "trade":
        return (
            what,
            draw(st.sampled_from(SERIES)),
            draw(quantities),
            draw(accounts),
            draw(accounts),
            draw(st.integers(1, 30)),
        )
    return what, draw(st.sampled_from(SERIES)), draw(accounts), draw(st.integers(1, 20))


def movement_of(number: int, step: tuple, frozen: dict[str, bool]) -> Movement:
    """The movement of a step."""
    paper = {"document": "paper", "at": number}
    if step[0] == "units":
        return Movement(number, step[1], "paper", number, step[2])
    if step[0] == "issue":
        return issue(number, step[1], step[2], step[3], **paper)
    if step[0] == "trade":
        _, series, quantity, seller, buyer, amount = step
        return deliver(
            number, series, quantity, seller, buyer, amount, unit_claim="x", cash_claim="x", **paper
        )
    if step[0] == "cash":
        return deposit(number, step[2], step[3], **paper)
    if step[0] == "reserve-cash":
        line = Cash(step[3], step[2], step[2], False, True, "", "x")
        return Movement(number, Kind.RESERVE_CASH, "paper", number, (line,))
    make = unblock_account if frozen[step[2]] else block_account
    return make(number, step[2], **paper)


def same(registry: Registry, model: NaiveRegistry) -> None:
    """Both say the same about each serial number and each fen."""
    for series, book in model.serials.items():
        ledger = registry.ledgers[series]
        places = {
            serial: holding
            for holding, pool in ledger.pools.items()
            for first, last in pool.pairs()
            for serial in range(first, last + 1)
        }
        assert places == book
        for account in ACCOUNTS:
            for state in State:
                held = sum(place[:2] == (account, state) for place in book.values())
                assert registry.holding(account, series.instrument, state=state) == held
        assert registry.issued(series.instrument) == len(book)
    for account in ACCOUNTS:
        assert registry.cash(account) == model.money.get((account, None), 0)
        assert registry.reserved_cash(account, "x") == model.money.get((account, "x"), 0)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps(), max_size=40))
def test_random_movements_agree_with_a_place_for_each_serial_number(walk: list[tuple]) -> None:
    registry, model = Registry(), NaiveRegistry(ACCOUNTS)
    for number, account in enumerate(ACCOUNTS, 1):
        registry.apply(open_account(number, account, document="paper", at=0))
    for number, step in enumerate(walk, 10):
        movement = movement_of(number, step, model.frozen)
        before = registry.digest()
        try:
            if step[0] == "issue":
                model.issue(*step[1:])
            elif step[0] == "block":
                model.frozen[step[2]] = not model.frozen[step[2]]
            else:
                model.apply(movement)
        except Refused:
            try:
                registry.apply(movement)
            except MovementRefused:
                assert registry.digest() == before
            else:
                raise AssertionError(f"applied what had to be refused: {movement}") from None
        else:
            registry.apply(movement)
    assert registry.verify() == []
    same(registry, model)
    assert Registry.load(registry.dump()).digest() == registry.digest()


VINTAGES = [Series("cea", 2023), Series("cea", 2024), Series("so2", 2023, "jingdezhen")]
CARRIED = st.tuples(
    st.sampled_from(["issue", "bank", "convert", "replace", "borrow", "repay", "surrender"]),
    accounts,
    st.sampled_from(VINTAGES),
    st.sampled_from(VINTAGES),
    st.integers(0, 9),
    st.integers(0, 9),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CARRIED, max_size=40))
def test_what_is_carried_from_one_series_to_another_is_never_there_twice(walk: list[tuple]) -> None:
    """Kept by hand: live units and debts by account and series; each step changes both sides or nothing."""
    registry = Registry()
    for number, account in enumerate(ACCOUNTS, 1):
        registry.apply(open_account(number, account, document="paper", at=0))
    live: Counter = Counter()
    debts: Counter = Counter()
    for number, (what, account, source, target, given_, made) in enumerate(walk, 10):
        paper = {"document": "paper", "at": 0}
        have = live[account, source]
        if what == "issue":
            movement, possible = issue(number, source, account, made, **paper), made > 0
            change = {(account, source): made}
        elif what == "borrow":
            movement = borrow(number, account, target, source, made, **paper)
            possible, change = made > 0 and target.instrument == source.instrument, {(account, source): made}
        elif what == "repay":
            movement = repay(number, account, source, given_, **paper)
            possible = 0 < given_ <= min(have, debts[account, source])
            change = {(account, source): -given_}
        elif what == "surrender":
            movement = surrender(number, account, [(source, given_)], "2023", **paper)
            possible, change = 0 < given_ <= have, {(account, source): -given_}
        else:
            made = given_ if what == "bank" else made
            movement = exchange_series(number, Kind(what), account, source, given_, target, made, **paper)
            possible = 0 < given_ <= have and made > 0
            change = Counter({(account, source): -given_})
            change[account, target] += made
        before = registry.digest()
        try:
            registry.apply(movement)
        except MovementRefused:
            assert not possible and registry.digest() == before
            continue
        assert possible
        for key, units in change.items():
            live[key] += units
        if what in ("borrow", "repay"):
            debts[(account, target) if what == "borrow" else (account, source)] += (
                made if what == "borrow" else -given_
            )
    for account in ACCOUNTS:
        for series in VINTAGES:
            assert registry.holding(account, *series[:2], region=series.region) == live[account, series]
            assert registry.debt(account, series) == debts[account, series]
    assert registry.verify() == []
    assert Registry.load(registry.dump()).digest() == registry.digest()
