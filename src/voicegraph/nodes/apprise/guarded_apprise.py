"""Apprise over the guarded client.

Apprise's plugins call `requests.post(…)` themselves and would reach any address, follow any redirect and read local
files. Here the `requests` that its modules see is replaced by one whose connections go through the node's guarded
client, and its attachments, which are how plugins read files, are taken out. Plugins that do not speak through
`requests` (desktop, syslog, SMTP, MQTT, IRC, …) are refused, so a plugin this module has not heard of is shut off too.
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import httpx

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.charsets.charsets import codec_of
from voicegraph.nodes.http.guarded_client import DELIVERY
from voicegraph.nodes.http.service_errors import excerpt, status_error, translated
from voicegraph.nodes.text.markdown_html import as_html, is_formatted

if TYPE_CHECKING:
    import requests
    from apprise import NotifyBase

_NOT_ONLY_HTTP = frozenset({"nostr"})
"""Plugins that use `requests` and open connections of their own besides."""
_BAD_LEVELS = frozenset({"WARNING", "ERROR", "CRITICAL"})
_SESSIONS = frozenset({"Session", "session", "sessions", "api", "adapters"})
MAX_ANSWER = 64 << 10
"""Bytes of an answer that a plugin sees: it reads them in calls that keep the interpreter to themselves."""
_PATH = re.compile(r"(https?://[^/\s]+)/[^\s)]+")


@dataclass(slots=True)
class Traffic:
    """The requests of one notification: where they go out, how many were taken, and what went wrong last."""

    http: httpx.AsyncClient
    loop: asyncio.AbstractEventLoop
    service: str
    failure: NodeError | None = None
    taken: int = 0
    _running: set[Future[httpx.Response]] = field(default_factory=set["Future[httpx.Response]"])
    _closed: bool = False

    def send(self, request: requests.PreparedRequest) -> httpx.Response:
        """Called from the plugin's thread: send the request from the loop and wait. NodeError when that fails."""
        if self._closed:
            raise NodeError("cancelled", "The notification was cancelled.")
        future = asyncio.run_coroutine_threadsafe(self._exchange(request), self.loop)
        self._running.add(future)
        try:
            return future.result()
        finally:
            self._running.discard(future)

    def close(self) -> None:
        """Let nothing more out, and end what is on its way."""
        self._closed = True
        for future in list(self._running):
            future.cancel()

    async def _exchange(self, request: requests.PreparedRequest) -> httpx.Response:
        # The path is not named in errors: with many services it is the secret.
        with translated(self.service):
            body: Any = request.body
            headers: Any = [
                (name, value) for name, value in request.headers.items() if name.lower() != "content-length"
            ]
            return await self.http.request(
                str(request.method), str(request.url), headers=headers, content=body, extensions={**DELIVERY}
            )


_traffic: ContextVar[Traffic] = ContextVar("traffic")


def notify(plugin: NotifyBase, traffic: Traffic, title: str, body: str) -> str | None:
    """Send Markdown, or what is too long for it as text, through the plugin, in this thread. None when it was taken, else what Apprise says about it.

    Some plugins answer “done” where they had nobody to send to, and only warn: what no service took was not sent.
    """
    sender = _apprise().Apprise(asset=plugin.asset)
    sender.add(plugin)
    token = _traffic.set(traffic)
    try:
        result = sender.notify(body=body, title=title, body_format="markdown" if is_formatted(body) else "text")
    finally:
        _traffic.reset(token)
    entries = list(result.logs())
    if result and traffic.taken and not any(entry.level in _BAD_LEVELS for entry in entries):
        return None
    reasons = [entry.message for entry in entries if entry.level in _BAD_LEVELS] or [entry.message for entry in entries]
    return "; ".join(reasons) or (
        "no reason given" if traffic.taken else "it had nothing to send, or nobody to send it to"
    )


