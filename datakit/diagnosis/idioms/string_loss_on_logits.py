"""A Keras loss that takes logits for probabilities."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, method_calls
from datakit.diagnosis.idioms._script import Script

_LOSSES = ("sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy")


@dataclass(frozen=True, kw_only=True, slots=True)
class StringLossOnLogits(Idiom):
    """A Keras loss by its name, on a model that returns logits.

    What:
        `compile(loss="sparse_categorical_crossentropy")`, or another cross-entropy as a string, for a `TF…` model
        of transformers; nothing in the script makes probabilities of the logits.
    Why:
        The string means `from_logits=False`: logits are clipped to (0, 1) as if they were probabilities, and where
        they are negative no gradient is left. The model learns badly or not at all.
    Example:
        `model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])`
    Fix:
        `loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)`, or leave `loss` out: models of
        transformers bring theirs.
    Source:
        Keras: `keras.losses.sparse_categorical_crossentropy(from_logits=False)`; transformers 4: `TF…` heads are
        dense layers without an activation
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at `compile` in scripts with such a model."""
        made = any(name.startswith("transformers.") and ".TF" in name for name in script.imports.values())
        if not made or any("softmax" in word.lower() or word == "sigmoid" for word in script.words):
            return
        for call in method_calls(script.tree, "compile"):
            given = argument(call, "loss", 1)
            if given is not None and script.constant(given) in _LOSSES:
                yield Spot(
                    node=given,
                    message="the model returns logits, and a loss by its name takes them for probabilities",
                    fix="loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
                )
