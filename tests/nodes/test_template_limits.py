from __future__ import annotations

import time
from typing import Any

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.templates.template import MAX_TAGS, render

SCOPE: dict[str, Any] = {"data": [{"name": "Ada"}, {"name": "Bob"}], "big": 10**12, "long": "abc " * 10_000}
LOOP = "{% for i in (1..99999) %}{% endfor %}"
BOMBS = {
    "endless range": "{% for i in (1..999999999999) %}{% endfor %}",
    "range of 10^18 skipped through": "{% for i in (1..1000000000000000000) offset: 99999999999 limit: 1 %}{% endfor %}",
    "range from data": "{% for i in (1..big) %}{% endfor %}",
    "endless row": "{% tablerow i in (1..999999999) %}{% endtablerow %}",
    "search in a range": "{% if (1..99999999999) contains 'x' %}{% endif %}",
    "search in a kept range": "{% assign r = (1..big) %}{% if r contains 'x' %}{% endif %}",
    "range into a filter": "{{ (1..99999999999) | join: '' }}",
    "nested loops": "{% for i in (1..99) %}" * 15 + "{% endfor %}" * 15,
    "loops in a row": LOOP * 500,
    "loops that break": "{% for i in (1..99999) %}{% break %}{% endfor %}" * 500,
    "values of when": ("{% case 1 %}{% when " + ",".join("1" * 50) + " %}") * 15 + "{% endcase %}" * 15,
    "doubled text": "{% assign s = 'aaaaaaaa' %}{% for i in (1..90) %}{% assign s = s | append: s %}{% endfor %}",
    "squared text": "{% assign s = 'aaaaaaaa' %}{% for i in (1..90) %}{% assign s = s | replace: 'a', s %}{% endfor %}",
    "replaced nothing": "{% assign s = long | replace: '', long %}",
    "joined by a long text": "{{ long | split: '' | join: long }}",
    "doubled list": "{% assign s = data %}{% for i in (1..90) %}{% assign s = s | concat: s %}{% endfor %}",
    "captured twice": "{% assign s = long %}{% for i in (1..90) %}{% capture s %}{{ s }}{{ s }}{% endcapture %}{% endfor %}",
    "much output": "{% for i in (1..9999) %}{{ long }}{% endfor %}",
    "squared number": "{% assign n = 99 %}{% for i in (1..90) %}{% assign n = n | times: n %}{% endfor %}",
    "slow filters": "{% for i in (1..99999) %}{% assign s = long | upcase | downcase %}{% endfor %}",
    "wide date": "{{ 'now' | date: long }}",
    "date of a long text": "{{ long | date: '%Y' }}",
    "deep brackets": "{{ " + "a[" * 1_300 + "0" + "]" * 1_300 + " }}",
    "deep blocks": "{% if a %}" * 400 + "{% endif %}" * 400,
    "never closed": "{{ " * 300_000,
    "never ended": "{% raw %}" * 100_000,
    "white space": "{{" + " " * 500_000 + "}}",
    "white space after a word": "{% else" + " " * 500_000 + "%}",
    "long tag": "{{ " + "a" * 500_000 + " }}",
    "many tags": "{{ a }}" * (MAX_TAGS + 1),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_template_runs_for_ever_or_fills_the_memory(name: str) -> None:
    before = time.thread_time()
    with pytest.raises(NodeError) as caught:
        render(BOMBS[name], SCOPE)
    assert caught.value.code == "bad_template"
    assert time.thread_time() - before < 4


def test_a_slow_template_ends_by_processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicegraph.nodes.templates.environment.MAX_SECONDS", 0.05)
    with pytest.raises(NodeError, match=r"need more than 0\.05 s"):
        render("{% for i in (1..90000) %}{% assign s = long | upcase %}{% endfor %}", SCOPE)


def test_honest_templates_have_room() -> None:
    rows = [{"name": f"row {index}", "n": index} for index in range(5_000)]
    text = render("{% for row in data %}{{ row.name }} {{ row.n | times: 2 }}\n{% endfor %}", {"data": rows})
    assert text.count("\n") == 5_000
    assert len(render("{{ input }}", {"input": "x" * 5_000_000})) == 5_000_000
    assert render("{% for i in (3..1) %}x{% endfor %}{% for i in (1..3) reversed %}{{ i }}{% endfor %}", {}) == "321"
    assert render("{% for i in (a..b) %}{{ i }}{% endfor %}", {"a": "x", "b": 2}) == "012"
