"""The operator `shuffle-sentences`: the sentences of a text in another order."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from random import Random

from datakit.augmentation.lexicon import nltk_data
from datakit.augmentation.lexicon.tokens import word_set
from datakit.augmentation.operators._base import Edit, Span
from datakit.augmentation.operators._drawing import distinct

#: Two sentences in the other order are too little to tell a variant from its parent.
FEWEST = 3

RESOURCE = "punkt_tab"


@dataclass(frozen=True, kw_only=True, slots=True)
class ShuffleSentences:
    """Put the sentences of a long text in other orders.

    What:
        Texts of at least three sentences get them in random orders. Sentences stay whole; the white space,
        line breaks and `<br />` between them stay where they are. Sentences are found by NLTK's Punkt for
        English where its data (`punkt_tab`) is on NLTK's search path, else by a rule: a full stop, `!` or `?`
        before a space and something other than a small letter, unless an abbreviation or an initial precedes.
        The full stop of Chinese and Japanese ends a sentence everywhere.

    Why:
        What a review or a report is about does not hang on the order of its sentences, so the label is sure to
        stay; and a model that truncates long texts gets to see their ends.

    Example:
        `Great value. It came today. I am pleased!` from `It came today. I am pleased! Great value.`

    Fix:
        Use it for long texts. Avoid it where one sentence leads to the next: dialogues, stories, steps.

    Source:
        Lewis et al. 2020, BART (arXiv 1910.13461), which learns from texts with their sentences permuted;
        Punkt: Kiss & Strunk 2006.
    """

    def augment(self, text: str, rng: Random, n: int) -> Iterator[Edit]:
        """Yield orders as they are drawn."""
        return islice(distinct(text, _orders(text, rng)), n)

    def uses(self) -> Mapping[str, str]:
        """Name what finds the sentences on this machine; with another one, other texts."""
        return {"sentences": "by rule" if _punkt() is None else RESOURCE}


def _orders(text: str, rng: Random) -> Iterator[Sequence[Span]]:
    places = list(sentences(text))
    order = [text[start:stop] for start, stop in places]
    while len(places) >= FEWEST:
        rng.shuffle(order)
        yield [
            Span(start, stop, sentence)
            for (start, stop), sentence in zip(places, order, strict=True)
            if text[start:stop] != sentence
        ]


#: Where one paragraph ends and another begins, whatever the marks say; and the ends of sentences in Chinese and
#: Japanese, where no white space follows: its full stop, `!` and `?`, and the quotes and brackets that close.
_BREAK = re.compile(
    r"<br\s*/?>|\n\s*\n|"
    "(?<=[\u3002\uff01\uff1f])(?![\u3002\uff01\uff1f\u201d\u2019\uff09\u300d\u300f])|"
    "(?<=[\u3002\uff01\uff1f][\u201d\u2019\uff09\u300d\u300f])",
    re.IGNORECASE,
)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and stop of each sentence, without the white space around it."""
    breaks = [(0, 0), *(match.span() for match in _BREAK.finditer(text)), (len(text), len(text))]
    starts = _punkt() or _by_rule
    for (_, begin), (end, _) in pairwise(breaks):
        paragraph = text[begin:end]
        # Punkt also parts `10/10!The`; moved apart, such sentences would run into others.
        cuts = [start for start in starts(paragraph) if start and paragraph[start - 1].isspace()]
        for start, stop in pairwise([0, *cuts, len(paragraph)]):
            if sentence := paragraph[start:stop].strip():
                place = begin + paragraph.index(sentence, start)
                yield place, place + len(sentence)


@cache
def _punkt() -> Callable[[str], Iterator[int]] | None:
    """Return what finds the starts of sentences by Punkt's parameters for English; None where they are missing."""
    folder = nltk_data.find(f"tokenizers/{RESOURCE}")
    if folder is None:
        return None
    from nltk.tabdata import PunktDecoder
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    decoder, parameters = PunktDecoder(), PunktParameters()
    for name, decode in {
        "collocations.tab": lambda file: set(decoder.tab2tups(file)),
        "sent_starters.txt": decoder.txt2set,
        "abbrev_types.txt": decoder.txt2set,
        "ortho_context.tab": decoder.tab2intdict,
    }.items():
        with (folder / "english" / name).open(encoding="utf-8") as file:
            setattr(parameters, name.partition(".")[0], decode(file))
    spans = PunktSentenceTokenizer(parameters).span_tokenize
    return lambda text: (start for start, _ in spans(text))


#: What ends a sentence, the quotes and brackets that close with it, and the white space after it.
_END = re.compile(r"(?:[!?]|(?P<stop>(?<!\.)\.+|\u2026))[\"'\u201d\u2019)\]]*\s+(?=[^\sa-z.,;:!?])")

_ABBREVIATIONS = word_set(
    """
    mr mrs ms dr prof rev hon gen col capt lt sgt sen rep gov st jr sr mt ft vs etc e.g i.e cf al approx inc ltd
    co corp bros dept univ est fig figs vol no nos p pp ed eds jan feb mar apr jun jul aug sep sept oct nov dec
    """
)

#: Characters before a full stop in which an abbreviation is looked for, the space and brackets before it included.
_LONGEST = 12


def _by_rule(text: str) -> Iterator[int]:
    """Yield the starts of sentences by the marks before them."""
    for end in _END.finditer(text):
        if not (end["stop"] and _is_short_form(text, end.start())):
            yield end.end()


def _is_short_form(text: str, stop: int) -> bool:
    """Tell whether the word that ends at `stop`, before a full stop, is an abbreviation or an initial."""
    *_, word = "", *text[max(0, stop - _LONGEST) : stop].split()
    word = word.lstrip("\"'(\u201c\u2018[").lower()
    return word in _ABBREVIATIONS or re.fullmatch(r"[a-hj-z]|(?:[a-z]\.)+[a-z]", word) is not None
