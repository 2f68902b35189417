"""Weights of too few digits to learn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class LowPrecisionWeights(Rule):
    """The weights themselves are bf16 or fp16, not only what is computed with them.

    What:
        The type of the weights that the optimizer changes is a 16-bit one, and the training left more than a tenth
        of its own rows wrong, or is yet to come.
    Why:
        bf16 has 8 bits of digits: a change of less than 1/256 of a weight is rounded away, and sound steps are a
        tenth of that. transformers 5 keeps the type of the checkpoint, so this happens without a word.
    Example:
        bf16 weights at 2e-5: update ratio 5.1e-6 instead of 4.8e-5, macro-F1 .146 instead of .435; at 2e-4 no harm
    Fix:
        Load with `dtype=torch.float32` and train with `bf16=True`. datakit always does so; this is for other
        trainings.
    Source:
        Own measurements with MiniLM; Micikevicius et al. 2018, Mixed precision training, on fp32 master weights
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("weights_dtype",)
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"learning-rate-too-low", "diverged", "frozen-body"}
    learnt: float = 0.9  # accuracy on training rows that shows that no harm was done, 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look at the type of the weights."""
        kind = str(history.settings.get("weights_dtype")).removeprefix("torch.")
        signs = Signs.of(history)
        if kind not in ("bfloat16", "float16") or (signs.train_accuracy or 0.0) >= self.learnt:
            return None
        return self.found(
            f"the weights are {kind}: what a step changes is mostly rounded away",
            severity=Severity.WARNING,
            symptom="the loss falls slowly, or not at all",
            cause="the checkpoint was saved in 16 bits, and loaded as it is",
            confidence=0.96 if signs.learnt_nothing else 0.8,
            fix="load the model with dtype=torch.float32, and leave bf16 to the computation (bf16=True)",
            evidence={"weights_dtype": kind, **signs.evidence("update", "drift", "loss", "train_accuracy")},
            remedy={},
        )
