"""The operator `synonym`: words replaced by WordNet synonyms."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from random import Random
from typing import Annotated, NamedTuple

from msgspec import Meta

from datakit.augmentation.lexicon import tagger, thesaurus
from datakit.augmentation.lexicon.thesaurus import Entry, Thesaurus
from datakit.augmentation.lexicon.tokens import FUNCTION_WORDS, starts, tokenise
from datakit.augmentation.operators._base import Edit, edit
from datakit.augmentation.operators._english import English
from datakit.augmentation.operators._words import (
    NT,
    SHORTEST,
    Word,
    is_plain,
    opens,
    replaced,
    with_bases,
)

#: Words of a text that are replaced at most, spread over it: counting their combinations takes the square of them.
_MOST_SITES = 500


class Site(NamedTuple):
    """A word that can be replaced, and by what."""

    word: Word
    forms: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Synonym(English):
    """Replace words by WordNet synonyms that fit the place.

    What:
        Replaces a share of the words by synonyms of the same part of speech, in the same inflection and case,
        and mends `a`/`an` before them. A synonym is used only where the shared sense is by far the commonest
        one of both words. Function words, negation, numbers, proper nouns, URLs, mentions, tags,
        placeholders, fixed phrases and the words in `protect` stay; so does every byte outside the replaced
        words.

    Why:
        New wordings of a rare class keep a model from learning its few texts by heart.

    Example:
        `Sorry, I forgot to bring an umbrella to the movie.` gives
        `Sorry, I forgot to bring an umbrella to the film.`

    Fix:
        Use it for English texts with a topic or an intent. Avoid it where the label hangs on single words
        (sentiment of a word, grammar, names); give those words in `protect`. It yields few variants for very
        short texts: let another operator follow it.

    Source:
        Wei & Zou 2019 (EDA, synonym replacement); sense control after the measurements in
        `lexicon/wordnet.py`; WordNet 3.0, Princeton University.
    """

    share: Annotated[float, Meta(gt=0, le=1)] = 0.1  #: share of the words that the first variants replace
    protect: tuple[str, ...] = ()  #: words that are neither replaced nor put in, in any inflection

    def augment(self, text: str, rng: Random, n: int) -> Iterator[Edit]:
        """Yield variants with `share` of the words replaced, then with more, then with fewer."""
        return next(self.augment_many([text], [rng], [n]))

    def augment_many(
        self, texts: Sequence[str], rngs: Sequence[Random], n: Sequence[int]
    ) -> Iterator[Iterator[Edit]]:
        """Yield for each text what `augment` would; the texts are tagged together."""
        words = thesaurus.load()
        protect = with_bases(self.protect, words.lexicon)
        tokens = [tokenise(text) for text in texts]
        tags = tagger.load().tag(tokens)
        for text, row, row_tags, rng, limit in zip(texts, tokens, tags, rngs, n, strict=True):
            sites = _sites(text, row, row_tags, words, protect)
            sites = sites[:: -(-len(sites) // _MOST_SITES) or 1]
            yield islice(_variants(text, sites, max(1, round(self.share * len(row))), rng), limit)


def _sites(
    text: str, tokens: Sequence[str], tags: Sequence[str], words: Thesaurus, protect: frozenset[str]
) -> list[Site]:
    """Return the words that can be replaced, in their order."""
    found = [
        (i, tag, entry.forms)
        for i, (token, tag) in enumerate(zip(tokens, tags, strict=True))
        if (entry := _entry(words, protect, token, tag)) and _is_free(tokens, i, entry.base, words)
    ]
    if not found:
        return []
    at = list(zip(tokens, starts(text, tokens), strict=True))
    return [Site(Word(*at[i], tag, at[i - 1] if i else ("", 0)), forms) for i, tag, forms in found]


@lru_cache(maxsize=2**16)
def _entry(words: Thesaurus, protect: frozenset[str], token: str, tag: str) -> Entry | None:
    """Return what may stand in for a token wherever its neighbours do not forbid it; None for most tokens."""
    word = token.lower()
    if len(token) < SHORTEST or word in FUNCTION_WORDS or not is_plain(token, tag, starts=True):
        return None
    base, forms = words.entry(word, tag)
    if protect:
        if word in protect or base in protect:
            return None
        forms = tuple(form for form in forms if form not in protect and words.entry(form, tag).base not in protect)
    return Entry(base, forms) if forms else None


def _is_free(tokens: Sequence[str], i: int, base: str, words: Thesaurus) -> bool:
    """Tell whether the neighbours of a token let it go: it is no name, no stem of `n't`, in no fixed phrase."""
    token = tokens[i]
    before = tokens[i - 1].lower() if i else ""
    after = tokens[i + 1].lower() if i + 1 < len(tokens) else ""
    if after in NT or not (token.islower() or opens(tokens, i)):
        return False
    return not any(
        words.is_collocation(before, form) or words.is_collocation(form, after) for form in {token.lower(), base}
    )


def _variants(text: str, sites: Sequence[Site], size: int, rng: Random) -> Iterator[Edit]:
    """Yield every combination of replacements once: first of `size` words, then of more, then of fewer.

    Each size is walked in a random order that needs no memory: all numbers below the count of its
    combinations, by a stride that has no divisor in common with the count.
    """
    size = max(1, min(size, len(sites)))
    for k in (*range(size, len(sites) + 1), *range(size - 1, 0, -1)):
        ways = _ways([len(site.forms) for site in sites], k)
        total = ways[0][k]
        at, stride = rng.randrange(total), rng.randrange(total) or 1
        while math.gcd(stride, total) != 1:
            stride += 1
        for _ in range(total):
            yield edit(
                text, [span for word, new in _combination(sites, ways, k, at) for span in replaced(word, new)]
            )
            at = (at + stride) % total


def _ways(options: Sequence[int], most: int) -> list[list[int]]:
    """Return `ways[i][k]`: in how many ways k <= most of the sites from the i-th on can be replaced."""
    ways = [[1, *[0] * most]]
    for n in reversed(options):
        rest = ways[-1]
        ways.append([1, *(more + n * fewer for fewer, more in pairwise(rest))])
    return ways[::-1]


def _combination(
    sites: Sequence[Site], ways: Sequence[Sequence[int]], k: int, number: int
) -> Iterator[tuple[Word, str]]:
    """Yield the replacements of the combination of k sites with this number, 0 <= number < ways[0][k]."""
    for i, (word, forms) in enumerate(sites):
        if k == 0:
            return
        skipped = ways[i + 1][k]
        if number < skipped:
            continue
        choice, number = divmod(number - skipped, ways[i + 1][k - 1])
        yield word, forms[choice]
        k -= 1
