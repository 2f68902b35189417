from datakit.core.findings import Severity
from datakit.testing import find

LONG = "please send the parcel to my new address in the old town before friday noon"
OTHERS = [(f"grow{i} where{i} it{i} rains{i} often{i}", "a") for i in range(300)]


def test_nearly_the_same_text_with_another_label_is_found():
    """Both rows; the same label twice is no conflict."""
    train = [*OTHERS, (LONG, "a"), (f"{LONG} please", "b"), ("what a fine day it is today", "a")]
    (finding,) = find("near-conflicting-labels", train=train)
    assert (finding.lines, finding.severity) == ((301, 302), Severity.INFO)
    assert find("near-conflicting-labels", train=[*OTHERS, (LONG, "a"), (f"{LONG} please", "a")]) == []


def test_one_row_in_a_hundred_is_a_warning():
    """`warn_share` moves the limit."""
    train = [*OTHERS[:50], (LONG, "a"), (f"{LONG} please", "b")]
    (finding,) = find("near-conflicting-labels", train=train)
    assert finding.severity is Severity.WARNING


def test_several_labels_conflict_as_sets():
    """`joy` alone is another answer than `joy` and `awe`."""
    rows = [{"text": text, "label": None, "labels": ["joy"]} for text, _ in OTHERS]
    pair = [{"text": LONG, "labels": ["joy"]}, {"text": f"{LONG} please", "labels": ["awe", "joy"]}]
    (finding,) = find("near-conflicting-labels", train=[*rows, *pair])
    assert finding.evidence["pairs"] == 1
