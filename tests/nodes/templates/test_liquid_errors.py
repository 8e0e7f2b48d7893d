"""What is wrong with a template, told at its place and in no library's words."""

from __future__ import annotations

import re

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.templates.template import render
from voicegraph.words.truncation import sentence

SCOPE = {"input": "x", "data": {"s": "ab", "n": 3, "l": [1, None, "a"], "o": {"a": 1}}}


def _told(template: str) -> str:
    try:
        render(template, SCOPE)
    except NodeError as error:
        return error.message
    return ""


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("a\n{{ input | }} b", "in line 2 at “{{ input | }} b”: the name of a filter is missing behind the |"),
        ("{{ input | limit }}", "the name of a filter is missing behind the |, as in {{ input | upcase }}."),
        (
            "a\n\n{% for x in data %}b",
            "in line 3 at “{% for x in data %}b”: the tag is never closed with {% endfor %}.",
        ),
        ("{% if a %}{% if b %}{% endif %}", "in line 1 at “{% if a %}{% if b %}"),
        ("{% if a %}b{% else }c{% endif %}", "in line 1 at “{% if a %}b{% else }"),
        ("x {% case a %}", "at “{% case a %}”: the tag is never closed with {% endcase %}."),
        ("{{ input[ }}", "in line 1 at “{{ input[ }}”: the name of a field is missing, as in {{ data.name }}"),
        ("x{% assign x = %}", "in line 1 at “{% assign x = %}”: a value is missing, such as data.name"),
        ("{% if a %}{% elsif a == %}{% endif %}", "in line 1 at “{% elsif a == %}"),
        ("{% endif %}", "{% endif %} ends nothing that stands before it."),
        ("{% else %}", "{% else %} stands outside of {% if … %}"),
        ("{% nosuch %}", "there is no tag “nosuch”."),
        ("{% include 'a' %}", "there is no tag “include”."),
        ("{{ a | nosuch }}", "there is no filter “nosuch”."),
        ("{% if !a %}{% endif %}", "“!” compares nothing; there are ==,"),
        ("{% if not a %}{% endif %}", "{% unless … %} asks whether something is not so."),
        ("{% if (a) %}{% endif %}", "brackets cannot group conditions"),
        ("{{ 'a }}", "the text that begins there is never closed."),
        ("{{ data ? 1 : 2 }}", "“?” does not belong there."),
        ("{{ data.s | truncate 5 }}", "this does not belong there"),
        ("{% for x data %}{% endfor %}", "a loop is written {% for row in data %}."),
        ("{% for %}{% endfor %}", "something is missing behind the name of the tag."),
    ],
)
def test_the_place_and_the_cure(template: str, says: str) -> None:
    assert says in _told(template)


WHOLE = [
    '{{ data.s | truncate: 20, "…" | upcase }}',
    "{% for row in data.l limit:2 %}{{ row.a[0] }}, {% endfor %}",
    '{% if data.n > 5 and data.s contains "a" %}a{% elsif data.o == blank %}b{% else %}c{% endif %}',
    '{% assign x = data.s | split: "," %}{{ x | join: " " }}',
    "{% case data.n %}{% when 1, 2 %}a{% endcase %}{% raw %}{{ }}{% endraw %}",
    "{% liquid\nassign a = 1\necho a\n%}{% tablerow i in (1..3) cols:2 %}{{ i }}{% endtablerow %}",
]
PUT = [*"()[]{}.,?:'\"=!&|<>-%#\\ a1“\n", "{{", "}}", "{%", "%}", "and "]
OTHERS = re.compile(
    r"expected|unexpected|found|expression|token|segment|delimit|identifier|disallowed|EOF|paren|bracket\b|None|[!?.:,;]\.\Z|\.\."
)


@pytest.mark.parametrize("whole", WHOLE)
def test_no_broken_template_is_told_in_the_librarys_words(whole: str) -> None:
    spots = range(len(whole) + 1)
    broken = {whole[:at] + whole[at + 1 :] for at in spots} | {whole[:at] for at in spots}
    broken |= {whole[:at] + put + whole[at:] for at in spots for put in PUT}
    for template in sorted(broken):
        told = _told(template)
        ours = re.sub(r"at “.*?”:|“.*?”|\(1\.\.5\)", "", told, flags=re.DOTALL)
        assert not OTHERS.search(ours), (template, told)
        assert not told or told.endswith("."), (template, told)
        assert "is wrong:" not in told, (template, told)  # without a place


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("it broke", "it broke."),
        ("it broke.", "it broke."),
        ("Why?", "Why?"),
        ("Stop!", "Stop!"),
        ("and so on…", "and so on…"),
        ('it said "no."', 'it said "no."'),
        ("(did you mean “a”?)", "(did you mean “a”?)"),
        ("no key 'a'", "no key 'a'."),
        ("壊れた。", "壊れた。"),
        ("it broke \n", "it broke."),
    ],
)
def test_a_sentence_ends_once(said: str, ends: str) -> None:
    assert sentence(said) == ends
