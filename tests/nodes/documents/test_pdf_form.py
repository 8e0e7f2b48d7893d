from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import NodeError
from voicegraph.nodes.documents import pdf_form as forms
from voicegraph.nodes.documents.pdf import parse_pdf

PRINTED = "BT /F1 12 Tf 20 160 Td (Your name:) Tj ET"


def pdf(fields: str, *objects: str, printed: str = PRINTED, annots: str = "", acro: str = "") -> bytes:
    """A page and a form: `fields` is the list of the form, `objects` are 10, 11, … of the file."""
    stream = f"<< /Length {len(printed)} >>\nstream\n{printed}\nendstream"
    numbered = {
        1: f"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields {fields} {acro} >> >>",
        2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R "
        f"/Resources << /Font << /F1 5 0 R >> >> /Annots [{annots}] >>",
        4: stream,
        5: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        **{10 + number: text for number, text in enumerate(objects)},
    }
    content, places = b"%PDF-1.7\n", dict[int, int]()
    for number, text in numbered.items():
        places[number] = len(content)
        content += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{number} 1\n{place:010d} 00000 n \n" for number, place in places.items())
    last = f"xref\n0 1\n0000000000 65535 f \n{table}trailer\n<< /Size {max(places) + 1} /Root 1 0 R >>\n"
    return content + f"{last}startxref\n{len(content)}\n%%EOF\n".encode()


def fields(content: bytes) -> object:
    data = parse_pdf("form.pdf", content).data
    return data["fields"] if isinstance(data, dict) else None


TEXT = "<< /Subtype /Widget /FT /Tx /T (applicant) /V (Erika Beispiel) >>"
BOX = "<< /Subtype /Widget /FT /Btn /T (member) /V /Yes /AS /Yes >>"
EMPTY = "<< /Subtype /Widget /FT /Tx /T (remark) >>"


def test_values_are_in_text_and_data_and_empty_fields_in_data_alone():
    document = parse_pdf("form.pdf", pdf("[10 0 R 11 0 R 12 0 R]", TEXT, BOX, EMPTY, annots="10 0 R 11 0 R 12 0 R"))
    assert document.text == "Your name:\n\napplicant: Erika Beispiel\nmember: Yes"
    assert document.data == {"fields": {"applicant": "Erika Beispiel", "member": "Yes", "remark": None}}
    assert document.meta == {"format": "pdf", "pages": 1, "fields": 3, "filled": 2}


def test_a_form_without_printed_text_is_no_scan():
    assert parse_pdf("form.pdf", pdf("[10 0 R]", TEXT, printed="")).text == "applicant: Erika Beispiel"
    with pytest.raises(NodeError, match="none of its 1 fields is filled in") as caught:
        parse_pdf("form.pdf", pdf("[10 0 R]", EMPTY, printed=""))
    assert caught.value.code == "no_text"


@pytest.mark.parametrize(
    ("objects", "found"),
    [
        # one name of several parts, type and value from above
        (
            (
                "<< /T (person) /FT /Tx /Kids [11 0 R 12 0 R] >>",
                "<< /T (name) /Parent 10 0 R /V (Ada) >>",
                "<< /T (birth date) /Parent 10 0 R /V (1815-12-10) >>",
            ),
            {"person.name": "Ada", "person.birth date": "1815-12-10"},
        ),
        # the widget below the field alone holds the value
        (
            ("<< /T (city) /FT /Tx /Kids [11 0 R] >>", "<< /Subtype /Widget /Parent 10 0 R /V (Ulm) >>"),
            {"city": "Ulm"},
        ),
        # the box is only drawn as ticked
        (("<< /T (news) /FT /Btn /Subtype /Widget /AS /On >>",), {"news": "Yes"}),
        (("<< /T (news) /FT /Btn /Subtype /Widget /V /Off /AS /Off >>",), {"news": None}),
        # a box whose state says more than that it is ticked
        (("<< /T (meal) /FT /Btn /V /Vegetarian >>",), {"meal": "Vegetarian"}),
        # radio buttons: by name, and by place in the list
        (
            (
                "<< /T (pay) /FT /Btn /Ff 32768 /V /Card /Kids [11 0 R] >>",
                "<< /Subtype /Widget /Parent 10 0 R /AS /Card >>",
            ),
            {"pay": "Card"},
        ),
        (("<< /T (pay) /FT /Btn /Ff 32768 /V /1 /Opt [(cash) (card)] >>",), {"pay": "card"}),
        # lists show what people see; more than one may be chosen
        (("<< /T (land) /FT /Ch /V (DE) /Opt [[(DE) (Germany)] [(FR) (France)]] >>",), {"land": "Germany"}),
        (("<< /T (size) /FT /Ch /V (L) /Opt [(M) (L)] >>",), {"size": "L"}),
        (
            ("<< /T (days) /FT /Ch /Ff 2097152 /V [(mo) (we)] /Opt [[(mo) (Monday)] [(we) (Wednesday)]] >>",),
            {"days": ["Monday", "Wednesday"]},
        ),
        # UTF-16, and a value in a stream
        (("<< /T (name) /FT /Tx /V <FEFF005A00FC0072006900630068> >>",), {"name": "Zürich"}),
        (
            ("<< /T (essay) /FT /Tx /V 11 0 R >>", "<< /Length 9 >>\nstream\nlong text\nendstream"),
            {"essay": "long text"},
        ),
        # what is no value of a person's, or a secret
        (("<< /T (sign) /FT /Sig /V << /Contents <00> >> >>",), None),
        (("<< /T (send) /FT /Btn /Ff 65536 /V /Yes >>",), None),
        (("<< /T (pass) /FT /Tx /Ff 8192 /V (hidden) >>",), None),
    ],
)
def test_what_kinds_of_fields_hold(objects: tuple[str, ...], found: object):
    assert fields(pdf("[10 0 R]", *objects)) == found


