import pyarrow as pa
import pytest

from datakit.core.corpus import SCHEMA, Corpus, CorpusFile, Splits

TEXTS = ["see you", "win a prize", "see you", None, ""]
LABELS = ["ham", "spam", "ham", "ham", None]


@pytest.fixture
def corpus() -> Corpus:
    """Give five rows, two of them the same, with gaps."""
    return Corpus.from_columns(TEXTS, LABELS, line=[1, 2, 3, 4, None])


def test_a_corpus_has_all_columns_in_one_schema(corpus):
    """What is not given is null."""
    assert corpus.table.schema == SCHEMA
    assert corpus.parents == [None] * 5
    assert corpus.lines == [1, 2, 3, 4, None]
    assert repr(corpus) == "Corpus(5 rows, labels: {'ham': 3, 'spam': 1})"


def test_rows_may_carry_several_labels():
    """Then each label of a row counts, and `label` is null; a row may carry none."""
    corpus = Corpus.from_columns(["t", "u", "v"], None, labels=[["joy", "awe"], ["joy"], []])
    assert (corpus.multi_label, corpus.labels) == (True, [None] * 3)
    assert corpus.label_sets == [("joy", "awe"), ("joy",), ()]
    assert corpus.label_counts == {"joy": 2, "awe": 1}


def test_one_label_a_row_is_a_set_of_one(corpus):
    """A missing label is the empty set; no rows are no reason to think of several labels."""
    assert corpus.label_sets == [("ham",), ("spam",), ("ham",), ("ham",), ()]
    assert not corpus.multi_label
    assert not corpus.take([]).multi_label


def test_equal_texts_have_equal_keys(corpus):
    """Equal after normalisation; a missing text counts as the empty one."""
    assert len(set(corpus.text_keys.tolist())) == 3
    assert corpus.text_keys[0] == corpus.text_keys[2]
    assert corpus.text_keys[3] == corpus.text_keys[4]


def test_columns_of_unequal_length_are_refused():
    """No row is cut off silently."""
    with pytest.raises(ValueError, match="2 texts, but 1 labels"):
        Corpus.from_columns(["a", "b"], ["x"])


def test_labels_are_counted_the_most_frequent_first():
    """Ties stand by name; missing labels are not counted."""
    corpus = Corpus.from_columns(["t"] * 6, ["c", "b", "a", "b", "a", None])
    assert list(corpus.label_counts.items()) == [("a", 2), ("b", 2), ("c", 1)]


def test_a_missing_text_reads_as_the_empty_one(corpus):
    """Where texts are compared; the row itself keeps its null."""
    assert corpus.normalised == ["see you", "win a prize", "see you", "", ""]
    assert corpus.texts[3] is None


def test_rows_are_taken_in_the_order_asked_for(corpus):
    """Ids and lines go with them."""
    taken = corpus.take([3, 0])
    assert (taken.texts, taken.lines) == ([None, "see you"], [4, 1])
    assert taken.ids == [corpus.ids[3], corpus.ids[0]]
    assert len(corpus.take([])) == 0


def test_rows_left_out_leave_the_others_in_order(corpus):
    """The corpus itself stays as it is."""
    assert corpus.without({0, 3}).lines == [2, 3, None]
    assert len(corpus) == 5


def test_rows_are_added_at_the_end(corpus):
    """An empty corpus adds nothing."""
    assert corpus.take([4]).extend(corpus.take([0, 1])).lines == [None, 1, 2]
    assert list(corpus.extend(corpus.take([])).rows()) == list(corpus.rows())


def test_rows_come_back_as_they_went_in():
    """Augmented rows with their edits included."""
    row = {
        "id": "a~synonym-0",
        "text": "the film",
        "label": "x",
        "labels": None,
        "line": None,
        "parent": "a",
        "op": "synonym",
        "k": 0,
        "edits": [{"start": 4, "stop": 9, "text": "film"}],
    }
    corpus = Corpus.from_rows([row])
    assert list(corpus.rows()) == [row]
    assert corpus.parents == ["a"]


def test_a_saved_corpus_is_read_as_it_was(corpus, tmp_path):
    """Nulls stay null, the schema stays the schema."""
    corpus.save(tmp_path / "c.parquet")
    opened = Corpus.open(tmp_path / "c.parquet")
    assert opened.table.equals(corpus.table)


def test_the_same_rows_give_the_same_bytes(tmp_path):
    """However the table came about: built, read, taken, joined from pieces."""
    texts = [f"text {i % 900}" for i in range(3000)]
    whole = Corpus.from_columns(texts, ["a", "b", "c"] * 1000)
    whole.save(tmp_path / "whole")
    pieces = {
        "chunked": Corpus(pa.concat_tables([whole.table.slice(0, 1700), whole.table.slice(1700)])),
        "joined": whole.take(range(1000)).extend(whole.take(range(1000, 3000))),
        "opened": Corpus.open(tmp_path / "whole"),
        "listed": Corpus.from_rows(list(whole.rows())),
    }
    for name, corpus in pieces.items():
        corpus.save(tmp_path / name)
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_a_file_is_the_same_whatever_the_pieces(tmp_path, monkeypatch, piece):
    """Pieces are gathered into groups of a fixed number of rows."""
    monkeypatch.setattr(CorpusFile, "ROWS", 10)
    whole = Corpus.from_columns([f"text {i}" for i in range(95)], ["a"] * 95)
    whole.save(tmp_path / "whole")
    with CorpusFile(tmp_path / "pieces") as file:
        for corpus in whole.batches(piece):
            file.add(corpus)
    assert (tmp_path / "pieces").read_bytes() == (tmp_path / "whole").read_bytes()
    assert Corpus.open(tmp_path / "pieces").texts == whole.texts


def test_splits_stand_in_their_order(corpus):
    """Train, validation, test, whatever order they are given in."""
    splits = Splits({"test": corpus, "train": corpus.take([0])})
    assert list(splits) == ["train", "test"]
    assert list(splits | {"validation": corpus}) == ["train", "validation", "test"]
    assert len((splits | {"train": corpus}).train) == 5
    assert len(splits.train) == 1


def test_an_unknown_split_is_refused(corpus):
    """`dev` and `valid` are called `validation` here."""
    with pytest.raises(ValueError, match=r"unknown splits \['dev'\]; known: \('train', 'validation', 'test'\)"):
        Splits({"train": corpus, "dev": corpus})


def test_saved_splits_are_read_as_they_were(corpus, tmp_path):
    """A split that is not there stays away."""
    Splits({"train": corpus, "test": corpus.take([1])}).save(tmp_path / "splits")
    opened = Splits.open(tmp_path / "splits")
    assert {name: len(rows) for name, rows in opened.items()} == {"train": 5, "test": 1}
    assert opened.test.texts == ["win a prize"]
