"""What AutoTrainer's and UMLAUT's rules say of the same trainings, written anew from their papers and code.

They were made for Keras. AutoTrainer (Zhang et al. 2021, ICSE; `monitor.py`) looks at each epoch's accuracy
and at gradients; the first matrix that learns and the last stand for the first and last kernel, their root mean
squares for the gradients. It wants the accuracy that would satisfy its user: .6, as in its examples.

UMLAUT (Schoop et al. 2021, CHI; `heuristics.py`) has rules on rate, dropout and the curves; those on the type and
range of inputs are left out, as token ids would always break them. An epoch's training accuracy is the running
one, as Keras counts it.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from statistics import fmean, median
from types import MappingProxyType

from datakit.core.history import History

Gradients = Sequence[Mapping[str, float]]

SATISFIED = 0.6
VANISHING, TINY, EXPLODING, DYING = 1e-3, 1e-4, 70.0, 0.7
NO_GAIN, OSCILLATION, OFTEN = 0.01, 0.03, 0.2
LOWEST_RATE, HIGHEST_RATE, DROPOUT, TOO_GOOD, GAP = 1e-7, 1e-2, 0.5, 0.95, 0.05

#: Which of their words names a fault rightly; slow convergence does so for all that learns too slowly.
RIGHT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "exploding": ("rate-5e-3", "rate-2e-3", "no-warm-up-1e-3", "label-noise-40%+rate-5e-3", "not-a-number"),
        "oscillating": ("rate-5e-3", "rate-2e-3", "no-warm-up-1e-3", "label-noise-40%+rate-5e-3", "batch-of-1"),
        "slow-convergence": (
            "rate-1e-6",
            "rate-1e-7",
            "sgd-2e-5",
            "schedule-ends-at-5%",
            "bf16-weights-2e-5",
            "unweighted+rate-1e-5",
            "weights+rate-1e-5",
            "dropout-.6+rate-1e-6",
            "truncated-to-5+rate-1e-6",
            "too-few-steps",
            "only-bias-learns",
            "gradients-dropped",
        ),
        "vanishing": ("only-bias-learns", "gradients-dropped"),
        "dying": ("only-bias-learns", "gradients-dropped"),
        "not-a-number": ("not-a-number",),
        "rate": (
            "rate-5e-3",
            "rate-2e-3",
            "rate-1e-6",
            "rate-1e-7",
            "sgd-2e-5",
            "no-warm-up-1e-3",
            "label-noise-40%+rate-5e-3",
            "dropout-.6+rate-1e-6",
            "truncated-to-5+rate-1e-6",
        ),
        "dropout": ("dropout-.6", "dropout-.6+rate-1e-6"),
        "overfitting": ("few-rows",),
        "too-good": ("validation-leaked",),
    }
)


def auto_trainer(history: History, gradients: Gradients) -> list[str]:
    """Return the names of the problems that AutoTrainer would try to solve."""
    if history.diverged_at is not None:
        return ["exploding"]
    found = []
    ratios = [step["first"] / (step["last"] + 1e-12) for step in gradients]
    if median(ratios) > EXPLODING:
        found.append("exploding")
    if median(ratios) < VANISHING and median(step["first"] for step in gradients) < TINY:
        found.append("vanishing")
    if median(step["zeros"] for step in gradients) >= DYING:
        found.append("dying")
    taught, asked = _by_epoch(history, "accuracy"), [epoch.accuracy or 0.0 for epoch in history.epochs]
    below = max(taught) < SATISFIED and max(asked) < SATISFIED
    if below and _largest_gain(taught) < NO_GAIN and _largest_gain(asked) < NO_GAIN:
        found.append("slow-convergence")
    halves = _by_half_epoch(history)
    if _turns(halves) >= OFTEN * len(halves):
        found.append("oscillating")
    if below:
        found.append("not-converging")
    return found


def umlaut(history: History, gradients: Gradients) -> list[str]:  # noqa: ARG001
    """Return the names of the heuristics of UMLAUT that are broken."""
    found = []
    rate, epochs = history.settings["learning_rate"], history.epochs
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        found.append("rate")
    if history.diverged_at is not None:
        found.append("not-a-number")
    if any(
        (history.settings.get(name) or 0.0) > DROPOUT for name in ("dropout", "attention_dropout", "head_dropout")
    ):
        found.append("dropout")
    losses = [epoch.validation_loss or 0.0 for epoch in epochs]
    taught = _by_epoch(history, "loss")
    if any(
        later > before and learnt_later <= learnt
        for before, later, learnt, learnt_later in zip(losses, losses[1:], taught, taught[1:], strict=False)
    ):
        found.append("overfitting")
    if len(epochs) > 2:
        last, known = epochs[-1].accuracy or 0.0, _by_epoch(history, "accuracy")[-1]
        if last > TOO_GOOD or last - known > GAP:
            found.append("too-good")
    return found


PEERS: Mapping[str, Callable[[History, Gradients], list[str]]] = MappingProxyType(
    {"AutoTrainer": auto_trainer, "UMLAUT": umlaut}
)


def _by_epoch(history: History, name: str) -> list[float]:
    """Return the mean of a figure of the steps in each epoch."""
    bounds = [0, *(epoch.step for epoch in history.epochs)]
    return [
        fmean([getattr(step, name) or 0.0 for step in history.steps if start < step.step <= end] or [0.0])
        for start, end in pairwise(bounds)
    ]


def _by_half_epoch(history: History) -> list[float]:
    """Return the mean accuracy of each half of an epoch: three epochs alone could not oscillate."""
    known = [step.accuracy or 0.0 for step in history.steps]
    size = max(1, len(known) // (2 * max(1, len(history.epochs))))
    return [fmean(known[i : i + size]) for i in range(0, len(known), size)]


def _largest_gain(values: Sequence[float]) -> float:
    return max((later - before for before, later in pairwise(values)), default=0.0)


def _turns(values: Sequence[float]) -> int:
    """Return how often a peak is followed or preceded by a trough that lies lower by an oscillation."""
    inner = range(1, len(values) - 1)
    peaks = [values[i] for i in inner if values[i] >= values[i - 1] and values[i] >= values[i + 1]]
    troughs = [values[i] for i in inner if values[i] <= values[i - 1] and values[i] <= values[i + 1]]
    return sum(peak - trough >= OSCILLATION for peak, trough in zip(peaks, troughs, strict=False))
