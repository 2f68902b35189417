"""cleanlab's Datalab, with all that its manual asks for.

Probabilities are out-of-fold, of TF-IDF and logistic regression; features are TF-IDF reduced by SVD. It looks at
one table, which is the training file.
"""

from collections.abc import Iterator
from pathlib import Path

from common import Alarm, frame, main

FOLDS = 3
DIMENSIONS = 100


def alarms(folder: Path, _: Path) -> Iterator[Alarm]:
    """Find all default issues; a kind with an issue is an alarm."""
    from cleanlab import Datalab  # type: ignore[import-not-found, unused-ignore]  # (only in its own environment)
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    data = frame(folder / "train.jsonl")
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(data["text"])
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    model = LogisticRegression(max_iter=1_000)
    probabilities = cross_val_predict(model, words, data["label"], cv=folds, method="predict_proba")
    features = TruncatedSVD(DIMENSIONS, random_state=0).fit_transform(words)

    lab = Datalab({"text": list(data["text"]), "label": list(data["label"])}, label_name="label", verbosity=0)
    lab.find_issues(pred_probs=probabilities, features=features)
    for kind in lab.get_issue_summary().query("num_issues > 0")["issue_type"]:
        found = lab.get_issues(kind)[f"is_{kind}_issue"].to_numpy().nonzero()[0]
        yield Alarm(kind=kind, size=len(found), lines=tuple(int(row) + 1 for row in found))


if __name__ == "__main__":
    main(alarms)
