"""One exchange with a language model: ask, count what it took, and say what went wrong in terms an engine can act on."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from voicegraph.errors import NodeError
from voicegraph.graph.schema_errors import in_words
from voicegraph.nodes.http.urls import shown
from voicegraph.nodes.models.gateway_errors import words_of
from voicegraph.nodes.models.models import ModelChoice, load
from voicegraph.nodes.models.server_answers import flaw
from voicegraph.nodes.output import Metrics
from voicegraph.words.truncation import one_line, sentence

if TYPE_CHECKING:
    from pydantic_ai.usage import RunUsage

T = TypeVar("T")

CUT_SHORT = frozenset({"length", "content_filter"})

MAX_TOKENS = 8_000
"""Of an answer whose length nobody says."""
THINKING_TOKENS = 16_000
LOCAL_THINKING_TOKENS = 1_000
"""On a machine of one's own they take minutes."""
NO_LIMIT = 86_400.0
UNKNOWN_WINDOW = 32_000
"""Tokens a model is taken to read when nobody knows its context window."""
_REFUSED = "Exceeded maximum output retries"
"""How pydantic-ai begins when every answer was refused: by the output type, or by the check."""
_NO_JSON = "Failed to decode response as JSON"
"""How pydantic-ai begins where a web page answers, or nothing."""
_NO_TOOL = re.compile(r"Tool '[^']*' exceeded max retries")
"""How it begins where the answer has not the form that was asked for."""
_ADDRESS = re.compile(r"\s*(?:For further information visit )?https?://\S+")
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class ModelAnswer(Generic[T]):
    """The answer of a model, and the usage its provider reported."""

    output: T
    metrics: Metrics
    finish: str | None = None
    """Why it is not whole: `length`, it became too long, or `content_filter`. None when it ended by itself."""
    kept_back: int = 0
    """Characters of the model's reasoning that stood in it."""


async def consult(
    choice: ModelChoice,
    instructions: str,
    prompt: str,
    output: Any = str,
    *,
    check: Callable[[Any], str | None] | None = None,
    repairs: int = 1,
    seconds: float | None = None,
    max_tokens: int = MAX_TOKENS,
) -> ModelAnswer[Any]:
    """Ask once. `output` is a pydantic-ai output type: str, a model, or a list of models to choose from.

    `check` says what is wrong with an answer, which then goes back to the model, up to `repairs` times.
    `seconds` for all of it, however the answer dribbles in; without, whoever waits sets the limit, and being cancelled
    ends the connection. `max_tokens` of the answer; what a model may think before it is on top.
    Nothing is tried again after a failed request: that is the engine's to decide. Raises NodeError, retryable for
    `model_rate_limit`, `model_unavailable`, `model_answer` and `model_foreign`; not for `model_auth`, `model_quota`, `model_not_found`,
    `model_too_long`, `model_rejected`, `model_filter`, `too_large` and `not_configured`.
    """
    model = await load(choice)  # first: it imports pydantic-ai, in a thread

    from pydantic_ai import Agent
    from pydantic_ai.exceptions import AgentRunError
    from pydantic_ai.settings import ModelSettings

    patience = seconds or NO_LIMIT
    settings = ModelSettings(timeout=patience, request_timeout=patience, max_retries=0)
    if choice.is_local:  # such servers know the older name of the limit, and pass over the newer one
        settings["extra_body"] = {"max_tokens": max_tokens + LOCAL_THINKING_TOKENS}
    else:
        settings["max_tokens"] = max_tokens + THINKING_TOKENS
    agent: Agent[object, Any] = Agent(
        model, output_type=output, instructions=instructions, model_settings=settings, retries=repairs
    )
    if check:
        agent.output_validator(_validator(check))
    try:
        async with asyncio.timeout(seconds), agent:
            result = await agent.run(prompt, infer_name=False)
    except TimeoutError as error:
        message = f"{choice.name} took longer than {seconds:g} seconds, and was stopped."
        raise NodeError("model_unavailable", message, retryable=True) from error
    except NodeError as error:  # clients let it through, or take it for a connection that broke
        raise _of_body(error, choice) from error
    except (AgentRunError, IndexError) as error:  # the latter where an answer lacks what its client looks for
        found = flaw(error)
        raise (_of_body(found, choice) if found else explain(error, choice, model.why)) from error
    except UnicodeError as error:  # quotes the header, which is the key
        message = f"{choice.key_setting} cannot be sent: it holds a character that is not ASCII."
        raise NodeError("not_configured", message) from error
    reason = result.response.finish_reason
    return ModelAnswer(
        result.output, _metrics(choice, result.usage), reason if reason in CUT_SHORT else None, model.kept_back
    )


