"""The context of an action: all it may use while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pydantic import JsonValue

from voicegraph.graph.model import NodeId, RunId
from voicegraph.nodes.output import FileRef, Inputs
from voicegraph.settings import Settings

if TYPE_CHECKING:
    import httpx


class FileStore(Protocol):
    """Stored files: uploads and what runs made."""

    async def read(self, file_id: str) -> tuple[FileRef, bytes]:
        """The file; raises NotFound."""
        ...

    async def save(self, name: str, media_type: str, content: bytes, run_id: RunId | None = None) -> FileRef:
        """Store a file under a new id, as one of a run: it goes with the run. Conflict when the run is gone."""
        ...


class Files(Protocol):
    """Stored files, for a node: what it saves is its run's."""

    async def read(self, file_id: str) -> tuple[FileRef, bytes]:
        """The file; raises NotFound."""
        ...

    async def save(self, name: str, media_type: str, content: bytes) -> FileRef:
        """Store a file under a new id."""
        ...


@dataclass(frozen=True, slots=True)
class FilesOfRun:
    """`Files` of one run."""

    store: FileStore
    run_id: RunId

    async def read(self, file_id: str) -> tuple[FileRef, bytes]:
        """See `Files`."""
        return await self.store.read(file_id)

    async def save(self, name: str, media_type: str, content: bytes) -> FileRef:
        """See `Files`."""
        return await self.store.save(name, media_type, content, self.run_id)


def _silent(_: str) -> None:
    return None


@dataclass(slots=True)
class NodeContext:
    """One attempt of one node.

    `idempotency_key` is the same for every attempt of this node in this run: hand it to the service where it takes one.
    With `each`, `item` is the item at hand, `item_index` its place from 0, and `inputs` show the item alone.
    `scope` is what templates and expressions may name: input, data, nodes, config, trigger, run, item.
    `http` is the guarded client: public addresses only, limits on redirects and size; never build another. It waits for
    an answer as long as the node may take. `limit` is that time in seconds, where its user set one.
    """

    run_id: RunId
    node_id: NodeId
    action: str
    label: str
    attempt: int
    inputs: Inputs
    settings: Settings
    http: httpx.AsyncClient
    files: Files
    config: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    trigger: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    scope: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    limit: float | None = None
    item: JsonValue = None
    item_index: int | None = None
    log: Callable[[str], None] = _silent
    progress: Callable[[str], None] = _silent

    @property
    def idempotency_key(self) -> str:
        """Stable per run, node and item, for every attempt."""
        key = f"{self.run_id}:{self.node_id}"
        return key if self.item_index is None else f"{key}:{self.item_index}"
