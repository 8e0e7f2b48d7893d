"""The items of texts as people and models write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from voicegraph.run.splitting.text_items import items_in


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Here are three ideas:\n\n1. One\n2. Two\n3. Three\n\nLet me know if you want more!", ["One", "Two", "Three"]),
        ("Sure!\n\n- a\n- b\n\nSincerely,\nthe robot", ["a", "b"]),
        ("Hier drei Ideen:\n* a\n* b\nSag Bescheid, wenn ich weitere suchen soll.", ["a", "b"]),
        ("2024. Good year\n2023. Bad year", ["2024. Good year", "2023. Bad year"]),
        ("1. New Year\n24. December\n", ["1. New Year", "24. December"]),
        ("1. a\n2. b\n2024. Good year", ["1. a", "2. b", "2024. Good year"]),
        ("- 2024. Good year\n- 2023. Bad", ["2024. Good year", "2023. Bad"]),
        ("1. 2024. Good year\n2. x", ["2024. Good year", "x"]),
        ("0. zero\n1. one", ["zero", "one"]),
        ("1. a\n1. b\n1. c", ["a", "b", "c"]),
        ("a) x\nb) y\nc) z", ["x", "y", "z"]),
        ("i) x\nii) y\niii) z", ["x", "y", "z"]),
        ("A. Smith came.\nHe went.", ["A. Smith came.", "He went."]),
        ("(1) x\n(2) y", ["x", "y"]),
        ("• x\n•y", ["x", "y"]),
        ("– x\n– y", ["x", "y"]),
        ("- [ ] x\n- [x] y", ["x", "y"]),
        ("1\ufe0f\u20e3 x\n2\ufe0f\u20e3 y", ["x", "y"]),
        ("**1. A** – d\n**2. B** – e", ["**A** – d", "**B** – e"]),
        ("- Parent\n  - child\n  - child\n- Next", ["Parent\n- child\n- child", "Next"]),
        ("1. Fruit\n- apple\n- pear\n2. Roots\n- carrot\nLet me know", ["Fruit\n- apple\n- pear", "Roots\n- carrot"]),
        ("1. T\nAbout t\n\n2. U\nAbout u\nI can say more.", ["T\nAbout t", "U\nAbout u"]),
        ("1. T\n\nAbout t\n\n2. U\n\nAbout u\n\nTell me what you think.", ["T\n\nAbout t", "U\n\nAbout u"]),
        ("- milk\n- bread\nand butter", ["milk", "bread\nand butter"]),
        ("- a line\n  goes on\n- code:\n  ```\n  - no\n  ```\n- z\n\nEnd.", ["a line\ngoes on", "code:\n```\n- no\n```", "z"]),
        ("Pros:\n- a\n- b\n\nCons:\n- c\n- d", ["a", "b", "c", "d"]),
        ("Here:\n```json\n[\"a\", 2]\n```\nBye", ["a", 2]),
        ('{"ideas": ["a", "b"], "count": 2}', ["a", "b"]),
        ('Here you go:\n[\n  "a",\n  {"b": [1]}\n]\nBye', ["a", {"b": [1]}]),
        ("```markdown\nIdeas:\n- a\n- b\n```", ["a", "b"]),
        ("A table:\n\n| A | |\n|---|:-:|\n| 1 | x\\|y |\n| 2 |\n\nDone.", [{"A": "1", "column 2": "x|y"}, {"A": "2", "column 2": ""}]),
        ("**One**\nText one.\n\n**Two**\nText two.\n\nLet me know.", ["One\nText one.", "Two\nText two."]),
        ("Here are two:\n\n**A**: foo\n\n**B**: bar\n\nBoth are good.", ["**A**: foo", "**B**: bar"]),
        ("### 1. A\n- p\n- q\n### 2. B\n- r", ["A\n- p\n- q", "B\n- r"]),
        ("## A\nx\n\n## B\ny", ["A\nx", "B\ny"]),
        ("Here are three ideas:\nA\nB\nC", ["A", "B", "C"]),
        ("Here is one idea:\n1. Only this\n\nGood luck!", ["Only this"]),
        ("Ada:\nBob", ["Ada:", "Bob"]),
        ("Here:\n1. a\n2. b\n\nAnd also:\n- c\n- d", ["a", "b", "c", "d"]),
        ("- a\n- b\n\nAnd also:\n\n1. c\n2. d\n\nGood luck.", ["a", "b", "c", "d"]),
        ("1. a\n\nSuch as:\n- x\n\n2. b\n\nSuch as:\n- y", ["a\n\nSuch as:\n- x", "b\n\nSuch as:\n- y"]),
        ("1. a\n- x\n2. b\n- y", ["a\n- x", "b\n- y"]),
        ("以下是三个想法：\n\n1、甲\n2、乙\n3、丙\n\n希望有帮助", ["甲", "乙", "丙"]),
        ("一、甲\n二、乙", ["甲", "乙"]),
        ("１．甲\n２．乙", ["甲", "乙"]),
        ("（1）甲\n（2）乙", ["甲", "乙"]),
        ("1、2、3\n4、5、6", ["1、2、3", "4、5、6"]),
        ("甲、乙\n丙", ["甲、乙", "丙"]),
        ("Here you go:\n\n① x\n② y", ["x", "y"]),
        ("❶x\n❷y", ["x", "y"]),
        ("Names:\n\nAnna\nBert\nCarl", ["Anna", "Bert", "Carl"]),
        ("**名单：**\n\n甲\n乙", ["甲", "乙"]),
        ("Names:\n\nAnna", ["Names:", "Anna"]),
        ("A:\n\nx\ny\nB:\nz", ["A:", "x", "y", "B:", "z"]),
        ("A:\n\nx\n\ny", ["A:", "x", "y"]),
        ("# not a list\nKEY=1\n# nor this\nB=2", ["# not a list", "KEY=1", "# nor this", "B=2"]),
        ("-12,50\n-3", ["-12,50", "-3"]),
        ("---\na\n---\nb", ["---", "a", "---", "b"]),
        ("\n\n".join(f"Paragraph {n}." for n in range(9)) + "\n\n- a\n- b", [*(f"Paragraph {n}." for n in range(9)), "- a", "- b"]),
    ],
)  # fmt: skip
def test_the_items_of_a_text(text: str, items: list[JsonValue]) -> None:
    assert items_in(text) == items
    assert items_in(text.replace("\n", "\r\n")) == items


_WORDS = st.from_regex(r"(?:20\d\d\. )?[A-Z][a-z]{1,9}(?: [a-z]{1,9}){0,4}[.!?]?", fullmatch=True)
_MORE = st.lists(st.from_regex(r"[a-z]{1,9}(?: [a-z]{1,9}){0,3}", fullmatch=True), max_size=2)
_MARKS = ["- ", "* ", "• ", "– ", "{}. ", "{}) ", "({}) ", "**{}.** "]


@given(
    items=st.lists(st.tuples(_WORDS, _MORE, _MORE), min_size=2, max_size=12),
    mark=st.sampled_from(_MARKS),
    first=st.sampled_from([0, 1]),
    lead=st.sampled_from(["", "Here are some:\n", "Hier sind einige:\n\n", "Of course!\n\nHere they are:\n\n"]),
    tail=st.sampled_from(
        ["", "\n\nLet me know if you need more.", "\n\nGute Reise!\n\nDein Assistent", "\nLet me know."]
    ),
    gap=st.sampled_from(["\n", "\n\n"]),
)
def test_a_list_in_a_text_comes_back_as_its_items(
    items: list[tuple[str, list[str], list[str]]], mark: str, first: int, lead: str, tail: str, gap: str
) -> None:
    wanted = ["\n".join([words, *more, *(f"- {child}" for child in inner)]) for words, more, inner in items]
    written = [mark.format(place) + item.replace("\n", "\n   ") for place, item in enumerate(wanted, first)]
    assert items_in(lead + gap.join(written) + tail) == wanted


@given(
    st.lists(
        st.from_regex(r"(?:[A-Z]|[2-9]\d{0,3}\. )[a-z]{1,9}(?: [a-z]{1,9}){0,3}[.!?]?", fullmatch=True), max_size=9
    )
)
def test_lines_without_marks_are_items_as_they_are(lines: list[str]) -> None:
    assert items_in("\n".join(lines)) == lines


@given(st.text(alphabet='-*1234.)(a#`|[]{}": \n\t_>i\\', max_size=200))
def test_any_text_has_items(text: str) -> None:
    assert all(item for item in items_in(text) if isinstance(item, str))


@pytest.mark.parametrize(
    "piece", ["1. a\n", "- a\n\nb\n", "**a** ", "| a ", "|-", "```\n", "# a\n", "- a\n  - b:\n", "x\n\n", "- "]
)
def test_a_large_text_takes_no_time_that_grows_with_its_square(piece: str) -> None:
    began = time.process_time()
    items_in(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 15  # it takes some tenths of a second
