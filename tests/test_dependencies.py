"""Whoever installs VoiceGraph without the lock files and with an old pip gets every library it needs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def direct() -> list[Requirement]:
    optional = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in (*PROJECT["dependencies"], *optional)]


NAMED = {canonicalize_name(requirement.name) for requirement in direct()}


def misspelt_extras() -> Iterator[tuple[str, str, str]]:
    """(library, what it needs, of which extra): extras in another spelling than their distribution's own."""
    waiting = [(str(requirement.name), extra) for requirement in direct() for extra in ("", *requirement.extras)]
    seen: set[tuple[str, str]] = set()
    while waiting:
        if (asked := waiting.pop()) in seen or not (found := _distribution(asked[0])):
            continue
        seen.add(asked)
        for requirement in map(Requirement, found.requires or ()):
            if requirement.marker and not requirement.marker.evaluate({"extra": asked[1]}):
                continue
            waiting += [(requirement.name, extra) for extra in ("", *requirement.extras)]
            offers = _distribution(requirement.name)
            for extra in requirement.extras:
                if offers and extra not in (offers.metadata.get_all("Provides-Extra") or []):
                    yield asked[0], requirement.name, extra


def _distribution(name: str):
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None  # for another system


def test_what_an_old_pip_leaves_out_is_a_dependency_by_name() -> None:
    """Pip before 23.3 compares the names of extras letter by letter, warns, and installs without them."""
    misspelt = set(misspelt_extras())
    assert ("justext", "lxml", "html_clean") in misspelt  # else this test sees nothing, or lxml-html-clean may go
    for library, needs, extra in misspelt:
        offered = distribution(needs)
        name = canonicalize_name(extra)
        wanted = [Requirement(line) for line in offered.requires or () if "extra" in line]
        left_out = {
            canonicalize_name(one.name) for one in wanted if one.marker and one.marker.evaluate({"extra": name})
        }
        assert left_out <= NAMED, f"{library} needs {needs}[{extra}]: {left_out - NAMED}"
