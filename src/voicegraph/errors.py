"""Every error VoiceGraph raises on purpose, named by who must act.

VoiceGraphError
├── UserError            the caller can mend it; the API answers `status` with `code`
│   ├── GraphError       422  the workflow breaks a rule; every breach is located
│   ├── Refusal          422  the sentence is `off_topic` or `unclear`; carries an example
│   ├── NotFound         404
│   ├── Conflict         409
│   ├── Unreadable       409  what is stored cannot be read
│   └── Overloaded       429  back-pressure, before anything was accepted
├── NodeError            a node failed; says whether trying again can help
├── ConfigError          a setting is missing or wrong; the person who runs the server acts
└── StorageError         503  the database or disk refused; nothing was accepted
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

OF_ITS_OWN = "because of a fault of its own. The server's log has the details."
"""What is told of an error that nobody foresaw; its words are for who runs the server, and may quote anything."""


class VoiceGraphError(Exception):
    """Base of all. `message` says what happened and what to do; `code` is stable. `reason` is what a log needs of it, where
    whoever writes that goes on by itself.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = message


class UserError(VoiceGraphError):
    """Something the caller sent cannot be accepted."""

    status = 400

    def __init__(self, code: str, message: str, details: Any = None) -> None:
        super().__init__(code, message)
        self.details = details


@dataclass(frozen=True, slots=True)
class Problem:
    """One breach of the workflow format: where (`nodes[3].params.url`), what is wrong and what would be right."""

    where: str
    message: str
    code: str = "invalid"


class GraphError(UserError):
    """The workflow breaks one or more rules of the format (DESIGN section 2)."""

    status = 422

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        place = f"{first.where}: " if first.where else ""
        said = f"{place}{first.message}"
        if len(problems) > 1:
            said = f"{said.removesuffix('.')} (and {len(problems) - 1} more)."
        super().__init__("invalid_workflow", said, [asdict(p) for p in problems])
        self.problems = list(problems)


class Refusal(UserError):
    """The planner will not turn this sentence into a workflow: `off_topic` or `unclear`."""

    status = 422

    def __init__(self, code: str, message: str, example: str) -> None:
        super().__init__(code, message, {"example": example})
        self.example = example


class NotFound(UserError):
    """Nothing has this id."""

    status = 404

    def __init__(self, message: str, code: str = "not_found") -> None:
        super().__init__(code, message)


class Conflict(UserError):
    """The thing exists, but its state does not allow the request."""

    status = 409

    @classmethod
    def exists_already(cls) -> Conflict:
        """It is there, and is not made a second time."""
        return cls("conflict", "Something with this id or key exists already.")


class Unreadable(UserError):
    """It is in the database, and cannot be read: it was damaged, or written by another version."""

    status = 409

    def __init__(self, message: str) -> None:
        super().__init__("unreadable", message)


class Overloaded(UserError):
    """Too much is waiting already; try again after `retry_after` seconds."""

    status = 429

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__("overloaded", message)
        self.retry_after = retry_after


class NodeError(VoiceGraphError):
    """A node could not do its work. The engine reads `retryable` and `retry_after` (seconds) and never guesses."""

    def __init__(self, code: str, message: str, *, retryable: bool = False, retry_after: float | None = None) -> None:
        super().__init__(code, message)
        self.retryable = retryable
        self.retry_after = retry_after


class ConfigError(VoiceGraphError):
    """A setting is missing or wrong. `setting` names it, so that every surface can point at it."""

    def __init__(self, setting: str, message: str) -> None:
        super().__init__("not_configured", message)
        self.setting = setting


class StorageError(VoiceGraphError):
    """The database or the disk did not take a write; nothing of the request was accepted.

    `lasting`: it may be this one write that is refused, and not what everybody would meet.
    """

    status = 503

    def __init__(self, message: str, reason: str = "", *, lasting: bool = False) -> None:
        super().__init__("storage_unavailable", message)
        self.reason = reason or message
        self.lasting = lasting

    @classmethod
    def disk_full(cls) -> StorageError:
        """There is no room: trying again helps nobody."""
        mend = "Delete runs and files, or make room on it."
        return cls(f"The disk is full: this was not stored. {mend}", f"The disk is full. {mend}")
