"""Entry point: ``ecociv GROUP COMMAND``; groups are read only when used, so that ``--help`` is quick."""

from __future__ import annotations

import importlib

import click

from ecociv import __version__
from ecociv.cli.console import EXIT_CODES

_GROUPS = {
    "zone": ("ecociv.cli.zone", "Load a zone package into the database, prepare the database."),
    "plan": ("ecociv.cli.plan", "The plan: summary, tasks, check, import and export."),
    "evidence": ("ecociv.cli.evidence", "Load readings and returns through a declared mapping."),
    "sample": ("ecociv.cli.sample", "Generated sample data, marked as such everywhere."),
    "indicator": ("ecociv.cli.indicator", "Values of indicators with target, status and trace."),
    "report": ("ecociv.cli.report", "Official documents with every figure numbered to its trace."),
    "standards": ("ecociv.cli.standards", "The national standards that ecociv applies."),
}


class LazyGroup(click.Group):
    """A group whose sub-groups are imported when they are called."""

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


@click.group(cls=LazyGroup, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ecociv")
def main() -> None:
    """Run an ecological-civilization demonstration zone (生态文明先行示范区).

    Results go to standard output; progress and errors go to standard error, progress only on a terminal.
    """
