"""Plainer wordings for the rest of the grammar: "sum it up" -> "sum up it", "let me know" -> "notify me".

A row of `_REWORDINGS` is for a turn of phrase that means the same as a plainer one, whatever it is about.
"""

from __future__ import annotations

from collections.abc import Callable
from re import Match, Pattern

from voicegraph.plan.rules.text.shelter import CHANNEL, MAIL, TOKEN
from voicegraph.plan.rules.text.verbs import leading_verb
from voicegraph.plan.rules.values.duration_phrases import DURATION
from voicegraph.words.patterns import either, maybe, named, rx, words

_IT = words("it them this that these everything all_of_it all_of_them")
_SOMEBODY = either(
    words("me us everyone everybody"),
    r"(?:the|my|our) (?:[\w-]+ ){0,2}?[\w-]+",
    f"(?:the )?{CHANNEL}(?: channel)?",
    r"[\w-]+",
)
_OWN = f"(?=(?:my|our|the|this|that|{TOKEN})(?![\\w-]))"
_SERVICE = f"(?:{MAIL}|{CHANNEL}|(?:{words('slack notion telegram discord teams e-mail email github')})(?: channel {CHANNEL})?)"
_PLACE = rf"(?:(?:the|my|our) )?(?:{TOKEN}|[\w-]+)(?: channel)?"
_GO = "(?:(?:should )?(?:go|goes|be sent|are sent|is sent) )?(?:to|in|into)"
_AT_ONCE = words("at_the_same_time in_parallel simultaneously at_once all_at_once concurrently side_by_side")


def _rather(found: Match[str]) -> str:
    order = "send it" if found["it"] else "use"
    return f"{order} {found['new']} instead of {found['old']}"


def _either_way(found: Match[str]) -> str:
    """“Post it to A or B depending on whether …” as a condition with two branches."""
    second = found["second"]
    second = (
        second if second.split()[0].lower() in {"to", "in", "into", "on"} else f"{found['first'].split()[0]} {second}"
    )
    return f"if {found['condition']}, {found['do']} {found['first']}, otherwise {found['do']} {second}"


def _fronted(found: Match[str]) -> str:
    """“In Notion, write down …”: the place goes behind the verb."""
    verb = leading_verb(found["rest"])
    if verb is None or verb.form != "base":
        return found[0]
    return f"{found['rest'][: verb.length]} {found['place']}{found['rest'][verb.length :]}"


def _follow_up(found: Match[str]) -> str:
    return f"wait {found['time']}, then email them {found['what'] or 'a follow-up'}"


