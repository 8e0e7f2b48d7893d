"""A double of the Inngest server, written from the public protocol of its Python library (0.5.19).

It takes events (`POST /e/{key}`, each id once), registrations (`POST /fn/register`), and drives the app's functions as
the executor does: a discovery call without a step, a targeted call for each planned step, all step results so far with
every call, a discovery after each step of a race. Deliveries can be duplicated, delayed, or lose their answer.

`INNGEST_TEST_SERVER` names a real server instead (`support.inngest_server`); faults are not available there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx
from inngest._internal import net, transforms
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from support.inngest_gateway import Gateway
from support.inngest_run import FunctionRun, heard_by, seconds
from support.serving import Served, free_socket, serve

from voicegraph.graph.model import new_id

ROOT = "step"
LISTENS = re.compile(r"event\.data\.runId == async\.data\.runId && async\.data\.nodeId == '([A-Za-z0-9_-]{1,64})'")


@dataclass
class Faults:
    """What goes wrong between the server and the app. `lose` throws away the first answer of these steps."""

    duplicate: bool = False
    reorder: float = 0.0
    lose: Callable[[str], bool] = lambda step: False


class InngestDouble:
    """Start with `async with`. `down` makes it refuse events, as if it were not there."""

    def __init__(self, signing_key: str | None = None, faults: Faults | None = None, port: int = 0) -> None:
        self.port = port
        self.signing_key = signing_key
        self.faults = faults or Faults()
        self.functions: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.runs: list[FunctionRun] = []
        self.registered: list[dict[str, Any]] = []
        self.traffic: list[str] = []
        self.refused: list[int] = []
        self.down = False
        self.registers_nobody = False
        self.event_key: str | None = None
        """The only one it knows; None: any will do, as at the dev server."""
        self.retry_pause = 0.05
        self.gateway: Gateway | None = None
        self.listening: list[tuple[tuple[Any, Any, Any], asyncio.Event]] = []
        self._seen: set[tuple[str, str]] = set()
        self._lost: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._posts: set[asyncio.Future[httpx.Response]] = set()
        self._random = random.Random(7)
        self._http = httpx.AsyncClient(timeout=60, trust_env=False, limits=httpx.Limits(max_connections=None))
        self._served: Served | None = None

    @property
    def running(self) -> bool:
        return self._served is not None

    @property
    def url(self) -> str:
        assert self._served
        return self._served.url

    async def __aenter__(self) -> InngestDouble:
        routes = [
            Route("/e/{key}", self._take_events, methods=["POST"]),
            Route("/v1/apps/{app}/functions", self._list_functions),
            Route("/fn/register", self._register, methods=["POST"]),
            Route("/dev", self._describe),
            Route("/v0/connect/start", self._welcome, methods=["POST"]),
        ]
        self._served = await serve(Starlette(routes=routes), free_socket(self.port))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*self._posts, return_exceptions=True)  # to an app that has stopped: they end at once
        if self.gateway:
            await self.gateway.stop()
        if self._served:
            await self._served.stop()
        await self._http.aclose()

    async def sync(self, app_url: str) -> httpx.Response:
        """Ask an app to register, as the server does when it is given the app's URL."""
        headers = {"x-inngest-server-kind": "cloud" if self.signing_key else "dev"}
        if self.signing_key:
            headers["x-inngest-signature"] = str(net.sign_request(b"", self.signing_key))
        return await self._http.put(app_url, headers=headers)

    def run_of(self, run_id: str) -> FunctionRun:
        """The first function run that an event of this run of ours started."""
        return next(run for run in self.runs if run.event["data"].get("runId") == run_id)

    def forget(self) -> None:
        """Lose everything, as a dev server does that is restarted: apps, runs, timers, whom it waits for, known ids."""
        for run in self.runs:
            run.end("lost")
        for task in self._tasks:
            task.cancel()
        self.functions.clear()
        self.listening.clear()
        self._seen.clear()

    # -- what the app calls

    async def _take_events(self, request: Request) -> JSONResponse:
        if self.down:
            return JSONResponse({"error": "down", "ids": [], "status": 503}, 503)
        if self.event_key not in (None, request.path_params["key"]):
            return JSONResponse({"error": "Event key not found", "status": 401}, 401)
        body = await request.json()
        events = body if isinstance(body, list) else [body]
        self.traffic.append(json.dumps(events))
        ids = [self.send(event) for event in events]
        return JSONResponse({"ids": ids, "status": 200})

    async def _register(self, request: Request) -> JSONResponse:
        if self.registers_nobody or self._signed_by_another(request):
            return JSONResponse({"error": "unknown key"}, 401)
        body = await request.json()
        self.registered.append(body | {"authorization": request.headers.get("authorization")})
        for function in body["functions"]:
            self.functions[function["id"]] = function
        return JSONResponse({"ok": True, "modified": True})

    def _signed_by_another(self, request: Request) -> bool:
        if self.signing_key is None:
            return False
        return request.headers.get("authorization") != f"Bearer {transforms.hash_signing_key(self.signing_key)}"

    async def _list_functions(self, request: Request) -> JSONResponse:
        if self._signed_by_another(request):
            return JSONResponse({"error": "no auth"}, 401)
        mine = [one for name, one in self.functions.items() if name.startswith(request.path_params["app"])]
        return JSONResponse([{"slug": one["id"], "name": one["name"]} for one in mine])

    async def _welcome(self, _request: Request) -> Response:
        return Response(self.gateway.welcome()) if self.gateway else Response(status_code=503)

    async def _describe(self, _request: Request) -> JSONResponse:
        functions = [{"slug": name} for name in self.functions]
        return JSONResponse({"version": "double", "functions": functions, "handlers": []})

    # -- events

    def send(self, event: dict[str, Any]) -> str:
        """Take an event. What it starts is started once for an id; what nobody is registered for is forgotten."""
        event = {"id": secrets.token_hex(8), "ts": int(time.time() * 1000), "data": {}} | event
        self.events.append(event)
        for run in [*self.runs]:
            if run.status == "running" and self._cancels(run, event):
                run.end("cancelled")
                self._internal("inngest/function.cancelled", run, {})
        for wanted, heard in self.listening:
            if heard_by(event) == wanted:
                heard.set()
        for function in self.functions.values():
            known = (function["id"], event["id"])
            if known not in self._seen and any(self._triggers(trigger, event) for trigger in function["triggers"]):
                self._seen.add(known)
                self.start(function, event)
        return event["id"]

    def start(self, function: dict[str, Any], event: dict[str, Any]) -> FunctionRun:
        run = FunctionRun(new_id("run").removeprefix("run_").upper(), function, event)
        self.runs.append(run)
        self._spawn(run, ROOT, 0)
        return run

    def rerun(self, run: FunctionRun) -> FunctionRun:
        """As the dashboard does: the same event begins another run of the function."""
        return self.start(run.function, run.event)

    def invoke(self, function: str, data: dict[str, Any]) -> FunctionRun:
        """As the dashboard does: the function is started without its event."""
        name = "inngest/function.invoked"
        event = {"id": secrets.token_hex(8), "ts": int(time.time() * 1000), "name": name, "data": data}
        return self.start(self.functions[function], event)

    @staticmethod
    def _triggers(trigger: dict[str, Any], event: dict[str, Any]) -> bool:
        if trigger.get("event") != event["name"]:
            return False
        expression = trigger.get("expression")
        return expression is None or expression == f"event.data.function_id == '{event['data'].get('function_id')}'"

    @staticmethod
    def _cancels(run: FunctionRun, event: dict[str, Any]) -> bool:
        for cancel in run.function.get("cancel") or []:
            assert cancel["if"] == "event.data.runId == async.data.runId"
            if cancel["event"] == event["name"] and run.event["data"].get("runId") == event["data"]["runId"]:
                return True
        return False

    def _internal(self, name: str, run: FunctionRun, error: dict[str, Any]) -> None:
        data = {"function_id": run.function["id"], "run_id": run.id, "error": error, "event": run.event}
        self.send({"name": name, "data": data})

    # -- the executor

    def _spawn(self, run: FunctionRun, step: str, attempt: int, at: float = 0.0) -> None:
        task = asyncio.create_task(self._execute(run, step, attempt, at))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _execute(self, run: FunctionRun, step: str, attempt: int, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.time()))
        if run.status != "running":
            return
        if self.faults.reorder:
            await asyncio.sleep(self._random.random() * self.faults.reorder)
        copies = 2 if self.faults.duplicate else 1
        answers = await asyncio.gather(*(self._call(run, step, attempt) for _ in range(copies)), return_exceptions=True)
        answer = answers[0]
        name = run.names.get(step, step)
        if isinstance(answer, BaseException):
            self._retry(run, step, attempt, None, {"message": str(answer)})
        elif self.faults.lose(name) and (run.id, step) not in self._lost:
            self._lost.add((run.id, step))
            self._spawn(run, step, attempt + 1, time.time() + self.retry_pause)
        elif run.status == "running":
            self._take(run, step, attempt, answer)

    async def _call(self, run: FunctionRun, step: str, attempt: int) -> httpx.Response:
        run.calls.append((run.names.get(step, step), attempt))
        retries = (run.function["steps"][ROOT].get("retries") or {"attempts": 3})["attempts"]
        body = {
            "ctx": {
                "attempt": attempt,
                "disable_immediate_execution": run.parallel,
                "max_attempts": retries + 1,
                "run_id": run.id,
                "stack": {"stack": [*run.steps], "current": len(run.steps)},
            },
            "event": run.event,
            "events": [run.event],
            "steps": dict(run.steps),
            "use_api": False,
            "version": 1,
        }
        content = json.dumps(body).encode()
        function = self.functions.get(run.function["id"], run.function)  # as it is registered now
        url = urlsplit(function["steps"][ROOT]["runtime"]["url"])
        fn_id = parse_qs(url.query)["fnId"][0]
        if self.gateway and url.scheme == "wss":
            return await self.gateway.call(run.id, fn_id, step, content)
        headers = {"content-type": "application/json", "x-inngest-server-kind": "dev"}
        if self.signing_key:
            headers["x-inngest-server-kind"] = "cloud"
            headers["x-inngest-signature"] = str(net.sign_request(content, self.signing_key))
        target = urlunsplit(url._replace(query=""))
        posting = asyncio.ensure_future(
            self._http.post(target, content=content, params={"fnId": fn_id, "stepId": step}, headers=headers)
        )
        self._posts.add(posting)
        posting.add_done_callback(self._posts.discard)
        answer = await asyncio.shield(posting)  # cancelled while it connects, the library would lose the connection
        self.traffic.append(answer.text)
        return answer

    def _take(self, run: FunctionRun, step: str, attempt: int, answer: httpx.Response) -> None:
        if not answer.headers.get("content-type", "").startswith("application/json"):
            self._retry(run, step, attempt, None, {"message": f"HTTP {answer.status_code}"})
            return
        match answer.status_code:
            case 206:
                ops = answer.json()
                run.parallel = run.parallel or len(ops) > 1
                for op in ops:
                    if op["op"] == "StepError" and answer.headers.get("x-inngest-no-retry") == "true":
                        op["op"] = "StepFailed"
                    self._take_op(run, step, attempt, op)
            case 200:
                run.end("completed", answer.json() if answer.content else None)
            case 500 if answer.headers.get("x-inngest-no-retry") == "true":
                self._fail(run, answer.json())
            case 500:
                self._retry(run, step, attempt, answer.headers.get("retry-after"), answer.json())
            case status:
                self.refused.append(status)
                self._fail(run, {"message": f"HTTP {status}"})

    def _take_op(self, run: FunctionRun, step: str, attempt: int, op: dict[str, Any]) -> None:
        hashed = op["id"]
        run.names[hashed] = op["displayName"]
        race = (op.get("opts") or {}).get("parallelMode") == "race"
        match op["op"]:
            case "StepPlanned":
                if hashed not in run.planned:
                    run.planned.add(hashed)
                    self._spawn(run, hashed, 0)
            case "Sleep":
                if hashed not in run.planned:
                    run.planned.add(hashed)
                    self._spawn_wake(run, hashed, datetime.fromisoformat(op["name"]).timestamp())
            case "WaitForEvent":
                if hashed not in run.planned:
                    run.planned.add(hashed)
                    self._listen(run, hashed, op)
            case "StepRun":
                run.planned.add(hashed)
                self._remember(run, hashed, {"data": op.get("data")}, race)
            case "StepError":
                self._retry(run, step, attempt, None, op["error"])
            case "StepFailed":
                run.planned.add(hashed)
                run.failed[op["displayName"]] = op["error"]
                self._remember(run, hashed, {"error": op["error"]}, race)
            case other:
                raise AssertionError(f"opcode {other}")

    def _listen(self, run: FunctionRun, hashed: str, op: dict[str, Any]) -> None:
        """Wait for an event, as `step.wait_for_event` asks: with our one kind of expression, up to a time."""
        found = LISTENS.fullmatch(op["opts"]["if"])
        assert found, op
        heard = asyncio.Event()
        wanted = (op["name"], run.event["data"]["runId"], found[1])
        self.listening.append((wanted, heard))

        async def wait() -> None:
            event = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds(op["opts"]["timeout"])):
                    await heard.wait()
                event = next(one for one in reversed(self.events) if heard_by(one) == wanted)
            self.listening.remove((wanted, heard))
            if run.status == "running":
                self._remember(run, hashed, event, True)

        task = asyncio.create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _spawn_wake(self, run: FunctionRun, hashed: str, at: float) -> None:
        async def wake() -> None:
            await asyncio.sleep(max(0.0, at - time.time()))
            if run.status == "running":
                self._remember(run, hashed, None, True)

        task = asyncio.create_task(wake())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _remember(self, run: FunctionRun, hashed: str, memo: Any, race: bool) -> None:
        run.steps[hashed] = memo
        if race or run.planned <= run.steps.keys():
            self._spawn(run, ROOT, 0)

    def _retry(self, run: FunctionRun, step: str, attempt: int, after: str | None, error: dict[str, Any]) -> None:
        retries = (run.function["steps"][ROOT].get("retries") or {"attempts": 3})["attempts"]
        if attempt >= retries:
            self._fail(run, error)
            return
        at = datetime.fromisoformat(after).timestamp() if after else time.time() + self.retry_pause
        self._spawn(run, step, attempt + 1, at)

    def _fail(self, run: FunctionRun, error: dict[str, Any]) -> None:
        if run.status == "running":
            run.end("failed", error)
            if not run.function["id"].endswith("-failure"):
                self._internal("inngest/function.failed", run, error)
