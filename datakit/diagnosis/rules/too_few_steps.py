"""A training of a handful of steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs, rows_a_step


@dataclass(frozen=True, kw_only=True, slots=True)
class TooFewSteps(Rule):
    """The whole training makes fewer steps than it takes to learn a task.

    What:
        Fewer than `steps` optimizer steps in all epochs together; after training: and the training rows were not
        learnt, though the steps were of a sound length.
    Why:
        A step moves the weights by a thousandth of their length, warm-up and decay take half of that, and the new
        head has to be learnt too. Small files, large batches and much accumulation leave few steps.
    Example:
        TREC-6, 640 rows, MiniLM: 10 steps, macro-F1 .42; 20, .54; 30, .70; 40, .83; 100, .94
    Fix:
        More epochs, or smaller batches.
    Source:
        Own measurements with MiniLM; Mosbach et al. 2021, On the stability of fine-tuning BERT: few rows want
        more epochs
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("train_counts", "batch_size", "epochs")
    explains: ClassVar[frozenset[str]] = frozenset({"under-trained", "majority-collapse", "worse-than-baseline"})
    steps: int = 40
    wanted: int = 100  # steps to train for
    learnt: float = 0.9  # accuracy on training rows, 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Count them."""
        signs, settings = Signs.of(history), history.settings
        if not history.train_counts or not {"epochs", "batch_size"} <= settings.keys():
            return None
        each = ceil(sum(history.train_counts.values()) / rows_a_step(history))
        planned = each * settings["epochs"]
        made = history.steps[-1].step if history.steps else planned
        if not 0 < made <= planned < self.steps:
            return None
        learnt = (signs.train_accuracy or 0.0) >= self.learnt and not signs.learnt_nothing
        if learnt or not (signs.moved_well or signs.update is None) or signs.diverged:
            return None
        epochs = ceil(self.wanted / each)
        return self.found(
            f"{planned} steps are too few to learn from: {settings['epochs']} epochs of {each}",
            severity=Severity.WARNING,
            symptom="the loss was still falling when training ended",
            cause=f"there are {sum(history.train_counts.values())} rows, and a step takes {rows_a_step(history)}",
            confidence=0.7,
            evidence={"steps": planned, "rows_a_step": rows_a_step(history), **signs.evidence("drift", "loss")},
            remedy={"finetune": {"epochs": epochs, "patience": max(settings.get("patience", 1), epochs // 4)}},
        )
