"""GitHub's REST interface as the github nodes use it: lists are followed up to a limit, every failure is a NodeError.

https://docs.github.com/en/rest. Answers are read as plain JSON: githubkit's typed models take seconds to import.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.http.sdk_client import SdkTransport
from voicegraph.nodes.http.service_errors import MAX_RETRY_AFTER, status_error, translated
from voicegraph.setting_names import name_in_use
from voicegraph.settings import Settings

if TYPE_CHECKING:
    import httpx
    from githubkit import GitHub as Sdk
    from githubkit import Response

Json = dict[str, Any]

PAGE_SIZE = 100
MAX_PAGES = 20
"""Pages looked through for one list, where much of it is left out."""


def _everything(_: Json) -> bool:
    return True


class GitHub:
    """One node's access to GitHub. Objects are the API's, as dicts. `what` names the thing asked for in errors."""

    def __init__(self, sdk: Sdk[Any], *, has_token: bool) -> None:
        # Its overloads are too loose for the type checker.
        self._sdk = cast("Any", sdk)
        self.has_token = has_token

    @classmethod
    def of(cls, node: NodeContext) -> GitHub:
        """With GITHUB_TOKEN, else without a token: public data, 60 requests an hour."""
        key = node.settings.github_token
        return cls.with_token(key.get_secret_value() if key else None, node.settings, node.http)

    @classmethod
    def with_token(cls, token: str | None, settings: Settings, http: httpx.AsyncClient) -> GitHub:
        """At the address of the settings, over the guarded client."""
        with importing("githubkit"):
            from githubkit import GitHub as Sdk

        sdk = Sdk(
            token,
            base_url=settings.github_base_url,
            async_transport=SdkTransport(http),
            timeout=http.timeout,
            trust_env=False,
            # The guarded client follows redirects, and the engine decides about retries.
            follow_redirects=False,
            auto_retry=False,
            http_cache=False,
        )
        return cls(sdk, has_token=bool(token))

    async def try_token(self) -> None:
        """NodeError unless the token is taken. It counts as no call; servers without a limit are asked who it is."""
        try:
            is_github = "resources" in await self.get("rate_limit", "rate limit")
        except NodeError as error:
            if error.code != "not_found":
                raise
            try:
                is_github = "login" in await self.get("user", "account of the token")
            except NodeError as unknown:
                if unknown.code != "not_found":
                    raise
                is_github = False
        if not is_github:
            raise NodeError("bad_response", "what answers is no GitHub. Check VOICEGRAPH_GITHUB_BASE_URL.")

    async def get(self, path: str, what: str) -> Json:
        """One object."""
        return cast("Json", (await self._request("GET", path, what))[0])

    async def post(self, path: str, what: str, body: Json) -> Json:
        """A new object."""
        return cast("Json", (await self._request("POST", path, what, json=body))[0])

    async def list(
        self, path: str, what: str, limit: int, query: Json, keep: Callable[[Json], bool] = _everything
    ) -> tuple[list[Json], bool]:
        """At most `limit` objects that `keep` lets through, and whether there may be more. None in `query`: not sent."""
        found: list[Json] = []
        size = PAGE_SIZE if keep is not _everything else min(limit, PAGE_SIZE)
        asked = {name: value for name, value in query.items() if value not in (None, "")} | {"per_page": size}
        for page in range(1, MAX_PAGES + 1):
            items, more = await self._request("GET", path, what, params={**asked, "page": page})
            found += filter(keep, cast("list[Json]", items))
            if len(found) >= limit or not more:
                return found[:limit], more or len(found) > limit
        return found, True

    async def _request(self, method: str, path: str, what: str, **options: Any) -> tuple[Any, bool]:
        """The JSON of the answer, and whether it names a next page."""
        with self._failures(what):
            answer: Response[Any] = await self._sdk.arequest(method, path, **options)
            return answer.json(), 'rel="next"' in answer.headers.get("link", "")

    @contextmanager
    def _failures(self, what: str) -> Generator[None]:
        with importing("githubkit"):
            from githubkit.exception import GitHubException, RateLimitExceeded, RequestFailed

        try:
            yield
        except RateLimitExceeded as error:
            more = "" if self.has_token else " With GITHUB_TOKEN set the limit is 5,000 an hour instead of 60."
            raise NodeError(
                "rate_limited",
                f"GitHub's limit of requests is used up for now.{more}",
                retryable=True,
                retry_after=min(error.retry_after.total_seconds(), MAX_RETRY_AFTER),
            ) from error
        except RequestFailed as error:
            raise self._refused(what, error.response) from error
        except ValueError as error:
            message = "GitHub's answer is not JSON. Check VOICEGRAPH_GITHUB_BASE_URL."
            raise NodeError("bad_response", message) from error
        except GitHubException as error:
            # Raised out here: within the handler the two would be each other's cause.
            failure = getattr(error, "exc", error)
        else:
            return
        with translated("GitHub"):
            raise failure

    def _refused(self, what: str, response: Response[Any]) -> NodeError:
        status, said = response.status_code, _said(response)
        if status == 401:
            setting = name_in_use("github_token")
            return NodeError("unauthorized", f"GitHub refused the token. Check {setting}; it may have expired.")
        if status == 404:
            hint = "or the token may not see it" if self.has_token else "or it is private, which takes GITHUB_TOKEN"
            return NodeError("not_found", f"GitHub has no {what}, {hint}. Check the spelling.")
        if status == 403:
            return NodeError(
                "forbidden", f"GitHub does not allow this for {what}; the token may lack a permission. {said}"
            )
        if status == 409 and "empty" in said:
            return NodeError("empty_repository", f"GitHub: {what} is empty. {said}")
        return status_error(status, f"GitHub ({what})", response.headers, said)


def _said(response: Response[Any]) -> str:
    """GitHub's message, and which fields it finds wrong."""
    try:
        body = cast("Json", response.json())
    except ValueError:
        return ""
    errors: list[Any] = body.get("errors") or []
    details = [error.get("message") or f"{error.get('field')}: {error.get('code')}" for error in errors if error]
    return " ".join(filter(None, [str(body.get("message", "")), "; ".join(map(str, details))]))
