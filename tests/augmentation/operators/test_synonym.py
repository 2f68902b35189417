"""The operator `synonym`."""

from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import printed_under_hash_seeds

from datakit.augmentation import operators
from datakit.augmentation.lexicon.tokens import protected_tokens
from datakit.augmentation.operators._base import edit
from datakit.augmentation.operators.synonym import Synonym
from datakit.core.errors import UsageError
from datakit.core.seeding import rng_for

TEXT = "The director bought an automobile and quickly began the movie; critics called the film enormous."

# fmt: off
WORDS = st.sampled_from([
    "film", "films", "movie", "bought", "big", "large", "an", "a", "automobile", "small", "hour", "began",
    "quickly", "the", "not", "never", "3", "£1,000", "@bob", "#tag", "https://x.co/film?big=1", "[movie]", "<url>",
    "can't", ",", ".", "!", "?", "Film", "MOVIE", "credit", "card", "naïve", "电影", "\t", "\n", "",
])
# fmt: on
TEXTS = st.lists(WORDS, max_size=25).map(" ".join)


def variants(text, n=50, **options):
    """Return the first n edits of a text under a fixed seed."""
    return list(Synonym(**options).augment(text, rng_for(13, "row", "synonym"), n))


@given(TEXTS)
@settings(deadline=None)
def test_text_outside_the_spans_is_untouched(text):
    """A child is its parent with the spans replaced, and nothing else."""
    for child in variants(text):
        assert edit(text, child.spans).text == child.text
        assert child.spans
        assert all(text[span.start : span.stop] != span.text for span in child.spans)


@given(TEXTS)
@settings(deadline=None)
def test_variants_are_distinct_and_new(text):
    """No variant comes twice, and none is the text itself."""
    texts = [child.text for child in variants(text)]
    assert len({text, *texts}) == len(texts) + 1


@given(TEXTS, st.integers(0, 20))
@settings(deadline=None)
def test_a_longer_stream_starts_as_a_shorter_one(text, n):
    """The first n variants do not depend on how many are asked for."""
    assert variants(text, n) == variants(text, 40)[:n]


@given(TEXTS)
@settings(deadline=None)
def test_protected_tokens_survive(text):
    """Addresses, mentions, tags, placeholders, numbers and negation stay as they are."""
    for child in variants(text):
        assert list(protected_tokens(child.text)) == list(protected_tokens(text))


def test_the_stream_goes_on_until_all_combinations_are_through():
    """Many distinct variants come out of one sentence, and their count is exact."""
    assert len(variants(TEXT, 30)) == 30
    assert len(variants("We saw the movie.", 30)) == len(variants("We saw the movie.", 300)) > 0


def test_every_combination_comes_once():
    """Each choice of words to replace, and of a synonym for each, is one variant; those of `share` come first."""
    text = "The movie began. We purchased the automobile."
    made = variants(text, 10_000, share=0.2)
    options = {}
    for child in made:
        if len(child.spans) == 1:
            (span,) = child.spans
            options.setdefault(span.start, set()).add(span.text)
    assert len(options) > 2
    assert len({child.text for child in made}) == len(made)
    assert len(made) == prod(len(forms) + 1 for forms in options.values()) - 1
    sizes = [len(child.spans) for child in made]
    assert sizes == sorted(sizes, key=lambda size: (size < 2, size if size >= 2 else -size))


def test_inflection_case_and_article_follow():
    """The new word takes the form of the old one, and `an` becomes `a` before a consonant."""
    texts = {child.text for child in variants("Films began. I bought an automobile.", 200)}
    assert "Movies began. I bought an automobile." in texts
    assert "Films began. I purchased an automobile." in texts
    assert "Films began. I bought a car." in texts


@pytest.mark.parametrize(
    "text",
    ["", "   ", "to be or not to be", "She met Film Big in Paris", "http://film.com @movie #film [film]", "42"],
)
def test_texts_without_a_safe_word_yield_nothing(text):
    """No edit is better than a bad one."""
    assert variants(text) == []


def test_words_of_the_user_are_neither_replaced_nor_put_in():
    """Protection covers all forms of a word."""
    assert any("film" in child.text for child in variants("two movies"))
    assert all("film" not in child.text for child in variants("two movies", protect=("Film",)))
    assert variants("two movies", protect=("movie",)) == []


def test_fixed_phrases_stay():
    """Part of a multi-word entry of WordNet is not replaced."""
    assert all(" film " not in f"{child.text} " for child in variants("the movie actor bought it"))


def test_many_texts_give_what_one_gives():
    """A batch changes nothing."""
    texts = [TEXT, "", "two movies", TEXT.lower()]
    rngs = [rng_for(13, i) for i in range(4)]
    batch = [list(stream) for stream in Synonym().augment_many(texts, rngs, [5] * 4)]
    assert batch == [list(Synonym().augment(text, rng_for(13, i), 5)) for i, text in enumerate(texts)]


def test_share_must_be_a_share():
    """An option out of range is a usage error."""
    with pytest.raises(UsageError):
        operators.build("synonym", {"share": 0})


@pytest.mark.usefixtures("no_nltk_data")
def test_without_the_perceptron_it_still_works():
    """WordNet's own counts are enough for the certain words."""
    assert any("film" in child.text for child in variants("I watched the movie."))


def test_hash_seeds_and_the_global_state_play_no_part():
    """Two processes with different hash seeds agree, and the global generator stays as it was."""
    code = (
        "import random; before = random.getstate()\n"
        "from datakit.augmentation.operators.synonym import Synonym\n"
        "from datakit.core.seeding import rng_for\n"
        f"print([e.text for e in Synonym().augment({TEXT!r}, rng_for(1), 40)])\n"
        "assert random.getstate() == before"
    )
    assert len(printed_under_hash_seeds(code)) == 1


def test_different_seeds_differ():
    """The generator decides which variant comes first."""
    firsts = {next(Synonym().augment(TEXT, rng_for(seed), 1)).text for seed in range(10)}
    assert len(firsts) > 1


@pytest.mark.parametrize("given", ["movies", "Movie"])
def test_a_protected_word_stays_in_any_inflection(given):
    """Given as its plural, the singular stays too, and the other way round."""
    for text in ("I saw a movie about the war.", "I saw two movies about the war."):
        assert all("movie" in edit.text for edit in Synonym(protect=(given,)).augment(text, rng_for(1), 50))


def test_a_name_after_an_abbreviation_is_no_opening_of_a_sentence():
    """Nor is one after a title, nor are two capitals in a row; a single one after a full stop is."""
    name = "A song feat. Childish Gambino was played to Mr. Big. Red Sox fans kept away."
    assert all(part in edit.text for edit in variants(name) for part in ("Childish", "Mr. Big", "Red"))
    assert any(edit.text.startswith("Film") for edit in variants("Movies were shown all night long."))
