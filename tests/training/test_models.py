"""Finding a pretrained model."""

import shutil

import pytest

from datakit.core.encoder import WEIGHTS_SHA256
from datakit.core.errors import InputError, TransientError
from datakit.training.models import resolve


def test_the_embedded_encoder_is_known_by_the_hash_of_its_weights():
    """It needs no network."""
    found = resolve("minilm")
    assert found.digest == WEIGHTS_SHA256
    assert (found.folder / "model.safetensors").exists()


def test_a_local_folder_is_known_by_its_content(tiny_encoder, tmp_path):
    """The same files elsewhere are the same model; one changed byte is another."""
    copy = tmp_path / "copy"
    shutil.copytree(tiny_encoder, copy)
    assert resolve(str(copy)).digest == resolve(str(tiny_encoder)).digest
    (copy / "config.json").write_text((copy / "config.json").read_text() + " ")
    assert resolve(str(copy)).digest != resolve(str(tiny_encoder)).digest


def test_a_folder_without_safetensors_is_refused(tiny_encoder, tmp_path):
    """Pickled weights can run code; the message says how to save others."""
    copy = tmp_path / "pickled"
    shutil.copytree(tiny_encoder, copy)
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(InputError, match="save_pretrained"):
        resolve(str(copy))


def test_a_missing_folder_is_not_taken_for_a_hub_id(tmp_path):
    """An absolute path, or one that begins with a dot, is a folder."""
    with pytest.raises(InputError, match="no such folder"):
        resolve(str(tmp_path / "none"))


def test_a_hub_that_cannot_be_reached_is_a_matter_of_trying_again(monkeypatch, tmp_path):
    """Offline, and nothing in the cache: exit code 75, and the message names the ways out."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(TransientError, match="local folder") as caught:
        resolve("distilbert-base-uncased")
    assert caught.value.exit_code == 75
