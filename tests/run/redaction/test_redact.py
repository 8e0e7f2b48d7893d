from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus, urlencode

import httpx
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from voicegraph.nodes.output import Metrics, Output
from voicegraph.run.redaction.escapes import layers
from voicegraph.run.redaction.redact import MASK, MIN_LENGTH, Redactor
from voicegraph.run.redaction.secret_values import secrets_of_params
from voicegraph.settings import Settings
from voicegraph.words.truncation import cut

SECRET = "hunter2/+secret=="
secrets = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=MIN_LENGTH, max_size=40)


def core(text: str) -> str:
    """The middle of a base64 text: what is the same whatever stands beside it."""
    return text.rstrip("=")[4:-4]


@given(secret=secrets, before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_base64_hides_nothing_at_any_alignment(secret: str, before: bytes, after: bytes):
    """As in `Authorization: Basic base64(user:secret)`, where the secret starts anywhere."""
    redactor = Redactor([secret])
    shift = len(before) % 3
    raw = secret.encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(before + raw + after).decode()
        assert MASK in redactor.text(f"header: {encoded}")
        # What is left of the secret: at most the character it shares with each neighbour.
        inner = encode(b"\0" * shift + raw).decode().rstrip("=")[(0, 2, 3)[shift] : -1]
        assert inner not in redactor.text(encoded)


@given(
    secret=secrets,
    before=st.binary(max_size=90),
    width=st.sampled_from([60, 64, 76]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_folded_base64_and_hex_hide_nothing(secret: str, before: bytes, width: int, end: str):
    """As mails, keys and GitHub's files have it, and as JSON writes that."""
    raw = before + secret.encode() + bytes(90)
    for encoded in (base64.b64encode(raw).decode(), raw.hex()):
        folded = end.join(encoded[at : at + width] for at in range(0, len(encoded), width))
        assert MASK in Redactor([secret]).text(folded)
        assert MASK in Redactor([secret]).text(json.dumps({"content": folded}))


@given(secret=secrets)
def test_url_forms_are_hidden(secret: str):
    redactor = Redactor([secret])
    for form in (quote(secret), quote(secret, safe=""), quote_plus(secret), urlencode({"key": secret})):
        assert MASK in redactor.text(f"https://example.org/?{form}")
    assert redactor.text(f"a {secret} b") == f"a {MASK} b"


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("dbl  spaced   pass word77", "key: dbl spaced pass word77 end"),
        (" pä ss&wörd% 41+€ ", "[pä ss&wörd% 41+€]"),
        (" pä ss&wörd% 41+€ ", "[p%C3%A4+ss%26w%C3%B6rd%25+41%2B%E2%82%AC]"),
        ("two\n  lines of it", "two lines of it"),
        ("it's a secret", "key: 'it''s a secret'"),
    ],
)
def test_a_secret_is_known_without_the_white_space_that_others_tidy(secret: str, shown: str):
    text = Redactor([secret]).text(shown)
    assert MASK in text
    assert secret.rsplit(maxsplit=1)[-1] not in text


@pytest.mark.parametrize("secret", [SECRET, "päss wörd!", "a&b=c?d/e f", "100%sure"])
def test_secrets_in_requests_are_hidden(secret: str):
    """As the HTTP client writes them: in the path, in the query, in a form, in the login."""
    redactor = Redactor([secret])
    request = httpx.Request("POST", "https://example.org", params={"key": secret}, data={"key": secret})
    header = httpx.BasicAuth("user", secret)._auth_header
    for text in (str(request.url), request.read().decode(), header, f"https://example.org/{quote(secret)}/x"):
        assert MASK in redactor.text(text), text


tokens = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=["Z"]), min_size=12, max_size=40
)


@given(secret=tokens, before=st.integers(0, 30), data=st.data())
def test_what_a_cut_leaves_of_a_secret_is_hidden(secret: str, before: int, data: st.DataObject):
    """A service's words are shortened before anything is hidden in them."""
    assume("z" not in secret)
    redactor = Redactor([secret])
    raw = secret.encode()
    forms = [secret, quote(secret, safe=""), json.dumps(secret)[1:-1], html.escape(secret), raw.hex()]
    for form in [*forms, json.dumps(json.dumps(secret)).strip('\\"')]:
        text = redactor.text(cut("z" * before + form + "…", before + data.draw(st.integers(1, len(form)))))
        for layer in layers(text):
            assert secret[:8] not in layer, text
            assert raw[:8].hex() not in layer, text


def test_a_cut_leaves_words_that_begin_like_no_secret_alone():
    redactor = Redactor(["summer2026"])
    for text in ("a long summer", "the sum…", "summer and so on …", "…" * 1000):
        assert redactor.text(text) == text


