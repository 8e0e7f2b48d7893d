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
            ast.parse(code)
    except SyntaxError as error:
        return f"line {error.lineno or 1}: {error.msg}"
    except (ValueError, MemoryError, RecursionError):
        return "it cannot be read: it holds a character that is no text, or is nested too deeply"
    return None