def _validator(check: Callable[[Any], str | None]) -> Callable[[Any], Any]:
    from pydantic_ai import ModelRetry

    def validate(output: Any) -> Any:
        if wrong := check(output):
            raise ModelRetry(wrong)
        return output

    return validate


async def context_window(choice: ModelChoice) -> int:
    """How many tokens the model reads, as far as known."""
    return (await load(choice)).profile.get("context_window") or UNKNOWN_WINDOW


def _metrics(choice: ModelChoice, usage: RunUsage) -> Metrics:
    """Tokens are the provider's own; the cost is computed from list prices, and marked so."""
    reported = not usage.unmeasured_requests
    return Metrics(
        model=choice.name,
        input_tokens=usage.input_tokens if reported else None,
        output_tokens=usage.output_tokens if reported else None,
        cost=float(usage.cost) if usage.cost is not None else None,
        estimated=usage.cost is not None,
    )


def _of_body(error: NodeError, choice: ModelChoice) -> NodeError:
    """What is wrong with the answer's body; with what to look at, where what answers may be no model's server."""
    if error.code != "model_foreign":
        return error
    return NodeError(error.code, f"{error.message}{_look_there(choice)}", retryable=error.retryable)


def explain(error: Exception, choice: ModelChoice, why: str = "") -> NodeError:
    """The provider's error as a NodeError: what happened, what to do, and whether trying again can help.

    `why` says why the last answer was empty, if it was.
    """
    from pydantic_ai import exceptions as known

    who, name = f"{choice.provider}{_where(choice)}", choice.name
    status = error.status_code if isinstance(error, known.ModelHTTPError) else 0
    said = _said(error)
    doubt = _look_there(choice) if _is_unnamed(error) and choice.base_url else ""
    passing = status in (408, 409, 425, 429)
    # The first class that fits decides; the more special ones stand first.
    for kinds, code, retryable, message in (
        ()
        if _NO_JSON in said
        else (
            (
                known.ModelAuthenticationError,
                "model_auth",
                False,
                f"{who} refused the key. Check {choice.key_setting}.",
            ),
            (
                known.ModelQuotaExceededError,
                "model_quota",
                False,
                f"The account at {who} has no credit left: {sentence(said)}",
            ),
            (known.ModelNotFoundError, "model_not_found", False, _no_model(choice)),
            (known.ModelContextWindowExceededError, "model_too_long", False, f"The input is too long for {name}."),
            (
                known.ModelRateLimitError,
                "model_rate_limit",
                True,
                f"{who} takes no more requests for now (rate limit): {sentence(said)}",
            ),
            (
                known.ModelConnectionError,
                "model_unavailable",
                True,
                f"{name} cannot be reached{_where(choice)}. Is its server running?",
            ),
            (known.ModelUnavailableError, "model_unavailable", True, f"{who} is not available: {sentence(said)}"),
            (known.ModelServerError, "model_unavailable", True, f"{who} failed: {sentence(said)}"),
            (known.ModelRequestTimeout, "model_unavailable", True, f"{name} took too long: {sentence(said)}"),
            (known.ModelAPIError, "model_rejected", passing, f"{who} refused the request: {sentence(said)}{doubt}"),
            (known.ContentFilterError, "model_filter", False, f"{who} filtered the answer: {sentence(said)}"),
        )
    ):
        if isinstance(error, kinds):
            after = getattr(error, "retry_after", None)
            return NodeError(code, _without_key(message, choice), retryable=retryable, retry_after=after)
    if _has_answered(error):
        message = _without_key(f"{name} gave no usable answer: {(why or _wrong(error)).rstrip('.')}.", choice)
        return NodeError("model_answer", message, retryable=True)
    what = "its answer is not JSON" if _NO_JSON in said else "its answer is not one that a model gives"
    message = f"What answers{_where(choice)} does not speak as a model does: {what}.{_look_there(choice)}"
    return NodeError("model_foreign", _without_key(message, choice), retryable=True)


