import json
from math import nan

import pytest

from datakit.core.errors import InputError
from datakit.io.training_log import read_training_log

LIGHTNING = """epoch,lr-AdamW,step,train_acc_epoch,train_loss_epoch,train_loss_step,val_acc,val_loss
,0.0002,9,,,,,
0,,9,,,1.7,,
0,,19,,,,0.6,1.2
0,,19,0.5,1.5,,,
,0.0001,29,,,,,
1,,29,,,0.9,,
1,,39,,,,0.8,0.7
1,,39,0.7,0.8,,,
"""
KERAS = """epoch,accuracy,loss,val_accuracy,val_loss
0,0.5,0.69,0.6,0.66
1,0.8,0.4,0.7,0.5
2,0.9,0.2,0.72,NA
"""
NOTEBOOK = """Epoch,Training Loss,Validation Loss,Accuracy,F1
1,No log,1.19,0.69,0.52
2,1.06,0.78,0.81,0.68
3,1.06,0.63,0.87,0.72
"""


@pytest.fixture
def log(tmp_path):
    """Give a function that writes a log and reads it."""

    def written(text: str, name: str = "log.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return read_training_log(path)

    return written


def state(*records, **more) -> str:
    """Return a trainer_state.json as transformers writes it: NaN is a word."""
    return json.dumps({"log_history": records, "global_step": 40, "num_train_epochs": 2, "max_steps": 40, **more})


def train(step: int, loss: float = 1.0, **more) -> dict[str, float]:
    """Return a record of training, twenty steps an epoch."""
    return {"epoch": step / 20, "step": step, "loss": loss, "learning_rate": 1e-4, "grad_norm": 2.0, **more}


def evaluation(step: int, loss: float = 1.0, **more) -> dict[str, float]:
    """Return a record of an evaluation."""
    return {"epoch": step / 20, "step": step, "eval_loss": loss, "eval_runtime": 1.5, **more}


def problems(reading) -> str:
    """Return what is told of a log that cannot be read."""
    with pytest.raises(InputError) as error:
        reading()
    return str(error.value)


def test_a_trainer_state_is_read(log):
    """Steps, evaluations and options; the summary at its end is no record; what it does not tell stays None."""
    records = [
        train(10, 1.7),
        train(20, 1.1),
        evaluation(20, 1.2, eval_accuracy=0.6, eval_f1=0.5),
        train(40, 0.4),
        evaluation(40, 0.5, eval_accuracy=0.9, eval_f1=0.8),
        {"epoch": 2.0, "step": 40, "train_loss": 1.0, "train_runtime": 9.0},
    ]
    found = log(state(*records, train_batch_size=16), "trainer_state.json")
    assert [(step.step, step.loss, step.learning_rate, step.grad_norm) for step in found.steps] == [
        (10, 1.7, 1e-4, 2.0),
        (20, 1.1, 1e-4, 2.0),
        (40, 0.4, 1e-4, 2.0),
    ]
    assert [(e.epoch, e.step, e.validation_loss, e.accuracy, e.macro_f1) for e in found.epochs] == [
        (1, 20, 1.2, 0.6, 0.5),
        (2, 40, 0.5, 0.9, 0.8),
    ]
    assert found.best_epoch == 2
    assert found.diverged_at is None
    assert found.of_transformers
    assert found.settings == {
        "epochs": 2,
        "rows_at_once": 16,
        "max_steps": 40,
        "steps_done": 40,
        "keeps_best": False,
    }
    assert found.notes == ("eval_f1 is taken for macro-F1",)
    assert found.steps[0].body_update is None
    assert found.epochs[0].recall == {}


def test_the_epoch_that_the_trainer_names_is_the_best(log):
    """It may go by another figure than ours."""
    records = [evaluation(20, 0.5, eval_accuracy=0.6), evaluation(40, 0.7, eval_accuracy=0.9)]
    found = log(state(*records, best_global_step=20, best_model_checkpoint="checkpoint-20"), "trainer_state.json")
    assert (found.best_epoch, found.settings["keeps_best"]) == (1, True)
    assert log(state(*records), "trainer_state.json").best_epoch == 2


def test_the_newest_state_of_a_folder_is_taken(tmp_path):
    """By its steps, for copying changes the times of files."""
    for step in (20, 100):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        (folder / "trainer_state.json").write_text(state(train(step), global_step=step))
    assert read_training_log(tmp_path).path.parent.name == "checkpoint-100"
    assert read_training_log(tmp_path / "checkpoint-20").steps[0].step == 20
    (tmp_path / "trainer_state.json").write_text(state(train(120), global_step=120))
    assert read_training_log(tmp_path).path.parent == tmp_path


def test_rows_of_one_step_are_one_record(log):
    """Lightning writes a row for each figure, counts epochs from 0, and names the optimizer."""
    found = log(LIGHTNING, "metrics.csv")
    assert [(step.step, step.loss, step.learning_rate) for step in found.steps] == [
        (9, 1.7, 2e-4),
        (29, 0.9, 1e-4),
    ]
    assert [(e.epoch, e.step, e.validation_loss, e.accuracy) for e in found.epochs] == [
        (1, 19, 1.2, 0.6),
        (2, 39, 0.7, 0.8),
    ]
    assert found.settings["optimizer"] == "adamw"
    assert not found.notes


def test_figures_without_a_split_are_of_training_in_keras(log):
    """There are no steps; the last evaluation has no loss."""
    found = log(KERAS)
    assert [(step.step, step.loss, step.accuracy) for step in found.steps] == [
        (1, 0.69, 0.5),
        (2, 0.4, 0.8),
        (3, 0.2, 0.9),
    ]
    assert [(e.epoch, e.validation_loss, e.accuracy, e.train_accuracy) for e in found.epochs] == [
        (1, 0.66, 0.6, 0.5),
        (2, 0.5, 0.7, 0.8),
        (3, None, 0.72, 0.9),
    ]
    assert found.notes == ("records are counted, for want of steps",)


def test_figures_without_a_split_are_of_validation_beside_a_training_loss(log):
    """As in the table that transformers shows in a notebook."""
    found = log(NOTEBOOK)
    assert [(step.loss, step.accuracy) for step in found.steps] == [(1.06, None), (1.06, None)]
    assert [(e.accuracy, e.macro_f1, e.train_accuracy) for e in found.epochs] == [
        (0.69, 0.52, None),
        (0.81, 0.68, None),
        (0.87, 0.72, None),
    ]


def test_json_lines_are_read(log):
    """With the names of other loggers, too."""
    lines = [{"train/global_step": 5, "train/loss": 0.9, "train/epoch": 0.5}, {"step": None, "val/f1_macro": 0.4}]
    found = log("\n".join(map(json.dumps, lines)), "log.jsonl")
    assert [(step.step, step.loss) for step in found.steps] == [(5, 0.9)]
    assert found.epochs[0].macro_f1 == 0.4


@pytest.mark.parametrize(
    ("records", "at"),
    [
        ([train(5), train(10, nan, grad_norm=nan), train(15, nan, grad_norm=nan)], 10),
        # `logging_nan_inf_filter`, as recorded: the mean of the sound steps, then 0.
        ([train(5), train(10, 1.06, grad_norm=nan), train(15, 0.0, grad_norm=nan), evaluation(15, nan)], 10),
        ([train(5), train(10), evaluation(10, nan)], 10),
        ([train(5), evaluation(5, nan), train(10)], None),  # an evaluation in fp16 may be too much
        ([train(5), train(10, grad_norm=float("inf")), train(15)], None),  # fp16's loss scaling has skipped it
        ([train(5), train(10, grad_norm=nan)], None),  # as this may be
        ([train(5), train(10, 0.0)], None),  # learnt by heart
        ([train(5, nan)], 5),
    ],
)
def test_where_a_training_diverged(log, records, at):
    """From there on nothing is sound; what is not is left out."""
    found = log(state(*records), "trainer_state.json")
    assert found.diverged_at == at
    assert all(step.step < (at or 99) for step in found.steps)


def test_epochs_without_an_evaluation_are_told(log):
    """Of the others the numbers stay."""
    records = [train(20), train(40), evaluation(40), train(60)]
    found = log(state(*records, num_train_epochs=3), "trainer_state.json")
    assert [epoch.epoch for epoch in found.epochs] == [2]
    assert "no evaluation of epoch 1, 3" in found.notes
    assert "no evaluation at all" in log(state(train(20)), "trainer_state.json").notes
    assert "no record of the training loss" in log(state(evaluation(20)), "trainer_state.json").notes[0]


def test_the_last_evaluation_of_an_epoch_counts(log):
    """One before the first step counts for none."""
    records = [evaluation(0, 1.8), evaluation(10, 1.5), evaluation(20, 1.2), evaluation(40, 0.9)]
    found = log(state(*records), "trainer_state.json")
    assert [(epoch.epoch, epoch.validation_loss) for epoch in found.epochs] == [(1, 1.2), (2, 0.9)]


def test_the_last_of_several_trainings_is_judged(log):
    """A file may be appended to."""
    found = log("step,loss\n10,1.5\n20,1.0\n10,1.4\n20,0.9\n")
    assert [step.loss for step in found.steps] == [1.4, 0.9]
    assert "the last of several trainings" in found.notes[0]


def test_the_config_beside_a_log_tells_labels_and_dropout(log, tmp_path):
    """Two labels without names are left out of it; a pickle beside it is not touched."""
    (tmp_path / "training_args.bin").write_bytes(b"\x80\x04no pickle")
    config = {"architectures": ["BertForSequenceClassification"], "hidden_dropout_prob": 0.6}
    (tmp_path / "config.json").write_text(json.dumps(config))
    found = log(state(train(5)), "trainer_state.json")
    assert (len(found.labels), found.settings["dropout"]) == (2, 0.6)
    named = {**config, "id2label": {"0": "a", "1": "b", "2": "c"}}
    (tmp_path / "config.json").write_text(json.dumps(named))
    assert log(state(train(5)), "trainer_state.json").labels == ("a", "b", "c")
    for other in ({"problem_type": "multi_label_classification"}, {"architectures": ["LlamaForCausalLM"]}):
        (tmp_path / "config.json").write_text(json.dumps(named | other))
        assert log(state(train(5)), "trainer_state.json").labels == ()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "trainer_state.json",
            '{\n"log_history": [\n{"step": 5, "lo',
            "trainer_state.json:3: it ends in the middle",
        ),
        ("trainer_state.json", "{'step': 5}", "trainer_state.json:1: no JSON"),
        ("trainer_state.json", '{"a": 1}', "no list `log_history`"),
        ("trainer_state.json", "[1]", "no list `log_history`"),
        ("trainer_state.json", '{"log_history": []}', "nothing was logged"),
        ("trainer_state.json", "", "the file is empty"),
        ("trainer_state.json", '{"log_history": [{"step": 1, "loss": [2]}]}', "loss is no number: [2]"),
        ("log.csv", "text,label\nhello,ham\n", "no column holds a loss; columns found: text, label"),
        ("log.csv", "step,loss\n", "there is no line after the header"),
        ("log.csv", "step,loss\n1,0.5\n2\n3\n", "log.csv:4: the line has 1 fields, the header 2"),
        ("log.csv", "step,loss\n1,high\n2,0.1\n3,low\n", "log.csv:4: loss is no number: 'low'"),
        ("log.jsonl", '{"loss": 1}\n[2]\n', "log.jsonl:2: the line is no JSON object"),
        ("log.jsonl", '{"loss": 1}\n\n{"loss": ', "log.jsonl:3: it ends in the middle"),
        ("log.txt", "loss 1", "no log ends with '.txt'"),
    ],
)
def test_what_is_no_log_is_told_with_its_line(log, name, text, told):
    """And what to do; all problems of a file at once."""
    assert told in problems(lambda: log(text, name))


def test_a_folder_without_a_log_is_told(tmp_path):
    """And a path that is not there, and a file of bytes."""
    assert "holds no trainer_state.json" in problems(lambda: read_training_log(tmp_path))
    assert "there is no such file" in problems(lambda: read_training_log(tmp_path / "log.csv"))
    (tmp_path / "log.csv").write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8" in problems(lambda: read_training_log(tmp_path / "log.csv"))
