"""The values of a filled PDF form: what people typed, ticked and chose, by the fields' names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from voicegraph.words.truncation import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PdfReader

MAX_FIELDS = 5_000
MAX_DEPTH = 50
MAX_VALUE = 50_000
"""Characters kept of one field."""
MAX_FORM = 250_000
"""Characters kept of all fields: the rest of a document's text is for its pages."""

Value = str | list[str] | None
"""What is in a field; a list where more than one may be chosen; None where nothing is filled in."""

_RADIO, _PUSH_BUTTON, _PASSWORD = 1 << 15, 1 << 16, 1 << 13
_INHERITED = ("/FT", "/Ff", "/Opt", "/V")
"""PDF 32000-1, 12.7.3: what a field has of its parent when it says nothing itself."""
MAX_TOGETHER = 100
"""Values under one name."""
_TICKED = frozenset({"yes", "on", "1", "true", "x", "checked", "0"})
"""Names of a box's state that say no more than that it is ticked; any other name is a value."""
_MADE_BY_MACHINE = re.compile(r"\[\d+\]")


@dataclass
class PdfForm:
    """`values` by full name, `labels` for the text where a name is none for people, `unreadable` counts broken fields."""

    values: dict[str, Value] = field(default_factory=dict["str", Value])
    labels: dict[str, str] = field(default_factory=dict[str, str])
    unreadable: int = 0
    truncated: bool = False

    @property
    def text(self) -> str:
        """A line for each field that is filled in: `applicant: Erika Beispiel`."""
        lines = [
            f"{self.labels.get(name, name)}: {', '.join(value) if isinstance(value, list) else value}"
            for name, value in self.values.items()
            if value
        ]
        return "\n".join(lines)


class _Node(NamedTuple):
    """A field of the tree, with what it has of those above it."""

    entry: Any
    name: str
    inherited: dict[str, Any]
    depth: int


def read_form(reader: PdfReader, pages: int) -> PdfForm:
    """The fields of the form, also those that only the first `pages` pages know. Broken ones cost nothing but themselves."""
    form, seen = PdfForm(), set[object]()
    left = MAX_FORM
    for node in _fields(_roots(reader, pages, form), seen, form):
        if len(form.values) >= MAX_FIELDS or left <= 0:
            form.truncated = True
            break
        try:
            left -= _add(node, form)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - pypdf lets errors of every kind through on broken files
            form.unreadable += 1
    return form


def _roots(reader: PdfReader, pages: int, form: PdfForm) -> Iterator[Any]:
    """The form's own list, and after it the widgets of the pages, which some programs leave out of that list."""
    try:
        yield from _resolved(_resolved(reader.root_object.get("/AcroForm")).get("/Fields"))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001
        form.unreadable += _has_form(reader)
    for number in range(pages):
        try:
            annotations = list(_resolved(reader.pages[number].get("/Annots")) or ())
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001, S112 - the page's text was counted as unreadable already
            continue
        yield from annotations


def _has_form(reader: PdfReader) -> bool:
    try:
        return "/AcroForm" in reader.root_object
    except Exception:  # noqa: BLE001
        return False


def _fields(roots: Iterator[Any], seen: set[object], form: PdfForm) -> Iterator[_Node]:
    """The ends of the tree in their order; each once, however the tree is knotted."""
    for root in roots:
        try:
            waiting = _start(root)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001
            form.unreadable += 1
            continue
        while waiting:
            node = waiting.pop()
            try:
                key = _key(node.entry)
                if key in seen or node.depth > MAX_DEPTH or len(seen) > MAX_FIELDS * 4:
                    continue
                seen.add(key)
                entry, children = _opened(node)
            except MemoryError:
                raise
            except Exception:  # noqa: BLE001
                form.unreadable += 1
                continue
            if children:
                waiting.extend(reversed(children))
            elif entry is not None:
                yield entry


def _start(root: Any) -> list[_Node]:
    """A root as the tree knows it: of a widget that names a parent, the topmost of its parents."""
    entry, ways = _resolved(root), 0
    if not hasattr(entry, "get"):
        return []
    if entry.get("/Subtype") not in (None, "/Widget"):
        return []  # a page's links and notes
    while (parent := _resolved(entry.get("/Parent"))) is not None and ways < MAX_DEPTH:
        root, entry, ways = entry.raw_get("/Parent"), parent, ways + 1
    return [_Node(root, "", {}, 0)]


