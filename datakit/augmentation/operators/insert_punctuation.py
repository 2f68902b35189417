"""The operator `insert-punctuation`: marks between words, every word in its place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random

from datakit.augmentation.operators._base import Edit, Span
from datakit.augmentation.operators._drawing import distinct

MARKS = (".", ";", "?", ":", "!", ",")

#: The same in Chinese and Japanese, without a space after them.
WIDE_MARKS = ("\u3002", "\uff1b", "\uff1f", "\uff1a", "\uff01", "\uff0c")

_HAN = "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"

#: Where a mark can stand: before a word that white space precedes, or between two Han characters.
_PLACE = re.compile(rf"(?<=\s)(?=\S)|(?<={_HAN})(?P<han>)(?={_HAN})")


@dataclass(frozen=True, kw_only=True, slots=True)
class InsertPunctuation:
    """Put punctuation marks between the words of a text.

    What:
        One to a third as many marks as there are words, drawn from `. ; ? : ! ,`, each put before a word as a
        token of its own. No word is changed, lost or moved; the text's own marks stay. Where white space does
        not part the words, each Han character counts as one, and the marks are those of Chinese: one may fall
        inside a word of several characters.

    Why:
        It is the one edit that never changes what a text says, and a sentence of ten words has thousands of
        variants: it fills a class up where synonyms have no more to say.

    Example:
        `Can you ; send it : today` from `Can you send it today`

    Fix:
        Put it last. Leave it out where punctuation is what tells the classes apart.

    Source:
        Karimi, Rossi and Prati 2021, AEDA (arXiv 2108.13230): better than EDA on five data sets.
    """

    share: float = 1 / 3  #: most marks, as a fraction of the words

    def augment(self, text: str, rng: Random, n: int) -> Iterator[Edit]:
        """Yield variants in the order in which they are drawn."""
        return islice(distinct(text, _draws(text, rng, self.share)), n)


def _draws(text: str, rng: Random, share: float) -> Iterator[Sequence[Span]]:
    places = [(match.start(), match["han"] is not None) for match in _PLACE.finditer(text)]
    words = len(text.split()) + sum(between_han for _, between_han in places)
    most = min(len(places), max(1, round(share * words)))
    while places:
        chosen = sorted(rng.sample(places, rng.randint(1, most)))
        yield [
            Span(at, at, rng.choice(WIDE_MARKS) if between_han else f"{rng.choice(MARKS)} ")
            for at, between_han in chosen
        ]
