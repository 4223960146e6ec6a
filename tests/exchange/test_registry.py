"""The registry of rights: movements, all or nothing, once."""

from __future__ import annotations

import pytest

from ecociv.exchange.registry import (
    Account,
    Cash,
    Kind,
    Make,
    Movement,
    MovementRefused,
    Registry,
    Series,
    State,
    Units,
    block_account,
    borrow,
    cancel,
    close_account,
    deliver,
    deposit,
    exchange_series,
    expire,
    freeze,
    issue,
    movement_from_json,
    open_account,
    pledge,
    realise,
    release,
    repay,
    reserve,
    reserve_cash,
    surrender,
    transfer,
    unblock_account,
    unfreeze,
    unpledge,
    withdraw,
)

SO2 = Series("so2", 2016, "jingdezhen")
CEA = Series("cea", 2023)
NEXT = Series("cea", 2024)
PAPER = {"document": "contract 1", "at": 1}


@pytest.fixture
def two_plants() -> Registry:
    """Two accounts; the kiln plant holds 1000 kg of SO2 rights and 500 t of allowances, the buyer 10,000 yuan."""
    registry = Registry()
    for number, account in enumerate(("kiln", "buyer", "fees"), 1):
        registry.apply(open_account(number, account, **PAPER))
    registry.apply(issue(4, SO2, "kiln", 1000, **PAPER))
    registry.apply(issue(5, CEA, "kiln", 500, **PAPER))
    registry.apply(deposit(6, "buyer", 1_000_000, **PAPER))
    return registry


def refused(registry: Registry, movement: Movement) -> str:
    """The code of the refusal; the registry has to be as it was."""
    before = registry.digest()
    with pytest.raises(MovementRefused) as caught:
        registry.apply(movement)
    assert registry.digest() == before
    assert caught.value.text.zh and caught.value.text.en
    return caught.value.code


def test_the_lowest_serial_numbers_go_first_and_blocks_join_again(two_plants: Registry) -> None:
    two_plants.apply(transfer(7, SO2, 300, "kiln", "buyer", **PAPER))
    two_plants.apply(transfer(8, SO2, 200, "kiln", "buyer", **PAPER))
    assert two_plants.blocks("buyer", SO2, State.FREE) == [(1, 500)]  # 1-300 and 301-500 touch
    assert two_plants.blocks("kiln", SO2, State.FREE) == [(501, 1000)]


def test_named_serial_numbers_go_when_they_are_said(two_plants: Registry) -> None:
    moved = two_plants.apply(transfer(7, SO2, 110, "kiln", "buyer", blocks=((11, 20), (901, 1000)), **PAPER))
    assert moved[0].blocks == ((11, 20), (901, 1000))
    assert two_plants.blocks("kiln", SO2, State.FREE) == [(1, 10), (21, 900)]
    assert refused(two_plants, transfer(8, SO2, 5, "kiln", "buyer", blocks=((8, 12),), **PAPER)) == "serials"
    assert refused(two_plants, transfer(8, SO2, 5, "kiln", "buyer", blocks=((1, 4),), **PAPER)) == "serials"


def test_delivery_against_payment_moves_both_sides_at_once(two_plants: Registry) -> None:
    """100 units at 59.00 within a limit of 60.00: 5900.00 paid, 100.00 set free, 1 % fee = 59.00 of the seller."""
    two_plants.apply(reserve(7, CEA, 100, "kiln", "order 1", **PAPER))
    two_plants.apply(reserve_cash(8, "buyer", 600_000, "order 2", **PAPER))
    assert two_plants.cash("buyer") == 400_000
    two_plants.apply(
        deliver(
            9,
            CEA,
            100,
            "kiln",
            "buyer",
            590_000,
            unit_claim="order 1",
            cash_claim="order 2",
            fees=[Cash(5_900, "kiln", "fees")],
            cash_back=10_000,
            **PAPER,
        )
    )
    assert two_plants.holding("buyer", "cea") == 100
    assert two_plants.cash("kiln") == 590_000 - 5_900
    assert two_plants.cash("buyer") == 400_000 + 10_000
    assert two_plants.reserved_cash("buyer") == 0
    assert two_plants.verify() == []


def test_a_movement_that_fails_in_its_last_line_leaves_nothing_behind(two_plants: Registry) -> None:
    two_plants.apply(reserve(7, CEA, 100, "kiln", "order 1", **PAPER))
    two_plants.apply(reserve_cash(8, "buyer", 600_000, "order 2", **PAPER))
    trade = deliver(
        9, CEA, 100, "kiln", "buyer", 600_001, unit_claim="order 1", cash_claim="order 2", **PAPER
    )  # one fen more than is reserved
    assert refused(two_plants, trade) == "cash-short"
    making = Movement(
        9, Kind.ISSUE, "permit", 1, (Make(Series("nox", 2016), 5, "kiln"), Make(SO2, 7, "nobody"))
    )
    assert refused(two_plants, making) == "account-unknown"
    assert two_plants.series_of("nox") == []
    opening = Movement(9, Kind.OPEN, "agreement", 1, (Account("third"), Account("kiln")))
    assert refused(two_plants, opening) == "account-open"


