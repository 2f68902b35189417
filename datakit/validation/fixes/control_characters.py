"""Replaces control characters by what they were."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from datakit.validation.checks import control_characters
from datakit.validation.checks._base import RowCheck
from datakit.validation.checks.control_characters import CONTROL
from datakit.validation.fixes._base import Step, TextFix

_SEPARATORS: Final = "\x0b\x0c\x1c\x1d\x1e\x1f"


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlCharacters(TextFix):
    r"""Replaces control characters by the punctuation they were, and drops the others.

    What:
        U+0080-U+009F become the characters that these bytes are in Windows-1252 (`\x92` is the apostrophe); the
        five that it leaves undefined are dropped. Of the others those that separate (vertical tab, form feed,
        U+001C-U+001F) become a space, all the rest are dropped. Tab and line ends stay.
    Why:
        Nobody types them. Most tokenizers drop them without a word and join what they parted.
    Example:
        `that\x92s the way` becomes `that<U+2019>s the way`
    Fix:
        datakit clean --fix control-characters
    Source:
        The HTML standard reads `&#146;` so too (html.spec.whatwg.org, numeric character reference end state).
    """

    step: ClassVar[Step] = Step.CHARACTERS
    check: ClassVar[RowCheck] = control_characters.ControlCharacters()
    because: ClassVar[str] = "control characters"

    def mended(self, text: str) -> str:
        """Return the text without control characters but for tab and line ends."""
        return CONTROL.sub(_meant, text)


def _meant(control: re.Match[str]) -> str:
    if control[0] in _SEPARATORS:
        return " "
    return control[0].encode("latin-1").decode("cp1252", "ignore") if control[0] >= "\x80" else ""
