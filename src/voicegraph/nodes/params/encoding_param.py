"""The param by which a person names the encoding of a text, where nothing tells it or what tells it is wrong."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator

from voicegraph.nodes.action import param
from voicegraph.nodes.charsets.charsets import name_of

USUAL = (
    "utf-8, utf-16, windows-1250, windows-1251, windows-1252, windows-1253, windows-1254, iso-8859-2, iso-8859-15, koi8-r, "
    "ibm850, ibm866, shift_jis, euc-jp, gb18030, big5, euc-kr"
)


def _known(label: str | None) -> str | None:
    if label is None or not label.strip():
        return None
    name = name_of(label)
    if name is None:
        raise ValueError(f"{label[:40]} is no encoding that is known here; usual ones are {USUAL}, or leave it empty")
    return name


Encoding = Annotated[str | None, AfterValidator(_known)]


def encoding_param() -> Any:
    """The field, the same in every node that reads text."""
    return param(
        None,
        title="Encoding",
        description="Of the text, like windows-1251 or shift_jis; empty: what it says itself, else a guess that the log tells.",
        max_length=40,
    )