@example(secret='0000"\\')
@example(secret='000"\\0')
@given(secret=secrets)
def test_escaped_forms_are_hidden(secret: str):
    """As JSON, HTML, CSV, Python and hex dumps write them, and one in the other."""
    redactor = Redactor([secret])
    raw = secret.encode()
    forms = [
        *(json.dumps(secret, ensure_ascii=ascii_only) for ascii_only in (True, False)),
        json.dumps(json.dumps({"key": secret})),
        json.dumps(secret).replace("/", "\\/"),
        html.escape(secret),
        html.escape(secret, quote=False),
        html.escape(html.escape(secret)),
        json.dumps(html.escape(secret)),
        html.escape(secret).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
        quote(quote(secret)),
        quote_plus(quote(secret, safe="")),
        quote(quote_plus(secret), safe=""),
        raw.hex(),
        raw.hex().upper(),
        secret.replace('"', '""'),
        repr([secret]),
    ]
    for form in forms:
        assert MASK in redactor.text(f"a {form} b"), form


def test_secrets_of_addresses_in_the_settings_are_known():
    """Of those that are no secret as a whole: the password in them."""
    redactor = Redactor.of_settings(
        Settings(
            _env_file=None,
            model_base_url="http://me-and:s3cret-of-model@127.0.0.1:1/v1?api_key=query-canary&version=2024-05-01",
            database_url="postgresql://u:s3cret%2Fof-db@127.0.0.1/x",
            notify_url="tgram://123456789:AbcDef_Ghi/98765/?format=markdown",
        )
    )
    for canary in ("s3cret-of-model", "query-canary", "s3cret/of-db", "s3cret%2Fof-db", "AbcDef_Ghi"):
        assert redactor.text(f"x {canary} y") == f"x {MASK} y"
    plain = "127.0.0.1 2024-05-01 98765 markdown tgram me-and"
    assert redactor.text(plain) == plain


def test_a_host_in_the_path_of_a_notification_url_is_no_secret():
    redactor = Redactor.of_settings(
        Settings(_env_file=None, notify_url="json://127.0.0.1:81/to/127.0.0.1:82/aB3dE5fG7h")
    )
    assert (
        redactor.text("127.0.0.1 redirects to 127.0.0.1:82/aB3dE5fG7h") == f"127.0.0.1 redirects to 127.0.0.1:82/{MASK}"
    )


@pytest.mark.parametrize("login", ["voicegraph:s3cret-of-db", "voicegraph", "voicegraph_production_2024:s3cret-of-db"])
def test_the_user_of_the_database_is_no_secret(login: str):
    """It is called as we are, and every line of the log names us."""
    redactor = Redactor.of_settings(
        Settings(_env_file=None, database_url=f"postgresql+psycopg://{login}@db/voicegraph")
    )
    line = f"{login.partition(':')[0]} doctor: the database answers"
    assert redactor.text(line) == line


@pytest.mark.parametrize("login", ["a-key-alone", "a-key-alone:", "ghp_a1b2c3d4e5f6g7h8i9:x-oauth-basic"])
def test_a_key_in_the_place_of_a_user_is_a_secret(login: str):
    redactor = Redactor.of_settings(Settings(_env_file=None, model_base_url=f"https://{login}@example.org/v1"))
    assert redactor.text(f"x {login.partition(':')[0]} y") == f"x {MASK} y"


@pytest.mark.parametrize(
    "url",
    [
        "http://muser:ModelPwHalf/RestOfIt@127.0.0.1:9330/v1",
        "http://muser:12345678/RestOfIt@127.0.0.1:9330/v1",
        "http://muser:ModelPwHalf@RestOfIt@127.0.0.1/v1",
        "http://muser:[ModelPwHalf@127.0.0.1/v1",
        "http://muser:ModelPwHalf@127.0.0.1:99999/v1",
    ],
)
@pytest.mark.parametrize("name", ["model_base_url", "database_url", "notify_url"])
def test_secrets_of_addresses_that_cannot_be_read_are_known(name: str, url: str):
    given = SecretStr(url) if name == "notify_url" else url
    redactor = Redactor.of_settings(Settings(_env_file=None).model_copy(update={name: given}))
    for part in ("ModelPwHalf", "RestOfIt", "12345678"):
        assert part not in url or redactor.text(f"x {part} y") == f"x {MASK} y"


