"""Rows whose label is probably wrong, found by a model that has seen neither the row nor a copy of it.

`out_of_fold` asks a linear model about each row, `suspects` decides which answers speak against the label. The
second takes the probabilities of any model, as long as they are out of fold.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from datakit.core.seeding import seed_for
from datakit.core.text import normalise

Cut = Literal["auto", "confident-learning"]
Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Scripts written without spaces between words (Thai, Lao, Myanmar, Khmer; Han, Kana and their extensions): each
# character is a token, lest a whole clause be one word. Unicode Standard Annex #14, classes SA and ID.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
TOKEN = rf"[{UNSPACED}]|[^\W{UNSPACED}]+|[^\w\s]"

FEWEST = 5  # rows of a class to learn it from; fewer, and every row of the class looks out of place
PENALTY = 5.0  # liblinear's C. Measured on six sets: 3 to 10 differ by at most 0.015 in F1, 1 loses up to 0.04
TEMPERATURES = np.geomspace(0.125, 5.0, 48)  # eight sets wanted 0.3 to 1.4; neural networks 1.5 to 3 (Guo et al.)
TINY = 1e-12  # keeps logarithms of float32 probabilities finite


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Probabilities:
    """What a model that was not taught with a row thinks of it."""

    values: npt.NDArray[np.float32]  # (n, classes), rows sum to 1; a row that could not be judged is NaN
    classes: tuple[str, ...]  # sorted; the labels of the columns


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Suspects:
    """Rows whose label is probably wrong, and how far to trust the list. Shares are fractions 0..1."""

    rows: Ints  # (m,), the most suspect first
    suggested: tuple[str, ...]  # (m,), for each the most probable other label
    judged: int  # rows that had probabilities
    noise_rate: float  # estimated share of wrong labels among the judged rows
    precision: float | None  # estimated share of the suspects that are wrong; None without suspects
    recall: float | None  # estimated share of the wrong labels that are among the suspects; None without any


NOTHING = Suspects(rows=np.zeros(0, np.int64), suggested=(), judged=0, noise_rate=0.0, precision=None, recall=None)


def out_of_fold(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    groups: Sequence[Hashable] | None = None,
    folds: int = 5,
    seed: int = 13,
) -> Probabilities:
    """Ask of each row what a model taught without its fold makes of it.

    The model is one logistic regression a class on TF-IDF of word 1-2-grams and character 4-grams. The n-grams
    are weighted by all texts, which shows the model no label. One class's odds p / (1 - p) over the sum of all
    are the probability that it alone is right.

    The result depends on neither the order of the rows nor the names of the groups. A row is not judged where
    its text shares no n-gram with another, or where the other folds hold fewer than five rows of its label.

    Args:
        texts: n texts; an empty one is not judged.
        labels: n labels.
        groups: n names; rows of one group fall in one fold, lest a row be judged by its own copy. By default
            copies are texts that are the same after `core.text.normalise`.
        folds: at least 2. Measured: five instead of three raise the F1 of what is found by 0.00 to 0.03.
        seed: of the folds.

    Raises:
        ValueError: fewer than two folds, or texts, labels and groups that differ in number.
    """
    if folds < 2:  # noqa: PLR2004  (a model needs other rows to learn from)
        raise ValueError(f"folds={folds}: give 2 or more")
    texts = [normalise(text) for text in texts]
    named = list(zip(texts, labels, texts if groups is None else groups, strict=True))
    order = sorted(range(len(named)), key=lambda i: (seed_for(seed, "label-errors", texts[i]), labels[i]))
    classes, given = _coded([labels[i] for i in order])
    homes = _homes([named[i][2] for i in order], given, folds)
    features = _features([texts[i] for i in order])
    values = np.full((len(named), len(classes)), np.nan, np.float32)
    worded = np.diff(features.indptr) > 0
    for fold in range(folds):
        others = worded & (homes != fold)
        taught = np.bincount(given[others], minlength=len(classes)) >= FEWEST
        learn = others & taught[given]
        judge = worded & (homes == fold) & taught[given]
        if judge.any() and taught.sum() > 1:
            values[judge] = 0  # also for a class that was not taught
            values[np.ix_(judge, taught)] = _answers(features[learn], given[learn], features[judge])
    unsorted = np.empty_like(values)
    unsorted[order] = values
    return Probabilities(values=unsorted, classes=classes)


def suspects(probabilities: Probabilities, labels: Sequence[str], *, cut: Cut = "auto") -> Suspects:
    """Pick the rows whose label is probably wrong.

    A row is the more suspect the less probable its own label is (self-confidence). Where to cut:

    `auto` fits a model of how the labels came about: right ones follow the probabilities at some temperature
    (Guo et al. 2017), wrong ones are drawn half of them evenly, half as the classes are confused (a label
    transition, Goldberger & Ben-Reuven 2017). Temperature and share are those of the greatest likelihood. They
    give each row a probability of being wrong, and the cut is where the expected F1 is greatest. Nothing is
    suspect where less than half a wrong label is expected in all.

    Whatever the cut, nothing is suspect where the probabilities are no better than always naming the most
    frequent class (by three standard errors of the accuracy): then they know nothing that speaks against a label.

    `confident-learning` takes the rows off the diagonal of the confident joint (Northcutt et al. 2021): another
    class is more probable than it is on average in its own rows. On most files it flags more, and more of it in
    vain. Yet it sees what `auto` cannot: errors that all go from a small class to a large one (spam labelled
    as ham) teach the model to expect them.

    The estimates come from the fitted model whatever the cut. An honest label that its text does not support
    counts as wrong. On a few hundred rows error and doubt look alike: the list is rather too short than too long.

    Args:
        probabilities: out of fold, n rows.
        labels: the n labels as given.
        cut: how the list is ended.

    Raises:
        ValueError: as many labels as rows are needed, each of them a class; or an unknown cut.
    """
    if cut not in ("auto", "confident-learning"):
        raise ValueError(f"cut={cut!r}: give 'auto' or 'confident-learning'")
    columns = {label: column for column, label in enumerate(probabilities.classes)}
    if unknown := sorted(set(labels) - columns.keys()):
        raise ValueError(f"labels {unknown[:5]} have no column of probabilities: {probabilities.classes[:5]} ...")
    given = np.array([columns[label] for label in labels], np.int64)
    if given.shape != probabilities.values.shape[:1]:
        raise ValueError(f"{len(given)} labels for {len(probabilities.values)} rows of probabilities")
    judged = np.flatnonzero(np.isfinite(probabilities.values).all(axis=1))
    if not len(judged) or len(columns) < 2:  # noqa: PLR2004  (a label is wrong where another one is right)
        return NOTHING
    answers, given = probabilities.values[judged], given[judged]
    if not _informed(answers, given):
        return replace(NOTHING, judged=len(judged))
    own = answers[np.arange(len(judged)), given]
    wrong = _wrong(answers, given)
    flagged = _best_f1(own, wrong) if cut == "auto" else _off_diagonal(answers, given)
    found = np.flatnonzero(flagged)
    found = found[np.argsort(own[found], kind="stable")]
    others = answers[found]
    others[np.arange(len(found)), given[found]] = -1
    return Suspects(
        rows=judged[found],
        suggested=tuple(probabilities.classes[column] for column in others.argmax(axis=1)),
        judged=len(judged),
        noise_rate=float(wrong.mean()),
        precision=float(wrong[found].mean()) if len(found) else None,
        recall=float(wrong[found].sum() / wrong.sum()) if wrong.sum() else None,
    )


def _informed(answers: Floats, given: Ints) -> bool:
    """Tell whether the answers name the label more often than the most frequent label would."""
    right = float((answers.argmax(axis=1) == given).mean())
    majority = float(np.bincount(given).max()) / len(given)
    return bool(right - majority > 3 * np.sqrt(right * (1 - right) / len(given)))


def _coded(labels: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    """Return the sorted classes, and each label's place among them."""
    classes = tuple(sorted(set(labels)))
    places = {label: place for place, label in enumerate(classes)}
    return classes, np.array([places[label] for label in labels], np.int64)


