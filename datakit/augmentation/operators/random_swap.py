"""The operator `random-swap`: two words of a text in each other's place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from random import Random

from datakit.augmentation.lexicon.inflection import POS_OF_TAG
from datakit.augmentation.operators._base import Span
from datakit.augmentation.operators._words import Tagged, Word, WordOperator, replaced


@dataclass(frozen=True, kw_only=True)
class RandomSwap(WordOperator):
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
        pairs = [pair for pair in combinations(tagged.words, 2) if _are_alike(*pair)]
        most = min(max(1, self.most(tagged) // 2), len(pairs))
        while pairs:
            swaps = _apart(rng.sample(pairs, rng.randint(1, most)))
            spans = ((replaced(a, b.text.lower()), replaced(b, a.text.lower())) for a, b in swaps)
            yield sorted(chain.from_iterable(chain.from_iterable(spans)))


def _are_alike(a: Word, b: Word) -> bool:
    return a.tag == b.tag and a.tag in POS_OF_TAG and a.text.lower() != b.text.lower()


def _apart(pairs: Sequence[tuple[Word, Word]]) -> Iterator[tuple[Word, Word]]:
    """Yield the pairs that share no word with one before."""
    moved: set[Word] = set()
    for pair in pairs:
        if moved.isdisjoint(pair):
            moved.update(pair)
            yield pair
