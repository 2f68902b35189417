"""Deletes characters that nobody sees."""

from dataclasses import dataclass
from typing import ClassVar

from datakit.validation.checks import invisible_characters
from datakit.validation.checks._base import RowCheck
from datakit.validation.checks.invisible_characters import DIRECTION, INVISIBLE, RIGHT_TO_LEFT
from datakit.validation.fixes._base import Step, TextFix


@dataclass(frozen=True, kw_only=True, slots=True)
class InvisibleCharacters(TextFix):
    """Deletes zero-width characters, soft hyphens and marks of direction where nobody needs them.

    What:
        The characters that the check finds are deleted, nothing is put in their place. Joiners within emoji and
        in scripts that need them stay, and so do marks of direction in texts with a letter that is written from
        right to left.
    Why:
        Two texts that look the same are two to a tokenizer.
    Example:
        `fr<U+200B>ee pri<U+00AD>ze` becomes `free prize`
    Fix:
        datakit clean --fix invisible-characters
    Source:
        Unicode Standard Annex 44, Default_Ignorable_Code_Point.
    """

    step: ClassVar[Step] = Step.CHARACTERS
    check: ClassVar[RowCheck] = invisible_characters.InvisibleCharacters()
    because: ClassVar[str] = "invisible characters"

    def mended(self, text: str) -> str:
        """Return the text without them."""
        visible = INVISIBLE.sub("", text)
        return visible if RIGHT_TO_LEFT.search(visible) else DIRECTION.sub("", visible)
