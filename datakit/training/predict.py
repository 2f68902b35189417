"""Probabilities for texts from a fine-tuned model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from datakit.core.batching import by_length
from datakit.core.hushed import quiet_transformers
from datakit.training.batches import tokenised
from datakit.training.devices import bf16_pays, device

TOKENS_PER_BATCH = 8192  # padding included; about 30 MB of activations for MiniLM


@dataclass(frozen=True)
class Classifier:
    """A fine-tuned model, loaded on first use from the folder that `finetune` saved."""

    folder: Path
    max_length: int  # tokens, as in training

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels it knows, in the order of the columns of `probabilities`."""
        names = self._model.config.id2label
        return tuple(names[i] for i in range(len(names)))

    @cached_property
    def multi_label(self) -> bool:
        """Whether a text may have several labels."""
        return bool(self._model.config.problem_type == "multi_label_classification")

    def probabilities(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return (len(texts), len(labels)). Batches are made of texts of like length.

        Rows sum to 1, but where a text may have several labels: there each has a probability of its own.
        """
        rows = tokenised(self._tokenizer, texts, self.max_length)
        ids, lengths = rows["input_ids"], list(rows["length"])
        result = np.empty((len(texts), len(self.labels)))
        where = device()
        self._model.to(where)
        for batch in by_length(lengths, TOKENS_PER_BATCH):
            inputs = self._tokenizer.pad({"input_ids": [ids[i] for i in batch]}, return_tensors="pt").to(where)
            with torch.inference_mode(), torch.autocast(where.type, torch.bfloat16, enabled=bf16_pays(where)):
                logits = self._model(**inputs).logits
            scores = logits.double().sigmoid() if self.multi_label else logits.double().softmax(dim=-1)
            result[batch] = scores.cpu().numpy()
        return result

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401
        with quiet_transformers():
            return AutoModelForSequenceClassification.from_pretrained(
                self.folder, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
            ).eval()

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401
        return AutoTokenizer.from_pretrained(self.folder)