_REWORDINGS: tuple[tuple[Pattern[str], str | Callable[[Match[str]], str]], ...] = (
    (
        rx(
            r"\bthe following (?:web ?)?(?:page|site|website|article|link|url|address|feed)\b",
            named("middle", "[^:.;,]{0,40}"),
            r" ?: ?",
            named("url", r"⟪url:\d+⟫"),
        ),
        r"\g<url>\g<middle>",
    ),
    (
        rx(
            r"\b(?:do )?(?:(?:the|these) )?(?:following )?(?:(?:two|three|four|five|several) )?(?:things |tasks )?",
            f"{_AT_ONCE} ?: ?",
        ),
        "in parallel, ",
    ),
    (
        rx(
            r"\b(?:split|branch|fork)(?: (?:it|this|that|the (?:flow|result)))? (?:up )?(?:off )?(?:in)?to (?:two|three|four|parallel)(?: \w+)? ?[:,] ?"
        ),
        "in parallel, ",
    ),
    (
        rx(
            r"\b(?:(?:i|we)(?:'d| would)? prefer) ",
            named("new", "[^,.;]{3,60}?"),
            " (?:over|to|instead of|rather than) ",
            named("old", "[^,.;]{2,60}"),
        ),
        r"use \g<new> instead of \g<old>",
    ),
    (
        rx(
            r"\b(?:no|not) ",
            named("old", r"(?:an? |the )?\w+(?: \w+)?"),
            ",? but ",
            named("new", "(?:an?|the) [^,.;]{3,60}"),
        ),
        r"use \g<new> instead of \g<old>",
    ),
    (
        rx(
            r"\bdepending on (?:whether|if) ",
            named("condition", "[^,;]{3,60}?"),
            " ?,? (?:then )?",
            named("do", r"(?:send|post|e-?mail|save|forward|put|write)(?: (?:it|them|this|that))?"),
            " ",
            named("first", f"(?:to|in|into|on) {_PLACE}"),
            " or ",
            named("second", f"(?:(?:to|in|into|on) )?{_PLACE}"),
        ),
        _either_way,
    ),
    (
        rx(
            r"\b",
            named("do", r"(?:send|post|e-?mail|save|forward|put|write)(?: (?:it|them|this|that))?"),
            " ",
            named("first", f"(?:to|in|into|on) {_PLACE}"),
            " or ",
            named("second", f"(?:(?:to|in|into|on) )?{_PLACE}"),
            " ?,? depending on (?:whether|if) ",
            named("condition", "[^,.;]{3,60}"),
        ),
        _either_way,
    ),
    (
        rx(
            r"\b(?:i|we)(?:'d| would) rather (?:have|get|see|receive|use) ",
            maybe(named("it", "it|this|that|them"), " "),
            named("new", "[^,.;]{3,60}?"),
            " (?:than|over) ",
            named("old", "(?:by |on |in |via )?[^,.;]{3,60}"),
        ),
        _rather,
    ),
    (rx(r"\b(?:let (?P<whom>me|us) know) (?:by|via|through|per) (?:e-?)?mail\b"), r"email \g<whom>"),
    (
        rx(
            named("edge", "^|[,.;:] ?(?:and |then )?|(?:,? and then|,? then) "),
            named("what", r"(?!(?:the|it|they|that|this)\b)[\w' -]{3,40}?"),
            f" {_GO} ",
            named("place", "[^,.;]{2,40}?"),
            " ?,? (?:and|while|but) (?:everything else|anything else|the rest|(?:all )?(?:the )?others?)",
            f"(?: (?:should )?{_GO}| to) ",
            named("other", "[^,.;]{2,40}"),
        ),
        r"\g<edge>if it is \g<what>, send it to \g<place>, otherwise send it to \g<other>",
    ),
    (rx(r"\bif so ,? ?(?=\w)"), "if so, "),
    (
        rx("^", named("one", "[^,.;]{3,60}?"), " should be followed by ", named("two", "[^,.;]{3,60}")),
        r"add \g<two> after \g<one>",
    ),
    (
        rx("^", named("one", "[^,.;]{3,60}?"), " should be preceded by ", named("two", "[^,.;]{3,60}")),
        r"add \g<two> before \g<one>",
    ),
    (
        rx(
            r"^(?:and )?only (?P<when>(?:after|once|when) [^,]{3,40}?) ?,? (?:should|can|may|must) (?P<what>[^,.;]{3,80}?) be "
            r"(?P<done>\w+)(?P<rest>[^.;]*)"
        ),
        r"\g<done> \g<what>\g<rest> \g<when>",
    ),
    (rx(r"\blet ", named("whom", _SOMEBODY), r" know\b"), r"notify \g<whom>"),
    (
        rx(
            r"\bwhat(?:ever)?(?:'s| is) (?:new|happening|going on) (?:about|with|at|around|on|in) "
            r"(?!⟪|my\b|our\b|(?:the |this |that )?(?:rss |news )?(?:feed|page|site|blog|repo|channel|file|database|notion))"
        ),
        "the latest news about ",
    ),
    (
        rx(r"\bwhat (?:the )?(?:press|media|newspapers?|papers) (?:is |are )?(?:writ|say|report)\w* (?:about|on) "),
        "the news about ",
    ),
    (
        rx(r"\bdelay ", named("what", "(?:the|my|our) [^,.;]{2,40}?"), " (?:by|for) ", named("time", DURATION)),
        r"wait \g<time> before \g<what>",
    ),
    (rx(r"\b(?:what(?:'s| is) )?the latest (?:on|about) (?!⟪|my\b|our\b)"), "the latest news about "),
    (
        rx(
            r"\b(?:bring|get|keep|catch) (?:me|us) (?:up to (?:date|speed)|posted|informed|updated|up) (?:on|about|with) "
        ),
        "get the latest news about ",
    ),
    (
        rx(r"\btell ", named("whom", "me|us|everyone|everybody|(?:the|my|our) team"), " to (?=[a-z])"),
        r"remind \g<whom> to ",
    ),
    (
        rx(
            r"(?:^|(?<=[.;:] ))",
            named("place", f"(?:to|in|on|into|via|by) (?:(?:the|my|our) )?{_SERVICE}"),
            " ?,? ",
            named("rest", "[^.;]{3,300}"),
        ),
        _fronted,
    ),
    (rx(r"\btell ", named("whom", "me|us|everyone|everybody|(?:the|my|our) team"), " that "), r"notify \g<whom> that "),
    (rx(r"\b(?:ping|hit|poll) (?=⟪url)"), "call "),
    (
        rx(
            r"\bfollow up (?:with (?:him|her|them) )?(?:after|in) ",
            named("time", DURATION),
            maybe(" with ", named("what", "[^,.;]{3,60}")),
        ),
        _follow_up,
    ),
    (
        rx(r"\b(?:what(?:ever)?|everything|anything|all)(?: that)?(?:'s| is)(?: written| stored)? (?:in|on|at) ", _OWN),
        "the contents of ",
    ),
    (
        rx(
            named("when", "before|after|once|when|until"),
            " (?:it|this|that|they|anything|everything) (?:goes|go|is going|gets)(?: out)? ",
            r"(?=(?:to|on|into|via|by)\b)",
        ),
        r"\g<when> sending it ",
    ),
    (rx(r"\bput ", named("object", _IT, "both", r"the (?:two|three|\w+s)"), r" together\b"), r"combine \g<object>"),
    (
        rx(
            r"\bput ",
            named("object", _IT, r"the [\w ]{2,30}?"),
            " (?:in|into) (?:an?|one) ",
            named("form", r"(?:(?:\w+ )?table|(?:\w+ )?list|paragraph|matrix|bullet points)\b"),
        ),
        r"turn \g<object> into a \g<form>",
    ),
    (
        rx(
            r"(?:^|(?<=[.;] ))is (?P<page>⟪url:\d+⟫) (?P<state>up|down|online|offline|reachable|available|working|back)\b"
        ),
        r"check if \g<page> is \g<state>",
    ),
    (
        rx(
            r"\b",
            named("verb", words("sum wrap boil look write clean tidy note jot draw")),
            " ",
            named("object", _IT, r"the \w+"),
            " ",
            named("particle", words("up down out together")),
            r"\b",
        ),
        r"\g<verb> \g<particle> \g<object>",
    ),
    (
        rx(
            r",? ?\b(?:but )?(?:please )?(?:do not|don't|never) ",
            named("what", "[^,.;]{3,80}?"),
            r" (?:until|till|unless) (?=(?:i|i've|you|you've|we)\b)",
        ),
        r", \g<what> after ",
    ),
)


def untwist(text: str) -> str:
    """The tidy text in plainer words."""
    for pattern, plain in _REWORDINGS:
        text = pattern.sub(plain, text)
    return text
