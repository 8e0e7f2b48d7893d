"""Judge a script before it runs: read by Python's own parser, which executes nothing."""

from __future__ import annotations

import ast
import warnings

MAX_LENGTH = 20_000


def check_syntax(code: str) -> str | None:
    """What is wrong with it and in which line, or None. What the sandbox does not know is said when it runs."""
    if not code.strip():
        return "there is no code"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a backslash too many, which is no mistake of ours
            tree = ast.parse(code)
    except SyntaxError as error:
        return f"line {error.lineno or 1}: {error.msg}"
    except (ValueError, MemoryError, RecursionError):
        return "it cannot be read: it holds a character that is no text, or is nested too deeply"
    return next((_template(node) for node in ast.walk(tree) if _is_template(node)), None)


def _is_template(node: ast.AST) -> bool:
    """`{{ data.name }}`, which Python reads as a set within a set, and which no script can make."""
    return isinstance(node, ast.Set) and len(node.elts) == 1 and isinstance(node.elts[0], ast.Set)


def _template(node: ast.AST) -> str:
    line = getattr(node, "lineno", 1)
    return f'line {line}: a script is no template; write data["name"] for {{{{ data.name }}}}'
