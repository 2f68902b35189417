import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.corpus import Corpus
from datakit.core.errors import UsageError
from datakit.io import read, write

CORPUS = Corpus.from_columns(["t", "=1+1", 'say "hi",\n\tnow', None], ["a", "@b", None, "c"])


@given(st.lists(st.tuples(st.none() | st.text(), st.none() | st.text()), min_size=1))
@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "parquet"])
def test_what_is_written_reads_back_equal(tmp_path_factory, ending, rows):
    """Property: any Unicode text, NUL and line separators included."""
    path = tmp_path_factory.mktemp("written") / f"c.{ending}"
    corpus = Corpus.from_columns([text for text, _ in rows], [label for _, label in rows])
    write(corpus, path)
    back = read(path).corpus
    assert (back.ids, back.texts, back.labels) == (corpus.ids, corpus.texts, corpus.labels)


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), min_size=1))
@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_tables_read_back_equal_but_for_the_apostrophe(tmp_path_factory, ending, rows):
    """Property: quotes, tabs and line ends survive; formulas are disarmed."""
    path = tmp_path_factory.mktemp("written") / f"c.{ending}"
    write(Corpus.from_columns([text for text, _ in rows], [label for _, label in rows]), path)
    reading = read(path)
    disarmed = [[f"'{cell}" if cell[0] in "=+-@\t\r\0" else cell for cell in row] for row in rows]
    assert [list(row) for row in zip(reading.corpus.texts, reading.corpus.labels, strict=True)] == disarmed
    assert not reading.rejects


def test_a_spreadsheet_runs_no_cell(tmp_path):
    """A cell that begins as a formula gets an apostrophe before it."""
    write(CORPUS, tmp_path / "c.csv")
    lines = (tmp_path / "c.csv").read_bytes().decode().splitlines()
    assert lines[0] == "id,text,label"
    assert lines[2].endswith(",'=1+1,'@b")


def test_what_got_an_apostrophe_is_counted(tmp_path):
    """A program that reads the file will find it there; formats that keep every text have none."""
    rows = Corpus.from_columns(["=1", "@you see", "- no", "plain"], ["a", "b", "c", "d"])
    assert [write(rows, tmp_path / name) for name in ("c.csv", "c.tsv", "c.jsonl", "c.parquet")] == [3, 3, 0, 0]


def test_equal_rows_give_equal_bytes(tmp_path, monkeypatch):
    """Whatever the time."""
    for now in (1.0, 2e9):
        monkeypatch.setattr("time.time", lambda now=now: now)
        for ending in ("jsonl", "jsonl.gz", "csv", "tsv", "parquet"):
            write(CORPUS, tmp_path / f"{now}.{ending}")
    for ending in ("jsonl", "jsonl.gz", "csv", "tsv", "parquet"):
        assert (tmp_path / f"1.0.{ending}").read_bytes() == (tmp_path / f"2000000000.0.{ending}").read_bytes()


def test_json_lines_tell_where_augmented_rows_come_from(tmp_path):
    """Columns that no row uses are left out."""
    augmented = Corpus.from_rows([{"id": "x", "text": "t", "label": "a", "parent": "p", "op": "swap", "k": 0}])
    write(augmented, tmp_path / "c.jsonl.gz")
    line = gzip.decompress((tmp_path / "c.jsonl.gz").read_bytes())
    assert line == b'{"id":"x","text":"t","label":"a","parent":"p","op":"swap","k":0}\n'


def test_nothing_else_is_left_in_the_folder(tmp_path):
    """The temporary file was renamed."""
    write(CORPUS, tmp_path / "c.jsonl")
    assert [path.name for path in tmp_path.iterdir()] == ["c.jsonl"]


def test_another_ending_is_refused(tmp_path):
    """The known ones are listed."""
    with pytest.raises(UsageError, match=r"known: \.csv, \.jsonl"):
        write(CORPUS, tmp_path / "c.xlsx")
