"""The operator `nlpaug`: any text augmenter of the library nlpaug, made reproducible."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from importlib import import_module
from itertools import islice, takewhile
from random import Random
from typing import Any

import msgspec

from datakit.augmentation.lexicon import nltk_data, tagger, wordnet
from datakit.augmentation.operators._base import Edit, Span
from datakit.core.errors import Problem, UsageError
from datakit.core.names import suggest
from datakit.core.seeding import global_state_lent

#: The augmenters that need neither a model nor the network.
OFFLINE = (
    "char.KeyboardAug",
    "char.OcrAug",
    "char.RandomCharAug",
    "word.AntonymAug",
    "word.RandomWordAug",
    "word.ReservedAug",
    "word.SpellingAug",
    "word.SplitAug",
    "word.SynonymAug",
)

#: Those of them that read WordNet and the tagger through NLTK; nlpaug downloads them by names that NLTK
#: dropped.
_NEED_NLTK = ("word.AntonymAug", "word.SynonymAug")

#: Those of them that know English words.
_ENGLISH = ("word.AntonymAug", "word.SpellingAug", "word.SynonymAug")

#: Tries in a row without a new text after which the augmenter counts as exhausted.
_PATIENCE = 10


@dataclass(frozen=True, kw_only=True)
class Nlpaug:
    """Run an augmenter of nlpaug.

    What:
        Calls the augmenter with our seed and puts Python's and NumPy's global random states back afterwards.
        What it changed is found by comparing the words and spaces of both texts.

    Why:
        Typing errors and OCR noise, and whatever else the library has, for those who want them.

    Example:
        `augmenter: char.KeyboardAug, options: {aug_word_p: 0.1}` gives `I firgot my umbrella` from
        `I forgot my umbrella`.

    Fix:
        Use it for noise that the real texts have too. Avoid it where spacing, case, addresses or mentions
        matter: most of its augmenters take texts apart and join them differently. The filter
        `protected-token-lost` catches the worst.

    Source:
        Ma 2019, nlpaug 1.1.11, github.com/makcedward/nlpaug.
    """

    augmenter: str = "word.SpellingAug"  #: module and class below `nlpaug.augmenter`, e.g. `char.KeyboardAug`
    options: dict[str, Any] = field(default_factory=dict)  #: the augmenter's own options

    @property
    def language(self) -> str:
        """The only language it can be given; empty where all will do, or the options name data of another."""
        return "en" if self.augmenter in _ENGLISH and not {"lang", "dict_path"} & self.options.keys() else ""

    def uses(self) -> Mapping[str, str]:
        """Name the WordNet of the augmenters that read it; with another one, other texts."""
        found = nltk_data.find("corpora/wordnet") if self.augmenter in _NEED_NLTK else None
        return {} if found is None else {"wordnet": wordnet.digest(found)}

    def augment(self, text: str, rng: Random, n: int) -> Iterator[Edit]:
        """Yield what the augmenter makes of the text, without repeats.

        Raises:
            UsageError: there is no such augmenter, it refuses its options, or its NLTK data is missing.
        """
        # Importing nlpaug, and building an augmenter, may draw from the global generators too.
        with global_state_lent(0):
            augmenter = _build(self.augmenter, msgspec.json.encode(self.options, order="sorted"))
        return islice(_distinct(augmenter, text, rng), n)


def _distinct(augmenter: Any, text: str, rng: Random) -> Iterator[Edit]:  # noqa: ANN401  (nlpaug ships no types)
    seen, misses = {text}, 0
    while misses < _PATIENCE and text.strip():
        with global_state_lent(rng.getrandbits(32)):
            child = next(iter(augmenter.augment(text)), text)
        if child in seen:
            misses += 1
            continue
        misses = 0
        seen.add(child)
        yield Edit(text=child, spans=tuple(_difference(text, child)))


def _difference(parent: str, child: str) -> Iterator[Span]:
    """Yield the spans that turn `parent` into `child`, in whole words, runs of space and single marks.

    In texts so long that finding them would take minutes, the first to the last change are one span.
    """
    old, new = _PIECES.findall(parent), _PIECES.findall(child)
    if len(old) + len(new) > _LONGEST:
        start = _common(zip(parent, child, strict=False))
        same = _common(zip(reversed(parent[start:]), reversed(child[start:]), strict=False))
        yield Span(start, len(parent) - same, child[start : len(child) - same])
        return
    starts = [0]
    for piece in old:
        starts.append(starts[-1] + len(piece))
    for op, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op != "equal":
            yield Span(starts[a], starts[b], "".join(new[c:d]))


def _common(pairs: Iterable[tuple[str, str]]) -> int:
    """Return how many pairs at the beginning are pairs of the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


#: Pieces of both texts that are compared one by one; the time grows with the square of them.
_LONGEST = 10_000

_PIECES = re.compile(r"\w+|\s+|[^\w\s]")


@cache
def _build(name: str, options: bytes) -> Any:  # noqa: ANN401  (nlpaug ships no types)
    if name in _NEED_NLTK:
        _require_nltk_data(name)
    family, _, class_name = name.rpartition(".")
    try:
        kind = getattr(import_module(f"nlpaug.augmenter.{family}"), class_name)
    except (ImportError, AttributeError, ValueError):
        problem = Problem(where="nlpaug.augmenter", got=f"nlpaug has no {name!r}", fix=suggest(name, OFFLINE))
        raise UsageError(problem) from None
    arguments: Mapping[str, Any] = msgspec.json.decode(options)
    try:
        augmenter = kind(**arguments)
    except (TypeError, ValueError, ImportError, OSError) as error:
        raise UsageError(
            Problem(where=f"nlpaug.{name}", got=str(error), fix="see the augmenter's own documentation")
        ) from error
    if name == "word.SpellingAug":
        # nlpaug puts the spellings through a set, whose order changes with PYTHONHASHSEED.
        for spellings in augmenter.model.dict.values():
            spellings.sort()
    return augmenter


def _require_nltk_data(name: str) -> None:
    needed = {"wordnet": "corpora/wordnet", tagger.RESOURCE: f"taggers/{tagger.RESOURCE}"}
    missing = [resource for resource, path in needed.items() if nltk_data.find(path) is None]
    if missing:
        raise UsageError(
            Problem(
                where=f"nlpaug.{name}",
                got=f"NLTK's data lacks {' and '.join(missing)}",
                fix=f"python -m nltk.downloader {' '.join(missing)}, or use the operator 'synonym'",
            )
        )
