"""JSON as people paste it: what is forgiven is told, all else is refused with its line and column."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.config.azure.json_text import JsonTextError, read_json_text

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_json_is_read_as_the_standard_library_reads_it(value, indent, ascii_only):
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    read = read_json_text(text)
    assert read.value == json.loads(text)
    assert (read.forgiven, read.duplicates) == ([], [])


@given(st.text(alphabet='{}[]:,"\\/*0123456789.eE+-truefalsn \n\x00ué', max_size=40))
def test_any_text_is_read_as_the_standard_library_does_or_refused(text):
    try:
        expected = json.loads(text)
    except (ValueError, RecursionError):
        expected = None
    refused = None
    try:
        read = read_json_text(text)
    except JsonTextError as error:
        refused = error
    if refused is None:
        assert read.forgiven or read.value == expected
        return
    assert expected is None
    lines = text.split("\n")
    assert 1 <= refused.place.line <= len(lines)
    assert 1 <= refused.place.column <= len(lines[refused.place.line - 1]) + 1


@pytest.mark.parametrize(
    ("text", "value", "forgiven"),
    [
        ('{"a": 1,}', {"a": 1}, ["line 1, column 8: a comma before }"]),
        ("[1,\n 2 ,\n]", [1, 2], ["line 2, column 4: a comma before ]"]),
        ('{"a": 1} // so', {"a": 1}, ["line 1, column 10: a comment"]),
        ('[/* one\n two */ "// not", "/* nor */"]', ["// not", "/* nor */"], ["line 1, column 2: a comment"]),
        ('["a,]", "b,}"]', ["a,]", "b,}"], []),
        ('"a\tb"', "a\tb", ["line 1, column 3: a control character in a text"]),
        (
            "[True, False]",
            [True, False],
            ["line 1, column 2: True with a capital letter", "line 1, column 8: False with a capital letter"],
        ),
        ('\ufeff{"a": "\\u00e9\\ud83d\\ude00"}', {"a": "é😀"}, []),
    ],
)
def test_what_is_forgiven(text, value, forgiven):
    read = read_json_text(text)
    assert read.value == value
    assert [f"{place}: {what}" for place, what in read.forgiven] == forgiven


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1, column 1: expected a value, found the end of the text"),
        ("{\n 'a': 1}", 'line 2, column 2: found "\'", which begins nothing in JSON'),
        ('{"a": 1', "line 1, column 8: expected a comma or }, found the end of the text"),
        ('{"a": 1 "b": 2}', "line 1, column 9: expected a comma or }, found a text"),
        ('{"a" 1}', "line 1, column 6: expected a colon after the name, found '1'"),
        ("{a: 1}", "line 1, column 2: expected a name in quotation marks, found 'a'"),
        ("[1]]", "line 1, column 4: expected the end of the text, found ']'"),
        ("[,]", "line 1, column 2: expected a value, found ','"),
        ("[1,,]", "line 1, column 4: expected a value, found ','"),
        ("[NaN]", "line 1, column 2: expected a value, found 'NaN'"),
        ("[-Infinity]", "line 1, column 2: expected a number such as 0.25, found something like one"),
        ("[01]", "line 1, column 2: expected a number such as 0.25, found something like one"),
        ('["a]', "line 1, column 2: a text is not closed; a quotation mark is missing"),
        ("[1] /* so", "line 1, column 5: a comment is not closed"),
        ('["\\x"]', "line 1, column 3: not a text of JSON: invalid \\escape"),
        (
            '["\\ud800"]',
            "line 1, column 2: a text has half of a surrogate pair, which is no character; mend its \\u escape",
        ),
        ("9" * 400, "line 1, column 1: a number of 400 digits is beyond every range"),
        ("[" * 100_000, "line 1, column 62: nested deeper than 60 levels"),
    ],
)
def test_what_is_refused(text, complaint):
    with pytest.raises(JsonTextError) as refused:
        read_json_text(text)
    assert str(refused.value) == complaint


def test_keys_that_stand_twice_have_their_place():
    read = read_json_text('{"a": {"b": [0, {"c": 1,\n "c": 2}]}, "a": 3}')
    assert [(list(keys), str(place)) for keys, place in read.duplicates] == [
        (["a", "b", 1, "c"], "line 2, column 2"),
        (["a"], "line 2, column 13"),
    ]
