"""The operator `random-swap`."""

from collections import Counter

from datakit.augmentation.lexicon.tokens import TOKEN
from datakit.augmentation.operators.random_swap import RandomSwap
from datakit.core.seeding import rng_for


def texts(text, n=200, **options):
    """Return the first n new texts under a fixed seed."""
    return {child.text for child in RandomSwap(**options).augment(text, rng_for(13, "row"), n)}


def test_words_of_one_kind_change_places():
    """Plural with plural, adjective with adjective, and nothing else."""
    assert texts("Small umbrellas cost more than large automobiles.") == {
        "Large umbrellas cost more than small automobiles.",
        "Small automobiles cost more than large umbrellas.",
    }


def test_the_article_suits_the_word_that_came():
    """`a` and `an` follow the swap."""
    assert "They left an automobile by a cottage." in texts("They left a cottage by an automobile.")


def test_no_word_is_lost():
    """However many are swapped at once, the words are the parent's."""
    text = "The young director bought the old cottage and the enormous automobile in 1999."
    made = texts(text, share=1.0)
    assert (
        len(made) == 15
    )  # none or one of three swaps among the adjectives and among the nouns, but not none twice
    for child in made:
        assert Counter(TOKEN.findall(child.lower())) == Counter(TOKEN.findall(text.lower()))


def test_negated_and_protected_words_stay():
    """What is not so must not be said of something else."""
    assert texts("not small but large umbrellas") == set()
    assert texts("small umbrellas and large umbrellas", protect=("small",)) == set()


def test_equal_words_are_no_pair():
    """Swapping a word with itself is no edit."""
    assert texts("umbrellas and umbrellas") == set()
