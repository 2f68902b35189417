"""The filter `protected-token-lost`: an address, placeholder or number that is gone."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from datakit.augmentation.lexicon.tokens import NEGATIONS, protected_tokens


@dataclass(frozen=True, kw_only=True)
class ProtectedTokenLost:
    """Reject a text that lost a URL, mention, tag, placeholder or number of its source.

    What:
        Each such token of the source must occur as often in the new text, spelt the same. Negations, which may
        be spelt in other ways, are left to `negation-flipped`.

    Why:
        A broken URL or `[NAME]` is noise that no real text has; another number is another fact.

    Example:
        `call @ bob today` from `call @bob today` is rejected.

    Fix:
        Keep it on where the operator rewrites whole sentences. `synonym` never trips it.

    Source:
        nlpaug issues 247 and 287; in measurements nlpaug broke every mention, back-translation two in three.
    """

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None if all protected tokens are there, else the first that is not."""
        wanted = _kept_as_they_are(source)
        lost = wanted - _kept_as_they_are(candidate) if wanted else None
        return f"lost {next(iter(lost))!r}" if lost else None


@lru_cache(maxsize=256)
def _kept_as_they_are(text: str) -> Counter[str]:
    # No token holds white space, and most words have no sign of being one of these.
    signed = " ".join(word for word in text.split() if not word.isalpha() and _SIGN.search(word))
    return Counter(token for token in protected_tokens(signed) if token.lower() not in NEGATIONS)


_SIGN = re.compile(r"[@#<\[{&\d]|[^\x00-\x7f]|www\.|https?://", re.IGNORECASE)
