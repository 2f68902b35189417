"""The filter `protected-token-lost`: an address, number or negation that is gone."""

from collections import Counter
from dataclasses import dataclass

from datakit.augmentation.lexicon.tokens import protected_tokens


@dataclass(frozen=True, kw_only=True)
class ProtectedTokenLost:
    """Reject a text that lost a URL, mention, tag, placeholder, number or negation of its source.

    What:
        Each such token of the source must occur as often in the new text, spelt the same.

    Why:
        A lost `not` turns the label round; a broken URL or `[NAME]` is noise that no real text has.

    Example:
        `call @ bob today` from `call @bob today` is rejected.

    Fix:
        Keep it on where the operator rewrites whole sentences. `synonym` never trips it.

    Source:
        nlpaug issues 247 and 287; in measurements nlpaug broke every mention, back-translation lost 7 % of
        the negations.
    """

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None if all protected tokens are there, else the first that is not."""
        lost = Counter(protected_tokens(source)) - Counter(protected_tokens(candidate))
        return f"lost {next(iter(lost))!r}" if lost else None
