"""What the figures say of themselves: which are too uncertain, and where the model is weak."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.evaluation.calibration import Calibration
from datakit.evaluation.intervals import wilson
from datakit.evaluation.metrics import Metrics
from datakit.evaluation.slices import Slice
from datakit.evaluation.thresholds import Thresholds

WIDEST = 0.2  # of a class's F1 interval, 0.1 either way: wider, and a good class looks like a poor one
NAMED = 8  # classes or slices that a message names


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsure:
    """A class with too few test rows."""

    label: str
    rows: int
    f1: float
    interval: tuple[float, float]
    width: float  # of the wider of the intervals of F1 and recall
    needed: int  # rows for an interval of `WIDEST`, about: width falls with the root of the rows


def unsure(metrics: Metrics) -> list[Unsure]:
    """Return the classes whose F1 is known no better than 0.1 either way, the least certain first.

    The bootstrap knows nothing of mistakes that it has not seen: three rows, all right, give it no width. So the
    width is at least that of Wilson's interval of the recall.

    Source: the width follows from the rows; Card et al. 2020 (With little power comes great responsibility) on
    what such test splits can show.
    """
    found = []
    for label, own in metrics.per_class.items():
        if own.support == 0:
            continue  # `untested-label` and `absent-label` tell of it
        low, high = wilson(own.recall * own.support, own.support)
        width = max(high - low, own.f1_interval[1] - own.f1_interval[0])
        if width > WIDEST:
            needed = ceil(own.support * (width / WIDEST) ** 2)
            found.append(
                Unsure(
                    label=label,
                    rows=own.support,
                    f1=own.f1,
                    interval=own.f1_interval,
                    width=round(width, 6),
                    needed=needed,
                )
            )
    return sorted(found, key=lambda one: (-one.width, one.label))


def of_support(metrics: Metrics) -> Iterator[Finding]:
    """Warn of classes with too few test rows, and say how many each needs."""
    if not (found := unsure(metrics)):
        return
    have = "has" if len(found) == 1 else "have"
    shown = (
        f"{one.label} ({counted(one.rows, 'row')}, F1 {one.f1:.2f} within "
        f"{one.interval[0]:.2f}-{one.interval[1]:.2f}, about {one.needed:,} needed)"
        for one in found
    )
    yield Finding(
        code="few-test-rows-of-class",
        severity=Severity.WARNING,
        message=f"{len(found)} of {len(metrics.per_class)} classes {have} too few test rows to know the F1 to "
        f"within {WIDEST / 2:g}: {_listed(shown, len(found))}",
        fix="give the test split a larger share or label more; till then compare no models by these classes",
        evidence={one.label: {"rows": one.rows, "width": one.width, "needed": one.needed} for one in found},
        split="test",
    )


def of_slices(found: Sequence[Slice]) -> Iterator[Finding]:
    """Warn of parts of the test split on which the model is worse than on the rest."""
    weak = sorted((one for one in found if one.weak), key=lambda one: (one.accuracy, one.by, one.name))
    if not weak:
        return
    shown = (
        f"{one.by} {one.name} (accuracy {one.accuracy:.3f} on {one.rows:,} rows, else {one.rest:.3f})"
        for one in weak
    )
    parts = "a part" if len(weak) == 1 else f"{len(weak)} parts"
    yield Finding(
        code="weak-slice",
        severity=Severity.WARNING,
        message=f"fewer answers are right on {parts} of the test split: {_listed(shown, len(weak))}",
        fix="read the wrong answers there, then label or augment more rows of that kind",
        evidence={
            f"{one.by}: {one.name}": {"accuracy": one.accuracy, "rest": one.rest, "p": one.p} for one in weak
        },
        split="test",
    )


def of_calibration(
    before: Calibration, after: Calibration, temperature: float, *, applied: bool
) -> Iterator[Finding]:
    """Remark that probabilities cannot be taken at their word."""
    told = after if applied else before
    if told.ece_interval[0] <= told.ece_floor:
        return
    sure = "too sure" if temperature > 1 else "not sure enough"
    helps = not applied and after.log_loss < before.log_loss and after.ece < before.ece
    yield Finding(
        code="miscalibrated",
        severity=Severity.INFO,
        message=f"probabilities are off by {told.ece:.3f} on average ({told.ece_floor:.3f} would be chance)"
        + (
            f"; the model is {sure}: temperature {temperature:.2f} brings that to {after.ece:.3f}" if helps else ""
        ),
        fix="evaluate.calibration=temperature" if helps else "take them as an order, not as probabilities",
        evidence={"ece": told.ece, "floor": told.ece_floor, "temperature": temperature, "after": after.ece},
        split="test",
    )


def of_thresholds(tuned: Thresholds, *, applied: bool) -> Iterator[Finding]:
    """Remark that moving the line between labels is worth it, or that it was moved and is not."""
    low, high = tuned.gain_interval
    if applied == (low > 0):
        return
    worth = (
        f"{tuned.gain:+.3f} macro-F1 on {tuned.rows:,} validation rows (cross-fitted, {low:+.3f} to {high:+.3f})"
    )
    yield Finding(
        code="thresholds-not-shown-to-help" if applied else "thresholds-would-help",
        severity=Severity.INFO,
        message=f"moving the line between labels {'brings' if applied else 'would bring'} {worth}",
        fix="evaluate.thresholds=none" if applied else "evaluate.thresholds=tuned",
        evidence={"plain": tuned.plain, "cross_fitted": tuned.cross_fitted, "gain": tuned.gain},
        split="validation",
    )


def of_sample(rows: int, whole: int) -> Iterator[Finding]:
    """Say that the probe learnt from a sample of the train split."""
    if rows < whole:
        yield Finding(
            code="probe-sampled",
            severity=Severity.INFO,
            message=f"the frozen-encoder probe learnt from {rows:,} of {whole:,} training rows",
            fix="nothing to do: more rows would change its figures by less than their intervals are wide",
            evidence={"rows": rows, "whole": whole},
            split="train",
        )


def _listed(shown: Iterable[str], n: int) -> str:
    named = [text for text, _ in zip(shown, range(NAMED), strict=False)]
    return ", ".join(named) + (f" and {n - NAMED} more" if n > NAMED else "")
