"""Results that go to a web address: "post it to https://…", "make a POST request to …"."""

from __future__ import annotations

from collections.abc import Sequence
from re import Match

from voicegraph.plan.rules.steps.phrase import Phrase
from voicegraph.plan.rules.steps.pieces import DETERMINERS, GIVING, host
from voicegraph.plan.rules.steps.step import Context, ParamValues, PlannedStep
from voicegraph.plan.rules.text.shelter import URL
from voicegraph.words.patterns import maybe, named, rx, words

_TO_URL = rx(
    rf"\b(?:to|at|into|onto|via) {DETERMINERS}",
    maybe(words("webhook web_hook url address endpoint api server api_endpoint"), " "),
    "(?:at |of )?",
    named("url", URL),
    maybe(" (?:via|with|using|as) (?:an? )?(?:http )?", named("method", "POST|PUT|PATCH"), "(?: request)?"),
)
_REQUEST = rx(
    f"(?:by )?{DETERMINERS}(?:http )?",
    named("method", "POST|PUT|PATCH|DELETE"),
    rf"(?:ing(?: (?:it|this|that|them))?)? (?:(?:request|call) )?(?:(?:to|at|against|on) )?{DETERMINERS}",
    named("url", URL),
)
_WITH_METHOD = rx(
    named("url", URL),
    " (?:with|using|via|by|as) (?:an? )?(?:http )?",
    named("method", "POST|PUT|PATCH|DELETE"),
    r"\b(?: request)?",
)
_VERB_ONLY = rx("(?:to )?", named("url", URL), named("method"))
_GET = rx(r"\bget (?:request|call)\b|\b(?:a|an) (?-i:GET)\b|\b(?:a|an) (?:http |api )?(?:request|call)\b")
_TARGETED = GIVING - {"email", "slack", "notify"}


def read_http_call(phrase: Phrase, context: Context, _: Sequence[PlannedStep]) -> list[PlannedStep]:
    """A request that changes something; requests that only read are sources."""
    found = phrase.take(_REQUEST) or phrase.take(_WITH_METHOD)
    if found is None and phrase.lemma in {"put", "delete", "post"} and (found := _VERB_ONLY.match(phrase.text)):
        phrase.cut(found)
    if found is None and phrase.sense in _TARGETED and not _GET.search(phrase.whole):
        found = _target(phrase)
    if found is None:
        return []
    url = context.shelter.plain(found["url"])
    method = (found["method"] or _method_of(phrase)).upper()
    params: ParamValues = {"url": url, "method": method}
    if context.has_input and method != "DELETE":
        params["text"] = "{{ input }}"
    return [PlannedStep("deliver", "http", "request", f"{method} to {host(url)}", params)]


def _target(phrase: Phrase) -> Match[str] | None:
    """Of several addresses the one that "to" stands before: "post the feed at … to …"."""
    hits = list(_TO_URL.finditer(phrase.text))
    found = next((hit for hit in reversed(hits) if hit[0].lower().startswith(("to ", "into ", "onto "))), None)
    found = found or next(iter(hits), None)
    if found:
        phrase.cut(found)
    return found


def _method_of(phrase: Phrase) -> str:
    written = phrase.whole.split(" ")[0]
    return written if written in {"PUT", "DELETE"} else "POST"
