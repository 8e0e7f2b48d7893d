"""A load of every kind for servers that are killed, the person who answers its approvals, and what the disk says of it."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zlib import crc32

import httpx
from support.graphs import node, workflow
from support.process import Serve

from voicegraph.graph.model import Node, Workflow, WorkflowId

STEPS = (
    "SELECT run_id, node_id AS name, {0} FROM node_runs WHERE items IS NULL "
    "UNION ALL SELECT run_id, node_id || ':' || item, {0} FROM item_runs"
)
"""What is tried and kept by itself: nodes, and of those that run once per item their items."""
ANSWERS = (
    "SELECT run_id || ':' || node_id, json_extract(waits, '$.answer.answer'), json_extract(waits, '$.answer.at') "
    "FROM node_runs WHERE json_extract(waits, '$.answer.answer') IS NOT NULL"
)
NO_EFFECT = (":short", ":long", ":list", ":ask", ":step", ":seed")
"""Nodes that do nothing outside the server, or only by a run of their own."""
CHILD = "Child"


def shapes(url: str) -> list[Workflow]:
    """Linear, fan-out, waits short and parked, failures that pass, lists of items, approvals, a sub-workflow, and more in one."""
    work = partial(request, url)

    def wait(node_id: str, seconds: float) -> Node:
        return node(node_id, "delay", type="wait", duration=str(seconds))

    chain = [work(f"n{number}", 30) for number in range(5)]
    fan = [work(f"f{number}", 20 * number) for number in range(6)]
    rests = [work("before", 20), wait("short", 0.2), work("between", 20), wait("long", 1.5), work("after", 20)]
    lines = node("list", "seed", type="prompt", text="\n".join("abcdefgh"))
    many = work("items", 20, "flaky").model_copy(update={"each": True, "concurrency": 3})
    flaky = [work("x", 20, "flaky"), work("y", 20), work("z", 20, "flaky")]
    ask = node("ask", "request", type="approval", message="Send it?")
    ends = [ask, work("send", 20, "flaky"), work("drop", 20)]
    answered = ("ask>send", "ask->drop")
    step = node("step", "run", type="workflow", workflow=CHILD)
    every = [lines, many, wait("short", 0.2), step, *ends]
    return [
        workflow("n0>n1", "n1>n2", "n2>n3", "n3>n4", nodes=chain, name="linear"),
        workflow(*(f"f0>f{n}" for n in range(1, 5)), *(f"f{n}>f5" for n in range(1, 5)), nodes=fan, name="fan-out"),
        workflow("before>short", "short>between", "between>long", "long>after", nodes=rests, name="waits"),
        workflow("x>y", "x>z", nodes=flaky, name="flaky"),
        workflow("list>items", "items>last", nodes=[lines, many, work("last", 20)], name="items"),
        workflow("draft>ask", *answered, nodes=[work("draft", 20), *ends], name="approvals"),
        workflow("draft>step", "step>last", nodes=[work("draft", 20), step, work("last", 20)], name="sub-workflow"),
        workflow("list>items", "items>short", "short>step", "step>ask", *answered, nodes=every, name="everything"),
    ]


def child(url: str) -> Workflow:
    """The workflow that is a step of others. It is saved before any of them runs."""
    nodes = [
        request(url, "first", 20),
        node("seed", "seed", type="prompt", text="x\ny"),
        request(url, "each", 20, "flaky"),
    ]
    nodes[2] = nodes[2].model_copy(update={"each": True})
    made = workflow("first>seed", "seed>each", nodes=nodes, name=CHILD)
    return made.model_copy(update={"workflow_id": WorkflowId("wf_child")})


def long(url: str) -> Workflow:
    """A node, and an item beside a short one, that take half a minute: many kills hit them before they are done."""
    lines = node("list", "seed", type="prompt", text="30000\n20")
    items = request(url, "items", "{{ item }}").model_copy(update={"each": True, "timeout": 120})
    thirty = request(url, "thirty", 30_000).model_copy(update={"timeout": 120})
    nodes = [lines, thirty, items, request(url, "last", 20)]
    return workflow("list>items", "items>last", "thirty>last", nodes=nodes, name="long")


def request(url: str, node_id: str, milliseconds: int | str, kind: str = "slow") -> Node:
    """A node that has an effect outside the server."""
    return node(node_id, "request", type="http", url=f"{url}/{kind}/{milliseconds}", method="POST")


class Person:
    """Answers what waits as long as `work` runs, whether a server is there or not; one run always in the same way."""

    def __init__(self, server: Serve) -> None:
        self.taken: dict[str, str] = {}
        self.asked_again = 0
        self._server = server
        self._enough = threading.Event()

    @staticmethod
    def wants(key: str) -> str:
        """`approved` or `rejected`, for the approval `run:node`."""
        return "approved" if crc32(key.encode()) % 3 else "rejected"

    def work(self) -> None:
        """Look for what is open until it is enough."""
        while not self._enough.wait(0.05):
            with suppress(httpx.TransportError):
                for card in httpx.get(f"{self._server.url}/api/approvals", params={"limit": 200}).json()["approvals"]:
                    self._answer(card)

    def stop(self) -> None:
        """It is enough."""
        self._enough.set()

    def _answer(self, card: dict[str, Any]) -> None:
        """Ask again when the connection broke: then, and only then, the answer may have been taken already."""
        key = f"{card['runId']}:{card['nodeId']}"
        answer = "approve" if self.wants(key) == "approved" else "reject"
        body = {"nodeId": card["nodeId"], "answer": answer, "digest": card["waits"]["digest"]}
        broke = False
        while not self._enough.is_set():
            try:
                told = httpx.post(f"{self._server.url}/api/runs/{card['runId']}/approve", json=body, timeout=10)
            except httpx.TransportError:
                self.asked_again += not broke
                broke = True
                self._enough.wait(0.05)
                continue
            known = broke and told.status_code == 409 and told.json()["code"] == "answered"
            assert told.status_code == 200 or known, told.text
            self.taken[key] = self.wants(key)
            return


@dataclass
class Ledger:
    """What was promised, and how often each node may have begun."""

    accepted: dict[str, str] = field(default_factory=dict)
    unsure: list[tuple[str, Workflow]] = field(default_factory=list)
    allowed: Counter[str] = field(default_factory=Counter)
    finished: dict[str, int] = field(default_factory=dict)
    answered: dict[str, tuple[str, str]] = field(default_factory=dict)


class Disk:
    """The server's SQLite file, read from outside."""

    def __init__(self, server: Serve) -> None:
        self._path = server.home / "data" / "voicegraph.db"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._path)) as connection:
            return connection.execute(query).fetchall()

    def nodes(self, status: str) -> list[str]:
        """`run:node` and `run:node:item` of what is in this status."""
        return self._where(f"status = '{status}'")

    def at_work(self) -> list[str]:
        """Those that had been started and were not done. What only waited for its turn after a crash is none of them."""
        return self._where("status = 'running' AND begun_at IS NOT NULL")

    def quarantined(self) -> list[str]:
        """Those that were given up because the server died too often under them."""
        return self._where("error LIKE '%quarantined%'")

    def most_deaths(self) -> int:
        """Of all steps, the most deaths that were laid to one."""
        return max(row[2] for row in self.rows(STEPS.format("deaths")))

    def _where(self, condition: str) -> list[str]:
        steps = f"SELECT run_id, name FROM ({STEPS.format('status, begun_at, error')}) WHERE {condition}"
        return [f"{run}:{one}" for run, one in self.rows(steps)]

    def attempts(self) -> dict[str, int]:
        """How many tries each took, those that a crash repeated not counted."""
        return {f"{run}:{one}": tries for run, one, tries in self.rows(STEPS.format("attempt"))}

    def answers(self) -> dict[str, tuple[str, str]]:
        """By `run:node`: what was answered, and when."""
        return {key: (answer, at) for key, answer, at in self.rows(ANSWERS)}
