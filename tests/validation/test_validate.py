import sys

import pytest

from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import UsageError
from datakit.core.seeding import rng_for
from datakit.core.text import ENDS
from datakit.testing import corpus
from datakit.validation import Validation, validate
from datakit.validation.survey import Size


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


@pytest.mark.parametrize("limit", [Size(rows=59, chars=420), Size(rows=60, chars=419)], ids=["rows", "characters"])
def test_deep_checks_are_left_out_of_large_data_and_that_is_said(monkeypatch, limit):
    """Unless asked for; a check that was switched off on purpose needs no remark."""
    monkeypatch.setattr(sys.modules[Validation.__module__], "DEEP", limit)
    rows = corpus([(f"text {i:2}", "ab"[i % 2]) for i in range(60)])
    (remark,) = validate(rows).findings
    assert (remark.code, remark.severity) == ("checks-not-run", "info")
    assert (remark.evidence["rows"], remark.evidence["chars"]) == (60, 420)
    assert validate(rows, deep=True).findings == validate(rows, deep=False).findings == ()


def long_text(topic: str, seed: int, chars: int = 3 * ENDS) -> str:
    """Return words that are drawn anew for each seed, four in five of them of a topic."""
    rng = rng_for(seed)
    own, common = ([f"{name}{i}" for i in range(4_000)] for name in (topic, "word"))
    return " ".join(rng.choice(own if rng.random() < 0.8 else common) for _ in range(chars // 5))[:chars]


def test_what_lies_between_the_ends_of_long_texts_is_not_looked_at_and_that_is_said():
    """By the checks that compare texts or learn from them; those of single rows read all of it."""
    rows = [(long_text("ab"[i % 2], i), "ab"[i % 2]) for i in range(24)]
    (first, *_), report = rows, validate(corpus(rows))
    (remark,) = (f for f in report.findings if f.code == "texts-read-in-part")
    assert remark.severity == "info"
    assert remark.evidence["characters_read"] == pytest.approx(1 / 3, abs=1e-3)
    assert (remark.evidence["rows"], remark.evidence["share"], remark.evidence["limit"]) == (24, 1.0, ENDS)
    assert {"near-duplicate-text", "suspect-label", "shortcut-token", "foreign-language"} <= {
        *remark.evidence["checks"]
    }
    assert "33.3%" in remark.message
    middle = len(first[0]) // 2
    changed = corpus([(f"{first[0][:middle]} 你好你好 <br> {first[0][middle:]}", "a"), *rows[1:]])
    assert [f.code for f in validate(changed).findings if f not in report.findings][:1] == ["html-markup"]
    looked_at = Validation.of().look_at(Splits({"train": changed})).train
    assert max(map(len, looked_at.sample.texts)) == ENDS + 1
    assert not any("你好" in text for text in looked_at.sample.texts)
    assert max(looked_at.chars) > 2 * ENDS


def test_a_text_of_just_the_limit_is_looked_at_whole():
    """And nothing is said."""
    text = long_text("a", 1, ENDS)
    survey = Validation.of().look_at(Splits({"train": corpus([(text, "a"), ("short", "b")])}))
    assert survey.train.sample.texts == [text, "short"]
    assert "texts-read-in-part" not in {f.code for f in Validation.of().findings(survey)}
    assert "texts-read-in-part" in {f.code for f in validate(corpus([(text + "!", "a"), ("short", "b")])).findings}


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
