"""The operator `random-swap`: two words of a text in each other's place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, groupby
from operator import attrgetter, itemgetter
from random import Random

from datakit.augmentation.lexicon.inflection import POS_OF_TAG
from datakit.augmentation.operators._base import Span
from datakit.augmentation.operators._english import English
from datakit.augmentation.operators._words import Tagged, Word, WordOperator, replaced


@dataclass(frozen=True, kw_only=True)
class RandomSwap(English, WordOperator):
    """Swap words of the same kind.

    What:
        Swaps a few pairs of words that have the same part of speech and inflection: nouns in the plural with
        nouns in the plural, past tenses with past tenses. Capitals keep their places, `a`/`an` before the words
        is mended, every other byte stays. Function words, negation and the word after it, numbers, names,
        URLs, mentions, tags, placeholders, fixed phrases and the words in `protect` stay in their places.

    Why:
        The same words in another order, in a sentence that is still one: for a class that is known by its
        words, not by who did what to whom.

    Example:
        `The parcel left the office in a van.` from `The parcel left the van in an office.`

    Fix:
        Use it for topics. Avoid it where roles matter (paraphrase, entailment, relations), and for sentiment
        about several things at once.

    Source:
        Wei & Zou 2019 (EDA, random swap, a share of 0.1); theirs swaps any two tokens.
    """

    def draws(self, tagged: Tagged, rng: Random) -> Iterator[Sequence[Span]]:
        """Yield swaps that together move up to `share` of the words, at least two."""
        pairs = _Pairs(tagged.words)
        most = min(max(1, self.most(tagged) // 2), pairs.number)
        while most:
            swaps = _apart(pairs.draw(rng, rng.randint(1, most)))
            spans = ((replaced(a, b.text.lower()), replaced(b, a.text.lower())) for a, b in swaps)
            yield sorted(chain.from_iterable(chain.from_iterable(spans)), key=attrgetter("start"))


class _Pairs:
    """All pairs of words of one tag and different spelling, drawn from without writing them down.

    Words of one tag and spelling stand in a block; a word's partners are those of its tag outside its block.
    """

    def __init__(self, words: Sequence[Word]) -> None:
        keyed = ((word.tag, word.text.lower(), word) for word in words if word.tag in POS_OF_TAG)
        self._words: list[Word] = []
        self._partners: list[tuple[range, range]] = []  # by word: before its block, after it
        for _, alike in groupby(sorted(keyed), key=itemgetter(0)):
            blocks = [[word for *_, word in block] for _, block in groupby(alike, key=itemgetter(1))]
            first, last = len(self._words), len(self._words) + sum(map(len, blocks))
            for block in blocks:
                start, stop = len(self._words), len(self._words) + len(block)
                self._words += block
                self._partners += [(range(first, start), range(stop, last))] * len(block)
        self._sums = list(accumulate(len(before) + len(after) for before, after in self._partners))

    @property
    def number(self) -> int:
        """How many there are."""
        return self._sums[-1] // 2 if self._sums else 0

    def draw(self, rng: Random, n: int) -> Iterator[tuple[Word, Word]]:
        """Yield n of them, each as likely as any other."""
        for i in rng.choices(range(len(self._words)), cum_weights=self._sums, k=n):
            before, after = self._partners[i]
            j = rng.randrange(len(before) + len(after))
            yield self._words[i], self._words[before[j] if j < len(before) else after[j - len(before)]]


def _apart(pairs: Iterable[tuple[Word, Word]]) -> Iterator[tuple[Word, Word]]:
    """Yield the pairs that share no word with one before."""
    moved: set[Word] = set()
    for pair in pairs:
        if moved.isdisjoint(pair):
            moved.update(pair)
            yield pair
