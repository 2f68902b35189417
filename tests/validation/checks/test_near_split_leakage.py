from datakit.core.findings import Severity
from datakit.testing import find

LONG = "please send the parcel to my new address in the old town before friday noon"
TRAIN = [(LONG, "a"), *[(f"grow{i} where{i} it{i} rains{i}", "a") for i in range(20)]]


def test_a_held_out_double_of_a_training_row_is_found():
    """In the held-out split; a copy is `split-leakage` and not told twice."""
    test = [("nothing like it here at all", "a"), (f"{LONG} please", "a"), (LONG, "a")]
    (finding,) = find("near-split-leakage", train=TRAIN, test=test)
    assert (finding.split, finding.lines, finding.severity) == ("test", (2,), Severity.WARNING)
    assert finding.evidence["seen_in"] == "train"


def test_a_few_doubles_are_a_remark():
    """`warn_share` moves the limit."""
    test = [(f"{LONG} please", "a"), *[(f"snow{i} falls{i} where{i} it{i} is{i} cold{i}", "a") for i in range(99)]]
    (finding,) = find("near-split-leakage", train=TRAIN, test=test)
    assert finding.severity is Severity.INFO


def test_copies_of_a_double_all_count():
    """Each is a row of its own."""
    test = [(f"{LONG} please", "a"), (f"{LONG} PLEASE", "a")]
    (finding,) = find("near-split-leakage", train=TRAIN, test=test)
    assert finding.lines == (1, 2)
