"""Texts in another language than the rest."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from datakit.core.corpus import Corpus
from datakit.core.findings import Finding, Severity
from datakit.core.languages import leading, letters_by_script, other_language, other_script, small_words
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, percent, sampled, share, shortened
from datakit.validation.survey import EXAMPLES, Survey

_MAJORITY: Final = 0.5  # fraction of the rows


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignLanguage(Check):
    """Texts in another language, or another script, than most of their split.

    What:
        Texts with small words (`der`, `und`, `nicht`) of another of 17 European and Asian languages than most
        texts are in: two different ones more than of that language, and twice as many. And texts that are mostly
        written in another script than most, with at least five letters of it.
    Why:
        A model that was trained on one language sees broken pieces in another, and if one class holds most of
        the strangers it learns the language in the class's place.
    Example:
        `Wir konnten gestern Abend nicht weiterfahren` among English questions
    Fix:
        Drop them, translate them, or take a multilingual model and check the figures of each language.
    Source:
        Small words as signs of a language: Grefenstette 1995, Comparing two language identification schemes.
        The limits are ours: in eight public data sets, English and German, 21 texts of one are found, of which
        20 are Dutch, Spanish or Italian; of German tweets among English texts more than nine in ten are. Up to
        one row in a hundred is a remark.
    """

    ends: ClassVar[bool] = True
    warn_share: float = 0.01  # fraction of a split's rows, 0..1, above which they are a warning, not a remark

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split with such texts; of a large split a sample is read."""
        for digest in survey.values():
            corpus = digest.sample
            strangers = _of_other_script(corpus) | _of_other_language(corpus)
            if not strangers:
                continue
            rows = sorted(strangers)
            part = share(len(rows), len(corpus))
            found = dict(sorted(Counter(strangers.values()).items(), key=lambda item: (-item[1], item[0])))
            yield Finding(
                code="foreign-language",
                severity=Severity.WARNING if part > self.warn_share else Severity.INFO,
                message=f"{counted(len(rows), 'text is', 'texts are')} in another language than the rest "
                f"({percent(part)}{sampled(digest)}): {', '.join(found)}",
                fix="drop or translate them, or take a multilingual model and check the figures of each language",
                evidence={
                    "rows": len(rows),
                    "share": part,
                    "looked_at": len(corpus),
                    "found": found,
                    "examples": [shortened(corpus.texts[i]) for i in rows[:EXAMPLES]],
                },
                **digest.located(digest.sample_rows[rows]),
            )


def _of_other_language(corpus: Corpus) -> dict[int, str]:
    """Map the index of each text in another language than most to the name of its own."""
    words = [small_words(text) for text in corpus.normalised]
    most = _majority(words)
    return {i: language for i, found in enumerate(words) if most and (language := other_language(found, most))}


def _of_other_script(corpus: Corpus) -> dict[int, str]:
    """Map the index of each text that is mostly in another script than most to the name of its own."""
    letters = [letters_by_script(text) for text in corpus.texts]
    most = _majority(letters)
    return {
        i: f"{script} script" for i, found in enumerate(letters) if most and (script := other_script(found, most))
    }


def _majority(found: Sequence[Mapping[str, int]]) -> str:
    """Return what is the most frequent one in most rows that have any; nothing where no one is."""
    leaders = Counter(leading(one) for one in found if one)
    most = leading(leaders)
    return most if leaders[most] > _MAJORITY * leaders.total() else ""
