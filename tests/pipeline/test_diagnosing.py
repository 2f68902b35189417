import json
from math import inf, log, nan
from operator import itemgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import sms, write_jsonl

from datakit.core.errors import InputError, UsageError
from datakit.io import Source
from datakit.pipeline.diagnosing import diagnosed_log
from datakit.pipeline.log_history import Told

RECORDS = 20


@pytest.fixture
def judged(tmp_path):
    """Give a function that writes a trainer_state.json of 20 records and judges it."""

    def report(
        *, rate: float = 2e-4, end: float = 0.1, evaluations=(), beside=None, state=None, rising=False, **told
    ):
        path = tmp_path / "trainer_state.json"
        beginning = log(2)
        records = [
            {
                "step": 5 * i,
                "epoch": i / 10,
                "loss": beginning + (end - beginning) * i / RECORDS,
                "learning_rate": rate * (i / 25 if rising else 1 - i / 25),
                "grad_norm": 1.0,
            }
            for i in range(1, RECORDS + 1)
        ]
        whole = {
            "log_history": sorted([*records, *evaluations], key=itemgetter("step")),
            "global_step": 100,
            "max_steps": 100,
            **(state or {}),
        }
        path.write_text(json.dumps(whole))
        if beside:
            (tmp_path / "config.json").write_text(json.dumps(beside))
        return diagnosed_log(path, Told(**{"source": Source(), **told}))

    return report


def evaluated(*figures: tuple[float, float]) -> list[dict[str, float]]:
    """Return evaluations with these losses and accuracies."""
    return [
        {"step": 50 * i, "epoch": float(i), "eval_loss": loss, "eval_accuracy": accuracy}
        for i, (loss, accuracy) in enumerate(figures, start=1)
    ]


def codes(report) -> list[str]:
    """Return what was found."""
    return [finding.code for finding in report.findings]


def diagnosis(report) -> dict:
    """Return the first diagnosis."""
    return report.figures["diagnoses"][0]


def test_a_training_that_learns_is_healthy(judged):
    """Nothing is estimated of it: how far it moved would tell nothing."""
    report = judged(labels=2, evaluations=evaluated((0.4, 0.8), (0.2, 0.9)))
    assert codes(report) == []
    assert report.figures["log"]["relative_loss"] == pytest.approx(0.166, abs=0.001)
    assert "body_update" in report.figures["not_asked"]["learning-rate-too-high"]


@pytest.mark.parametrize(
    ("rate", "code"), [(5e-3, "learning-rate-too-high"), (1e-6, "learning-rate-too-low"), (2e-4, None)]
)
def test_a_flat_loss_is_explained_by_the_rate(judged, rate, code):
    """The figure is marked as an estimate to the evidence, the confidence is lowered, the remedy no number."""
    report = judged(rate=rate, end=0.69, labels=2)
    assert codes(report) == ([code] if code else [])
    assert report.figures["log"]["learnt_nothing"]
    if code:
        finding, told = report.findings[0], diagnosis(report)
        assert finding.message.endswith("(update estimated from the learning rate)")
        assert finding.evidence["estimated"] == {"update": "the learning rate"}
        assert finding.evidence["update"] == pytest.approx(4.5 * rate * 24 / 25)
        assert told["confidence"] == pytest.approx(0.66)  # .95 if it were measured
        assert told["remedy"] == {"finetune": {"learning_rate": "auto"}}


def test_a_rate_that_is_not_in_the_log_can_be_told(tmp_path):
    """Keras logs it where it changes only."""
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n" + "".join(f"{i},0.69\n" for i in range(5)))
    told = Told(source=Source(), labels=2, optimizer="Adam", learning_rate=5e-3)
    assert codes(diagnosed_log(path, told)) == ["learning-rate-too-high"]


def test_sgd_is_told_from_adamw(judged):
    """The log does not say which it was; transformers' default is assumed, and that is said."""
    report = judged(rate=2e-4, end=0.69, labels=2)
    assert any("taken to be AdamW" in note for note in report.figures["notes"])
    assert codes(judged(rate=2e-4, end=0.69, labels=2, optimizer="SGD"))[0] == "wrong-optimizer"
    assert codes(judged(rate=5e-3, end=0.69, labels=2, optimizer="adamw_torch")) == ["learning-rate-too-high"]
    assert codes(judged(rate=5e-3, end=0.69, labels=2, optimizer="lion")) != ["learning-rate-too-high"]


