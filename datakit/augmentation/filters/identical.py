"""The filter `identical`: a new text that says nothing new."""

from dataclasses import dataclass

from datakit.core.text import normalise


@dataclass(frozen=True, kw_only=True)
class Identical:
    """Reject a text that equals its source but for case, white space and compatibility forms.

    What:
        Compares both texts after `core.text.normalise`. That a text equals another row of any split, or a new
        one, is seen without a filter (`duplicate`).

    Why:
        Most tokenizers fold such differences away, so the row would be a copy: weight, not data.

    Example:
        `Win a PRIZE` from `win a  prize` is rejected.

    Fix:
        Keep it on. Where it rejects much, take another operator.

    Source:
        nlpaug issue 78 and TextAttack pull request 842: copies returned as augmented texts.
    """

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None unless both texts are the same after normalisation."""
        return "identical to its source" if normalise(source) == normalise(candidate) else None
