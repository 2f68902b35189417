import math
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from datakit.core.history import Epoch, History, Step
from datakit.core.story import Line
from datakit.reports import charts
from datakit.reports.charts.tested import _pooled

PAYLOAD = '"><svg onload=alert(1)>'
CURVE = [(0.0, 1.0), (0.5, 0.9), (1.0, 0.6)]
BINS = [{"confidence": 0.62, "right": 0.7, "rows": 30}, {"confidence": 0.9, "right": 0.8, "rows": 30}]
DIFFERENCE = {"arm": "a", "difference": 0.02, "low": -0.01, "high": 0.05, "outcome": "better"}
POINTS = [{"rate": 10.0 ** (i - 7), "smoothed": 2.0 - 0.1 * i} for i in range(6)]
TRIALS = [
    {"number": 0, "state": "pruned", "macro_f1": None, "epochs": [0.3]},
    {"number": 1, "state": "complete", "macro_f1": 0.8, "epochs": [0.6, 0.8]},
    {"number": 2, "state": "complete", "macro_f1": 0.7, "epochs": [0.7, 0.7]},
    {"number": 3, "state": "failed", "macro_f1": None, "epochs": []},
]


MARK = charts.Mark(step=2, epoch=1, name="kept")
LINE = Line(
    run="a",
    created="2025-03-14T02:12:55+00:00",
    command="run",
    outcome="done",
    seconds=3.0,
    source="raw.jsonl",
    model="minilm",
    findings={},
    reported=True,
    rows=100,
    train=80,
    new=20,
    macro_f1=0.8,
    macro_f1_interval=(0.7, 0.9),
    linear=0.6,
)


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
        charts.label_counts({PAYLOAD: 3}, {PAYLOAD: 1}),
        charts.moved({PAYLOAD: (0.1, 0.2)}, before="train", now="test"),
        charts.precision_recall({PAYLOAD: CURVE}, {PAYLOAD: 0.9}),
        charts.epochs_of({PAYLOAD: history().epochs, "b": history().epochs}),
        charts.per_class(classes(PAYLOAD)),
        charts.confusion([PAYLOAD, "b"], [[1, 2], [0, 3]]),
        charts.reliability({PAYLOAD: BINS, "after": BINS}),
        charts.differences([{**DIFFERENCE, "arm": PAYLOAD}]),
        charts.shares({PAYLOAD: 0.7}, title="share"),
        charts.rates(POINTS, healthy=None, marks={PAYLOAD: 1e-4}),
    ],
    ids=[
        *("funnel", "label_counts", "moved", "precision_recall", "epochs_of"),
        *("per_class", "confusion", "reliability", "differences", "shares", "rates"),
    ],
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
        charts.label_counts({"a": 1}, {"a": 2}),
        charts.token_lengths({3: 5, 40: 1}, 32),
        charts.moved({"a": (0.1, 0.2)}, before="train", now="test"),
        charts.losses(history(), [MARK, replace(MARK, grave=True)]),
        charts.scores(history(), [MARK]),
        charts.precision_recall({str(i): CURVE for i in range(9)}, {}),
        charts.epochs_of({"a": history().epochs, "b": history().epochs}),
        charts.figures_of_runs([LINE, replace(LINE, run="b")], promoted=frozenset({"b"})),
        charts.rows_of_runs([LINE]),
        charts.per_class(classes("a")),
        charts.confusion(["a", "b"], [[1, 2], [0, 3]]),
        charts.reliability({"before": BINS, "after": BINS}),
        charts.differences([DIFFERENCE, {**DIFFERENCE, "arm": "b", "outcome": "worse"}]),
        charts.trials(TRIALS),
        charts.shares({"loss": 0.7}, title="share"),
        charts.rates(POINTS, healthy=(1e-5, 1e-4), marks={"lowest": 1e-4}),
    )
    colours = {colour for svg in drawings for colour in re.findall(r'(?:fill|stroke)="([^"]*)"', svg)}
    assert {colour for colour in colours if not colour.startswith("var(--")} <= {"none", "transparent"}


def test_the_largest_and_the_smallest_labels_are_drawn():
    """Of too many labels those in the middle are left out: the rare ones are why a reader looks."""
    counts = {f"label {i}": i for i in range(60)}
    drawn = [text for text in texts(charts.label_counts(counts, {})) if text.startswith("label")]
    half = charts.MOST_BARS // 2
    assert drawn == [f"label {i}" for i in [*range(59, 59 - half, -1), *range(half - 1, -1, -1)]]


def test_new_rows_are_told_apart_from_those_that_were_there():
    """By colour, and in figures; without new rows there is nothing to tell apart."""
    drawn = texts(charts.label_counts({"a": 1200, "b": 3}, {"a": 0, "b": 7}))
    assert {"rows as they were", "new rows", "1,200", "3 + 7"} <= set(drawn)
    assert "new rows" not in texts(charts.label_counts({"a": 3}, {"a": 0}))


