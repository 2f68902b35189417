"""The first tokens of long texts without reading the rest; a tokenizer reads all, then throws most of it away."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from datakit.core.text import ENDS

_CHARS = 8  # characters a token at most, or the text is read whole after all; English has 4 to 5
_CUT = re.compile(r"(?<=[0-9A-Za-z]) (?=[0-9A-Za-z])")

# What splits texts at a single space between letters of ASCII, and what splits or rewrites them character by
# character, looking no further than the next white space.
_SPLITS = {"BertPreTokenizer", "ByteLevel", "Metaspace", "Whitespace", "WhitespaceSplit"}
_LOCAL = {"BertNormalizer", "Digits", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Nmt", "Precompiled", "Prepend"}
_LOCAL |= {"Punctuation", "Strip", "StripAccents", *_SPLITS}


def first_tokens(
    tokenizer: Any,  # noqa: ANN401  (a tokenizer of transformers, which is imported late)
    texts: Sequence[str],
    encode: Callable[[list[str]], list[list[int]]],
    enough: int | None,
) -> tuple[list[list[int]], list[float]]:
    """Return the tokens of each text, of a long one at least the first `enough`, as those of the whole text.

    A text that is longer than `core.text.ENDS`, and than 8 characters a token, is cut at a space, where the
    tokenizer splits anyway. Where it may not, or the beginning has too few tokens, the text is read whole.

    Args:
        tokenizer: it tells by its parts whether a beginning's tokens are those of the whole text.
        texts: shape (n,).
        encode: gives each text's tokens: `tokenizer` with some options. It may drop all but the first `enough`.
        enough: tokens that are needed of each text; None: all of them.

    Returns:
        the tokens, shape (n,), and what part of each text they are of, above 0, up to 1.
    """
    read = list(texts)
    if enough is not None and any(len(text) > ENDS for text in texts) and _splits_at_spaces(tokenizer):
        read = [_beginning(text, max(ENDS, _CHARS * enough)) for text in texts]
    ids = encode(read) if read else []
    poor = [i for i, part in enumerate(read) if len(part) < len(texts[i]) and len(ids[i]) < (enough or 0)]
    for i, whole in zip(poor, encode([texts[i] for i in poor]) if poor else (), strict=True):
        read[i], ids[i] = texts[i], whole
    return ids, [len(part) / max(len(text), 1) or 1.0 for text, part in zip(texts, read, strict=True)]


def _beginning(text: str, chars: int) -> str:
    cut = _CUT.search(text, chars)
    return text[: cut.start()] if cut else text


def _splits_at_spaces(tokenizer: Any) -> bool:  # noqa: ANN401  (as above)
    """Tell whether what stands before a single space between letters has the same tokens without what follows."""
    if not tokenizer.is_fast:
        return False
    backend = tokenizer.backend_tokenizer
    splitters, rewriters = (
        _parts(backend.pre_tokenizer, "pretokenizers"),
        _parts(backend.normalizer, "normalizers"),
    )
    return (
        any(part["type"] in _SPLITS for part in splitters)
        and all(_is_local(part) for part in (*splitters, *rewriters))
        and not any(_joins_words(token.content) for token in backend.get_added_tokens_decoder().values())
    )


def _parts(component: Any, members: str) -> list[Mapping[str, Any]]:  # noqa: ANN401  (as above)
    """Return what a normaliser or pre-tokeniser is made of, as `tokenizer.json` has it."""
    if component is None:
        return []
    whole = json.loads(component.__getstate__())
    return whole[members] if whole["type"] == "Sequence" else [whole]


def _is_local(part: Mapping[str, Any]) -> bool:
    if part["type"] == "Replace":
        pattern = part["pattern"]
        return pattern == {"Regex": " {2,}"} or ("String" in pattern and not _joins_words(pattern["String"]))
    # Without their splits these two leave several words to the model at once.
    return part["type"] in _LOCAL and part.get("use_regex", True) and part.get("split", True)


def _joins_words(text: str) -> bool:
    """Tell whether a string can lie across a space between letters."""
    return any(a.isalnum() and b in " \u2581" for a, b in pairwise(text))
