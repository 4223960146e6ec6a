"""Translations: collect the English texts of code and pages, and compile the Chinese ones.

``compile`` turns each ``.po`` into the ``.mo`` that Django reads (exit code 3: nothing to do).
``collect`` adds texts that are new in the code to the ``.po``, drops those that are gone, and lists what still has
no Chinese. Neither needs the gettext programs.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/ecociv"
CATALOGUE = PACKAGE / "locale/zh_Hans/LC_MESSAGES/django.po"
_SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_IN_CONTEXT = {"pgettext", "pgettext_lazy"}
_CALL = re.compile(r"""\b(_|gettext|ngettext|pgettext)\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?:,\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))?""")

Message = tuple[str, str, str]
"""Context, singular, plural; the first and the last may be empty."""


def compile_catalogues() -> int:
    """Write each ``.mo`` that is missing or older than its ``.po``."""
    written = 0
    for po in sorted(PACKAGE.glob("**/locale/*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        if not written:
            sys.stdout.write("[5/5] Translations ...\n")
        polib.pofile(str(po)).save_as_mofile(str(mo))
        written += 1
    return 0 if written else 3


def messages_in_code(path: Path) -> Iterator[Message]:
    """Texts given to gettext in a Python file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in _SINGULAR and texts:
            yield "", texts[0], ""
        elif name in _PLURAL and len(texts) >= 2:
            yield "", texts[0], texts[1]
        elif name in _IN_CONTEXT and len(texts) >= 2:
            yield texts[0], texts[1], ""


def messages_in_page(path: Path) -> Iterator[Message]:
    """Texts marked for translation in a template."""
    from django.utils.translation.template import templatize

    for match in _CALL.finditer(templatize(path.read_text(encoding="utf-8"))):
        first, second = (ast.literal_eval(text) if text else "" for text in (match[2], match[3]))
        if match[1] == "pgettext":
            yield first, second, ""
        else:
            yield "", first, second if match[1] == "ngettext" else ""


def collected() -> dict[Message, list[str]]:
    """Every text of the product with the files in which it stands."""
    found: dict[Message, list[str]] = {}
    own = {folder.parent for folder in PACKAGE.glob("*/locale")}  # rooms that keep a catalogue of their own
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("templates/**/*.html")]):
        if own & set(path.parents):
            continue
        reader = messages_in_code if path.suffix == ".py" else messages_in_page
        for message in reader(path):
            places = found.setdefault(message, [])
            place = path.relative_to(ROOT).as_posix()
            if place not in places:
                places.append(place)
    return found


def collect() -> int:
    """Bring the catalogue in step with the code; list what has no Chinese yet."""
    import django
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_I18N=True, INSTALLED_APPS=[])
        django.setup()
    old = {(e.msgctxt or "", e.msgid, e.msgid_plural): e for e in polib.pofile(str(CATALOGUE))} if CATALOGUE.exists() else {}
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Project-Id-Version": "ecociv",
        "Language": "zh_Hans",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for (context, singular, plural), places in sorted(collected().items(), key=lambda item: (item[1][0], item[0])):
        known = old.get((context, singular, plural))
        entry = polib.POEntry(msgctxt=context or None, msgid=singular, occurrences=[(place, "") for place in places])
        if "%(" in singular:
            entry.flags.append("python-format")
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = known.msgstr_plural if known else {0: ""}
        else:
            entry.msgstr = known.msgstr if known else ""
        catalogue.append(entry)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    open_entries = [e for e in catalogue if not e.translated()]
    for entry in open_entries:
        sys.stdout.write(f"no Chinese yet: {entry.msgid!r} ({', '.join(p for p, _ in entry.occurrences)})\n")
    return 1 if open_entries else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    command = sys.argv[1] if len(sys.argv) > 1 else "compile"
    sys.exit({"compile": compile_catalogues, "collect": collect}[command]())
