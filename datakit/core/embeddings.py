"""What texts mean, as vectors of the embedded encoder."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.core.batching import by_length
from datakit.core.beginnings import first_tokens
from datakit.core.encoder import verified_encoder_path
from datakit.core.hushed import quiet_transformers

LONGEST = 256  # tokens, as sentence-transformers' own settings for this model have it; what follows is cut
TOKENS_PER_BATCH = 8192  # padding included; about 30 MB of activations


def embeddings(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Return the vectors of texts, (len(texts), 384), each of length 1.

    As published with the model: the mean over the tokens' vectors, scaled to length 1 (Reimers and Gurevych
    2019, Sentence-BERT). Texts of like length share a batch; an accelerator is used where there is one.

    Raises:
        UsageError: the package that carries the encoder is not installed.
        InputError: its weights are not the published ones.
    """
    import torch

    tokenizer, model = _load()

    def encode(texts: list[str]) -> list[list[int]]:
        ids: list[list[int]] = tokenizer(texts, truncation=True, max_length=LONGEST)["input_ids"]
        return ids

    ids, _ = first_tokens(tokenizer, texts, encode, LONGEST)
    vectors = np.empty((len(texts), model.config.hidden_size), np.float32)
    for batch in by_length(list(map(len, ids)), TOKENS_PER_BATCH):
        inputs = tokenizer.pad({"input_ids": [ids[i] for i in batch]}, return_tensors="pt").to(model.device)
        with torch.inference_mode():
            states = model(**inputs).last_hidden_state
            mask = inputs["attention_mask"].unsqueeze(-1)
            means = (states * mask).sum(dim=1) / mask.sum(dim=1)
            vectors[batch] = torch.nn.functional.normalize(means, dim=1).cpu().numpy()
    return vectors


@cache
def _load() -> tuple[Any, Any]:
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = verified_encoder_path()
    with quiet_transformers():
        model = AutoModel.from_pretrained(
            folder, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
        ).eval()
    where = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return AutoTokenizer.from_pretrained(folder, trust_remote_code=False), model.to(where or torch.device("cpu"))
