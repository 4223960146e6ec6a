"""Start everything: ``python -m ecociv.server.start`` brings the database up to date and opens the zone.

Each step can be run again; a second start finds its work done and takes seconds. Whatever is wrong is said in one
sentence, with what to do.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import io
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from pathlib import Path

ADDRESS = "127.0.0.1"
NEEDED_DISK = 300 * 1024**2
# The bodies that the sample accounts act for, by the names that the plan gives them.
SAMPLE_BODIES = {
    "jingdezhen": {
        "department": "市环保局",
        "county": "浮梁县政府",
        "office": "市发改委",
        "land": "市国土资源局",
        "window": "市发改委",
        "finance": "市财政局",
    }
}

# The enterprise, by its unified social credit code, that has a sample account.
SAMPLE_ROOMS = (
    ("Sample compensation", "ecociv.compensation.sample", "load_sample_compensation"),
    ("Sample damage and deposits", "ecociv.liabilities.sample", "load_sample_liabilities"),
    ("Sample market", "ecociv.exchange.sample", "load_sample_market"),
    ("Sample rights", "ecociv.exchange.rights.sample", "load_sample_rights"),
    ("Sample prices", "ecociv.tariffs.sample", "load_sample_tariffs"),
    ("Sample green economy", "ecociv.green_economy.sample", "load_sample_green"),
    ("Sample leaving-office audit", "ecociv.accounts.audit.sample", "load_sample_audit"),
)
"""What is said while it loads, the module, its function; each takes the key of the zone and does nothing a second time."""

SAMPLE_ENTERPRISES = {"jingdezhen": "91360222MA0000001W"}


class CannotStart(Exception):
    """One sentence that says what is missing, and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps and hand over to the server."""
    options = _options(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecociv.server.settings")
    try:
        check_port(options.host, options.port)
        prepare(options.zone, sample=not options.no_sample)
        if options.prepare_only:
            return 0
        serve(options.host, options.port, options.workers)
    except CannotStart as failure:
        sys.stderr.write(f"\n{failure}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return 130
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ecociv.server.start", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--host", default=ADDRESS, help="address to listen on (default: %(default)s, this machine only)")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1, help="server processes; more than one needs PostgreSQL")
    parser.add_argument("--zone", default="jingdezhen")
    parser.add_argument("--no-sample", action="store_true", help="load no generated sample data, make no sample accounts")
    parser.add_argument("--prepare-only", action="store_true", help="do everything but serve")
    return parser.parse_args(arguments)


def check_port(host: str, port: int) -> None:
    """Refuse a port that is taken or not allowed, before any work is done."""
    if not 1 <= port <= 65535:
        raise CannotStart(f"{port} is not a port; choose one from 1024 to 65535, as in: make run PORT=8001")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(
                    f"Port {port} is in use by another program; choose another, as in: make run PORT={port + 1}"
                ) from error
            if error.errno == errno.EACCES:
                raise CannotStart(f"Port {port} needs more rights; choose one above 1023: make run PORT=8000") from error
            raise CannotStart(f"{host}:{port} cannot be listened on: {error.strerror}.") from error


def prepare(zone: str, *, sample: bool) -> None:
    """Database, plan, sample evidence, accounts and static files."""
    from ecociv.server.environment import SettingError, run_time_folder

    var = run_time_folder()
    try:
        var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(f"The folder {var} cannot be made ({error.strerror}); set ECOCIV_VAR to another.") from error
    if not os.access(var, os.W_OK):
        raise CannotStart(f"The folder {var} may not be written to; make it yours or set ECOCIV_VAR to another.")
    if shutil.disk_usage(var).free < NEEDED_DISK:
        raise CannotStart(f"The disk of {var} has less than 300 MB free; make room, or set ECOCIV_VAR to another disk.")
    try:
        import django

        django.setup()
    except SettingError as error:
        raise CannotStart(str(error)) from error
    with step("Database"):
        _migrate()
    with step("Static files"):
        _collect_static()
    with step("Plan of the zone"):
        _command("zone", "load", zone)
    if sample:
        # Before the indicators, one of which is derived from purchases on record.
        with step("Sample registers"):
            _load_sample_registers(zone)
        with step("Sample evidence and indicators"):
            _load_sample(zone, var)
        with step("Sample layers"):
            _load_sample_layers(zone)
        with step("Sample accounts"):
            accounts = _sample_accounts(zone)
        with step("Sample cases, reports and rounds"):
            _load_sample_cases(zone)
        with step("Sample land administration"):
            _load_sample_land(zone)
        for said, module, load in SAMPLE_ROOMS:
            with step(said):
                getattr(import_module(module), load)(zone)
        _say_accounts(accounts)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    terminal = sys.stdout.isatty()
    if terminal:
        sys.stdout.write(f"  {name} ...")
        sys.stdout.flush()
    started = time.monotonic()
    try:
        yield
    except BaseException:
        sys.stdout.write("\n" if terminal else f"  {name}\n")
        raise
    back = "\r" if terminal else ""
    sys.stdout.write(f"{back}  {name:<34} {time.monotonic() - started:6.1f} s\n")
    sys.stdout.flush()


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import DatabaseError, OperationalError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise CannotStart(
            f"The database cannot be opened ({str(error).strip()}); look at ECOCIV_DATABASE_URL, or unset it to use SQLite."
        ) from error
    except DatabaseError as error:
        raise CannotStart(
            f"The database is not as this version expects ({str(error).strip()}); keep a copy of it and start with an empty one."
        ) from error


def _collect_static() -> None:
    """Copy static files with their digests; skipped while no source file has changed."""
    from django.conf import settings
    from django.contrib.staticfiles import finders
    from django.core.management import call_command

    if settings.DEBUG:
        return
    if not Path(settings.ECOCIV_VENDOR, "echarts").is_dir():
        raise CannotStart("The scripts and styles of the pages are not installed: run make setup.")
    listing = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            listing.update(f"{storage.location}/{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT, "collected.stamp")
    if stamp.exists() and stamp.read_text() == listing.hexdigest():
        return
    shutil.rmtree(settings.STATIC_ROOT, ignore_errors=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(listing.hexdigest())


def _command(*arguments: str) -> None:
    """Run one of the product's commands; its progress and its errors show, its result does not."""
    from ecociv.cli.main import main as ecociv

    try:
        with redirect_stdout(io.StringIO()):
            ecociv(list(arguments), standalone_mode=False)
    except SystemExit as end:
        # 1 says "done, and something was found that needs a decision": the server may start.
        if end.code not in {0, 1, None}:
            raise CannotStart(f"`ecociv {' '.join(arguments)}` could not finish; the reason stands above.") from end


