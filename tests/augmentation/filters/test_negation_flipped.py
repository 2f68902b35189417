"""The filter `negation-flipped`."""

import pytest

from datakit.augmentation.filters.negation_flipped import NegationFlipped


@pytest.mark.parametrize(
    ("source", "candidate"),
    [
        ("I am not amused", "I am amused"),
        ("I don't care", "I do care"),
        ("I can do it", "I can't do it"),
        ("nobody came", "everybody came"),
        ("we never met", "we hardly never met"),
        ("it isn\u2019t here", "it is here"),
    ],
)
def test_a_negation_gained_or_lost_rejects(source, candidate):
    """In both directions, contracted or not."""
    assert "negations became" in NegationFlipped().keep(source, candidate)


@pytest.mark.parametrize(
    ("source", "candidate"),
    [
        ("I don't care", "I do not care"),
        ("I CANNOT go", "I can not go"),
        ("dont go", "don\u2019t go"),
        ("i don ' t care", "i do not care"),
        ("i do n \u2019 t care", "i don't care"),
        ("i do n't care", "i do not care"),
        ("i don 't care", "i do not care"),
        ("neither you nor me", "not you or me"),
        ("a note on knots", "a remark on knots"),
    ],
)
def test_another_spelling_is_kept(source, candidate):
    """As many negations, however they are written."""
    assert NegationFlipped().keep(source, candidate) is None