def test_how_far_adapters_move_is_not_estimated(judged, tmp_path):
    """LoRA wants higher rates, and its matrices begin at 0."""
    (tmp_path / "adapter_config.json").write_text('{"r": 8}')
    report = judged(rate=5e-3, end=0.69, labels=2)
    assert "body_update" in report.figures["lacking"]
    assert "learning-rate-too-high" not in codes(report)


def test_a_training_that_has_just_begun_is_not_judged(judged):
    """A rate that still rises, or the first quarter of the steps, explains a flat loss."""
    early = judged(rate=1e-5, end=0.69, labels=2, state={"max_steps": 1000})
    assert codes(early) == []
    assert "nothing is learnt yet, but it is too early to say why" in early.figures["notes"]
    assert "training had come to step 100 of 1,000" in early.figures["notes"]
    warming_up = judged(rate=1e-6, end=0.69, labels=2, rising=True)
    assert codes(warming_up) == []
    assert "learning_rate" in warming_up.figures["lacking"]


def test_a_loss_is_held_against_the_entropy_of_the_labels(judged, tmp_path):
    """Of the training file; else against log N, which is never below it; else against nothing."""
    write_jsonl(tmp_path / "rows.jsonl", sms())  # one in five is spam: an entropy of .5
    by_file, by_number = judged(end=0.48, data=tmp_path / "rows.jsonl"), judged(end=0.48, labels=2)
    assert by_file.figures["log"]["relative_loss"] == pytest.approx(0.97, abs=0.02)
    assert by_number.figures["log"]["relative_loss"] == pytest.approx(0.7, abs=0.02)
    unknown = judged(end=0.69, rate=5e-3)
    assert (unknown.figures["log"]["relative_loss"], codes(unknown)) == (None, [])
    assert "relative_loss" in unknown.figures["lacking"]
    assert any("--data FILE or --labels N" in note for note in unknown.figures["notes"])
    beside = judged(end=0.48, beside={"architectures": ["BertForSequenceClassification"]})
    assert beside.figures["log"]["relative_loss"] == pytest.approx(0.7, abs=0.02)


def test_several_labels_a_row_have_no_blind_loss(judged, tmp_path):
    """Their loss is a mean over labels."""
    write_jsonl(tmp_path / "rows.jsonl", [{"text": "a b", "labels": ["x", "y"]}, {"text": "c", "labels": []}])
    report = judged(end=0.69, rate=5e-3, data=tmp_path / "rows.jsonl")
    assert codes(report) == []
    assert report.figures["log"]["relative_loss"] is None


def test_the_rows_of_a_step_come_from_the_file(judged, tmp_path):
    """A state tells those of a device, before accumulation. 120 rows, 2 epochs and 100 steps: 2 a step."""
    write_jsonl(tmp_path / "rows.jsonl", sms())
    state = {"num_train_epochs": 2, "train_batch_size": 1}
    assert "tiny-batch" in codes(judged(end=0.48, data=tmp_path / "rows.jsonl", state=state))
    told = judged(end=0.48, data=tmp_path / "rows.jsonl", state=state, batch_size=16)
    assert "tiny-batch" not in codes(told)
    assert "tiny-batch" in judged(end=0.69, labels=2, state=state).figures["not_asked"]


def test_overfitting_that_was_kept_does_harm(judged):
    """Other trainers keep the last epoch, unless told otherwise."""
    figures = evaluated((0.3, 0.9), (0.6, 0.88))
    (finding,) = judged(labels=2, evaluations=figures).findings
    assert (finding.code, finding.severity) == ("overfitting", "warning")
    assert finding.fix.startswith("keep the model of epoch 1")
    kept = {"best_model_checkpoint": "checkpoint-50", "best_global_step": 50}
    (finding,) = judged(labels=2, evaluations=figures, state=kept).findings
    assert finding.severity == "info"


def test_a_schedule_of_few_records_is_not_judged(tmp_path):
    """The rate is 0 in the last of three; of ten it may not be in four."""
    path = tmp_path / "log.csv"
    path.write_text("step,loss,lr\n10,0.7,2e-4\n20,0.7,1e-4\n30,0.7,0\n")
    assert codes(diagnosed_log(path, Told(source=Source()))) == []
    rates = [2e-4] * 6 + [0.0] * 4
    path.write_text("step,loss,lr\n" + "".join(f"{i},0.7,{rate}\n" for i, rate in enumerate(rates)))
    assert codes(diagnosed_log(path, Told(source=Source()))) == ["schedule-ends-early"]


