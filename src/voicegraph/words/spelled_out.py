"""Write down what was spelled out: "pallets slash flask", "dana at example dot com", "hashtag news"."""

from __future__ import annotations

from re import Match

from voicegraph.words.patterns import either, maybe, named, rx, words

_TOP = words(
    "com org net edu gov io dev ai app co uk de fr es it nl eu ch at be se no dk fi pl pt ie us ca au nz jp cn in br "
    "info biz me tv xyz tech cloud test example local"
)
_HOST = rf"(?:[\w-]{{1,63}}\.){{1,8}}{_TOP}"

_SCHEME = rx(r"\bh ?t ?t ?p( ?s)? colon (?:forward )?slash (?:forward )?slash ")
_WWW = rx(r"\b", either("w w w", "double ?u double ?u double ?u"), " dot ")
_DOT = rx(r"(?<=\w)(?<!\bpolka)(?<!\bthe)(?<!\ba) dot ", "(?!", words("product plot matrix"), r"\b)(?=\w)")
_SLASH = rx(r"(?<=[\w.-]) (?:forward )?slash (?=\w)")
_UNDERSCORE = rx(r"(?<=\w) underscore (?=\w)")
_DASH = words("dash hyphen minus")
_SPOKEN_DASH = rx(rf"(?<=\w) {_DASH} (?=\w)")
_ADDRESS_BEFORE = rx(r"(?:^| )[^ ]*[/.@][^ ]*$")
_ADDRESS_AFTER = rx(r"\w{1,64}(?:[./@]| at [\w-]{1,63}\.)\w")
_HASH = rx(r"\bhash ?(?:tag )?(?=\w)")

_BEFORE_MAIL = words(
    "to at email e-mail mail and or cc bcc for from by with is boss manager team address recipient emailing mailing tell "
    "ask invite send both wait no sorry mean meant rather"
)
_AT = rx(
    named("before", "^", r"[,;:] ?", rf"\b{_BEFORE_MAIL} "),
    named("user", r"[\w+-]{1,64}(?:\.[\w+-]{1,64}){0,5}"),
    " at ",
    named("host", _HOST),
    r"\b(?!/)",
)
_NO_USER = rx(
    words(
        "look page article feed rss site website blog api endpoint post hosted available found located one it them is "
        "link url news server document file data what me"
    )
)
_BARE_URL = rx(
    r"(?<![\w@/.:⟪-])",
    either(r"www\.[\w.-]{1,200}\w", _HOST),
    r"(?![\w@-]|\.\w)",
    maybe(r"/[^\s,;⟪⟫]*[\w/=&#-]"),
)


def spell_out(text: str) -> str:
    """The text with spoken addresses, paths and channels in writing."""
    text = _WWW.sub("www.", _SCHEME.sub(lambda found: "https://" if found[1] else "http://", text))
    text = _SLASH.sub("/", _UNDERSCORE.sub("_", _DOT.sub(".", text)))
    text = _SPOKEN_DASH.sub(_dash, text)
    return _HASH.sub("#", _AT.sub(_mail, text))


def add_scheme(text: str) -> str:
    """`example.com/news` -> `https://example.com/news`; what is sheltered already is not touched."""
    return _BARE_URL.sub(lambda found: f"https://{found[0]}", text)


def _dash(found: Match[str]) -> str:
    """A hyphen inside an address; anywhere else the word stays."""
    last_word = found.string[: found.start()].rpartition(" ")[2]
    address = _ADDRESS_BEFORE.match(last_word) or _ADDRESS_AFTER.match(found.string, found.end())
    return "-" if address else found[0]


def _mail(found: Match[str]) -> str:
    if _NO_USER.fullmatch(found["user"]):
        return found[0]
    return f"{found['before']}{found['user']}@{found['host']}"
