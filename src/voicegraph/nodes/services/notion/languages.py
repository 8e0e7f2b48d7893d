"""The languages Notion's code blocks know; it answers 400 to any other.

https://developers.notion.com/reference/block#code
"""

from __future__ import annotations

_NAMES = """abap arduino bash basic c clojure coffeescript c++ c# css dart diff docker elixir elm erlang flow fortran f#
gherkin glsl go graphql groovy haskell html java javascript json julia kotlin latex less lisp livescript lua makefile
markdown markup matlab mermaid nix objective-c ocaml pascal perl php powershell prolog protobuf python r reason ruby
rust sass scala scheme scss shell sql swift typescript vb.net verilog vhdl webassembly xml yaml"""
_KNOWN = frozenset(_NAMES.split())
_ALIASES = {
    "console": "shell",
    "cpp": "c++",
    "cs": "c#",
    "csharp": "c#",
    "dockerfile": "docker",
    "golang": "go",
    "js": "javascript",
    "jsx": "javascript",
    "kt": "kotlin",
    "make": "makefile",
    "md": "markdown",
    "objc": "objective-c",
    "proto": "protobuf",
    "ps1": "powershell",
    "py": "python",
    "python3": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "shell",
    "tex": "latex",
    "ts": "typescript",
    "tsx": "typescript",
    "yml": "yaml",
    "zsh": "shell",
}


def notion_language(info: str) -> str:
    """The language a fence names (its first word), as Notion calls it."""
    name = next(iter(info.lower().split()), "")
    name = _ALIASES.get(name, name)
    return name if name in _KNOWN else "plain text"
