"""The filter `identical`."""

from datakit.augmentation.filters.identical import Identical


def test_case_and_space_do_not_make_a_new_text():
    """A candidate that only differs in what normalisation folds away is rejected."""
    assert Identical().keep("win a  prize", "Win a PRIZE ") == "identical to its source"


def test_another_word_makes_a_new_text():
    """Any other difference is kept."""
    assert Identical().keep("win a prize", "win an award") is None
