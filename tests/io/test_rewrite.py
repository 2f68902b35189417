"""Files written anew: what is asked for changes, all else stays to the byte."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datakit.core.errors import InputError
from datakit.io import Source, read
from datakit.io.rewrite import Edit, Job, rewrite


@pytest.fixture
def rewritten(tmp_path):
    """Give a function that writes a file anew with some edits, and returns the bytes."""

    def call(name, content, edits, **how):
        source, target = tmp_path / name, tmp_path / f"new-{name}"
        if content is not None:
            source.write_bytes(content)
        given = Source(**how)
        rewrite(Job(path=source, how=given, account=read(source, given), edits=edits), target)
        return target.read_bytes()

    return call


JSONL = b"""{"id": 7, "text" : "one", "label":"a","x":{"text":[1.50, "}"]}}\r
not json, \xff
\t
{"label": 1, "text": "mixed type"}
{"x": 1e400, "label": "b", "text":"caf\\u00e9"}
{"text":"last","label":"a"}"""


def test_without_edits_every_byte_stays(rewritten):
    """Unreadable lines, blank ones, odd spaces and the missing last line end too."""
    assert rewritten("raw.jsonl", JSONL, {}) == JSONL


def test_in_json_lines_only_the_value_changes(rewritten):
    """Order of keys, spaces, numbers as written; a value with escapes keeps to escapes."""
    edits = {1: Edit(text='o"ne', label="b"), 5: Edit(text="th\u00e9")}
    lines = rewritten("raw.jsonl", JSONL, edits).split(b"\n")
    was = JSONL.split(b"\n")
    assert lines[0] == b'{"id": 7, "text" : "o\\"ne", "label":"b","x":{"text":[1.50, "}"]}}\r'
    assert lines[4] == b'{"x": 1e400, "label": "b", "text":"th\\u00e9"}'
    assert [lines[i] for i in (1, 2, 3, 5)] == [was[i] for i in (1, 2, 3, 5)]


def test_dropped_lines_are_gone(rewritten):
    """Also those that cannot be read."""
    first, _, blank, mixed, escaped, _ = JSONL.split(b"\n")
    edits = {2: Edit(drop=True), 6: Edit(drop=True)}
    assert rewritten("raw.jsonl", JSONL, edits) == b"\n".join([first, blank, mixed, escaped, b""])


@pytest.mark.parametrize(
    ("label", "new", "written"),
    [("3", "4", "4"), ("true", "false", "false"), ('["b", "a"]', ["c"], '["c"]'), ("[1, 2]", ["3"], "[3]")],
)
def test_labels_keep_their_type(rewritten, label, new, written):
    """A corpus holds strings; a file of numbers stays one."""
    line = f'{{"text": "x", "label": {label}}}\n'
    assert rewritten("raw.jsonl", line.encode(), {1: Edit(label=new)}) == line.replace(label, written).encode()


LONG = b'x,"two\r\nlines, ""quoted""",a\r\n'
WIDE = b"too,many,fields,here\r\n"
CSV = b"name,text,label\r\n" + LONG + b'\r\n"y",plain,b\r\n' + WIDE + b'z,"never closed,c\r\nw,last,a'


def test_in_csv_unchanged_records_stay_to_the_byte(rewritten):
    """Over several lines, blank, with a wrong number of fields, with a quote that is never closed."""
    assert rewritten("raw.csv", CSV, {}) == CSV
    assert rewritten("raw.csv", CSV, {5: Edit(drop=True)}) == CSV.replace(b'"y",plain,b\r\n', b"")
    assert rewritten("raw.csv", CSV, {6: Edit(drop=True)}) == CSV.replace(WIDE, b"")
    assert rewritten("raw.csv", CSV, {2: Edit(drop=True)}) == CSV.replace(LONG, b"")


def test_in_csv_a_changed_record_is_quoted_where_it_must_be(rewritten):
    """Its line end is the one it had, the other fields have the values they had."""
    new = rewritten("raw.csv", CSV, {2: Edit(text='a, "b"'), 8: Edit(label="b")})
    assert new == CSV.replace(LONG, b'x,"a, ""b""",a\r\n').replace(b"w,last,a", b"w,last,b")


def test_semicolons_stay_semicolons(rewritten):
    """A new field that holds one is quoted."""
    csv = b"text;label\nwell, now;a\nold;b\n"
    assert rewritten("raw.csv", csv, {3: Edit(text="a; b")}) == csv.replace(b"old", b'"a; b"')


def test_a_line_too_long_to_read_is_copied_whole(rewritten):
    """However little of it the reader has kept."""
    csv = b"text,label\n" + b"x" * 500 + b",a\nshort,b\n"
    assert rewritten("raw.csv", csv, {3: Edit(text="new")}, max_line_bytes=100) == csv.replace(b"short", b"new")
    jsonl = b'{"text": "' + b"x" * 500 + b'", "label": "a"}\n{"text": "short", "label": "b"}\n'
    assert rewritten("raw.jsonl", jsonl, {}, max_line_bytes=100) == jsonl


def test_quotes_are_text_where_they_were_read_as_text(rewritten):
    """A TSV file without quoting stays one, and cannot hold what needs quotes."""
    tsv = b'a\tit is 5" long\nb\tplain\n'
    how = {"columns": ("label", "text")}
    assert rewritten("raw.tsv", tsv, {1: Edit(text='6" now')}, **how) == b'a\t6" now\nb\tplain\n'
    with pytest.raises(InputError, match="cannot hold a tab or a line end"):
        rewritten("raw.tsv", tsv, {1: Edit(text="two\nlines")}, **how)


