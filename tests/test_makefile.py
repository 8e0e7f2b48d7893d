"""A `.venv` that cannot work any more is made anew by `make`, which says why; one that works is left alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with the environment that `make` makes, and a stamp as if libraries were installed."""
    checkout = tmp_path_factory.mktemp("checkout")
    shutil.copy(ROOT / "Makefile", checkout)
    (checkout / "tools").mkdir()
    shutil.copy(ROOT / "tools/stale-venv", checkout / "tools")
    (checkout / "requirements").mkdir()
    for name in ("run", "build", "dev"):
        (checkout / f"requirements/{name}.txt").touch()
    make(checkout)
    (checkout / ".venv/stamps").mkdir()
    (checkout / ".venv/stamps/run").touch()
    return checkout


@pytest.fixture
def checkout(made: Path, tmp_path: Path) -> Path:
    """A copy, made to believe that it was always there."""
    here = tmp_path / "here"
    shutil.copytree(made, here, symlinks=True)
    config = here / ".venv/pyvenv.cfg"
    config.write_text(config.read_text().replace(str(made), str(here)))
    return here


def make(checkout: Path, *words: str, target: str = ".venv/bin/python") -> str:
    command = ["make", "--no-print-directory", f"PYTHON={sys.executable}", *words, target]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def python_gone(venv: Path) -> None:
    for link in (venv / "bin").glob("python*"):
        link.unlink()
    (venv / "bin/python").symlink_to("/nonexistent/python3")


def other_python(venv: Path) -> None:
    config = venv / "pyvenv.cfg"
    config.write_text(config.read_text().replace(f"version = {VERSION}", "version = 3.2"))
    (venv / f"lib/python{VERSION}").rename(venv / "lib/python3.2")


def moved(venv: Path) -> None:
    config = venv / "pyvenv.cfg"
    config.write_text(config.read_text().replace(str(venv), "/elsewhere/.venv"))


def unfinished(venv: Path) -> None:
    shutil.rmtree(venv / f"lib/python{VERSION}/site-packages/pip")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (python_gone, "The Python that .venv was made with is gone."),
        (other_python, f".venv was made with Python 3.2, which is {VERSION} now."),
        (moved, ".venv was made at /elsewhere/.venv, and works only there."),
        (unfinished, ".venv was not finished."),
    ],
    ids=["python gone", "other python", "moved", "unfinished"],
)
def test_the_reason_is_told(checkout: Path, spoil: Callable[[Path], None], why: str) -> None:
    spoil(checkout / ".venv")
    assert f"{why} Making it anew …" in make(checkout, "--dry-run")
    assert "Installing VoiceGraph's libraries" in make(checkout, "--dry-run", target=".venv/stamps/run")


def test_a_stale_environment_is_made_anew_with_nothing_installed(checkout: Path) -> None:
    assert "Installing" not in make(checkout, "--dry-run", target=".venv/stamps/run")
    python_gone(checkout / ".venv")
    assert "is gone. Making it anew …" in make(checkout)
    subprocess.run([checkout / ".venv/bin/python", "-m", "pip", "--version"], check=True, capture_output=True)
    assert not (checkout / ".venv/stamps").exists()
    assert make(checkout, "--dry-run").endswith("is up to date.\n")


def test_an_environment_that_works_is_left_alone(checkout: Path) -> None:
    assert "Making" not in make(checkout)
    assert "make run" in make(checkout, target="help")
    assert (checkout / ".venv/stamps/run").exists()


def test_another_python_that_is_named_is_taken(checkout: Path) -> None:
    other = checkout / "python3.99"
    other.write_text("#!/bin/sh\necho 3.99\n")
    other.chmod(0o755)
    said = subprocess.run(
        [ROOT / "tools/stale-venv", ".venv", other], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert said.stdout == f".venv has Python {VERSION}, and {other} is 3.99.\n"


def test_a_python_that_is_too_old_costs_no_environment(checkout: Path) -> None:
    moved(checkout / ".venv")
    done = subprocess.run(
        ["make", "PYTHON=false", ".venv/bin/python"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "needs Python 3.11 or newer" in done.stdout
    assert (checkout / ".venv/stamps/run").exists()