def _homes(groups: Sequence[Hashable], given: Ints, folds: int) -> Ints:
    """Return each row's fold: the groups of a label (of their first row) are dealt out in turn."""
    homes: dict[Hashable, int] = {}
    dealt: Counter[int] = Counter()
    for group, label in zip(groups, given.tolist(), strict=True):
        if group not in homes:
            # Every label starts at another fold, lest the first one get the odd row of each.
            homes[group] = (label + dealt[label]) % folds
            dealt[label] += 1
    return np.array([homes[group] for group in groups], np.int64)


def _features(texts: Sequence[str]) -> Any:  # noqa: ANN401  (scipy's sparse matrices have no types)
    """Return TF-IDF weights, (n, n-grams that two texts share), sparse; words and characters weigh the same."""
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    # Hashing, unlike a vocabulary, has no trouble with texts that hold no word at all. float64 is liblinear's.
    shared = {"lowercase": False, "alternate_sign": False, "norm": None, "dtype": np.float64}
    words = HashingVectorizer(token_pattern=TOKEN, ngram_range=(1, 2), **shared)
    characters = HashingVectorizer(analyzer="char_wb", ngram_range=(4, 4), **shared)
    blocks = []
    for vectorizer in (words, characters) if texts else ():  # scikit-learn hashes no less than one text
        counts = vectorizer.transform(texts)
        counts = counts[:, np.bincount(counts.indices, minlength=counts.shape[1]) > 1]
        if counts.shape[1]:
            blocks.append(TfidfTransformer(sublinear_tf=True).fit_transform(counts) * np.sqrt(0.5))
    return sp.csr_matrix(sp.hstack(blocks)) if blocks else sp.csr_matrix((len(texts), 0))


