from safetensors.torch import load_file, save_file
from sick import SICK

from datakit.core.findings import Severity
from datakit.testing import history, judge


def test_weights_that_the_files_do_not_hold_are_an_error():
    """Half of the encoder is random."""
    diagnosis = judge("weights-not-loaded", **SICK["weights-not-loaded"])
    assert diagnosis.finding.message.startswith("50% of the encoder's weights are not in the model's files")
    assert (diagnosis.finding.severity, diagnosis.remedy) == (Severity.ERROR, {"finetune": {"model": "minilm"}})


def test_a_model_made_from_its_config_is_warned_of_unless_it_learnt_all_the_same():
    """An easy task can be learnt from random weights."""
    made = {"weights_missing": 0.0, "weights_untrained": 1.0}
    diagnosis = judge("weights-not-loaded", history=history(epochs=[], settings=made))
    assert (diagnosis.finding.severity, diagnosis.confidence) == (Severity.WARNING, 0.9)
    assert judge("weights-not-loaded", history=history(settings=made)) is None
    poor = history(epochs=[{"train_accuracy": 0.7}], settings=made)
    assert judge("weights-not-loaded", history=poor).finding.evidence["cosine"] == 0.6


def test_a_new_head_is_none():
    """Nor is a weight or two that a family adds."""
    assert judge("weights-not-loaded", history=history(settings={"weights_missing": 0.009})) is None


def test_names_that_do_not_match_are_found_on_loading(before, tiny_encoder, tmp_path):
    """A block whose names have a prefix, as DataParallel writes them, and embeddings of another size."""
    folder = tmp_path / "renamed"
    folder.mkdir()
    for path in tiny_encoder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    weights = load_file(tiny_encoder / "model.safetensors")
    renamed = {f"module.{name}" if "layer.1." in name else name: tensor for name, tensor in weights.items()}
    save_file(renamed, folder / "model.safetensors", metadata={"format": "pt"})
    whole, run = before(), before(encoder=folder)
    assert (whole.settings["weights_missing"], whole.settings["weights_untrained"]) == (0.0, 1.0)
    block = sum(tensor.numel() for name, tensor in weights.items() if "layer.1." in name)
    encoder = sum(tensor.numel() for name, tensor in weights.items() if "pooler" not in name)
    assert run.settings["weights_missing"] == round(block / encoder, 6)
    assert judge("weights-not-loaded", history=run).finding.severity is Severity.ERROR
    assert judge("weights-not-loaded", history=whole).finding.severity is Severity.WARNING


def test_a_pretrained_encoder_has_all_its_weights(before):
    """MiniLM's norms and biases are anything but 1 and 0."""
    from datakit.training.models import resolve

    run = before(encoder=resolve("minilm").folder)
    assert (run.settings["weights_missing"], run.settings["weights_untrained"]) == (0.0, 0.0)
    assert judge("weights-not-loaded", history=run) is None
