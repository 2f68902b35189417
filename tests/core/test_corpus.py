import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.corpus import SCHEMA, Corpus, Splits, content_ids
from datakit.core.seeding import rng_for

TEXTS = ["see you", "win a prize", "see you", None, ""]
LABELS = ["ham", "spam", "ham", "ham", None]


@pytest.fixture
def corpus() -> Corpus:
    """Give five rows, two of them the same, with gaps."""
    return Corpus.from_columns(TEXTS, LABELS, line=[1, 2, 3, 4, None])


def test_ids_survive_another_order_of_the_rows():
    """A row is known by its content; repeats are counted."""
    rows = list(zip(TEXTS, LABELS, strict=True))
    ids = dict(zip(content_ids(TEXTS, LABELS), rows, strict=True))
    rng_for(1).shuffle(rows)
    assert dict(zip(content_ids(*zip(*rows, strict=True)), rows, strict=True)) == ids
    assert sorted(len(id_) for id_ in ids) == [16, 16, 16, 16, 18]


def test_the_same_content_has_the_same_id_for_ever():
    """Runs of old refer to it: the derivation is part of the format."""
    assert content_ids(["see you"], ["ham"]) == ["02d3ad0c2fdb3f61"]


@pytest.mark.parametrize(
    "others", [(["a", "bc"], ["ab", "c"]), ([None, "x"], ["", "x"]), (["x", None], ["x", ""])]
)
def test_content_that_only_looks_alike_has_ids_of_its_own(others):
    """The limit between text and label, and null and the empty string, make a difference."""
    one, other = others
    assert content_ids([one[0]], [one[1]]) != content_ids([other[0]], [other[1]])


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["x", "y", None]))))
def test_ids_are_unique(rows):
    """However often content repeats."""
    ids = content_ids([text for text, _ in rows], [label for _, label in rows])
    assert len(set(ids)) == len(rows)


def test_a_corpus_has_all_columns_in_one_schema(corpus):
    """What is not given is null."""
    assert corpus.table.schema == SCHEMA
    assert corpus.parents == [None] * 5
    assert corpus.lines == [1, 2, 3, 4, None]
    assert repr(corpus) == "Corpus(5 rows, labels: {'ham': 3, 'spam': 1})"


def test_columns_of_unequal_length_are_refused():
    """No row is cut off silently."""
    with pytest.raises(ValueError, match=r"longer|shorter"):
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
