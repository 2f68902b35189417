"""Only the words that occur are learnt: the others' embeddings would get nothing but zeros as gradients."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor
from torch.nn import Parameter
from transformers import PreTrainedModel


def narrow_vocabulary(model: PreTrainedModel, occurring: Iterable[int]) -> Callable[[], None]:
    """Let the model hold the embeddings of some tokens only, and return what puts all of them back.

    On short texts half of a step went into the gradients of 30,000 embeddings of which a batch has a hundred.
    What is learnt is the same; weight decay alone no longer wears away the embeddings of words that it does not
    see, which stay as they were pretrained.

    Args:
        model: its ids stay as they are. Left alone where its embeddings do not learn.
        occurring: ids of the tokens in the rows that it is to be trained and judged on.
    """
    embedding = model.get_input_embeddings()
    whole = embedding.weight
    if not whole.requires_grad:
        return lambda: None
    padding = embedding.padding_idx
    kept = torch.tensor(sorted({*occurring, *([] if padding is None else [padding])}))
    place = torch.full((len(whole),), -1)
    place[kept] = torch.arange(len(kept))
    looked_up = embedding.forward

    def forward(ids: Tensor) -> Tensor:
        found: Tensor = looked_up(place.to(ids.device)[ids])
        return found

    def restore() -> None:
        learnt = embedding.weight.detach()
        del embedding.forward
        embedding.padding_idx = padding
        whole.data = whole.data.to(learnt.device)
        whole.data[kept.to(learnt.device)] = learnt
        embedding.weight = whole

    embedding.forward = forward
    embedding.weight = Parameter(whole.detach()[kept])
    embedding.padding_idx = None if padding is None else int(place[padding])
    return restore
