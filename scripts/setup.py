"""Set everything up: virtual environment, locked packages, web assets, compiled translations.

Runs before anything is installed, so it uses the standard library only, and its syntax is old enough for any
Python 3 to read the sentence that asks for a newer one. Each step leaves a stamp with the digest of what it
was made from; a step whose stamp still holds is not run again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NEEDED = (3, 11)
NEEDED_DISK = 3 * 1024**3


class SetupFailed(Exception):
    """One sentence that says what is wrong and what to do."""


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main():
    started = time.monotonic()
    try:
        newer = check_python()
        if newer:
            return subprocess.call([newer, str(Path(__file__).resolve())])
        did = [step() for step in (make_environment, install_packages, install_self)]
        did.append(run_in_environment("web_assets.py"))
        did.append(run_in_environment("messages.py", "compile"))
    except SetupFailed as failure:
        sys.stderr.write(f"\n{failure}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. Run the same command again to go on from here.\n")
        return 130
    except OSError as failure:
        sys.stderr.write("\n{}\n".format(sentence_for(str(failure), failure.filename or "")))
        return 1
    if any(did):
        say("Set-up finished in %.0f s." % (time.monotonic() - started))
    return 0


def check_python():
    """Return another interpreter to use, or None when this one will do."""
    if sys.version_info >= NEEDED:
        return None
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        found = shutil.which(name)
        if found:
            return found
    raise SetupFailed(
        f"Python {sys.version_info[0]}.{sys.version_info[1]} was found, but ecociv needs Python 3.11 or newer: "
        "install it, or name it, as in: make run PYTHON=/path/to/python3.12"
    )


def make_environment():
    python = environment_python()
    if python.exists() and subprocess.call([str(python), "-c", "import pip"], stderr=subprocess.DEVNULL) == 0:
        version = subprocess.run(
            [str(python), "-c", "import sys; print(sys.version_info >= (3, 11))"], capture_output=True, text=True
        ).stdout.strip()
        if version == "True":
            return False
    free = shutil.disk_usage(str(ROOT)).free
    if free < NEEDED_DISK:
        raise SetupFailed(
            f"The disk has {free / 1024**3:.1f} GB free; the set-up needs about {NEEDED_DISK / 1024**3:.0f} GB."
        )
    say("[1/5] Virtual environment in .venv ...")
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True
    )
    if done.returncode != 0:
        text = done.stdout + done.stderr
        if "ensurepip" in text or "No module named venv" in text:
            raise SetupFailed(
                "This Python cannot make virtual environments: install its venv module "
                "(on Debian and Ubuntu: apt install python3-venv) and try again."
            )
        raise SetupFailed(sentence_for(text, "the virtual environment"))
    return True


def install_packages():
    lock = ROOT / "requirements.lock"
    stamp = Stamp("packages", lock.read_bytes() + sys.version.encode())
    if stamp.holds():
        return False
    say("[2/5] Python packages (several minutes the first time) ...")
    run_logged(
        [str(environment_python()), "-m", "pip", "install", "--require-hashes", "-r", str(lock)],
        "packages",
        counted="Collecting ",
        total=sum(1 for line in lock.read_text().splitlines() if line[:1].isalpha()),
    )
    stamp.set()
    return True


def install_self():
    stamp = Stamp("self", (ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode())
    if stamp.holds():
        return False
    say("[3/5] ecociv itself ...")
    run_logged(
        [str(environment_python()), "-m", "pip", "install", "--no-deps", "--no-build-isolation", "-e", str(ROOT)],
        "self",
    )
    stamp.set()
    return True


def run_in_environment(script, *arguments):
    """Run a further step with the new environment's Python; exit code 3 means there was nothing to do."""
    code = subprocess.call([str(environment_python()), str(ROOT / "scripts" / script), *arguments])
    if code == 3:
        return False
    if code != 0:
        raise SystemExit(code)
    return True


def environment_python():
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run_logged(command, name, counted="", total=0):
    """Run a command with its output in a log file, showing progress on a terminal."""
    log_path = VENV / (f"setup-{name}.log")
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    terminal = sys.stdout.isatty()
    count = 0
    with open(log_path, "w", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, text=True, errors="replace"
        )
        try:
            for line in process.stdout:
                log.write(line)
                if counted and line.startswith(counted):
                    count += 1
                    if terminal:
                        sys.stdout.write(f"\r      {count} of about {max(total, count)}")
                        sys.stdout.flush()
        except BaseException:
            process.terminate()
            raise
        code = process.wait()
    if terminal and count:
        sys.stdout.write("\r" + " " * 30 + "\r")
    if code != 0:
        text = log_path.read_text(encoding="utf-8", errors="replace")
        raise SetupFailed(sentence_for(text, str(log_path.relative_to(ROOT))))


def sentence_for(text, where):
    """Turn a tool's output into one sentence."""
    if "No space left" in text or "Errno 28" in text or "ENOSPC" in text:
        return "The disk is full: free about 3 GB and run the same command again."
    if "DO NOT MATCH THE HASHES" in text or "EINTEGRITY" in text:
        return (
            "A downloaded package does not match the locked digest, so it was not installed: "
            f"a proxy or mirror may have changed it (see {where})."
        )
    unreachable = (
        "Failed to establish a new connection", "Connection refused", "ConnectTimeout", "Read timed out",
        "Name or service not known", "Temporary failure in name resolution", "Network is unreachable",
        "Could not fetch URL", "ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ProxyError",
    )
    if any(mark in text for mark in unreachable):
        return (
            "The package registry cannot be reached: check the network, or name your own mirror in pip's and npm's "
            f"settings, and run the same command again (details: {where})."
        )
    if "No matching distribution found" in text:
        return (
            f"A locked package has no version for this Python ({sys.version_info[0]}.{sys.version_info[1]}) and machine, "
            f"or the mirror lacks it (details: {where})."
        )
    if "Permission denied" in text or "Errno 13" in text:
        return f"A folder may not be written to ({where}): make it yours and run the same command again."
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "The set-up stopped at {}: {}".format(where, lines[-1] if lines else "no message")


class Stamp:
    """The digest of what a step was made from, kept beside what it made."""

    def __init__(self, name, content):
        self.path = VENV / (f"setup-{name}.stamp")
        self.digest = hashlib.sha256(content).hexdigest()

    def holds(self):
        return self.path.exists() and self.path.read_text().strip() == self.digest

    def set(self):
        self.path.write_text(self.digest + "\n")


if __name__ == "__main__":
    sys.exit(main())
