"""The filter `negation-flipped`: a negation gained or lost."""

import re
from dataclasses import dataclass
from functools import lru_cache

from datakit.augmentation.filters._base import words
from datakit.augmentation.lexicon.tokens import NEGATIONS


@dataclass(frozen=True, kw_only=True)
class NegationFlipped:
    """Reject an English text with more or fewer negations than its source.

    What:
        Counts `not`, `never`, `without`, `hardly`, contractions such as `don't` or `dont`, and their like,
        however they are spelt: `cannot`, `can't`, `can ' t` and `can not` are one negation each. `nor` is not
        counted, since another one stands before it.

    Why:
        A text whose `not` is gone says the opposite, under the old label.

    Example:
        `I was amused` from `I was not amused` is rejected, `I do not care` from `I don't care` is kept.

    Fix:
        Keep it on. It says nothing about texts in other languages, nor about `good` that became `bad`: for
        these see `label-kept`.

    Source:
        In measurements back-translation lost 7 % of the negations; Kassner and Schütze 2020 (arXiv 1911.03343):
        pretrained models hardly tell a sentence from its negation, so no embedding replaces the count.
    """

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None if both texts have equally many negations."""
        before, after = _negations(source), _negations(candidate)
        return None if before == after else f"{before} negations became {after}"


@lru_cache(maxsize=256)
def _negations(text: str) -> int:
    contracted = "'" in text or "\u2019" in text
    row = words(_SPACED.sub(r"n\1t", text) if contracted else text)
    plain = sum(map(_NEGATIONS.__contains__, row))
    return plain + (sum(word.endswith(_CONTRACTED) for word in row) if contracted else 0)


# As tokenisers leave it that part at marks: `do n't`, `don 't`, `don ' t`.
_SPACED = re.compile(r"n\s*(['\u2019])\s*t\b", re.IGNORECASE)

_CONTRACTED = ("n't", "n\u2019t")

_NEGATIONS = NEGATIONS - {"nor", *_CONTRACTED}
