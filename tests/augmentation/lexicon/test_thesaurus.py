"""What may stand in for a word."""

from datakit.augmentation.lexicon import thesaurus


def test_synonyms_come_inflected():
    """The synonyms take the form of the word."""
    assert "movies" in thesaurus.load().entry("films", "NNS").forms
    assert thesaurus.load().entry("films", "NNS").base == "film"


def test_a_rare_reading_has_no_synonyms():
    """`wet` as a noun is more likely the tagger's error."""
    assert thesaurus.load().entry("wet", "NN").forms == ()


def test_neighbours_in_a_fixed_phrase_are_known():
    """Plural or not, `credit card` is one thing."""
    assert thesaurus.load().is_collocation("credit", "cards")
    assert not thesaurus.load().is_collocation("green", "cards" * 2)
