"""Markdown -> blocks -> Markdown, and the limits of what Notion takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voicegraph.nodes.services.notion.block_writer import MAX_BYTES, Batch, batches, children_of
from voicegraph.nodes.services.notion.from_markdown import to_blocks
from voicegraph.nodes.services.notion.to_markdown import to_markdown

Json = dict[str, Any]


def as_read(blocks: list[Json]) -> list[Json]:
    """Blocks as written, in the form Notion gives them back."""
    return [_read_back(json.loads(json.dumps(block))) for block in blocks]


def _read_back(block: Json) -> Json:
    content: Json = block[block["type"]]
    texts = [content.get("rich_text", []), content.get("caption", []), *content.get("cells", [])]
    for piece in (piece for text in texts for piece in text):
        piece["plain_text"] = piece["text"]["content"]
        piece["href"] = piece["text"].get("link", {}).get("url")
    children = [_read_back(child) for child in content.pop("children", [])]
    return {**block, "has_children": bool(children), "children": children}


def walk(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        yield from walk(children_of(block))


def texts(block: Json) -> list[list[Json]]:
    content = block[block["type"]]
    return [content.get("rich_text", []), content.get("caption", []), *content.get("cells", [])]


def words(blocks: list[Json]) -> str:
    return "".join(piece["text"]["content"] for block in walk(blocks) for text in texts(block) for piece in text)


ROUND = """# Title

Some **bold**, *italic*, ~~gone~~, `code` and a [link](https://example.com/a).

- one
  - two
    - three

      with a paragraph
- [x] done
- [ ] open

1. first
2. second

   ```python
   print("hi")
   ```

> A quote
>
> - with a list

| a | b |
| --- | --- |
| 1 | **2** |

![a cat](https://example.com/cat.png)

---

###### Six levels become three"""


def test_a_page_of_everything_comes_back_as_it_was():
    assert to_markdown(as_read(to_blocks(ROUND))).replace("> \n", ">\n") == ROUND.replace("######", "###")


@pytest.mark.parametrize(
    ("markdown", "kind", "content"),
    [
        ("```js\nx\n```", "code", {"language": "javascript"}),
        ("```klingon\nx\n```", "code", {"language": "plain text"}),
        ("    indented", "code", {"language": "plain text"}),
        ("- [X] done", "to_do", {"checked": True}),
        ("2) second", "numbered_list_item", {}),
        ("***", "divider", {}),
        ("![](https://e.com/x.png)", "image", {"external": {"url": "https://e.com/x.png"}}),
        ("<div>raw</div>", "paragraph", {}),
    ],
)
def test_markdown_becomes_the_block_that_fits(markdown: str, kind: str, content: Json):
    (block,) = to_blocks(markdown)
    assert block["type"] == kind
    assert content.items() <= block[kind].items()


def test_links_notion_refuses_stay_readable():
    (block,) = to_blocks("[home](/index) ![pic](data:image/png;base64,xx) [mail](mailto:a@b.c)")
    pieces = block["paragraph"]["rich_text"]
    assert "".join(piece["text"]["content"] for piece in pieces) == "home (/index) pic mail"
    assert [piece["text"]["link"]["url"] for piece in pieces if "link" in piece["text"]] == ["mailto:a@b.c"]


def test_an_image_between_words_becomes_a_link():
    (block,) = to_blocks("See ![the plan](https://e.com/plan.png) here<br>now")
    assert [piece["text"]["content"] for piece in block["paragraph"]["rich_text"]] == [
        "See ",
        "the plan",
        " here",
        "\n",
        "now",
    ]


def test_a_list_item_that_begins_with_code_keeps_it():
    (block,) = to_blocks("- ```sh\n  ls\n  ```")
    assert block["bulleted_list_item"]["rich_text"] == []
    assert children_of(block)[0]["code"]["language"] == "shell"


_ALPHABET = st.characters(codec="utf-8", exclude_characters="\x00\r")
_WORDS = st.text(_ALPHABET, min_size=1, max_size=30)
_LONG = st.builds(lambda text, times: text * times, _WORDS, st.integers(1, 3_000))
_LINE = st.one_of(
    _WORDS,
    st.builds("**{}**".format, _WORDS),
    st.builds("{}- {}".format, st.sampled_from(["", "  ", "    ", "      "]), _WORDS),
    st.builds("> {}".format, _WORDS),
    st.builds("| {} | b |\n|---|---|".format, _WORDS),
    st.builds("```\n{}\n```".format, _WORDS),
)
_MARKDOWN = st.lists(_LINE, max_size=40).map("\n".join)


@settings(deadline=None)
@given(st.one_of(_MARKDOWN, _LONG))
@example("😀" * 5_000)
@example("**a** b " * 5_000)
@example("```\n" + "x" * 200_000 + "\n```")
def test_every_block_is_within_notions_limits(markdown: str):
    for block in walk(to_blocks(markdown)):
        for text in texts(block):
            assert len(text) <= 100
            assert all(len(piece["text"]["content"].encode("utf-16-le")) <= 4_000 for piece in text)


@settings(deadline=None)
@given(_MARKDOWN)
@example("- " * 30 + "deep")
@example("\n".join(f"- {i}" for i in range(350)))
@example("| a |\n|---|\n" + "| b |\n" * 350)
@example("\n\n".join("é" * 39_000 for _ in range(12)))
@example("- top\n" + "\n".join(f"  - {i}\n    - x" for i in range(120)))
def test_every_request_is_within_notions_limits_and_nothing_is_lost(markdown: str):
    blocks = to_blocks(markdown)
    seen = [words(batch.blocks) for batch in sent(blocks)]
    for batch in sent(blocks):
        assert 0 < len(batch.blocks) <= 100
        assert sum(1 for _ in walk(batch.blocks)) <= 1_000
        assert len(json.dumps(batch.blocks, ensure_ascii=False).encode()) <= MAX_BYTES + 10_000
        assert all(len(children_of(block)) <= 100 for block in walk(batch.blocks))
        assert max(map(depth, batch.blocks)) <= 2
    assert sorted("".join(seen)) == sorted(words(blocks))


def sent(blocks: list[Json]) -> Iterator[Batch]:
    for batch in batches(blocks):
        yield batch
        for children in batch.later.values():
            yield from sent(children)


def depth(block: Json) -> int:
    return 1 + max(map(depth, children_of(block))) if children_of(block) else 0


@settings(deadline=None)
@given(st.text(_ALPHABET.filter(lambda sign: sign.isprintable() and sign != " "), min_size=1, max_size=60))
@example("*not italic*")
@example("[x] # 1. `a` <b> snake_case __init__ ~~x~~ \\")
@example("1. one")
@example("# no heading")
@example("---")
@example("&amp;~~~")
@example("=\n>x\n+")
def test_plain_text_in_notion_stays_plain_text(text: str):
    block = {"type": "paragraph", "paragraph": {"rich_text": [{"type": "text", "plain_text": text}]}}
    back = to_blocks(to_markdown([block]))
    assert words(back) == text
    assert [found["type"] for found in back] == ["paragraph"]
    assert not any("annotations" in piece for piece in back[0]["paragraph"]["rich_text"])