def _answers(known: Any, given: Ints, asked: Any) -> Floats:  # noqa: ANN401  (sparse matrices, as above)
    """Return the probabilities (rows of `asked`, classes in `given`) of a model taught with `known`."""
    from scipy.special import softmax
    from sklearn.linear_model import LogisticRegression

    classes = np.unique(given)
    one_enough = len(classes) == 2  # noqa: PLR2004  (two classes mirror one another)
    # The dual solver is the quicker one, and at this tolerance the primal one stopped before it knew a rare class.
    model = LogisticRegression(C=PENALTY, solver="liblinear", dual=True, tol=0.1, max_iter=1000, random_state=0)
    margins = np.column_stack(
        [model.fit(known, given == one).decision_function(asked) for one in classes[one_enough:]]
    )
    answers: Floats = softmax(np.pad(margins, ((0, 0), (int(one_enough), 0))), axis=1)
    return answers


def _wrong(answers: Floats, given: Ints) -> Floats:
    """Return each row's probability of a wrong label, (n,), from the model that `suspects` describes.

    For a fixed temperature the likelihood is concave in the share of wrong labels, so a grid of temperatures is
    sure to find the greatest one, where a descent stops at "no wrong labels".
    """
    from scipy.special import softmax

    rows = np.arange(len(given))
    logits = np.log(np.maximum(answers, TINY))
    confused = _confusion(answers, given)[:, given].T
    best, wrong = -np.inf, np.zeros(len(given))
    for temperature in TEMPERATURES:
        tempered = softmax(logits / temperature, axis=1)
        right = np.maximum(tempered[rows, given].astype(np.float64), TINY)
        even = (1 - right) / (answers.shape[1] - 1)
        flipped = np.maximum((even + (tempered * confused).sum(axis=1)) / 2, TINY)
        share = _share(right, flipped)
        mixture = right + share * (flipped - right)
        likelihood = float(np.log(mixture).sum())
        if likelihood > best:
            best, wrong = likelihood, share * flipped / mixture
    return wrong


def _confusion(answers: Floats, given: Ints) -> Floats:
    """Return (k, k): by what share the rows of a class that look like another one look like each."""
    import scipy.sparse as sp

    n, k = answers.shape
    sums = sp.csr_matrix((np.ones(n, answers.dtype), (given, np.arange(n))), shape=(k, n)) @ answers
    np.fill_diagonal(sums, 0)
    shares: Floats = sums / np.maximum(sums.sum(axis=1, keepdims=True), TINY)
    return shares


def _share(right: Floats, flipped: Floats, steps: int = 30) -> float:
    """Return the share of `flipped` in the mixture of two densities, both (n,), that is likeliest.

    The likelihood is concave in the share: its slope is followed to zero by halving the interval.
    """
    low, high = 0.0, 1.0
    rise = flipped - right
    for _ in range(steps):
        middle = (low + high) / 2
        uphill = (rise / (right + middle * rise)).sum() > 0
        low, high = (middle, high) if uphill else (low, middle)
    return low


def _best_f1(own: Floats, wrong: Floats) -> Bools:
    """Return which rows lie below the cut in `own` of the greatest expected F1; none for < 0.5 wrong rows."""
    if wrong.sum() < 0.5:  # noqa: PLR2004  (rounded, no wrong row)
        return np.zeros(len(own), np.bool_)
    order = np.argsort(own, kind="stable")
    f1 = 2 * np.cumsum(wrong[order]) / (np.arange(1, len(own) + 1) + wrong.sum())
    flagged: Bools = own <= own[order[f1.argmax()]]
    return flagged


def _off_diagonal(answers: Floats, given: Ints) -> Bools:
    """Return which rows the confident joint counts under another class than the given one."""
    rows, k = np.arange(len(given)), answers.shape[1]
    sizes = np.bincount(given, minlength=k)
    average = np.bincount(given, weights=answers[rows, given], minlength=k) / np.maximum(sizes, 1)
    confident = np.where((answers >= average) & (sizes > 0), answers, -1)
    off: Bools = confident.max(axis=1) > confident[rows, given]
    return off
