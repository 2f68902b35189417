from pathlib import Path

from datakit.core.findings import Severity
from datakit.diagnosis import diagnose, rules
from datakit.testing import history, metrics


def test_causes_come_before_their_effects():
    """A run with three faults is told all three; two of them follow from the first."""
    all_ham = {"predicted": {"ham": 100, "spam": 0}}
    run = history(
        epochs=[
            {**all_ham, "validation_loss": 0.3, "macro_f1": 0.43},
            {**all_ham, "validation_loss": 0.6, "macro_f1": 0.40},
        ]
    )
    found = diagnose(run, metrics(macro_f1=0.43, baselines={"tfidf-logistic-regression": 0.8}))
    assert [(d.finding.code, d.finding.severity, d.follows_from) for d in found] == [
        ("majority-collapse", Severity.ERROR, None),
        ("overfitting", Severity.INFO, "majority-collapse"),
        ("worse-than-baseline", Severity.INFO, "majority-collapse"),
    ]
    assert found[1].finding.message.endswith("(follows from majority-collapse)")
    assert found[1].finding.fix.startswith("mend majority-collapse first")


def test_the_surest_comes_first():
    """What is no effect of it stands beside it."""
    run = history(
        epochs=[{"accuracy": 0.6, "train_accuracy": 0.6, "relative_loss": 0.9}],
        every_step={"relative_loss": 0.8, "body_update": 0.0},
        settings={"texts_truncated": 0.5, "tokens_lost": 0.2, "batch_size": 1},
    )
    found = diagnose(run, {})
    assert [(d.finding.code, d.confidence, d.follows_from) for d in found] == [
        ("frozen-body", 0.95, None),
        ("tiny-batch", 0.8, None),
        ("truncation", 0.48, "frozen-body"),
    ]


def test_what_mending_brings_is_told_where_a_plain_model_shows_it():
    """At least as much as the best of them has; a cause is told so, its effects are not."""
    all_ham = history(epochs=[{"predicted": {"ham": 100, "spam": 0}}])
    collapse, worse = diagnose(all_ham, metrics(macro_f1=0.34, baselines={"frozen-encoder-probe": 0.675}))
    assert (worse.finding.code, worse.expected) == ("worse-than-baseline", None)
    expected = collapse.expected
    assert (expected.figure, expected.now, expected.at_least) == ("macro_f1", 0.34, 0.82)
    assert collapse.finding.fix == (
        "train with finetune.epochs=2; a macro-F1 of at least 0.820, as tfidf-logistic-regression has, is to be "
        "expected; now 0.340"
    )


def test_what_nobody_knows_is_not_told():
    """No plain model does better, there are no figures, or the remedy is no other training."""
    run = history(epochs=[{"predicted": {"ham": 100, "spam": 0}}])
    assert [d.expected for d in diagnose(run, metrics(macro_f1=0.9))] == [None]
    assert [d.expected for d in diagnose(run, {})] == [None]
    few = history(epochs=[{"accuracy": 0.6}], train_counts={"ham": 12, "spam": 4})
    found = diagnose(few, metrics(macro_f1=0.34, baselines={"frozen-encoder-probe": 0.675}))
    assert (found[0].finding.code, found[0].expected) == ("few-training-rows", None)


def test_only_the_rules_of_a_phase_are_asked():
    """Before training those that need no training."""
    run = history(epochs=[{"predicted": {"ham": 100, "spam": 0}}], settings={"texts_alike": 1.0})
    assert [d.finding.code for d in diagnose(run, {}, phases={"before"})] == ["constant-text"]
    assert [d.finding.code for d in diagnose(run, {}, phases={"after"})] == ["majority-collapse"]


def test_every_rule_is_in_the_documentation():
    """With its threshold and its remedy."""
    page = (Path(__file__).parents[2] / "docs" / "diagnosis.md").read_text(encoding="utf-8")
    assert [name for name in rules.names() if f"| `{name}` |" not in page] == []


def test_a_healthy_run_has_no_diagnosis():
    """Nothing is found where nothing is wrong."""
    assert diagnose(history(), metrics()) == ()
