"""What a training is told of while it goes on."""

from support import as_if_trained, sms, write_jsonl

from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to
from datakit.pipeline.workspace import Workspace


def test_after_a_quarter_of_the_steps_the_rules_are_asked(project, tiny_encoder):
    """A frozen encoder is named while it trains; a sound training, and what the pre-flight said, are not."""
    write_jsonl(project / "raw.jsonl", sms(200))
    encoder = as_if_trained(tiny_encoder, project / "encoder")
    options = {"model": str(encoder), "max_length": 32, "batch_size": 4, "learning_rate": 5e-3, "epochs": 2}

    def notes(**changes):
        told = []
        recipe = parse({"source": "raw.jsonl", "finetune": options | changes}, where="test")
        bring_up_to(Workspace(project), recipe, "finetune", command="test", listener=told.append)
        return [event.note for event in told if event.stage == "finetune" and event.kind == "progress"]

    frozen, sound = notes(freeze="embeddings,0-1"), notes(class_weights="none", epochs=8)
    assert len(frozen) == 80
    assert len(sound) > 80  # a quarter of eight epochs
    first = next(i for i, note in enumerate(frozen) if "step 20: " in note)
    assert first in (19, 20)
    # With random weights the frozen texts' vectors are all alike, which is surer still than `frozen-body`.
    assert frozen[first].endswith(": identical-representations")
    assert frozen[-1].startswith("epoch 1: validation macro-F1")
    assert all("; step 20: " in note for note in frozen[50:])
    assert not any("step " in note for note in sound)
