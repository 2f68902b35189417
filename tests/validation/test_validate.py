import pytest

from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import UsageError
from datakit.testing import corpus
from datakit.validation import examine, screen, validate


def test_unusable_rows_are_set_aside_before_the_other_checks_look():
    """An empty text twice is no duplicate, and a missing label no conflict."""
    rows = corpus([(f"text {i}", "ab"[i % 2]) for i in range(60)] + [("", "a"), ("", "b"), ("text 0", None)])
    report = validate(rows)
    assert {f.code: f.lines for f in report.findings} == {"empty-text": (61, 62), "missing-label": (63,)}
    profile = report.figures["profile"]
    assert (profile["rows"], profile["quarantined"]) == (60, 3)
    assert len(rows) == 63


def test_screened_rows_keep_their_line_their_words_and_the_reason():
    """A row with two faults goes to quarantine once; splits are screened on their own."""
    splits = Splits({"train": corpus([("a", "x"), (None, None), ("b", " ")]), "test": corpus([("", "x")])})
    usable, rejects, findings = screen(splits)
    assert {name: rows.texts for name, rows in usable.items()} == {"train": ["a"], "test": []}
    assert [(r.line, r.code, r.reason, r.raw) for r in rejects["train"]] == [
        (2, "empty-text", "empty text", "None labelled None"),
        (3, "missing-label", "missing label", "'b' labelled ' '"),
    ]
    assert [(r.line, r.code) for r in rejects["test"]] == [(1, "empty-text")]
    assert [(f.code, f.split) for f in findings] == [
        ("empty-text", "train"),
        ("empty-text", "test"),
        ("missing-label", "train"),
    ]


def test_clean_rows_are_passed_on_as_they_are():
    """The same object: a million rows are not copied for nothing."""
    rows = corpus([("a", "x")])
    usable, rejects, findings = screen(Splits({"train": rows}))
    assert (usable.train is rows, rejects, findings) == (True, {"train": ()}, ())


def test_options_reach_their_check():
    """By its name, as in a recipe."""
    rows = corpus([(f"text {i}", "a" if i < 40 else "b") for i in range(80)] + [("text 0", "a")])
    assert [f.code for f in validate(rows).findings] == ["duplicate-text"]
    options = {"class-imbalance": {"max_ratio": 1.0}, "rare-class": {"min_rows": 41}}
    codes = [f.code for f in validate(rows, options).findings]
    assert codes == ["class-imbalance", "duplicate-text", "rare-class"]


def test_an_unknown_check_is_refused():
    """A gate that was misspelt must not be passed."""
    with pytest.raises(UsageError, match="did you mean 'rare-class'"):
        validate(corpus([("a", "x")]), {"rare-clas": {}})


def test_splits_are_compared_with_each_other():
    """One corpus alone cannot leak."""
    rows = corpus([("a", "x"), ("b", "x")])
    found = examine(Splits({"train": rows, "test": rows}))
    assert {(f.code, f.split) for f in found} == {("rare-class", "train"), ("split-leakage", "test")}


def test_no_rows_are_no_reason_to_fail():
    """The gate says what it thinks of zero rows."""
    report = validate(Corpus.from_columns([], []))
    assert (report.findings, report.figures["profile"]["rows"]) == ((), 0)
