"""What the neural engines share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.augmentation.translators._models import Direction, by_sentence, in_batches, pivots_here
from datakit.core.errors import UsageError


@given(st.lists(st.integers(1, 40), max_size=60), st.integers(1, 100))
def test_batches_keep_to_the_budget_and_the_order(lengths, budget):
    """Every item is worked on once, with items of like length, and the results stand in the items' order."""
    seen = []

    def work(batch):
        seen.append(batch)
        return [-item for item in batch]

    assert in_batches(lengths, lengths, budget, work) == [-length for length in lengths]
    assert all(len(batch) == 1 or len(batch) * max(batch) <= budget for batch in seen)
    assert [max(batch) for batch in seen] == sorted((max(batch) for batch in seen), reverse=True)


@pytest.mark.parametrize("words", ["CUDA out of memory. Tried to", "CUDA failed with error out of memory"])
def test_running_out_of_memory_halves_the_batch(words):
    """The batch that did not fit is tried at half its size, and all items get through."""
    sizes = []

    def work(batch):
        sizes.append(len(batch))
        if len(batch) > 5:
            raise RuntimeError(words)
        return batch

    items = list(range(20))
    assert in_batches(items, [1] * 20, 16, work) == items
    assert sizes == [16, 8, 4, 4, 4, 4, 4]


def test_other_failures_and_single_texts_that_do_not_fit_are_not_hidden():
    """There is nothing left to halve, or nothing to do with memory."""

    def work(batch):
        raise RuntimeError("out of memory" if len(batch) == 1 else "broken")

    with pytest.raises(RuntimeError, match="out of memory"):
        in_batches(["a"], [9], 1, work)
    with pytest.raises(RuntimeError, match="broken"):
        in_batches(["a", "b"], [1, 1], 8, work)


def test_sentences_are_translated_one_by_one_and_joined_as_they_were():
    """White space and line breaks between sentences stay; each sentence has a seed of its own."""
    asked = []

    def translate(sentences, seeds):
        asked.append((list(sentences), seeds))
        return [sentence.upper() for sentence in sentences]

    assert by_sentence(["One two.  Three!\n\nfour", " ", "One two."], None, translate) == [
        "ONE TWO.  THREE!\n\nFOUR",
        " ",
        "ONE TWO.",
    ]
    assert asked[0] == (["One two.", "Three!", "four", "One two."], None)
    by_sentence(["A. B.", "A."], [1, 2], translate)
    assert len(set(asked[1][1])) == 3


def test_a_sentences_seed_is_its_texts():
    """The neighbours in the list play no part."""

    def translate(_, seeds):
        return list(map(str, seeds))

    assert by_sentence(["a", "b. c."], [1, 2], translate)[1:] == by_sentence(["b. c."], [2], translate)


def test_a_model_is_found_in_a_folder(tmp_path):
    """A template names a folder a direction; the content is the identity."""
    for way in ("en-de", "de-en"):
        (tmp_path / way).mkdir()
        (tmp_path / way / "config.json").write_text(way)
    model = f"{tmp_path}/{{source}}-{{target}}"
    there = Direction.of(model, "en", "de")
    assert there.model == str(tmp_path / "en-de")
    assert there.source is None
    assert there.identity != Direction.of(model, "de", "en").identity
    multilingual = Direction.of(str(tmp_path / "en-de"), "en", "de")
    assert (multilingual.source, multilingual.target) == ("eng_Latn", "deu_Latn")
    pytest.importorskip("sentencepiece")
    assert pivots_here(model, "en") == ("de",)
    assert pivots_here(str(tmp_path / "{source}{target}"), "en") == ()


def test_a_model_that_cannot_be_had_says_what_to_give(tmp_path):
    """A folder that is not there is no name of the hub's either."""
    with pytest.raises(UsageError, match="save_pretrained"):
        Direction.of(f"{tmp_path}/no/{{source}}-{{target}}", "en", "de")