def test_a_movement_is_applied_once(two_plants: Registry) -> None:
    given = transfer("T-1", SO2, 10, "kiln", "buyer", **PAPER)
    assert len(two_plants.apply(given)) == 1
    before = two_plants.digest()
    assert two_plants.apply(given) == ()
    assert two_plants.apply(transfer(3, SO2, 10, "kiln", "buyer", **PAPER)) == ()  # number 3 was long ago
    assert two_plants.digest() == before
    assert refused(two_plants, transfer("T-1", SO2, 11, "kiln", "buyer", **PAPER)) == "id-reused"


@pytest.mark.parametrize(
    ("movement", "code"),
    [
        (transfer(7, SO2, 1001, "kiln", "buyer", **PAPER), "short"),
        (transfer(7, SO2, 0, "kiln", "buyer", **PAPER), "quantity"),
        (transfer(7, SO2, -5, "kiln", "buyer", **PAPER), "quantity"),
        (transfer(7, SO2, True, "kiln", "buyer", **PAPER), "quantity"),
        (transfer(7, SO2, 5, "kiln", "kiln", **PAPER), "same-account"),
        (transfer(7, SO2, 5, "kiln", "nobody", **PAPER), "account-unknown"),
        (transfer(7, SO2, 5, "nobody", "kiln", **PAPER), "account-unknown"),
        (transfer(7, SO2, 5, "kiln", "buyer", document=" ", at=1), "document-missing"),
        (transfer("", SO2, 5, "kiln", "buyer", **PAPER), "id-missing"),
        (transfer(0, SO2, 5, "kiln", "buyer", **PAPER), "number"),
        (Movement(7, Kind.TRANSFER, "paper", 1, ()), "empty"),
        (Movement(7, Kind.CANCEL, "paper", 1, (Make(SO2, 5, "kiln"),)), "state"),
        (
            Movement(
                7, Kind.RELEASE, "p", 1, (Units(SO2, 5, "kiln", State.SURRENDERED, "kiln", State.FREE),)
            ),
            "state",
        ),
        (Movement(7, Kind.PAY, "paper", 1, (Cash(5, "", "kiln"),)), "state"),
        (release(7, SO2, 5, "kiln", "order 9", **PAPER), "short"),
        (withdraw(7, "buyer", 1_000_001, **PAPER), "cash-short"),
        (close_account(7, "buyer", **PAPER), "account-not-empty"),
        (close_account(7, "kiln", **PAPER), "account-not-empty"),
        (unblock_account(7, "kiln", **PAPER), "account-state"),
        (exchange_series(7, Kind.BANK, "kiln", CEA, 10, NEXT, 11, **PAPER), "unbalanced"),
        (repay(7, "kiln", CEA, 10, **PAPER), "debt"),
    ],
)
def test_what_may_not_happen_is_refused_with_its_reason(
    two_plants: Registry, movement: Movement, code: str
) -> None:
    assert refused(two_plants, movement) == code


def test_a_frozen_account_gives_nothing_away_but_may_surrender(two_plants: Registry) -> None:
    two_plants.apply(block_account(7, "kiln", **PAPER))
    assert refused(two_plants, transfer(8, CEA, 1, "kiln", "buyer", **PAPER)) == "account-frozen"
    assert refused(two_plants, pledge(8, CEA, 1, "kiln", "bank", **PAPER)) == "account-frozen"
    two_plants.apply(surrender(8, "kiln", [(CEA, 20)], "2023", document="notice", at=1))
    two_plants.apply(unblock_account(9, "kiln", **PAPER))
    two_plants.apply(transfer(10, CEA, 1, "kiln", "buyer", **PAPER))
    assert two_plants.holding("kiln", "cea", state=State.SURRENDERED) == 20
    assert two_plants.holding("kiln", "cea") == 479


def test_each_pledge_and_each_order_keeps_its_own_serial_numbers(two_plants: Registry) -> None:
    two_plants.apply(pledge(7, CEA, 100, "kiln", "bank A", **PAPER))
    two_plants.apply(pledge(8, CEA, 50, "kiln", "bank B", **PAPER))
    assert two_plants.blocks("kiln", CEA, State.PLEDGED, "bank A") == [(1, 100)]
    assert two_plants.blocks("kiln", CEA, State.PLEDGED, "bank B") == [(101, 150)]
    assert refused(two_plants, unpledge(9, CEA, 101, "kiln", "bank A", **PAPER)) == "short"
    two_plants.apply(realise(9, CEA, 50, "kiln", "buyer", "bank B", **PAPER))
    two_plants.apply(unpledge(10, CEA, 100, "kiln", "bank A", **PAPER))
    assert two_plants.blocks("buyer", CEA, State.FREE) == [(101, 150)]
    assert two_plants.blocks("kiln", CEA, State.FREE) == [(1, 100), (151, 500)]


