"""Names of GitHub repositories."""

from __future__ import annotations

import re

from voicegraph.plan.rules.text.shelter import PATH, URL, Shelter

REPOSITORY = rf"(?:{PATH}|{URL})"
"""What may be a repository; `repository` tells whether it is one."""
_ADDRESS = re.compile(r"github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?(?:[/?#]|$)")


def repository(token: str, shelter: Shelter) -> str | None:
    """owner/name of a hidden path or GitHub address, None of anything else."""
    words = shelter.plain(token)
    found = _ADDRESS.search(words)
    if found:
        return found[1]
    return words if re.fullmatch(PATH, token) else None
