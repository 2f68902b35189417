"""Operators that edit single words: which words they may edit, and what they have in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from random import Random
from typing import Annotated, NamedTuple

from msgspec import Meta

from datakit.augmentation.lexicon import tagger, thesaurus
from datakit.augmentation.lexicon.inflection import POS_OF_TAG, base_of
from datakit.augmentation.lexicon.thesaurus import Thesaurus
from datakit.augmentation.lexicon.tokens import (
    FUNCTION_WORDS,
    NEGATIONS,
    TITLES,
    article_for,
    starts,
    tokenise,
)
from datakit.augmentation.lexicon.wordnet import Lexicon
from datakit.augmentation.operators._base import Edit, Span
from datakit.augmentation.operators._drawing import distinct

#: A token and where it starts.
Token = tuple[str, int]

ARTICLES = frozenset({"a", "an"})

#: A capital after these starts a sentence; elsewhere it marks a name or a title.
OPENERS = frozenset({".", "!", "?"})

#: Shorter words are mostly abbreviations and slang in running text (`ur`, `pm`).
SHORTEST = 3

NT = frozenset({"n't", "n\u2019t"})


class Word(NamedTuple):
    """An ordinary content word in its place."""

    text: str
    start: int
    tag: str  # of the Penn Treebank; empty where it is anyone's guess
    before: Token  # the token before it, or an empty one

    @property
    def stop(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


class Tagged(NamedTuple):
    """A text and what of it may be edited."""

    text: str
    tokens: list[Token]
    words: list[Word]  # those that may be edited
    is_protected: Callable[[str, str], bool]  # tells of a lower-case word and its tag


@dataclass(frozen=True, kw_only=True)
class WordOperator(ABC):
    """Draws edits of single words; texts are tagged together, and each stream ends when draws repeat."""

    share: Annotated[float, Meta(gt=0, le=1)] = 0.1  #: most words edited, as a share of all; at least one
    protect: tuple[str, ...] = ()  #: words that are neither edited nor put in, in any inflection

    def augment(self, text: str, rng: Random, n: int) -> Iterator[Edit]:
        """Yield variants in the order in which they are drawn."""
        return next(self.augment_many([text], [rng], [n]))

    def augment_many(
        self, texts: Sequence[str], rngs: Sequence[Random], n: Sequence[int]
    ) -> Iterator[Iterator[Edit]]:
        """Yield for each text what `augment` would."""
        for tagged, rng, limit in zip(tag(texts, self.protect), rngs, n, strict=True):
            yield islice(distinct(tagged.text, self.draws(tagged, rng)), limit)

    def most(self, tagged: Tagged) -> int:
        """Return how many words are edited at most."""
        return max(1, round(self.share * len(tagged.tokens)))

    @abstractmethod
    def draws(self, tagged: Tagged, rng: Random) -> Iterator[Sequence[Span]]:
        """Yield the spans of one random edit after the other, for ever; none where nothing can be edited."""


def tag(texts: Sequence[str], protect: Sequence[str]) -> Iterator[Tagged]:
    """Yield for each text its tokens and the words that may be edited.

    These are ordinary words of at least three ASCII letters. Function words, negation and the word after it,
    numbers, names, addresses, mentions, tags, placeholders, parts of fixed phrases and the words in `protect`
    are none of them.

    Raises:
        UsageError: there is no WordNet on this machine.
    """
    words = thesaurus.load()
    base = cache(partial(base_of, words.lexicon))
    kept = with_bases(protect, words.lexicon)

    def is_protected(word: str, tag: str) -> bool:
        return word in kept or base(word, tag) in kept

    tokens = [tokenise(text) for text in texts]
    tags = tagger.load().tag(tokens)
    for text, row_tokens, row_tags in zip(texts, tokens, tags, strict=True):
        row = list(zip(row_tokens, starts(text, row_tokens), strict=True))
        yield Tagged(text, row, list(_words(row, row_tags, words, is_protected)), is_protected)


def _words(
    tokens: Sequence[Token], tags: Sequence[str], words: Thesaurus, is_protected: Callable[[str, str], bool]
) -> Iterator[Word]:
    plain = [token for token, _ in tokens]
    for i, ((token, start), tag) in enumerate(zip(tokens, tags, strict=True)):
        before = tokens[i - 1] if i else ("", 0)
        left, word = before[0].lower(), token.lower()
        right = tokens[i + 1][0].lower() if i + 1 < len(tokens) else ""
        if (
            len(token) >= SHORTEST
            and is_plain(token, tag, starts=opens(plain, i))
            and word not in FUNCTION_WORDS
            and left not in NEGATIONS
            and right not in NT
            and not words.is_collocation(left, word)
            and not words.is_collocation(word, right)
            and not is_protected(word, tag)
        ):
            yield Word(token, start, tag, before)


def opens(tokens: Sequence[str], i: int) -> bool:
    """Tell whether a capital of the i-th token may be that of a sentence's first word.

    Before another capital, or after a title, it is rather that of a name: `feat. Childish Gambino`, `Mr. Big`.
    """
    if i + 1 < len(tokens) and tokens[i + 1][:1].isupper():
        return False
    return i == 0 or (tokens[i - 1] in OPENERS and not (i > 1 and tokens[i - 2].lower() in TITLES))


def with_bases(protect: Iterable[str], lexicon: Lexicon) -> frozenset[str]:
    """Return the words in lower case, and what each may be an inflection of."""
    words = {word.lower() for word in protect}
    return frozenset(
        words | {base for word in words for tag in POS_OF_TAG if (base := base_of(lexicon, word, tag))}
    )


def is_plain(token: str, tag: str, *, starts: bool) -> bool:
    """Tell whether a token is an ordinary word: ASCII letters, no name, no capital inside a sentence."""
    if not (token.isascii() and token.isalpha()) or tag.startswith("NNP"):
        return False
    return token.islower() or (starts and token[1:].islower())


def replaced(word: Word, new: str) -> tuple[Span, ...]:
    """Return the spans that put `new` in a word's place: in the word's case, and with the article that suits.

    Args:
        word: the word that goes.
        new: the one that comes, in lower case.
    """
    span = Span(word.start, word.stop, new.capitalize() if word.text[0].isupper() else new)
    article, at = word.before
    if article.lower() not in ARTICLES:
        return (span,)
    needed = article_for(new)
    # An article that did not suit the old word is the writer's own spelling, and stays.
    if article.lower() != article_for(word.text) or article.lower() == needed:
        return (span,)
    needed = needed.capitalize() if article[0].isupper() else needed
    return (Span(at, at + len(article), needed), span)
