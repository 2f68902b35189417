"""Which pretrained model is meant by a name, and where its files are. Loads nothing heavy."""

from dataclasses import dataclass
from pathlib import Path

from datakit.core.encoder import PACKAGE, WEIGHTS_SHA256, verified_encoder_path
from datakit.core.errors import InputError, Problem, TransientError
from datakit.core.files import digest_of_tree
from datakit.core.names import suggest

EMBEDDED = "minilm"

# Weights as safetensors only: a pickle can run code when it is loaded.
_WANTED = ("*.safetensors", "*.json", "*.txt", "*.model", "*.safetensors.index.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pretrained:
    """A pretrained model on this disk."""

    name: str  # as asked for
    folder: Path  # what `from_pretrained` loads
    digest: str  # of the weights, or the hub's commit


def resolve(name: str) -> Pretrained:
    """Find the model that `name` means: the embedded encoder, a local folder, or a hub id, in this order.

    Args:
        name: `minilm`, a folder saved by `save_pretrained`, or a hub id such as `distilbert-base-uncased`
            (`id@revision` pins one).

    Raises:
        InputError: there is no such model, or its weights are no safetensors.
        TransientError: the hub cannot be reached and the model is not in its local cache.
    """
    if name == EMBEDDED:
        return Pretrained(name=name, folder=verified_encoder_path(), digest=WEIGHTS_SHA256)
    folder = Path(name).expanduser()
    if folder.is_dir():
        _require_weights(folder, name)
        return Pretrained(name=name, folder=folder, digest=digest_of_tree(folder))
    if folder.is_absolute() or name.startswith("."):
        raise InputError(Problem(where=name, got="no such folder", fix="give a folder saved by save_pretrained"))
    return _from_hub(name)


def _from_hub(name: str) -> Pretrained:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    repository, _, revision = name.partition("@")
    try:
        folder = Path(snapshot_download(repository, revision=revision or None, allow_patterns=list(_WANTED)))
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise InputError(
            Problem(where=name, got="no such model on the hub and no such folder", fix=suggest(name, [EMBEDDED]))
        ) from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise TransientError(
            Problem(
                where=name,
                got="the model hub cannot be reached, and the model is not in its local cache",
                fix=f"try again later, give a local folder, or use {EMBEDDED!r} (in the package {PACKAGE})",
            )
        ) from error
    _require_weights(folder, name)
    return Pretrained(name=name, folder=folder, digest=folder.name)  # a snapshot's folder is named by its commit


def _require_weights(folder: Path, name: str) -> None:
    missing = [what for what in ("config.json", "*.safetensors") if not any(folder.glob(what))]
    if missing:
        raise InputError(
            Problem(
                where=name,
                got=f"holds no {' and no '.join(missing)}",
                fix="save it with save_pretrained(folder), which writes config.json and model.safetensors",
            )
        )
