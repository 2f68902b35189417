"""The operator `back-translation`: a text's way to another language and back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import cycle
from random import Random
from typing import Any, NamedTuple

from datakit.augmentation.lexicon.tokens import TOKEN
from datakit.augmentation.operators._base import Edit, Span, edit
from datakit.augmentation.translators._base import Translator, translators
from datakit.augmentation.translators._memory import Remembering
from datakit.core.errors import Problem, UsageError
from datakit.core.text import normalise

#: Engines in the order in which `auto` tries them: fluent and quick, fluent, always possible.
PREFERENCE = ("ctranslate2", "marian", "apertium")

#: Draws in a row without a new text after which a text counts as exhausted.
_PATIENCE = 4


@dataclass(frozen=True, kw_only=True)
class BackTranslation:
    """Translate a text into another language and back.

    What:
        Each variant is a round trip: to a pivot language and back, the pivots in turn. An engine that samples
        draws the way back, so that one pivot gives many variants; Apertium gives one a pivot. The whole text
        is replaced. A variant in which a word of `protect` is lost or new is left out.

    Why:
        It rewords whole sentences where `synonym` changes single words.

    Example:
        `The movie was very boring but my friends enjoyed it.` comes back from Spanish as
        `The film was very boring but my friends enjoyed it.`

    Fix:
        Keep the filters `negation-flipped` and `protected-token-lost` on: translation loses both. Where nothing
        is installed: `sudo apt-get install apertium-eng-spa`, or `pip install 'datakit[translate]'` and name
        `engine` and `pivots`, which allows the download of models. docs/translation.md compares the engines.

    Source:
        Sennrich et al. 2016 (back-translation); Edunov et al. 2018 (sampling the return leg beats beam
        search); Xie et al. 2020 (UDA, as augmentation).
    """

    engine: str = "auto"  #: `apertium`, `marian`, `ctranslate2`, or the first that has its models here
    options: dict[str, Any] = field(default_factory=dict)  #: the engine's own options
    language: str = "en"  #: of the texts, ISO 639-1; rows in another are left to other operators
    pivots: tuple[str, ...] = ()  #: languages to go through, ISO 639-1; none: all that are here
    protect: tuple[str, ...] = ()  #: words that are neither lost nor put in

    def augment(self, text: str, rng: Random, n: int) -> Iterator[Edit]:
        """Yield the round trips that say something new."""
        return next(self.augment_many([text], [rng], [n]))

    def augment_many(
        self, texts: Sequence[str], rngs: Sequence[Random], n: Sequence[int]
    ) -> Iterator[Iterator[Edit]]:
        """Yield for each text what `augment` would; the texts are translated together.

        Raises:
            UsageError: the engine, or a model for a pivot, is not there.
        """
        engine, pivots = Remembering(engine=self._route.engine), self._route.pivots
        protect = frozenset(word.lower() for word in self.protect)
        rows = [_Row(*arguments, protect) for arguments in zip(texts, rngs, n, strict=True)]
        for pivot in cycle(pivots) if engine.samples else pivots:
            asking = [row for row in rows if row.asks]
            if not asking:
                break
            there = engine.translate([row.text for row in asking], self.language, pivot)
            seeds = [row.rng.getrandbits(63) for row in asking]
            back = engine.translate(there, pivot, self.language, seeds)
            for row, child in zip(asking, back, strict=True):
                row.take(child)
        return (iter(row.edits) for row in rows)

    @property
    def neural(self) -> bool:
        """Whether the engine has a neural model."""
        return self._route.engine.neural

    def uses(self) -> Mapping[str, str]:
        """Name the engine, the pivots, and the models of both ways: what the variants depend on."""
        name, engine, pivots = self._route
        ways = [way for pivot in pivots for way in ((self.language, pivot), (pivot, self.language))]
        models = {f"{of}-{to}": engine.identity(of, to) for of, to in ways}
        return {"engine": name, "pivots": " ".join(pivots), **models}

    @cached_property
    def _route(self) -> "_Route":
        for name in PREFERENCE if self.engine == "auto" else (self.engine,):
            engine = translators.build(name, self.options)
            here = engine.pivots(self.language)
            pivots = self.pivots or here
            # An engine asked for by name may fetch models; `auto` takes what is here.
            if pivots and (self.engine != "auto" or set(pivots) <= set(here)):
                return _Route(name, engine, pivots)
        raise UsageError(
            Problem(
                where="back-translation",
                got=f"no models to translate {self.language!r} to another language and back are here",
                fix="sudo apt-get install apertium-eng-spa; or pip install 'datakit[translate]' and give "
                "engine: ctranslate2 and pivots: [de], which downloads models",
            )
        )


class _Route(NamedTuple):
    name: str
    engine: Translator
    pivots: tuple[str, ...]


@dataclass
class _Row:
    """A text, and what came back of it."""

    text: str
    rng: Random
    wanted: int
    protect: frozenset[str]
    edits: list[Edit] = field(default_factory=list)
    misses: int = 0

    def __post_init__(self) -> None:
        self._seen = {normalise(self.text), ""}

    @property
    def asks(self) -> bool:
        return len(self.edits) < self.wanted and self.misses < _PATIENCE

    def take(self, child: str) -> None:
        key = normalise(child)
        if key in self._seen or _words(child, self.protect) != _words(self.text, self.protect):
            self.misses += 1
            return
        self.misses = 0
        self._seen.add(key)
        self.edits.append(edit(self.text, [Span(0, len(self.text), child)]))


def _words(text: str, among: frozenset[str]) -> list[str]:
    """Return the words of a text that are `among` these, sorted."""
    folded = (token.lower() for token in TOKEN.findall(text)) if among else ()
    return sorted(word for word in folded if word in among)
