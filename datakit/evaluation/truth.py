"""The truth as indicators: one form for rows with one label and rows with several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

T = TypeVar("T", bound=np.generic)

HALF = 0.5  # the probability from which a row is given a label, where it may have several


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Truth:
    """Which labels each of n rows carries."""

    labels: tuple[str, ...]  # k of them: those that the classifier knows, then the others
    known: int  # how many the classifier knows
    carried: Bools  # (n, k)
    several: bool  # whether a row may carry several labels, or none

    @classmethod
    def of(cls, labels: Sequence[str], true: Sequence[str] | Sequence[Sequence[str]]) -> Self:
        """Build it from the labels that a classifier knows, and one label, or a sequence of labels, a row.

        Raises:
            ValueError: no rows.
        """
        if not true:
            raise ValueError("no rows to measure on")
        several = not isinstance(true[0], str)
        sets = [(row,) if isinstance(row, str) else tuple(row) for row in true]
        named = tuple(labels) + tuple(sorted({label for row in sets for label in row} - set(labels)))
        place = {label: i for i, label in enumerate(named)}
        carried = np.zeros((len(true), len(named)), np.bool_)
        for i, row in enumerate(sets):
            carried[i, [place[label] for label in row]] = True
        return cls(labels=named, known=len(labels), carried=carried, several=several)

    @classmethod
    def of_corpus(cls, labels: Sequence[str], corpus: Corpus) -> Self:
        """Build it from the labels that a classifier knows, and the rows of a corpus."""
        return cls.of(labels, right_labels(corpus))

    def padded(self, probabilities: npt.NDArray[T]) -> npt.NDArray[T]:
        """Return probabilities or answers (n, known) with zeros for each label that the classifier lacks.

        Raises:
            ValueError: another shape.
        """
        if probabilities.shape != (len(self.carried), self.known):
            raise ValueError(
                f"{len(self.carried)} rows, {self.known} classes, probabilities {probabilities.shape}"
            )
        return np.pad(probabilities, ((0, 0), (0, len(self.labels) - self.known)))

    def answers(self, probabilities: Floats) -> Bools:
        """Return which labels (n, k) the probabilities name."""
        return named_by(probabilities, several=self.several)

    def learnable(self, probabilities: Floats) -> tuple["Truth", Floats]:
        """Return the truth of the labels that the classifier knows, and the probabilities of the same rows.

        A row whose one label it does not know can teach it nothing and is left out.
        """
        carried = self.carried[:, : self.known]
        rows = np.ones(len(carried), np.bool_) if self.several else carried.any(axis=1)
        known = Truth(
            labels=self.labels[: self.known], known=self.known, carried=carried[rows], several=self.several
        )
        return known, probabilities[rows]


def right_labels(corpus: Corpus) -> Sequence[str] | Sequence[Sequence[str]]:
    """Return each row's label; of a corpus with several labels a row all of them."""
    return corpus.label_sets if corpus.multi_label else corpus.labels


def named_by(probabilities: Floats, *, several: bool) -> Bools:
    """Return which labels (n, k) the probabilities (n, k) name: the most probable, or all from a half upwards."""
    if several:
        return np.asarray(probabilities >= HALF)
    return one_hot(probabilities.argmax(axis=1), probabilities.shape[1])


def one_hot(indices: npt.NDArray[np.integer], classes: int) -> Bools:
    """Return (n, classes) from n indices."""
    return np.asarray(np.asarray(indices)[:, None] == np.arange(classes))
