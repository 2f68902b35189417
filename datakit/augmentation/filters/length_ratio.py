"""The filter `length-ratio`: a text much shorter or longer than its source."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from datakit.augmentation.filters._base import words


@dataclass(frozen=True, kw_only=True)
class LengthRatio:
    """Reject a text that is much shorter or longer than its source.

    What:
        Compares the numbers of words; characters where a script sets no spaces between words. The longer text
        may have `most` times the words of the shorter one, and in any case one more.

    Why:
        A translator or a language model that stops early, or does not stop, gives a text that lacks what the
        label hangs on or holds what nobody wrote.

    Example:
        `Thank you.` from `Thank you for the parcel, which came today.` is rejected.

    Fix:
        Raise `most` for operators that shorten or lengthen on purpose.

    Source:
        Ng et al. 2019, Facebook FAIR's WMT19 News Translation Task Submission: pairs of sentences with a
        ratio above 1.5 are dropped.
    """

    most: Annotated[float, Meta(ge=1)] = 1.5  #: words of the longer text over those of the shorter one

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None if the lengths are near each other."""
        before, after = len(words(source)), len(words(candidate))
        shorter, longer = sorted((before, after))
        return None if longer <= max(self.most * shorter, shorter + 1) else f"{before} words became {after}"
