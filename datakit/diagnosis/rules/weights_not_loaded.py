"""An encoder that begins with random weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class WeightsNotLoaded(Rule):
    """The encoder, or a part of it, is not pretrained: its weights are random.

    What:
        More than `missing` of the encoder's weights are not in the model's files, or do not fit, and were drawn
        anew; or `untrained` and more of the blocks' norms and biases are all 1 or all 0, as a model is made from
        its config alone. The head and the pooler are always new, and do not count.
    Why:
        All that an encoder knows is in its weights. Names that do not match (a prefix, another family) are not an
        error to transformers, which fills the gap and goes on; so does a model that was built with `from_config`.
    Example:
        `AutoModel.from_config(config)` instead of `from_pretrained`: macro-F1 .50 instead of .92, cosine .997
        before the first step
    Fix:
        Save the model with `save_pretrained` by the class it was trained with; load it with `from_pretrained`.
    Source:
        Own measurements with MiniLM; transformers#4036, a collapse that turned out to be this
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("weights_missing",)
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {
        "few-training-rows",
        "identical-representations",
        "labels-shuffled",
        "learning-rate-too-high",
        "too-few-steps",
    }
    missing: float = 0.01  # of the encoder's weights, 0..1
    untrained: float = 0.9  # of the blocks' norms and biases, 0..1
    learnt: float = 0.9  # accuracy on training rows that random weights sufficed for, 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look at what was loaded."""
        missing, untrained = (history.settings.get(f"weights_{name}") or 0.0 for name in ("missing", "untrained"))
        signs = Signs.of(history)
        sufficed = not signs.learnt_nothing and (signs.train_accuracy or 0.0) >= self.learnt
        # Random weights diverge no sooner than others, and are not why steps are too short or too long.
        not_it = sufficed or signs.diverged or not (signs.moved_well or signs.update is None)
        if missing <= self.missing and (untrained < self.untrained or not_it):
            return None
        gone = missing > self.missing
        evidence = {"weights_missing": missing, "weights_untrained": untrained}
        if history.start and history.start.cosine is not None:
            evidence["cosine"] = history.start.cosine
        return self.found(
            f"{missing:.0%} of the encoder's weights are not in the model's files, and were drawn at random"
            if gone
            else "the encoder's norms and biases are those of a model that was never trained",
            severity=Severity.ERROR if gone else Severity.WARNING,
            symptom="the model learns slowly, and no better than one without pretraining",
            cause="the names or shapes in the files are not those of the model"
            if gone
            else "the model was made from its config, not loaded",
            confidence=0.97 if gone else 0.9,
            fix="save the pretrained model with save_pretrained, by the class that it was trained with, or name "
            "another one: finetune.model=minilm",
            evidence={**evidence, **signs.evidence("loss", "information")},
            remedy={"finetune": {"model": "minilm"}},
        )
