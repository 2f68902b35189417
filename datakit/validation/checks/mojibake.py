"""Texts that were decoded with a wrong encoding."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from datakit.core.corpus import Corpus
from datakit.core.wording import counted
from datakit.validation.checks._base import RowCheck
from datakit.validation.checks._excerpts import excerpt

_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
# Control characters alone among ASCII are the matter of `control-characters`.
_LONE_CONTROLS: Final = re.compile(r"(?<![^\x00-\x7f])[\x80-\x9f]+(?![^\x00-\x7f])")
# Two characters side by side that single-byte encodings have beyond ASCII; or the second has become a space. Most
# honest texts with accents have no such pair, and asking ftfy costs 20 µs.
_SUSPECT: Final = re.compile(
    "[{0}](?:[{0}]|(?<=[ÃÂ]) )".format("\x80-\u052f\u2010-\u2122\u2190-\u25ff\uf8ff\ufb00-\ufb06")
)
# UTF-8 read as Windows-1252, saved as Mac Roman and read as Windows-1252 again: a curly apostrophe is then `‰Ûª`,
# `£` is `å£`, `ü` is `Ì_`. `Â` before a punctuation mark is what is left where only the last step was undone. ftfy
# does not look for these: no single wrong step leads there. No orthography has such pairs.
_TWICE: Final = re.compile("‰Û|å[À-Þ£¢¥¨ª«»_]|Ì(?<=[a-z]Ì)[^\\x00-\\x7f]|[ÌÃ]_|ÌÏ|Â[‘’‚“”„†‡•…–—]")  # noqa: RUF001  (the damage)
_TWICE_STARTS: Final = "‰åÌÃÂ"
# Characters beyond ASCII, and what is ASCII between them where that is not much; ftfy looks at five side by side.
_BEYOND: Final = re.compile(r"[^\x00-\x7f](?:[\x00-\x7f]{0,31}[^\x00-\x7f])*")
_AROUND: Final = 16  # characters of ASCII before and after these


@dataclass(frozen=True, kw_only=True, slots=True)
class Mojibake(RowCheck):
    """Texts that were decoded with a wrong encoding.

    What:
        Sequences such as `Ã©` or `â€œ` that arise when UTF-8 is read as another encoding, once or twice, and
        the replacement character U+FFFD, which stands for what was lost. Accents, curly quotes, emoji and
        other scripts are no fault.
    Why:
        The embedded encoder reads `café` as one token that it knows, and `cafÃ©` as three that say nothing.
    Example:
        `a naÃ¯ve cafÃ©`
    Fix:
        Read the file again with its true encoding. `ftfy.fix_text` repairs what was not lost.
    Source:
        Speer 2019, ftfy (doi 10.5281/zenodo.2591652), whose measure of badness judges each text. In the Kaggle
        copy of the SMS Spam Collection 482 lines are damaged twice.
    """

    fix: ClassVar[str] = "read the file again with its true encoding, or datakit clean --fix mojibake"

    def faulty(self, rows: Corpus) -> list[int]:
        """Return the rows with such a sequence."""
        return [i for i in rows.non_ascii if is_garbled(rows.texts[i])]

    def message(self, n: int) -> str:
        """Count them."""
        return f"{counted(n, 'text was', 'texts were')} decoded with a wrong encoding"

    def example(self, text: str) -> str:
        """Return the text around its first character beyond ASCII."""
        return excerpt(text, _BEYOND_ASCII.search(text))


def is_garbled(text: str) -> bool:
    """Tell whether a text was decoded with a wrong encoding."""
    if "\ufffd" in text or (any(start in text for start in _TWICE_STARTS) and _TWICE.search(text)):
        return True
    if not _SUSPECT.search(text):
        return False
    from ftfy.badness import is_bad

    stretches = (text[max(0, f.start() - _AROUND) : f.end() + _AROUND] for f in _BEYOND.finditer(text))
    return any(is_bad(_LONE_CONTROLS.sub("", stretch)) for stretch in stretches)
