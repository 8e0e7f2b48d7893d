"""The picture of `docs/architecture.md` and the names of files, held against the code."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/voicegraph"
PAGE = (ROOT / "docs/architecture.md").read_text()
ROOMS = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
GROUND = {
    "asgi", "child_process", "clock", "errors", "fair_slots", "lazy_imports", "log_repeats", "logs", "rounds",
    "setting_formats", "setting_names", "settings",
}  # fmt: skip
"""Small modules that everybody may use, and the entry points."""

FEATURES = {
    "approvals", "control", "earlier_items", "files", "filters", "history", "inngest", "notifications", "plan", "replay",
    "retention", "run_limit", "schedules", "voice", "webhooks", "workflows",
}  # fmt: skip
"""Names that stand in several rooms for one feature: its routes, its bodies, its command, its rows."""
BY_SERVICE = {"actions", "client"}
"""Files that each service has, in a folder of its own."""

Arrows = set[tuple[str, str]]


def arrows_of_the_picture() -> Arrows:
    return set(re.findall(r"^    (\w+) --> (\w+)$", PAGE, re.MULTILINE))


def arrows_of_the_code() -> Arrows:
    graph = grimp.build_graph("voicegraph", cache_dir=None)
    found = {
        (_room(importer), _room(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    }
    return {(one, other) for one, other in found if one != other and {one, other} <= ROOMS}


def _room(module: str) -> str:
    return ([*module.split("."), ""])[1]


def without_detours(arrows: Arrows) -> Arrows:
    """The arrows that no way over other rooms stands for (the transitive reduction)."""
    return {(one, other) for one, other in arrows if other not in _reach(one, arrows - {(one, other)})}


def _reach(start: str, arrows: Iterable[tuple[str, str]]) -> set[str]:
    after: Mapping[str, set[str]] = defaultdict(set)
    for one, other in arrows:
        after[one].add(other)
    found: set[str] = set()
    ahead = [start]
    while ahead:
        ahead += (new := after[ahead.pop()] - found)
        found |= new
    return found


def test_the_picture_shows_who_imports_whom() -> None:
    assert arrows_of_the_picture() == without_detours(arrows_of_the_code())


def test_every_room_is_in_the_picture() -> None:
    there = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert there - {"__init__", "__main__", "ui"} == ROOMS | GROUND
    assert {room for arrow in arrows_of_the_picture() for room in arrow} == ROOMS


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([\w/]+(?:\.py|/))`", PAGE))))
def test_what_the_page_names_is_there(path: str) -> None:
    assert any((root / path).exists() for root in (ROOT, SOURCE))


def test_no_file_name_has_two_meanings() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in SOURCE.rglob("*.py"):
        if path.stem != "__init__" and "versions" not in path.parts:
            places[path.stem].append(str(path.relative_to(SOURCE)))
    several = {name for name, paths in places.items() if len(paths) > 1}
    assert several <= FEATURES | BY_SERVICE, {name: places[name] for name in several - FEATURES - BY_SERVICE}
    assert several >= FEATURES, "these stand once: take them from the list"


def test_a_module_says_first_what_it_is() -> None:
    """A question word there makes a reader guess at the thing from what it answers."""
    asking = re.compile(r"(What|Who|Whose|Which|How|Where|When|Whether|Why)\b")
    first = {
        str(path.relative_to(SOURCE)): (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]
        for path in SOURCE.rglob("*.py")
        if "versions" not in path.parts
    }
    assert not {path: line for path, line in first.items() if asking.match(line)}
