"""Write what was heard as the speaker would have typed it: addresses, numbers and times, names; without slips.

`repair` is for the eye as much as for the planner: it keeps order, politeness and corrections ("no, to Bob"), and
leaves alone what it is not sure of. What was heard word for word is kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from voicegraph.speech.repair.entities import repair_entities
from voicegraph.speech.repair.numerals import write_figures
from voicegraph.speech.repair.service_names import repair_services
from voicegraph.speech.repair.slips import repair_slips
from voicegraph.speech.repair.spoken_addresses import write_addresses
from voicegraph.words.fillers import drop_hesitations

__all__ = ["repair"]

_SPACE = re.compile(r"\s+")
_ADDRESS_FIRST = re.compile(r"\S*[@/]|\S+\.\S")


def repair(heard: str, known: Sequence[str] = ()) -> str:
    """The repaired text. `known`: repositories, addresses and channels that this user has named before."""
    text = _SPACE.sub(" ", heard).strip()
    capital = text[:1].isupper()
    text = drop_hesitations(text) or text
    text = write_addresses(repair_slips(text))
    text = repair_entities(repair_services(text), known)
    text = write_figures(text)
    # An address at the start is spelled as it is.
    return f"{text[:1].upper()}{text[1:]}" if capital and not _ADDRESS_FIRST.match(text) else text
