"""Dropout that leaves nothing to learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class DropoutTooHigh(Rule):
    """So much is dropped that the model learns nothing.

    What:
        A dropout above `rate`, the weights move as they should, and the training learnt nothing.
    Why:
        An encoder was pretrained with a dropout of .1. With .6 in each of its layers hardly anything of a text
        arrives at the head.
    Example:
        dropout .6: macro-F1 .11, information about 0
    Fix:
        Leave it to the model (.1), or take .2 at most.
    Source:
        Own measurements with MiniLM; above .5 is a fault by UMLAUT's heuristics too (Schoop et al. 2021)
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("dropout", "relative_loss")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"labels-shuffled"}
    rate: float = 0.4  # 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look at the options, and whether anything was learnt."""
        names = ("dropout", "attention_dropout", "head_dropout")
        high = {name: value for name in names if (value := history.settings.get(name) or 0.0) > self.rate}
        signs = Signs.of(history)
        if not high or not signs.learnt_nothing or signs.diverged:
            return None
        return self.found(
            f"{', '.join(f'{name} {value:g}' for name, value in high.items())}: nothing was learnt, but weights "
            "moved",
            symptom="the loss hardly falls",
            cause="dropout leaves too little of a text",
            confidence=0.8,
            evidence={**high, **signs.evidence("update", "loss", "information")},
            remedy={"finetune": dict.fromkeys(high, 0.1)},
        )
