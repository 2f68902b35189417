"""The filter `label-kept`: a text that a plain classifier no longer takes for one of its label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from datakit.augmentation.filters._base import Pair
from datakit.core.corpus import Corpus, Splits
from datakit.core.text import normalise

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class LabelKept:
    """Reject a text that a plain classifier no longer takes for one of its label.

    What:
        Teaches a logistic regression a label, on TF-IDF of words and pairs of words, with the rows of train: five
        times, each time without a fifth of them. A row's new texts are judged by the one that has not seen the
        row. A text is rejected where the probability of a label of the row is below even odds and by more than
        `drop` below that of the row's own text: a row that was not understood before need not be now.

    Why:
        An edit can take the words away that the label hangs on, or put in those of another label; then the new
        row is a label error.

    Example:
        `a bad film` from `a good film`, labelled positive, is rejected.

    Fix:
        Add it where labels hang on single words (sentiment) or the operator rewrites freely. On short texts it
        also rejects good new words, just because they are new to it: raise `drop`. It prefers texts like those
        that are there, so look whether the verdict on the augmented model is the better for it. Labels with
        fewer than five rows are not judged.

    Source:
        Anaby-Tavor et al. 2020, Do Not Have Enough Data? Deep Learning to the Rescue (LAMBADA): new texts are
        filtered by a classifier. Measured: of texts of another label it rejects 92 % (sst2) and 96 % (trec6), of
        texts of the same label 5 % and 3 %, of the outputs of `synonym` 5 % and 18 %.
    """

    drop: Annotated[float, Meta(ge=0, le=1)] = 0.1  #: by which the label's probability may fall below even odds

    def fit(self, splits: Splits) -> "_Juror":
        """Teach one model a fold with the original rows of train; validation and test are not looked at."""
        return _Juror.taught(splits.train, self.drop)


FOLDS: Final = 5
FEWEST: Final = 5  # rows of a label to learn it from, as in the search for label errors
MOST_FEATURES: Final = 50_000  # the most frequent n-grams: 1 MB a label
WORD_OR_MARK: Final = r"(?u)\b\w+\b|[^\w\s]"  # scikit-learn's default drops one-letter words and all punctuation


@dataclass(frozen=True, kw_only=True)
class _Juror:
    """Judges each row's children by the model that was not taught with the row's fold."""

    drop: float
    features: Any  # a fitted TfidfVectorizer
    labels: tuple[str, ...]
    labels_of: Mapping[str, tuple[int, ...]]  # by row id: places in `labels`
    fold_of: Mapping[str, int]  # by row id
    weights: tuple[Floats, ...]  # by fold: (labels, n-grams + 1), the intercept last; NaN for a label not taught

    @classmethod
    def taught(cls, train: Corpus, drop: float) -> "_Juror":
        from sklearn.feature_extraction.text import TfidfVectorizer

        columns = zip(
            train.text_keys.tolist(), train.label_sets, train.ids, train.normalised, train.parents, strict=True
        )
        rows = sorted((key, labels, id_, text) for key, labels, id_, text, parent in columns if parent is None)
        texts = [text for *_, text in rows]
        names = tuple(sorted(train.label_counts))
        labels_of = {id_: tuple(map(names.index, labels)) for _, labels, id_, _ in rows}
        given = np.zeros((len(rows), len(names)), np.bool_)
        for row, (_, _, id_, _) in enumerate(rows):
            given[row, labels_of[id_]] = True
        # Copies have equal keys, so they share a fold.
        folds = np.array([key % FOLDS for key, *_ in rows], np.int64)
        # Seeing all texts shows the models no label.
        features = TfidfVectorizer(
            lowercase=False,
            ngram_range=(1, 2),
            max_features=MOST_FEATURES,
            sublinear_tf=True,
            token_pattern=WORD_OR_MARK,
        )
        table: Any = features.fit_transform(texts) if any(texts) else None
        others = [] if table is None else [folds != fold for fold in range(FOLDS)]
        return cls(
            drop=drop,
            features=features,
            labels=names,
            labels_of=labels_of,
            fold_of={id_: key % FOLDS for key, _, id_, _ in rows},
            weights=tuple(_taught(table[taught], given[taught]) for taught in others),
        )

    def keep_many(self, pairs: Sequence[Pair]) -> list[str | None]:
        before = self._probabilities(pairs, [pair.source for pair in pairs])
        after = self._probabilities(pairs, [pair.candidate for pair in pairs])
        lost = (after < 0.5) & (after < before - self.drop)  # noqa: PLR2004  (even odds); False for NaN
        return [
            next(
                (self._reason(i, own, before, after) for own in self.labels_of[pair.parent] if lost[i, own]), None
            )
            for i, pair in enumerate(pairs)
        ]

    def _reason(self, i: int, own: int, before: Floats, after: Floats) -> str:
        return f"probability of {self.labels[own]!r} fell from {before[i, own]:.2f} to {after[i, own]:.2f}"

    def _probabilities(self, pairs: Sequence[Pair], texts: Sequence[str]) -> Floats:
        """Return (len(pairs), labels), each label by itself; NaN for those that were not taught."""
        from scipy.special import expit

        found = np.full((len(pairs), len(self.labels)), np.nan, np.float32)
        if self.weights and pairs:
            table = self.features.transform(map(normalise, texts)).astype(np.float32)
            folds = np.array([self.fold_of[pair.parent] for pair in pairs], np.int64)
            for fold, weights in enumerate(self.weights):
                found[folds == fold] = expit(table[folds == fold] @ weights[:, :-1].T + weights[:, -1])
        return found


def _taught(table: Any, given: Bools) -> Floats:  # noqa: ANN401  (scipy's sparse matrices have no types)
    """Return the weights of one logistic regression a label, (labels, n-grams + 1), the intercept last."""
    from sklearn.linear_model import LogisticRegression

    weights = np.full((given.shape[1], table.shape[1] + 1), np.nan, np.float32)
    # Balanced, so that even odds are the border for a rare label too; the settings are those of the baseline.
    model = LogisticRegression(C=10.0, class_weight="balanced", solver="liblinear", max_iter=1000, random_state=0)
    for place, own in enumerate(given.T):
        if own.sum() >= FEWEST and not own.all():
            model.fit(table, own)
            weights[place] = [*model.coef_[0], model.intercept_[0]]
    return weights
