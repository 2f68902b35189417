"""Rows whose texts are nearly the same, for the checks that tell of them."""

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Splits
from datakit.validation.checks._base import shortened
from datakit.validation.survey import Survey

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

#: Similarity from which on pairs are mostly copies with a word changed, not rewordings (benchmarks/results).
CLOSE = 0.8


def links(survey: Survey, one: str, other: str) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of nearly the same texts of which the first stands in `one` and the second in `other`.

    Returns:
        rows of `one`, rows of `other` (of several copies all), and their similarity; each of shape [pairs].
    """
    near = survey.near
    rows_of, starts = _rows_of_texts(near.text[survey.rows_of(one)], len(near.first))
    others, other_starts = _rows_of_texts(near.text[survey.rows_of(other)], len(near.first))
    a, b = np.concatenate([near.pairs.a, near.pairs.b]), np.concatenate([near.pairs.b, near.pairs.a])
    similarity = np.tile(near.pairs.similarity, 2)
    here = np.diff(starts)[a] * np.diff(other_starts)[b] > 0
    a, b, similarity = a[here], b[here], similarity[here]
    # Of copies of one text the first stands for all on the left; on the right each is a row of its own.
    copies = np.diff(other_starts)[b]
    pair = np.repeat(np.arange(len(b)), copies)
    nth = np.arange(len(pair)) - np.repeat(np.cumsum(copies) - copies, copies)
    return rows_of[starts[a]][pair], others[other_starts[b][pair] + nth], similarity[pair]


def pairs_within(survey: Survey, split: str) -> tuple[Ints, Ints, Floats]:
    """Return the pairs of rows of one split whose texts are nearly the same, in row order, the earlier first."""
    a, b, similarity = links(survey, split, split)
    order = np.lexsort((b, a))
    order = order[a[order] < b[order]]
    return a[order], b[order], similarity[order]


def example(survey: Survey, split: str, a: Ints, b: Ints, similarity: Floats) -> list[str]:
    """Return the texts of the nearest pair."""
    nearest = int(np.argmax(similarity))
    corpus = (survey.corpora or Splits({}))[split]
    return [shortened(corpus.texts[row]) for row in (a[nearest], b[nearest])]


def _rows_of_texts(text: Ints, texts: int) -> tuple[Ints, Ints]:
    """Return rows sorted by their text, and where those of each text begin, [texts + 1]."""
    return np.argsort(text, kind="stable"), np.searchsorted(np.sort(text), np.arange(texts + 1))
