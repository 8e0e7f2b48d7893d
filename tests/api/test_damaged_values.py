"""Values that no column should hold: that row is named as unreadable, and all the others are shown."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Connection, Float, Integer, text
from support.api import Api, api_with, seed, steps, template

from voicegraph.db.file_tables import files
from voicegraph.db.notice_tables import notify_messages, notify_states
from voicegraph.db.tables import item_runs, metadata, node_runs, run_events, run_payloads, runs
from voicegraph.db.workflow_tables import schedule_slots, schedules, webhook_calls, webhooks, workflows
from voicegraph.settings import Settings
from voicegraph.store.core.column_values import NAMES as KNOWN_NAMES

pytestmark = pytest.mark.asyncio(loop_scope="module")

APPROVAL = {"type": "approval", "action": "request", "params": {"message": "Go on?"}}
EACH = template("{{ item }}") | {"each": True}
TEXTS: dict[str, Any] = {"no text": b"\xff\xfe", "damaged text": "CAST(X'FFFE' AS TEXT)"}
NUMBERS: dict[str, Any] = {"a word": "abc", "no date": 1e300, "bytes": b"\xff\xfe"}
NAMES: dict[str, Any] = {"an unknown name": "weird", "no text": b"\xff\xfe"}
JSON: dict[str, Any] = TEXTS | {
    "an object": "{}",
    "a list": "[]",
    "a number": "7",
    "another object": '{"x": [1], "kind": 4, "code": null, "total": "x"}',
    "another list": "[1]",
    "a half": '"\\ud800"',
}
IN_JSON = {"workflow", "config", "trigger_data", "error", "output", "waits", "items", "data", "definition", "fact"}
UNIQUE = ("idempotency_key", "event_key")
LIST, EXPORT = "/api/workflow-history?limit=200", "/api/history/export?format=json"
TABLES = (
    runs, run_payloads, node_runs, item_runs, run_events, workflows, schedules, schedule_slots, webhooks, webhook_calls,
    files, notify_messages, notify_states,
)  # fmt: skip
COLUMNS = [
    (table.name, column.name)
    for table in TABLES
    for column in table.columns
    if not column.primary_key and not column.foreign_keys and column.name not in UNIQUE
]


def values_of(table: str, column: str) -> dict[str, Any]:
    """What may stand in a column and is none of its values."""
    kind = metadata.tables[table].c[column]
    if column == "status":  # no bytes: triggers of the database copy it
        return {"an unknown name": "weird"}
    if column in IN_JSON:
        return JSON
    if kind in KNOWN_NAMES:
        return NAMES
    return NUMBERS if isinstance(kind.type, (Float, Integer)) else TEXTS


@dataclass
class House:
    """A server with a run of every kind, and a healthy one that has to be shown whatever happens to the others."""

    api: Api
    ids: dict[str, str]
    healthy: str
    hook: str

    async def change(self, work: Any) -> None:
        await self.api.app.state.pipeline.workflows._journal.execute(work)

    @asynccontextmanager
    async def damaged(self, table: str, column: str, value: Any) -> AsyncIterator[None]:
        """Every row of the table but the healthy run's holds the value, for as long as this lasts."""
        own = {"runs": "id", "node_runs": "run_id", "item_runs": "run_id", "run_events": "run_id"}
        where = f" WHERE {name} != :healthy" if (name := own.get(table)) else ""
        if (table, column) == ("runs", "status"):  # of a run that is over, the database keeps it
            where += f" AND id = '{self.ids['waiting']}'"
        kept = f"kept_{table}_{column}"
        raw = isinstance(value, str) and value.startswith("CAST")

        def damage(connection: Connection) -> None:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            connection.execute(text(f"CREATE TEMP TABLE {kept} AS SELECT * FROM {table}"))
            held = {"healthy": self.healthy} if where else {}
            if raw:
                connection.execute(text(f"UPDATE {table} SET {column} = {value}{where}"), held)
            else:
                connection.execute(text(f"UPDATE {table} SET {column} = :value{where}"), {"value": value, **held})

        def mend(connection: Connection) -> None:
            keys = [key.name for key in metadata.tables[table].primary_key]
            same = " AND ".join(f"{kept}.{key} = {table}.{key}" for key in keys)
            was = f"(SELECT {kept}.{column} FROM {kept} WHERE {same})"
            connection.execute(text(f"UPDATE {table} SET {column} = {was}"))
            connection.execute(text(f"DROP TABLE {kept}"))

        await self.change(damage)
        try:
            yield
        finally:
            await self.change(mend)

    def paths(self, table: str) -> Iterator[str]:
        """Whatever shows rows of it."""
        if "run" not in table:
            yield from ("/api/workflows", "/api/schedules", "/api/hooks", f"/api/hooks/{self.hook}/calls")
            yield from ("/api/files", "/api/notifications")
            return
        yield from (LIST, EXPORT, "/api/history/export?format=csv", "/api/statistics", "/api/approvals")
        for run_id in self.ids.values():
            yield from (f"/api/runs/{run_id}", f"/api/runs/{run_id}/logs", f"/api/runs/{run_id}/export")
        yield f"/api/runs/{self.ids['done']}/compare/{self.healthy}"
        yield from (
            f"/api/runs/{self.ids['items']}/nodes/step-{n}/{what}" for n in (1, 2) for what in ("output", "items")
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("house") / "data", drain_seconds=1, notify_on=["failed"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("voicegraph.run.children.SELDOM", 3_600.0)  # a look would cancel what damage makes an orphan
        async with api_with(settings) as api:
            yield await furnished(api)


async def furnished(api: Api) -> House:
    async def start(*nodes: Any) -> str:
        body = {"workflow": steps(*nodes)}
        return (await api.call("POST", "/api/execute-background", body, 202))["runId"]

    ids = {
        "done": await start(seed("Ada"), template("Hello {{ input }}")),
        "items": await start(seed("Ada"), EACH),
        "large": await start(seed("Ada"), template("{% for n in (1..9000) %}{{ input }}{{ n }}{% endfor %}")),
        "healthy": await start(seed("Bob"), template("Hello {{ input }}")),
    }
    for run_id in ids.values():
        await api.over(run_id)
    ids["waiting"] = await start(seed(), APPROVAL)
    await api.until(ids["waiting"], "waiting")
    triggers = [{"kind": "schedule", "cron": "0 9 * * 1"}, {"kind": "webhook"}]
    await api.call("POST", "/api/workflows", {"workflow": {**steps(seed()), "triggers": triggers}}, 201)
    await api.call("POST", "/api/workflows", {"workflow": {**steps(seed()), "name": "Another"}}, 201)
    await api.client.post("/api/files", files={"file": ("a.txt", b"text")})
    hook = (await api.call("GET", "/api/hooks"))["hooks"][0]["id"]
    await api.client.post(f"/api/hooks/{hook}", content=b"{}")
    healthy = ids.pop("healthy")
    return House(api, ids, healthy, hook)


@pytest.mark.variant
@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{table}.{column}" for table, column in COLUMNS])
async def test_one_bad_value_hides_no_other_row(house: House, table: str, column: str) -> None:
    for what, value in values_of(table, column).items():
        async with house.damaged(table, column, value):
            for path in house.paths(table):
                answer = await house.api.client.get(path)
                assert answer.status_code in (200, 404, 409), f"{what}: {path}: {answer.text[:300]}"
                if path in (LIST, EXPORT):
                    shown = answer.json()
                    lines = shown if isinstance(shown, list) else shown["history"]
                    assert {line["id"] for line in lines} >= {house.healthy, *house.ids.values()}, what


@pytest.mark.parametrize(
    ("column", "words"),
    [("trigger", "what started it"), ("engine", "its engine"), ("status", "its status"), ("command", "the command")],
)
async def test_a_run_with_a_value_that_is_none_says_which_and_the_others_say_nothing(
    house: House, column: str, words: str
) -> None:
    value = "weird" if column != "command" else b"\xff\xfe"
    async with house.damaged("runs", column, value):
        page = await house.api.call("GET", "/api/workflow-history")
        said = {line["id"]: (line["error"] or {}).get("message", "") for line in page["history"]}
        assert f"cannot be read: {words}" in said[house.ids["waiting"]]
        assert "cannot be read" not in said[house.healthy]
        run = await house.api.call("GET", f"/api/runs/{house.ids['waiting']}")
        assert run["error"]["message"].count("cannot be read") == 1


async def test_what_a_node_gave_is_shown_though_its_times_cannot_be_read(house: House) -> None:
    async with house.damaged("node_runs", "started_at", "abc"):
        run = await house.api.call("GET", f"/api/runs/{house.ids['done']}")
        assert [node["output"]["text"] for node in run["nodes"]] == ["Ada", "Hello Ada"]


@pytest.mark.parametrize("table", ["run_payloads", "runs", "node_runs"])
async def test_a_run_that_cannot_be_read_is_not_replayed(house: House, table: str) -> None:
    column = {"run_payloads": "config", "runs": "command", "node_runs": "started_at"}[table]
    async with house.damaged(table, column, "[1]" if table != "runs" else b"\xff\xfe"):
        answer = await house.api.client.post(f"/api/runs/{house.ids['done']}/replay", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "unreadable")


async def test_a_saved_workflow_that_cannot_be_read_can_be_saved_anew(house: House) -> None:
    saved = (await house.api.call("GET", "/api/workflows"))["workflows"][0]["id"]
    async with house.damaged("workflows", "definition", json.dumps([1])):
        answer = await house.api.client.get(f"/api/workflows/{saved}")
        assert (answer.status_code, answer.json()["code"]) == (409, "unreadable")
        workflow = {**steps(seed()), "workflowId": saved}
        await house.api.call("POST", "/api/workflows", {"workflow": workflow}, 201)
