"""What the five complaints describe, on real rows with the embedded encoder: it is named, and mended."""

import pytest
from complaints.situations import write

from datakit.cli.main import run
from datakit.pipeline.comparing import compare_runs
from datakit.pipeline.recipe import parse
from datakit.pipeline.repairing import repair
from datakit.pipeline.workspace import Workspace

#: What Trainer does of itself: no warm-up, no class weights.
TRAINER = {"warmup": 0.0, "class_weights": "none", "epochs": 3}
#: A loop of PyTorch as the second complaint writes it: no schedule, no clipping.
LOOP = {"warmup": 0.0, "schedule": "constant", "max_grad_norm": 0.0, "epochs": 5}
#: Files of their own for validation and test, where there is too little to be split.
SENTENCES = {"validation": "validation", "test": "test"}
HEADLINES = {"validation": "headlines-validation", "test": "headlines-test"}
#: What the gates say of so few rows.
FEW = ("labels-not-categorical", "rare-class", "too-few-rows")


@pytest.fixture
def trained(tmp_path, shared_data):
    """Return a function that trains on a file, and again with the remedies of its diagnoses, if any are asked for.

    It gives what became of it; all happens in one workspace.
    """

    def train(name, *, files=None, split=None, remedies=1, **finetune):
        held_out = {part: str(write(shared_data, file, tmp_path)) for part, file in (files or {}).items()}
        recipe = {
            "source": {"path": str(write(shared_data, name, tmp_path)), **held_out},
            "accept": list(FEW) if files else [],
            "split": split or ({} if files else {"test": 0.25}),
            "evaluate": {"probe": False},
            "finetune": finetune,
        }
        _, told = repair(Workspace(tmp_path), parse(recipe, where="test"), tries=remedies, command="test")
        return told

    return train


@pytest.fixture
def gained(tmp_path):
    """Return a function that gives the lower end of the 95% interval of the difference in macro-F1."""

    def low(before, after):
        compared = compare_runs(Workspace(tmp_path), (f"before={before.run}", f"after={after.run}"))
        return compared.tables[0].differences[0].low

    return low


@pytest.mark.slow
def test_80_to_20_and_a_low_rate_end_in_one_answer(trained, gained):
    """Complaint 1: it is called a collapse, and its remedy is proved; a sound rate brings more than that."""
    told = trained("reviews-80-20", learning_rate=1e-5, **TRAINER)
    (attempt,) = told.attempts
    assert (attempt.code, attempt.verdict) == ("majority-collapse", "proved")
    before, weighted = told.trainings
    assert before.test.accuracy == pytest.approx(0.8)
    assert before.test.macro_f1 < 0.45
    options = {**TRAINER, "warmup": 0.1, "learning_rate": "auto"}
    (sound,) = trained("reviews-80-20", remedies=0, **options).trainings
    assert sound.test.macro_f1 > weighted.test.macro_f1
    assert gained(before, sound) > 0.1


@pytest.mark.slow
def test_a_rate_of_5e_3_is_named_and_mended(trained):
    """Complaint 2, first script."""
    told = trained("sentences", learning_rate=5e-3, **LOOP)
    (attempt,) = told.attempts
    assert (attempt.code, attempt.verdict) == ("learning-rate-too-high", "proved")
    assert 1e-5 < attempt.remedy["finetune"]["learning_rate"] < 5e-4
    assert told.training(told.kept).errors == ()


def test_two_rows_do_not_pass_the_gate(tmp_path, shared_data, monkeypatch, capsys):
    """Complaint 2, second script: nothing is trained."""
    monkeypatch.chdir(write(shared_data, "first-2", tmp_path).parent)
    assert run(["validate", "first-2.jsonl"]) == 3
    assert "rows: 2, the gate asks for at least 50" in capsys.readouterr().out


@pytest.mark.slow
def test_two_rows_are_called_few(trained):
    """Complaint 2, second script, where the gate is overruled."""
    options = {**LOOP, "epochs": 10, "patience": 10, "batch_size": 1}
    (training,) = trained("first-2", files=SENTENCES, remedies=0, learning_rate=2e-5, **options).trainings
    assert training.diagnoses[0] == "few-training-rows"


