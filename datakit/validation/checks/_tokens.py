"""The tokenizer of the model that will be fine-tuned, for the checks that see with its eyes."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from datakit.core.encoder import encoder_path

_BATCH = 1_000  #: texts; the encodings of 20,000 take 100 MB


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


def encodings(tokenizer: Any, texts: Sequence[str], *, special: bool) -> Iterator[Any]:  # noqa: ANN401  (as above)
    """Yield the encoding of each text, with or without the special tokens around it, a batch at a time."""
    for start in range(0, len(texts), _BATCH):
        yield from tokenizer.encode_batch_fast(texts[start : start + _BATCH], add_special_tokens=special)


def most_tokens(tokenizer: Any, text: str) -> int:  # noqa: ANN401  (as above)
    """Return a number of tokens that the encoding of a text cannot exceed, without encoding it.

    A token stands for at least one byte of the text as the tokenizer normalises it, but for the special ones and
    for the space that some put in front. What is normalised may be longer than the text: one Arabic ligature
    (U+FDFA) becomes 18 letters. Normalisers leave ASCII as long as it is.
    """
    normalizer = None if text.isascii() else tokenizer.normalizer
    normal = text if normalizer is None else normalizer.normalize_str(text)
    return len(normal.encode()) + 1 + int(tokenizer.num_special_tokens_to_add(is_pair=False))


def unknown_id(tokenizer: Any) -> int | None:  # noqa: ANN401  (as above)
    """Return the id of the token that stands for what the tokenizer does not know; None if it knows all."""
    model = tokenizer.model
    if hasattr(model, "unk_token"):
        return None if model.unk_token is None else tokenizer.token_to_id(model.unk_token)
    known: int | None = json.loads(tokenizer.to_str())["model"].get("unk_id")  # unigram models do not tell
    return known