@pytest.mark.parametrize("rate", [True, False])
def test_a_loss_that_is_no_number_needs_no_rate(tmp_path, rate):
    """Keras, with and without a column for it."""
    path = tmp_path / "log.csv"
    lines = ["epoch,loss,val_loss", "0,0.6,0.6", "1,nan,nan"]
    path.write_text(
        "\n".join(f"{line},{'lr' if i == 0 else 1e-3}" if rate else line for i, line in enumerate(lines))
    )
    report = diagnosed_log(path, Told(source=Source()))
    assert codes(report) == ["diverged"]
    assert report.figures["log"]["diverged_at"] == 2
    options = diagnosis(report)["remedy"]["finetune"]
    assert options == ({"learning_rate": 1e-4} if rate else {}) | {"max_grad_norm": 1.0}


@pytest.mark.parametrize(("rate", "code"), [(5e-3, "learning-rate-too-high"), (2e-4, "diverged")])
def test_an_estimate_explains_a_divergence_or_stays_out_of_it(judged, rate, code):
    """That a training diverged is certain; too high a rate is why."""
    nothing = {"step": 101, "epoch": 2.0, "loss": nan, "learning_rate": rate / 9}
    first = diagnosis(judged(rate=rate, labels=2, evaluations=[nothing]))
    assert first["finding"]["code"] == code
    assert ("estimated" in first["finding"]["evidence"]) == (code != "diverged")


def test_labels_of_another_order_are_found(tmp_path):
    """Keras logs the accuracy of both splits."""
    path = tmp_path / "log.csv"
    path.write_text("epoch,accuracy,loss,val_accuracy,val_loss\n0,0.8,0.5,0.05,3.0\n1,0.98,0.1,0.03,5.0\n")
    assert "validation-label-map" in codes(diagnosed_log(path, Told(source=Source(), labels=6)))
    assert "validation-label-map" not in codes(diagnosed_log(path, Told(source=Source())))


def test_every_rule_that_was_not_asked_is_told_with_what_it_lacks(judged):
    """And what lacks is gathered."""
    report = judged(labels=2)
    assert report.figures["not_asked"]["under-trained"] == ("body_update", "drift")
    assert {signal for lacks in report.figures["not_asked"].values() for signal in lacks} == set(
        report.figures["lacking"]
    )


def test_a_file_of_labels_and_their_number_exclude_each_other(judged, tmp_path):
    """And a file that cannot be read is told."""
    with pytest.raises(UsageError, match="beside --data"):
        judged(data=tmp_path / "rows.jsonl", labels=2)
    with pytest.raises(InputError, match="no such file"):
        judged(data=tmp_path / "rows.jsonl")


_FIGURE = st.one_of(st.none(), st.sampled_from([0.0, 1e-6, 0.3, 0.69, 0.99, 5.0, nan, inf]))
_COLUMNS = ("epoch", "loss", "lr", "grad_norm", "accuracy", "val_loss", "val_accuracy", "val_macro_f1")


@given(
    columns=st.sets(st.sampled_from(_COLUMNS)),
    rows=st.lists(st.lists(_FIGURE, min_size=len(_COLUMNS), max_size=len(_COLUMNS)), min_size=1, max_size=14),
    told=st.one_of(
        st.builds(dict, labels=st.sampled_from([None, 2, 6]), optimizer=st.sampled_from([None, "adamw", "sgd"])),
        st.builds(dict, data=st.just("rows.jsonl"), epochs=st.just(2), batch_size=st.just(2)),
    ),
)
def test_no_rule_stumbles_over_what_a_log_does_not_tell(tmp_path_factory, columns, rows, told):
    """Whatever figures are there, and whatever they are; a log without a loss is an error."""
    folder = tmp_path_factory.mktemp("log")
    named = [{name: value for name, value in zip(_COLUMNS, row, strict=True) if name in columns} for row in rows]
    lines = [{**row, "epoch": i} if "epoch" in row else row for i, row in enumerate(named)]
    write_jsonl(folder / "log.jsonl", lines)
    write_jsonl(folder / "rows.jsonl", sms(20))
    if "data" in told:
        told = {**told, "data": folder / told["data"]}
    try:
        report = diagnosed_log(folder / "log.jsonl", Told(source=Source(), **told))
    except InputError as error:
        assert "loss" in str(error)  # noqa: PT017
    else:
        assert report.figures["not_asked"]
