"""The gateway of Inngest Connect, as far as a worker sees it: WebSocket messages in protocol buffers."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

import httpx
from inngest.connect._internal import connect_pb2 as pb
from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.typing import Subprotocol

Kind = pb.GatewayMessageType
STATUS = {pb.SDKResponseStatus.DONE: 200, pb.SDKResponseStatus.NOT_COMPLETED: 206, pb.SDKResponseStatus.ERROR: 500}


class Gateway:
    """Takes workers, and hands each call to one of them."""

    def __init__(self, functions: dict[str, dict[str, Any]]) -> None:
        self.workers: list[ServerConnection] = []
        self.connected = asyncio.Event()
        self.paused = 0
        self._functions = functions
        self._waiting: dict[str, tuple[ServerConnection, asyncio.Future[httpx.Response]]] = {}
        self._server: Server | None = None

    async def start(self) -> None:
        self._server = await listen(self._serve, "127.0.0.1", 0, subprotocols=[Subprotocol("v0.connect.inngest.com")])

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    def welcome(self) -> bytes:
        """The answer to a worker that asks where to connect."""
        assert self._server
        port = self._server.sockets[0].getsockname()[1]
        return pb.StartResponse(
            connection_id=secrets.token_hex(8), gateway_endpoint=f"ws://127.0.0.1:{port}", gateway_group="test"
        ).SerializeToString()

    async def call(self, run_id: str, function: str, step: str, body: bytes) -> httpx.Response:
        """One call of a function, by whichever worker connected last."""
        request_id, worker = secrets.token_hex(8), self.workers[-1]
        _, answer = self._waiting[request_id] = worker, asyncio.get_running_loop().create_future()
        request = pb.GatewayExecutorRequestData(
            request_id=request_id, app_name="voicegraph", function_slug=function, step_id=step, run_id=run_id,
            request_payload=body, lease_id="lease",
        )  # fmt: skip
        await self._send(worker, Kind.GATEWAY_EXECUTOR_REQUEST, request)
        return await answer

    async def _serve(self, worker: ServerConnection) -> None:
        try:
            await self._hear(worker)
        finally:  # nobody answers what it was sent last: Inngest calls again
            for of, answer in self._waiting.values():
                if of is worker and not answer.done():
                    answer.set_exception(ConnectionError("the worker has gone"))

    async def _hear(self, worker: ServerConnection) -> None:
        await self._send(worker, Kind.GATEWAY_HELLO)
        async for raw in worker:
            message = pb.ConnectMessage.FromString(raw)
            match message.kind:
                case Kind.WORKER_CONNECT:
                    for app in pb.WorkerConnectRequestData.FromString(message.payload).apps:
                        self._functions.update({one["id"]: one for one in json.loads(app.functions)})
                    ready = pb.GatewayConnectionReadyData(heartbeat_interval="10s", extend_lease_interval="5s")
                    await self._send(worker, Kind.GATEWAY_CONNECTION_READY, ready)
                    self.workers.append(worker)
                    self.connected.set()
                case Kind.WORKER_REPLY:
                    await self._take_reply(worker, pb.SDKResponse.FromString(message.payload))
                case Kind.WORKER_PAUSE:
                    self.paused += 1
                case Kind.WORKER_HEARTBEAT:
                    await self._send(worker, Kind.GATEWAY_HEARTBEAT)
                case _:
                    pass

    async def _take_reply(self, worker: ServerConnection, reply: pb.SDKResponse) -> None:
        headers = {"content-type": "application/json"}
        if reply.no_retry:
            headers["x-inngest-no-retry"] = "true"
        if reply.retry_after:
            headers["retry-after"] = reply.retry_after
        _, answer = self._waiting.pop(reply.request_id)
        answer.set_result(httpx.Response(STATUS[reply.status], headers=headers, content=reply.body))
        await self._send(worker, Kind.WORKER_REPLY_ACK, pb.WorkerReplyAckData(request_id=reply.request_id))

    async def _send(self, worker: ServerConnection, kind: int, data: Any = None) -> None:
        payload = data.SerializeToString() if data else b""
        await worker.send(pb.ConnectMessage(kind=kind, payload=payload).SerializeToString())  # pyright: ignore
