"""Words that mean what came before ("it", "the results"), and words that mean nothing in particular ("something")."""

from __future__ import annotations

from voicegraph.words.patterns import either, maybe, rx, words

_PRONOUN = either(
    "it", "them", "this", "that", "these", "those", "both(?: of them)?", "everything",
    "all(?: of (?:it|them|this|that))?", "each(?: (?:one|of them))?",
)  # fmt: skip
_RESULT = words("results result output outputs response payload content contents data text body")
_NOUN = either(
    _RESULT,
    words(
        "list lists findings file files document documents csv pdf page pages notes note entries "
        "entry items item articles article "
        "story stories news issues issue commits commit pull_requests drafts draft summary summaries "
        "report reports answer answers "
        "link links message analysis translation translations review reviews tweets tweet headlines "
        "post posts number numbers rows "
        "row code_changes changes table email event request feed information info website site poem "
        "comparison insights copy one "
        "ones thing plan plans totals dates names tasks"
    ),
)
_ANAPHOR = rx(
    either(
        _PRONOUN,
        words("him her me us copies new_entries new_results new_items entries items results result"),
        "a copy(?: of (?:it|them))?",
        rf"(?:{words('the all_the these those my its whole this that new each every their any')}) "
        rf"(?:[\w-]+ ){{0,2}}?{_NOUN}",
        "what (?:you|it|they) (?:find|found|get|got|say|return)s?",
    )
)
_STRICT = rx(either(_PRONOUN, f"(?:the|all) {_RESULT}"))
_VAGUE = rx(
    r"(?:some|any)thing\b.*|",
    "(?:(?:the|that|this|those|these|of|some|my|a|an|any|other|one) )*",
    maybe(
        words(
            "things thing stuff everything it that one ones them task job work usual rest same you "
            "me there here better sure some"
        ),
    ),
    maybe(words("nothing over_there what_i_said what_i_want what_i_mean")),
    "(?: ?(?:over )?(?:there|here|with (?:it|things|stuff|that)|somehow|for me|now|again|please))*",
)


def is_anaphor(text: str) -> bool:
    """Whether these words may mean what came before: "it", "the summaries", "the open issues"."""
    return bool(_ANAPHOR.fullmatch(text.strip(" ,.?!")))


def is_pronoun(text: str) -> bool:
    """Whether these words can only mean what came before."""
    return bool(_STRICT.fullmatch(text.strip(" ,.?!")))


def is_vague(text: str) -> bool:
    """Whether these words name nothing in particular."""
    return bool(_VAGUE.fullmatch(text.strip(" ,.?!")))
