"""Cleaning of files from end to end."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datakit.core.errors import InputError, UsageError
from datakit.io import Source, read
from datakit.pipeline.cleaning import clean_file, preview

LINES = [
    '{"label": "a", "text": "caf\\u00c3\\u00a9"}',
    '{"label": "a", "text": "twice"}',
    "{cut off",
    '{"label": "b", "text": "twice"}',
    '{"label": "b", "text": "b &amp; b"}',
]
HOW = Source()


@pytest.fixture
def raw(tmp_path):
    """Give a file with one fault of each kind."""
    path = tmp_path / "raw.jsonl"
    path.write_text("\n".join([*LINES, ""]))
    return path


def log_of(cleaned):
    """Return the change log as it stands in its file."""
    return [json.loads(line) for line in cleaned.log_file.read_text().splitlines()]


def test_what_is_asked_for_is_mended_and_all_else_stays(raw):
    """The clean file and the log stand beside the source, which is as it was."""
    cleaned = clean_file(raw, HOW, ["mojibake", "duplicate-text"], {})
    assert cleaned.target.name == "raw.clean.jsonl"
    assert cleaned.log_file.name == "raw.clean.changes.jsonl"
    clean = cleaned.target.read_text().splitlines()
    assert clean == [LINES[0].replace("\\u00c3\\u00a9", "\\u00e9"), LINES[1], LINES[2], LINES[4]]
    assert raw.read_text().splitlines() == LINES
    assert [(entry["line"], entry["fix"], entry["action"]) for entry in log_of(cleaned)] == [
        (1, "mojibake", "text"),
        (4, "duplicate-text", "drop"),
    ]
    assert (log_of(cleaned)[0]["before"], log_of(cleaned)[0]["after"]) == ("caf\u00c3\u00a9", "caf\u00e9")
    assert (cleaned.rows, cleaned.changes) == (4, {"mojibake": {"text": 1}, "duplicate-text": {"drop": 1}})


def test_a_row_that_is_mended_twice_and_then_dropped_is_gone(tmp_path):
    """The log tells all of it."""
    path = tmp_path / "raw.csv"
    path.write_text('text,label\na & b,x\n"a &amp;\u200b b",X\n', encoding="utf-8")
    cleaned = clean_file(path, HOW, ["html-markup", "invisible-characters", "duplicate-text"], {})
    assert cleaned.target.read_text() == "text,label\na & b,x\n"
    assert [entry["fix"] for entry in log_of(cleaned)] == ["html-markup", "invisible-characters", "duplicate-text"]


def test_unreadable_records_go_only_if_that_is_asked_for(raw):
    """With the record as it was found in the log."""
    cleaned = clean_file(raw, HOW, ["unreadable"], {})
    assert LINES[2] not in cleaned.target.read_text()
    (entry,) = log_of(cleaned)
    assert (entry["line"], entry["id"], entry["before"]) == (3, None, "{cut off")
    assert entry["because"].endswith("[unreadable-line]")


def test_rows_of_parquet_are_known_by_their_number(tmp_path):
    """Also behind one that cannot be read."""
    path = tmp_path / "raw.parquet"
    table = pa.table({"text": ["a", "b", "A", "c"], "label": pa.array([[1], [1], [1], [1]], pa.list_(pa.int64()))})
    pq.write_table(table, path)
    cleaned = clean_file(path, HOW, ["duplicate-text"], {})
    assert [(entry["line"], entry["because"]) for entry in log_of(cleaned)] == [(3, "same text as line 1")]
    assert pq.read_table(cleaned.target).to_pydict() == table.take([0, 1, 3]).to_pydict()


def test_packed_files_come_out_packed(raw):
    """`.jsonl.gz` is the same kind as `.jsonl`."""
    packed = raw.with_name("raw.jsonl.gz")
    packed.write_bytes(gzip.compress(raw.read_bytes()))
    cleaned = clean_file(packed, HOW, ["unreadable"], {})
    assert cleaned.target.name == "raw.clean.jsonl.gz"
    assert gzip.decompress(cleaned.target.read_bytes()).count(b"\n") == 4
    plain = clean_file(packed, HOW, ["unreadable"], {}, target=raw.with_name("plain.jsonl"))
    assert plain.target.read_bytes().count(b"\n") == 4


def test_a_preview_writes_nothing_and_tells_what_each_fix_would_do(raw):
    """Each by itself."""
    seen = preview(raw, HOW, {"duplicate-text": {"exact": True}})
    told = {name: changes for name, changes in seen.changes.items() if changes}
    assert told == {
        "html-markup": {"text": 1},
        "mojibake": {"text": 1},
        "unreadable": {"drop": 1},
        "conflicting-labels": {"drop": 2},
        "duplicate-text": {"drop": 1},
    }
    assert [path.name for path in raw.parent.iterdir()] == ["raw.jsonl"]


@pytest.mark.parametrize(
    ("target", "log", "told"),
    [
        ("raw.jsonl", None, "are not three files"),
        ("clean.jsonl", "raw.jsonl", "are not three files"),
        ("clean.jsonl", "clean.jsonl", "are not three files"),
        ("clean.csv", None, "clean converts nothing"),
        ("there.jsonl", None, "there is such a file already"),
        ("clean.jsonl", "there.jsonl", "there is such a file already"),
    ],
)
def test_nothing_is_overwritten_unasked(raw, target, log, told):
    """The source never, other files with `force`."""
    there = raw.with_name("there.jsonl")
    there.write_text("mine")
    paths = {"target": raw.with_name(target), "log": raw.with_name(log) if log else None}
    with pytest.raises(UsageError, match=told):
        clean_file(raw, HOW, ["unreadable"], {}, **paths)
    assert there.read_text() == "mine"
    assert raw.read_text().splitlines() == LINES
    if "already" in told:
        clean_file(raw, HOW, ["unreadable"], {}, **paths, force=True)
        assert there.read_text() != "mine"


def test_a_place_that_cannot_be_written_to_is_a_wrong_call(raw):
    """With the reason."""
    with pytest.raises(UsageError, match=r"cannot be written: (Not a directory|File exists)"):
        clean_file(raw, HOW, ["unreadable"], {}, target=raw / "clean.jsonl")


def test_a_folder_of_datasets_is_to_be_exported_first(tmp_path):
    """The error gives the command."""
    from datasets import Dataset

    folder = tmp_path / "raw"
    Dataset.from_dict({"text": ["x"], "label": ["a"]}).save_to_disk(folder)
    with pytest.raises(InputError, match="to_parquet"):
        preview(folder, HOW, {})


@pytest.mark.parametrize(
    ("name", "fixes", "at_least"),
    [
        ("kaggle_spam.csv", ["mojibake", "duplicate-text", "unreadable"], 800),
        ("sms.tsv", ["control-characters"], 35),
    ],
)
def test_real_files_come_out_as_they_went_in_but_for_what_the_log_says(
    shared_data, tmp_path, name, fixes, at_least
):
    """Played over the source as it is read, the log gives the clean file as it is read."""
    how = Source(columns=("label", "text") if name == "sms.tsv" else None)
    source = shared_data / "dirty" / name
    cleaned = clean_file(source, how, fixes, {}, target=tmp_path / name)
    before, after = read(source, how).corpus, read(cleaned.target, how).corpus
    texts = dict(zip(before.lines, before.texts, strict=True))
    assert len(cleaned.log) >= at_least
    for entry in cleaned.log:
        if entry.action == "drop":
            texts.pop(entry.line, None)
        else:
            texts[entry.line] = entry.after
    assert list(texts.values()) == after.texts
