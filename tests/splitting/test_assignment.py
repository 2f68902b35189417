import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datakit.core.corpus import Splits
from datakit.core.errors import InputError
from datakit.splitting import Assignment
from datakit.testing import corpus

SPLITS = Splits({"train": corpus([("one", "a"), ("two", "a")]), "test": corpus([("Three", "b"), ("THREE", "b")])})


def test_a_text_is_known_whatever_its_case_label_and_id():
    """-1 stands for a text that has no split, or none of those asked for."""
    rows = corpus([("three ", "x"), ("four", "a"), ("TWO", "a")])
    assert Assignment.of(SPLITS).homes_of(rows, ["train", "test"]).tolist() == [1, -1, 0]
    assert Assignment.of(SPLITS).homes_of(rows, ["test", "validation"]).tolist() == [0, -1, -1]


def test_a_text_that_is_gone_comes_back_to_where_it_was():
    """What stands now goes before what stood."""
    now = Splits({"train": corpus([("three", "a"), ("four", "a")])})
    kept = Assignment.of(now, before=Assignment.of(SPLITS))
    rows = corpus([("one", "a"), ("two", "a"), ("three", "a"), ("four", "a")])
    assert kept.homes_of(rows, ["train", "test"]).tolist() == [0, 0, 0, 0]
    assert Assignment.of(SPLITS, before=kept).homes_of(rows, ["train", "test"]).tolist() == [0, 0, 1, 0]


def test_what_is_saved_is_opened(tmp_path):
    """The same assignment gives the same bytes."""
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"
    Assignment.of(SPLITS).save(one)
    Assignment.open(one).save(other)
    assert one.read_bytes() == other.read_bytes()
    opened = Assignment.open(one)
    assert (opened.keys == Assignment.of(SPLITS).keys).all()
    assert (opened.homes == Assignment.of(SPLITS).homes).all()


def test_the_order_of_a_files_rows_does_not_matter(tmp_path):
    """Others may have written it."""
    Assignment.of(SPLITS).save(tmp_path / "one.parquet")
    table = pq.read_table(tmp_path / "one.parquet")
    pq.write_table(table.take([2, 0, 1]), tmp_path / "other.parquet")
    assert (Assignment.open(tmp_path / "other.parquet").homes_of(SPLITS.test, ["test"]) == 0).all()


def test_it_knows_data_that_it_has_a_text_of():
    """Or any, if it has none itself."""
    assert Assignment.of(SPLITS).knows(corpus([("four", "a"), ("one", "a")]))
    assert not Assignment.of(SPLITS).knows(corpus([("four", "a")]))
    empty = Assignment.of(Splits({"train": corpus([])}))
    assert empty.knows(corpus([("four", "a")]))
    assert empty.homes_of(corpus([("four", "a")]), ["train"]).tolist() == [-1]


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"text_key": np.array([1], np.uint64), "split": ["dev"]}),
        pa.table({"text_key": np.array([1], np.uint64), "split": pa.nulls(1, pa.string())}),
        pa.table({"text": ["one"], "label": ["a"]}),
    ],
    ids=["another name", "no name", "other columns"],
)
def test_a_file_that_holds_something_else_is_refused(tmp_path, table):
    """With its path and what to give instead."""
    pq.write_table(table, tmp_path / "odd.parquet")
    with pytest.raises(InputError, match=r"odd\.parquet(.|\n)*assignment\.parquet of an earlier split"):
        Assignment.open(tmp_path / "odd.parquet")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """Or is no Parquet."""
    (tmp_path / "text").write_text("hello")
    for name in ("none", "text"):
        with pytest.raises(InputError):
            Assignment.open(tmp_path / name)
