"""What the exchange refuses, as the sentence and the exit code of a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from ecociv.cli.console import Exit, fail

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def refusals(language: str, key: str = "") -> Iterator[None]:
    """End the command with the sentence of whatever the exchange refuses; ``key`` is that under which it may be sent again."""
    from django.core.exceptions import PermissionDenied

    from ecociv.exchange.actions import CommandRefused
    from ecociv.exchange.engine.refusals import EngineFault
    from ecociv.exchange.instruments import InstrumentNotInForce
    from ecociv.exchange.journal.lines import JournalBroken, NotPlain
    from ecociv.exchange.journal.sending import JournalUnavailable, KeyReused
    from ecociv.exchange.registry.rules import AllocationRefused
    from ecociv.exchange.rights.base import RightsRefused
    from ecociv.exchange.surveillance import NoThresholds
    from ecociv.plan.queries import ZoneNotLoaded

    try:
        yield
    except (
        CommandRefused,
        KeyReused,
        JournalBroken,
        RightsRefused,
        InstrumentNotInForce,
        AllocationRefused,
        NoThresholds,
    ) as refused:
        fail(refused.text.in_language(language))
    except (PermissionDenied, NotPlain, ZoneNotLoaded) as refused:
        fail(str(refused))
    except JournalUnavailable as error:
        again = f" with --key {key}: it will be taken once." if key else "."
        fail(f"{error} Send it again{again}", Exit.MISSING)
    except EngineFault as fault:
        fail(f"The exchange contradicts itself ({fault}); nothing was written. Run `ecociv exchange verify`.")


def refusals_said(command: Callable[P, R]) -> Callable[P, R]:
    """The same around a whole command; it stands below ``with_django``, which loads what is caught here."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with refusals(str(kwargs.get("language", "zh"))):
            return command(*args, **kwargs)

    return run
