"""Parts of speech: NLTK's averaged perceptron in lock-step over many texts, or else WordNet's counts."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache, partial
from hashlib import sha256
from itertools import chain, count, pairwise
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import numpy as np

from datakit.augmentation.lexicon import inflection, nltk_data, wordnet
from datakit.augmentation.lexicon.tokens import FUNCTION_WORDS, word_set
from datakit.augmentation.lexicon.wordnet import Lexicon

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESOURCE = "averaged_perceptron_tagger_eng"


class Tagger(Protocol):
    """Gives words their parts of speech in context."""

    def tag(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """Return one Penn Treebank tag a word; an empty tag where it is anyone's guess."""
        ...


@cache
def load() -> Tagger:
    """Return the perceptron where its data is on NLTK's search path, else the tagger by WordNet's counts."""
    folder = nltk_data.find(f"taggers/{RESOURCE}")
    return CountTagger(wordnet.load()) if folder is None else Perceptron.read(folder)


def digest(folder: nltk_data.Folder) -> str:
    """Return the name of NLTK's resource, and 16 hex digits over the files that the perceptron is read from."""
    whole = sha256()
    for part in _PARTS:
        whole.update(sha256((folder / f"{RESOURCE}.{part}.json").read_bytes()).digest())
    return f"{RESOURCE}:{whole.hexdigest()[:16]}"


# --- the perceptron
# ------------------------------------------------------------------------------------------

#: NLTK's JSON files.
_PARTS = ("weights", "tagdict", "classes")

#: What stands in for the words around a sentence: two before it, two after it.
_START, _START2, _END, _END2 = _OUTSIDE = ("-START-", "-START2-", "-END-", "-END2-")

#: Distinct words that a perceptron remembers before it starts anew; one takes 1.3 kB.
_ROOM = 2**14


