import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datakit.core.errors import InputError
from datakit.io import Reading, read


@pytest.fixture
def reading(tmp_path):
    """Give a function that reads some columns as a Parquet file."""

    def of(columns, **metadata) -> Reading:
        path = tmp_path / "raw.parquet"
        table = pa.table(columns).replace_schema_metadata(metadata)
        pq.write_table(table, path, row_group_size=2)
        return read(path)

    return of


def test_columns_are_read_with_their_types(reading):
    """Integers and booleans throughout become strings; dictionary encoding does not show."""
    result = reading({"text": ["t", None, "v"], "label": pa.array([1, 2, None]), "n": [1, 2, 3]})
    assert result.corpus.texts == ["t", None, "v"]
    assert result.corpus.labels == ["1", "2", None]
    assert result.corpus.lines == [None, None, None]
    words = pa.array(["a", "b"]).dictionary_encode()
    assert reading({"text": ["t", "u"], "label": words}).corpus.labels == ["a", "b"]


def test_numbered_labels_of_the_datasets_library_come_back_as_names(reading):
    """The names stand in the schema's metadata; -1 is no label."""
    info = {"info": {"features": {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}}}
    result = reading({"text": ["t", "u", "v"], "label": [1, 0, -1]}, huggingface=json.dumps(info))
    assert result.corpus.labels == ["pos", "neg", None]


def test_rows_of_the_wrong_type_are_rejected_by_number(reading):
    """A float is no label."""
    with pytest.raises(InputError, match=r"raw\.parquet:1: wrong-label-type: the label is a number with a point"):
        reading({"text": ["t"], "label": [0.5]})


def test_lists_are_several_labels_a_row(reading):
    """By name, or by the number of a name."""
    assert reading({"text": ["t", "u"], "labels": [["b", "a"], []]}).corpus.label_sets == [("a", "b"), ()]
    feature = {"feature": {"names": ["neg", "pos"], "_type": "ClassLabel"}, "_type": "List"}
    info = {"info": {"features": {"labels": feature}}}
    numbered = reading({"text": ["t"], "labels": [[1, 0]]}, huggingface=json.dumps(info))
    assert numbered.corpus.label_sets == [("neg", "pos")]


def test_another_file_is_an_error(tmp_path):
    """A name does not make a Parquet file."""
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="not readable as Parquet"):
        read(tmp_path / "a.parquet")


def test_a_file_that_grows_beyond_measure_is_refused(tmp_path, monkeypatch):
    """Rows that all are the same take no room in Parquet."""
    monkeypatch.setattr("datakit.io.parquet.ALWAYS_UNPACKED", 10_000)
    path = tmp_path / "raw.parquet"
    pq.write_table(pa.table({"text": ["t"] * 1_000_000, "label": ["a"] * 1_000_000}), path)
    with pytest.raises(InputError, match="unpack to more than 100 times as many"):
        read(path)