def _said(error: Exception) -> str:
    """The provider's own words, which clients wrap in a status and a dump of the body."""
    body: Any = getattr(error, "body", None)
    said = words_of(body) or (json.dumps(body, ensure_ascii=False, default=str) if body else "")
    status = getattr(error, "status_code", None)
    return one_line(said or (f"status {status}" if status else str(error)), _LONGEST_REASON).rstrip(".")


def _is_unnamed(error: Exception) -> bool:
    """An error of which neither status nor code says what it is, see `model_bodies`: the address may be a wrong one."""
    body: Any = getattr(error, "body", None)
    named = cast("dict[str, Any]", body) if isinstance(body, dict) else {"code": ""}
    return "status" in named and named.get("code") is None and named.get("type") is None


def _has_answered(error: Exception) -> bool:
    """Whether a model has said something, which was too long or of no use. Else what came was no model's answer."""
    from pydantic_ai import exceptions as known

    cut = isinstance(error, (known.OutputTokenLimitExceeded, known.IncompleteToolCall))
    return cut or str(error).startswith(_REFUSED) or bool(_NO_TOOL.match(str(error)))


def _wrong(error: Exception) -> str:
    """What is wrong with the answer; with the last of several, where they were checked."""
    refused = str(error).startswith(_REFUSED) or _NO_TOOL.match(str(error))
    if not refused:
        return "it became too long and was cut off before it was whole"
    reason = error.__cause__ or error
    if reason is error and _NO_TOOL.match(str(error)):
        return "it has not the form that was asked for"
    if str(reason).startswith("Unknown tool name"):
        return "it calls a tool that there is not, instead of answering"
    if wrong := _misformed(reason):
        return f"it has not the form that was asked for ({one_line(wrong, _LONGEST_REASON)})"
    if reason is error:
        return "none of several was of use"
    return one_line(_ADDRESS.sub("", str(reason)), _LONGEST_REASON)


def _misformed(reason: BaseException) -> str:
    """What of an answer that has a form is missing or wrong, and where; of the first few."""
    from pydantic import ValidationError

    cause: BaseException | None = reason
    while cause is not None and not isinstance(cause, ValidationError):
        cause = cause.__cause__
    found = cause.errors(include_url=False)[:3] if cause else []
    told = [(".".join(map(str, one["loc"])) or "all of it", in_words(cast("dict[str, Any]", one))[0]) for one in found]
    return "; ".join(f"{place}: {words.rstrip('.').lower()}" for place, words in told)


def _no_model(choice: ModelChoice) -> str:
    there = f"There is no model {choice.name}{_where(choice)}."
    return f"{there}{_look_there(choice)}" if choice.base_url else f"{there} Check VOICEGRAPH_MODEL."


def _look_there(choice: ModelChoice) -> str:
    """What to do where an address may be wrong; a provider's own is right."""
    if not choice.base_url:
        return ""
    ends = "" if choice.base_url.rstrip("/").endswith("/v1") else ", which often ends in /v1"
    return f" Check VOICEGRAPH_MODEL and VOICEGRAPH_MODEL_BASE_URL{ends}."


def _without_key(message: str, choice: ModelChoice) -> str:
    """Providers quote a key they refuse."""
    key = choice.key.get_secret_value() if choice.key else ""
    return message.replace(key, "[redacted]") if key else message


def _where(choice: ModelChoice) -> str:
    return f" at {shown(choice.base_url)}" if choice.base_url else ""
