"""A model whose answers are looked at before anybody uses them: reasoning goes, and a half answer is none.

Imports pydantic-ai, which takes a second or two: only `models.load` imports this.
"""

from __future__ import annotations

import string
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic_ai.messages import ModelRequest, TextPart, ThinkingPart, ToolCallPart, UserPromptPart
from pydantic_ai.models.wrapper import WrapperModel

from voicegraph.errors import NodeError
from voicegraph.nodes.data.large_json import SMALL_CHARACTERS, beside
from voicegraph.nodes.models.reasoning import without_reasoning
from voicegraph.words.truncation import one_line, sentence

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model, ModelRequestParameters
    from pydantic_ai.settings import ModelSettings

_OUR_TAGS = ("<reasoning-of-the-model>", "</reasoning-of-the-model>")
"""pydantic-ai takes what stands between its tags out of a text wherever they are, in code too; these are in none."""
_LONGEST = 300
_INVISIBLE = f"{string.whitespace}\u00a0\u200b\u2060\ufeff"


class CheckedModel(WrapperModel):
    """The model, with answers that are whole or say that they are not."""

    def __init__(self, model: Model, name: str) -> None:
        super().__init__(model)
        model._profile = {"thinking_tags": _OUR_TAGS}  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        vars(model).pop("profile", None)  # it is cached
        self._name = name
        self.why = ""
        """Why the last answer held nothing, in words; empty when it held something."""
        self.kept_back = 0
        """Characters of reasoning that stood in the last answer's text."""

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """The answer without reasoning. NodeError where it cannot be used, and asking again would bring the same."""
        answer = await super().request(messages, model_settings, model_request_parameters)
        text = "".join(part.content for part in answer.parts if isinstance(part, TextPart))
        bare = await beside(len(text) <= SMALL_CHARACTERS, without_reasoning, text, *_asked(messages))
        self.kept_back = len(text) - len(bare) if bare != text else 0
        is_blank = not bare.strip(_INVISIBLE)
        if bare != text or is_blank:
            others = [part for part in answer.parts if not isinstance(part, TextPart)]
            answer = replace(answer, parts=others if is_blank else [*others, TextPart(bare)])
        called = any(isinstance(part, ToolCallPart) for part in answer.parts)
        thought = bare != text or any(isinstance(part, ThinkingPart) for part in answer.parts)
        self.why = _why(answer, text if bare == text else "", thought=thought) if is_blank and not called else ""
        # A text may be used as far as it goes, and says so; half of what has a form is wrong without looking it.
        if is_blank or model_request_parameters.output_mode != "text":
            self._whole(answer, empty=bool(self.why))
        return answer

    def _whole(self, answer: ModelResponse, *, empty: bool) -> None:
        """Raise when the answer was broken off."""
        if answer.finish_reason == "content_filter":
            refusal = str((answer.provider_details or {}).get("refusal") or "")
            said = f" It says: {sentence(one_line(refusal, _LONGEST))}" if refusal else ""
            raise NodeError("model_filter", f"{self._name} or its provider refused to answer this.{said}")
        if answer.finish_reason == "length":
            what = self.why if empty else "the answer became too long and was cut off before it was whole"
            raise NodeError(
                "model_answer",
                f"{self._name} gave no usable answer: {what}. Ask for less, or for a longer answer.",
                retryable=True,
            )


def _asked(messages: list[ModelMessage]) -> tuple[str, str]:
    """What the model was told to do, and the material that it was given."""
    requests = [message for message in messages if isinstance(message, ModelRequest)]
    prompts = [part.content for request in requests for part in request.parts if isinstance(part, UserPromptPart)]
    return "\n".join(request.instructions or "" for request in requests), "\n".join(map(str, prompts))


def _why(answer: ModelResponse, blank: str, *, thought: bool) -> str:
    details: dict[str, Any] = answer.provider_details or {}
    reason = str(details.get("finish_reason") or answer.finish_reason or "")
    ended = f" (it ended with “{one_line(reason, 50)}”)" if reason else ""
    if answer.finish_reason == "length":
        spent = "while it still reasoned" if thought else "before it said anything"
        return f"it came to the limit of its length {spent}"
    if thought:
        return f"there is only reasoning in it, and no answer{ended}"
    return f"there is nothing but white space in it{ended}" if blank else f"it is empty{ended}"
