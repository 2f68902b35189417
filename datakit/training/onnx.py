"""A fine-tuned model as ONNX, for runtimes without PyTorch; checked against PyTorch before it is handed over."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from datakit.core.errors import GateError, Problem
from datakit.core.extras import needs
from datakit.core.hushed import quiet_transformers

#: Largest difference between two logits that rounding explains; 3e-7 was measured on five families.
TOLERANCE = 1e-4


def export_onnx(model: Path, target: Path, texts: Sequence[str]) -> float:
    """Write the model as ONNX to the file `target` and return how far its logits are from PyTorch's.

    Inputs are `input_ids` and `attention_mask`, (rows, tokens) of int64; the output is `logits`, (rows, k) of
    fp32. Both axes may have any length.

    Args:
        model: folder that `finetune` saved.
        target: the file.
        texts: what both are tried on; of several lengths.

    Raises:
        UsageError: the extra `onnx` is not installed.
        GateError: the logits differ by more than `TOLERANCE`; the file is removed.
    """
    runtime = needs("onnxruntime", extra="onnx")
    needs("onnxscript", extra="onnx")
    with quiet_transformers():
        tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
        module = _Logits(
            AutoModelForSequenceClassification.from_pretrained(
                model,
                dtype=torch.float32,
                use_safetensors=True,
                trust_remote_code=False,
                attn_implementation="eager",
            )
        ).eval()
    # Of at least two rows and tokens: an axis of one would be taken for a fixed one.
    example = _inputs(tokenizer, (list(texts) * 2)[:2])
    axes = {0: torch.export.Dim("rows"), 1: torch.export.Dim("tokens")}
    with _quiet_exporter():
        torch.onnx.export(
            module,
            tuple(example.values()),
            str(target),
            input_names=list(example),
            output_names=["logits"],
            dynamic_shapes=dict.fromkeys(example, axes),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    inputs = _inputs(tokenizer, texts)
    with torch.inference_mode():
        expected = module(**inputs).numpy()
    session = runtime.InferenceSession(str(target))
    (got,) = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    difference = float(np.abs(got - expected).max())
    if not difference <= TOLERANCE:
        target.unlink()
        raise GateError(
            Problem(
                where=str(target),
                got=f"logits differ from PyTorch's by {difference:.2g}",
                fix="hand over the model folder instead, and report the model's family to us",
            )
        )
    return difference


class _Logits(torch.nn.Module):
    """The model as a function of two arrays to one: what a runtime calls."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


def _inputs(tokenizer: Any, texts: Sequence[str]) -> dict[str, torch.Tensor]:  # noqa: ANN401
    found = tokenizer(list(texts), padding=True, truncation=True, max_length=64, return_tensors="pt")
    return {name: found[name] for name in ("input_ids", "attention_mask")}


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Silence the exporter, which warns about itself and logs the packages that it has no use for."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
