"""The filter `near-identical`: a text that says hardly anything new."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from msgspec import Meta
from rapidfuzz.distance import Levenshtein

from datakit.augmentation.lexicon.tokens import TOKEN


@dataclass(frozen=True, kw_only=True)
class NearIdentical:
    """Reject a text that differs in too few words from its source, or from another new text of the same row.

    What:
        Counts the words and marks that have to be put in, taken out or replaced to make one text of the other
        (Levenshtein distance), case folded, as a fraction of the longer one.

    Why:
        Twenty children that differ in one word of fifty are nearly one text, twenty times.

    Example:
        A text of thirty words in which one was replaced is rejected.

    Fix:
        Not among the default filters: in a long text `synonym` often finds one word only. Add it where an
        operator barely changes long texts; a class then takes more rows or more operators to be filled.

    Source:
        Levenshtein 1966. The limit is a matter of taste: half of the tenth of all words that `synonym` replaces
        where it can.
    """

    among_siblings: ClassVar[bool] = True

    least: Annotated[float, Meta(ge=0, le=1)] = 0.05  #: part of the words and marks that have to differ

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None if the texts differ enough."""
        one, other = (TOKEN.findall(text.casefold()) for text in (source, candidate))
        changed, size = Levenshtein.distance(one, other), max(len(one), len(other))
        return None if changed and changed >= self.least * size else f"differs in {changed} of {size} words"
