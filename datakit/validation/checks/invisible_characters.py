"""Texts with characters that nobody sees."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from datakit.core.corpus import Corpus
from datakit.core.wording import counted
from datakit.validation.checks._base import RowCheck
from datakit.validation.checks._excerpts import excerpt

# Letters of scripts in which joiners shape words (Arabic and its kin, the scripts of India and Sri Lanka, Tibetan,
# Burmese, Khmer, Mongolian), and of those written without spaces, where a zero-width space marks where words end.
_SHAPED: Final = "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc"
_SPACELESS: Final = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# What may stand before a joiner in an emoji made of several: a symbol, its skin colour, or its variation selector.
_EMOJI: Final = "\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"

_JOINER: Final = f"(?<![{_SHAPED}{_EMOJI}])\u200d|\u200d(?![{_SHAPED}{_EMOJI}])|(?<![{_SHAPED}])\u200c"
_SPACE: Final = f"(?<![{_SPACELESS}])\u200b|[\u2060\ufeff]"
_OTHER: Final = "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u2061-\u2064\u206a-\u206f\u3164\uffa0\ufff9-\ufffb]"
# Tag characters spell the name of a region behind a black flag.
_TAG: Final = "(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0001\U000e0020-\U000e007f]"
INVISIBLE: Final = re.compile(f"{_JOINER}|{_SPACE}|{_OTHER}|{_TAG}")
# All that the two look for, whatever stands around it: ten times as quick.
_SUSPECT: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]"
)
_NAME: Final = re.compile(r"<U\+[0-9A-F]{4,5}>")
DIRECTION: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, kw_only=True, slots=True)
class InvisibleCharacters(RowCheck):
    """Texts with zero-width characters, soft hyphens or marks of direction.

    What:
        Zero-width spaces and joiners, soft hyphens, byte order marks within a text, fillers, tags, and marks of
        writing direction in texts without a letter that is written from right to left. Joiners within emoji and
        in scripts that need them, and variation selectors, are no fault.
    Why:
        Two texts that look the same are two to a tokenizer, which splits words at such characters or knows
        them not. They come with copying from web pages, and spammers use them to get past filters.
    Example:
        `fr<U+200B>ee pri<U+00AD>ze`
    Fix:
        Delete them; put a space where a zero-width space stands for one.
    Source:
        Unicode Standard Annex 44, Default_Ignorable_Code_Point; joiners as in Unicode Standard Annex 31, 2.3.1,
        and in the emoji sequences of Unicode Technical Standard 51.
    """

    fix: ClassVar[str] = "datakit clean --fix invisible-characters"

    def faulty(self, rows: Corpus) -> list[int]:
        """Return the rows with a character that is seen nowhere and needed nowhere."""
        return [i for i in rows.non_ascii if _hides_something(rows.texts[i])]

    def message(self, n: int) -> str:
        """Count them."""
        return f"{counted(n, 'text holds', 'texts hold')} invisible characters"

    def example(self, text: str) -> str:
        """Return the text with these characters spelt out."""
        spelt = INVISIBLE.sub(_name, text)
        told = spelt if RIGHT_TO_LEFT.search(text) else DIRECTION.sub(_name, spelt)
        return excerpt(told, _NAME.search(told))


def _hides_something(text: str) -> bool:
    if not _SUSPECT.search(text):
        return False
    return bool(INVISIBLE.search(text) or (DIRECTION.search(text) and not RIGHT_TO_LEFT.search(text)))


def _name(found: re.Match[str]) -> str:
    return f"<U+{ord(found[0]):04X}>"
