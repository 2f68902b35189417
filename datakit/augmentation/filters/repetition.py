"""The filter `repetition`: a text that stutters."""

from dataclasses import dataclass
from itertools import pairwise

from datakit.augmentation.lexicon.tokens import TOKEN


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """Reject a text that says a word twice in a row where its source does not.

    What:
        Looks for two equal neighbouring words, case folded, that are not neighbours in the source.

    Why:
        Generated text degenerates into repetition; an edit can meet its own synonym next door.

    Example:
        `a big big house` from `a large big house` is rejected.

    Fix:
        Keep it on. Where it rejects much, the model behind the operator decodes badly.

    Source:
        Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration"; CTranslate2 issue 1236.
    """

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None unless the candidate repeats a word that the source does not."""
        repeated = _repeated(candidate) - _repeated(source)
        return "repeats a word" if repeated else None


def _repeated(text: str) -> set[str]:
    words = [token.casefold() for token in TOKEN.findall(text) if token[0].isalpha()]
    return {a for a, b in pairwise(words) if a == b}