def plugin_of(url: str) -> NotifyBase | None:
    """The plugin for this Apprise URL; None when Apprise cannot read it. NodeError when it is one we do not let run."""
    apprise = _apprise()
    parsed: dict[str, Any] | None = apprise.plugins.url_to_dict(url)
    if not parsed:
        return None
    kind: type = apprise.manager_plugins.NotificationManager()[parsed["schema"]]
    if not _speaks_http(kind):
        raise NodeError(
            "notify_refused",
            f"{parsed['schema']}:// is not allowed here: it reaches beyond HTTP. For mail use the email node.",
        )
    parsed.setdefault("overflow", "split")  # a long text becomes several messages rather than none
    # One thread, nothing on disk, no secrets in its log; the node has a time limit of its own.
    asset = apprise.AppriseAsset(
        async_mode=False, storage_mode="memory", service_timeout=0, secure_logging=True, app_id="VoiceGraph"
    )
    return apprise.Apprise.instantiate(parsed, asset=asset)


def _apprise() -> ModuleType:
    """Apprise with all plugins loaded and disarmed, once per process."""
    with importing("apprise"):  # nobody gets it before it is disarmed
        return _disarmed()


@cache
def _disarmed() -> ModuleType:
    with importing("apprise"):
        import apprise
        import apprise.manager_attachment
        import apprise.manager_plugins
    with importing("requests"):
        import requests

    plugins: Any = apprise.manager_plugins.NotificationManager()
    plugins.load_modules()
    attachments: Any = apprise.manager_attachment.AttachmentManager()
    attachments.remove(*attachments.schemas(), unload=False)
    converters: Any = import_module("apprise.conversion.format").CONVERTERS
    formats = apprise.NotifyFormat  # its own converter takes a minute for 20,000 brackets
    converters[formats.MARKDOWN, formats.HTML] = partial(as_html, breaks=True)
    substitute = _GuardedRequests(requests)
    for name, module in list(sys.modules.items()):
        if name.startswith("apprise.") and getattr(module, "requests", None) is requests:
            module.__dict__["requests"] = substitute
    return apprise


def _speaks_http(kind: type) -> bool:
    """Whether the plugin's own code, or that of the plugin it extends, sends through the substituted `requests`."""
    modules = [sys.modules[base.__module__] for base in kind.__mro__ if base.__module__.startswith("apprise.plugins.")]
    own = modules[0].__name__.split(".")[2]
    return own not in _NOT_ONLY_HTTP and any(isinstance(vars(m).get("requests"), _GuardedRequests) for m in modules)


class _GuardedRequests:
    """Stands for the module `requests` in Apprise's modules."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        if name in _SESSIONS:
            raise AttributeError(f"requests.{name} would go around the guarded client")
        return getattr(self._module, name)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """As `requests.request`, through the guarded client, which follows redirects by its own rules."""
        for name in ("timeout", "verify", "cert", "proxies", "stream", "allow_redirects"):
            options.pop(name, None)
        prepared = self._module.Request(method, url, **options).prepare()
        traffic = _traffic.get()
        try:
            answer = traffic.send(prepared)
        except NodeError as error:
            message = _PATH.sub(r"\1/…", error.message)
            traffic.failure = NodeError(error.code, message, retryable=error.retryable, retry_after=error.retry_after)
            raise self._module.ConnectionError(error.code) from error
        if answer.is_error:
            traffic.failure = status_error(answer.status_code, traffic.service, answer.headers, excerpt(answer))
        else:
            traffic.taken += 1
        return self._response(answer, prepared)

    def get(self, url: str, params: Any = None, **options: Any) -> requests.Response:
        """As `requests.get`."""
        return self.request("GET", url, params=params, **options)

    def post(self, url: str, data: Any = None, json: Any = None, **options: Any) -> requests.Response:
        """As `requests.post`."""
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> requests.Response:
        """As `requests.put`."""
        return self.request("PUT", url, data=data, **options)

    def delete(self, url: str, **options: Any) -> requests.Response:
        """As `requests.delete`."""
        return self.request("DELETE", url, **options)

    def _response(self, answer: httpx.Response, request: requests.PreparedRequest) -> requests.Response:
        response: requests.Response = self._module.Response()
        response.status_code = answer.status_code
        response.reason = answer.reason_phrase
        response.headers.update(answer.headers)
        response.encoding = codec_of(answer.charset_encoding) or "utf-8"
        response.url = str(answer.url)
        response.request = request
        response.raw = io.BytesIO(answer.content[:MAX_ANSWER])
        return response