def test_secrets_of_addresses_that_libraries_hear_are_known(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://puser1:proxy-canary@127.0.0.1:3128")
    assert Redactor.of_settings(Settings(_env_file=None)).text("proxy-canary") == MASK


@pytest.mark.parametrize(
    ("params", "canary"),
    [
        ({"headers": {"Authorization": "Bearer canary-1"}}, "canary-1"),
        ({"headers": {"authorization": f"Basic {base64.b64encode(b'me:canary-2').decode()}"}}, "canary-2"),
        ({"headers": {"X-Api-Key": "canary-3"}}, "canary-3"),
        ({"headers": {"X-Auth-Key": "canary-3"}}, "canary-3"),
        ({"headers": {"Ocp-Apim-Subscription-Key": "canary-3"}}, "canary-3"),
        ({"headers": {"DD-APPLICATION-KEY": "canary-3"}}, "canary-3"),
        ({"headers": {"X-Custom-Pwd": "canary-3"}}, "canary-3"),
        ({"query": {"access_token": "canary-4"}}, "canary-4"),
        ({"json": {"passphrase": "canary-5"}}, "canary-5"),
        ({"url": "https://example.org/?sv=2024&sig=canary-6"}, "canary-6"),
        ({"json": [{"clientSecret": "canary-5"}]}, "canary-5"),
        ({"url": "https://example.org/?key=canary-6"}, "canary-6"),
        ({"url": "https://example.org/?token=canary+6"}, "canary+6"),
        ({"url": "https://example.org/?token=canary+6"}, "canary 6"),
        ({"url": "https://me:canary-7@example.org/"}, "canary-7"),
        ({"url": "discord://12345678901/canary-8_X"}, "canary-8_X"),
    ],
)
def test_secrets_of_params_are_known(params: dict[str, object], canary: str):
    assert Redactor(secrets_of_params(params)).text(f"x {canary} y") == f"x {MASK} y"


def test_ordinary_params_are_no_secrets():
    params = {
        "other": "https://example.org:8080/users/@somebody/posts",
        "url": "https://example.org/feed?date=2024-05-01&nextPageToken=abcdefgh",
        "query": {"pageToken": "abcdefgh", "q": "summaries"},
        "headers": {"Accept": "application/json", "Idempotency-Key": "order-7", "X-Partition-Key": "europe-west"},
        "json": {"keyword": "workflow", "key": "status-page", "design": "blue-and-white"},
        "prompt": "Which token? See tgram:// and so on",
    }
    assert not list(secrets_of_params(params))


def test_lower_case_escapes_are_hidden_too():
    assert MASK in Redactor([SECRET]).text(quote(SECRET, safe="").replace("%2F", "%2f").replace("%2B", "%2b"))


def test_the_longest_form_goes_first():
    assert Redactor(["secret", "secret-and-more"]).text("x secret-and-more y secret") == f"x {MASK} y {MASK}"


@given(text=st.text(), secret=secrets)
def test_what_holds_no_secret_is_left_alone(text: str, secret: str):
    assume(all(part not in text for part in (secret[:3], secret[-3:])))
    assume(not any(part in text for part in (quote(secret)[:3], base64.b64encode(secret.encode()).decode()[3:6])))
    assert Redactor([]).text(text) is text
    assert Redactor([secret]).text("lorem ipsum") == "lorem ipsum"


def test_short_values_are_no_secrets():
    assert Redactor(["12345"]).text("12345 apples") == "12345 apples"


def test_every_place_of_an_output_is_covered():
    output = Output(
        text=f"key {SECRET}",
        data={"list": [SECRET, 1, None], f"name {SECRET}": {"deep": SECRET}},
        meta={"url": f"https://example.org/?k={quote_plus(SECRET)}"},
        metrics=Metrics(model="m", input_tokens=3),
        branch=True,
    )
    clean = Redactor([SECRET]).output(output)
    assert SECRET not in json.dumps(clean.model_dump())
    assert quote_plus(SECRET) not in json.dumps(clean.model_dump())
    assert clean.data == {"list": [MASK, 1, None], f"name {MASK}": {"deep": MASK}}
    assert clean.metrics == output.metrics
    assert clean.branch is True


def test_without_secrets_everything_is_handed_back_untouched():
    output = Output(text="t", data={"a": [1]})
    redactor = Redactor([])
    assert redactor.output(output) is output
    assert redactor.value(output.data) is output.data


def test_all_secrets_of_the_settings_are_known():
    fields = [name for name, info in Settings.model_fields.items() if "SecretStr" in str(info.annotation)]
    assert len(fields) >= 8
    values = {name: SecretStr(f"canary-{name}") for name in fields}
    redactor = Redactor.of_settings(Settings(_env_file=None).model_copy(update=values))
    for name in fields:
        assert redactor.text(f"x canary-{name} y") == f"x {MASK} y"
