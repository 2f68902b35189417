"""The operator `random-deletion`: a text with a few of its words left out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from random import Random

from datakit.augmentation.operators._base import Span
from datakit.augmentation.operators._english import English
from datakit.augmentation.operators._words import ARTICLES, Tagged, WordOperator


@dataclass(frozen=True, kw_only=True)
class RandomDeletion(English, WordOperator):
    """Leave out a few words.

    What:
        Drops up to `share` of the words, each with the blanks before it, and leaves every other byte. Function
        words, negation and the word after it, numbers, names, URLs, mentions, tags, placeholders, fixed
        phrases and the words in `protect` stay; so do the first word of a line, a word after a mark, `a` or
        `an`, and the last content word of a text.

    Why:
        A model that reads a class off one word learns to look at the others too.

    Example:
        `Your parcel is waiting at the office.` from `Your parcel is waiting at the local office.`

    Fix:
        Use it for texts of a sentence and more; short ones yield few variants or none. Give the words that
        the label hangs on in `protect`: a review without its one `awful` is no longer a bad one.

    Source:
        Wei & Zou 2019 (EDA, random deletion, a share of 0.1); theirs deletes numbers and negations too.
    """

    def draws(self, tagged: Tagged, rng: Random) -> Iterator[Sequence[Span]]:
        """Yield one to `share` of the words as deletions, fewer than there are content words."""
        spans = list(_spans(tagged))
        most = min(self.most(tagged), len(spans), len(tagged.words) - 1)
        while most > 0:
            yield sorted(rng.sample(spans, rng.randint(1, most)), key=attrgetter("start"))


#: A word after another one and blanks, and before a blank, a mark or the end: without it the rest joins well.
_LOOSE = re.compile(r"(?<=[^\s.,;:!?])[ \t]+([A-Za-z]+)(?=[\s.,;:!?]|\Z)")


def _spans(tagged: Tagged) -> Iterator[Span]:
    blanks = {match.start(1): match.start() for match in _LOOSE.finditer(tagged.text)}
    for word in tagged.words:
        if word.start in blanks and word.before[0].lower() not in ARTICLES:
            yield Span(blanks[word.start], word.stop, "")
