"""All actions, by type and name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import ModuleType

from voicegraph.graph.legacy_format import TYPES
from voicegraph.nodes.action import Action

_USER_ACTION = re.compile(r"^[a-z][a-z0-9_]{0,63}$")


def type_of(name: str) -> str:
    """The type's own name."""
    return TYPES.get(name, name)


class Registry:
    """The catalogue. Look-ups follow aliases; a type with an `any_name` action accepts any snake_case name."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self._actions: dict[tuple[str, str], Action] = {}
        self._open: dict[str, Action] = {}
        for action in actions:
            if (action.type, action.name) in self._actions:
                raise ValueError(f"{action.key} is registered twice")
            self._actions[action.type, action.name] = action
            if action.any_name:
                self._open[action.type] = action

    @classmethod
    def from_modules(cls, modules: Iterable[ModuleType]) -> Registry:
        """Every `Action` at the top level of these modules, in the order they are written."""
        return cls(found for module in modules for found in vars(module).values() if isinstance(found, Action))

    def find(self, type: str, name: str) -> Action | None:
        """The action, or None when the type or the action is unknown."""
        type = type_of(type)
        found = self._actions.get((type, name))
        if found is None and _USER_ACTION.match(name):
            return self._open.get(type)
        return found

    def names(self, type: str) -> list[str]:
        """The action names of a type, for messages that say what would be right."""
        type = type_of(type)
        return [name for (of, name) in self._actions if of == type]

    @property
    def types(self) -> list[str]:
        """All node types, without aliases, in catalogue order."""
        return list(dict.fromkeys(type for type, _ in self._actions))

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions.values())

    def __len__(self) -> int:
        return len(self._actions)
