"""The documentation as tests: pages made from the code are current, and nothing the product has goes unmentioned."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from voicegraph.api.build import build_api
from voicegraph.cli.commands import app
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.nodes.params.binding import notices, problems
from voicegraph.plan.rules import RulesPlanner
from voicegraph.settings import Settings

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def _headings(page: Path) -> list[str]:
    prose = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    return re.findall(r"^#+ (.+)$", prose, re.MULTILINE)


def _anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _links(page: Path) -> Iterator[tuple[str, str]]:
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r'(?:src|srcset|href)="([^"]+)"', prose):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            yield path, anchor


def test_generated_pages_are_current() -> None:
    check = [sys.executable, ROOT / "tools/docs.py", "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_setting_has_its_heading() -> None:
    headings = {heading.strip("`") for heading in _headings(DOCS / "settings.md")}
    assert {f"VOICEGRAPH_{name.upper()}" for name in Settings.model_fields} <= headings


def test_every_action_has_its_heading() -> None:
    headings = set(_headings(DOCS / "nodes.md"))
    assert {action.key for action in builtin_registry()} <= headings


def test_every_route_has_its_heading_and_every_heading_its_route() -> None:
    paths = build_api(Settings()).openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    described = {heading for heading in _headings(DOCS / "api.md") if " /" in heading}
    assert routes == described


def test_every_command_has_its_heading() -> None:
    commands = {f"voicegraph {command.name or command.callback.__name__}" for command in app.registered_commands}
    assert commands == {heading for heading in _headings(DOCS / "command-line.md") if heading != "Command line"}


def _sentences(page: Path) -> list[str]:
    """What the reader is told to type: quoted lines, emphasised list items, arguments of the command line."""
    text = page.read_text("utf-8")
    patterns = (r"^> (.+)$", r"^- \*([^*]+)\*$", r'voicegraph (?:plan|run) "([^"]+)"')
    return [sentence for pattern in patterns for sentence in re.findall(pattern, text, re.MULTILINE)]


@pytest.mark.parametrize("page", ["README.md", "docs/getting-started.md", "docs/command-line.md"])
async def test_every_sentence_of_the_documents_becomes_a_workflow_that_runs_without_a_model(page: str) -> None:
    registry = builtin_registry()
    without_a_model = Settings(
        **{name: None for name in Settings.model_fields if name == "model" or name.endswith("_api_key")}
    )
    sentences = _sentences(ROOT / page)
    assert sentences
    for sentence in sentences:
        plan = await RulesPlanner().plan(sentence)
        assert not problems(plan.workflow, registry), sentence
        blocked = {notice.node_id for notice in notices(plan.workflow, registry, without_a_model) if notice.blocking}
        assert not [node.action for node in plan.workflow.nodes if node.type == "llm" and node.id in blocked], sentence


async def test_every_change_the_guide_suggests_is_understood() -> None:
    text = (DOCS / "getting-started.md").read_text("utf-8")
    plan = await RulesPlanner().plan("Read https://example.com/news and summarize it")
    changes = [" ".join(change.split()) for change in re.findall(r'\*"([^"]+)"\*', text)]
    assert len(changes) > 2
    for change in changes:
        edit = await RulesPlanner().edit(change, plan.workflow)
        assert edit.diff.summary != "no change", change


def test_the_workflow_of_the_guide_is_valid() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", (DOCS / "workflows.md").read_text("utf-8"), re.DOTALL)
    assert not problems(parse_workflow(example), builtin_registry())


def test_the_keyboard_table_is_the_one_the_page_shows() -> None:
    source = (ROOT / "web/src/shell/Shortcuts.tsx").read_text("utf-8")
    shown = {does: re.findall("'([^']+)'", keys) for does, keys in re.findall(r"\['([^']+)', \[([^]]+)\]\]", source)}
    rows = re.findall(r"^\| ([^|]+) \| (`.+`) \|$", (DOCS / "canvas.md").read_text("utf-8"), re.MULTILINE)
    assert shown
    assert {does: re.findall("`([^`]+)`", keys) for does, keys in rows} == shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in _links(page):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {path}"
        if anchor:
            assert anchor in {_anchor(heading) for heading in _headings(target)}, f"{page.name}: {path}#{anchor}"


def test_every_command_of_the_makefile_is_explained_by_make_help() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    explained = set(re.findall(r"^  make (\S+)", shown, re.MULTILINE))
    assert set(phony.split()) - explained <= {
        "test-python",
        "test-alone",
        "test-variants",
        "test-web",
        "test-browser",
        "test-chaos",
    }


def test_the_documents_name_only_commands_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for page in PAGES:
        for target in re.findall(r"`make ([a-z-]+)", page.read_text("utf-8")):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{page.name}: make {target}"


def test_every_library_has_its_reason() -> None:
    page = (DOCS / "dependencies.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[\[<>=!~; ]", item)[0] for item in project["dependencies"]}
    assert not {name for name in names if not re.search(rf"^\|[^|]*\b{name}\b", page, re.MULTILINE)}


def test_no_two_decisions_have_one_number() -> None:
    numbers = [path.name[:4] for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    for path in (ROOT / "docs/decisions").glob("*.md"):
        assert path.read_text("utf-8").startswith(f"# {int(path.name[:4])}. "), path.name
