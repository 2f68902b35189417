"""What a check is, and the words checks share."""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Protocol, runtime_checkable

from datakit.core.corpus import Corpus
from datakit.core.findings import Finding, Severity
from datakit.validation.survey import Digest, Faulty, Survey


class Check(Protocol):
    """Finds one kind of problem in labelled text. Its dataclass fields are its options.

    It looks at a survey: a few numbers a row, and a sample of the texts, of long ones the ends. A `deep` check
    also reads all texts, in `survey.corpora`; it is run where they are few, or asked for.
    """

    deep: ClassVar[bool] = False
    ends: ClassVar[bool] = False  #: of texts of more than `core.text.ENDS` characters it looks at the ends only

    @property
    def code(self) -> str:
        """The name of the check, which is the code of its findings: `SplitLeakage` is `split-leakage`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield what is wrong, the weightiest first."""
        ...


@runtime_checkable
class RowCheck(Check, Protocol):
    """A check that judges each row by itself, while the rows stream by.

    One that sets `unusable` finds rows that nobody can learn from: they go to quarantine, and the other checks
    never see them.
    """

    unusable: ClassVar[bool] = False
    fix: ClassVar[str]  #: what to do about it, in one sentence

    def faulty(self, rows: Corpus) -> Sequence[int]:
        """Return the indices of the rows that have the fault, ascending."""
        ...

    def message(self, n: int) -> str:
        """Return what is wrong, in one sentence, of which `n` rows are the subject."""
        ...

    def severity(self, part: float) -> Severity:  # noqa: ARG002  (for checks that tolerate a part of the rows)
        """Return how much it matters that a fraction `part` (0..1) of a split's rows has the fault."""
        return Severity.WARNING

    def example(self, text: str) -> str:
        """Return what is shown of a faulty text."""
        return shortened(text)

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split that has such rows."""
        for split, digest in survey.items():
            faulty = (survey.unusable[split] if self.unusable else digest.faulty).get(self.code)
            if faulty and faulty.rows:
                yield self._told(split, faulty)

    def _told(self, split: str, faulty: Faulty) -> Finding:
        part = share(faulty.rows, faulty.of)
        return Finding(
            code=self.code,
            severity=self.severity(part),
            message=f"{self.message(faulty.rows)} ({percent(part)})",
            fix=self.fix,
            evidence={
                "rows": faulty.rows,
                "share": part,
                "examples": [self.example(text) for text in faulty.examples if text],
            },
            rows=faulty.ids,
            lines=faulty.lines,
            split=split,
        )


SHOWN = 120  #: characters of a text that are shown as an example


def shortened(text: str) -> str:
    """Return a text as an example, cut where it is long."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def share(part: int, whole: int) -> float:
    """Return part / whole to 4 significant digits, 0 for an empty whole: few of a million are not told as none."""
    return float(f"{part / whole:.4g}") if whole else 0.0


def percent(part: float) -> str:
    """Return a fraction 0..1 in per cent; a small one is not told as none."""
    return "<0.1%" if 0 < part < 0.0005 else f"{part:.1%}"  # noqa: PLR2004  (what `.1%` rounds to 0)


def sampled(digest: Digest) -> str:
    """Return what to add to a share that was measured on the digest's sample; nothing where it is all rows."""
    return "" if len(digest.sample) == len(digest) else f" of a sample of {len(digest.sample):,}"