def test_the_states_add_up_to_what_was_issued_however_units_end(two_plants: Registry) -> None:
    two_plants.apply(freeze(7, CEA, 30, "kiln", "order of the court", **PAPER))
    two_plants.apply(unfreeze(8, CEA, 10, "kiln", "order of the court", **PAPER))
    two_plants.apply(cancel(9, CEA, 40, "kiln", **PAPER))
    two_plants.apply(expire(10, CEA, 20, "kiln", state=State.FROZEN, claim="order of the court", **PAPER))
    two_plants.apply(surrender(11, "kiln", [(CEA, 100), (SO2, 1)], "2023", **PAPER))
    two_plants.apply(exchange_series(12, Kind.BANK, "kiln", CEA, 60, NEXT, 60, **PAPER))
    # 500 = 280 free + 0 frozen + 40 cancelled + 60 cancelled by banking + 20 expired + 100 surrendered
    states = {state: two_plants.holding("kiln", "cea", 2023, state=state) for state in State}
    assert states[State.FREE] == 280
    assert (states[State.CANCELLED], states[State.EXPIRED], states[State.SURRENDERED]) == (100, 20, 100)
    assert sum(states.values()) == two_plants.issued("cea", 2023) == 500
    assert two_plants.holding("kiln", "cea", 2024) == 60
    assert two_plants.verify() == []


def test_what_is_borrowed_is_owed_until_it_is_repaid(two_plants: Registry) -> None:
    two_plants.apply(borrow(7, "buyer", NEXT, CEA, 80, **PAPER))
    assert (two_plants.holding("buyer", "cea", 2023), two_plants.debt("buyer", NEXT)) == (80, 80)
    two_plants.apply(issue(8, NEXT, "buyer", 100, **PAPER))
    two_plants.apply(repay(9, "buyer", NEXT, 50, **PAPER))
    assert (two_plants.holding("buyer", "cea", 2024), two_plants.debt("buyer", NEXT)) == (50, 30)
    assert refused(two_plants, repay(10, "buyer", NEXT, 31, **PAPER)) == "debt"
    assert two_plants.verify() == []


def test_a_dump_is_read_back_bit_for_bit_and_goes_on_the_same(two_plants: Registry) -> None:
    two_plants.apply(transfer("T-1", SO2, 10, "kiln", "buyer", **PAPER))
    two_plants.apply(pledge(7, CEA, 100, "kiln", "bank A", **PAPER))
    again = Registry.load(two_plants.dump())
    assert again.digest() == two_plants.digest()
    more = transfer(8, SO2, 500, "kiln", "buyer", **PAPER)
    assert again.apply(more) == two_plants.apply(more)
    assert again.digest() == two_plants.digest()


def test_movements_are_written_as_json_and_read_back() -> None:
    for movement in (
        deliver(9, CEA, 100, "kiln", "buyer", 5, unit_claim="a", cash_claim="b", **PAPER),
        exchange_series("x", Kind.CONVERT, "kiln", CEA, 10, NEXT, 5, **PAPER),
        borrow(7, "buyer", NEXT, CEA, 80, **PAPER),
        transfer(7, SO2, 110, "kiln", "buyer", blocks=((11, 20), (901, 1000)), **PAPER),
        open_account(1, "kiln", **PAPER),
    ):
        assert movement_from_json(movement.to_json()) == movement
    with pytest.raises(MovementRefused) as caught:
        movement_from_json({"id": 1, "kind": "gift", "document": "d", "at": 0, "lines": []})
    assert caught.value.code == "malformed"


GOOD = transfer(7, SO2, 5, "kiln", "buyer", blocks=((1, 5),), **PAPER).to_json()
MONEY = deposit(7, "buyer", 5, **PAPER).to_json()


@pytest.mark.parametrize(
    ("whole", "name", "value"),
    [
        (GOOD, "quantity", "5"),
        (GOOD, "quantity", True),
        (GOOD, "quantity", 5.0),
        (GOOD, "giver", ["kiln"]),
        (GOOD, "taker", None),
        (GOOD, "series", ["so2", "2016", "jingdezhen"]),
        (GOOD, "series", [["so2"], 2016, "jingdezhen"]),
        (GOOD, "series", "so2"),
        (GOOD, "blocks", [["1", 5]]),
        (GOOD, "blocks", [[1]]),
        (GOOD, "blocks", 3),
        (GOOD, "before", "gone"),
        (GOOD, "line", "gift"),
        (GOOD, "colour", "red"),
        (MONEY, "amount", "5"),
        (MONEY, "taker_reserved", 0),
        (MONEY, "taker", {}),
    ],
)
def test_what_is_no_movement_is_refused_before_it_reaches_the_book(
    whole: dict, name: str, value: object
) -> None:
    assert movement_from_json(whole)
    broken = {**whole, "lines": [{**whole["lines"][0], name: value}]}
    with pytest.raises(MovementRefused) as caught:
        movement_from_json(broken)
    assert caught.value.code == "malformed"
