"""The doctor's check of the libraries that VoiceGraph's modules import: nodes do so only when they run."""

from __future__ import annotations

import ast
import importlib
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from voicegraph.cli.doctor.check_result import Finding
from voicegraph.cli.installation import again
from voicegraph.lazy_imports import importing

OURS = Path(__file__).parents[2]
OPTIONAL = frozenset({"sounddevice"})
"""What comes with an extra, and is said where it is needed."""


def examine_libraries() -> Finding:
    """Its state in words. It imports everything, which takes seconds: call it on a thread."""
    names = sorted(imported_libraries() - OPTIONAL)
    broken = [f"{name} ({reason})" for name in names if (reason := _broken(name))]
    if broken:
        return "bad", f"{', '.join(broken)}. Install VoiceGraph again: `{again()}`"
    return "ok", f"{len(names)} can be imported"


@cache
def imported_libraries() -> set[str]:
    """The top-level names of what our own source imports, at the top of a module or later."""
    found = {name for path in OURS.rglob("*.py") for name in _imports(ast.parse(path.read_bytes()))}
    return found - sys.stdlib_module_names - {OURS.name}


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _broken(name: str) -> str | None:
    try:
        with importing(name), warnings.catch_warnings(action="ignore"):  # others ask their services meanwhile
            importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 - whatever stops it stops the node as well
        return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return None
