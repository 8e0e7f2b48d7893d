"""Libraries that are imported when first needed: the first runs of a fresh server come at once, on several threads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import voicegraph

SOURCE = Path(voicegraph.__file__).parent
ALONE = ("cli/", "db/", "store/", "engines/", "speech/", "nodes/models/exchange.py", "nodes/models/models.py")
"""Where no other thread imports the same: commands, what `create_engine` has loaded, children; `models.load` goes before
`exchange`, and holds everybody off for more than an import."""

AT_ONCE = """
import asyncio
from voicegraph.nodes.models.models import ModelChoice, load

async def make(after):
    await asyncio.sleep(after)
    return await load(ModelChoice("ollama", "tiny", "http://127.0.0.1:1/v1"))

async def ask():
    made = await asyncio.gather(*(make(0.1 * number) for number in range(5)), return_exceptions=True)
    print([repr(model) for model in made if isinstance(model, Exception)])

asyncio.run(ask())
"""


def test_the_first_models_of_a_process_can_be_made_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", AT_ONCE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def late_imports(tree: ast.AST, held: str = "", inside: bool = False) -> Iterator[tuple[int, str, str]]:
    """Line, library and the library that is held, of each import within a function."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Import | ast.ImportFrom) and inside:
            name = child.names[0].name if isinstance(child, ast.Import) else child.module or ""
            library = "liquid" if name == "voicegraph.nodes.templates.environment" else name.partition(".")[0]
            if library not in sys.stdlib_module_names and library != "voicegraph":
                yield child.lineno, library, held
        holds = ast.unparse(child.items[0].context_expr) if isinstance(child, ast.With) else held
        yield from late_imports(child, holds, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_late_import_is_made_by_one_thread_alone(path: Path) -> None:
    if str(path.relative_to(SOURCE)).startswith(ALONE):
        return
    for line, library, held in late_imports(ast.parse(path.read_text("utf-8"))):
        assert held == f"importing('{library}')", f"line {line}: import {library} within `with importing(…)`"