def _load_sample(zone: str, var: Path) -> None:
    """Load the sample evidence and compute the indicators, unless nothing that they rest on has changed.

    The command itself is idempotent, but it finds that out by computing everything again.
    """
    from django.conf import settings

    from ecociv.evidence.models import ImportRun
    from ecociv.indicators.models import IndicatorValue
    from ecociv.plan.queries import current_package

    package = Path(__file__).resolve().parent.parent
    rests_on = hashlib.sha256(f"{settings.DATABASES} {current_package(zone).digest}".encode())
    for room in ("core", "standards", "plan", "evidence", "registers", "indicators", "zones"):
        for path in sorted((package / room).rglob("*")):
            if path.suffix in {".py", ".yaml", ".csv"}:
                rests_on.update(f"{path} {path.stat().st_mtime_ns}\n".encode())
    stamp = var / f"sample-{zone}.stamp"
    there = (
        ImportRun.objects.filter(zone=zone, sample=True, state=ImportRun.State.FINISHED).exists()
        and IndicatorValue.objects.filter(zone=zone).exists()
    )
    if there and stamp.exists() and stamp.read_text() == rests_on.hexdigest():
        return
    _command("sample", "load", zone)
    stamp.write_text(rests_on.hexdigest())


def _load_sample_layers(zone: str) -> None:
    from ecociv.territory.sample import load_sample_layers

    load_sample_layers(zone)


