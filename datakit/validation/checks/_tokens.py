"""The tokenizer of the model that will be fine-tuned, for the checks that see with its eyes."""

from functools import cache
from pathlib import Path
from typing import Any

from datakit.core.encoder import encoder_path


@cache
def tokenizer_of(path: str | None) -> Any:  # noqa: ANN401  (tokenizers ships no types)
    """Return the tokenizer in `path`, a `tokenizer.json` or a folder that holds one; None: the embedded encoder's.

    It neither truncates nor pads.
    """
    from tokenizers import Tokenizer

    given = Path(path) if path else encoder_path()
    tokenizer = Tokenizer.from_file(str(given / "tokenizer.json" if given.is_dir() else given))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
