"""A synonym that is the word itself."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import last_name, method_calls
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstWordnetLemma(Idiom):
    """The first lemma of WordNet is taken for a synonym.

    What:
        `….lemmas()[0].name()` of a synset.
    Why:
        The first lemma mostly is the word itself, in its base form: `banks` becomes `bank`. Where it is not, it
        may be of another part of speech, and words of two parts come with an underscore: `good_night`.
    Example:
        `synonym = wordnet.synsets(word)[0].lemmas()[0].name()`
    Fix:
        Choose among the lemmas that differ from the word, with its part of speech, inflect them, and write
        underscores as spaces: `datakit augment` does all of it.
    Source:
        WordNet 3.0: of the 2,000 most frequent single words in SemCor, 1,510 are the first lemma of their first
        synset themselves, and 59 get one with an underscore
    """

    severity: ClassVar[Severity] = Severity.WARNING

    def find(self, script: Script) -> Iterator[Spot]:
        """Look for the chain."""
        for call in method_calls(script.tree, "name"):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            if isinstance(owner, ast.Subscript) and script.constant(owner.slice) == 0:
                made = owner.value
                if isinstance(made, ast.Call) and last_name(made.func) == "lemmas":
                    yield Spot(
                        node=call,
                        message="the first lemma mostly is the word itself, or has underscores",
                        fix="a lemma other than the word, inflected, with spaces; or datakit augment",
                    )
