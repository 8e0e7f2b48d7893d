"""What holds for the tree as a whole: sizes of files, what must not be in them, what must be declared."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = {".py", ".ts", ".tsx", ".css", ".js", ".mjs"}
MAX_LINES = 400
GENERATED = re.compile(r"/migrations/versions/|\.gen\.ts$|\.d\.ts$")
BINARY = {".png", ".ico", ".woff2", ".wav", ".pdf", ".db", ".zip", ".gz"}

MACHINE_PATH = re.compile(r"(?<![\w.~}-])/(?:work|root|home/\w+|Users/\w+)/")
INSEPARABLE = {"pydantic-monty-client": "pydantic-monty"}
"""Parts of a library that is declared, which only fit each other."""

REGISTRY_HOST = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.org|deb\.debian\.org")


def _tree() -> list[Path]:
    """All files that are, or would be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def _text_files() -> list[tuple[Path, str]]:
    return [(path.relative_to(ROOT), path.read_text("utf-8")) for path in _tree() if path.suffix not in BINARY]


def _python(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "node_modules" not in path.parts)


def test_no_file_has_grown_past_its_subject() -> None:
    long = {
        str(path): lines
        for path, text in _text_files()
        if path.suffix in CODE and not GENERATED.search(f"/{path}") and (lines := text.count("\n")) > MAX_LINES
    }
    assert not long, f"over {MAX_LINES} lines; what is the second subject? {long}"


@pytest.mark.parametrize(("what", "pattern"), [("machine path", MACHINE_PATH), ("registry host", REGISTRY_HOST)])
def test_nothing_tells_where_it_was_made(what: str, pattern: re.Pattern[str]) -> None:
    found = [f"{path}: {match[0]}" for path, text in _text_files() if (match := pattern.search(text))]
    assert not found, f"{what} in {found}"


def test_python_lock_files_hold_pins_and_hashes_alone() -> None:
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    assert {path.stem for path in locks} == {"run", "dev", "build"}
    line = re.compile(r"[a-z0-9-]+(\[[a-z,-]+\])?==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    for path in locks:
        strange = [text for text in path.read_text().splitlines() if not line.fullmatch(text)]
        assert not strange, f"{path.name}: {strange[:3]}"


def test_the_npm_lock_file_names_no_registry() -> None:
    lock = (ROOT / "web/package-lock.json").read_text()
    assert '"integrity"' in lock
    assert '"resolved"' not in lock


def test_the_npm_lock_file_names_the_programs_of_every_platform() -> None:
    """npm writes the lock file without what it could not look up, and `npm ci` then refuses it everywhere."""
    packages = json.loads((ROOT / "web/package-lock.json").read_text())["packages"]
    missing = {
        optional
        for path, package in packages.items()
        for optional in package.get("optionalDependencies", {})
        if not {f"{path}/node_modules/{optional}", f"node_modules/{optional}"} & packages.keys()
    }
    assert not missing


def test_pins_of_run_are_the_pins_the_tests_use() -> None:
    assert _pins("run.txt") | _pins("build.txt") <= _pins("dev.txt")


def test_everything_that_is_declared_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    assert set(groups["build"]) >= set(project["build-system"]["requires"])
    for name, wanted in (("run.txt", project["project"]["dependencies"]), ("dev.txt", groups["dev"] + groups["build"])):
        missing = {_distribution(item) for item in wanted} - {pin.split("==")[0] for pin in _pins(name)}
        assert not missing, f"run `make lock`: {missing} not in {name}"


def _pins(name: str) -> set[str]:
    return set(re.findall(r"^\S+==\S+", (ROOT / "requirements" / name).read_text(), re.MULTILINE))


def test_every_folder_of_code_is_a_package_that_says_what_it_is() -> None:
    source = ROOT / "src/voicegraph"
    for folder in sorted({path.parent for path in _python(source)} - {source / "db/migrations/versions"}):
        package = folder / "__init__.py"
        if folder.name == "migrations":
            continue  # Alembic's, run by path
        assert package.is_file(), f"{folder.relative_to(ROOT)} has no __init__.py"
        assert ast.get_docstring(ast.parse(package.read_text())), f"{package.relative_to(ROOT)} says nothing"


def test_the_application_is_put_together_in_one_place() -> None:
    """What is served is what the tests have: only `create_app` gives the routes what they work with."""
    writers = {
        str(path.relative_to(ROOT / "src/voicegraph"))
        for path in _python(ROOT / "src")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign) and any("app.state." in ast.unparse(target) for target in node.targets)
    }
    assert writers == {"asgi.py"}


def test_every_library_that_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {_distribution(item) for item in project["dependencies"]}
    declared |= {lower for lower, upper in INSEPARABLE.items() if upper in declared}
    providers = packages_distributions()
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in _python(ROOT / "src")
        for name in _imported(path) - set(sys.stdlib_module_names) - {"voicegraph"}
        if not declared & {_normal(provider) for provider in providers.get(name, [name])}
    }
    assert not missing, f"add them to the dependencies: {sorted(missing)}"


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def _distribution(requirement: str) -> str:
    return _normal(re.split(r"[\[<>=!~; ]", requirement)[0])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
