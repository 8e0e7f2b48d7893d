"""The items of a text that has no list in its data: those of the JSON, the list or the table in it, else its lines.

A text that holds a list, as a model answers, has sentences around it which are none of its items: what leads to it, what
stands between its parts, and what closes it. Nothing is asked but the form: whatever the language is, the items are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from voicegraph.nodes.data.large_json import decode
from voicegraph.run.splitting.list_marks import MarkedLine, lines_of
from voicegraph.run.splitting.lists import Part, closing, listed, opening, paragraphs

LIST_NAMES = ("items", "entries", "rows", "records", "results", "data", "value")
"""Where an object that is no list itself keeps one."""
FEW = 4
"""Paragraphs around a list that are taken for what is said about it. With more than that, and than items, it is prose."""

_DIVIDER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")
_BAR = re.compile(r"(?<!\\)\|")
_PROSE = frozenset({"", "text", "txt", "plaintext", "markdown", "md"})


def list_in(data: JsonValue) -> list[JsonValue] | None:
    """The list that data is, or has under a usual name."""
    if isinstance(data, dict):
        lists = [data[name] for name in LIST_NAMES if isinstance(data.get(name), list)]
        data = lists[0] if len(lists) == 1 else None
    return data if isinstance(data, list) else None


def items_in(text: str) -> list[JsonValue]:
    """The items of the text, in their order."""
    values = _decoded(text)
    return _written(text) if values is None else values


def _written(text: str) -> list[JsonValue]:
    """The items of a text that is more than JSON."""
    lines = lines_of(text)
    fenced = _fenced(lines)
    blocks = ["\n".join(inner) for info, inner in fenced if info in {"", "json"}]
    for block in (*blocks, _between_brackets(text)):
        if (values := _decoded(block)) is not None:
            return values
    tables, around = _tables(lines)
    found = listed(lines)
    if tables and len(tables) >= (len(found.items) if found else 0) and paragraphs(around) <= max(FEW, len(tables)):
        return tables
    if found and found.around <= max(FEW, len(found.items)):
        return [*found.items]
    if len(fenced) == 1 and fenced[0][0] in _PROSE and fenced[0][1] and _around_fence(lines) <= FEW:
        return items_in("\n".join(fenced[0][1]))
    return [*_plain(text)]


def _plain(text: str) -> list[str]:
    """Every line that holds something; of lines without marks, a sentence is known by the words models use.

    So is what has a colon and an empty line behind it, where the others stand together and have none.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    head, *blocks = re.split(r"\n\s*\n", text.strip().replace("\r\n", "\n"))
    leads = _is_lead(head) and len(blocks) == 1 and not any(map(_is_lead, lines[1:]))
    if len(lines) > 2 and (leads or opening(lines[0])):
        lines = lines[1:-1] if len(lines) > 3 and closing(lines[-1]) else lines[1:]
    return lines


def _is_lead(line: str) -> bool:
    return "\n" not in line and line.rstrip("*_ ").endswith((":", "："))


def _decoded(text: str) -> list[JsonValue] | None:
    """The list that a JSON text is or has: under a usual name, or the only one of its object."""
    if not text or text.lstrip()[:1] not in {"[", "{"}:
        return None
    try:
        value = decode(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and list_in(value) is None:
        lists = [field for field in value.values() if isinstance(field, list)]
        return lists[0] if len(lists) == 1 else None
    return list_in(value)


def _between_brackets(text: str) -> str:
    """From the first line that opens a JSON list or object to the last that closes one, without what is said around it."""
    lines = text.splitlines()
    first = next((at for at, line in enumerate(lines) if line.lstrip()[:1] in {"[", "{"}), len(lines))
    last = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].rstrip()[-1:] in {"]", "}"}), -1)
    if last < first or not any(lines[first : last + 1]) or (first == 0 and last == len(lines) - 1):
        return ""
    return "\n".join(lines[first : last + 1])


def _fenced(lines: Sequence[MarkedLine]) -> list[tuple[str, list[str]]]:
    """What stands within fences that are not a part of an item: what each is said to be, and its lines."""
    found: list[tuple[str, list[str]]] = []
    opened = False
    for line in lines:
        if not line.fenced:
            opened = False
        elif not opened:
            found.append((line.text.strip("`~ ").lower(), []))
            opened = True
        elif line.text.startswith(("```", "~~~")):
            opened = False
        else:
            found[-1][1].append(" " * line.indent + line.text)
    return found


def _around_fence(lines: Sequence[MarkedLine]) -> int:
    return paragraphs(Part(line.text, line.indent) for line in lines if not line.fenced)


def _tables(lines: Sequence[MarkedLine]) -> tuple[list[JsonValue], list[Part]]:
    """The rows of Markdown tables as objects, and the lines around them."""
    rows: list[JsonValue] = []
    around: list[Part] = []
    names: list[str] = []
    for at, line in enumerate(lines):
        ruled = at + 1 < len(lines) and "|" in line.text and "|" in lines[at + 1].text
        if ruled and not line.fenced and _DIVIDER.fullmatch(lines[at + 1].text):
            names = [name or f"column {place}" for place, name in enumerate(_cells(line.text), 1)]
        elif names and "|" in line.text:
            if not _DIVIDER.fullmatch(line.text):
                rows.append(dict(zip(names, _padded(_cells(line.text), len(names)), strict=False)))
        else:
            names = []
            around.append(Part(line.text, line.indent))
    return rows, around


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip().replace("\\|", "|") for cell in _BAR.split(inner)]


def _padded(cells: list[str], count: int) -> Iterable[str]:
    return cells + [""] * (count - len(cells))
