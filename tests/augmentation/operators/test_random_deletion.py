"""The operator `random-deletion`."""

import pytest

from datakit.augmentation.operators.random_deletion import RandomDeletion
from datakit.core.seeding import rng_for


def texts(text, n=200, **options):
    """Return the first n new texts under a fixed seed."""
    return {child.text for child in RandomDeletion(**options).augment(text, rng_for(13, "row"), n)}


def test_one_content_word_after_the_other_goes():
    """The variants of a short sentence are exactly these; its first word and the function words stay."""
    assert texts("Parcels wait at the local office.") == {
        "Parcels at the local office.",
        "Parcels wait at the office.",
        "Parcels wait at the local.",
    }


def test_only_the_blanks_before_a_word_go_with_it():
    """Other white space stays to the byte."""
    assert "we  saw\tthe   office\n today" in texts("we  saw\tthe  local   office\n today")


def test_the_last_content_word_stays():
    """Not all is dropped, whatever the share."""
    assert all("parcel" in child or "office" in child for child in texts("the parcel in the office", share=1.0))
    assert texts("to the office") == set()


@pytest.mark.parametrize("word", ["not", "3", "@bob", "https://x.co", "[NAME]", "Paris", "a", "parcel"])
def test_what_is_protected_stays(word):
    """Negation, numbers, mentions, addresses, placeholders, names, function words and the user's own."""
    text = f"the office kept {word} local letters and parcels there today"
    assert all(f" {word} " in child for child in texts(text, share=1.0, protect=("parcel",)))


def test_words_that_others_lean_on_stay():
    """Without it `'s`, a quote or an article would be left alone."""
    text = 'the office\'s "letters" and an umbrella (parcels) today'
    assert texts(text) == {text.removesuffix(" today")}
