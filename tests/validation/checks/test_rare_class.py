from datakit.core.findings import Severity
from datakit.testing import find


def rows(**counts: int) -> list[tuple[str, str]]:
    """Return so many different texts a label."""
    return [(f"{label} {i}", label) for label, n in counts.items() for i in range(n)]


def test_classes_below_the_threshold_are_found():
    """One finding names them, the rarest last."""
    (finding,) = find("rare-class", train=rows(refund=2, ham=30, spam=29))
    assert finding.message == "2 classes have fewer than 30 rows: spam (29), refund (2)"
    assert finding.evidence == {"classes": {"spam": 29, "refund": 2}, "min_rows": 30, "rows": 31}
    assert (finding.severity, finding.split) == (Severity.WARNING, "train")
    assert finding.lines == (1, 2, *range(33, 62))


def test_the_threshold_itself_is_enough():
    """`min_rows` moves it."""
    assert find("rare-class", train=rows(ham=30, spam=30)) == []
    (finding,) = find("rare-class", train=rows(ham=30, spam=31), options={"min_rows": 31})
    assert finding.message == "1 class has fewer than 31 rows: ham (30)"


def test_the_message_names_the_five_rarest():
    """The evidence holds all."""
    (finding,) = find("rare-class", train=rows(a=7, b=6, c=5, d=4, e=3, f=2, g=1))
    assert finding.message == "7 classes have fewer than 30 rows: c (5), d (4), e (3), f (2), g (1)"
    assert len(finding.evidence["classes"]) == 7


def test_only_the_rows_to_learn_from_count():
    """A held-out split is small by design; without rows there are no classes."""
    assert find("rare-class", train=rows(ham=30), test=rows(ham=3)) == []
    assert find("rare-class") == []


def test_of_several_labels_those_that_few_rows_carry_are_found():
    """A row counts for each of its labels."""
    train = [{"text": f"text {i}", "labels": ["joy", "grief"] if i < 3 else ["joy"]} for i in range(30)]
    (finding,) = find("rare-class", train=train)
    assert finding.evidence["classes"] == {"grief": 3}
    assert finding.lines == (1, 2, 3)
