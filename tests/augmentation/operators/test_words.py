"""Which words may be edited, and what every operator on words promises."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import printed_under_hash_seeds

from datakit.augmentation import operators
from datakit.augmentation.lexicon.tokens import protected_tokens
from datakit.augmentation.operators._base import edit
from datakit.augmentation.operators._words import Word, replaced, tag
from datakit.core.errors import UsageError
from datakit.core.seeding import rng_for

#: Those that need nothing but WordNet; `contextual` has a model, and its own tests.
NAMES = ("random-insertion", "random-deletion", "random-swap")

TEXT = "The director bought an automobile and quickly began the movie; critics called the film enormous."

# fmt: off
WORDS = st.sampled_from([
    "film", "films", "movie", "bought", "big", "large", "an", "a", "automobile", "small", "hour", "began",
    "quickly", "the", "not", "never", "3", "£1,000", "@bob", "#tag", "https://x.co/film?big=1", "[movie]", "<url>",
    "can't", ",", ".", "!", "?", "Film", "MOVIE", "credit", "card", "naïve", "电影", "\t", "\n", "",
])
# fmt: on
TEXTS = st.lists(WORDS, max_size=20).map(" ".join)

every_name = pytest.mark.parametrize("name", NAMES)


def variants(name, text, n=10, **options):
    """Return the first n edits of a text under a fixed seed."""
    return list(operators.build(name, options).augment(text, rng_for(13, "row", name), n))


def editable(text, protect=()):
    """Return the words of a text that may be edited."""
    (tagged,) = tag([text], protect)
    return [word.text for word in tagged.words]


@every_name
@given(TEXTS)
@settings(deadline=None, max_examples=50)
def test_edits_are_exact_new_and_distinct(name, text):
    """A child is its parent with the spans replaced, is not the parent, and comes once."""
    made = variants(name, text)
    assert [edit(text, child.spans) for child in made] == made
    assert len({text, *(child.text for child in made)}) == len(made) + 1


@every_name
@given(TEXTS)
@settings(deadline=None, max_examples=50)
def test_protected_tokens_survive(name, text):
    """Addresses, mentions, tags, placeholders, numbers and negation stay as they are, in their order."""
    for child in variants(name, text):
        assert list(protected_tokens(child.text)) == list(protected_tokens(text))


@every_name
@pytest.mark.parametrize("text", [TEXT, "two movies and a film.", "hey derek"])
def test_a_longer_stream_starts_as_a_shorter_one(name, text):
    """The first n variants do not depend on how many are asked for."""
    assert variants(name, text, 3) == variants(name, text, 30)[:3]


@every_name
@pytest.mark.parametrize("text", ["", "  ", "hey derek", "to be or not to be", "42", "@a #b", "good movie"])
def test_streams_end(name, text):
    """A short text has few variants or none, and is not drawn from for ever."""
    assert len(variants(name, text, 1000)) < 50


@every_name
def test_many_texts_give_what_one_gives(name):
    """A batch changes nothing."""
    texts = [TEXT, "", "two movies", TEXT.lower()]
    rngs = [rng_for(13, i) for i in range(4)]
    operator = operators.build(name)
    batch = [list(stream) for stream in operator.augment_many(texts, rngs, [5] * 4)]
    assert batch == [list(operator.augment(text, rng_for(13, i), 5)) for i, text in enumerate(texts)]


@every_name
def test_share_must_be_a_share(name):
    """An option out of range is a usage error."""
    with pytest.raises(UsageError):
        operators.build(name, {"share": 0})


def test_hash_seeds_and_the_global_state_play_no_part():
    """Two processes with different hash seeds agree, and the global generator stays as it was."""
    code = (
        "import random; before = random.getstate()\n"
        "from datakit.augmentation import operators\n"
        "from datakit.core.seeding import rng_for\n"
        f"for name in {NAMES!r}:\n"
        f"    print([e.text for e in operators.build(name).augment({TEXT!r}, rng_for(1), 40)])\n"
        "assert random.getstate() == before"
    )
    assert len(printed_under_hash_seeds(code)) == 1


@pytest.mark.usefixtures("no_nltk_data")
def test_only_ordinary_content_words_may_be_edited():
    """Function words, negated words, names, numbers, addresses, short words and fixed phrases may not."""
    text = "She did not enjoy the movie in Paris with @bob ur naïve credit card 3rd [film] umbrella"
    assert editable(text) == ["movie", "umbrella"]


def test_words_of_the_user_are_protected_in_any_inflection():
    """The plural protects the singular and the other way round."""
    assert editable("two movies and a movie", protect=("Movie",)) == []
    assert editable("two movies and a movie", protect=("movies",)) == []


@pytest.mark.parametrize(
    ("text", "word", "new", "expected"),
    [
        ("an old car", Word("old", 3, "JJ", ("an", 0)), "new", "a new car"),
        ("An old car", Word("old", 3, "JJ", ("An", 0)), "new", "A new car"),
        ("a old car", Word("old", 2, "JJ", ("a", 0)), "new", "a new car"),
        ("Cars go", Word("Cars", 0, "NNS", ("", 0)), "trains", "Trains go"),
    ],
)
def test_a_new_word_takes_the_place_of_the_old_one(text, word, new, expected):
    """Case and article suit; an article that did not suit before is left alone."""
    assert edit(text, replaced(word, new)).text == expected
