"""Settings that cannot be right are refused at the start, by name, with nothing of them in the words."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from voicegraph.setting_formats import wrong_address
from voicegraph.settings import KEYS, WEB_ADDRESSES, Settings

BAD = {
    "a slash in the password": "http://muser:PwHalf/Rest@127.0.0.1:9330/v1",
    "digits before a slash in the password": "http://muser:1234/RestPwHalf@127.0.0.1:9330/v1",
    "a question mark in the password": "http://muser:PwHalf?Rest@127.0.0.1/v1",
    "a hash in the password": "http://muser:PwHalf#Rest@127.0.0.1/v1",
    "an at in the password": "http://muser:a@PwHalf@127.0.0.1/v1",
    "a bracket in the password": "http://muser:[PwHalf@127.0.0.1/v1",
    "a port that is none": "http://127.0.0.1:PwHalf/v1",
    "a port too high": "http://muser:PwHalf@127.0.0.1:99999/v1",
    "a port of 0": "http://muser:PwHalf@127.0.0.1:0/v1",
    "no scheme": "muser:PwHalf@127.0.0.1/v1",
    "another scheme": "file://muser:PwHalf@127.0.0.1/v1",
    "no host": "http://muser:PwHalf@/v1",
    "a space": "http://muser:Pw Half@127.0.0.1/v1",
    "a line break": "http://muser:PwHalf@127.0.0.1/v1\nX-A: b",
    "a host of no DNS": "http://muser:PwHalf@a..b/v1",
}
GOOD = [
    "http://127.0.0.1:8080",
    "https://me:pass%2Fword@example.org/v1?api-version=1",
    "http://[::1]:11434/v1/",
    "https://köln.example/v1",
    "https://with_underscore.internal",
]


def said(**given: str) -> str:
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None, **given)
    return f"{caught.value}\n{caught.value.errors(include_input=False, include_url=False)[0]['msg']}"


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", [*WEB_ADDRESSES, "inngest_dev"])
def test_an_address_that_cannot_be_read_is_refused_and_not_quoted(name: str, kind: str) -> None:
    words = said(**{name: BAD[kind]})
    assert name in words.lower()
    assert not [part for part in ("PwHalf", "Half", "muser", "Rest") if part in words]


@pytest.mark.parametrize("address", GOOD)
def test_an_address_that_can_be_read_stays(address: str) -> None:
    given = dict.fromkeys(WEB_ADDRESSES, address)
    assert {getattr(Settings(_env_file=None, **given), name) for name in WEB_ADDRESSES} == {address}


@pytest.mark.parametrize("switch", ["1", "true", "0", "http://127.0.0.1:8288"])
def test_a_switch_that_may_be_an_address_stays(switch: str) -> None:
    assert Settings(_env_file=None, inngest_dev=switch).inngest_dev == switch


def test_every_setting_that_holds_an_address_is_looked_at() -> None:
    named = {name for name in Settings.model_fields if name.endswith(("_url", "_origin"))}
    assert named == {*WEB_ADDRESSES, "database_url", "notify_url"}  # db/connect.py, and Apprise, whose URLs are its own


@pytest.mark.parametrize("name", KEYS)
def test_a_key_that_cannot_be_sent_is_refused_and_not_quoted(name: str) -> None:
    words = said(**{name: "sk-clé-canary"})
    assert name in words.lower()
    assert "canary" not in words
    Settings(_env_file=None, **{name: " sk-plain/+= \n"})


def test_every_key_is_looked_at() -> None:
    secret = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert secret == {*KEYS, "secret_key", "smtp_password", "notify_url"}  # which are sent in no header


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "http_proxy", "OPENAI_BASE_URL"])
def test_addresses_that_libraries_hear_are_looked_at(name: str) -> None:
    for bad in ("http://puser:PwHalf/Rest@127.0.0.1:1", "http://127.0.0.1:99999"):
        wrong = wrong_address({name: bad})
        assert wrong
        assert wrong[0] == name
        assert "Half" not in wrong[1]
    assert wrong_address({name: "http://puser:pw%2F@127.0.0.1:3128", "HTTP_PROXY": "proxy.internal:3128"}) is None
    assert wrong_address({"ALL_PROXY": "socks5://127.0.0.1:1080"}) is None
