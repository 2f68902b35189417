import sys

from support import sms

from datakit.core.findings import Severity
from datakit.core.text import ENDS
from datakit.testing import find
from datakit.validation.checks.suspect_label import SuspectLabel
from datakit.validation.label_errors import out_of_fold

ROWS = [(row["text"], row["label"]) for row in sms(400)]
OTHER = {"ham": "spam", "spam": "ham"}


def flipped(at):
    """Return the rows with the labels of some of them exchanged."""
    return [(text, OTHER[label] if i in at else label) for i, (text, label) in enumerate(ROWS)]


def test_exchanged_labels_are_found():
    """With the label that the text speaks for, in the order of the file; `suspects` has the worst first."""
    wrong = set(range(7, 400, 20))
    (finding,) = find("suspect-label", train=flipped(wrong))
    lines = {line - 1 for line in finding.lines}
    assert len(lines & wrong) >= 0.9 * len(wrong)
    assert len(lines - wrong) <= 2
    assert finding.severity is Severity.WARNING
    assert abs(finding.evidence["noise_rate"] - 0.05) < 0.02
    worst = finding.evidence["suspects"][0]
    assert worst["suggested"] == OTHER[worst["label"]]


def test_right_labels_are_left_alone():
    """Silence, or a remark about a row or two."""
    assert all(finding.severity is Severity.INFO for finding in find("suspect-label", train=ROWS))


def test_held_out_rows_are_judged_with_the_help_of_the_others():
    """A test split of twenty rows teaches nothing by itself."""
    rows = flipped({3, 390})
    found = find("suspect-label", train=rows[:380], test=rows[380:])
    assert ("test", (11,)) in {(finding.split, finding.lines) for finding in found}


def test_the_model_is_given_the_ends_of_long_texts(monkeypatch):
    """What lies between them costs nothing and changes nothing."""
    given = []
    module = sys.modules[SuspectLabel.__module__]

    def told(texts, *rest, **options):
        given.extend(texts)
        return out_of_fold(texts, *rest, **options)

    monkeypatch.setattr(module, "out_of_fold", told)
    rows = [(f"{text} " + "and so on " * 3_000 + text, label) for text, label in flipped({3, 50})[:60]]
    alike = [(text.replace("and so on " * 1_000, "and so on " * 990, 1), label) for text, label in rows]
    one, other = (find("suspect-label", train=of) for of in (rows, alike))
    assert {len(text) for text in given} == {ENDS + 1}
    assert [f.lines for f in one] == [f.lines for f in other]


def test_several_labels_a_row_are_not_judged():
    """There is no one label to doubt."""
    rows = [{"text": text, "label": None, "labels": [label]} for text, label in flipped({3})]
    assert find("suspect-label", train=rows) == []
