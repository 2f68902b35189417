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


def test_every_rule_is_in_the_documentation():
    """With its threshold and its remedy."""
    page = (Path(__file__).parents[2] / "docs" / "diagnosis.md").read_text(encoding="utf-8")
    assert [name for name in rules.names() if f"| `{name}` |" not in page] == []


def test_a_healthy_run_has_no_diagnosis():
    """Nothing is found where nothing is wrong."""
    assert diagnose(history(), metrics()) == ()
