"""The loss `logit-adjustment`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from msgspec import Meta

from datakit.training.losses._base import Loss
from datakit.training.task import Task

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class LogitAdjustment(Loss):
    """Cross-entropy after the labels' frequencies were added to the logits.

    What:
        Adds tau times the logarithm of each label's share of the train rows to its logit, for training only. The
        frequencies then explain themselves, and the model learns what is left: how well a text fits a label, not
        how frequent the label is. With several labels a row it is the logarithm of the label's odds.

    Why:
        It is right for the mean of the labels' recalls, whatever the model can express. Class weights are so only
        where the model cannot separate the train rows, which an encoder soon does.

    Example:
        900 `ham`, 100 `spam`: while training, `spam` starts log 9 = 2.2 behind

    Fix:
        Use it for recall of rare labels; lower tau where it gives them too many rows. Probabilities are those of
        labels of equal frequency.

    Source:
        Menon et al. 2021, Long-tail learning via logit adjustment; the odds of rare counts: Haldane 1956
    """

    remedy: ClassVar[str] = "takes the labels' frequencies out"
    class_weights: ClassVar[Literal["always", "deferred", "never"]] = "never"
    resampling: ClassVar[bool] = False
    tau: Annotated[float, Meta(ge=0)] = 1.0

    def of_label(self, logits: "Tensor", targets: "Tensor", task: Task) -> "Tensor":
        """Return the cross-entropy of each row under the adjusted logits."""
        from torch.nn import functional

        prior = logits.new_tensor(task.counts) / task.rows
        return functional.cross_entropy(logits + self.tau * prior.log(), targets, reduction="none")

    def of_labels(self, logits: "Tensor", targets: "Tensor", task: Task) -> "Tensor":
        """Return the binary cross-entropy of each label under the adjusted logits."""
        from torch.nn import functional

        carried = logits.new_tensor(task.counts)
        # Half a row is added to both sides: a label of all rows has no odds.
        odds = (carried + 0.5) / (task.rows - carried + 0.5)
        return functional.binary_cross_entropy_with_logits(
            logits + self.tau * odds.log(), targets, reduction="none"
        )
