import math
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from datakit.core.history import Epoch, History, Step
from datakit.reports import charts

PAYLOAD = '"><svg onload=alert(1)>'


def history(*, steps: int = 3, epochs: int = 2, loss: float = 0.5) -> History:
    """Return a training run of so many logged steps and epochs."""
    return History(
        labels=("a", "b"),
        train_counts={"a": 1, "b": 1},
        validation_counts={"a": 1, "b": 1},
        settings={},
        steps=tuple(Step(step=i + 1, loss=loss, learning_rate=1e-4, grad_norm=1) for i in range(steps)),
        epochs=tuple(
            Epoch(epoch=i + 1, step=i + 1, validation_loss=loss, macro_f1=0.5, accuracy=0.6, predicted={})
            for i in range(epochs)
        ),
        best_epoch=1,
        stopped_early=False,
    )


def texts(svg: str) -> list[str]:
    """Return what is written in a drawing, which must be well-formed."""
    return [element.text or "" for element in ET.fromstring(svg).iter("text")]  # noqa: S314  (our own)


def classes(*labels: str) -> dict[str, dict[str, object]]:
    """Return figures of labels, of which the first has the most rows."""
    figures = {"precision": 0.9, "recall": 0.8, "f1": 0.85, "f1_interval": [0.7, 0.9]}
    return {label: {**figures, "support": 100 - i} for i, label in enumerate(labels)}


@pytest.mark.parametrize(
    "svg",
    [
        charts.funnel({PAYLOAD: 3, "train": 2}),
        charts.label_counts({"rows": {PAYLOAD: 3}}),
        charts.per_class(classes(PAYLOAD)),
        charts.confusion([PAYLOAD, "b"], [[1, 2], [0, 3]]),
    ],
    ids=["funnel", "label_counts", "per_class", "confusion"],
)
def test_labels_are_text_and_nothing_else(svg):
    """Markup in a label is drawn as it is written, and makes no element or attribute."""
    root = ET.fromstring(svg)  # noqa: S314  (our own)
    assert any(text.startswith('"><svg onload=') for text in texts(svg))
    assert {element.tag for element in root.iter()} <= {"svg", "g", "path", "line", "text", "rect"}
    assert not any(name.startswith("on") or "href" in name for element in root.iter() for name in element.attrib)


def test_colours_are_left_to_the_page():
    """No drawing fixes a colour, so that each is legible in light and in dark."""
    drawings = (
        charts.funnel({"read": 3}),
        charts.label_counts({"before": {"a": 1}, "after": {"a": 2}}),
        charts.losses(history()),
        charts.scores(history()),
        charts.per_class(classes("a")),
        charts.confusion(["a", "b"], [[1, 2], [0, 3]]),
    )
    colours = {colour for svg in drawings for colour in re.findall(r'(?:fill|stroke)="([^"]*)"', svg)}
    assert {colour for colour in colours if not colour.startswith("var(--")} <= {"none", "transparent"}


def test_the_largest_labels_are_drawn():
    """Of too many labels the largest of the first series are kept, in its order."""
    counts = {f"label {i}": i for i in range(60)}
    drawn = [text for text in texts(charts.label_counts({"rows": counts})) if text.startswith("label")]
    assert drawn == [f"label {i}" for i in range(59, 59 - charts.MOST_BARS, -1)]


def test_axes_carry_titles_and_units():
    """Both curves say what they plot against what, and where the kept epoch is."""
    assert {"optimizer step", "loss (nats)", "training", "validation", "kept"} <= set(
        texts(charts.losses(history()))
    )
    assert {"epoch", "score (0 to 1)", "macro-F1", "accuracy", "kept"} <= set(texts(charts.scores(history())))


def test_a_loss_that_is_no_number_leaves_a_gap():
    """A run that diverged is drawn all the same."""
    assert "nan" not in charts.losses(history(loss=math.nan)).lower()
    broken = history()
    steps = (*broken.steps, replace(broken.steps[0], step=9, loss=math.inf))
    assert "loss (nats)" in charts.losses(replace(broken, steps=steps))


def test_a_long_run_is_thinned():
    """Tens of thousands of logged steps do not swell the drawing."""
    assert len(charts.losses(history(steps=20_000))) < 40_000


def test_confusion_pools_the_labels_with_the_fewest_mistakes():
    """With too many labels, none of the rows is lost."""
    n = charts.MOST_CELLS + 5
    counts = [[7 if i == j else int(i < 3) for j in range(n)] for i in range(n)]
    names, cells = charts._pooled([f"l{i}" for i in range(n)], counts)
    assert names[:3] == ["l0", "l1", "l2"]
    assert names[-1] == "the 5 others"
    assert sum(map(sum, cells)) == sum(map(sum, counts))


def test_confusion_shows_a_label_without_rows():
    """A label that is neither true nor predicted anywhere keeps its place."""
    assert texts(charts.confusion(["a", "b"], [[4, 0], [0, 0]])).count("b") == 2


def test_display_names_stay_different():
    """Shortened, blank and unprintable labels are still told apart."""
    labels = ["x" * 80, "x" * 81, "", " ", "a\nb", "a b", "\x00"]
    names = charts.display_names(labels)
    assert len(set(names.values())) == len(labels)
    assert names[""] == "(empty)"
    assert names["\x00"] == "\N{REPLACEMENT CHARACTER}"
