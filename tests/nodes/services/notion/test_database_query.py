from __future__ import annotations

from typing import Any

import pytest
from pydantic import JsonValue

from voicegraph.errors import NodeError
from voicegraph.nodes.services.notion.database_query import read_filter, read_sorts
from voicegraph.nodes.services.notion.find import notion_id
from voicegraph.nodes.services.notion.properties import plain_value, row_of, title_of

SCHEMA: dict[str, dict[str, Any]] = {
    "Name": {"type": "title"},
    "Status": {"type": "status"},
    "Tags": {"type": "multi_select"},
    "Points": {"type": "number"},
    "Made": {"type": "created_time"},
}
OWN = {"property": "Status", "status": {"equals": "Done"}}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("", None),
        ({}, None),
        (OWN, OWN),
        ('{"or": []}', {"or": []}),
        ('{"status": "Done"}', OWN),
        ({"Tags": "red"}, {"property": "Tags", "multi_select": {"contains": "red"}}),
        ({"Points": None}, {"property": "Points", "number": {"is_empty": True}}),
        ({"Made": "2026-01-01"}, {"timestamp": "created_time", "created_time": {"equals": "2026-01-01"}}),
        (
            {"Name": "x", "Points": 3},
            {"and": [{"property": "Name", "title": {"equals": "x"}}, {"property": "Points", "number": {"equals": 3}}]},
        ),
    ],
)
def test_filters_in_both_forms(given: JsonValue, sent: JsonValue):
    assert read_filter(given, SCHEMA) == sent


@pytest.mark.parametrize(
    ("given", "hint"),
    [("{status", "not valid JSON"), ("[1]", "must be a JSON object"), ({"Colour": "red"}, "it has Name, Status")],
)
def test_a_wrong_filter_says_what_would_be_right(given: JsonValue, hint: str):
    with pytest.raises(NodeError, match=hint) as caught:
        read_filter(given, SCHEMA)
    assert caught.value.code == "bad_filter"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("", []),
        ("Due desc, Name", [{"property": "Due", "direction": "descending"}, {"property": "Name", "direction": "ascending"}]),
        ("Due date", [{"property": "Due date", "direction": "ascending"}]),
        ("created_time desc", [{"timestamp": "created_time", "direction": "descending"}]),
        ('[{"property": "Name"}]', [{"property": "Name"}]),
        ({"property": "Name"}, [{"property": "Name"}]),
    ],
)  # fmt: skip
def test_sorts_in_both_forms(given: JsonValue, sent: JsonValue):
    assert read_sorts(given) == sent


@pytest.mark.parametrize("given", ["[1]", 3, "{"])
def test_wrong_sorts_are_refused(given: JsonValue):
    with pytest.raises(NodeError) as caught:
        read_sorts(given)
    assert caught.value.code == "bad_sorts"


ID = "01234567-89ab-cdef-0123-456789abcdef"
HEX = ID.replace("-", "")


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        (ID, ID),
        (f" {HEX.upper()} ", ID),
        (f"https://www.notion.so/acme/Weekly-Planning-{HEX}?pvs=4", ID),
        (f"https://www.notion.so/{HEX}?v={'f' * 32}", ID),
        (f"https://www.notion.so/acme/{'e' * 32}?v={'f' * 32}&p={HEX}", ID),
        (f"notion.so/Cafe-deadbeef-{HEX}", ID),
        (f"https://acme.notion.site/Plan-{HEX}/", ID),
        (f"https://example.com/{HEX}", None),
        ("https://www.notion.so/acme/", None),
        ("Weekly Planning", None),
        ("Q1/Q2 plan", None),
    ],
)
def test_ids_are_found_in_links(reference: str, found: str | None):
    assert notion_id(reference) == found


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"type": "title", "title": [{"plain_text": "a"}, {"plain_text": "b"}]}, "ab"),
        ({"type": "number", "number": 0}, 0),
        ({"type": "checkbox", "checkbox": False}, False),
        ({"type": "url", "url": None}, None),
        ({"type": "select", "select": {"name": "Red"}}, "Red"),
        ({"type": "multi_select", "multi_select": [{"name": "a"}, {"name": "b"}]}, ["a", "b"]),
        ({"type": "people", "people": [{"id": "u1", "name": "Ada"}, {"id": "u2"}]}, ["Ada", "u2"]),
        ({"type": "date", "date": {"start": "2026-01-01", "end": None}}, "2026-01-01"),
        ({"type": "date", "date": {"start": "2026-01-01", "end": "2026-01-05"}}, "2026-01-01/2026-01-05"),
        ({"type": "files", "files": [{"type": "external", "external": {"url": "https://e.com"}, "name": "f"}]},
         ["https://e.com"]),
        ({"type": "relation", "relation": [{"id": "p1"}]}, ["p1"]),
        ({"type": "formula", "formula": {"type": "number", "number": 4.5}}, 4.5),
        ({"type": "rollup", "rollup": {"type": "array", "array": [{"type": "number", "number": 1}]}}, [1]),
        ({"type": "unique_id", "unique_id": {"prefix": "TSK", "number": 7}}, "TSK-7"),
        ({"type": "unique_id", "unique_id": {"prefix": None, "number": 7}}, 7),
        ({"type": "created_by", "created_by": {"id": "u1", "name": "Ada"}}, "Ada"),
        ({"type": "last_edited_time", "last_edited_time": "2026-01-01T00:00:00.000Z"}, "2026-01-01T00:00:00.000Z"),
        ({"type": "verification", "verification": {"state": "verified"}}, "verified"),
        ({"type": "button", "button": {}}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_properties_as_plain_json(value: dict[str, Any], plain: JsonValue):
    assert plain_value(value) == plain


def test_a_row_is_flat():
    page = {"id": "p1", "url": "https://n.so/p1", "properties": {"Points": {"type": "number", "number": 3}}}
    assert row_of(page) == {"id": "p1", "url": "https://n.so/p1", "Points": 3}


def test_a_page_without_a_title_is_untitled():
    assert title_of({"properties": {}}) == "Untitled"
    assert title_of({"title": []}) == "Untitled"