def test_several_chosen_are_one_line():
    chosen = "<< /T (days) /FT /Ch /V [(Monday) (Friday)] >>"
    assert parse_pdf("f.pdf", pdf("[10 0 R]", chosen)).text.endswith("days: Monday, Friday")


def test_fields_of_one_name_keep_each_value():
    others = [TEXT.replace("Erika Beispiel", name) for name in ("Max", "Erika Beispiel", "")]
    document = parse_pdf("form.pdf", pdf("[10 0 R 11 0 R 12 0 R 13 0 R]", TEXT, *others))
    assert document.data == {"fields": {"applicant": ["Erika Beispiel", "Max"]}}
    assert document.text.endswith("applicant: Erika Beispiel, Max")


def test_a_widget_that_the_forms_own_list_leaves_out_is_found():
    assert fields(pdf("[]", TEXT, annots="10 0 R")) == {"applicant": "Erika Beispiel"}


def test_the_label_stands_for_a_name_that_is_none_for_people():
    made = "<< /FT /Tx /T (top[0].f1_01[0]) /TU (First\nname) /V (Ada) >>"
    document = parse_pdf("f.pdf", pdf("[10 0 R]", made))
    assert document.text.endswith("First name: Ada")
    assert document.data == {"fields": {"top[0].f1_01[0]": "Ada"}}


@pytest.mark.parametrize(
    ("listed", "objects"),
    [
        ("[10 0 R]", ("<< /T (a) /Kids [10 0 R] >>",)),
        ("[10 0 R]", ("<< /T (a) /Kids [11 0 R] >>", "<< /T (b) /Kids [10 0 R] /Parent 10 0 R >>")),
        ("[10 0 R]", ("<< /T (a) /Parent 10 0 R /FT /Tx >>",)),
        ("[99 0 R null 7 (x)]", ()),
        ("(no list)", ()),
        ("[10 0 R]", ("<< /T 5 /FT /Btn /Ff (x) /Opt 3 /V [[]] /Kids 3 >>",)),
    ],
)
def test_a_broken_form_does_not_cost_the_pages_text(listed: str, objects: tuple[str, ...]):
    assert parse_pdf("f.pdf", pdf(listed, *objects, annots="10 0 R")).text.startswith("Your name:")


def test_a_form_of_very_many_fields_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(forms, "MAX_FIELDS", 1)
    document = parse_pdf("f.pdf", pdf("[10 0 R 11 0 R]", TEXT, BOX))
    assert document.data == {"fields": {"applicant": "Erika Beispiel"}}
    assert document.meta["truncated"] is True


XFA = (
    '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/">'
    "<xfa:data><form1><name>Ada</name><row><qty>1</qty></row><row><qty>2</qty></row><note/></form1></xfa:data>"
    "</xfa:datasets></xdp:xdp>"
)
WAIT = "BT /F1 12 Tf 20 160 Td (Please wait... If this message is not eventually replaced) Tj ET"


def adobes(xml: str, printed: str = WAIT) -> bytes:
    stream = f"<< /Length {len(xml)} >>\nstream\n{xml}\nendstream"
    return pdf("[]", stream, printed=printed, acro="/XFA [(datasets) 10 0 R]")


def test_the_values_of_a_form_of_adobes_stand_for_the_page_that_asks_to_wait():
    document = parse_pdf("f.pdf", adobes(XFA))
    assert document.text == "name: Ada\nrow.qty: 1\nrow.qty 2: 2"
    assert document.data == {"fields": {"name": "Ada", "row.qty": "1", "row.qty 2": "2", "note": None}}
    assert parse_pdf("f.pdf", adobes(XFA, PRINTED)).text.startswith("Your name:\n\nname: Ada")


@pytest.mark.parametrize("xml", ["<xfa-data", XFA.replace("Ada", "").replace("1<", "<").replace("2<", "<")])
def test_a_form_of_adobes_without_values_is_told_in_words(xml: str):
    with pytest.raises(NodeError, match="only Adobe's programs can show") as caught:
        parse_pdf("f.pdf", adobes(xml))
    assert caught.value.code == "no_text"


def test_entities_of_a_form_of_adobes_are_not_followed():
    declared = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + XFA.replace("Ada", "A&e;")
    assert parse_pdf("f.pdf", adobes(declared, PRINTED)).text == "Your name:"


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.text("abc äöü.[]0", min_size=1, max_size=20))
def test_any_name_and_value_comes_through_or_is_empty(value: str, name: str):
    def hexed(text: str) -> str:
        return "<FEFF" + text.encode("utf-16-be").hex() + ">"

    found = fields(pdf("[10 0 R]", f"<< /FT /Tx /T {hexed(name)} /V {hexed(value)} >>"))
    clean = value.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    assert found == ({name.strip(): clean or None} if name.strip() else None)