def bars(svg: str) -> dict[str, int]:
    """Return how many bars of a histogram are drawn in which colour."""
    fills = re.findall(r'<path[^>]*fill="var\(--(\w+)\)"', svg)
    return {colour: fills.count(colour) for colour in ("one", "bad") if colour in fills}


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ({10: 5, 32: 1}, {"one": 2}),
        ({10: 5, 33: 1}, {"one": 1, "bad": 1}),
        ({10: 5, 31: 2, 32: 1, 33: 1, 400: 9}, {"one": 2, "bad": 2}),
    ],
)
def test_no_text_stands_on_the_wrong_side_of_the_limit(lengths, expected):
    """A bin ends at the limit, however wide the bins are."""
    assert bars(charts.token_lengths(lengths, 32)) == expected


def test_a_limit_far_beyond_all_texts_is_not_drawn():
    """It would only press the bars together."""
    assert "limit 256" not in texts(charts.token_lengths({10: 5}, 256))
    assert "limit 12" in texts(charts.token_lengths({10: 5}, 12))


def test_axes_carry_titles_and_units():
    """Every plot says what it plots against what; marks stand where they belong, by name."""
    drawn = set(texts(charts.losses(history(), [MARK])))
    assert {"optimizer step", "loss (nats)", "training", "validation", "kept"} <= drawn
    assert {"epoch", "score (0 to 1)", "macro-F1", "accuracy", "kept"} <= set(
        texts(charts.scores(history(), [MARK]))
    )
    assert {"tokens of a text", "texts"} <= set(texts(charts.token_lengths({3: 5}, 9)))
    assert {"share of the labels", "train", "test"} <= set(
        texts(charts.moved({"a": (0.1, 0.2)}, before="train", now="test"))
    )
    assert {"recall", "precision", "a 0.90"} <= set(texts(charts.precision_recall({"a": CURVE}, {"a": 0.9})))
    assert {"run, the oldest first", "macro-F1 (0 to 1)", "promoted", "linear baseline"} <= set(
        texts(charts.figures_of_runs([LINE], promoted=frozenset({"a"})))
    )
    assert {"run, the oldest first", "rows", "usable", "train", "train with new rows"} <= set(
        texts(charts.rows_of_runs([LINE]))
    )


def test_of_many_labels_the_weakest_curves_have_a_colour():
    """The others are drawn too, and are not in the legend."""
    curves = {f"l{i}": CURVE for i in range(20)}
    drawn = texts(charts.precision_recall(curves, {f"l{i}": i / 20 for i in range(20)}))
    assert {text for text in drawn if text.startswith("l")} == {f"l{i} {i / 20:.2f}" for i in range(6)}


def test_wide_letters_count_twice_in_a_name():
    """A label in Chinese is as wide on the axis as one of twice the letters in Latin."""
    (name,) = charts.display_names(["\u4e2d" * 20]).values()
    assert name == "\u4e2d" * 6 + "…" + "\u4e2d" * 6
    assert charts.display_names(["\u4e2d" * 13])["\u4e2d" * 13] == "\u4e2d" * 13


def test_small_matrices_tell_rates_beneath_the_counts():
    """Of many labels only the colour tells them."""
    assert {"3", "75%", "25%"} <= set(texts(charts.confusion(["a", "b"], [[3, 1], [0, 2]])))
    many = [[3 if i == j else 1 for j in range(12)] for i in range(12)]
    assert not any("%" in text for text in texts(charts.confusion([f"l{i}" for i in range(12)], many)))


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
    names, cells = _pooled([f"l{i}" for i in range(n)], counts)
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


def test_a_search_is_drawn_with_what_came_of_each_trial():
    """Complete and pruned ones, and the best so far; a series that has no trials is not in the legend."""
    assert {"complete", "pruned", "best so far", "validation macro-F1"} <= set(texts(charts.trials(TRIALS)))
    without = set(texts(charts.trials(TRIALS[1:3])))
    assert {"complete", "best so far"} <= without
    assert "pruned" not in without
    assert "trial" in texts(charts.trials(TRIALS[:1]))


def test_differences_are_drawn_in_points_in_the_colour_of_their_outcome():
    """Better and worse are told apart, what is not shown has no colour of its own."""
    arms = [{**DIFFERENCE, "arm": outcome, "outcome": outcome} for outcome in ("better", "worse", "no difference")]
    svg = charts.differences(arms)
    assert {"better", "worse", "no difference", "difference in points", "+5"} <= set(texts(svg))
    assert {"var(--good)", "var(--bad)", "var(--one)"} <= set(re.findall(r"var\(--\w+\)", svg))


def test_a_reliability_diagram_begins_below_its_lowest_point():
    """Both axes are in percent, and go up to 100."""
    drawn = texts(charts.reliability({"before": BINS}))
    assert {"60%", "100%", "confidence", "share that is right"} <= set(drawn)
    assert "50%" not in drawn


def test_a_perfect_model_has_a_reliability_diagram():
    """Axes have a length though all points are one."""
    sure = [{"confidence": 1.0, "right": 1.0, "rows": 30}]
    assert {"90%", "100%"} <= set(texts(charts.reliability({"before": sure})))


def test_rates_are_marked_by_name():
    """On an axis of orders of magnitude."""
    drawn = texts(charts.rates(POINTS, healthy=(1e-5, 1e-4), marks={"this run": 5e-5, "lowest": 1e-3}))
    assert {"this run", "lowest", "1e-5", "learning rate"} <= set(drawn)
