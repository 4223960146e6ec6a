"""Entry point: ``ecociv GROUP COMMAND``; groups are read only when used, so that ``--help`` is quick."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress
from typing import Any

import click

from ecociv import __version__
from ecociv.cli.console import EXIT_CODES, Exit, fail

_GROUPS = {
    "zone": ("ecociv.cli.zone", "Load a zone package into the database, prepare the database."),
    "plan": ("ecociv.cli.plan", "The plan: summary, tasks, check, import and export."),
    "evidence": ("ecociv.cli.evidence", "Load, export, prove and tend the observations."),
    "intake": ("ecociv.cli.intake", "Readings that come as messages: MQTT, HJ 212, and a simulator."),
    "jobs": ("ecociv.cli.jobs", "What runs by itself: the inbox to the table, merging, purging."),
    "site": ("ecociv.cli.site", "Site check: what stands against a use of some ground, and what would help."),
    "returns": ("ecociv.cli.returns", "Departmental returns: who owes what, templates, filing."),
    "sample": ("ecociv.cli.sample", "Generated sample data, marked as such everywhere."),
    "indicator": ("ecociv.cli.indicator", "Values of indicators with target, status and trace."),
    "assess": (
        "ecociv.cli.assess",
        "Scores of counties and departments, explained, what-if, frozen results.",
    ),
    "inspection": ("ecociv.cli.inspection", "Inspection tours: samples with a published seed."),
    "report": ("ecociv.cli.report", "Official documents with every figure numbered to its trace."),
    "supervision": ("ecociv.cli.supervision", "Supervision: what the declared triggers propose."),
    "cases": ("ecociv.cli.cases", "Cases: lists, logs, declared types."),
    "land": ("ecociv.cli.land", "Land administration: change patches, register of rights, integrated approval."),
    "damage": ("ecociv.cli.damage", "Environmental damage: valuation, instalments, payments, what is due."),
    "deposit": ("ecociv.cli.deposit", "Restoration deposits and funds of mines."),
    "registers": ("ecociv.cli.registers", "Registers: enterprises, permits, mines; lists, files in and out."),
    "ledger": ("ecociv.cli.ledger", "Money in double entry: balances, proof, reconciliation."),
    "compensation": (
        "ecociv.cli.compensation",
        "Ecological compensation: settle agreements, allocate the basin fund, simulate other formulas.",
    ),
    "workdays": ("ecociv.cli.workdays", "The PRC working calendar: add, count, list."),
    "document": (
        "ecociv.cli.document",
        "Official documents on the page of GB/T 9704-2012: bulletins, tables, self-reports.",
    ),
    "layer": ("ecociv.cli.layer", "Layers of space: add from files, list, compare, hand out, verify."),
    "token": ("ecociv.cli.token", "Access tokens for machines that send or read data."),
    "overlay": (
        "ecociv.cli.overlay",
        "Overlay two polygon layers: patches by pair of classes, areas that add up.",
    ),
    "tariff": ("ecociv.cli.tariff", "Tiered prices of water and gas: bills, checks, comparisons, hearings."),
    "green": ("ecociv.cli.green", "Green economy: treatment contracts, credit, procurement, forest carbon."),
    "standards": ("ecociv.cli.standards", "The national standards that ecociv applies."),
}


class LazyGroup(click.Group):
    """A group whose sub-groups are imported when they are called."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; being stopped, or read no further, has an exit code of its own as in other programs."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            fail("stopped", Exit.STOPPED)
        except BrokenPipeError:
            _drop_output()
            sys.exit(int(Exit.READER_GONE))
        except OSError as error:
            _drop_output()
            where = f" ({error.filename})" if error.filename else ""
            fail(f"The system refused: {error.strerror or error}{where}.", Exit.MISSING)
        return result

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the groups."""
        return list(_GROUPS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The group called ``name``."""
        if name not in _GROUPS:
            return None
        group = importlib.import_module(_GROUPS[name][0]).group
        assert isinstance(group, click.Command)
        return group

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the groups without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _GROUPS.items()])


def _drop_output() -> None:
    """Let what is left in the buffer go nowhere, lest the interpreter try again and complain when it ends."""
    with suppress(OSError, ValueError):  # an output that is no file has nothing to drop
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=LazyGroup, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ecociv")
def main() -> None:
    """Run an ecological-civilization demonstration zone (生态文明先行示范区).

    Results go to standard output; progress and errors go to standard error, progress only on a terminal.
    """
