"""The verbs of commands, by sense, in all their forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from voicegraph.words.patterns import rx, word_set, words

Form = Literal["base", "third", "gerund", "past"]
Sense = Literal[
    "fetch", "call", "search", "find", "upload", "summarize", "analyze", "extract", "translate", "generate", "compare",
    "combine", "think", "create", "send", "email", "slack", "notify", "save", "append", "ask", "wait", "run", "repeat",
    "edit",
]  # fmt: skip

_VOCABULARY: dict[Sense, str] = {
    "fetch": "get fetch pull grab read open load retrieve take collect list show display check visit download "
        "obtain gather "
    "import monitor watch use view access scrape crawl see bring give need tell go_to check_out "
        "pick_up go_through look look_at "
    "start_from begin_with begin_from have_a_look_at take_a_look_at have_a_look_through start_with read_through pull_up pull_down keep_an_eye_on track poll browse_to query",
    "call": "call hit invoke request trigger",
    "search": "ask_the_web ask_google ask_the_internet search google research look_up look_for hunt_for browse search_for look_online do_a_web_search",
    "find": "find locate find_out discover",
    "upload": "upload attach",
    "summarize": "summarize summarise sum_up condense recap digest boil_down shorten abridge wrap_up",
    "analyze": "analyze analyse examine study evaluate assess inspect look_into dig_into investigate interpret",
    "extract": "extract pick choose select pull_out pick_out identify spot detect highlight note_down single_out isolate",
    "translate": "translate",
    "generate": "generate write think_of draft compose produce prepare come_up_with think_up brainstorm design formulate "
        "invent craft compile "
    "write_up write_down put_together draw_up author suggest propose",
    "compare": "compare contrast",
    "combine": "combine merge join consolidate aggregate fuse unite collate synthesize synthesise mix",
    "think": "rewrite rephrase paraphrase reword classify categorize categorise sort rank rate score filter "
        "group cluster tag "
    "label explain describe answer fix correct proofread improve polish simplify expand convert turn transform format "
    "reformat structure clean_up clean tidy_up count calculate compute estimate predict prioritize prioritise validate "
    "verify critique recommend judge redact anonymize anonymise normalize deduplicate transcribe outline review "
    "double halve trim truncate shuffle round chart plot segment partition bucket tabulate visualize spell-check spellcheck fact-check fact_check double-check double_check cross-check proof-read "
        "proof_read re-write adapt "
    "reply_to respond_to assign annotate enrich keep work_out figure_out change decide",
    "create": "create make build add open_up file raise set_up start report submit book schedule order put_in",
    "send": "send reply_with respond_with answer_with hand hand_over post share publish forward deliver shoot drop pass push submit_to send_out send_over "
        "post_out send_off "
    "pass_on tweet",
    "email": "email e-mail mail",
    "slack": "slack",
    "notify": "notify phone congratulate confirm ping alert text message inform warn remind let_me_know let_us_know let_the_team_know "
    "let_everyone_know page ring dm whatsapp sms",
    "save": "save print store register enter put write_to log record archive export dump file_away place stash insert "
        "save_off paste copy "
    "jot_down back_up",
    "append": "append attach_to add_to",
    "ask": "ask let have approve sign_off sign_off_on check_with consult run_it_by",
    "wait": "wait pause sleep hold hold_on hold_off hang_on stop_for delay",
    "run": "run execute launch start_up kick_off",
    "repeat": "repeat do redo",
    "edit": "remove delete take_out get_rid_of replace swap swap_out move switch skip rename leave_out cut "
        "reorder rearrange "
    "put_back stop_running eliminate erase discard update",
}  # fmt: skip

_IRREGULAR = {
    "get": "getting got gotten", "read": "reading read", "take": "taking taken took", "show": "showing shown showed",
    "see": "seeing seen saw", "bring": "bringing brought", "give": "giving given gave", "go": "going gone went",
    "find": "finding found", "write": "writing written wrote", "come": "coming come came", "think": "thinking thought",
    "put": "putting put", "draw": "drawing drawn drew", "make": "making made", "build": "building built",
    "set": "setting set", "send": "sending sent", "shoot": "shooting shot", "keep": "keeping kept",
    "let": "letting let", "have": "having had", "hold": "holding held", "run": "running run ran", "do": "doing done did",
    "tell": "telling told",
    "cut": "cutting cut", "hit": "hitting hit", "drop": "dropping dropped", "grab": "grabbing grabbed",
    "log": "logging logged", "stop": "stopping stopped", "submit": "submitting submitted", "spot": "spotting spotted",
    "tag": "tagging tagged", "sum": "summing summed", "wrap": "wrapping wrapped", "dig": "digging dug",
    "hang": "hanging hung", "sleep": "sleeping slept", "ring": "ringing rung", "format": "formatting formatted",
    "reformat": "reformatting reformatted", "rewrite": "rewriting rewritten rewrote", "swap": "swapping swapped",
    "skip": "skipping skipped", "leave": "leaving left",
}  # fmt: skip

NOUN_LIKE = word_set(
    "email e-mail mail post list search report research note text message review update file page rank rate score "
    "count sort group plan design share store call check show set read open run look take make use log record "
    "filter format tag label view watch visit access request query ping alert slack google answer reply outline copy "
    "digest recap contrast study book need hold stop start drop push pass place repeat do have let track poll archive "
    "dump export import load structure change judge clean schedule trigger hit turn fix paste author "
    "cluster whatsapp sms "
    "ring double round trim phone chart plot print dm hand order put insert switch move cut swap delay sleep launch shoot see spot correct raise"
)
"""Base forms that are nouns or adjectives as well: they open a clause only before an object."""

_NO_VERBS = rx(
    r"(?:pull requests?|open (?:issues?|pull|prs?)|", words("post mail file slack email"), r" (?:step|node)s?)\b"
)


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb in a text: base form, sense, the form it has there, and how many characters it takes."""

    lemma: str
    sense: Sense
    form: Form
    length: int


