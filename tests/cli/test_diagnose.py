"""What `datakit diagnose` adds to the verbs of the pipeline."""

import json
import re

import pytest

from datakit.cli.main import run


def test_a_training_that_diverged_is_judged_by_its_run(project, tiny_encoder, capsys):
    """The error names the command; it needs no figures of the test split, and trains nothing again."""
    huge = "finetune.class_weights={ham: 3.0e+38, spam: 3.0e+38}"
    tiny = [f"finetune.model={tiny_encoder}", "finetune.epochs=1", "finetune.max_length=32", huge]
    assert run(["validate", "raw.jsonl"]) == 0
    assert run(["finetune", *(word for setting in tiny for word in ("--set", setting))]) == 3
    (command,) = re.findall(r"datakit diagnose (\S+)", capsys.readouterr().err)
    assert run(["diagnose", command, "--json"]) == 3
    found = json.loads(capsys.readouterr().out)["findings"]
    assert "diverged" in [finding["code"] for finding in found]
    assert run(["diagnose", command, "--accept", "diverged"]) == 0
    assert "no finite number" in capsys.readouterr().out
    assert len(list((project / ".datakit" / "runs").iterdir())) == 2


@pytest.mark.parametrize(
    ("name", "hint"), [("2", "nothing was trained in this run"), ("x", "no runs of that name")]
)
@pytest.mark.usefixtures("project")
def test_a_run_without_a_training_has_nothing_to_judge(capsys, name, hint):
    """Nor has one that does not exist."""
    assert run(["validate", "raw.jsonl"]) == 0
    assert run(["diagnose", name]) == 2
    assert hint in capsys.readouterr().err


KERAS = "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,0.69,0.5,0.69\n1,0.5,nan,0.5,nan\n"


def test_a_log_of_another_trainer_is_judged(project, capsys):
    """What it holds, what it lacks, which rules could not be asked; the exit code is that of a run."""
    (project / "log.csv").write_text(KERAS)
    assert run(["diagnose", "log.csv", "--data", "raw.jsonl"]) == 3
    told = " ".join(capsys.readouterr().out.split())
    assert "diverged at step 2 the loss or a gradient was no finite number" in told
    for said in ("log log.csv", "records of the loss: 1", "not in it baselines, ", "not asked ", "under-trained"):
        assert said in told
    assert run(["diagnose", "log.csv", "--accept", "diverged", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_json_of_a_log_holds_what_a_run_has_and_more(project, capsys):
    """Findings, and the diagnoses with their confidence."""
    (project / "log.csv").write_text(KERAS)
    assert run(["diagnose", "log.csv", "--labels", "2", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["schema_version"], told["stage"]) == (1, "diagnose")
    assert [finding["code"] for finding in told["findings"]] == ["diverged"]
    assert told["figures"].keys() >= {"log", "lacking", "not_asked", "notes", "diagnoses"}


def test_a_flat_loss_without_an_explanation_is_not_called_healthy(project, capsys):
    """The log of a healthy rate may hide a hundred causes."""
    (project / "log.csv").write_text("step,loss,lr\n" + "".join(f"{i},0.69,2e-4\n" for i in range(12)))
    assert run(["diagnose", "log.csv", "--labels", "2", "--optimizer", "adamw"]) == 0
    told = capsys.readouterr().out
    assert "nothing was learnt, and what the log holds does not tell why" in told
    assert "no fault" not in told


def test_options_of_logs_are_for_logs(project, capsys):
    """A run is known; all that do not fit are told at once. A log that is not there is a file, not a run."""
    assert run(["diagnose", "--labels", "2", "--optimizer", "sgd"]) == 2
    told = capsys.readouterr().err
    assert "--labels: given without a LOG" in told
    assert "--optimizer: given without a LOG" in told
    assert run(["diagnose", "runs/trainer_state.json"]) == 2
    assert "there is no such file" in capsys.readouterr().err
    (project / "empty").mkdir()
    assert run(["diagnose", "empty"]) == 2
    assert "holds no trainer_state.json" in capsys.readouterr().err


def test_a_state_that_transformers_has_written_is_judged(tiny_encoder, project, capsys):
    """A training whose weights become NaN, which its trainer hides: it logs a loss of 0."""
    import torch
    from support import sms
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        Trainer,
        TrainerCallback,
        TrainingArguments,
    )

    class Spoil(TrainerCallback):
        def on_step_begin(self, args, state, control, model, **kwargs):  # noqa: ARG002
            if state.global_step == 12:
                with torch.no_grad():
                    model.classifier.weight.mul_(float("nan"))

    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    rows = [
        {**tokenizer(row["text"], padding="max_length", max_length=32), "labels": int(row["label"] == "spam")}
        for row in sms(80)
    ]
    arguments = TrainingArguments(
        output_dir=str(project / "out"),
        num_train_epochs=2,
        per_device_train_batch_size=8,
        logging_steps=2,
        eval_strategy="epoch",
        save_strategy="epoch",
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
    )
    with torch.random.fork_rng():
        model = AutoModelForSequenceClassification.from_pretrained(tiny_encoder)
        Trainer(model, arguments, train_dataset=rows, eval_dataset=rows[:8], callbacks=[Spoil()]).train()
    capsys.readouterr()
    assert (project / "out" / "checkpoint-20" / "training_args.bin").exists()
    assert run(["diagnose", "out", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert told["figures"]["log"]["path"] == "out/checkpoint-20/trainer_state.json"
    assert told["figures"]["log"]["diverged_at"] == 14
    assert told["figures"]["log"]["records"] == 6
    assert told["figures"]["log"]["relative_loss"] is not None  # two labels, by its config.json
    assert "diverged" in [finding["code"] for finding in told["findings"]]
