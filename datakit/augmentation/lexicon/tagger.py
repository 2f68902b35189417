"""Parts of speech: NLTK's averaged perceptron in lock-step over many texts, or else WordNet's counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
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


# --- the perceptron
# ------------------------------------------------------------------------------------------

_START, _START2, _END, _END2 = "-START-", "-START2-", "-END-", "-END2-"


class Perceptron:
    """NLTK's averaged perceptron (Honnibal 2013), tagging word *i* of all sentences at once.

    A word's tag depends on the two tags before it, so one sentence cannot be tagged in parallel, but many
    can. The tags are those of `nltk.pos_tag`, but for the rare tie that there the rounding of a sum decides:
    here the weights are integers, thousandths, since NLTK rounds them to three decimals.
    """

    def __init__(
        self, weights: Mapping[str, Mapping[str, float]], tagdict: Mapping[str, str], classes: Sequence[str]
    ) -> None:
        # In descending order, so that argmax breaks ties as NLTK does: by the last tag in the alphabet.
        self._tags = sorted(classes, reverse=True)
        self._tag_ids = {tag: i for i, tag in enumerate([*self._tags, _START, _START2])}
        self._tagdict = {word: self._tag_ids[tag] for word, tag in tagdict.items()}
        self._row = {feature: row for row, feature in enumerate(weights, 1)}  # row 0: no such feature
        self._weights = self._matrix(weights)
        names = list(self._tag_ids)
        before = self._rows([f"i-1 tag {a}" for a in names])
        before2 = self._rows([f"i-2 tag {a}" for a in names])
        both = np.stack([self._rows([f"i tag+i-2 tag {a} {b}" for b in names]) for a in names])
        self._by_history = both + before[:, None] + before2[None, :]  # (tags + 2, tags + 2, tags)
        self._after_tag = self._tag_word_pairs(weights)

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
        vocabulary = _Vocabulary(sentences)
        surface, context = self._score_surfaces(vocabulary), self._score_contexts(vocabulary)
        known = np.array([self._tagdict.get(word, -1) for word in vocabulary.words])
        pairs = np.stack([self._pairs(word) for word in vocabulary.folded])  # (folded, tags + 2), rows of weights

        longest_first = np.argsort([-len(words) for words in sentences], kind="stable")
        word_ids, folded_ids, lengths = vocabulary.grid([sentences[i] for i in longest_first])
        tags = np.zeros(word_ids.shape, np.int64)
        previous = np.full(len(sentences), self._tag_ids[_START])
        before_previous = np.full(len(sentences), self._tag_ids[_START2])
        for i in range(word_ids.shape[1]):
            active = int((lengths > i).sum())
            now = known[word_ids[:active, i]]
            open_ = np.flatnonzero(now < 0)
            window = folded_ids[open_, i : i + 5].T
            scores = surface[word_ids[open_, i]] + self._by_history[previous[open_], before_previous[open_]]
            scores += self._weights[pairs[window[2], previous[open_]]]
            for offset, ids in zip(context, window, strict=True):
                scores += offset[ids]
            now[open_] = scores.argmax(axis=1)
            tags[:active, i] = now
            before_previous[:active] = previous[:active]
            previous[:active] = now

        result: list[list[str]] = [[] for _ in sentences]
        for row, i, length in zip(tags, longest_first, lengths, strict=True):
            result[i] = [self._tags[tag] for tag in row[:length].tolist()]
        return result

    def _matrix(self, weights: Mapping[str, Mapping[str, float]]) -> "NDArray[np.int32]":
        rows = np.repeat(np.arange(1, len(weights) + 1), [len(by_tag) for by_tag in weights.values()])
        columns = [self._tag_ids[tag] for by_tag in weights.values() for tag in by_tag]
        values = np.array([value for by_tag in weights.values() for value in by_tag.values()])
        matrix = np.zeros((len(weights) + 1, len(self._tags)), np.int32)
        matrix[rows, columns] = np.rint(values * 1000)
        return matrix

    def _rows(self, features: Sequence[str]) -> "NDArray[np.int32]":
        return self._weights[[self._row.get(feature, 0) for feature in features]]

    def _tag_word_pairs(self, weights: Mapping[str, Any]) -> dict[str, "NDArray[np.int64]"]:
        """Return for each folded word the rows of its features `i-1 tag+i word`, by the tag before it."""
        prefix = "i-1 tag+i word "
        pairs: dict[str, NDArray[np.int64]] = {}
        for feature in weights:
            if feature.startswith(prefix):
                tag, _, word = feature.removeprefix(prefix).partition(" ")
                if tag in self._tag_ids:
                    rows = pairs.setdefault(word, np.zeros(len(self._tag_ids), np.int64))
                    rows[self._tag_ids[tag]] = self._row[feature]
        return pairs

    def _pairs(self, word: str) -> "NDArray[np.int64]":
        found = self._after_tag.get(word)
        return np.zeros(len(self._tag_ids), np.int64) if found is None else found

    def _score_surfaces(self, vocabulary: "_Vocabulary") -> "NDArray[np.int32]":
        suffixes = self._rows([f"i suffix {word[-3:]}" for word in vocabulary.words])
        return suffixes + self._rows([f"i pref1 {word[0]}" for word in vocabulary.words])

    def _score_contexts(self, vocabulary: "_Vocabulary") -> list["NDArray[np.int32]"]:
        """Return (folded, tags) scores for the words at i-2, i-1, i, i+1 and i+2."""

        def words(offset: str) -> "NDArray[np.int32]":
            return self._rows([f"{offset} word {word}" for word in vocabulary.folded])

        def suffixes(offset: str) -> "NDArray[np.int32]":
            return self._rows([f"{offset} suffix {word[-3:]}" for word in vocabulary.folded])

        return [
            words("i-2"),
            words("i-1") + suffixes("i-1"),
            words("i") + self._rows(["bias"]),
            words("i+1") + suffixes("i+1"),
            words("i+2"),
        ]


class _Vocabulary:
    """The distinct words of some sentences, as found and as the perceptron folds them."""

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        self.words = list(dict.fromkeys(word for words in sentences for word in words))
        folded = [_fold(word) for word in self.words]
        self.folded = list(dict.fromkeys([_START, _START2, _END, _END2, *folded]))
        self._ids = {word: i for i, word in enumerate(self.words)}
        folded_ids = {word: i for i, word in enumerate(self.folded)}
        self._folded_of = np.array([folded_ids[word] for word in folded])

    def grid(
        self, sentences: Sequence[Sequence[str]]
    ) -> tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.int64]"]:
        """Return word ids (sentences, longest), folded ids padded by 2 on each side, and the lengths."""
        lengths = np.array([len(words) for words in sentences])
        filled = np.arange(lengths.max()) < lengths[:, None]
        ids = np.zeros(filled.shape, np.int64)
        ids[filled] = [self._ids[word] for words in sentences for word in words]
        padded = np.zeros((len(sentences), lengths.max() + 4), np.int64)
        padded[:, 1] = 1  # -START- -START2- words -END- -END2-
        padded[:, 2:-2][filled] = self._folded_of[ids[filled]]
        row = np.arange(len(sentences))
        padded[row, lengths + 2], padded[row, lengths + 3] = 2, 3
        return ids, padded, lengths


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


@dataclass(frozen=True)
class CountTagger:
    """Tags a word by the part of speech that WordNet counts most for it; English has few certain ones.

    A word gets no tag where less than `CERTAIN` of its uses are of one part of speech, or where the word
    before it speaks against it, and the tag of a proper noun where it is capitalised inside a sentence.
    """

    lexicon: Lexicon

    def tag(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """Return one Penn Treebank tag a word; an empty one where it is anyone's guess."""
        return [
            [self._tag(words[i - 1] if i else ".", word) for i, word in enumerate(words)] for words in sentences
        ]

    def _tag(self, before: str, word: str) -> str:
        if word[0].isupper() and before not in _SENTENCE_ENDS:
            return "NNP"
        before = before.lower()
        tag = self._guess(word.lower())
        if tag.startswith("VB") and before in _DETERMINERS:
            return ""
        if before in _MODALS and tag != "RB":
            return tag if tag == "VB" else ""
        return "VBN" if tag == "VBD" and before in _HAVE_BE else tag

    def _guess(self, word: str) -> str:
        """Return the likeliest tag of a word by itself."""
        if word in FUNCTION_WORDS or not word.isalpha():
            return ""
        uses: dict[str, int] = {}
        for tag in ("NN", "NNS", "VB", "VBZ", "VBG", "VBD", "JJ", "JJR", "JJS", "RB"):
            if base := inflection.base_of(self.lexicon, word, tag):
                uses[tag] = self.lexicon.uses[inflection.POS_OF_TAG[tag]][base] + 1  # a listed word is possible
        tag = max(uses, key=lambda tag: uses[tag], default="")
        return tag if tag and uses[tag] >= CERTAIN * sum(uses.values()) else ""


#: Least share of a word's uses that its likeliest part of speech must have.
CERTAIN = 0.8

_SENTENCE_ENDS = frozenset(".!?:;\"'(-\u201c\u2018\u2013\u2014")
