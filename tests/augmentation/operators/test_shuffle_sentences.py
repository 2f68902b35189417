"""The operator `shuffle-sentences`."""

import time
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.augmentation.operators import shuffle_sentences
from datakit.augmentation.operators._base import edit
from datakit.augmentation.operators.shuffle_sentences import ShuffleSentences, sentences
from datakit.core.seeding import rng_for


@pytest.fixture(autouse=True)
def fresh():
    """Let Punkt's data be looked for again."""
    shuffle_sentences._punkt.cache_clear()
    yield
    shuffle_sentences._punkt.cache_clear()


def variants(text, n=100):
    """Return the first n variants under a fixed seed."""
    return list(ShuffleSentences().augment(text, rng_for(13, "row"), n))


def split(text):
    """Return the sentences of a text."""
    return [text[start:stop] for start, stop in sentences(text)]


def check_orders():
    """Three sentences have five other orders, and what is between them stays."""
    made = {child.text for child in variants("It came.  I am glad!\nGreat value.")}
    orders = set(permutations(["It came.", "I am glad!", "Great value."]))
    assert made == {f"{a}  {b}\n{c}" for a, b, c in orders} - {"It came.  I am glad!\nGreat value."}


@pytest.mark.usefixtures("no_nltk_data")
def test_the_stream_holds_all_orders():
    """Without NLTK's data the rule finds the sentences, and says that it did."""
    check_orders()
    assert ShuffleSentences().uses() == {"sentences": "by rule"}


@pytest.mark.usefixtures("nltk_folder")
def test_punkt_finds_the_sentences_where_its_data_is():
    """It knows more abbreviations than the rule, and says that it was used."""
    check_orders()
    assert ShuffleSentences().uses() == {"sentences": "punkt_tab"}
    assert split("Mr. Smith left. He paid Acme Corp. a visit.") == [
        "Mr. Smith left.",
        "He paid Acme Corp. a visit.",
    ]
    assert split("It gets 10/10!The end. See it.") == ["It gets 10/10!The end.", "See it."]


@pytest.mark.usefixtures("no_nltk_data")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. J. R. Smith came, e.g. Monday. Then what?", ["Dr. J. R. Smith came, e.g. Monday.", "Then what?"]),
        ('He said "Stop!" She didn\'t.', ['He said "Stop!"', "She didn't."]),
        ("It cost 3.50 dollars... or so. Well", ["It cost 3.50 dollars... or so.", "Well"]),
        ("The U.S. Senate met. So do I. Fine", ["The U.S. Senate met.", "So do I.", "Fine"]),
        ("a title\n\nIt begins. <br /><br />And ends", ["a title", "It begins.", "And ends"]),
        (" \n One. Two.\t", ["One.", "Two."]),
        (" \n ", []),
        ("", []),
    ],
)
def test_the_rule(text, expected):
    """Abbreviations, initials, quotes, numbers and paragraphs are read rightly."""
    assert split(text) == expected


@pytest.mark.usefixtures("no_nltk_data")
def test_fewer_than_three_sentences_have_no_variant():
    """Nor have three equal ones."""
    assert variants("One. Two.") == []
    assert variants("One. One. One.") == []


@given(
    st.lists(st.sampled_from(["One.", "Two!", "Three", "4?", "<br />", "\n\n", " ", "é…"]), max_size=12),
    st.integers(0, 9),
)
def test_edits_are_exact_and_the_stream_is_stable(pieces, n):
    """Each child is its parent with whole sentences swapped; a shorter stream begins the longer one."""
    text = " ".join(pieces)
    made = variants(text, 9)
    assert made[:n] == variants(text, n)
    assert len({text, *(child.text for child in made)}) == len(made) + 1
    for child in made:
        assert edit(text, child.spans) == child
        assert sorted(child.text) == sorted(text)


def test_chinese_sentences_end_without_white_space():
    """Marks in a row and closing quotes stay with their sentence."""
    text = "很快。好吃\uff01\uff01“味道足。”量大\uff1f ok"
    assert split(text) == ["很快。", "好吃\uff01\uff01", "“味道足。”", "量大\uff1f", "ok"]
    assert len({child.text for child in variants(text, 20)}) == 20


@pytest.mark.parametrize("text", [" " * 100_000, "." * 100_000, "\n" * 100_000, "!" * 100_000, "a. " * 50_000])
def test_no_text_takes_quadratic_time(text):
    """Runs of one character, and a text of very many sentences; seconds, were each run read from every place."""
    start = time.process_time()
    assert len(split(text)) <= 50_000
    assert time.process_time() - start < 5
