"""The way this VoiceGraph was installed, and so the way it is installed again."""

from __future__ import annotations

import json
import shlex
import sys
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from voicegraph.nodes.http.urls import shown

NAME = "voicegraph"


def again() -> str:
    """The command that installs it again, in the same environment, from where it came."""
    return f"{shlex.quote(sys.executable)} -m pip install --force-reinstall {_source()}"


def _source() -> str:
    """What pip wrote down (PEP 610): nothing where it came from an index. A wheel that is gone is looked for there."""
    try:
        told: Any = json.loads(metadata.distribution(NAME).read_text("direct_url.json") or "{}")
        url, version_control = str(told.get("url") or ""), told.get("vcs_info")
        editable = bool(told.get("dir_info", {}).get("editable"))
    except (metadata.PackageNotFoundError, ValueError, AttributeError):
        return NAME
    if version_control:
        return shlex.quote(f"{version_control['vcs']}+{shown(url)}")
    if not url.startswith("file:"):
        return shlex.quote(shown(url)) if url else NAME
    path = Path(url2pathname(urlsplit(url).path))
    if not path.exists():
        return NAME
    return f"{'--editable ' * editable}{shlex.quote(str(path))}"
