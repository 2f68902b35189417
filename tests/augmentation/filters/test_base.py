"""What the filters share."""

from hypothesis import given
from hypothesis import strategies as st

from datakit.augmentation.filters._base import words


def test_words_are_folded_and_contractions_whole():
    """Marks are no words."""
    assert list(words("I DON'T know, d'you?")) == ["i", "don't", "know", "d'you"]


def test_a_script_without_spaces_gives_characters():
    """Beside words of other scripts."""
    assert list(words("我 love 北京!")) == ["我", "love", "北", "京"]


@given(st.text(st.characters(codec="ascii")))
def test_the_quick_way_is_the_same(text):
    """A character beyond ASCII, which is no part of a word, sends a text the long way."""
    assert list(words(f"{text} \u2026")) == list(words(text))
