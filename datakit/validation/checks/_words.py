"""What counts as a word, for the checks that count words."""

import re

# Kana and Chinese characters: scripts that put no spaces between words, so each character counts as one.
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff"

TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]")  #: a word or number, or a sign

_WORD = re.compile(rf"[{_UNSPACED}]|[^\W\d_{_UNSPACED}]+")


def words_in(text: str) -> list[str]:
    """Return the words of a text in small letters, without numbers and signs."""
    return _WORD.findall(text.lower())