def _load_sample_registers(zone: str) -> None:
    from ecociv.registers.sample import load_sample_registers

    load_sample_registers(zone)


def _load_sample_land(zone: str) -> None:
    from ecociv.land_administration.sample import load_sample_land

    load_sample_land(zone)


def _load_sample_cases(zone: str) -> None:
    from ecociv.assessment.sample import load_sample_rounds
    from ecociv.supervision.sample import load_sample_supervision

    load_sample_supervision(zone)
    load_sample_rounds(zone)


def _sample_accounts(zone: str) -> list[tuple[str, str, str]]:
    from django.utils import timezone

    from ecociv.people.actions import SampleAccountsRefused, create_sample_accounts
    from ecociv.plan.queries import current_package

    names = SAMPLE_BODIES.get(zone)
    if names is None:
        return []
    plan = current_package(zone)
    today = timezone.localdate()
    keys = {role: plan.body_on(plan.resolve(name).key, today).key for role, name in names.items()}
    try:
        made = create_sample_accounts(
            zone,
            department=keys["department"],
            county=keys["county"],
            office=keys["office"],
            land=keys["land"],
            window=keys["window"],
            finance=keys["finance"],
            enterprise=SAMPLE_ENTERPRISES.get(zone, ""),
        )
    except SampleAccountsRefused:
        return []
    bodies = {body.key: body.name for body in plan.organisations}
    return [
        (
            account.username,
            account.password or "(changed)",
            f"{account.role.label.zh} {account.role.label.en}"
            + (f", {bodies.get(account.organisation, account.organisation)}" if account.organisation else ""),
        )
        for account in made
    ]


def _say_accounts(accounts: list[tuple[str, str, str]]) -> None:
    if not accounts:
        return
    sys.stdout.write("\n  样例账号 Sample accounts (name, password, role):\n")
    for username, password, role in accounts:
        sys.stdout.write(f"    {username:<12} {password:<14} {role}\n")


def _start_jobs() -> None:
    """Start the jobs beside the server: Ctrl-C reaches both, and the jobs end by themselves when the server is gone."""
    subprocess.Popen(
        [sys.executable, "-c", "from ecociv.cli.main import main; main()", "jobs", "run", "--with-parent"]
    )


def serve(host: str, port: int, workers: int) -> None:
    """Become the server process, so that Ctrl-C reaches it and nothing is left behind."""
    from django.conf import settings

    # SQLite takes one writer at a time, and the cache of each process is its own: one process, several threads.
    if workers > 1 and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        raise CannotStart("More than one worker needs PostgreSQL: set ECOCIV_DATABASE_URL, or leave --workers at 1.")
    _start_jobs()
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"\n  http://{shown}:{port}/   (Ctrl-C stops)\n\n")
    sys.stdout.flush()
    program = Path(sys.executable).parent / "granian"
    command = [
        str(program),
        "--interface=wsgi",
        f"--host={host}",
        f"--port={port}",
        f"--workers={workers}",
        f"--blocking-threads={4 + settings.ECOCIV_MARKET_STREAMS}",
        "--workers-kill-timeout=3",
        "--log-level=error",  # its warnings are about the number of threads, which is meant: streams wait most of the time
        "ecociv.server.wsgi:application",
    ]
    execute: Callable[[str, list[str]], None] = os.execv
    try:
        execute(str(program), command)
    except FileNotFoundError as error:
        raise CannotStart("The web server granian is not installed: run make setup.") from error


if __name__ == "__main__":
    sys.exit(main())
