import sys

import pytest

from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import UsageError
from datakit.testing import corpus
from datakit.validation import Validation, validate


def test_unusable_rows_are_set_aside_before_the_other_checks_look():
    """An empty text twice is no duplicate, and a missing label no conflict."""
    rows = corpus([(f"text {i}", "ab"[i % 2]) for i in range(60)] + [("", "a"), ("", "b"), ("text 0", None)])
    report = validate(rows)
    assert {f.code: f.lines for f in report.findings} == {"empty-text": (61, 62), "missing-label": (63,)}
    profile = report.figures["profile"]
    assert (profile["rows"], profile["quarantined"]) == (60, 3)
    assert len(rows) == 63


def test_rows_set_aside_keep_their_line_their_words_and_the_reason():
    """A row with two faults goes to quarantine once; splits are looked at on their own."""
    splits = Splits({"train": corpus([("a", "x"), (None, None), ("b", " ")]), "test": corpus([("", "x")])})
    survey = Validation.of().look_at(splits)
    assert {name: rows.texts for name, rows in survey.corpora.items()} == {"train": ["a"], "test": []}
    assert [(r.line, r.code, r.reason, r.raw) for r in survey.quarantined["train"]] == [
        (2, "empty-text", "empty text", "None labelled None"),
        (3, "missing-label", "missing label", "'b' labelled ' '"),
    ]
    assert [(r.line, r.code) for r in survey.quarantined["test"]] == [(1, "empty-text")]
    found = [(f.code, f.split) for f in Validation.of().findings(survey)]
    assert found[:3] == [("empty-text", "train"), ("empty-text", "test"), ("missing-label", "train")]


def test_deep_checks_are_left_out_of_large_data_and_that_is_said(monkeypatch):
    """Unless asked for; a check that was switched off on purpose needs no remark."""
    monkeypatch.setattr(sys.modules[Validation.__module__], "DEEP_ROWS", 50)
    rows = corpus([(f"text {i}", "ab"[i % 2]) for i in range(60)])
    (remark,) = validate(rows).findings
    assert (remark.code, remark.severity) == ("checks-not-run", "info")
    assert validate(rows, deep=True).findings == validate(rows, deep=False).findings == ()


def test_options_reach_their_check():
    """By its name, as in a recipe."""
    rows = corpus([(f"text {i}", "ab"[i % 2]) for i in range(80)] + [("text 0", "a")])
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
    found = validate(Splits({"train": rows, "test": rows})).findings
    assert {(f.code, f.split) for f in found} == {("rare-class", "train"), ("split-leakage", "test")}


def test_no_rows_are_no_reason_to_fail():
    """The gate says what it thinks of zero rows."""
    report = validate(Corpus.from_columns([], []))
    assert (report.findings, report.figures["profile"]["rows"]) == ((), 0)