def _opened(node: _Node) -> tuple[_Node | None, list[_Node]]:
    """The node with its name and what it inherits, and its children that are fields of their own."""
    entry = _resolved(node.entry)
    if not hasattr(entry, "get"):
        return None, []
    part = _text(entry.get("/T"))
    name = ".".join(piece for piece in (node.name, part) if piece)
    inherited = node.inherited | {key: _resolved(entry.get(key)) for key in _INHERITED if entry.get(key) is not None}
    kids = list(_resolved(entry.get("/Kids")) or ())
    named = [kid for kid in kids if hasattr(_resolved(kid), "get") and "/T" in _resolved(kid)]
    if named:
        return None, [_Node(kid, name, inherited, node.depth + 1) for kid in kids]
    return _Node(entry, name, inherited, node.depth), []


def _add(node: _Node, form: PdfForm) -> int:
    """Note the field's value; how many characters it took."""
    kind, flags = node.inherited.get("/FT"), int(node.inherited.get("/Ff") or 0)
    if not node.name or kind not in ("/Tx", "/Btn", "/Ch"):
        return 0  # signatures among them
    if (kind == "/Btn" and flags & _PUSH_BUTTON) or (kind == "/Tx" and flags & _PASSWORD):
        return 0
    value = _value(node, str(kind), flags)
    if value is None and form.values.get(node.name):
        return 0
    form.values[node.name] = _together(form.values.get(node.name), value)
    label = _text(node.entry.get("/TU"))
    if _MADE_BY_MACHINE.search(node.name):
        form.labels[node.name] = cut(" ".join(label.split()), 200) or _MADE_BY_MACHINE.sub("", node.name)
    return len(node.name) + sum(map(len, value)) if value else len(node.name)


def _together(before: Value, value: Value) -> Value:
    """What fields of one name hold that no field above them joins: the one value, or each that differs."""
    if not before or not value or before == value:
        return value
    known = before if isinstance(before, list) else [before]
    return [*known, *(new for new in (value if isinstance(value, list) else [value]) if new not in known)][
        :MAX_TOGETHER
    ]


def _value(node: _Node, kind: str, flags: int) -> Value:
    widgets = [node.entry, *(_resolved(kid) for kid in _resolved(node.entry.get("/Kids")) or ())]
    widgets = [widget for widget in widgets if hasattr(widget, "get")]
    given = node.inherited.get("/V")
    if given is None:  # some programs write it to the widget alone
        given = next((found for widget in widgets if (found := _resolved(widget.get("/V"))) is not None), None)
    if kind == "/Btn":
        return _state(given, widgets, node.inherited.get("/Opt"), radio=bool(flags & _RADIO))
    if kind == "/Ch":
        return _chosen(given, node.inherited.get("/Opt"))
    return _text(given) or None


def _state(given: Any, widgets: list[Any], options: Any, *, radio: bool) -> str | None:
    """Which box is ticked; what is only drawn as ticked counts where the field itself says nothing."""
    state = _text(given).removeprefix("/")
    if not state:
        drawn = (_text(_resolved(widget.get("/AS"))).removeprefix("/") for widget in widgets)
        state = next((name for name in drawn if name not in ("", "Off")), "")
    if state in ("", "Off"):
        return None
    names = [_text(option) for option in _listed(options)]
    if state.isdigit() and int(state) < len(names):  # 12.7.4.2.3: the state is then a place in the list
        state = names[int(state)] or state
    return "Yes" if not radio and state.lower() in _TICKED else state


def _chosen(given: Any, options: Any) -> Value:
    """What the list shows for what was chosen; a list where several were."""
    shown = dict[str, str]()
    for option in _listed(options):
        pair = _resolved(option)
        if isinstance(pair, list) and len(cast("list[Any]", pair)) == 2:
            shown.setdefault(_text(_resolved(pair[0])), _text(_resolved(pair[1])))
    if isinstance(given, list):
        texts = [_text(_resolved(each)) for each in cast("list[Any]", given)[:1000]]
        return [shown.get(text, text) for text in texts if text] or None
    text = _text(given)
    return shown.get(text, text) or None


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A string, a name, a number or a stream of the file as text; nothing of anything else."""
    value = _resolved(value)
    if hasattr(value, "get_data"):
        value = value.get_data()
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace") if not value.startswith(b"\xfe\xff") else value[2:].decode("utf-16-be")
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return ""
    text = cut(str(value), MAX_VALUE).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _key(entry: Any) -> object:
    """One thing of the file, however it is reached."""
    return (entry.idnum, entry.generation) if hasattr(entry, "idnum") else id(entry)


def _resolved(value: Any) -> Any:
    """What a reference leads to; None for the file's own null."""
    found = value.get_object() if hasattr(value, "get_object") else value
    return None if found is None or type(found).__name__ == "NullObject" else found
