"""No node, answer or file keeps the others waiting: the server answers while it works on the heaviest that it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.mailbox import Mailbox, mailbox_on_loopback
from support.process import Serve
from support.site import Site, site_on_loopback
from support.watch import Watch

pytestmark = pytest.mark.alone

HEAVY = "{% for a in (1..300) %}{% for b in (1..300) %}{{ a | times: b }}{% endfor %}{% endfor %}"
ROWS = 60_000
MAKES_ROWS = f"[{{'id': i, 'name': 'name ' + str(i), 'price': i * 1.5}} for i in range({ROWS})]"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with mailbox_on_loopback() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox) -> Iterator[Serve]:
    home: Path = tmp_path_factory.mktemp("responsive")
    secrets = {"TAVILY_API_KEY": "tvly-0123456789abcdef", "SLACK_BOT_TOKEN": "xoxb-0123456789-abcdef"}
    serve = Serve(home, **secrets, **mailbox.settings).start()
    yield from _loaded(serve)


def _loaded(serve: Serve) -> Iterator[Serve]:
    try:
        with httpx.Client(base_url=serve.url, timeout=120) as client:  # what it loads with its first runs is no attack
            assert run(client, template("{{ run.id | size }}"), condition("true"))["status"] == "completed"
        yield serve
    finally:
        serve.stop()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with site_on_loopback() as running:
        yield running


@pytest.fixture
def client(server: Serve) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=120) as one:
        yield one


def run(client: httpx.Client, *nodes: dict[str, Any]) -> dict[str, Any]:
    """Run these nodes one after the other, follow the stream to its end, and look at the run as the page does."""
    accepted = client.post("/api/execute-background", json={"workflow": {"name": "Heavy", "nodes": [*nodes]}})
    assert accepted.status_code == 202, accepted.text[:500]
    run_id = accepted.json()["runId"]
    client.get(f"/api/runs/{run_id}/events").raise_for_status()
    return client.get(f"/api/runs/{run_id}").raise_for_status().json()


def code(text: str) -> dict[str, Any]:
    return {"type": "code", "action": "run", "params": {"code": text, "seconds": 60, "memory_mib": 512}}


def http_get(url: str, **params: Any) -> dict[str, Any]:
    return {"type": "http", "action": "request", "retry": {"attempts": 1}, "params": {"url": url, **params}}


def condition(expression: str) -> dict[str, Any]:
    return {"type": "condition", "action": "if", "params": {"expression": expression}}


def select(expression: str) -> dict[str, Any]:
    return {"type": "transform", "action": "select", "params": {"expression": expression}}


def template(text: str) -> dict[str, Any]:
    return {"type": "transform", "action": "template", "params": {"template": text}}


def save(name: str) -> dict[str, Any]:
    return {"type": "file", "action": "save", "params": {"name": name}}


Attack = Callable[[httpx.Client, Site], dict[str, Any]]


def many_templates(client: httpx.Client, site: Site) -> dict[str, Any]:
    headers = {f"X-Header-{number}": HEAVY for number in range(40)}
    return run(client, http_get(site.put("/ok", "ok", "text/plain"), headers=headers))


def many_keys(client: httpx.Client, site: Site) -> dict[str, Any]:
    body = b"{" + b",".join(b'"k%d":1' % number for number in range(800_000)) + b"}"
    return run(client, http_get(site.put("/keys", body, "application/json")))


def long_answer(client: httpx.Client, site: Site) -> dict[str, Any]:
    rows = [{"id": number, "name": f"name {number}", "note": "x" * 120} for number in range(ROWS)]
    return run(client, http_get(site.put("/rows", json.dumps(rows), "application/json")))


def much_code_output(client: httpx.Client, _: Site) -> dict[str, Any]:
    return run(client, code("[{'n': i, 't': 'x' * 130} for i in range(100000)]"))


def one_long_text(client: httpx.Client, _: Site) -> dict[str, Any]:
    return run(client, code("'line of words\\n' * 1000000"), template("{{ input | strip_newlines | upcase }}"))


def counted_rows(client: httpx.Client, _: Site) -> dict[str, Any]:
    return run(client, code(MAKES_ROWS), condition("size(data) > 3"))


def judged_rows(client: httpx.Client, _: Site) -> dict[str, Any]:
    return run(client, code(MAKES_ROWS), condition("data.exists(row, data.exists(other, row.id > other.id + 70000))"))


def counted_repeats(client: httpx.Client, _: Site) -> dict[str, Any]:
    never = "!input.matches('\\\\w{100}')"
    return run(client, template("a"), condition(" && ".join([never] * 65)))


def selected_rows(client: httpx.Client, _: Site) -> dict[str, Any]:
    return run(client, code(MAKES_ROWS), select("[?price > `100`].{id: id, name: name}"))


def written_rows(client: httpx.Client, _: Site) -> dict[str, Any]:
    return run(client, code(MAKES_ROWS), template("{{ data }}"))


def saved_rows(client: httpx.Client, _: Site) -> dict[str, Any]:
    return run(client, code(MAKES_ROWS), save("rows.csv"), save("rows.json"))


def rows_each(client: httpx.Client, _: Site) -> dict[str, Any]:
    return run(client, code(MAKES_ROWS), template("{{ item.name }}") | {"each": True})


def most_items(client: httpx.Client, _: Site) -> dict[str, Any]:
    made = code("[{'id': i, 'title': 't' + str(i)} for i in range(10_000)]")
    return run(client, made, template("{{ item.title }}") | {"each": True, "concurrency": 100})


def items_that_read_all(client: httpx.Client, _: Site) -> dict[str, Any]:
    made = code("[{'id': i, 'title': 't' + str(i)} for i in range(10_000)]") | {"id": "made"}
    reads = template('{% for row in nodes["made"].data %}{{ row.id }}{% endfor %}')
    return run(client, made, select("[:30]"), reads | {"each": True, "concurrency": 100})


def many_attributes(client: httpx.Client, site: Site) -> dict[str, Any]:
    attributes = " ".join(f"a{number}='x'" for number in range(14_000))
    page = f"<html><body><p {attributes}>Some words that can be read by people.</p></body></html>"
    read = {"type": "web_page", "action": "fetch", "params": {"url": site.put("/attributes", page, "text/html")}}
    return run(client, *[read | {"id": f"page-{number}"} for number in range(3)])


def page_fetch(url: str) -> dict[str, Any]:
    return {"type": "web_page", "action": "fetch", "retry": {"attempts": 1}, "params": {"url": url}}


def page_in_no_charset(client: httpx.Client, site: Site) -> dict[str, Any]:
    return run(client, page_fetch(site.put("/punycode", b"A" * 1_000_000, "text/html; charset=punycode")))


def page_that_declares_none(client: httpx.Client, site: Site) -> dict[str, Any]:
    return run(client, page_fetch(site.put("/declared", b"<meta charset=punycode>" + b"A" * 1_000_000, "text/html")))


def page_of_no_letters(client: httpx.Client, site: Site) -> dict[str, Any]:
    return run(client, page_fetch(site.put("/letters", b"\x81" * 10_000_000, "text/plain")))


def answer_of_no_letters(client: httpx.Client, site: Site) -> dict[str, Any]:
    return run(client, http_get(site.put("/answer", b"\x81" * 5_000_000, "text/plain; charset=windows-1252")))


def json_of_half_characters(client: httpx.Client, site: Site) -> dict[str, Any]:
    return run(client, http_get(site.put("/halves", b'"' + b"\xed\xa0\x80" * 3_000_000 + b'"', "application/json")))


def long_refusal(client: httpx.Client, site: Site) -> dict[str, Any]:
    return run(client, http_get(site.put("/words", b"ab " * 3_000_000, "text/plain", status=404)))


def refusal_in_no_charset(client: httpx.Client, site: Site) -> dict[str, Any]:
    return run(client, http_get(site.put("/no", b"A" * 1_000_000, "text/plain; charset=punycode", status=404)))


def feed_of_a_long_page(client: httpx.Client, site: Site) -> dict[str, Any]:
    page = b"<html><body>" + b"<p a=b>text</p>" * 650_000
    feed = {"type": "rss", "action": "fetch", "retry": {"attempts": 1}}
    return run(client, feed | {"params": {"url": site.put("/long", page, "text/html")}})


def selected_in_order(client: httpx.Client, site: Site) -> dict[str, Any]:
    body = json.dumps([f"name {number * 7919 % 480_000}" for number in range(480_000)])
    return run(client, http_get(site.put("/names", body, "application/json")), select("sort(@) | [-1]"))


def long_cells(client: httpx.Client, _: Site) -> dict[str, Any]:
    cells = "[{'first': ';' * 3000000, 'second': ' ' * 3000000, 'third': '\"' * 3000000}]"
    return run(client, code(cells), save("cells.csv"))


def escaped_text(client: httpx.Client, site: Site) -> dict[str, Any]:
    body = b'["' + b"\\u00e9" * 1_600_000 + b'"]'
    return run(client, http_get(site.put("/escapes", body, "application/json")))


def long_mail(client: httpx.Client, _: Site) -> dict[str, Any]:
    mail = {"type": "email", "action": "send", "params": {"to": "ada@example.org", "subject": "Long"}}
    return run(client, code("'- a *line* of `words`, and [more](https://example.org)\\n' * 8000"), mail)


def mailed(client: httpx.Client, site: Site, text: str, **params: str) -> dict[str, Any]:
    mail = {"type": "email", "action": "send", "params": {"to": "ada@example.org", "subject": "Long", **params}}
    return run(client, http_get(site.put("/mailed", text, "text/plain")), mail)


def mail_of_marks(client: httpx.Client, site: Site) -> dict[str, Any]:
    return mailed(client, site, "\n".join(f"# h{row} *b* [x](http://x) `c` | a | b |" for row in range(120_000)))


def mail_of_stars(client: httpx.Client, site: Site) -> dict[str, Any]:
    return mailed(client, site, "*a " * 800_000)


def mail_of_a_formatted_table(client: httpx.Client, site: Site) -> dict[str, Any]:
    return mailed(client, site, "|" * 50 + "\n" + "|-" * 49 + "|\n" + "a\n" * 150)


def mail_of_a_long_heading(client: httpx.Client, site: Site) -> dict[str, Any]:
    return mailed(client, site, "# a" + " #" * 100_000 + " b", subject="")


def notified(client: httpx.Client, site: Site, text: str) -> dict[str, Any]:
    taken = site.put("/taken", "ok", "text/plain").replace("http://", "json://")
    note = {"type": "notify", "action": "send", "params": {"url": f"{taken}?format=html"}}
    return run(client, http_get(site.put("/notified", text, "text/plain")), note)


def notification_of_marks(client: httpx.Client, site: Site) -> dict[str, Any]:
    return notified(client, site, "\n".join(f"# h{row} *b* [x](http://x) `c` | a | b |" for row in range(120_000)))


def notification_of_brackets(client: httpx.Client, site: Site) -> dict[str, Any]:
    return notified(client, site, "[" * 20_000)


ATTACKS: dict[str, tuple[Attack, str]] = {
    "40 heavy templates": (many_templates, "templates"),
    "JSON of 800,000 keys": (many_keys, "500,000 values"),
    "10 MB of JSON": (long_answer, ""),
    "15 MB of code output": (much_code_output, ""),
    "a text of 14 MB": (one_long_text, "10,485,760"),
    "60,000 rows in a condition": (counted_rows, ""),
    "60,000 rows in a condition with a loop": (judged_rows, "too long"),
    "65 regular expressions that repeat": (counted_repeats, ""),
    "60,000 rows selected from": (selected_rows, ""),
    "60,000 rows in a template": (written_rows, ""),
    "60,000 rows saved as files": (saved_rows, ""),
    "3 pages of 14,000 attributes": (many_attributes, ""),
    "a page in punycode": (page_in_no_charset, ""),
    "a page that says it is punycode": (page_that_declares_none, ""),
    "a page of 10 MB of no letters": (page_of_no_letters, ""),
    "an answer of 5 MB of no letters": (answer_of_no_letters, ""),
    "JSON of 3,000,000 half characters": (json_of_half_characters, ""),
    "a refusal of 9 MB": (long_refusal, "404"),
    "a refusal in punycode": (refusal_in_no_charset, "404"),
    "the feed of a page of 10 MB": (feed_of_a_long_page, "announces no feed"),
    "480,000 texts selected in order": (selected_in_order, ""),
    "cells of 3 MB saved as a file": (long_cells, ""),
    "JSON of 1,600,000 escapes": (escaped_text, ""),
    "a long mail": (long_mail, ""),
    "a mail of 5 MB of marks": (mail_of_marks, ""),
    "a mail of 800,000 stars": (mail_of_stars, ""),
    "a mail of a table as large as is formatted": (mail_of_a_formatted_table, ""),
    "a mail of a long heading": (mail_of_a_long_heading, ""),
    "a notification of 5 MB of marks": (notification_of_marks, ""),
    "a notification of 20,000 brackets": (notification_of_brackets, ""),
    "60,000 rows one by one": (rows_each, "60,000 items"),
    "10,000 items, 100 at a time": (most_items, ""),
    "30 items that each read 10,000 rows": (items_that_read_all, ""),
}
"""What is done, and what the error says where there is one."""


@pytest.mark.parametrize("name", ATTACKS)
def test_the_server_answers_during(server: Serve, client: httpx.Client, site: Site, name: str) -> None:
    attack, error = ATTACKS[name]
    with Watch(server.url) as watch:
        done = attack(client, site)
    assert done["status"] == ("failed" if error else "completed"), done["error"]
    assert error in (done["error"] or {"message": ""})["message"], done["error"]
    watch.judge(name)


def sorted_texts(client: httpx.Client, site: Site) -> dict[str, Any]:
    body = json.dumps([f"text {number * 7919 % 479_909:012}" for number in range(479_909)])
    read = http_get(site.put("/texts", body, "application/json"))
    return run(client, read, template("{{ data | sort | last }}"))


def test_the_server_answers_while_half_a_million_texts_are_sorted(
    server: Serve, client: httpx.Client, site: Site
) -> None:
    with Watch(server.url) as watch:
        done = sorted_texts(client, site)
    assert done["status"] == "completed", done["error"]
    assert done["nodes"][-1]["output"]["text"] == "text 000000479908"
    watch.judge("half a million texts sorted")


def test_the_server_answers_while_large_content_is_approved(
    server: Serve, client: httpx.Client, site: Site, mailbox: Mailbox
) -> None:
    body = b"{" + b",".join(b'"k%06d":"ab"' % (number * 7919 % 499_979) for number in range(499_979)) + b"}"
    ask = {"type": "approval", "action": "request", "params": {"approvers": "a@example.org"}}
    nodes = [http_get(site.put("/asked", body, "application/json")), ask, template("{{ input | size }}")]
    mailbox.mails.clear()
    with Watch(server.url) as watch:
        accepted = client.post("/api/execute-background", json={"workflow": {"name": "Asks", "nodes": nodes}})
        run_id = accepted.raise_for_status().json()["runId"]
        until_it_waits(client, run_id)
        link = re.findall(r"http://[^/]+(/approve/[^>\s]+)", mailbox.mails[0].text())[0]
        page = client.get(link).raise_for_status().text
        digest = re.findall(r'name="digest" value="(\w+)"', page)[0]
        assert client.post(link, data={"digest": digest, "answer": "approve"}).status_code == 303
        client.get(f"/api/runs/{run_id}/events").raise_for_status()
    assert client.get(f"/api/runs/{run_id}").json()["status"] == "completed"
    watch.judge("an approval of half a million values")


def until_it_waits(client: httpx.Client, run_id: str) -> None:
    """The stream of a run that asks says so."""
    with client.stream("GET", f"/api/runs/{run_id}/events") as stream:
        for line in stream.iter_lines():
            if '"waitsFor"' in line:
                return
    raise AssertionError("the run never asked")
