"""What a training is told of while it goes on."""

from support import as_if_trained, sms, write_jsonl

from datakit import testing
from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to
from datakit.pipeline.stages.finetune import Told
from datakit.pipeline.workspace import Workspace


def test_after_a_quarter_of_the_steps_the_rules_are_asked(project, tiny_encoder):
    """An encoder that is frozen, and gives all texts one vector, is named while it trains, and stays so."""
    write_jsonl(project / "raw.jsonl", sms(200))
    options = {
        "model": str(as_if_trained(tiny_encoder, project / "encoder")),
        "max_length": 32,
        "batch_size": 4,
        "learning_rate": 5e-3,
        "epochs": 2,
        "freeze": "embeddings,0-1",
    }
    told = []
    recipe = parse({"source": "raw.jsonl", "finetune": options}, where="test")
    bring_up_to(Workspace(project), recipe, "finetune", command="test", listener=told.append)
    notes = [event.note for event in told if event.stage == "finetune" and event.kind == "progress"]
    assert len(notes) == 80
    first = next(i for i, note in enumerate(notes) if "step 20: " in note)
    assert first in (19, 20)
    # Surer still than `frozen-body`: with random weights the vectors are all alike.
    assert notes[first].endswith(": identical-representations")
    assert notes[-1].startswith("epoch 1: validation macro-F1")
    assert all("step 20: " in note for note in notes[first:])


def test_of_a_sound_training_nothing_is_said_nor_what_the_pre_flight_has_said():
    """Only what the steps have shown, and only warnings and errors."""
    notes = []
    told = Told(lambda *event: notes.append(event))
    told.early(testing.history())
    told.early(testing.history(settings={"learning_rate": 0.1}))
    told.progress(1, 4, "epoch 1")
    assert notes == [(1, 4, "epoch 1")]
    told.early(testing.history(every_step={"body_update": 0.0, "relative_loss": 0.8}))
    told.progress(2, 4, "")
    assert notes[1][2].endswith(": frozen-body")