def _forms(base: str) -> dict[str, Form]:
    """All forms of a verb, whose particle ("up") stays as it is."""
    head, _, particle = base.replace("_", " ").partition(" ")
    tail = f" {particle}" if particle else ""
    forms: dict[str, Form] = dict.fromkeys(_pasts(head), "past")
    forms[_gerund(head)], forms[_third(head)], forms[head] = "gerund", "third", "base"
    return {f"{form}{tail}": kind for form, kind in forms.items()}


def _gerund(head: str) -> str:
    if head in _IRREGULAR:
        return _IRREGULAR[head].split()[0]
    return f"{_stem(head)}ing"


def _pasts(head: str) -> list[str]:
    if head in _IRREGULAR:
        return _IRREGULAR[head].split()[1:]
    return [f"{head[:-1]}ied" if _ends_in_y(head) else f"{_stem(head)}ed"]


def _third(head: str) -> str:
    if re.search(r"(?:s|sh|ch|x|z)$", head):
        return f"{head}es"
    return f"{head[:-1]}ies" if _ends_in_y(head) else f"{head}s"


def _stem(head: str) -> str:
    return head[:-1] if head.endswith("e") and not head.endswith("ee") else head


def _ends_in_y(head: str) -> bool:
    return bool(re.search(r"[^aeiou]y$", head))


_FORMS: dict[str, tuple[str, Sense, Form]] = {
    form: (base.replace("_", " "), sense, kind)
    for sense, bases in reversed(_VOCABULARY.items())
    for base in bases.split()
    for form, kind in _forms(base).items()
}
_MOST_WORDS = max(form.count(" ") for form in _FORMS) + 1
_WORDS = rx(r"[^\W\d_][\w'-]*(?: [^\W\d_][\w'-]*)", f"{{0,{_MOST_WORDS - 1}}}")


def leading_verb(text: str, at: int = 0) -> Verb | None:
    """The verb that starts at this place of the text, with its particle, or None."""
    found = _WORDS.match(text, at)
    if found is None or _NO_VERBS.match(text, at):
        return None
    said = found[0].lower().split(" ")
    forms = (" ".join(said[:count]) for count in range(len(said), 0, -1))
    form = next((form for form in forms if form in _FORMS), None)
    return Verb(*_FORMS[form], len(form)) if form else None
