from datakit.core.findings import Severity
from datakit.diagnosis import diagnose
from datakit.testing import history, metrics


def test_the_gravest_comes_first():
    """A run with three faults is told all three: an error, a warning, a remark."""
    all_ham = {"predicted": {"ham": 100, "spam": 0}}
    run = history(
        epochs=[
            {**all_ham, "validation_loss": 0.3, "macro_f1": 0.43},
            {**all_ham, "validation_loss": 0.6, "macro_f1": 0.40},
        ]
    )
    found = diagnose(run, metrics(macro_f1=0.43, baselines={"tfidf-logistic-regression": 0.8}))
    assert [(d.finding.code, d.finding.severity) for d in found] == [
        ("majority-collapse", Severity.ERROR),
        ("worse-than-baseline", Severity.WARNING),
        ("overfitting", Severity.INFO),
    ]


def test_a_healthy_run_has_no_diagnosis():
    """Nothing is found where nothing is wrong."""
    assert diagnose(history(), metrics()) == ()
