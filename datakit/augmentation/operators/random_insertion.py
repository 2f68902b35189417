"""The operator `random-insertion`: synonyms of a text's words, put in somewhere else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from datakit.augmentation.lexicon import thesaurus
from datakit.augmentation.lexicon.thesaurus import Thesaurus
from datakit.augmentation.lexicon.tokens import NEGATIONS
from datakit.augmentation.operators._base import Span
from datakit.augmentation.operators._english import English
from datakit.augmentation.operators._words import ARTICLES, OPENERS, Tagged, WordOperator


@dataclass(frozen=True, kw_only=True)
class RandomInsertion(English, WordOperator):
    """Insert synonyms of a text's own words at random places.

    What:
        Draws words, takes a synonym of each as `synonym` would (same part of speech, same inflection, safe
        sense), and puts it before a random word of the same line. Every byte of the text stays. Nothing is
        put at the start of a sentence, after `a`, `an` or a negation, into a fixed phrase or into a name.

    Why:
        More of what the text is about, in other words and at places where a model did not learn it.

    Example:
        `We saw the film movie in Paris.` from `We saw the movie in Paris.`

    Fix:
        Use it for texts with a topic, after `synonym`. Avoid it where grammar or the order of the words
        matters. Words in `protect` are not put in.

    Source:
        Wei & Zou 2019 (EDA, random insertion, a share of 0.1); theirs also strips case, digits and
        punctuation from the whole text, and inserts synonyms of any sense.
    """

    def draws(self, tagged: Tagged, rng: Random) -> Iterator[Sequence[Span]]:
        """Yield one to `share` of the words as insertions: of different words, at different places."""
        words = thesaurus.load()
        sources = [forms for forms in _synonyms(tagged, words) if forms]
        places = list(_places(tagged, words))
        most = min(self.most(tagged), len(sources), len(places))
        while most > 0:
            count = rng.randint(1, most)
            new = [rng.choice(forms) for forms in rng.sample(sources, count)]
            chosen = sorted(rng.sample(places, count))
            yield [Span(place, place, f"{word} ") for place, word in zip(chosen, new, strict=True)]


def _synonyms(tagged: Tagged, words: Thesaurus) -> Iterator[list[str]]:
    for word in tagged.words:
        forms = words.entry(word.text.lower(), word.tag).forms
        yield [form for form in forms if not tagged.is_protected(form, word.tag)]


def _places(tagged: Tagged, words: Thesaurus) -> Iterator[int]:
    """Yield the starts of the words before which another one can stand."""
    for (before, _), (token, start) in pairwise(tagged.tokens):
        left, right = before.lower(), token.lower()
        if (
            tagged.text[start - 1] in " \t"
            and token[0].isalnum()
            and left not in ARTICLES | OPENERS
            and not NEGATIONS & {left, right}
            and not (before[0].isupper() and token[0].isupper())
            and not words.is_collocation(left, right)
        ):
            yield start
