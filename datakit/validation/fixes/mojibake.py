"""Undoes decoding with a wrong encoding."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from datakit.validation.checks import mojibake
from datakit.validation.checks._base import RowCheck
from datakit.validation.checks.mojibake import is_garbled
from datakit.validation.fixes._base import Step, TextFix

# Windows-1252 with the five bytes that it leaves undefined taken for control characters, as browsers do
# (encoding.spec.whatwg.org). ftfy brings the codec.
_CP1252: Final = "sloppy-windows-1252"
# Mac Roman has no such characters either; written by way of it those bytes come back as these letters.
_BY_WAY_OF_MAC: Final = str.maketrans("Åçèêù", "\x81\x8d\x8f\x90\x9d")

_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_CHARACTER: Final = "[Â-ß][^\x00-\x7f]|[à-ï][^\x00-\x7f]{2}|[ð-ô][^\x00-\x7f]{3}"  # of UTF-8 read as Windows-1252
_CHARACTERS: Final = re.compile(f"(?:{_CHARACTER})+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mojibake(TextFix):
    """Undoes decoding with a wrong encoding, where nothing was lost.

    What:
        In the texts that the check finds: UTF-8 that was read as Windows-1252, Latin-1 and the like, once or more
        often; UTF-8 that was read as Windows-1252, saved as Mac Roman, and read as either of the two. Texts that
        the check does not find are not touched, and what was lost stays as it is: `Ã_`, of which the second half
        is gone, and U+FFFD.
    Why:
        The words are others than those that the model knows, and their pieces take three times the room.
    Example:
        `cafÃ©` becomes `café`, `å£100` becomes `£100`
    Fix:
        datakit clean --fix mojibake
    Source:
        Speer 2019, ftfy (doi 10.5281/zenodo.2591652), `fix_encoding`. The way by Mac Roman is that of the Kaggle
        copy of the SMS Spam Collection and of CrowdFlower's tweets about brands.
    """

    step: ClassVar[Step] = Step.ENCODING
    check: ClassVar[RowCheck] = mojibake.Mojibake()
    because: ClassVar[str] = "decoded with a wrong encoding"

    def mended(self, text: str) -> str:
        """Return the text as it was before, as far as it is there."""
        from ftfy import fix_encoding

        if not is_garbled(text):
            return text
        return re.sub(_CHARACTER, _decoded, fix_encoding(_BEYOND_ASCII.sub(_without_mac, text)))


def _without_mac(run: re.Match[str]) -> str:
    """Return what was saved as Mac Roman and read as Windows-1252, if the common damage comes to light so."""
    try:
        saved = run[0].encode(_CP1252).decode("mac_roman")
    except UnicodeError:
        return run[0]
    return saved if _CHARACTERS.fullmatch(saved) and is_garbled(saved) else run[0]


def _decoded(damaged: re.Match[str]) -> str:
    """Return the character whose UTF-8 was read as Windows-1252, if that is what it looks like."""
    first, rest = damaged[0][0], damaged[0][1:]
    if not is_garbled(damaged[0]):
        return damaged[0]
    # Where UTF-8 has a trailing byte, these letters can only have been those bytes.
    trailing = rest.translate(_BY_WAY_OF_MAC)
    try:
        char = f"{first}{trailing}".encode(_CP1252).decode()
    except UnicodeError:
        return damaged[0]
    # A control character of U+0080-U+009F is Windows-1252 that was read as Latin-1 before all that.
    return char.encode("latin-1").decode(_CP1252) if "\x80" <= char <= "\x9f" else char