@pytest.mark.parametrize(
    ("name", "encoding", "end"),
    [("a.csv", "cp1252", "\n"), ("a.csv", "utf-16", "\r\n"), ("a.csv", "mac_roman", "\r")],
)
def test_another_encoding_comes_out_as_utf8(rewritten, name, encoding, end):
    """Line ends stay, those of classic Mac OS too."""
    text = end.join(["text,label", "café,a", "thé,b", ""])
    new = rewritten(name, text.encode(encoding), {2: Edit(text="crème")}, encoding=encoding)
    assert new.decode() == text.replace("café", "crème")


def test_bytes_that_are_no_utf8_are_copied_as_they_are(rewritten):
    """A record that was put aside for one is no worse afterwards."""
    rows = b"".join(b"caf\xc3\xa9 %d,a\n" % i for i in range(20))
    csv = b"text,label\n" + rows + b"odd \xff byte,b\n"
    assert rewritten("raw.csv", csv, {2: Edit(text="tea")}) == csv.replace(b"caf\xc3\xa9 0,", b"tea,")


def test_packed_files_stay_packed(rewritten):
    """And come out the same, byte for byte, whenever that is."""
    packed = gzip.compress(JSONL)
    first = rewritten("raw.jsonl.gz", packed, {})
    assert gzip.decompress(first) == JSONL
    assert rewritten("raw.jsonl.gz", packed, {}) == first


def test_parquet_keeps_schema_groups_and_other_columns(rewritten, tmp_path):
    """Class names stay numbers with names, metadata stays."""
    features = {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}
    schema = pa.schema(
        [("text", pa.large_string()), ("label", pa.int64()), ("score", pa.float32())],
        metadata={"huggingface": json.dumps(features), "by": "me"},
    )
    table = pa.table({"text": list("abcde"), "label": [0, 1, 0, 1, -1], "score": [0.5] * 5}, schema=schema)
    pq.write_table(table, tmp_path / "raw.parquet", row_group_size=2, compression="gzip")
    rewritten("raw.parquet", None, {1: Edit(text="A", label="pos"), 4: Edit(drop=True)})
    new = pq.ParquetFile(tmp_path / "new-raw.parquet")
    assert new.schema_arrow.equals(schema, check_metadata=True)
    assert new.read().to_pydict() == {
        "text": ["A", "b", "c", "e"],
        "label": [1, 1, 0, -1],
        "score": [0.5] * 4,
    }
    assert new.metadata.row_group(0).column(0).compression == "GZIP"


def test_what_cannot_be_written_row_by_row_says_how_to_convert_it(tmp_path):
    """A JSON array; the command does what it says."""
    source = tmp_path / "raw.json"
    source.write_text('[{"text": "x", "label": "a"}]')
    with pytest.raises(InputError, match="a JSON array cannot be written anew") as caught:
        rewrite(Job(path=source, how=Source(), account=read(source), edits={}), tmp_path / "new.json")
    assert "> 'raw.jsonl'" in str(caught.value)


def test_where_writing_fails_nothing_is_left_behind(tmp_path):
    """Neither half a file nor a temporary one, and what stood there before stays."""
    source, target = tmp_path / "raw.tsv", tmp_path / "new.tsv"
    source.write_bytes(b'text\tlabel\n5" long\ta\n')
    target.write_text("before")
    with pytest.raises(InputError):
        rewrite(Job(path=source, how=Source(), account=read(source), edits={2: Edit(text="a\tb")}), target)
    assert target.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 2


TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), min_size=1, max_size=12
).filter(str.strip)


@given(
    st.lists(st.tuples(TEXT, TEXT, st.sampled_from(["stay", "drop", "edit"])), min_size=1, max_size=6), st.data()
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_the_new_file_reads_as_the_edited_rows(tmp_path, rows, data):
    """In every format, whatever the texts are."""
    ending = data.draw(st.sampled_from([".jsonl", ".csv", ".parquet"]))
    source, target = tmp_path / f"raw{ending}", tmp_path / f"new{ending}"
    _write(source, [(text, "a") for text, _, _ in rows])
    reading = read(source)
    if reading.rejects:
        return
    keys = reading.corpus.lines if ending != ".parquet" else range(1, len(rows) + 1)
    edits = {"drop": lambda _: Edit(drop=True), "edit": lambda new: Edit(text=new, label="b")}
    wanted = {key: edits[what](new) for key, (_, new, what) in zip(keys, rows, strict=True) if what != "stay"}
    rewrite(Job(path=source, how=Source(), account=reading, edits=wanted), target)
    expected = [(new, "b") if what == "edit" else (text, "a") for text, new, what in rows if what != "drop"]
    if expected:
        new = read(target).corpus
        assert list(zip(new.texts, new.labels, strict=True)) == expected


def _write(path: Path, rows):
    import csv

    if path.suffix == ".jsonl":
        path.write_bytes(b"".join(json.dumps({"text": t, "label": n}).encode() + b"\n" for t, n in rows))
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *rows])
    else:
        pq.write_table(pa.table({"text": [t for t, _ in rows], "label": [n for _, n in rows]}), path)
