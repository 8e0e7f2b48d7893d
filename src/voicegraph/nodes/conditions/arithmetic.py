"""Arithmetic of conditions in which 12 computes as 12.5 does: JSON and CSV know numbers, CEL knows int and double.

The library refuses `12 * 2.0` and cuts 12 / 5 down to 2, so that a condition would hold on some days only. Here the
operators of such an expression are written as calls of functions (`functions.py`) that take either. Whole numbers stay whole and exact:
turning all of them into doubles would make ids of 17 digits equal that are not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s*(?:(?P<string>[rRbB]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))"""
    r"""|(?P<number>0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?[uU]?)"""
    r"""|(?P<name>[A-Za-z_]\w*)|(?P<mark>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()\[\]{}]))""",
    re.DOTALL,
)
CALLS = {"+": "vg_plus", "-": "vg_minus", "*": "vg_times", "/": "vg_over", "%": "vg_rest"}
_LEVELS = (("||",), ("&&",), ("<", "<=", ">", ">=", "==", "!=", "in"), ("+", "-"), ("*", "/", "%"))
MACROS = frozenset({"all", "exists", "exists_one", "existsOne", "map", "filter"})

Key = str | int
Path = tuple[Key, ...]
Part = tuple[str, tuple[str, ...]]
"""An operator, a call (`size()`) or a field (`.name`), and the texts of what it works on, as far as they can stand alone."""


class Unfamiliar(Exception):
    """Syntax that is not rewritten: such an expression is judged as it stands."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A path into the data that an expression follows, and from which list each variable of a loop around it comes."""

    path: Path
    loops: dict[str, Path]


@dataclass
class Rewriting:
    """An expression with some of its operators as calls, the paths it follows, and what each part of it is made of."""

    operators: frozenset[str]
    text: str = ""
    parts: dict[str, Part] = field(default_factory=dict[str, Part])
    lookups: list[Lookup] = field(default_factory=list[Lookup])
    used: set[str] = field(default_factory=set[str])


def rewritten(expression: str, operators: str) -> Rewriting:
    """The expression with these of `+-*/%` as calls of `FUNCTIONS`. Raises Unfamiliar."""
    found = Rewriting(frozenset(operators))
    parser = _Parser(expression, found)
    try:
        found.text = parser.whole()
    except (IndexError, RecursionError) as error:
        raise Unfamiliar from error
    return found


class _Parser:
    """Recursive descent over CEL's grammar (cel-spec, doc/langdef.md), which writes down again what it reads."""

    def __init__(self, expression: str, found: Rewriting) -> None:
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        self._found = found
        self._loops: dict[str, Path] = {}
        place, text = 0, expression.rstrip()
        while place < len(text):
            token = TOKEN.match(text, place)
            if token is None or token.lastgroup is None:
                raise Unfamiliar
            self._tokens.append((token.lastgroup, token[token.lastgroup]))
            place = token.end()
        self._tokens.append(("end", ""))

    def whole(self) -> str:
        text = self._expression()
        if self._peek()[0] != "end":
            raise Unfamiliar
        return text

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _next(self) -> tuple[str, str]:
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, mark: str) -> bool:
        if self._peek() == ("mark", mark):
            self._at += 1
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._skip(mark):
            raise Unfamiliar

    def _expression(self) -> str:
        condition = self._binary(0)
        if not self._skip("?"):
            return condition
        yes = self._binary(0)
        self._expect(":")
        no = self._expression()
        return self._part(f"{condition} ? {yes} : {no}", "?", condition, yes, no)

    def _part(self, text: str, operator: str, *operands: str) -> str:
        self._found.parts[text] = (operator, operands)
        return text

    def _binary(self, level: int) -> str:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._peek()[0] in ("mark", "name") and (operator := self._peek()[1]) in _LEVELS[level]:
            self._next()
            right = self._binary(level + 1)
            if operator in self._found.operators:
                self._found.used.add(operator)
                left = self._part(f"{CALLS[operator]}({left}, {right})", operator, left, right)
            else:
                left = self._part(f"{left} {operator} {right}", operator, left, right)
        return left

    def _unary(self) -> str:
        for mark in "!-":
            if self._skip(mark):
                inner = self._unary()
                return self._part(f"{mark}{inner}", mark, inner)
        return self._member()

    def _member(self) -> str:
        text, path = self._primary()
        while True:
            if self._skip("."):
                kind, name = self._next()
                if kind != "name":
                    raise Unfamiliar
                if self._skip("("):
                    self._note(path)
                    given = self._arguments(name, path)
                    alone = [] if name in MACROS else given
                    text, path = self._part(f"{text}.{name}({', '.join(given)})", f"{name}()", text, *alone), None
                else:
                    text, path = self._part(f"{text}.{name}", f".{name}", text), (*path, name) if path else None
            elif self._skip("["):
                key = self._literal_key()
                index = self._expression()
                self._expect("]")
                text = self._part(f"{text}[{index}]", "[]", text, index)
                if key is None:
                    self._note(path)
                path = (*path, key) if path and key is not None else None
            else:
                self._note(path)
                return text

    def _literal_key(self) -> Key | None:
        """The key in brackets, where it stands there as it is."""
        kind, text = self._peek()
        if self._tokens[self._at + 1] != ("mark", "]"):
            return None
        if kind == "string" and text[0] in "\"'" and not text.startswith(("'''", '"""')) and "\\" not in text:
            return text[1:-1]
        return int(text) if kind == "number" and text.isdecimal() else None

    def _arguments(self, name: str, path: Path | None) -> list[str]:
        loops = self._loops
        if name in MACROS and path and self._peek()[0] == "name" and self._tokens[self._at + 1] == ("mark", ","):
            self._loops = {**loops, self._peek()[1]: path}
        texts = self._list(")", self._expression)
        self._loops = loops
        return texts

    def _list(self, end: str, item: Callable[[], str]) -> list[str]:
        texts: list[str] = []
        while not self._skip(end):
            texts.append(item())
            if self._skip(end):
                break
            self._expect(",")
        return texts

    def _primary(self) -> tuple[str, Path | None]:
        kind, text = self._next()
        if kind in ("number", "string"):
            return text, None
        if kind == "name":
            if self._skip("("):
                given = self._arguments("", None)
                alone = [] if text == "has" else given
                return self._part(f"{text}({', '.join(given)})", f"{text}()", *alone), None
            return text, (text,)
        if text == "(":
            inner = self._expression()
            self._expect(")")
            return self._part(f"({inner})", "()", inner), None
        if text == "[":
            items = self._list("]", self._expression)
            return self._part(f"[{', '.join(items)}]", "[", *items), None
        if text == "{":
            return f"{{{', '.join(self._list('}', self._entry))}}}", None
        raise Unfamiliar

    def _entry(self) -> str:
        key = self._expression()
        self._expect(":")
        return f"{key}: {self._expression()}"

    def _note(self, path: Path | None) -> None:
        if path:
            self._found.lookups.append(Lookup(path, self._loops))
