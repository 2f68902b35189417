"""The loss `ldam`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from datakit.training.losses._base import Loss
from datakit.training.task import Task

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Ldam(Loss):
    """Cross-entropy with a margin that is the wider the rarer the label (label-distribution-aware margins).

    What:
        Takes a margin off the logit of the right label, for training only: `max_margin` for the rarest label,
        less by the fourth root of the count for the others. All logits are then multiplied by `scale`.

    Why:
        Few rows pin a boundary down badly; it should keep more distance from them than from many.

    Example:
        900 `ham`, 100 `spam`, max_margin = 2: margins of 1.15 and 2

    Fix:
        Weigh the classes in the last part of training only: class_weights: effective, class_weights_after: 0.8
        (deferred re-weighting), as the paper does. Weights from the start are refused, it found them to harm.

    Source:
        Cao et al. 2019, Learning imbalanced datasets with label-distribution-aware margin loss. Theirs has
        margins of 0.5 and a scale of 30, over a head whose logits are cosines; a linear head's logits have no
        bound, so here the scale is 1, which leaves probabilities as they are, and the margin is in nats.
    """

    remedy: ClassVar[str] = "keeps more distance from rare labels"
    class_weights: ClassVar[Literal["always", "deferred", "never"]] = "deferred"
    resampling: ClassVar[bool] = False
    one_label_only: ClassVar[str] = "its margins are between labels that exclude one another"
    max_margin: Annotated[float, Meta(gt=0)] = 2.0
    scale: Annotated[float, Meta(gt=0)] = 1.0

    def of_label(self, logits: "Tensor", targets: "Tensor", task: Task) -> "Tensor":
        """Return the cross-entropy of each row after its margin was taken off."""
        from torch.nn import functional

        margins = self.max_margin * (min(task.counts) / logits.new_tensor(task.counts)) ** 0.25
        apart = logits - functional.one_hot(targets, len(margins)) * margins
        return functional.cross_entropy(self.scale * apart, targets, reduction="none")