@pytest.mark.slow
def test_sgd_at_a_rate_for_adam_is_named(trained, gained):
    """Complaint 2, third script: optimizer and batch are named, and both together mend it."""
    options = {**LOOP, "momentum": 0.0, "weight_decay": 0.0, "dropout": 0.0}
    told = trained("sentences", remedies=0, learning_rate=2e-5, optimizer="sgd", batch_size=2, **options)
    (before,) = told.trainings
    assert before.diagnoses[:2] == ("wrong-optimizer", "tiny-batch")
    (after,) = trained("sentences", remedies=0, learning_rate="auto", batch_size=16, **options).trainings
    assert gained(before, after) > 0


@pytest.mark.slow
def test_sgd_with_tiny_batches_is_mended_by_the_repair(trained):
    """Complaint 2, third script, without help."""
    options = {**LOOP, "momentum": 0.0, "weight_decay": 0.0, "dropout": 0.0}
    told = trained("sentences", remedies=2, learning_rate=2e-5, optimizer="sgd", batch_size=2, **options)
    assert told.training(told.kept).test.macro_f1 > 0.6


@pytest.mark.slow
def test_a_rate_of_1e_6_is_named_and_mended(trained):
    """Complaint 4: the loss is as flat as at 5e-3, the diagnosis is the other one."""
    told = trained("sentences", learning_rate=1e-6, epochs=3)
    (attempt,) = told.attempts
    assert (attempt.code, attempt.verdict) == ("learning-rate-too-low", "proved")
    assert 1e-4 < attempt.remedy["finetune"]["learning_rate"] < 5e-4
    assert told.training(told.kept).errors == ()


@pytest.mark.slow
def test_twelve_headlines_are_called_few(trained):
    """Complaint 5, as its script has them: every answer is the frequent label, and new texts mend that."""
    told = trained("headlines-12", files=HEADLINES, learning_rate=5e-5, batch_size=8, **TRAINER)
    (attempt,) = told.attempts
    assert (attempt.code, attempt.verdict) == ("few-training-rows", "proved")
    assert "majority-collapse" in told.trainings[0].diagnoses


@pytest.mark.slow
def test_ten_to_two_in_one_answer_is_called_a_collapse(trained):
    """Complaint 5, with rows enough: not a broken join, though the baselines' macro-F1 is low as well."""
    (attempt,) = trained("reviews-10-2", learning_rate=5e-5, batch_size=8, **TRAINER).attempts
    assert (attempt.code, attempt.verdict) == ("majority-collapse", "proved")


@pytest.mark.slow
def test_weight_decay_changes_no_answer(trained, gained):
    """Complaint 5: decay .1 instead of .01 neither mends the collapse nor harms; a sound rate does."""
    options = {"remedies": 0, "batch_size": 8, **TRAINER}
    (as_asked,) = trained("reviews-10-2", learning_rate=5e-5, **options).trainings
    (decayed,) = trained("reviews-10-2", learning_rate=5e-5, weight_decay=0.1, **options).trainings
    assert decayed.test == as_asked.test
    (sound,) = trained("reviews-10-2", learning_rate=2e-4, **options).trainings
    assert gained(as_asked, sound) > 0


@pytest.mark.slow
def test_a_frozen_encoder_is_named_and_thawed(trained):
    """Complaint 3: the line that is to freeze all but the last layers freezes the encoder."""
    files, split = {"test": "films-test"}, {"validation": 0.2}
    options = {"learning_rate": 3e-5, "epochs": 3, "max_length": 128, "freeze": "embeddings,0-5"}
    told = trained("films", files=files, split=split, **options)
    (attempt,) = told.attempts
    assert (attempt.code, attempt.verdict, attempt.remedy) == (
        "frozen-body",
        "proved",
        {"finetune": {"freeze": None}},
    )


@pytest.mark.slow
def test_texts_cut_to_six_tokens_are_named_and_read_further(trained):
    """Complaint 4: what looks like a model that does not fit the task may be that it reads next to nothing."""
    (attempt,) = trained("sentences", epochs=3, max_length=6).attempts
    assert (attempt.code, attempt.verdict) == ("truncation", "proved")
