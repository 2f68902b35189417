"""Probabilities for texts from a fine-tuned model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from datakit.core.batching import by_length
from datakit.core.hushed import quiet_transformers
from datakit.training.batches import TOKENS_PER_BATCH, padding_of
from datakit.training.devices import bf16_pays, device
from datakit.training.documents import Reading, pooled
from datakit.training.first_token import narrow


@dataclass(frozen=True)
class Classifier:
    """A fine-tuned model, loaded on first use from the folder that `finetune` saved.

    It reads texts as it did in training, long ones too.
    """

    folder: Path

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
        """Return (len(texts), len(labels)). Batches are made of rows of like length.

        Rows sum to 1, but where a text may have several labels: there each has a probability of its own. The
        logits of a text that is read in several windows are averaged.
        """
        windows = self._reading.windows(self._tokenizer, texts)
        logits = np.empty((len(windows.ids), len(self.labels)))
        pad = padding_of(self._tokenizer)
        where = device()
        self._model.to(where)
        for batch in by_length(windows.lengths, TOKENS_PER_BATCH):
            inputs = pad([{"input_ids": windows.ids[i]} for i in batch]).to(where)
            with torch.inference_mode(), torch.autocast(where.type, torch.bfloat16, enabled=bf16_pays(where)):
                logits[batch] = self._model(**inputs).logits.double().cpu().numpy()
        scores: Tensor = torch.from_numpy(pooled(logits, windows.documents))
        return (scores.sigmoid() if self.multi_label else scores.softmax(dim=-1)).numpy()

    @cached_property
    def _reading(self) -> Reading:
        return Reading.open(self.folder)

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401
        with quiet_transformers():
            model = AutoModelForSequenceClassification.from_pretrained(
                self.folder, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
            ).eval()
        narrow(model)
        return model

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401
        return AutoTokenizer.from_pretrained(self.folder, trust_remote_code=False)
