"""The promotion gate: whether the model of a run takes the champion's place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from datakit.evaluation.comparison import ALPHA, Difference, compare, holm, macro_f1, recall_of
from datakit.evaluation.truth import Bools, Truth


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelChange:
    """What one label's recall has done from the champion to the challenger."""

    label: str
    rows: int  #: of the test split that carry it
    change: float  #: of recall, -1..1
    p_holm: float  #: adjusted for the number of labels


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Whether a challenger is promoted, and the figures that say so."""

    promoted: bool
    reasons: tuple[str, ...]  #: sentences: all that speak against it, else the one that speaks for it
    macro_f1: Difference | None = None  #: challenger less champion; None where nothing was compared
    labels: tuple[LabelChange, ...] = ()  #: the greatest loss first


def against_champion(
    true: Sequence[str] | Sequence[Sequence[str]],
    champion: Sequence[str] | Sequence[Sequence[str]],
    challenger: Sequence[str] | Sequence[Sequence[str]],
    *,
    margin: float,
    tolerance: float,
    seed: int = 13,
) -> Decision:
    """Judge two models on the same test rows, which neither has learnt from.

    The challenger is promoted if both hold:

        its macro-F1 is not worse by `margin` or more: the lower end of the paired 95% interval of the difference
            is above -`margin` (a test of non-inferiority; with a margin of 0, of superiority);
        no label has lost more than `tolerance` of its recall, unless that may be luck: p, adjusted by Holm's
            method for the number of labels, is .05 or more.

    What cannot be shown with so few test rows is no reason to promote: then the first condition fails.

    Source: Wellek 2010, Testing Statistical Hypotheses of Equivalence and Noninferiority; for the interval see
    `evaluation.comparison`.

    Args:
        true: one label, or all labels, of each of n test rows.
        champion: what the champion says of them, in the same form.
        challenger: what the challenger says of them.
        margin: 0..1.
        tolerance: 0..1.
        seed: of the bootstrap.

    Raises:
        ValueError: no rows, or numbers of rows that differ.
    """
    given = {"champion": champion, "challenger": challenger}
    names = sorted({label for rows in (true, *given.values()) for row in rows for label in _set(row)})
    truth = Truth.of(names, true).carried
    answers = {name: Truth.of(names, rows).carried[None] for name, rows in given.items()}
    (whole,) = compare(truth, answers, macro_f1, seed=seed)
    labels = _changes(names, truth, answers, seed)
    against = []
    if whole.low <= -margin:
        against.append(_not_shown(whole, margin, len(truth)))
    against += [
        f"recall of {one.label!r} has fallen by {-100 * one.change:.1f} points on {one.rows:,} rows, beyond luck"
        for one in labels
        if one.change < -tolerance and one.p_holm < ALPHA
    ]
    for_it = (
        f"macro-F1 {_changed(whole)} on {len(truth):,} test rows, above the margin of -{100 * margin:g} points"
    )
    return Decision(promoted=not against, reasons=tuple(against) or (for_it,), macro_f1=whole, labels=labels)


def first(model: float, low: float, majority: float) -> Decision:
    """Judge a model that no champion stands against: it must beat the most frequent label beyond luck.

    Args:
        model: its macro-F1, 0..1.
        low: the lower end of the 95% interval.
        majority: macro-F1 of answering with the most frequent label.
    """
    figures = f"macro-F1 {model:.3f}, at least {low:.3f}; the most frequent label alone has {majority:.3f}"
    better = low > majority
    return Decision(promoted=better, reasons=(f"{'the first model' if better else 'no better'}: {figures}",))


def _set(labels: str | Sequence[str]) -> Sequence[str]:
    return (labels,) if isinstance(labels, str) else labels


def _changes(names: list[str], truth: Bools, answers: dict[str, Bools], seed: int) -> tuple[LabelChange, ...]:
    carrying = {place: truth[:, place] for place in range(len(names)) if truth[:, place].any()}
    found = [
        compare(truth[rows], {name: a[:, rows] for name, a in answers.items()}, recall_of(place), seed=seed)[0]
        for place, rows in carrying.items()
    ]
    adjusted = holm([one.p for one in found])
    changes = [
        LabelChange(
            label=names[place], rows=int(np.count_nonzero(rows)), change=one.difference, p_holm=round(p, 6)
        )
        for (place, rows), one, p in zip(carrying.items(), found, adjusted, strict=True)
    ]
    return tuple(sorted(changes, key=lambda one: (one.change, one.label)))


def _not_shown(whole: Difference, margin: float, rows: int) -> str:
    text = f"macro-F1 {_changed(whole)} on {rows:,} test rows, margin -{100 * margin:g} points: "
    if whole.high < 0:
        return text + "the model is worse, beyond luck"
    return text + "not shown to be as good; more test rows narrow the interval"


def _changed(whole: Difference) -> str:
    if whole.error == 0:  # an interval of no width would claim more than so few rows can know
        return f"{100 * whole.arm_mean:.1f} as before, from the same answers"
    low, high = (f"{100 * value:+.1f}" for value in (whole.low, whole.high))
    return f"{100 * whole.difference:+.1f} points ({low} to {high})"
