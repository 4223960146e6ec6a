"""Speed of the standards library: air, surface water and areas, one after the other.

    python benchmarks/standards.py [--small]

Each part compares, in one run, with the cost of reading the inputs once and with the peers a user would pick; what is
not installed is said. ``--small`` takes a hundredth of the rows, to see that everything runs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

PARTS = {
    "standards_air.py": (["--rows", "10000000", "--days", "1000000"], ["--rows", "100000", "--days", "10000", "--peer-rows", "500"]),
    "standards_water.py": (["--rows", "1000000"], ["--rows", "10000"]),
    "standards_land.py": (["--polygons", "200000"], ["--polygons", "2000"]),
}


def main() -> int:
    """Run every part; the exit code is that of the first that fails."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--small", action="store_true")
    small = arguments.parse_args().small
    for name, (full, brief) in PARTS.items():
        print(f"\n== {name}", flush=True)
        done = subprocess.run([sys.executable, Path(__file__).with_name(name), *(brief if small else full)], check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
