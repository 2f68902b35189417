"""The drift gate: how often the champion contradicts labels that it has not seen."""

from dataclasses import dataclass
from math import sqrt

from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Finding, Severity
from datakit.evaluation.intervals import wilson
from datakit.pipeline.jobs.answers import Answers

CODE = "contradicted-labels"

#: New rows below which nothing is judged: Wilson's interval of so few spans a third of all there is.
ENOUGH = 30
#: New rows that the champion is asked about at most; an error rate of so many is known to 2 points.
ASKED = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradiction:
    """What the champion says of new labels, beside its errors on its own test rows."""

    new: int  #: rows whose text, or whose label, the champion's run did not have
    asked: int  #: of these, a sample where they are many
    contradicted: int  #: of `asked`, labelled otherwise than the champion would
    tested: int  #: test rows of the champion's run
    wrong: int  #: of these, answered wrongly by the champion
    excess: float  #: contradicted / asked - wrong / tested
    low: float  #: lower end of the 95% interval of the excess

    def finding(self, limit: float) -> Finding | None:
        """Return an error finding if the excess is above `limit`, beyond luck."""
        if self.asked < ENOUGH or self.low <= limit:
            return None
        return Finding(
            code=CODE,
            severity=Severity.ERROR,
            message=f"the champion contradicts {self.contradicted:,} of {self.asked:,} new labels "
            f"({self.contradicted / self.asked:.1%}), but was wrong on {self.wrong:,} of its {self.tested:,} test "
            f"rows ({self.wrong / self.tested:.1%})",
            fix="read some of the new rows: labels are wrong, or texts are of another kind; in the latter case "
            f"--accept {CODE}",
            evidence={"excess": round(self.excess, 4), "low": round(self.low, 4), "limit": limit},
        )


def contradiction(champion: Answers, now: Splits, seed: int) -> Contradiction:
    """Ask the champion about the rows that its run did not have.

    The interval of the excess is Newcombe's hybrid of two score intervals (Newcombe 1998, method 10).

    Args:
        champion: its answers.
        now: the present splits.
        seed: of the sample where new rows are many.
    """
    known = {pair for rows in champion.splits.values() for pair in _pairs(rows)}
    rows = Corpus.join(list(now.values()))
    new = rows.take([i for i, pair in enumerate(_pairs(rows)) if pair not in known])
    asked = new.sample(ASKED, seed, "contradiction")
    said = champion.of(asked.texts) if len(asked) else []
    contradicted = sum(set(a) != set(b) for a, b in zip(said, asked.label_sets, strict=True))
    wrong, tested = champion.errors()
    excess, low = _excess(contradicted, len(asked), wrong, tested) if len(asked) else (0.0, 0.0)
    return Contradiction(
        new=len(new),
        asked=len(asked),
        contradicted=contradicted,
        tested=tested,
        wrong=wrong,
        excess=round(excess, 6),
        low=round(low, 6),
    )


def _pairs(rows: Corpus) -> list[tuple[int, tuple[str, ...]]]:
    """Return text and labels of each row, as far as they make it another row."""
    keys = rows.text_keys.tolist()
    return [(key, tuple(sorted(labels))) for key, labels in zip(keys, rows.label_sets, strict=True)]


def _excess(hits: int, rows: int, old_hits: int, old_rows: int) -> tuple[float, float]:
    """Return how much larger the first share is, and the lower end of the 95% interval of that."""
    share, old_share = hits / rows, old_hits / old_rows
    lower, old_upper = wilson(hits, rows)[0], wilson(old_hits, old_rows)[1]
    excess = share - old_share
    return excess, excess - sqrt((share - lower) ** 2 + (old_upper - old_share) ** 2)
