import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.errors import InputError
from datakit.io import Reading, Source, read

GOOD = b'{"text":"ok one","label":"a"}'


@pytest.fixture
def reading(tmp_path):
    """Give a function that reads some lines as a file."""

    def of(*lines: bytes, **how) -> Reading:
        path = tmp_path / "raw.jsonl"
        path.write_bytes(b"\n".join(lines))
        return read(path, Source(**how))

    return of


def rejects(reading: Reading) -> list[tuple[int, str]]:
    """Return line and code of each reject."""
    return [(reject.line, reject.code) for reject in reading.rejects]


@pytest.mark.parametrize(
    ("line", "code", "word"),
    [
        (b'{"text":NaN,"label":"a"}', "unreadable-line", "NaN is no JSON"),
        (b'["t","a"]', "unreadable-line", "a list, not an object"),
        (b'"t"', "unreadable-line", "a string, not an object"),
        (b'{"text":"first","text":"second","label":"a"}', "duplicate-key", "'text'"),
        (b'{"text":"t","label":"a","label":"a"}', "duplicate-key", "'label'"),
        (b'{"text":"bad \xff\xfe byte","label":"a"}', "unreadable-line", "byte 13, 0xff"),
        (b'{"text":"t","label":"a","other":"\xff"}', "unreadable-line", "byte 33, 0xff"),
        (b'{"text":"t","label":true}', "mixed-label-types", "a boolean; most are strings"),
        (b'{"text":"t","label":3}', "mixed-label-types", "the label 3 is an integer"),
        (b'{"text":"t","label":["a",null]}', "wrong-label-type", "a list (['a', None])"),
        (b'{"text":"t","label":0.5}', "wrong-label-type", "a number with a point (0.5)"),
        (b'{"text":"t","label":{"a":1}}', "wrong-label-type", "an object"),
        (b'{"text":"x \\ud83d y","label":"a"}', "unreadable-line", "lone surrogate, \\ud83d, at byte 11"),
        (b'{"text":"x \\ude00 y","label":"a"}', "unreadable-line", "lone surrogate, \\ude00, at byte 11"),
        (b'{"text":"x\\ud83d\\u0041","label":"a"}', "unreadable-line", "lone surrogate, \\ud83d"),
        (b'{"text":12.50,"label":"a"}', "wrong-text-type", "12.5"),
        (
            b'{"text":"t","label":"a"}{"text":"u","label":"b"}',
            "unreadable-line",
            "something follows the object",
        ),
        (b'{"text":"cut of', "unreadable-line", "truncated"),
        (b'{"text":"a\x00b","label":"a"}', "unreadable-line", "byte 10"),
        (b'{"text":"t","label":"a","x":' + b"[" * 5000 + b"]" * 5000 + b"}", "unreadable-line", "too deeply"),
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_that_cannot_be_read_without_guessing_is_rejected(reading, line, code, word, end):
    """The line is kept out with its number, reason and bytes, and its neighbours are read."""
    result = reading(*(part + end.rstrip(b"\n") for part in (GOOD, line, GOOD)))
    assert rejects(result) == [(2, code)]
    assert word in result.rejects[0].reason
    assert result.rejects[0].raw == line.decode(errors="backslashreplace")
    assert result.corpus.lines == [1, 3]
    assert result.rows_seen == 3


@pytest.mark.parametrize(
    ("line", "text", "label"),
    [
        (b'{"text":"x \\u0000 y","label":"a"}', "x \x00 y", "a"),
        ('{"text":"line\u2028sep \x85 nel","label":"a"}'.encode(), "line\u2028sep \x85 nel", "a"),
        (b'{"text":"\\ud83d\\ude00","label":"a"}', "\U0001f600", "a"),
        (b'{"text":"2020-01-01","label":"007"}', "2020-01-01", "007"),
        (b'{"text":"t","label":"1e5"}', "t", "1e5"),
        (b'{"text":"t"}', "t", None),
        (b'{"text":null,"label":"a"}', None, "a"),
        (b'{"text":"","label":""}', "", ""),
        (b'{"meta":{"text":"in","label":"ner"},"text":"t","label":"text"}', "t", "text"),
        (b'  {"text" : "t", "label" : "a"}  ', "t", "a"),
        (b'{"text":"t","label":"a","big":' + b"9" * 5000 + b"}", "t", "a"),
    ],
)
def test_what_is_valid_comes_through_unchanged(reading, line, text, label):
    """Nothing is cast, trimmed or split; a missing key is null."""
    result = reading(GOOD, line)
    assert (result.corpus.texts[1], result.corpus.labels[1]) == (text, label)
    assert result.corpus.lines == [1, 2]
    assert not result.rejects


def test_two_objects_on_a_line_are_seen_even_where_a_blank_line_evens_the_count(reading):
    """Rows and lines are matched line by line, not by their totals."""
    result = reading(b'{"text":"t","label":"a"}{"text":"u","label":"b"}', b"", GOOD)
    assert rejects(result) == [(1, "unreadable-line")]
    assert result.corpus.lines == [3]


def test_an_object_over_several_lines_is_not_taken_for_json_lines(reading):
    """Where a line holds two objects and the next object spans lines, the count alone would be right."""
    result = reading(GOOD + GOOD, b'{"x":', b'{"y":1},"text":"t","label":"a"}', GOOD)
    assert result.corpus.lines == [4]


def test_a_repeated_key_is_seen_even_where_another_row_lacks_the_key(reading):
    """A missing key does not hide a duplicate one."""
    result = reading(b'{"text":"t"}', b'{"text":"t","label":"a","label":"b"}', GOOD)
    assert rejects(result) == [(2, "duplicate-key")]


def test_blank_lines_and_the_byte_order_mark_are_noted(reading):
    """Blank lines keep their numbers and are counted; the mark is not part of the first line."""
    result = reading(b"\xef\xbb\xbf" + GOOD, b"", b"   ", GOOD, b"")
    assert result.corpus.lines == [1, 4]
    assert result.notes[:2] == ("BOM removed", "blank lines passed over: 2")


@pytest.mark.parametrize(
    ("labels", "expected"), [("0 1 1", ["0", "1", "1"]), ("true false null", ["true", "false", None])]
)
def test_labels_that_are_all_integers_or_all_booleans_become_strings(reading, labels, expected):
    """One type throughout is no guess."""
    result = reading(*(f'{{"text":"t","label":{label}}}'.encode() for label in labels.split()))
    assert result.corpus.labels == expected
    assert not result.rejects


def test_the_commonest_type_of_label_wins_and_strings_win_a_tie(reading):
    """The choice does not depend on the order of the rows."""
    lines = [b'{"text":"t","label":1}', b'{"text":"t","label":"1"}']
    assert reading(*lines).corpus.labels == ["1"]
    assert rejects(reading(*lines)) == [(1, "mixed-label-types")]
    assert rejects(reading(*lines, lines[0])) == [(2, "mixed-label-types")]


def test_lists_of_names_are_several_labels_a_row(reading):
    """Sorted, each once, numbers as words; an empty list is no label, null a missing one."""
    result = reading(
        b'{"text":"t","labels":["b","a","b"]}', b'{"text":"u","labels":[]}', b'{"text":"v","labels":[3]}'
    )
    assert result.corpus.multi_label
    assert result.corpus.label_sets == [("a", "b"), (), ("3",)]


def test_a_list_among_single_labels_is_rejected(reading):
    """As any other mixture of types."""
    result = reading(GOOD, b'{"text":"t","label":["a","b"]}', GOOD)
    assert rejects(result) == [(2, "mixed-label-types")]
    assert result.rejects[0].reason == "the label ['a', 'b'] is a list; most are strings"


@pytest.mark.parametrize("block", [40, 1 << 20])
def test_what_the_beginning_promises_the_end_may_belie(reading, monkeypatch, block):
    """The commonest type of label and the uniqueness of ids are those of the whole file, however it is cut."""
    monkeypatch.setattr("datakit.io.files.BLOCK", block)
    number = b'{"id":%d,"text":"t","label":3}'
    word = b'{"id":%d,"text":"t","label":"a"}'
    result = reading(number % 1, number % 2, *(word % i for i in range(3, 9)))
    assert rejects(result) == [(1, "mixed-label-types"), (2, "mixed-label-types")]
    assert result.corpus.ids == ["3", "4", "5", "6", "7", "8"]
    repeated = reading(*(word % i for i in range(8)), word % 0)
    assert repeated.corpus.ids[1] == f"{repeated.corpus.ids[0]}-2"


def test_a_line_too_long_is_rejected_in_bounded_memory(reading, monkeypatch):
    """Only its head is kept, in the first block as in later ones."""
    monkeypatch.setattr("datakit.io.files.BLOCK", 64)
    long = b'{"text":"' + b"x" * 5000 + b'","label":"a"}'
    result = reading(GOOD, long, GOOD, long, max_line_bytes=100)
    assert rejects(result) == [(2, "line-too-long"), (4, "line-too-long")]
    assert max(len(reject.raw) for reject in result.rejects) <= 1000
    assert result.corpus.lines == [1, 3]


@pytest.mark.parametrize("size", [len(GOOD), len(GOOD) - 1])
def test_the_limit_on_a_line_is_inclusive(reading, size):
    """A line of exactly the limit is read."""
    lines = [b'{"text":"b","label":"b"}', GOOD, b'{"text":"b","label":"b"}']
    assert len(reading(*lines, max_line_bytes=size).rejects) == (size < len(GOOD))


@pytest.mark.parametrize("block", [1, 7, 30, 31, 64])
def test_line_numbers_are_exact_wherever_blocks_end(reading, monkeypatch, block):
    """Blocks are a matter of speed only."""
    monkeypatch.setattr("datakit.io.files.BLOCK", block)
    result = reading(GOOD, b"", b"{", GOOD, b'{"text":"t","label":3}', GOOD)
    assert result.corpus.lines == [1, 4, 6]
    assert rejects(result) == [(3, "unreadable-line"), (5, "mixed-label-types")]
    assert result.rejects[1].raw == '{"text":"t","label":3}'


def test_other_encodings_are_read_when_named(tmp_path):
    """UTF-16 is recognised by its mark, and asked for."""
    path = tmp_path / "raw.jsonl"
    path.write_text('{"text":"über","label":"ä"}\n' * 2, encoding="utf-16")
    with pytest.raises(InputError, match="--encoding utf-16"):
        read(path)
    assert read(path, Source(encoding="utf-16")).corpus.texts == ["über", "über"]


def test_a_file_without_a_readable_line_is_an_error_with_the_first_20_problems(reading):
    """There is nothing to go on with, so all that is known is told."""
    with pytest.raises(InputError, match=r"raw\.jsonl:20: unreadable-line: not readable as JSON") as caught:
        reading(*[b"{"] * 30)
    assert len(caught.value.problems) == 21
    assert "30 rows" in str(caught.value)


def test_a_column_that_no_row_has_is_an_error_naming_the_nearest(reading):
    """The columns found are listed."""
    with pytest.raises(InputError, match=r"did you mean 'text'.*known: label, text"):
        reading(GOOD, text_column="txt")


def test_a_named_column_may_first_appear_late_in_the_file(reading, monkeypatch):
    """Only guesses depend on the first lines."""
    monkeypatch.setattr("datakit.io.jsonl.SAMPLE", 1)
    result = reading(b'{"text":"t"}', GOOD, label_column="label")
    assert result.corpus.labels == [None, "a"]


def test_ids_are_the_files_own_where_they_are_unique(reading):
    """Integers count as ids; a repeated or missing id means content ids, and a note says so."""
    own = reading(b'{"id":7,"text":"t","label":"a"}', b'{"id":"x","text":"t","label":"a"}')
    assert own.corpus.ids == ["7", "x"]
    assert own.notes == ()
    for other in (b"7", b"null", b"1.5", b"[]"):
        hashed = reading(b'{"id":7,"text":"t","label":"a"}', b'{"id":%s,"text":"t","label":"a"}' % other)
        assert hashed.corpus.ids[1] == f"{hashed.corpus.ids[0]}-2"
        assert "content" in hashed.notes[0]


@given(st.lists(st.tuples(st.text(), st.text()), min_size=1), st.booleans())
def test_any_unicode_reads_back_equal_however_it_is_escaped(tmp_path_factory, rows, ascii_only):
    """Property: what another JSON library writes is read to the character."""
    path = tmp_path_factory.mktemp("jsonl") / "raw.jsonl"
    lines = [json.dumps({"text": t, "label": lb}, ensure_ascii=ascii_only) for t, lb in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    corpus = read(path).corpus
    assert list(zip(corpus.texts, corpus.labels, strict=True)) == rows


def test_a_real_file_is_read_whole(shared_data: Path):
    """The SMS collection has 5,574 messages and its own ids."""
    result = read(shared_data / "sms_spam.all.jsonl.gz")
    assert len(result.corpus) == 5574
    assert result.corpus.label_counts == {"ham": 4827, "spam": 747}
    assert result.notes == ()
