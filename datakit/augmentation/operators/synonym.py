"""The operator `synonym`: words replaced by WordNet synonyms."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Annotated

from msgspec import Meta

from datakit.augmentation.lexicon import tagger, thesaurus
from datakit.augmentation.lexicon.thesaurus import Thesaurus
from datakit.augmentation.lexicon.tokens import FUNCTION_WORDS, TOKEN
from datakit.augmentation.operators._base import Edit, Span, edit
from datakit.augmentation.operators._words import NT, OPENERS, SHORTEST, Word, is_plain, replaced

#: One word that can be replaced: for each synonym the spans to change, an article before the word included.
Site = tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Synonym:
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
        protect = frozenset(word.lower() for word in self.protect)
        tokens = [[(m.group(), m.start()) for m in TOKEN.finditer(text)] for text in texts]
        tags = tagger.load().tag([[word for word, _ in row] for row in tokens])
        for text, row, row_tags, rng, limit in zip(texts, tokens, tags, rngs, n, strict=True):
            sites = list(_sites(row, row_tags, words, protect))
            yield islice(_variants(text, sites, max(1, round(self.share * len(row))), rng), limit)


def _sites(
    tokens: Sequence[tuple[str, int]], tags: Sequence[str], words: Thesaurus, protect: frozenset[str]
) -> Iterator[Site]:
    """Yield the words that can be replaced, in their order."""
    for i, ((token, start), tag) in enumerate(zip(tokens, tags, strict=True)):
        starts = i == 0 or tokens[i - 1][0] in OPENERS
        if len(token) < SHORTEST or not is_plain(token, tag, starts=starts):
            continue
        word = token.lower()
        base, forms = words.entry(word, tag)
        if not forms or word in FUNCTION_WORDS or word in protect or base in protect:
            continue
        before = tokens[i - 1] if i else ("", 0)
        after = tokens[i + 1][0].lower() if i + 1 < len(tokens) else ""
        if after in NT or any(
            words.is_collocation(before[0].lower(), form) or words.is_collocation(form, after)
            for form in (word, base)
        ):
            continue
        site = tuple(
            replaced(Word(token, start, tag, before), form)
            for form in forms
            if not protect or (form not in protect and words.entry(form, tag).base not in protect)
        )
        if site:
            yield site


def _variants(text: str, sites: Sequence[Site], size: int, rng: Random) -> Iterator[Edit]:
    """Yield every combination of replacements once: first of `size` words, then of more, then of fewer.

    Each size is walked in a random order that needs no memory: all numbers below the count of its
    combinations, by a stride that has no divisor in common with the count.
    """
    size = min(size, len(sites))
    ways = _ways([len(site) for site in sites])
    for k in (*range(size, len(sites) + 1), *range(size - 1, 0, -1)):
        count = ways[0][k] if k else 0
        if not count:
            continue
        at, stride = rng.randrange(count), rng.randrange(count) or 1
        while math.gcd(stride, count) != 1:
            stride += 1
        for _ in range(count):
            yield edit(text, [span for choice in _combination(sites, ways, k, at) for span in choice])
            at = (at + stride) % count


def _ways(options: Sequence[int]) -> list[list[int]]:
    """Return `ways[i][k]`: in how many ways k of the sites from the i-th on can be replaced."""
    ways = [[1, *[0] * len(options)]]
    for n in reversed(options):
        rest = ways[-1]
        ways.append([1, *(rest[k] + n * rest[k - 1] for k in range(1, len(rest)))])
    return ways[::-1]


def _combination(
    sites: Sequence[Site], ways: Sequence[Sequence[int]], k: int, number: int
) -> Iterator[tuple[Span, ...]]:
    """Yield the replacements of the combination with this number, 0 <= number < ways[0][k]."""
    for i, site in enumerate(sites):
        if k == 0:
            return
        skipped = ways[i + 1][k]
        if number < skipped:
            continue
        choice, number = divmod(number - skipped, ways[i + 1][k - 1])
        yield site[choice]
        k -= 1
