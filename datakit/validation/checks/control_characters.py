"""Texts with control characters."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus
from datakit.core.wording import counted
from datakit.validation.checks._base import RowCheck
from datakit.validation.checks._bytes import Bytes, rows_with
from datakit.validation.checks._excerpts import excerpt

_ALLOWED: Final = np.frombuffer(b"\t\n\r", np.uint8)
_DELETE: Final = 0x7F
_C1: Final = re.compile(r"[\x80-\x9f]")
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPELT: Final = re.compile(r"\\x[0-9a-f]{2}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlCharacters(RowCheck):
    r"""Texts with control characters other than tab and line end.

    What:
        A character of the blocks C0 (U+0000-U+001F, U+007F), but for tab, line feed and carriage return, or C1
        (U+0080-U+009F).
    Why:
        Nobody types them. Those of C1 are punctuation that was lost: `\x92` is the apostrophe of Windows-1252,
        read as Latin-1. Most tokenizers drop them without a word and join what they parted.
    Example:
        `that\x92s the way`
    Fix:
        Read the file as Windows-1252 where they are of C1, e.g. with `ftfy.fix_text`; drop the others.
    Source:
        The control codes of Unicode, chapter 23.1. In the SMS Spam Collection 35 messages have `\x92` and its
        like.
    """

    fix: ClassVar[str] = "datakit clean --fix control-characters"

    def faulty(self, rows: Corpus) -> list[int]:
        """Return the rows with a control character."""
        beyond_ascii = [i for i in rows.non_ascii if _C1.search(rows.texts[i])]
        return sorted({*rows_with(rows, _control_byte), *beyond_ascii})

    def message(self, n: int) -> str:
        """Count them."""
        return f"{counted(n, 'text holds', 'texts hold')} control characters"

    def example(self, text: str) -> str:
        """Return the text with its control characters spelt out."""
        spelt = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
        return excerpt(spelt, _SPELT.search(spelt))


def _control_byte(data: Bytes) -> npt.NDArray[np.bool_]:
    control: npt.NDArray[np.bool_] = (data < ord(" ")) | (data == _DELETE)
    if control.any():  # most often there is none
        control &= ~np.isin(data, _ALLOWED)
    return control