class Perceptron:
    """NLTK's averaged perceptron (Honnibal 2013), tagging word *i* of all sentences at once.

    A word's tag depends on the two tags before it, so one sentence cannot be tagged in parallel, but many
    can. All that does not depend on them is looked up once a word. The tags are those of `nltk.pos_tag`, but
    for the rare tie that there the rounding of a sum decides: here the weights are integers, thousandths,
    since NLTK rounds them to three decimals.
    """

    def __init__(
        self, weights: Mapping[str, Mapping[str, float]], tagdict: Mapping[str, str], classes: Sequence[str]
    ) -> None:
        # In descending order, so that argmax breaks ties as NLTK does: by the last tag in the alphabet.
        tags = sorted(classes, reverse=True)
        histories = [*tags, _START, _START2]
        self._tags = np.array(tags, object)
        self._tag_ids = {tag: i for i, tag in enumerate(histories)}
        self._tagdict = {word: self._tag_ids[tag] for word, tag in tagdict.items()}
        self._row = {feature: row for row, feature in enumerate(weights, 1)}  # row 0: no such feature
        self._weights = self._matrix(weights)
        before, before2 = self._weigh("i-1 tag", histories), self._weigh("i-2 tag", histories)
        both = np.stack([self._weigh(f"i tag+i-2 tag {tag}", histories) for tag in histories])
        self._by_history = both + before[:, None] + before2  # (tags + 2, tags + 2, tags)
        self._after_tag = self._tag_word_pairs(weights)
        self._forget(_ROOM)

    @classmethod
    def read(cls, folder: nltk_data.Folder) -> "Perceptron":
        """Read the three JSON files of NLTK's resource."""

        def part(name: str, kind: Any) -> Any:  # noqa: ANN401  (one helper for three types)
            return msgspec.json.decode((folder / f"{RESOURCE}.{name}.json").read_bytes(), type=kind)

        return cls(
            part("weights", dict[str, dict[str, float]]),
            part("tagdict", dict[str, str]),
            part("classes", list[str]),
        )

    def tag(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """Return one Penn Treebank tag a word."""
        if not any(sentences):
            return [[] for _ in sentences]
        self._meet(dict.fromkeys(chain.from_iterable(sentences)))
        lengths = np.array([len(words) for words in sentences])
        words = self._grid(sentences, lengths)  # (longest + 4, sentences)
        tags = self._only_tag[words[2:-2]]
        places, columns = np.nonzero((tags < 0) & (np.arange(len(tags))[:, None] < lengths))
        scores = self._by_word[0, words[places, columns]]
        for offset in range(1, 5):
            scores += self._by_word[offset, words[places + offset, columns]]

        before = np.full(len(sentences), self._tag_ids[_START])
        before2 = np.full(len(sentences), self._tag_ids[_START2])
        stops = np.bincount(places, minlength=len(tags)).cumsum().tolist()
        for i, (start, stop) in enumerate(pairwise([0, *stops])):
            open_ = columns[start:stop]
            previous = before[open_]
            total = scores[start:stop] + self._by_history[previous, before2[open_]]
            total += self._weights[self._pairs[words[i + 2, open_], previous]]
            tags[i, open_] = total.argmax(axis=1)
            before, before2 = tags[i], before
        return [row[:n] for row, n in zip(self._tags[tags.T].tolist(), lengths.tolist(), strict=True)]

    def _matrix(self, weights: Mapping[str, Mapping[str, float]]) -> "NDArray[np.int32]":
        rows = np.repeat(np.arange(1, len(weights) + 1), [len(by_tag) for by_tag in weights.values()])
        columns = [self._tag_ids[tag] for by_tag in weights.values() for tag in by_tag]
        values = np.array([value for by_tag in weights.values() for value in by_tag.values()])
        matrix = np.zeros((len(weights) + 1, len(self._tags)), np.int32)
        matrix[rows, columns] = np.rint(values * 1000)
        return matrix

    def _weigh(self, feature: str, values: Iterable[str]) -> "NDArray[np.int32]":
        """Return the weights (values, tags) of a feature with these values."""
        return self._weights[[self._row.get(f"{feature} {value}", 0) for value in values]]

    def _tag_word_pairs(self, weights: Mapping[str, Any]) -> dict[str, "NDArray[np.intp]"]:
        """Return for each folded word the rows of its features `i-1 tag+i word`, by the tag before it."""
        prefix = "i-1 tag+i word "
        pairs: dict[str, NDArray[np.intp]] = {}
        for feature in weights:
            if feature.startswith(prefix):
                tag, _, word = feature.removeprefix(prefix).partition(" ")
                if tag in self._tag_ids:
                    rows = pairs.setdefault(word, np.zeros(len(self._tag_ids), np.intp))
                    rows[self._tag_ids[tag]] = self._row[feature]
        return pairs

    def _forget(self, room: int) -> None:
        """Make room for the distinct words of the texts to come."""
        self._ids: dict[str, int] = {}
        room += len(_OUTSIDE)
        self._by_word = np.empty((5, room, len(self._tags)), np.int32)  # by the word's place, i-2 to i+2
        self._pairs = np.empty((room, len(self._tag_ids)), np.intp)  # rows of weights, by the tag before
        self._only_tag = np.empty(room, np.intp)  # -1: depends on the sentence
        self._learn(_OUTSIDE, _OUTSIDE, 0)

    def _meet(self, words: Mapping[str, Any]) -> None:
        """Look up the words that are not remembered; forget the others if there is no room for them."""
        new = [word for word in words if word not in self._ids]
        if not new:
            return
        if len(self._ids) + len(new) > len(self._only_tag) - len(_OUTSIDE):
            new = list(words)
            self._forget(max(_ROOM, len(new)))
        first = len(_OUTSIDE) + len(self._ids)
        self._ids.update(zip(new, count(first)))
        self._learn(new, [_fold(word) for word in new], first)

    def _learn(self, words: Sequence[str], folded: Sequence[str], first: int) -> None:
        here = slice(first, first + len(words))
        suffixes = [word[-3:] for word in folded]
        for place, offset in enumerate(("i-2", "i-1", "i", "i+1", "i+2")):
            self._by_word[place, here] = self._weigh(f"{offset} word", folded)
        self._by_word[1, here] += self._weigh("i-1 suffix", suffixes)
        self._by_word[3, here] += self._weigh("i+1 suffix", suffixes)
        own = self._weigh("i suffix", [word[-3:] for word in words]) + self._weights[self._row.get("bias", 0)]
        self._by_word[2, here] += own + self._weigh("i pref1", [word[0] for word in words])
        none = np.zeros(len(self._tag_ids), np.intp)
        self._pairs[here] = [self._after_tag.get(word, none) for word in folded]
        self._only_tag[here] = [self._tagdict.get(word, -1) for word in words]

    def _grid(self, sentences: Sequence[Sequence[str]], lengths: "NDArray[np.intp]") -> "NDArray[np.intp]":
        """Return word ids, a column a sentence, with two words from outside before it and after it."""
        ids = np.zeros((lengths.max() + 4, len(sentences)), np.intp)
        ids[1] = 1  # -START- -START2- words -END- -END2-
        filled = np.arange(lengths.max()) < lengths[:, None]
        ids.T[:, 2:-2][filled] = [self._ids[word] for words in sentences for word in words]
        column = np.arange(len(sentences))
        ids[lengths + 2, column], ids[lengths + 3, column] = 2, 3
        return ids


def _fold(word: str) -> str:
    """Return what the perceptron was trained to see of a word (`PerceptronTagger.normalize`)."""
    if "-" in word and word[0] != "-":
        return "!HYPHEN"
    if word.isdigit() and len(word) == 4:  # noqa: PLR2004  (a year)
        return "!YEAR"
    return "!DIGITS" if word[0].isdigit() else word.lower()


# --- without it
# ----------------------------------------------------------------------------------------------

_DETERMINERS = word_set("a an the this that these those my your his her its our their some any no")
_MODALS = word_set("to will would can could shall should may might must ll 'll \u2019ll n't n\u2019t do does did")
_HAVE_BE = word_set(
    "is are was were be been being am has have had having 's 're 'm 've \u2019s \u2019re \u2019m \u2019ve"
)


class CountTagger:
    """Tags a word by the part of speech that WordNet counts most for it; English has few certain ones.

    A word gets no tag where less than `CERTAIN` of its uses are of one part of speech, or where the word
    before it speaks against it, and the tag of a proper noun where it is capitalised inside a sentence.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._guess = lru_cache(maxsize=2**16)(partial(_guess, lexicon))

    def tag(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """Return one Penn Treebank tag a word; an empty one where it is anyone's guess."""
        return [[self._tag(before, word) for before, word in pairwise([".", *words])] for words in sentences]

    def _tag(self, before: str, word: str) -> str:
        if word[0].isupper() and before not in _SENTENCE_ENDS:
            return "NNP"
        tag = self._guess(word.lower())
        if not tag:
            return ""
        before = before.lower()
        if tag.startswith("VB") and before in _DETERMINERS:
            return ""
        if before in _MODALS and tag != "RB":
            return tag if tag == "VB" else ""
        return "VBN" if tag == "VBD" and before in _HAVE_BE else tag


def _guess(lexicon: Lexicon, word: str) -> str:
    """Return the likeliest tag of a lower-case word by itself."""
    if word in FUNCTION_WORDS or not word.isalpha():
        return ""
    uses: dict[str, int] = {}
    for tag in ("NN", "NNS", "VB", "VBZ", "VBG", "VBD", "JJ", "JJR", "JJS", "RB"):
        if base := inflection.base_of(lexicon, word, tag):
            uses[tag] = lexicon.uses[inflection.POS_OF_TAG[tag]][base] + 1  # a listed word is possible
    tag = max(uses, key=lambda tag: uses[tag], default="")
    return tag if tag and uses[tag] >= CERTAIN * sum(uses.values()) else ""


#: Least share of a word's uses that its likeliest part of speech must have.
CERTAIN = 0.8

_SENTENCE_ENDS = frozenset(".!?:;\"'(-\u201c\u2018\u2013\u2014")
