"""Words spelt with look-alikes from another alphabet."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from datakit.core.corpus import Corpus
from datakit.core.wording import counted
from datakit.validation.checks._base import RowCheck
from datakit.validation.checks._excerpts import excerpt

# Letters that look like one of the Latin alphabet, by script.
_CYRILLIC: Final = "асԁеһіјӏорԛѕԝхуАВСЕНІЈКМОРЅТХУ"  # noqa: RUF001  (the look-alikes)
_GREEK: Final = "αικνορυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
# And the Latin letters that look like one of these.
_LATIN: Final = "acdehijlopqsvwxyABCEHIJKMOPSTXYZN"

_FOREIGN: Final = f"[{_CYRILLIC}{_GREEK}]"
_LOOK_ALIKE: Final = re.compile(_FOREIGN)  # alone it is found five times as quickly
_MIXED: Final = re.compile(rf"[a-zA-Z]{_FOREIGN}|{_FOREIGN}[a-zA-Z]")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN_LETTER: Final = re.compile(r"[a-zA-Z]")
_OTHER_LETTER: Final = re.compile("[\u0370-\u052f]")
_INFLECTED: Final = re.compile("[A-Z]{2,}[\u03ac-\u03ce\u0430-\u052f]+")  # an abbreviation with an ending
_LEAST: Final = 2  # letters of the word's own alphabet: one Latin letter beside a Greek one is a formula


@dataclass(frozen=True, kw_only=True, slots=True)
class Homoglyphs(RowCheck):
    """Words that mix Latin letters with Cyrillic or Greek ones that look the same.

    What:
        A word with letters of two alphabets, where those of the alphabet that is rarer in the text all look
        like one of the other. Words of one alphabet, a Russian ending behind an English word, units and
        formulas are no fault.
    Why:
        People read the word, a tokenizer does not know it. Spam and abuse are written so to get past filters,
        and a scanned or typed text by accident.
    Example:
        `p<U+0430>yp<U+0430>l` with the Cyrillic letter for each `a`
    Fix:
        Replace the look-alikes by the letters they stand for.
    Source:
        Unicode Technical Standard 39, mixed-script confusables. Boucher et al. 2022 (arXiv 2106.09898), on such
        letters as an attack on text models.
    """

    fix: ClassVar[str] = "replace the look-alikes by the letters they stand for"

    def faulty(self, rows: Corpus) -> list[int]:
        """Return the rows with such a word."""
        return [i for i in rows.non_ascii if _is_disguised(rows.texts[i])]

    def message(self, n: int) -> str:
        """Count them."""
        return f"{counted(n, 'text has', 'texts have')} words that mix alphabets that look alike"

    def example(self, text: str) -> str:
        """Return the text around the first such place."""
        return excerpt(text, _MIXED.search(text))


def _is_disguised(text: str) -> bool:
    if not _LOOK_ALIKE.search(text) or not _MIXED.search(text):
        return False
    latin = len(_LATIN_LETTER.findall(text)) >= len(_OTHER_LETTER.findall(text))
    disguised = _latin_word_in_disguise if latin else _other_word_in_disguise
    return any(map(disguised, _WORD.findall(text)))


def _latin_word_in_disguise(word: str) -> bool:
    foreign = _OTHER_LETTER.findall(word)
    return bool(foreign) and len(word) - len(foreign) >= _LEAST and set(foreign) <= {*_CYRILLIC, *_GREEK}


def _other_word_in_disguise(word: str) -> bool:
    latin = [] if _INFLECTED.fullmatch(word) else _LATIN_LETTER.findall(word)
    return bool(latin) and len(word) - len(latin) >= _LEAST and set(latin) <= set(_LATIN)
