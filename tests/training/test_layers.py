"""Parts of a model, and which of them learn."""

import pytest
from support import FAMILIES, save_tiny
from transformers import AutoModelForSequenceClassification, TrainerControl, TrainerState

from datakit.core.errors import UsageError
from datakit.training.layers import GradualUnfreezing, freeze, parts_of


@pytest.fixture(scope="module", params=FAMILIES)
def model(request, tmp_path_factory):
    """Give a tiny classifier of each family."""
    folder = save_tiny(request.param, tmp_path_factory.mktemp(request.param))
    return AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2)


def learning(model):
    """Return the parts of which all parameters learn."""
    return [name for name, parameters in parts_of(model).items() if all(p.requires_grad for p in parameters)]


def test_every_family_has_the_same_parts(model):
    """Each parameter is in one part; the word vectors lie in the embeddings, the new layer in the head."""
    parts = parts_of(model)
    assert list(parts) == ["embeddings", "0", "1", "head"]
    assert sorted(id(p) for part in parts.values() for p in part) == sorted(id(p) for p in model.parameters())
    assert any(p is model.get_input_embeddings().weight for p in parts["embeddings"])
    assert any(p.shape[0] == 2 for p in parts["head"])
    assert all(id(p) not in {id(q) for q in parts["head"]} for p in model.get_input_embeddings().parameters())


def test_what_is_frozen_learns_no_more(model):
    """A list and a range name parts; the others learn."""
    model.requires_grad_(True)
    freeze(model, "embeddings, 0-0")
    assert learning(model) == ["1", "head"]


def test_a_part_that_is_not_there_is_told_with_what_is(model):
    """All that are wrong at once."""
    with pytest.raises(UsageError, match=r"no 2, no 3(?s:.*)blocks 0 to 1"):
        freeze(model, "1-3")


def test_parts_join_in_from_the_head_down(model):
    """One more each epoch; what was frozen for good stays so, and the epoch alone decides."""
    model.requires_grad_(True)
    freeze(model, "embeddings")
    callback = GradualUnfreezing(model, 1)
    seen = []
    for epoch in (0, 1.0, 2.0, 3.0, 1.5):
        callback.on_epoch_begin(None, TrainerState(epoch=epoch), TrainerControl())
        seen.append(learning(model))
    assert seen == [["head"], ["1", "head"], ["0", "1", "head"], ["0", "1", "head"], ["1", "head"]]
