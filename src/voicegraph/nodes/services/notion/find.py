"""From what people give (an id, a link, a title) to the page or the database they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from voicegraph.errors import NodeError
from voicegraph.nodes.services.notion.client import Json, Notion
from voicegraph.nodes.services.notion.properties import title_of

Kind = Literal["page", "database"]

_HEX = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A page object, or the data source object that holds a database's rows.

    `others`: how many more data sources the database has.
    """

    kind: Kind
    object: Json
    others: int = 0

    @property
    def id(self) -> str:
        """Of the page or the data source."""
        return self.object["id"]

    @property
    def title(self) -> str:
        """As shown in Notion."""
        return title_of(self.object)


def notion_id(reference: str) -> str | None:
    """The id in an id or a link, with dashes; None for a title.

    A link ends in the id, after the title's words: `notion.so/team/Weekly-Planning-0123…`; a page opened over a
    database is named by `?p=`.
    """
    reference = reference.strip()
    if "/" in reference:
        parts = urlsplit(reference if "://" in reference else f"https://{reference}")
        if "notion." not in (parts.hostname or ""):
            return None
        opened = parse_qs(parts.query).get("p")
        reference = opened[0] if opened else parts.path.rstrip("/").rsplit("/", 1)[-1].replace("-", "")[-32:]
    compact = reference.replace("-", "")
    return str(UUID(compact)) if _HEX.fullmatch(compact) else None


async def find(notion: Notion, reference: str, wanted: Kind, *, exact: bool = False) -> Found:
    """The page or database, looked for among the wanted kind first: ids and links do not tell which they are.

    A title is searched for; `exact` refuses one that only resembles it. NodeError `not_found` when there is none.
    """
    found = notion_id(reference)
    if found:
        return await _by_id(notion, found, wanted)
    if not reference.strip():
        raise NodeError("missing_page", f"Say which Notion {wanted} is meant: give its link, id or title.")
    return await _by_title(notion, reference.strip(), wanted, exact=exact)


async def _by_id(notion: Notion, id: str, wanted: Kind) -> Found:
    looks = (_page, _database, _source) if wanted == "page" else (_database, _source, _page)
    first: NodeError | None = None
    for look in looks:
        try:
            return await look(notion, id)
        except NodeError as error:
            # An id of another kind is "not found" or "a database, not a page" (a 400).
            if error.code not in {"not_found", "rejected"}:
                raise
            first = first or error
    raise first or NodeError("not_found", f"Notion has no {wanted} {id}.")


async def _page(notion: Notion, id: str) -> Found:
    return Found("page", await notion.page(id))


async def _source(notion: Notion, id: str) -> Found:
    return Found("database", await notion.data_source(id))


async def _database(notion: Notion, id: str) -> Found:
    database = await notion.database(id)
    sources: list[Json] = database.get("data_sources") or []
    if not sources:
        raise NodeError("no_data_source", f"The Notion database {title_of(database)} has no data source to read.")
    source = await notion.data_source(sources[0]["id"])
    return Found("database", {**source, "url": database.get("url")}, others=len(sources) - 1)


async def _by_title(notion: Notion, title: str, wanted: Kind, *, exact: bool) -> Found:
    kinds: list[Kind] = ["page", "database"] if wanted == "page" else ["database", "page"]
    resembling: Found | None = None
    for kind in kinds:
        for thing in await notion.search(title, "page" if kind == "page" else "data_source"):
            if title_of(thing).casefold() == title.casefold():
                return Found(kind, thing)
            resembling = resembling or Found(kind, thing)
    if resembling and not exact:
        return resembling
    hint = f" The nearest title is “{resembling.title}”." if resembling else ""
    raise NodeError(
        "not_found",
        f"No Notion {wanted} called “{title}” is shared with the integration.{hint} "
        "Check the title, or open the page in Notion and add your integration under ••• > Connections.",
    )
