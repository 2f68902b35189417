"""Inflection, there and back."""

import pytest

from datakit.augmentation.lexicon import inflection, wordnet

FORMS = [
    ("city", "NNS", "cities"), ("box", "NNS", "boxes"), ("child", "NNS", "children"), ("woman", "NNS",
    "women"), ("watch", "VBZ", "watches"), ("stop", "VBG", "stopping"), ("take", "VBG", "taking"), ("agree",
    "VBG", "agreeing"), ("lie", "VBG", "lying"), ("plan", "VBD", "planned"), ("carry", "VBD", "carried"),
    ("buy", "VBN", "bought"), ("sing", "VBD", "sang"), ("sing", "VBN", "sung"), ("give", "VBD", "gave"),
    ("give", "VBN", "given"), ("come", "VBN", "come"), ("show", "VBD", "showed"), ("show", "VBN", "shown"),
    ("put", "VBD", "put"), ("begin", "VBD", "began"), ("begin", "VBN", "begun"),
    ("learn", "VBD", "learned"), ("curse", "VBN", "cursed"), ("deal", "VBD", "dealt"), ("beset", "VBD", "beset"),
    ("see", "VBD", "saw"), ("quiz", "VBZ", "quizzes"), ("photo", "NNS", "photos"), ("potato", "NNS", "potatoes"),
    ("stomach", "NNS", "stomachs"), ("branch", "NNS", "branches"), ("bus", "NNS", "buses"), ("brother", "NNS",
    "brothers"), ("human", "NNS", "humans"), ("leaf", "NNS", "leaves"), ("lonely", "JJR", "lonelier"),
    ("big", "JJR", "bigger"), ("happy", "JJS", "happiest"), ("large", "JJR", "larger"),
]  # fmt: skip


@pytest.mark.parametrize(("base", "tag", "form"), FORMS)
def test_forms_are_made_and_undone(base, tag, form):
    """A base form gives the form, and the form gives back the base."""
    assert inflection.inflect(wordnet.load(), base, tag) == form
    assert inflection.base_of(wordnet.load(), form, tag) == base


@pytest.mark.parametrize(
    ("base", "tag"),
    [
        ("foliage", "NNS"), ("goodness", "NNS"), ("men", "NNS"), ("news", "NNS"), ("weave", "VBD"),
        ("beautiful", "JJR"), ("solitary", "JJR"), ("worn", "JJR"), ("prime", "JJR"),
    ],
)  # fmt: skip
def test_unsettled_forms_are_none(base, tag):
    """Plurals that nobody writes, forms that vie unseen, and what one word cannot say are none."""
    assert inflection.inflect(wordnet.load(), base, tag) is None


def test_a_form_that_the_tag_does_not_fit_has_no_base():
    """`better` is no past tense, and a punctuation mark no word."""
    assert inflection.base_of(wordnet.load(), "better", "VBD") is None
    assert inflection.base_of(wordnet.load(), "better", ".") is None
