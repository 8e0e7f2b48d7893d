"""Write the pages of docs/ that the code knows best: settings.md from `Settings`, nodes.md from the catalogue.

`python tools/docs.py` writes them; `--check` compares instead, and names the page that is old.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from voicegraph.nodes.action import Action
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"
NOTE = "<!-- Written by `make docs` from the code; change it there. -->"
SETTINGS_INTRO = (
    "Every setting is an environment variable. A file `.env` in the folder the server is started in holds the same "
    "names, and `voicegraph.toml` holds them in lower case without the prefix (`port = 9000`). The environment wins "
    "over `.env`, which wins over `voicegraph.toml`. `voicegraph doctor` says what is missing. A name that "
    "begins like a setting and is none does nothing: the start of the server and `doctor` name it."
)
NODES_INTRO = (
    "Every action of the catalogue. Params are [Liquid templates](workflows.md#templates) that are filled when the "
    "node runs; conditions (CEL), selections (JMESPath) and scripts (Python) are none, they name `data` themselves. "
    "*Asked for* marks what the run dialog asks when the workflow leaves it open."
)


# -- settings ----------------------------------------------------------------------------------------------------------


def settings_page() -> str:
    """One heading a setting, under the sections that `settings.py` is written in."""
    parts = ["# Settings", NOTE, SETTINGS_INTRO]
    for section, names in _sections().items():
        parts.append(f"## {section.capitalize()}")
        for name in names:
            parts += _setting(name, Settings.model_fields[name])
    return "\n\n".join(parts) + "\n"


def _sections() -> dict[str, list[str]]:
    """Field names by the `# -- section` comment above them."""
    sections: dict[str, list[str]] = {}
    names: list[str] = []
    for line in inspect.getsource(Settings).splitlines():
        if heading := re.match(r"    # -- (.+)", line):
            names = sections.setdefault(heading[1], [])
        elif (field := re.match(r"    (\w+): ", line)) and field[1] in Settings.model_fields:
            names.append(field[1])
    return sections


def _setting(name: str, field: FieldInfo) -> Iterator[str]:
    variables = [f"VOICEGRAPH_{name.upper()}"]
    if isinstance(field.validation_alias, AliasChoices):
        variables = [str(choice) for choice in field.validation_alias.choices]
    yield f"### `{variables[0]}`"
    yield field.description or ""
    facts = [f"Also read as `{other}`." for other in variables[1:]]
    default = _default(field.get_default(call_default_factory=True, validated_data={}))
    facts.insert(0, f"Default: {default}." if default else "Not set by default.")
    if field.annotation is not None and SecretStr.__name__ in str(field.annotation):
        facts.append("Secret: never shown, logged or stored with a run.")
    yield " ".join(facts)


def _default(value: object) -> str:
    if value is None or value == []:
        return ""
    if isinstance(value, list):
        return f"`{','.join(map(str, cast(list[object], value)))}`"
    return f"`{value}`"


# -- nodes -------------------------------------------------------------------------------------------------------------


def nodes_page() -> str:
    """One heading a node type, one an action, and a table of its params."""
    registry = builtin_registry()
    parts = ["# Nodes", NOTE, NODES_INTRO]
    for type in registry.types:
        parts.append(f"## {type}")
        for action in (action for action in registry if action.type == type):
            parts += _action(action)
    return "\n\n".join(parts) + "\n"


def _action(action: Action) -> Iterator[str]:
    yield f"### {action.key}"
    yield f"**{action.title}.** {action.description}"
    facts = [f"Tried up to {action.attempts} times in the background" if action.attempts > 1 else "Tried once"]
    if action.timeout:
        facts.append(f"{action.timeout:g} s for each try")
    if action.effect:
        facts.append("changes the world outside")
    if action.any_name:
        facts.append("other names of this type's actions are taken as the instruction")
    yield f"{'; '.join(facts)}."
    schema = action.params.model_json_schema(by_alias=True)
    if schema.get("properties"):
        yield "\n".join(_params(schema))


def _params(schema: dict[str, Any]) -> Iterator[str]:
    yield "| param | type | default | what |"
    yield "|---|---|---|---|"
    for name, field in schema["properties"].items():
        required = name in schema.get("required", [])
        default = "*asked for*" if required else _code(field.get("default"))
        yield f"| `{name}` | {_type(field, schema)} | {default} | {_cell(field)} |"


def _cell(field: dict[str, Any]) -> str:
    description = str(field.get("description", "")).replace("|", "\\|").replace("\n", " ")
    return f"{field.get('title', '')}. {description}".strip()


def _code(value: object) -> str:
    if value is None or value in ("", [], {}):
        return ""
    text = json.dumps(value, ensure_ascii=False).replace("|", "\\|")
    return f"`{text}`"


def _type(field: dict[str, Any], schema: dict[str, Any]) -> str:
    """The JSON type in words; a choice is spelled out, `null` only means that it may be left out."""
    if "$ref" in field:
        return _type(schema["$defs"][field["$ref"].rsplit("/", 1)[1]], schema)
    if "enum" in field:
        return ", ".join(f"`{choice}`" for choice in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if "anyOf" in field:
        kinds = [_type(kind, schema) for kind in field["anyOf"] if kind.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}), schema)}"
    return str(field.get("type", "any"))


# -- the command -------------------------------------------------------------------------------------------------------

PAGES = {"settings.md": settings_page, "nodes.md": nodes_page}


def outdated() -> list[str]:
    """Names of the pages whose file differs from what the code says now."""
    return [name for name, page in PAGES.items() if not _same(DOCS / name, page())]


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def main(arguments: list[str]) -> int:
    """Write or check; return the exit code."""
    if arguments == ["--check"]:
        old = outdated()
        if old:
            print(f"docs/{', docs/'.join(old)}: old. Run `make docs`.")
        return 1 if old else 0
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
